import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { exp, log } from "./elementary.js";

export type Random = RandomGenerator;

/**
 * The generator of one run: xoroshiro128+ whose 128-bit state is a hash of the seed and of the run's number, so that
 * neighbouring seeds share nothing and a run draws the same numbers whichever worker computes it.
 * seed: any finite number; index: whole, from 0.
 */
export function stream(seed: number, index: number): Random {
  const state = [0, 0, 0, 0];
  const words = new Int32Array(new Float64Array([seed, index]).buffer);
  let h = 0x9e3779b9 | 0;
  for (let i = 0; i < 4; i++) {
    for (const word of words) h = mix(h ^ word) + Math.imul(i + 1, 0x85ebca6b);
    state[i] = mix(h);
  }
  // The all-zero state would never leave zero; one hash in 2^128 gives it.
  if (!state.some((word) => word !== 0)) state[0] = 1;
  return xoroshiro128plusFromState(state);
}

/** MurmurHash3's finalizer: every input bit changes every output bit with probability near one half. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Uniform in (0, 1), 53 bits. */
export function uniform(random: Random): number {
  return ((random.next() >>> 5) * 67108864 + (random.next() >>> 6) + 0.5) / 9007199254740992;
}

/** Uniform whole number in [0, n), n <= 2^32; the bias of one part in 2^53 / n is far below anything observable. */
export function below(random: Random, n: number): number {
  return Math.floor(uniform(random) * n);
}

/** Fisher–Yates, in place. */
export function shuffle(random: Random, items: Int32Array): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    const kept = items[i]!;
    items[i] = items[j]!;
    items[j] = kept;
  }
}

/**
 * Ziggurat of 256 layers of equal area under e^(−x²/2) (Marsaglia and Tsang, J. Stat. Software 5(8), 2000), with the layer
 * and the position drawn from separate bits (Doornik, 2005). Layer 0 is the base strip with the tail beyond `TAIL`.
 * edge[i]: half width of layer i; inner[i]: the part of it that lies wholly under the curve, in units of 2^−31 of the width.
 */
const LAYERS = 256;
const TAIL = 3.6541528853610088;
const AREA = 0.00492867323399;
const width = new Float64Array(LAYERS);
const inner = new Float64Array(LAYERS);
const height = new Float64Array(LAYERS + 1);
{
  const density = (x: number) => exp(-0.5 * x * x);
  const edge = new Float64Array(LAYERS + 1);
  edge[0] = AREA / density(TAIL);
  edge[1] = TAIL;
  for (let i = 2; i < LAYERS; i++) edge[i] = Math.sqrt(-2 * log(AREA / edge[i - 1]! + density(edge[i - 1]!)));
  for (let i = 0; i < LAYERS; i++) {
    width[i] = edge[i]! / 2147483648;
    inner[i] = (edge[i + 1]! / edge[i]!) * 2147483648;
    height[i] = density(edge[i]!);
  }
  height[LAYERS] = 1;
}

/** A standard normal number, with 56 bits of position in its layer. */
export function normal(random: Random): number {
  const high = random.next();
  const low = random.next();
  const layer = low >>> 24;
  const u = high + (low & 0xffffff) * 5.9604644775390625e-8;
  if (Math.abs(u) < inner[layer]!) return u * width[layer]!;
  return edgeOrTail(random, layer, u);
}

function edgeOrTail(random: Random, layer: number, u: number): number {
  if (layer === 0) {
    for (;;) {
      const x = -log(uniform(random)) / TAIL;
      if (-2 * log(uniform(random)) >= x * x) return u < 0 ? -TAIL - x : TAIL + x;
    }
  }
  const x = u * width[layer]!;
  const y = height[layer]! + uniform(random) * (height[layer + 1]! - height[layer]!);
  return y < exp(-0.5 * x * x) ? x : normal(random);
}
