import { cos, sin } from "../elementary.js";
import { normal, shuffle, stream, uniform, type Random } from "../random.js";
import type { DataSet } from "./problem.js";

export type DataKind = "moons" | "spirals" | "blobs";

export interface DataSpec {
  readonly data: DataKind;
  /** Training points; the validation set has half as many, drawn the same way. */
  readonly samples: number;
  /** Fraction in [0, 0.5] of training and validation labels that are flipped. */
  readonly labelNoise: number;
  readonly dataSeed: number;
}

/**
 * Two classes in the plane, seeded. Classes alternate, so that both sets are balanced; coordinates are near [−2, 2].
 *   moons: two interleaved half circles of radius 1, jitter 0.15
 *   spirals: two arms of 1.5 turns, jitter 0.05
 *   blobs: normal clouds of deviation 0.6 around (±1, ±0.5)
 */
export function dataSet({ data, samples, labelNoise, dataSeed }: DataSpec): DataSet {
  const random = stream(dataSeed, 0x64617461);
  return {
    train: draw(random, data, samples, labelNoise),
    validation: draw(random, data, Math.ceil(samples / 2), labelNoise),
  };
}

function draw(random: Random, kind: DataKind, count: number, labelNoise: number): DataSet["train"] {
  const points = new Float64Array(2 * count);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = i & 1;
    const [x, y] = shapes[kind](random, label);
    points[2 * i] = x;
    points[2 * i + 1] = y;
    labels[i] = label;
  }
  const order = Int32Array.from({ length: count }, (_, i) => i);
  shuffle(random, order);
  for (const i of order.subarray(0, Math.round(labelNoise * count))) labels[i] = 1 - labels[i]!;
  return { points, labels };
}

const shapes: Record<DataKind, (random: Random, label: number) => [number, number]> = {
  moons(random, label) {
    const angle = Math.PI * uniform(random);
    const side = label ? -1 : 1;
    const x = side * cos(angle) + (label ? 0.5 : -0.5);
    const y = side * sin(angle) + (label ? 0.25 : -0.25);
    return [x + 0.15 * normal(random), y + 0.15 * normal(random)];
  },
  spirals(random, label) {
    const along = Math.sqrt(uniform(random));
    const angle = 3 * Math.PI * along + (label ? Math.PI : 0);
    const radius = 0.1 + 1.7 * along;
    return [radius * cos(angle) + 0.05 * normal(random), radius * sin(angle) + 0.05 * normal(random)];
  },
  blobs(random, label) {
    const side = label ? 1 : -1;
    return [side + 0.6 * normal(random), 0.5 * side + 0.6 * normal(random)];
  },
};
