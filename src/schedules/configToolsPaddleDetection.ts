import type { Curve } from "../engine/curve.js";
import { cosineFall } from "../engine/oneCycle.js";
import { cooldown, decay, halfCosine, hold, segments, warmed, type Segment } from "../engine/segments.js";
import { anything, flag, integer, numbers, power, ratio, real, steps, word } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

/**
 * PaddleDetection's `LearningRate.schedulers`: a decay, and a warm-up that replaces its first W iterations without moving its
 * clock. The rule is the decay beside a warm-up of W iterations.
 */
const detection = library({
  homes: ["paddledetection:"],
  needs: ["steps_per_epoch"],
  source: "PaddlePaddle/PaddleDetection, ppdet/optimizer/optimizer.py",
  first: {
    base_lr: 0.01,
    use_warmup: flag("the second scheduler is used", { default: true }),
    warmup: word("the second scheduler", { default: null, choices: ["LinearWarmup", "ExpWarmup"] }),
    steps: steps("iterations of warm-up: 500 linear, 1000 exponential", { default: null }),
    epochs: real("epochs of warm-up; before `steps`", { default: null }),
    start_factor: ratio("first factor of LinearWarmup", { default: 1 / 3 }),
    power: power("exponent of ExpWarmup", { default: 2 }),
  },
  finish(decayed: (W: number) => Curve, a, { steps_per_epoch: spe }) {
    if (!a.use_warmup || (a.warmup as string | null) === null) return decayed(0);
    const linear = a.warmup === "LinearWarmup";
    const given = a.epochs as number | null;
    const length = (a.steps as number | null) ?? (linear ? 500 : 1000);
    const W = Math.max(1, given === null ? length : given * spe);
    refuse(!Number.isFinite(W), "the warm-up must be finite");
    const share = linear ? (p: number) => a.start_factor * (1 - p) + p : (p: number) => p ** a.power;
    return warmed(W, (t) => a.base_lr * share(t / W), decayed(W));
  },
});

export const configToolsPaddleDetection = [
  detection({
    name: "CosineDecay",
    params: {
      max_epochs: integer("epochs of the cosine", { default: 1000 }),
      min_lr_ratio: 0,
      last_plateau_epochs: integer("last epochs at the floor", { default: 0 }),
    },
    formula: "min + (B − min) · (1 + cos(π · (t − W) / (T − W − plateau))) / 2, min in the last plateau epochs",
    quirks: ["max_epochs may exceed the run on purpose, so that the cosine stops early."],
    rule({ base_lr: base, ...a }, { steps_per_epoch: spe }) {
      const [low, T, plateau] = [base * a.min_lr_ratio, a.max_epochs * spe, a.last_plateau_epochs * spe];
      return (W) => {
        if (W === 0 && !(plateau > 0)) return segments(cosineFall(base, low, 0, T));
        const shape = (t: number) => low + (base - low) * halfCosine((t - W) / (T - W - plateau));
        return segments(decay(T - plateau, shape), cooldown(Infinity, plateau > 0 ? low : shape(T - 1)));
      };
    },
  }),
  detection({
    name: "PiecewiseDecay",
    params: {
      gamma: anything("factor of a drop, or the absolute factor after each", { default: [0.1, 0.01] }),
      milestones: numbers("epochs of the drops", { default: [8, 11] }),
      values: numbers("rates, one more than milestones", { default: null }),
    },
    formula: "base_lr · gamma[i] from milestone i on; a scalar gamma becomes gamma, gamma / 10, …",
    quirks: ["A scalar gamma is divided by 10 at every further milestone, not multiplied by itself."],
    rule(a, { steps_per_epoch: spe }) {
      const edges = a.milestones.map((m) => Math.trunc(m) * spe);
      const values = a.values as readonly number[] | null;
      const wrong = values !== null && values.length !== edges.length + 1;
      refuse(wrong, "AssertionError: values must have one entry more than milestones");
      const gamma = a.gamma as number | readonly number[];
      const factors = typeof gamma === "object" ? gamma : edges.map((_, i) => gamma / 10 ** i);
      return () => segments(...holding(edges, values ?? [a.base_lr, ...factors.map((g) => a.base_lr * g)]));
    },
  }),
];

/** values[i] once i of the edges are behind. */
export function holding(edges: readonly number[], values: readonly number[]): Segment[] {
  return [...edges.map((e, i) => hold(e, values[i] ?? NaN)), hold(Infinity, values[edges.length] ?? NaN)];
}
