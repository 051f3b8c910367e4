import { sigmoid, softplus } from "../elementary.js";
import { batches } from "./batches.js";
import { dataSet, type DataSpec } from "./data.js";
import type { DataSet, Problem } from "./problem.js";

export interface LogisticSpec extends DataSpec {
  readonly kind: "logistic";
  readonly batch: number;
}

/**
 * Logistic regression: z = w·x + b, loss = mean over the samples of ln(1 + e^z) − label · z, from θ = (w₁, w₂, b) = 0.
 * Convex. Curvature is at most ¼ λ_max(XᵀX / n) with X the points and a column of ones.
 * source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2009, section 4.4.
 */
export function logistic(spec: LogisticSpec): Problem {
  return logisticOver(dataSet(spec), spec.batch);
}

export function logisticOver(data: DataSet, batch: number): Problem {
  const samples = data.train.labels.length;
  const all = Int32Array.from({ length: samples }, (_, i) => i);
  const gradientOver = (theta: Float64Array, indices: Int32Array, out: Float64Array) => {
    const [w1, w2, b] = [theta[0]!, theta[1]!, theta[2]!];
    const { points, labels } = data.train;
    let [g1, g2, g3] = [0, 0, 0];
    for (let k = 0; k < indices.length; k++) {
      const i = indices[k]!;
      const x = points[2 * i]!;
      const y = points[2 * i + 1]!;
      const error = sigmoid(w1 * x + w2 * y + b) - labels[i]!;
      g1 += error * x;
      g2 += error * y;
      g3 += error;
    }
    out[0] = g1 / indices.length;
    out[1] = g2 / indices.length;
    out[2] = g3 / indices.length;
  };
  return {
    size: 3,
    stepsPerEpoch: Math.ceil(samples / batch),
    start: () => new Float64Array(3),
    loss: (theta) => meanLoss(theta, data.train),
    validation: (theta) => meanLoss(theta, data.validation),
    gradient: (theta, out) => gradientOver(theta, all, out),
    sampler(random) {
      const next = batches(random, samples, batch);
      return (theta, out) => gradientOver(theta, next(), out);
    },
    least: least(data.train, (theta, out) => gradientOver(theta, all, out)),
    curvature: { max: curvatureBound(data.train.points), where: "at most, over the training data" },
    data,
    classify: (theta, x, y) => sigmoid(theta[0]! * x + theta[1]! * y + theta[2]!),
  };
}

function meanLoss(theta: Float64Array, { points, labels }: DataSet["train"]): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const z = theta[0]! * points[2 * i]! + theta[1]! * points[2 * i + 1]! + theta[2]!;
    sum += softplus(z) - labels[i]! * z;
  }
  return sum / labels.length;
}

/** ¼ of the largest eigenvalue of XᵀX / n, by power iteration. */
function curvatureBound(points: Float64Array): number {
  const n = points.length / 2;
  let v = [1, 1, 1];
  let value = 0;
  for (let k = 0; k < 200; k++) {
    const next = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const row = [points[2 * i]!, points[2 * i + 1]!, 1];
      const dot = row[0]! * v[0]! + row[1]! * v[1]! + v[2]!;
      for (let j = 0; j < 3; j++) next[j]! += (dot * row[j]!) / n;
    }
    value = Math.sqrt(next.reduce((sum, x) => sum + x * x, 0));
    v = next.map((x) => x / value);
  }
  return value / 4;
}

/**
 * The least loss, by Newton's method with backtracking; it approaches 0 when a line separates the classes, and the value
 * reached after the last iteration stands for it.
 */
function least(train: DataSet["train"], gradient: (theta: Float64Array, out: Float64Array) => void): number {
  const { points, labels } = train;
  const g = new Float64Array(3);
  let theta = new Float64Array(3);
  let value = meanLoss(theta, train);
  for (let iteration = 0; iteration < 40; iteration++) {
    gradient(theta, g);
    const hessian = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < labels.length; i++) {
      const x = points[2 * i]!;
      const y = points[2 * i + 1]!;
      const p = sigmoid(theta[0]! * x + theta[1]! * y + theta[2]!);
      const w = (p * (1 - p)) / labels.length;
      [x * x, x * y, x, y * y, y, 1].forEach((term, k) => (hessian[k]! += w * term));
    }
    const step = solve3(hessian, g);
    let size = 1;
    let next = theta.map((t, k) => t - step[k]!);
    while (size > 1e-6 && !(meanLoss(next, train) <= value)) {
      size /= 2;
      next = theta.map((t, k) => t - size * step[k]!);
    }
    const reached = meanLoss(next, train);
    if (!(reached < value)) break;
    theta = next;
    value = reached;
  }
  return value;
}

/** Solves A s = g for symmetric A = (a, b, c; b, d, e; c, e, f), by Cramer's rule; 0 where A is singular. */
function solve3([a, b, c, d, e, f]: readonly number[], g: Float64Array): number[] {
  const [A, B, C] = [d! * f! - e! * e!, c! * e! - b! * f!, b! * e! - c! * d!];
  const determinant = a! * A + b! * B + c! * C;
  if (!(Math.abs(determinant) > 1e-300)) return [0, 0, 0];
  const [D, E, F] = [a! * f! - c! * c!, b! * c! - a! * e!, a! * d! - b! * b!];
  return [A * g[0]! + B * g[1]! + C * g[2]!, B * g[0]! + D * g[1]! + E * g[2]!, C * g[0]! + E * g[1]! + F * g[2]!].map(
    (x) => x / determinant,
  );
}
