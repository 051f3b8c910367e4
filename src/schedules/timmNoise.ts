import type { Curve } from "../engine/curve.js";
import { turns } from "../engine/stepwise.js";

interface Noise {
  readonly noise_range_t: unknown;
  readonly noise_pct: number;
  readonly noise_std: number;
  readonly noise_seed: number;
}

/** timm's noise: from noise_range_t on, lr · (1 + n) with n normal, drawn anew from torch's generator seeded with seed + t. */
export function noisy(c: Curve, { noise_range_t: range, noise_pct, noise_std, noise_seed }: Noise): Curve {
  if (range === null || range === undefined) return c;
  const [from, to] = Array.isArray(range) ? (range as [number, number]) : [range as number, Infinity];
  const at = (t: number) => {
    const clean = c.at(t);
    // Before the first step nothing is added: the constructor sets the rate by itself.
    return t > 0 && t >= from && t < to ? clean * (1 + normalWithin(noise_seed + t, noise_std, noise_pct)) : clean;
  };
  const walk = 20_000;
  const jagged = turns(at, walk);
  return { ...c, at, nextBreak: (t) => Math.min(c.nextBreak(t), jagged(t)), walk };
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
