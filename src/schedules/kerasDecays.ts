import type { Curve } from "../engine/curve.js";
import { ending } from "../engine/shapes.js";
import * as words from "./decayWords.js";
import { lr, ratio, real, required, writtenAsFloat, type ScheduleDefinition } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
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
  type Arithmetic,
} from "./tensorflow.js";

/** What tells one Keras from another: where its classes are found, and what it checks. */
export interface KerasVersion {
  readonly homes: (className: string) => readonly string[];
  readonly source: string;
  /** Keras 3 refuses decay_steps <= 0, casts to int when the rate is an int, adds up overlapping pieces. */
  readonly version: 2 | 3;
}

const initial_learning_rate = lr("rate at step 0");
const decay_steps = real("steps in which the decay is completed", { min: 0, above: true });
const every = real("steps in which decay_rate takes effect once", { min: 0, above: true });
const floorOf = (rate: string) => ratio(`floor, as a fraction of ${rate}`, { default: 0 });
const wholeRate =
  "A rate written as an int (1 instead of 1.0) makes every parameter an int: π becomes 3, a decay_rate below 1 becomes 0.";

/** Some formulas of Keras 3 do not compute in ints at all. */
function intMeetsFloat(c: Curve, type = "TypeError"): Curve {
  return ending(c, 0, `${type}: the rate is an int and meets a float; write 1.0 instead of 1`);
}

/** The decay schedules of `keras.optimizers.schedules`, whose formulas Keras 2 and 3 share to the last bit. */
export function kerasDecays({ homes, source, version }: KerasVersion): ScheduleDefinition[] {
  const each = { homes, source, dtype: "float32", last: { name: null } } as const;
  const piecewiseSchedule = library(each);
  const schedule = library({ ...each, first: { initial_learning_rate }, quirks: version === 3 ? [wholeRate] : [] });

  /** Checks the steps and picks the arithmetic that the type of the rate asks for. */
  const arithmetic = (args: Start, length = args.decay_steps!, name = "decay_steps"): Arithmetic => {
    const message = `ValueError: Argument \`${name}\` must be > 0. Received: ${name}=${length}`;
    refuse(version === 3 && length <= 0, message);
    const isFloat = args[writtenAsFloat]?.has("initial_learning_rate") !== false;
    return version === 3 && !isFloat && Number.isInteger(args.initial_learning_rate) ? wholeNumbers : eager;
  };

  return [
    schedule({
      name: "ExponentialDecay",
      params: { decay_steps: every, decay_rate: required, staircase: false },
      formula: "initial_learning_rate · decay_rate^(t / decay_steps), the exponent floored when staircase",
      quirks: ["Steps are counted in float32: past 2^24 a staircase no longer sees every step."],
      rule: (a) => exponential(arithmetic(a), a.initial_learning_rate, a.decay_steps, a.decay_rate, a.staircase),
    }),
    schedule({
      name: "InverseTimeDecay",
      params: { decay_steps: every, decay_rate: words.inverseRate, staircase: false },
      formula: "initial_learning_rate / (1 + decay_rate · t / decay_steps), the quotient floored when staircase",
      rule: (a) => inverseTime(arithmetic(a), a.initial_learning_rate, a.decay_steps, a.decay_rate, a.staircase),
    }),
    schedule({
      name: "PolynomialDecay",
      params: { decay_steps, end_learning_rate: 0.0001, power: 1, cycle: false },
      formula: words.polynomialFormula("initial_learning_rate", "end_learning_rate"),
      quirks: [words.risesToEnd("rate"), words.cycleJump],
      rule(a) {
        const m = arithmetic(a);
        const c = polynomial(m, a.initial_learning_rate, a.decay_steps, a.end_learning_rate, a.power, a.cycle);
        return m === wholeNumbers && a.cycle ? intMeetsFloat(c) : c;
      },
    }),
    schedule({
      name: "CosineDecay",
      params: {
        decay_steps: real("steps of the cosine, warm-up not counted", { min: 0, above: true }),
        alpha: floorOf("the rate that the cosine starts from"),
        name: null,
        warmup_target: lr("rate at the end of the warm-up; None for no warm-up", { default: null }),
        warmup_steps: real("steps from initial_learning_rate to warmup_target", { default: 0 }),
      },
      formula:
        "initial_learning_rate + (warmup_target − initial_learning_rate) · t / W for t < W = warmup_steps; then peak · ((1 − alpha) · (1 + cos(π · min(t − W, T) / T)) / 2 + alpha), T = decay_steps",
      quirks: [
        "Without warmup_target the warmup_steps are ignored.",
        "The decay ends at warmup_steps + decay_steps, and alpha is a fraction of warmup_target.",
      ],
      rule(a) {
        const [m, target] = [arithmetic(a), a.warmup_target as number | null];
        if (target === null) return cosine(m, a.initial_learning_rate, a.decay_steps, a.alpha);
        const c = warmedCosine(m, a.initial_learning_rate, a.decay_steps, a.alpha, target, a.warmup_steps);
        return m === wholeNumbers && a.warmup_steps > 0 ? intMeetsFloat(c, "InvalidArgumentError") : c;
      },
    }),
    schedule({
      name: "CosineDecayRestarts",
      params: { ...words.restartParams, alpha: floorOf("initial_learning_rate") },
      formula: words.restartFormula("initial_learning_rate"),
      quirks: [
        words.unscaledFloor,
        "With t_mul below 1 the periods add up to first_decay_steps / (1 − t_mul): from there on the rate is NaN.",
        words.lateRestart,
      ],
      rule(a) {
        const m = arithmetic(a, a.first_decay_steps, "first_decay_steps");
        const c = cosineRestarts(m, a.initial_learning_rate, a.first_decay_steps, a.t_mul, a.m_mul, a.alpha);
        return m === wholeNumbers && m.cast(a.t_mul) !== 1 ? intMeetsFloat(c) : c;
      },
    }),
    piecewiseSchedule({
      name: "PiecewiseConstantDecay",
      params: { boundaries: required, values: required },
      formula: words.piecewiseFormula,
      quirks: [
        words.oldHolds,
        "Boundaries lose their fraction: 10.9 is 10.",
        version === 3
          ? "Unsorted boundaries are not refused: where two pieces overlap their values add up."
          : words.unsortedFails,
      ],
      rule: (a) => piecewise(eager, a.boundaries.map(Math.trunc), a.values, version === 3 ? "sum" : "raise"),
    }),
  ];
}

interface Start {
  readonly initial_learning_rate: number;
  readonly decay_steps?: number;
  readonly [writtenAsFloat]?: ReadonlySet<string>;
}
