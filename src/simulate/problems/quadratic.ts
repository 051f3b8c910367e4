import { normal } from "../random.js";
import type { Problem } from "./problem.js";

export interface QuadraticSpec {
  readonly kind: "quadratic";
  /** Curvatures hᵢ > 0. */
  readonly eigenvalues: readonly number[];
  /** θ₀, as long as `eigenvalues`. */
  readonly start: readonly number[];
  /** Standard deviation σ of one sample's gradient noise, per coordinate. */
  readonly noise: number;
  /** Samples per update, B. */
  readonly batch: number;
}

/**
 * Noisy quadratic: f(θ) = ½ Σ hᵢ θᵢ², gradient hᵢ θᵢ + N(0, σ²/B) in each coordinate, independent. Minimum 0 at 0.
 * source: Zhang et al., "Which algorithmic choices matter at which batch sizes?", NeurIPS 2019, section 3.
 */
export function quadratic({ eigenvalues, start, noise, batch }: QuadraticSpec): Problem {
  const h = Float64Array.from(eigenvalues);
  const size = h.length;
  const sigma = noise / Math.sqrt(batch);
  return {
    size,
    stepsPerEpoch: 1,
    start: () => Float64Array.from(start),
    loss(theta) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += h[i]! * theta[i]! * theta[i]!;
      return sum / 2;
    },
    gradient(theta, out) {
      for (let i = 0; i < size; i++) out[i] = h[i]! * theta[i]!;
    },
    sampler: (random) => (theta, out) => {
      for (let i = 0; i < size; i++) out[i] = h[i]! * theta[i]! + (sigma > 0 ? sigma * normal(random) : 0);
    },
    least: 0,
    curvature: { max: Math.max(...eigenvalues), where: "everywhere" },
    ...(size === 2 && { plane: around(start) }),
  };
}

function around(start: readonly number[]) {
  const reach = 1.3 * Math.max(1e-3, Math.abs(start[0]!), Math.abs(start[1]!));
  return { x: [-reach, reach], y: [-reach, reach], minima: [[0, 0]] } as const;
}

/** `count` eigenvalues from 1 to the condition number, evenly on a logarithmic scale. */
export function spectrum(count: number, condition: number): number[] {
  const root = (k: number) => (k === 0 ? 1 : k === count - 1 ? condition : power(nthRoot(condition, count - 1), k));
  return Array.from({ length: count }, (_, k) => root(k));
}

const power = (x: number, n: number): number => (n === 0 ? 1 : x * power(x, n - 1));

/** Newton's iteration: the same bits on every host, which Math.pow does not promise. */
function nthRoot(value: number, n: number): number {
  let x = 1 + (value - 1) / n;
  for (let i = 0; i < 200; i++) x = ((n - 1) * x + value / power(x, n - 1)) / n;
  return x;
}
