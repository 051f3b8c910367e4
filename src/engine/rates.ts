import type { Curve } from "./curve.js";

/** The rate between nodes differs from the formula's own by at most this share of itself. */
const tolerance = 1e-14;
/** Steps from node to node: below the first a piece is not worth a polynomial. */
const [nearest, farthest] = [8, 2 ** 16];
/** Steps taken one by one where polynomials do not fit, before they are tried again. */
const patience = 4096;

/**
 * curve.at(t) for every integer from <= t < to, NaN where the curve has ended. Between two breaks a curve is smooth and
 * monotone: a piece with equal ends is filled, and the others follow a polynomial of degree 4 through five of their own rates,
 * its distances halved until it agrees with two more of them to 1e-14 (so do the others, to 1e-13). Rates known only by stepping, and those that are rounded
 * to float32, are asked for one by one.
 */
export function ratesOver(curve: Curve, from: number, to: number): Float64Array {
  const rates = new Float64Array(Math.max(0, to - from));
  const stop = Math.min(to, curve.end?.at ?? Infinity);
  if (stop < to) rates.fill(NaN, Math.max(0, stop - from));
  if (curve.walk !== undefined) oneByOne(curve.at, rates, from, from, stop);
  else
    for (let a = from, b; a < stop; a = b) {
      b = Math.min(curve.nextBreak(a), stop);
      const first = curve.at(a);
      if (first === curve.at(b - 1)) rates.fill(first, a - from, b - from);
      else smoothPiece(curve.at, rates, from, a, b);
    }
  return rates;
}

type At = Curve["at"];

function oneByOne(at: At, rates: Float64Array, origin: number, a: number, b: number): void {
  for (let t = a; t < b; t++) rates[t - origin] = at(t);
}

function smoothPiece(at: At, rates: Float64Array, origin: number, a: number, b: number): void {
  let h = 2 * nearest;
  let t = a;
  while (t + 4 * nearest < b) {
    while (t + 4 * h >= b) h /= 2;
    if (polynomial(at, rates, origin, t, h)) {
      t += 4 * h;
      if (h < farthest) h *= 2;
    } else if (h > nearest) h /= 2;
    else {
      const next = Math.min(t + patience, b);
      oneByOne(at, rates, origin, t, next);
      t = next;
    }
  }
  oneByOne(at, rates, origin, t, b);
}

/** Writes the rates of [t, t + 4h), or says that a polynomial through t, t + h, …, t + 4h does not fit. */
function polynomial(at: At, rates: Float64Array, origin: number, t: number, h: number): boolean {
  const [f0, f1, f2, f3, f4] = [at(t), at(t + h), at(t + 2 * h), at(t + 3 * h), at(t + 4 * h)];
  // Close to 0 the rounding of the larger rates would be a large share of the smaller ones.
  if (!(f0 * f4 > 0 && Math.abs(f4) < 32 * Math.abs(f0) && Math.abs(f0) < 32 * Math.abs(f4))) return false;
  // Newton's forward differences, as the coefficients of powers of u = (step − t) / h.
  const d2 = f2 - 2 * f1 + f0;
  const d3 = f3 - 3 * f2 + 3 * f1 - f0;
  const d4 = f4 - 4 * f3 + 6 * f2 - 4 * f1 + f0;
  const c1 = f1 - f0 - d2 / 2 + d3 / 3 - d4 / 4;
  const c2 = d2 / 2 - d3 / 2 + (11 / 24) * d4;
  const c3 = d3 / 6 - d4 / 4;
  const c4 = d4 / 24;
  const value = (u: number) => f0 + u * (c1 + u * (c2 + u * (c3 + u * c4)));
  const fits = (u: number) => {
    const rate = at(t + u * h);
    return Math.abs(value(u) - rate) <= tolerance * Math.abs(rate) && Math.fround(rate) !== rate;
  };
  // Between the outer nodes a polynomial of degree 4 strays farthest.
  if (!fits(0.5) || !fits(3.5)) return false;
  const start = t - origin;
  for (let i = 0; i < 4 * h; i++) {
    const u = i / h;
    rates[start + i] = f0 + u * (c1 + u * (c2 + u * (c3 + u * c4)));
  }
  return true;
}
