import { exp, log } from "./elementary.js";

/**
 * A generator's state: four 32-bit words of sfc32 (Chris Doty-Humphrey, PractRand; no known failure in PractRand or
 * TestU01). Written here because the simulation spends its time in it: in the loop of the noisy quadratic, inlined and
 * drawn in blocks, it does 90 million steps a second where a generator called through a package's object does 19, and C 110.
 */
export type Random = Int32Array;

/** Places behind the four words: half a word that `normal` has not used yet, and whether it is there. */
const SPARE = 4;
const SPARE_LEFT = 5;

/**
 * The generator of one run: three state words are a hash of the seed and of the run's number, so that neighbouring seeds
 * share nothing and a run draws the same numbers whichever worker computes it.
 * seed: any finite number; index: whole, from 0.
 */
export function stream(seed: number, index: number): Random {
  const words = new Int32Array(new Float64Array([seed, index]).buffer);
  const state = new Int32Array(6);
  let h = 0x9e3779b9 | 0;
  for (let i = 0; i < 3; i++) {
    for (const word of words) h = mix(h ^ word) + Math.imul(i + 1, 0x85ebca6b);
    state[i] = mix(h);
  }
  state[3] = 1;
  for (let i = 0; i < 16; i++) next(state);
  return state;
}

/** 32 random bits as a signed integer. */
function next(state: Random): number {
  const b = state[1]!;
  const c = state[2]!;
  const out = (((state[0]! + b) | 0) + state[3]!) | 0;
  state[0] = b ^ (b >>> 9);
  state[1] = (c + (c << 3)) | 0;
  state[2] = (((c << 21) | (c >>> 11)) + out) | 0;
  state[3] = (state[3]! + 1) | 0;
  return out;
}

/** MurmurHash3's finalizer: every input bit changes every output bit with probability near one half. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Uniform in (0, 1), 53 bits. */
export function uniform(random: Random): number {
  return ((next(random) >>> 5) * 67108864 + (next(random) >>> 6) + 0.5) / 9007199254740992;
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

/** 2^−8: eight more bits for the position in a layer. */
const FINER = 1 / 256;

/**
 * A standard normal number, with 40 bits of position in its layer. Two numbers share a word that holds both layers and both
 * low ends: its second half waits in the state.
 */
export function normal(random: Random): number {
  const waiting = random[SPARE_LEFT] !== 0;
  const word = waiting ? random[SPARE]! : next(random);
  random[SPARE] = word;
  random[SPARE_LEFT] = waiting ? 0 : 1;
  const layer = waiting ? (word >>> 8) & 255 : word & 255;
  const u = next(random) + (waiting ? (word >>> 16) & 255 : word >>> 24) * FINER;
  return Math.abs(u) < inner[layer]! ? u * width[layer]! : edgeOrTail(random, layer, u);
}

/** The next `count` normal numbers, into `out`: the same as `normal` gives, with the state kept in registers meanwhile. */
export function normals(random: Random, out: Float64Array, count: number): void {
  let i = 0;
  if (count > 0 && random[SPARE_LEFT] !== 0) out[i++] = normal(random);
  let a = random[0]!;
  let b = random[1]!;
  let c = random[2]!;
  let d = random[3]!;
  for (; i + 1 < count; i += 2) {
    const word = (((a + b) | 0) + d) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    d = (d + 1) | 0;
    const one = (((a + b) | 0) + d) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + one) | 0;
    d = (d + 1) | 0;
    const layer = word & 255;
    const u = one + (word >>> 24) * FINER;
    if (Math.abs(u) < inner[layer]!) out[i] = u * width[layer]!;
    else {
      keep(random, a, b, c, d);
      out[i] = edgeOrTail(random, layer, u);
      a = random[0]!;
      b = random[1]!;
      c = random[2]!;
      d = random[3]!;
    }
    const two = (((a + b) | 0) + d) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + two) | 0;
    d = (d + 1) | 0;
    const layer2 = (word >>> 8) & 255;
    const u2 = two + ((word >>> 16) & 255) * FINER;
    if (Math.abs(u2) < inner[layer2]!) out[i + 1] = u2 * width[layer2]!;
    else {
      keep(random, a, b, c, d);
      out[i + 1] = edgeOrTail(random, layer2, u2);
      a = random[0]!;
      b = random[1]!;
      c = random[2]!;
      d = random[3]!;
    }
  }
  keep(random, a, b, c, d);
  if (i < count) out[i] = normal(random);
}

function keep(random: Random, a: number, b: number, c: number, d: number): void {
  random[0] = a;
  random[1] = b;
  random[2] = c;
  random[3] = d;
}

/** One number in eighty comes here. A refused one is drawn anew with a word of its own. */
function edgeOrTail(random: Random, layer: number, u: number): number {
  for (;;) {
    if (layer === 0) return tail(random, u);
    const x = u * width[layer]!;
    const y = height[layer]! + uniform(random) * (height[layer + 1]! - height[layer]!);
    if (y < exp(-0.5 * x * x)) return x;
    const word = next(random);
    layer = word & 255;
    u = next(random) + (word >>> 24) * FINER;
    if (Math.abs(u) < inner[layer]!) return u * width[layer]!;
  }
}

/** Beyond the base layer, by Marsaglia's exact method; the sign is u's. */
function tail(random: Random, u: number): number {
  for (;;) {
    const x = -log(uniform(random)) / TAIL;
    if (-2 * log(uniform(random)) >= x * x) return u < 0 ? -TAIL - x : TAIL + x;
  }
}
