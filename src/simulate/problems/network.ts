import { sigmoid, softplus, tanh } from "../elementary.js";
import { uniform, type Random } from "../random.js";
import { batches } from "./batches.js";
import { dataSet, type DataSpec } from "./data.js";
import type { DataSet, Problem } from "./problem.js";

export interface NetworkSpec extends DataSpec {
  readonly kind: "network";
  readonly batch: number;
  /** Hidden units, H. */
  readonly hidden: number;
}

/**
 * Two-layer network: z = v · tanh(W x + b) + c on two inputs, loss = mean of ln(1 + e^z) − label · z.
 * θ = W (H × 2, row by row), b (H), v (H), c: 4H + 1 numbers. Start as torch.nn.Linear draws it: uniform within
 * ±1/√fan_in, from the run's own seed, so every run starts elsewhere.
 * source: Rumelhart, Hinton, Williams, Nature 323 (1986) 533, for the gradient.
 */
export function network(spec: NetworkSpec): Problem {
  return networkOver(dataSet(spec), spec.hidden, spec.batch);
}

export function networkOver(data: DataSet, H: number, batch: number): Problem {
  const samples = data.train.labels.length;
  const all = Int32Array.from({ length: samples }, (_, i) => i);
  const activation = new Float64Array(H);

  const output = (theta: Float64Array, x: number, y: number) => {
    let z = theta[4 * H]!;
    for (let j = 0; j < H; j++) {
      const a = tanh(theta[2 * j]! * x + theta[2 * j + 1]! * y + theta[2 * H + j]!);
      activation[j] = a;
      z += theta[3 * H + j]! * a;
    }
    return z;
  };
  const gradientOver = (theta: Float64Array, indices: Int32Array, out: Float64Array) => {
    const { points, labels } = data.train;
    out.fill(0);
    for (let k = 0; k < indices.length; k++) {
      const i = indices[k]!;
      const x = points[2 * i]!;
      const y = points[2 * i + 1]!;
      const error = (sigmoid(output(theta, x, y)) - labels[i]!) / indices.length;
      for (let j = 0; j < H; j++) {
        const a = activation[j]!;
        const back = error * theta[3 * H + j]! * (1 - a * a);
        out[2 * j]! += back * x;
        out[2 * j + 1]! += back * y;
        out[2 * H + j]! += back;
        out[3 * H + j]! += error * a;
      }
      out[4 * H]! += error;
    }
  };
  const meanLoss = (theta: Float64Array, { points, labels }: DataSet["train"]) => {
    let sum = 0;
    for (let i = 0; i < labels.length; i++) {
      const z = output(theta, points[2 * i]!, points[2 * i + 1]!);
      sum += softplus(z) - labels[i]! * z;
    }
    return sum / labels.length;
  };
  return {
    size: 4 * H + 1,
    stepsPerEpoch: Math.ceil(samples / batch),
    start: (random) => initial(random, H),
    loss: (theta) => meanLoss(theta, data.train),
    validation: (theta) => meanLoss(theta, data.validation),
    gradient: (theta, out) => gradientOver(theta, all, out),
    sampler(random) {
      const next = batches(random, samples, batch);
      return (theta, out) => gradientOver(theta, next(), out);
    },
    data,
    classify: (theta, x, y) => sigmoid(output(theta, x, y)),
  };
}

function initial(random: Random, H: number): Float64Array {
  const draw = (fanIn: number) => (2 * uniform(random) - 1) / Math.sqrt(fanIn);
  return Float64Array.from({ length: 4 * H + 1 }, (_, i) => draw(i < 3 * H ? 2 : H));
}
