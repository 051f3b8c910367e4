import type { Curve } from "./curve.js";

/** Pieces up to this long are summed step by step: a millisecond at most. */
const short = 20_000;
/** So many steps at either end of a longer one are too. */
const rim = 128;
/** Seven-point Gauss–Legendre on [-1, 1]. */
const nodes = [0, 0.4058451513773972, 0.7415311855993945, 0.9491079123427585];
const weights = [0.4179591836734694, 0.3818300505051189, 0.2797053914892767, 0.1294849661688697];

/**
 * Σ curve.at(t) for a <= t < b on one monotone piece, and how many rates were looked at. A smooth one is summed by
 * Euler–Maclaurin over its integral (relative error about 1e-12, of single precision 1e-8), any other step by step.
 */
export function sumOver(curve: Curve, a: number, b: number, smooth: boolean): { sum: number; cost: number } {
  if (b <= a) return { sum: 0, cost: 0 };
  const [first, last] = [curve.at(a), curve.at(b - 1)];
  if (first === last && smooth) return { sum: first * (b - a), cost: 1 };
  if (!smooth || b - a <= short) return { sum: stepByStep(curve, a, b), cost: b - a };
  // The ends step by step: a square root or a logarithm has its steepest part there.
  const [from, to] = [a + rim, b - 1 - rim];
  const rims = stepByStep(curve, a, from) + stepByStep(curve, to + 1, b);
  const { sum, cost } = integral(curve, from, to);
  const slope = (t: number) => (curve.at(t + 1) - curve.at(t - 1)) / 2;
  const ends = (curve.at(from) + curve.at(to)) / 2 + (slope(to) - slope(from)) / 12;
  return { sum: rims + sum + ends, cost: cost + 2 * rim };
}

function stepByStep(curve: Curve, a: number, b: number): number {
  let sum = 0;
  for (let t = a; t < b; t++) sum += curve.at(t);
  return sum;
}

/** ∫ over [a, b], panels halved until the sum settles. */
function integral(curve: Curve, a: number, b: number): { sum: number; cost: number } {
  let cost = 0;
  const panel = (x: number, half: number) => {
    const middle = x + half;
    let sum = weights[0]! * curve.at(middle);
    for (let k = 1; k < 4; k++)
      sum += weights[k]! * (curve.at(middle - half * nodes[k]!) + curve.at(middle + half * nodes[k]!));
    cost += 7;
    return sum * half;
  };
  const refine = (x: number, width: number, whole: number, depth: number, before: number): number => {
    const [left, right] = [panel(x, width / 4), panel(x + width / 2, width / 4)];
    const halves = left + right;
    const change = Math.abs(halves - whole);
    // Of a smooth curve half the width leaves a thousandth of the error; what stays is the rounding of single precision.
    const isRounding = change > before / 8 && change <= 1e-6 * Math.abs(halves);
    if (depth === 0 || isRounding || !(change > 1e-13 * Math.abs(halves))) return halves;
    return refine(x, width / 2, left, depth - 1, change) + refine(x + width / 2, width / 2, right, depth - 1, change);
  };
  const sum = refine(a, b - a, panel(a, (b - a) / 2), 14, Infinity);
  return { sum, cost };
}
