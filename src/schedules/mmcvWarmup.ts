import type { Curve } from "../engine/curve.js";
import { flag, ratio, steps, word } from "./define.js";
import { refuse } from "./refuse.js";

/** mmcv's warm-up, a factor on the regular rate while t < warmup_iters. */
export const warmupParams = {
  warmup: word("warm-up shape", { default: null, choices: ["constant", "linear", "exp"] }),
  warmup_iters: steps("iterations of warm-up (epochs with warmup_by_epoch)", { default: 0 }),
  warmup_ratio: ratio("factor at the first iteration", { default: 0.1, min: 0, above: true, max: 1 }),
  warmup_by_epoch: flag("warmup_iters counts epochs", { default: false }),
};

interface Warmup {
  readonly warmup: string | null;
  readonly warmup_iters: number | null;
  readonly warmup_ratio: number | null;
  readonly warmup_by_epoch: boolean;
}

export function warmedUp(c: Curve, a: Warmup, spe: number): Curve {
  if (a.warmup === null) return c;
  const shape = shapes[a.warmup];
  const unknown = `"${a.warmup}" is not a supported type for warming up`;
  refuse(!shape, `ValueError: ${unknown}, valid types are "constant", "linear" and "exp"`);
  const W = (a.warmup_iters ?? 0) * (a.warmup_by_epoch ? spe : 1);
  const low = a.warmup_ratio ?? 0.1;
  refuse(!(W > 0), 'AssertionError: "warmup_iters" must be a positive integer');
  refuse(!(low > 0 && low <= 1), 'AssertionError: "warmup_ratio" must be in range (0,1]');
  const later = c.phases.filter((p) => p.to > W).map((p) => ({ ...p, from: Math.max(p.from, W) }));
  return {
    ...c,
    at: (t) => (t < W ? c.at(t) * shape!(t / W, low) : c.at(t)),
    nextBreak: (t) => Math.min(c.nextBreak(t), t < W ? Math.ceil(W) : Infinity),
    phases: [{ kind: "warmup", from: 0, to: W }, ...later],
  };
}

const shapes: Readonly<Record<string, (p: number, low: number) => number>> = {
  constant: (_, low) => low,
  linear: (p, low) => 1 - (1 - p) * (1 - low),
  exp: (p, low) => low ** (1 - p),
};
