import { factor, real } from "./define.js";

/** What TensorFlow 1, Keras and those who followed them say alike of their decays; `rate` is the first rate's name. */
export const polynomialFormula = (rate: string, end: string, cycle = "cycle", steps = "decay_steps") =>
  `(${rate} − ${end}) · (1 − min(t, T) / T)^power + ${end}, T = ${steps} (with ${cycle}: · ⌈t / ${steps}⌉)`;
export const restartFormula = (rate: string) =>
  `${rate} · ((1 − alpha) · m_mul^i · (1 + cos(π · p)) / 2 + alpha) in period i, p its share done`;
export const piecewiseFormula = "values[i], i = how many boundaries are < t";
export const risesToEnd = (rate: string) =>
  `end_learning_rate is 0.0001 by default, not 0: a smaller ${rate} rises to it.`;
export const cycleJump =
  "With cycle the rate is at the end value at each multiple of decay_steps and jumps up one step later.";
export const unscaledFloor = "m_mul does not scale the floor alpha.";
export const lateRestart =
  "The period is found by a float32 logarithm: with t_mul other than 1 or 2 a restart may come one step late.";
export const oldHolds = "At a boundary the old value still holds: the new one starts a step later.";
export const unsortedFails = "Unsorted boundaries fail when training reaches them.";
export const inverseRate = real("share of the rate's inverse added every decay_steps");
export const restartParams = {
  first_decay_steps: real("steps of the first period", { min: 0, above: true }),
  t_mul: factor("each period is this much longer than the one before", { default: 2 }),
  m_mul: factor("each restart's height relative to the one before", { default: 1 }),
  alpha: 0,
};
