import type { Curve } from "../engine/curve.js";
import {
  Raises,
  defineSchedule,
  factor,
  flag,
  handle,
  lr,
  numbers,
  power,
  ratio,
  real,
  writtenAsFloat,
} from "./define.js";
import type { ScheduleDefinition } from "./define.js";
import {
  cosine,
  cosineRestarts,
  eager,
  exponential,
  inverseTime,
  piecewise,
  polynomial,
  warmedCosine,
  wholeNumbers,
} from "./tensorflow.js";

/** What tells one Keras from another: where its classes are found, and what it checks. */
export interface KerasVersion {
  readonly names: (className: string) => Pick<ScheduleDefinition, "id" | "aliases">;
  readonly source: string;
  /** Keras 3 refuses decay_steps <= 0, casts to int when the rate is an int, adds up overlapping pieces. */
  readonly version: 2 | 3;
}

const name = handle("name of the operation");
const initial_learning_rate = lr("rate at step 0");
const decaySteps = real("steps in which the decay is completed", { min: 0, above: true });
const every = real("steps in which decay_rate takes effect once", { min: 0, above: true });
const staircase = flag("drop once every decay_steps instead of smoothly", { default: false });
const alpha = (of: string) => ratio(`floor, as a fraction of ${of}`, { default: 0 });
const wholeRate =
  "A rate written as an int (1 instead of 1.0) makes every parameter an int: π becomes 3, a decay_rate below 1 becomes 0.";

/** Some formulas of Keras 3 do not compute in ints at all. */
function intMeetsFloat(c: Curve, type = "TypeError"): Curve {
  return { ...c, end: { at: 0, because: `${type}: the rate is an int and meets a float; write 1.0 instead of 1` } };
}

/** The decay schedules of `keras.optimizers.schedules`, whose formulas Keras 2 and 3 share to the last bit. */
export function kerasDecays({ names, source, version }: KerasVersion): ScheduleDefinition[] {
  const common = { unit: "step", dtype: "float32", source } as const;
  const quirks = version === 3 ? [wholeRate] : [];

  /** Checks the steps and picks the arithmetic that the type of the rate asks for. */
  const arithmetic = (
    args: { initial_learning_rate: number; [writtenAsFloat]?: ReadonlySet<string> },
    length: number,
    name = "decay_steps",
  ) => {
    if (version === 3 && length <= 0)
      throw new Raises(`ValueError: Argument \`${name}\` must be > 0. Received: ${name}=${length}`);
    const float = args[writtenAsFloat]?.has("initial_learning_rate") !== false;
    return version === 3 && !float && Number.isInteger(args.initial_learning_rate) ? wholeNumbers : eager;
  };

  return [
    defineSchedule({
      ...names("ExponentialDecay"),
      ...common,
      params: {
        initial_learning_rate,
        decay_steps: every,
        decay_rate: factor("the rate is multiplied by this every decay_steps"),
        staircase,
        name,
      },
      formula: "initial_learning_rate · decay_rate^(t / decay_steps), the exponent floored when staircase",
      quirks: [...quirks, "Steps are counted in float32: past 2^24 a staircase no longer sees every step."],
      compile: (a) =>
        exponential(arithmetic(a, a.decay_steps), a.initial_learning_rate, a.decay_steps, a.decay_rate, a.staircase),
    }),
    defineSchedule({
      ...names("InverseTimeDecay"),
      ...common,
      params: {
        initial_learning_rate,
        decay_steps: every,
        decay_rate: real("share of the rate's inverse added every decay_steps"),
        staircase,
        name,
      },
      formula: "initial_learning_rate / (1 + decay_rate · t / decay_steps), the quotient floored when staircase",
      quirks,
      compile: (a) =>
        inverseTime(arithmetic(a, a.decay_steps), a.initial_learning_rate, a.decay_steps, a.decay_rate, a.staircase),
    }),
    defineSchedule({
      ...names("PolynomialDecay"),
      ...common,
      params: {
        initial_learning_rate,
        decay_steps: decaySteps,
        end_learning_rate: lr("rate at the end of the decay", { default: 0.0001 }),
        power: power("1 is linear", { default: 1 }),
        cycle: flag("start over with a longer period when decay_steps is over", { default: false }),
        name,
      },
      formula:
        "(initial_learning_rate − end_learning_rate) · (1 − min(t, T) / T)^power + end_learning_rate, T = decay_steps (with cycle: · ⌈t / decay_steps⌉)",
      quirks: [
        ...quirks,
        "end_learning_rate is 0.0001 by default, not 0: a smaller rate rises to it.",
        "With cycle the rate is at the end value at each multiple of decay_steps and jumps up one step later.",
      ],
      compile(a) {
        const m = arithmetic(a, a.decay_steps);
        const c = polynomial(m, a.initial_learning_rate, a.decay_steps, a.end_learning_rate, a.power, a.cycle);
        return m === wholeNumbers && a.cycle ? intMeetsFloat(c) : c;
      },
    }),
    defineSchedule({
      ...names("CosineDecay"),
      ...common,
      params: {
        initial_learning_rate,
        decay_steps: real("steps of the cosine, warm-up not counted", { min: 0, above: true }),
        alpha: alpha("the rate that the cosine starts from"),
        name,
        warmup_target: lr("rate at the end of the warm-up; None for no warm-up", { default: null }),
        warmup_steps: real("steps from initial_learning_rate to warmup_target", { default: 0 }),
      },
      formula:
        "initial_learning_rate + (warmup_target − initial_learning_rate) · t / W for t < W = warmup_steps; then peak · ((1 − alpha) · (1 + cos(π · min(t − W, T) / T)) / 2 + alpha), T = decay_steps",
      quirks: [
        ...quirks,
        "Without warmup_target the warmup_steps are ignored.",
        "The decay ends at warmup_steps + decay_steps, and alpha is a fraction of warmup_target.",
      ],
      compile(args) {
        const m = arithmetic(args, args.decay_steps);
        const { initial_learning_rate: lr, decay_steps, alpha, warmup_steps } = args;
        const target = args.warmup_target as number | null;
        if (target === null) return cosine(m, lr, decay_steps, alpha);
        const warmed = warmedCosine(m, lr, decay_steps, alpha, target, warmup_steps);
        return m === wholeNumbers && warmup_steps > 0 ? intMeetsFloat(warmed, "InvalidArgumentError") : warmed;
      },
    }),
    defineSchedule({
      ...names("CosineDecayRestarts"),
      ...common,
      params: {
        initial_learning_rate,
        first_decay_steps: real("steps of the first period", { min: 0, above: true }),
        t_mul: factor("each period is this much longer than the one before", { default: 2 }),
        m_mul: factor("each restart's height relative to the one before", { default: 1 }),
        alpha: alpha("initial_learning_rate"),
        name,
      },
      formula:
        "initial_learning_rate · ((1 − alpha) · m_mul^i · (1 + cos(π · p)) / 2 + alpha) in period i, p its share done",
      quirks: [
        ...quirks,
        "m_mul does not scale the floor alpha.",
        "With t_mul below 1 the periods add up to first_decay_steps / (1 − t_mul): from there on the rate is NaN.",
        "The period is found by a float32 logarithm: with t_mul other than 1 or 2 a restart may come one step late.",
      ],
      compile(a) {
        const m = arithmetic(a, a.first_decay_steps, "first_decay_steps");
        const c = cosineRestarts(m, a.initial_learning_rate, a.first_decay_steps, a.t_mul, a.m_mul, a.alpha);
        return m === wholeNumbers && m.cast(a.t_mul) !== 1 ? intMeetsFloat(c) : c;
      },
    }),
    defineSchedule({
      ...names("PiecewiseConstantDecay"),
      ...common,
      params: {
        boundaries: numbers("the last step of each value"),
        values: numbers("one rate more than boundaries"),
        name,
      },
      formula: "values[i], i = how many boundaries are < t",
      quirks: [
        "At a boundary the old value still holds: the new one starts a step later.",
        "Boundaries lose their fraction: 10.9 is 10.",
        version === 3
          ? "Unsorted boundaries are not refused: where two pieces overlap their values add up."
          : "Unsorted boundaries fail when training reaches them.",
      ],
      compile: ({ boundaries, values }) =>
        piecewise(eager, boundaries.map(Math.trunc), values, version === 3 ? "sum" : "raise"),
    }),
  ];
}
