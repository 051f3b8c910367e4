import { shuffle, type Random } from "../random.js";

/**
 * Mini-batches as a data loader with `shuffle=True, drop_last=False` deals them: every epoch a new permutation of all
 * samples, cut into batches; the last one of an epoch may be smaller..
 */
export function batches(random: Random, samples: number, batch: number): () => Int32Array {
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  let next = samples;
  return () => {
    if (next >= samples) {
      shuffle(random, order);
      next = 0;
    }
    const indices = order.subarray(next, Math.min(samples, next + batch));
    next += batch;
    return indices;
  };
}
