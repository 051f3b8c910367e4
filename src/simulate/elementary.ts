/**
 * exp, log, sin, cos and tanh from additions, multiplications and divisions alone, which IEEE 754 rounds the same way
 * everywhere: the same seed gives the same bits on every host. Relative error at most 4e-16 (absolute for sin, cos).
 */

const LN2_HIGH = 0.6931471803691238; // 33 bits of ln 2, so that k · LN2_HIGH is exact.
const LN2_LOW = 1.9082149292705877e-10;
const HALF_PI_HIGH = 1.5707963267341256; // 33 bits of π/2.
const HALF_PI_LOW = 6.077100506506192e-11;

/** En = 1/n!. */
const [E2, E3, E4, E5, E6, E7] = [1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040];
const [E8, E9, E10, E11, E12, E13] = [1 / 40320, 1 / 362880, 1 / 3628800, 1 / 39916800, 1 / 479001600, 1 / 6227020800];

/** powers[k + 1075] = 2^k, −1075 <= k <= 1024; exact, for doubling is. 2^1024 is Infinity and 2^−1075 is 0. */
const powers = new Float64Array(2100);
for (let k = 0, up = 1, down = 1; k <= 1075; k++, up *= 2, down /= 2) {
  if (k <= 1024) powers[1075 + k] = up;
  powers[1075 - k] = down;
}

/** e^x; 0 below −746, Infinity above 709.79, NaN for NaN. */
export function exp(x: number): number {
  if (!(x < 709.79)) return x === x ? Infinity : NaN;
  if (x < -746) return 0;
  const k = Math.round(x * 1.4426950408889634);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  // Taylor series to r¹³: |r| <= 0.347, so the first term left out is below 5e-18. Two interleaved Horner chains (even and
  // odd powers) are shorter than one.
  const z = r * r;
  const even = 1 + z * (E2 + z * (E4 + z * (E6 + z * (E8 + z * (E10 + z * E12)))));
  const odd = 1 + z * (E3 + z * (E5 + z * (E7 + z * (E9 + z * (E11 + z * E13)))));
  const sum = even + r * odd;
  // Two factors, so that results near the ends of the range are still scaled through normal numbers.
  const half = k >> 1;
  return sum * powers[1075 + half]! * powers[1075 + k - half]!;
}

const bits = new DataView(new ArrayBuffer(8));

/** ln x; −Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  if (x < 2.2250738585072014e-308) return log(x * 18014398509481984) - 54 * 0.6931471805599453;
  bits.setFloat64(0, x);
  let k = (bits.getUint16(0) >>> 4) - 1023;
  bits.setUint16(0, (bits.getUint16(0) & 0xf) | 0x3ff0);
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum = 0;
  for (let n = 23; n >= 1; n -= 2) sum = sum * z + 1 / n;
  return k * LN2_HIGH + (k * LN2_LOW + 2 * s * sum);
}

/** ln(1 + e^x) without overflow: the logistic loss. */
export function softplus(x: number): number {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/** ln(1 + x) for x in [0, 1]; exact for tiny x, where log(1 + x) would lose the digits. */
function log1p(x: number): number {
  const u = 1 + x;
  return u === 1 ? x : (log(u) * x) / (u - 1);
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a < 0.4) {
    // The quotient below would cancel here. Continued fraction of tanh, to its eighth level.
    const z = x * x;
    return x / (1 + z / (3 + z / (5 + z / (7 + z / (9 + z / (11 + z / (13 + z / 15)))))));
  }
  const t = a > 22 ? 1 : 1 - 2 / (exp(2 * a) + 1);
  return x < 0 ? -t : t;
}

/** Meant for |x| <= 1e5. */
export function sin(x: number): number {
  const q = Math.round(x / 1.5707963267948966);
  const r = x - q * HALF_PI_HIGH - q * HALF_PI_LOW;
  const value = q & 1 ? cosine(r) : sine(r);
  return q & 2 ? -value : value;
}

export function cos(x: number): number {
  const q = Math.round(x / 1.5707963267948966);
  const r = x - q * HALF_PI_HIGH - q * HALF_PI_LOW;
  const value = q & 1 ? -sine(r) : cosine(r);
  return q & 2 ? -value : value;
}

function sine(r: number): number {
  const z = r * r;
  let sum = 1;
  for (let n = 18; n > 0; n -= 2) sum = 1 - (sum * z) / (n * (n + 1));
  return r * sum;
}

function cosine(r: number): number {
  const z = r * r;
  let sum = 1;
  for (let n = 18; n > 0; n -= 2) sum = 1 - (sum * z) / (n * (n - 1));
  return sum;
}
