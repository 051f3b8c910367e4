import type { Curve } from "../engine/curve.js";
import { divide, power as pow } from "../engine/python.js";
import { cooldown, decay, segments, warmup } from "../engine/segments.js";
import { batchesOf, epochsOf, length, scheduler } from "./allennlpCommon.js";
import { factor, integer, required, type Context } from "./define.js";

type Lengths = Readonly<Record<"num_epochs" | "num_steps_per_epoch", number | null>>;
/** Batches of the run. */
const totalOf = (a: Lengths, context: Context) =>
  epochsOf(a.num_epochs, context) * batchesOf(a.num_steps_per_epoch, context);

export const polynomial = scheduler("polynomial_decay.PolynomialDecay", {
  params: { ...length, power: 1, warmup_steps: 0, end_learning_rate: 0 },
  formula:
    "lr · n / W, then end + (lr − end) · ((T − n) / (T − W))^power, n = t + 1, T = num_epochs · num_steps_per_epoch",
  quirks: ["The first update is already at n = 1."],
  compile: (a, context) => polyCurve(context.initial_lr, a, totalOf(a, context)),
});

export const linear = scheduler("linear_with_warmup.LinearWithWarmup", {
  params: { ...length, warmup_steps: 100 },
  formula: "lr · n / W, then lr · (T − n) / (T − W), n = t + 1, T = num_epochs · num_steps_per_epoch",
  quirks: ["warmup_steps is 100 unless written."],
  compile: (a, context) => polyCurve(context.initial_lr, linearOf(a.warmup_steps), totalOf(a, context)),
});

export const noam = scheduler("noam.NoamLR", {
  params: {
    model_size: integer("width of the model"),
    warmup_steps: required,
    factor: factor("factor of the whole", { default: 1 }),
  },
  needs: [],
  formula: "factor · model_size^−½ · min(n^−½, n · W^−3/2), n = t + 1",
  quirks: ["The optimizer's rate is ignored."],
  compile(a) {
    const f = noamAt(a);
    const at = (t: number) => f(t + 1);
    return segments(warmup(a.warmup_steps, at), decay(Infinity, at));
  },
});

export type Noam = Readonly<Record<"model_size" | "warmup_steps" | "factor", number>>;
/** The rate of batch n, from 1. */
export const noamAt =
  ({ model_size, warmup_steps: W, factor }: Noam) =>
  (n: number) =>
    factor * pow(model_size, -0.5) * Math.min(pow(n, -0.5), n * pow(W, -1.5));

export interface Poly {
  readonly power: number;
  readonly warmup_steps: number;
  readonly end_learning_rate: number;
}
/** PolynomialDecay after n batches: n / W, then (T − n) / (T − W) to the power, end_learning_rate from T on. */
export function polyAt(base: number, { power, warmup_steps: W, end_learning_rate: end }: Poly, T: number) {
  return (n: number) => {
    if (W > 0 && n < W) return base * (n / W);
    return n >= T ? end : pow(divide(T - n, T - W), power) * (base - end) + end;
  };
}
export function polyCurve(base: number, a: Poly, T: number): Curve {
  const f = polyAt(base, a, T);
  const at = (t: number) => f(t + 1);
  return segments(warmup(Math.ceil(a.warmup_steps) - 1, at), decay(T - 1, at), cooldown(Infinity, at));
}

/** LinearWithWarmup is a PolynomialDecay of power 1. */
export const linearOf = (warmup_steps: number): Poly => ({ power: 1, warmup_steps, end_learning_rate: 0 });
