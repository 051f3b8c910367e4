import type { OptimizerSpec } from "./optimizers.js";
import type { ProblemSpec } from "./problems/index.js";
import { normal, type Random } from "./random.js";
import type { Stepper } from "./run.js";

/**
 * SGD on the noisy quadratic, gradient, noise and update in one loop: the default problem, run 10^5 steps for 32 seeds
 * while a handle is dragged. Same numbers, in the same order, as the general stepper.
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
  for (let k = from; k < to; k++) {
    const lr = rates[k * stride]!;
    let check = 0;
    for (let i = 0; i < size; i++) {
      const x = theta[i]!;
      const next = x - lr * (h[i]! * x + sigma * normal(random));
      theta[i] = next;
      check += next - next;
    }
    if (check !== 0) return k + 1;
  }
  return 0;
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
  for (let k = from; k < to; k++) {
    const lr = rates[k * stride]!;
    let check = 0;
    for (let i = 0; i < size; i++) {
      const x = theta[i]!;
      const g = h[i]! * x + sigma * normal(random);
      const b = mu * buffer[i]! + g;
      buffer[i] = b;
      const next = x - lr * (nesterov ? g + mu * b : b);
      theta[i] = next;
      check += next - next;
    }
    if (check !== 0) return k + 1;
  }
  return 0;
}
