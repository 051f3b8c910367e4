import type { Curve } from "../engine/curve.js";
import { PI32, f32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { decay, flat, hold, segments, warmup } from "../engine/segments.js";
import { curve, everyPeriod, piecewiseConstant, sequence, shift } from "../engine/shapes.js";
import { isScheduleCall } from "./compile.js";
import { defineSchedule, factor, flag, handle, integer, lr, numbers, power, real, schedule, steps } from "./define.js";
import type { ParamSpec, ScheduleDefinition, Value } from "./define.js";
import { curveOf } from "./nested.js";
import { raise } from "./torchRules.js";

/** Paddle 1's decays: functions of static graphs, and classes of `fluid.dygraph` with the same formulas, in float32. */
type Numbers = Record<string, number>;
interface Decay {
  readonly snake: string;
  readonly pascal: string;
  readonly params: Readonly<Record<string, ParamSpec>>;
  readonly formula: string;
  readonly curve: (args: Numbers) => Curve;
  /** The counter's first value. */
  readonly begin?: number;
}

const learning_rate = lr("rate at step 0");
const decay_steps = real("steps in which decay_rate takes effect once", { min: 0, above: true });
const staircase = flag("drop once every decay_steps instead of smoothly", { default: false });

/** f(t / decay_steps), the quotient floored when staircase. */
function divided({ decay_steps: every, staircase }: Numbers, rate: (p: number) => number): Curve {
  const smooth = (t: number) => f32(f32(t) / every!);
  const stairs = (t: number) => Math.floor(smooth(t));
  const p = staircase ? stairs : smooth;
  return curve((t) => f32(rate(p(t))), staircase ? changes(stairs) : [], [{ kind: "decay", from: 0, to: Infinity }]);
}

const decays: readonly Decay[] = [
  {
    snake: "exponential_decay",
    pascal: "ExponentialDecay",
    params: {
      learning_rate,
      decay_steps,
      decay_rate: factor("the rate is multiplied by this every decay_steps"),
      staircase,
    },
    formula: "learning_rate · decay_rate^(t / decay_steps), the exponent floored when staircase",
    curve: (a) => divided(a, (p) => a.learning_rate! * pow32(a.decay_rate!, p)),
  },
  {
    snake: "natural_exp_decay",
    pascal: "NaturalExpDecay",
    params: { learning_rate, decay_steps, decay_rate: real("exponent per decay_steps"), staircase },
    formula: "learning_rate · e^(−decay_rate · t / decay_steps), the quotient floored when staircase",
    curve: (a) => divided(a, (p) => a.learning_rate! * f32(Math.exp(-a.decay_rate! * p))),
  },
  {
    snake: "inverse_time_decay",
    pascal: "InverseTimeDecay",
    params: {
      learning_rate,
      decay_steps,
      decay_rate: real("share of the rate's inverse added every decay_steps"),
      staircase,
    },
    formula: "learning_rate / (1 + decay_rate · t / decay_steps), the quotient floored when staircase",
    curve: (a) => divided(a, (p) => a.learning_rate! / f32(1 + f32(a.decay_rate! * p))),
  },
  {
    snake: "polynomial_decay",
    pascal: "PolynomialDecay",
    params: {
      learning_rate,
      decay_steps: real("steps of the decay", { min: 0, above: true }),
      end_learning_rate: lr("rate at the end of the decay", { default: 0.0001 }),
      power: power("1 is linear", { default: 1 }),
      cycle: flag("start over with a longer period when decay_steps is over", { default: false }),
    },
    formula:
      "(learning_rate − end_learning_rate) · (1 − min(t, T) / T)^power + end_learning_rate, T = decay_steps (with cycle: · ⌈t / decay_steps⌉)",
    curve({ learning_rate, decay_steps: T, end_learning_rate: end, power, cycle }) {
      const value = (p: number) => f32(f32((learning_rate! - end!) * pow32(f32(1 - p), power!)) + end!);
      const turn = (t: number) => (t === 0 ? 1 : Math.ceil(f32(t / T!)));
      if (cycle)
        return curve((t) => value(f32(t / f32(T! * turn(t)))), changes(turn), [
          { kind: "cycle", from: 0, to: Infinity },
        ]);
      return segments(
        decay(T!, (t) => value(f32(t / T!))),
        flat(Infinity, value(1)),
      );
    },
  },
  {
    snake: "cosine_decay",
    pascal: "CosineDecay",
    params: {
      learning_rate,
      step_each_epoch: steps("steps of an epoch"),
      epochs: real("epochs from the highest rate to 0"),
    },
    formula: "learning_rate · (1 + cos(π · ⌊t / step_each_epoch⌋ / epochs)) / 2",
    curve({ learning_rate, step_each_epoch: each, epochs }) {
      const epoch = (t: number) => Math.floor(f32(t / each!));
      const at = (t: number) => f32(learning_rate! * 0.5 * f32(f32(Math.cos(f32(f32(epoch(t) * PI32) / epochs!))) + 1));
      return curve(at, everyPeriod(each!), [{ kind: "decay", from: 0, to: Math.ceil(each! * epochs!) }]);
    },
  },
  {
    snake: "noam_decay",
    pascal: "NoamDecay",
    params: {
      d_model: real("width of the model"),
      warmup_steps: steps("steps until the peak"),
      learning_rate: lr("scale", { default: 1 }),
    },
    formula: "learning_rate · d_model^−½ · min(n^−½, n · warmup_steps^−1.5), n = t + 1",
    begin: 1,
    curve({ d_model, warmup_steps: W, learning_rate }) {
      const at = (n: number) => f32(learning_rate! * d_model! ** -0.5 * Math.min(f32(n ** -0.5), f32(W! ** -1.5 * n)));
      return segments(warmup(W!, at), decay(Infinity, at));
    },
  },
];

const layers = (name: string) => ({
  id: `paddle.fluid.layers.${name}`,
  aliases: [
    `fluid.layers.${name}`,
    `paddle.fluid.layers.learning_rate_scheduler.${name}`,
    `paddle.optimizer.lr.${name}`,
  ],
});
const dygraph = (name: string) => ({
  id: `paddle.fluid.dygraph.${name}`,
  aliases: [`fluid.dygraph.${name}`, `paddle.fluid.dygraph.learning_rate_scheduler.${name}`],
});
const common = {
  unit: "step",
  dtype: "float32",
  source: "paddle 1.8, python/paddle/fluid/layers/learning_rate_scheduler.py and dygraph/learning_rate_scheduler.py",
} as const;
const counter = {
  step: integer("added to the counter per update", { default: 1 }),
  dtype: handle("number type of the rate"),
};

const fromDecay = (d: Decay): ScheduleDefinition[] => [
  defineSchedule({
    ...layers(d.snake),
    ...common,
    params: d.params,
    formula: d.formula,
    compile: (a) => shift(d.curve(a as Numbers), d.begin ?? 0),
  }),
  defineSchedule({
    ...dygraph(d.pascal),
    ...common,
    params: { ...withBegin(d), ...counter },
    formula: `${d.formula}; the counter starts at begin and grows by step`,
    compile: (a) => counted(d.curve(a as unknown as Numbers), (a as unknown as Numbers).begin!, a.step),
  }),
];

/** The classes put begin before step, Noam's before learning_rate. */
function withBegin(d: Decay): Record<string, ParamSpec> {
  const begin = integer("first value of the counter", { default: d.begin ?? 0 });
  if (d.snake !== "noam_decay") return { ...d.params, begin };
  const { learning_rate, ...rest } = d.params;
  return { ...rest, begin, step: counter.step, dtype: counter.dtype, learning_rate: learning_rate! };
}

/** c(begin + step · t). */
function counted(c: Curve, begin: number, step: number): Curve {
  if (step === 1) return shift(c, begin);
  const next = (t: number) => Math.max(t + 1, Math.ceil((c.nextBreak(begin + step * t) - begin) / step));
  return { ...c, at: (t) => c.at(begin + step * t), nextBreak: next };
}

const piecewiseParams = {
  boundaries: numbers("the first step of each further value"),
  values: numbers("one rate more than boundaries"),
};
const lengths = (a: { boundaries: readonly number[]; values: readonly number[] }) => {
  if (a.values.length - a.boundaries.length !== 1) raise("ValueError: len(values) - len(boundaries) should be 1");
  return piecewiseConstant(a.boundaries, a.values);
};
const piecewiseFormula = "values[i], i = how many boundaries are <= t";

export const fluid: ScheduleDefinition[] = [
  ...decays.flatMap(fromDecay),
  defineSchedule({
    ...layers("piecewise_decay"),
    ...common,
    params: piecewiseParams,
    formula: piecewiseFormula,
    compile: lengths,
  }),
  defineSchedule({
    ...dygraph("PiecewiseDecay"),
    ...common,
    params: { ...piecewiseParams, begin: integer("first value of the counter"), ...counter },
    formula: piecewiseFormula,
    compile: (a) => counted(lengths(a), a.begin, a.step),
  }),
  ...[layers("linear_lr_warmup"), dygraph("LinearLrWarmup")].map((names) => {
    const dynamic = names.id.includes("dygraph");
    return defineSchedule({
      ...names,
      ...common,
      params: {
        learning_rate: schedule("the rate, or schedule, after the warm-up"),
        warmup_steps: steps("steps of the warm-up", { min: 1 }),
        start_lr: lr("rate at step 0"),
        end_lr: lr("rate that the warm-up aims at"),
        ...(dynamic && { begin: integer("first value of the counter", { default: 1 }), ...counter }),
      },
      formula: `${dynamic ? "" : "start_lr + "}(end_lr − start_lr) · n / W for n < W = warmup_steps; then learning_rate`,
      quirks: [
        "The schedule after the warm-up counts from step 0.",
        dynamic ? "start_lr gives the slope alone: the warm-up starts at 0." : "With noam_decay inside n starts at 1.",
      ],
      compile({ learning_rate, warmup_steps: W, start_lr, end_lr, ...rest }, context) {
        const { begin, step } = dynamic ? (rest as Numbers) : { begin: firstCount(learning_rate), step: 1 };
        if (dynamic && end_lr <= start_lr)
          raise(`AssertionError: end_lr ${end_lr} must be greater than start_lr ${start_lr}`);
        const after = curveOf(learning_rate, context, f32);
        const from = begin! >= W ? 0 : step! > 0 ? Math.ceil((W - begin!) / step!) : Infinity;
        if (from === 0) return after;
        const slope = (n: number) => ((end_lr - start_lr) / W) * n;
        const rise = (n: number) => (dynamic ? slope(n) : start_lr + f32((end_lr - start_lr) * f32(n / W)));
        const up = segments(
          warmup(from, (t) => f32(rise(begin! + step! * t))),
          hold(Infinity, end_lr),
        );
        return sequence([
          { from: 0, curve: up, kind: "warmup" },
          { from, curve: after },
        ]);
      },
    });
  }),
];

/** The counter of a static graph is made by the schedule that is built first, the innermost. */
function firstCount(rate: Value | undefined): number {
  if (!isScheduleCall(rate)) return 0;
  return rate.definition.id.endsWith(".noam_decay") ? 1 : firstCount(rate.args["learning_rate"]);
}
