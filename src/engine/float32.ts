/**
 * Single precision, as TensorFlow, JAX and MindSpore compute: every operation rounds its result, and what is too small for a
 * normal number becomes 0. Emulated step by step so that a staircase's edge lands on the library's side.
 */
export const f32 = Math.fround;

/** π in single precision. */
export const PI32 = f32(Math.PI);

/** a ** b by C's rules (1 to any power is 1), subnormal results flushed to 0. */
export function pow32(a: number, b: number): number {
  const power = a === 1 ? 1 : f32(a ** b);
  return Math.abs(power) < 2 ** -126 ? 0 : power;
}

/** (1 + cos(π·p)) / 2. */
export function halfCosine32(p: number): number {
  return f32(0.5 * f32(1 + f32(Math.cos(f32(PI32 * p)))));
}

/** How a backend divides by a constant: truly, or (compiled graphs of TensorFlow) by multiplying with the rounded reciprocal. */
export type Divide32 = (a: number, b: number) => number;
export const divided32: Divide32 = (a, b) => f32(a / b);
export const byReciprocal32: Divide32 = (a, b) => f32(a * f32(1 / b));
