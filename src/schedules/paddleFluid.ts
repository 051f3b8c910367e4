import type { Curve } from "../engine/curve.js";
import { PI32, f32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments, warmed, warmup } from "../engine/segments.js";
import { curve, cycling, everyPeriod, falling, piecewiseConstant, shift } from "../engine/shapes.js";
import { isScheduleCall } from "./compile.js";
import { inverseRate, polynomialFormula } from "./decayWords.js";
import { factor, handle, integer, lr, numbers, real, required, steps } from "./define.js";
import type { Context, Params, ScheduleDefinition, Value } from "./define.js";
import { library } from "./library.js";
import { curveOf } from "./nested.js";
import { warmupParams } from "./paddleWarmups.js";
import { refuse } from "./refuse.js";

/** Paddle 1's decays: functions of static graphs, and classes of `fluid.dygraph` with the same formulas, in float32. */
const common = {
  dtype: "float32",
  source: "paddle 1.8, python/paddle/fluid/layers/learning_rate_scheduler.py and dygraph/learning_rate_scheduler.py",
} as const;
const layer = library({
  ...common,
  homes: [
    "paddle.fluid.layers.",
    "fluid.layers.",
    "paddle.fluid.layers.learning_rate_scheduler.",
    "paddle.optimizer.lr.",
  ],
});
const dygraph = library({
  ...common,
  homes: ["paddle.fluid.dygraph.", "fluid.dygraph.", "paddle.fluid.dygraph.learning_rate_scheduler."],
});
const counter = {
  step: integer("added to the counter per update", { default: 1 }),
  dtype: handle("number type of the rate"),
};
const beginAt = (first?: number) => integer("first value of the counter", { default: first });

const learning_rate = lr("rate at step 0");
const decay_steps = real("steps in which decay_rate takes effect once", { min: 0, above: true });
const decay_rate = factor("the rate is multiplied by this every decay_steps");

type Numbers = Record<string, number>;
interface Decay {
  /** Of the function; the class has the same in CamelCase. */
  readonly name: string;
  readonly params: Params;
  readonly formula: string;
  readonly curve: (args: Numbers) => Curve;
  /** The counter's first value. */
  readonly begin?: number;
}

const decays: readonly Decay[] = [
  {
    name: "exponential_decay",
    params: { learning_rate, decay_steps, decay_rate, staircase: false },
    formula: "learning_rate · decay_rate^(t / decay_steps), the exponent floored when staircase",
    curve: (a) => divided(a, (p) => a.learning_rate! * pow32(a.decay_rate!, p)),
  },
  {
    name: "natural_exp_decay",
    params: { learning_rate, decay_steps, decay_rate: real("exponent per decay_steps"), staircase: false },
    formula: "learning_rate · e^(−decay_rate · t / decay_steps), the quotient floored when staircase",
    curve: (a) => divided(a, (p) => a.learning_rate! * f32(Math.exp(-a.decay_rate! * p))),
  },
  {
    name: "inverse_time_decay",
    params: { learning_rate, decay_steps, decay_rate: inverseRate, staircase: false },
    formula: "learning_rate / (1 + decay_rate · t / decay_steps), the quotient floored when staircase",
    curve: (a) => divided(a, (p) => a.learning_rate! / f32(1 + f32(a.decay_rate! * p))),
  },
  {
    name: "polynomial_decay",
    params: { learning_rate, decay_steps: required, end_learning_rate: 0.0001, power: 1, cycle: false },
    formula: polynomialFormula("learning_rate", "end_learning_rate"),
    curve: polynomial,
  },
  {
    name: "cosine_decay",
    params: {
      learning_rate,
      step_each_epoch: steps("steps of an epoch"),
      epochs: real("epochs from the highest rate to 0"),
    },
    formula: "learning_rate · (1 + cos(π · ⌊t / step_each_epoch⌋ / epochs)) / 2",
    curve: cosine,
  },
  {
    name: "noam_decay",
    params: {
      d_model: real("width of the model"),
      warmup_steps: steps("steps until the peak"),
      learning_rate: lr("scale", { default: 1 }),
    },
    formula: "learning_rate · d_model^−½ · min(n^−½, n · warmup_steps^−1.5), n = t + 1",
    begin: 1,
    curve({ d_model, warmup_steps: W, learning_rate: base }) {
      const at = (n: number) => f32(base! * d_model! ** -0.5 * Math.min(f32(n ** -0.5), f32(W! ** -1.5 * n)));
      return segments(warmup(W!, at), decay(Infinity, at));
    },
  },
];

/** f(t / decay_steps), the quotient floored when staircase. */
function divided({ decay_steps: every, staircase }: Numbers, rate: (p: number) => number): Curve {
  const smooth = (t: number) => f32(f32(t) / every!);
  const stairs = (t: number) => Math.floor(smooth(t));
  const p = staircase ? stairs : smooth;
  return falling((t) => f32(rate(p(t))), staircase ? changes(stairs) : []);
}

function polynomial({ learning_rate, decay_steps: T, end_learning_rate: end, power, cycle }: Numbers): Curve {
  const value = (p: number) => f32(f32((learning_rate! - end!) * pow32(f32(1 - p), power!)) + end!);
  const turn = (t: number) => (t === 0 ? 1 : Math.ceil(f32(t / T!)));
  if (cycle) return cycling((t) => value(f32(t / f32(T! * turn(t)))), changes(turn));
  const once = decay(T!, (t) => value(f32(t / T!)));
  return segments(once, flat(Infinity, value(1)));
}

function cosine({ learning_rate, step_each_epoch: each, epochs }: Numbers): Curve {
  const epoch = (t: number) => Math.floor(f32(t / each!));
  const at = (t: number) => f32(learning_rate! * 0.5 * f32(f32(Math.cos(f32(f32(epoch(t) * PI32) / epochs!))) + 1));
  return curve(at, everyPeriod(each!), [{ kind: "decay", from: 0, to: Math.ceil(each! * epochs!) }]);
}

const camelCase = (name: string) => name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const fromDecay = ({ name, params, formula, curve, begin = 0 }: Decay): ScheduleDefinition[] => [
  layer({ name, params, formula, rule: (a) => shift(curve(a as Numbers), begin) }),
  dygraph({
    name: camelCase(name),
    params: withCounter(params, begin),
    formula: `${formula}; the counter starts at begin and grows by step`,
    rule: (a) => counted(curve(a as Numbers), a["begin"] as number, a["step"] as number),
  }),
];

/** The classes put begin before step, Noam's before learning_rate. */
function withCounter(params: Params, first: number): Params {
  const begin = beginAt(first);
  if (!("d_model" in params)) return { ...params, begin, ...counter };
  const { learning_rate: scale, ...rest } = params;
  return { ...rest, begin, ...counter, learning_rate: scale };
}

/** c(begin + step · t). */
function counted(c: Curve, begin: number, step: number): Curve {
  if (step === 1) return shift(c, begin);
  const next = (t: number) => Math.max(t + 1, Math.ceil((c.nextBreak(begin + step * t) - begin) / step));
  return { ...c, at: (t) => c.at(begin + step * t), nextBreak: next };
}

const piecewise = {
  params: { boundaries: numbers("the first step of each further value"), values: required },
  formula: "values[i], i = how many boundaries are <= t",
};

function piecewiseCurve({ boundaries, values }: Record<"boundaries" | "values", readonly number[]>): Curve {
  const fits = values.length - boundaries.length === 1;
  refuse(!fits, "ValueError: len(values) - len(boundaries) should be 1");
  return piecewiseConstant(boundaries, values);
}

const warmupFormula = "(end_lr − start_lr) · n / W for n < W = warmup_steps; then learning_rate";
const fromZero = "The schedule after the warm-up counts from step 0.";

export const fluid: ScheduleDefinition[] = [
  ...decays.flatMap(fromDecay),
  layer({ name: "piecewise_decay", ...piecewise, rule: piecewiseCurve }),
  dygraph({
    name: "PiecewiseDecay",
    ...piecewise,
    params: { ...piecewise.params, begin: beginAt(), ...counter },
    rule: (a) => counted(piecewiseCurve(a), a.begin, a.step),
  }),
  layer({
    name: "linear_lr_warmup",
    params: warmupParams,
    formula: `start_lr + ${warmupFormula}`,
    quirks: [fromZero, "With noam_decay inside n starts at 1."],
    rule(a, context) {
      const rise = (n: number) => a.start_lr + f32((a.end_lr - a.start_lr) * f32(n / a.warmup_steps));
      return warmedUp({ ...a, begin: firstCount(a.learning_rate), step: 1 }, rise, context);
    },
  }),
  dygraph({
    name: "LinearLrWarmup",
    params: { ...warmupParams, begin: beginAt(1), ...counter },
    formula: warmupFormula,
    quirks: [fromZero, "start_lr gives the slope alone: the warm-up starts at 0."],
    rule(a, context) {
      const message = `AssertionError: end_lr ${a.end_lr} must be greater than start_lr ${a.start_lr}`;
      refuse(a.end_lr <= a.start_lr, message);
      return warmedUp(a, (n) => ((a.end_lr - a.start_lr) / a.warmup_steps) * n, context);
    },
  }),
];

interface Warm {
  readonly learning_rate: Value;
  readonly warmup_steps: number;
  readonly begin: number;
  readonly step: number;
}

/** rise(n) while the counter n = begin + step · t is below W; the schedule after it counts its own steps from 0. */
function warmedUp({ learning_rate, warmup_steps: W, begin, step }: Warm, rise: Curve["at"], context: Context): Curve {
  const after = curveOf(learning_rate, context, f32);
  const from = begin >= W ? 0 : step > 0 ? Math.ceil((W - begin) / step) : Infinity;
  return warmed(from, (t) => f32(rise(begin + step * t)), after);
}

/** The counter of a static graph is made by the schedule that is built first, the innermost. */
function firstCount(rate: Value | undefined): number {
  if (!isScheduleCall(rate)) return 0;
  return rate.definition.id.endsWith(".noam_decay") ? 1 : firstCount(rate.args["learning_rate"]);
}
