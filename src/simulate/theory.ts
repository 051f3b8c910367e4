import type { OptimizerSpec } from "./optimizers.js";
import type { QuadraticSpec } from "./problems/quadratic.js";

/** SGD in all its forms is linear in θ and in its buffer b, so the second moments follow an exact recursion. */
export interface Linear {
  /** The update uses b ← μ b + c g and θ ← θ − lr (p g + q b_old), with g = (h + decay) θ + noise. */
  readonly mu: number;
  readonly c: number;
  readonly p: number;
  readonly q: number;
  readonly decay: number;
}

/** Undefined for the adaptive optimizers. `first`: the first update, whose buffer is the gradient itself. */
export function linearForm(spec: OptimizerSpec, first = false): Linear | undefined {
  if (spec.kind !== "sgd") return undefined;
  const { momentum: mu = 0, nesterov = false, dampening = 0, weight_decay: decay = 0 } = spec;
  if (mu === 0) return { mu: 0, c: 0, p: 1, q: 0, decay };
  const c = first ? 1 : 1 - dampening;
  return nesterov ? { mu, c, p: 1 + mu * c, q: mu * mu, decay } : { mu, c, p: c, q: mu, decay };
}

/** Moments of one eigendirection: means of θ and b; second moments E[θ²], E[θb], E[b²]. */
export interface Moments {
  theta: number;
  b: number;
  tt: number;
  tb: number;
  bb: number;
}

/**
 * Moments after one update: mean and raw second moments of the linear map x ← A x + n ξ, ξ of deviation s.
 *   θ' = (1 − lr p k) θ − lr q b − lr p ξ,   b' = c k θ + μ b + c ξ,   k = h + decay
 */
function advance(x: Moments, { mu, c, p, q, decay }: Linear, h: number, lr: number, s: number): void {
  const k = h + decay;
  const a11 = 1 - lr * p * k;
  const a12 = -lr * q;
  const a21 = c * k;
  const n1 = -lr * p * s;
  const n2 = c * s;
  const { theta, b, tt, tb, bb } = x;
  x.theta = a11 * theta + a12 * b;
  x.b = a21 * theta + mu * b;
  x.tt = a11 * a11 * tt + 2 * a11 * a12 * tb + a12 * a12 * bb + n1 * n1;
  x.tb = a11 * a21 * tt + (a11 * mu + a12 * a21) * tb + a12 * mu * bb + n1 * n2;
  x.bb = a21 * a21 * tt + 2 * a21 * mu * tb + mu * mu * bb + n2 * n2;
}

/** What is expected of the loss after each count of updates in `at`. All arrays have the length of `at`. */
export interface Expectation {
  /** E f. */
  readonly loss: Float64Array;
  /** The part of E f that the mean of θ makes: ½ Σ h m². The rest is noise. */
  readonly bias: Float64Array;
  /** Standard deviation of f from run to run (θ is normal, so it is exact). */
  readonly deviation: Float64Array;
  /** Per eigenvalue, at the last count: mean² and variance of θ. */
  readonly last: readonly { readonly h: number; readonly mean2: number; readonly variance: number }[];
}

/**
 * The exact expected loss on the noisy quadratic, for plain SGD, heavy ball and Nesterov (with dampening and weight decay).
 * rates[k] is used for update k; `at` ascending, from 0. Cost: updates × eigenvalues.
 * source: Zhang et al., NeurIPS 2019, appendix, extended to the buffer's moments.
 */
export function expectation(
  problem: QuadraticSpec,
  optimizer: OptimizerSpec,
  rates: ArrayLike<number>,
  at: readonly number[],
): Expectation | undefined {
  const usual = linearForm(optimizer);
  if (!usual) return undefined;
  const first = linearForm(optimizer, true)!;
  const s = problem.noise / Math.sqrt(problem.batch);
  const loss = new Float64Array(at.length);
  const bias = new Float64Array(at.length);
  const variance = new Float64Array(at.length);
  const last = problem.eigenvalues.map((h, i) => {
    const start = problem.start[i]!;
    const x: Moments = { theta: start, b: 0, tt: start * start, tb: 0, bb: 0 };
    let t = 0;
    let spread = 0;
    for (let k = 0; k < at.length; k++) {
      for (const stop = at[k]!; t < stop; t++) advance(x, t === 0 ? first : usual, h, rates[t]!, s);
      const m2 = x.theta * x.theta;
      spread = Math.max(0, x.tt - m2);
      // Past the largest number the recursion gives Infinity − Infinity: the loss is infinite, not unknown.
      loss[k]! += x.tt === x.tt ? (h * x.tt) / 2 : Infinity;
      bias[k]! += (h * m2) / 2;
      variance[k]! += (h * h * (2 * spread * spread + 4 * m2 * spread)) / 4;
    }
    return { h, mean2: x.theta * x.theta, variance: spread };
  });
  return { loss, bias, deviation: variance.map(Math.sqrt), last };
}

/**
 * The constant rate above which descent grows on curvature h: 2/h for plain SGD, 2(1 + μ)/h for heavy ball,
 * 2(1 + μ)/((1 + 2μ) h) for Nesterov; h includes weight decay. Undefined for the adaptive optimizers.
 * source: the characteristic polynomial at λ = −1; Goh, "Why momentum really works", Distill, 2017, for heavy ball.
 */
export function stabilityLimit(optimizer: OptimizerSpec, h: number): number | undefined {
  const form = linearForm(optimizer);
  if (!form) return undefined;
  // At λ = −1: (1 + μ)(2 − lr p k) + lr q c k = 0.
  const { mu, c, p, q, decay } = form;
  return (2 * (1 + mu)) / ((h + decay) * (p * (1 + mu) - q * c));
}

/** The formula of `stabilityLimit`, for labels. */
export function stabilityFormula({ momentum = 0, nesterov = false }: OptimizerSpec): string {
  return momentum === 0 ? "2 / h_max" : nesterov ? "2(1+β) / ((1+2β) h_max)" : "2(1+β) / h_max";
}

/**
 * The expected loss at which a constant rate settles on the noisy quadratic: the fixed point of the second moments.
 * Plain SGD: ½ Σ lr s² / (2 − lr h). Infinity where the rate is at or above the stability limit; NaN never.
 */
export function noiseFloor(problem: QuadraticSpec, optimizer: OptimizerSpec, lr: number): number | undefined {
  const form = linearForm(optimizer);
  if (!form) return undefined;
  const s = problem.noise / Math.sqrt(problem.batch);
  let sum = 0;
  for (const h of problem.eigenvalues) {
    if (!(lr > 0) || lr >= stabilityLimit(optimizer, h)!) return lr > 0 ? Infinity : 0;
    sum += (h * fixedPoint(form, h, lr, s)) / 2;
  }
  return sum;
}

/** E[θ²] at the fixed point: the 3 × 3 linear system of the recursion, solved by elimination. */
function fixedPoint({ mu, c, p, q, decay }: Linear, h: number, lr: number, s: number): number {
  const k = h + decay;
  const a = 1 - lr * p * k;
  const b = -lr * q;
  const d = c * k;
  const n1 = -lr * p * s;
  const n2 = c * s;
  if (mu === 0) return (n1 * n1) / (1 - a * a);
  // Unknowns tt, tb, bb. Row three gives bb, row two then tb, row one tt.
  const f = 1 - mu * mu;
  const bb = { tt: (d * d) / f, tb: (2 * d * mu) / f, one: (n2 * n2) / f };
  const g = 1 - a * mu - b * d - b * mu * bb.tb;
  const tb = { tt: (a * d + b * mu * bb.tt) / g, one: (n1 * n2 + b * mu * bb.one) / g };
  const left = 1 - a * a - 2 * a * b * tb.tt - b * b * (bb.tt + bb.tb * tb.tt);
  const right = n1 * n1 + 2 * a * b * tb.one + b * b * (bb.one + bb.tb * tb.one);
  return right / left;
}
