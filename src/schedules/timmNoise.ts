import type { Curve } from "../engine/curve.js";
import { turns } from "../engine/stepwise.js";

export interface Noise {
  readonly noise_range_t: unknown;
  /** "normal" when absent. */
  readonly noise_type?: string;
  readonly noise_pct: number;
  readonly noise_std: number;
  readonly noise_seed: number | null;
}

/** timm's noise: from noise_range_t on, lr · (1 + n) with n drawn anew from torch's generator seeded with seed + t. */
export function noisy(c: Curve, noise: Noise): Curve {
  if (noise.noise_range_t === null || noise.noise_range_t === undefined) return c;
  // Before the first step nothing is added: the constructor sets the rate by itself.
  const at = (t: number) => (t > 0 ? c.at(t) * (1 + noiseAt(t, noise)) : c.at(t));
  const walk = 20_000;
  const jagged = turns(at, () => walk);
  return { ...c, at, nextBreak: (t) => Math.min(c.nextBreak(t), jagged(t)), walk };
}

/** n of step t; 0 outside noise_range_t. */
export function noiseAt(
  t: number,
  { noise_range_t: range, noise_type, noise_pct, noise_std, noise_seed }: Noise,
): number {
  if (range === null || range === undefined) return 0;
  const [from, to] = Array.isArray(range) ? (range as [number, number]) : [range as number, Infinity];
  if (!(t >= from && t < to)) return 0;
  const seed = (noise_seed ?? 42) + t;
  return (noise_type ?? "normal") === "normal"
    ? normalWithin(seed, noise_std, noise_pct)
    : uniformWithin(seed, noise_pct);
}

/** Even in (−bound, bound): torch.rand(1) has 24 random bits. */
function uniformWithin(seed: number, bound: number): number {
  return 2 * ((mersenneTwister(seed >>> 0)() & 0xffffff) * 2 ** -24 - 0.5) * bound;
}

/** The first normal number below `bound` of torch.Generator().manual_seed(seed), float32 as torch.randn(1) gives it. */
function normalWithin(seed: number, std: number, bound: number): number {
  const next = mersenneTwister(seed >>> 0);
  const uniform = () => ((next() & 0x1fffff) * 2 ** 32 + next()) * 2 ** -53;
  let spare: number | undefined;
  const normal = () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    const [u1, u2] = [uniform(), uniform()];
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    spare = radius * Math.sin(2 * Math.PI * u1);
    return radius * Math.cos(2 * Math.PI * u1);
  };
  // A bound that is hardly ever met would draw for ever, as it does in the library.
  for (let tries = 0; bound > 0 && tries < 200; tries++) {
    const drawn = Math.fround(normal()) * std;
    if (Math.abs(drawn) < bound) return drawn;
  }
  return NaN;
}

/** MT19937, 32 bits a call. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let i = 1; i < 624; i++) {
    const x = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(x, 1812433253) + i;
  }
  let index = 624;
  return () => {
    if (index === 624) {
      for (let k = 0; k < 624; k++) {
        const y = (state[k]! & 0x80000000) | (state[(k + 1) % 624]! & 0x7fffffff);
        state[k] = state[(k + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      index = 0;
    }
    let y = state[index++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}
