import type { OptimizerSpec } from "./optimizers.js";
import type { ProblemSpec } from "./problems/index.js";
import { normals, type Random } from "./random.js";
import type { Stepper } from "./run.js";

/**
 * SGD on the noisy quadratic, gradient, noise and update in one loop: the default problem, run 10^5 steps for 32 seeds
 * while a handle is dragged. Same random numbers, in the same order, as the general stepper; θ − lr (h θ + ξ) is computed as
 * θ (1 − lr h) − lr ξ, which has half the waiting in it, so θ may differ from the general stepper's in its last bits.
 */
export function linearStepper(
  spec: ProblemSpec,
  optimizer: OptimizerSpec,
  theta: Float64Array,
  random: Random,
): Stepper | undefined {
  if (spec.kind !== "quadratic" || optimizer.kind !== "sgd") return undefined;
  const { momentum: mu = 0, nesterov = false, dampening = 0, weight_decay = 0 } = optimizer;
  if (weight_decay !== 0 || dampening !== 0) return undefined;
  const h = Float64Array.from(spec.eigenvalues);
  const sigma = spec.noise / Math.sqrt(spec.batch);
  const constant = new Float64Array(1);
  const buffer = new Float64Array(h.length);
  return (rates, from, to) => {
    // A constant rate is read from an array of one, with stride 0.
    const stride = typeof rates === "number" ? 0 : 1;
    if (typeof rates === "number") constant[0] = rates;
    const list = typeof rates === "number" ? constant : rates;
    return mu === 0
      ? plain(theta, h, sigma, random, list, stride, from, to)
      : heavy(theta, buffer, h, sigma, random, list, stride, from, to, mu, nesterov);
  };
}

/** Noise is drawn in blocks of this many numbers. */
const BLOCK = 4096;
const block = new Float64Array(BLOCK);

function plain(
  theta: Float64Array,
  h: Float64Array,
  sigma: number,
  random: Random,
  rates: ArrayLike<number>,
  stride: number,
  from: number,
  to: number,
): number {
  const size = h.length;
  const before = new Float64Array(size);
  for (let k = from; k < to;) {
    const stop = Math.min(to, k + Math.floor(BLOCK / size));
    fill(random, sigma, (stop - k) * size);
    before.set(theta);
    let check = 0;
    let i = 0;
    // The directions do not touch each other: two at a time, so that one's arithmetic fills the other's waiting.
    for (; i + 1 < size; i += 2) {
      const h0 = h[i]!;
      const h1 = h[i + 1]!;
      let x0 = theta[i]!;
      let x1 = theta[i + 1]!;
      for (let n = i, step = k; step < stop; n += size, step++) {
        const lr = rates[step * stride]!;
        const noise = lr * sigma;
        x0 = x0 * (1 - lr * h0) - noise * block[n]!;
        x1 = x1 * (1 - lr * h1) - noise * block[n + 1]!;
      }
      theta[i] = x0;
      theta[i + 1] = x1;
      check += x0 - x0 + (x1 - x1);
    }
    if (i < size) {
      let x = theta[i]!;
      for (let n = i, step = k; step < stop; n += size, step++) {
        const lr = rates[step * stride]!;
        x = x * (1 - lr * h[i]!) - lr * sigma * block[n]!;
      }
      theta[i] = x;
      check += x - x;
    }
    // What is not finite stays so: only then the block is done again, to find the step.
    if (check !== 0) return k + firstFailure(before, h, sigma, rates, stride, k);
    k = stop;
  }
  return 0;
}

/** The block's updates after which some θ is no longer finite. */
function firstFailure(
  theta: Float64Array,
  h: Float64Array,
  sigma: number,
  rates: ArrayLike<number>,
  stride: number,
  from: number,
): number {
  for (let n = 0, step = from; ; step++) {
    const lr = rates[step * stride]!;
    for (let i = 0; i < h.length; i++) theta[i] = theta[i]! * (1 - lr * h[i]!) - lr * sigma * block[n++]!;
    if (!theta.every(Number.isFinite)) return step - from + 1;
  }
}

function heavy(
  theta: Float64Array,
  buffer: Float64Array,
  h: Float64Array,
  sigma: number,
  random: Random,
  rates: ArrayLike<number>,
  stride: number,
  from: number,
  to: number,
  mu: number,
  nesterov: boolean,
): number {
  const size = h.length;
  for (let k = from; k < to;) {
    const stop = Math.min(to, k + Math.floor(BLOCK / size));
    fill(random, sigma, (stop - k) * size);
    for (let n = 0; k < stop; k++) {
      const lr = rates[k * stride]!;
      let check = 0;
      for (let i = 0; i < size; i++) {
        const x = theta[i]!;
        const g = h[i]! * x + sigma * block[n++]!;
        const b = mu * buffer[i]! + g;
        buffer[i] = b;
        const next = x - lr * (nesterov ? g + mu * b : b);
        theta[i] = next;
        check += next - next;
      }
      if (check !== 0) return k + 1;
    }
  }
  return 0;
}

/** Without noise nothing is drawn. */
function fill(random: Random, sigma: number, count: number): void {
  if (sigma > 0) normals(random, block, count);
  else block.fill(0, 0, count);
}
