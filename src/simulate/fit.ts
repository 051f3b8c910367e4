import type { OptimizerSpec } from "./optimizers.js";
import type { Problem } from "./problems/problem.js";
import { stream } from "./random.js";
import { stabilityLimit } from "./theory.js";

/** The schedule's peak is put at this part of the stability limit. */
const SHARE = 0.87;

/**
 * How many times the user's rate the toy is run at. A toy has its own curvature and distances, and the user's model has
 * others that nobody knows; what can be shared is the schedule's shape, with its peak where it works. Under this factor
 *   SGD, known curvature: the peak stands at 0.87 of the stability limit
 *   SGD, network: the peak becomes 0.5 (1 − μ)
 *   adaptive optimizers: the path Σ lr is ten times the way to the nearest minimum, with single steps of at most a tenth
 *   of it; on data the peak becomes 0.02
 * 1 when all rates are zero.
 */
export function fitScale(problem: Problem, optimizer: OptimizerSpec, rates: ArrayLike<number>): number {
  let peak = 0;
  let area = 0;
  for (let k = 0; k < rates.length; k++) {
    peak = Math.max(peak, rates[k]!);
    area += rates[k]!;
  }
  if (!(peak > 0) || !(area < Infinity)) return 1;
  const limit = problem.curvature && stabilityLimit(optimizer, problem.curvature.max);
  if (limit !== undefined) return (SHARE * limit) / peak;
  if (optimizer.kind === "sgd") return (0.5 * (1 - (optimizer.momentum ?? 0))) / peak;
  if (!problem.plane && problem.data) return 0.02 / peak;
  const way = distance(problem);
  return Math.min((10 * way) / area, (0.1 * way) / peak);
}

/**
 * A condition number under which the flattest direction is not done at once: with the peak at its place it has about 25
 * e-folds of loss in the run, so that the descent takes a visible part of it. Rounded to 1, 2 or 5 times a power of ten,
 * from 5 to 10,000.
 */
export function fitCondition(rates: ArrayLike<number>, momentum = 0): number {
  let peak = 0;
  let area = 0;
  for (let k = 0; k < rates.length; k++) {
    peak = Math.max(peak, rates[k]!);
    area += rates[k]!;
  }
  if (!(peak > 0) || !(area < Infinity)) return 20;
  // e-folds of loss: 2 h_min Σ lr / (1 − μ), with lr at 0.87 of 2 (1 + μ) / (κ h_min).
  const wanted = (4 * SHARE * (1 + momentum) * (area / peak)) / (1 - momentum) / 25;
  for (const condition of [10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10])
    if (wanted >= condition) return condition;
  return 5;
}

/** From the start to the nearest known minimum. */
function distance({ start, plane, size }: Problem): number {
  const from = start(stream(0, 0));
  const minima = plane?.minima ?? [Array.from({ length: size }, () => 0)];
  const lengths = minima.map((to) => Math.sqrt(to.reduce((sum, x, i) => sum + (x - from[i]!) * (x - from[i]!), 0)));
  return Math.min(...lengths) || 1;
}

/** Gradient noise of one sample in proportion to the steepest curvature: at 0.16 for h = 20 it shows beside the descent. */
export function fitNoise(curvature: number): number {
  return 0.008 * curvature;
}
