import type { Random } from "../random.js";

/** Something to minimize. θ is a Float64Array of `size` parameters; functions write into `out` and allocate nothing. */
export interface Problem {
  readonly size: number;
  /** Steps that count as one epoch: batches of the data set; 1 where there is no data. */
  readonly stepsPerEpoch: number;
  /** θ before the first update. The network draws it from `random`; the rest do not. */
  readonly start: (random: Random) => Float64Array;
  /** The loss that is shown: over all training data, without noise. */
  readonly loss: (theta: Float64Array) => number;
  readonly validation?: (theta: Float64Array) => number;
  /** Gradient of `loss`. */
  readonly gradient: (theta: Float64Array, out: Float64Array) => void;
  /** A fresh source of what one update sees: a mini-batch's gradient, or the gradient with noise. */
  readonly sampler: (random: Random) => (theta: Float64Array, out: Float64Array) => void;
  /** The least loss there is, where known. */
  readonly least?: number;
  /** Largest curvature that limits the rate, and where it was taken. */
  readonly curvature?: { readonly max: number; readonly where: string };
  /** For pictures of a plane: what to show of it. */
  readonly plane?: Plane;
  readonly data?: DataSet;
  /** Probability of class 1 at a point of the plane, for the decision boundary. */
  readonly classify?: (theta: Float64Array, x: number, y: number) => number;
}

export interface Plane {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly minima: readonly (readonly [number, number])[];
}

/** points: x0, y0, x1, y1, …; labels 0 or 1. */
export interface DataSet {
  readonly train: { readonly points: Float64Array; readonly labels: Uint8Array };
  readonly validation: { readonly points: Float64Array; readonly labels: Uint8Array };
}
