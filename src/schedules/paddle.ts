import { power as pow } from "../engine/python.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments, warmup } from "../engine/segments.js";
import { curve, everyPeriod, piecewiseConstant } from "../engine/shapes.js";
import { opaque, stepwise } from "../engine/stepwise.js";
import { defineSchedule, factor, flag, lr, numbers, power, rateFunction, real, steps } from "./define.js";
import { numberOf, walkOf } from "./nested.js";
import { names, common, learning_rate, last, from, demand, whole } from "./paddleCommon.js";
import { cosine, warmRestarts } from "./paddleCosine.js";
import { composed } from "./paddleCycles.js";
import { fluid } from "./paddleFluid.js";
import { reduceOnPlateau } from "./paddlePlateau.js";
import { raise } from "./torchRules.js";

const smooth = [
  defineSchedule({
    ...names("NoamDecay"),
    ...common,
    params: {
      d_model: real("width of the model", { min: 0, above: true }),
      warmup_steps: steps("steps until the peak"),
      learning_rate: lr("scale", { default: 1 }),
      ...last,
    },
    formula: "learning_rate · d_model^−½ · min(t^−½, t · warmup_steps^−1.5)",
    quirks: ["The first update has rate 0."],
    compile({ d_model, warmup_steps: W, learning_rate: base, last_epoch }) {
      if (d_model <= 0) raise("ValueError: d_model should be grater than 0");
      if (W === 0) raise("ZeroDivisionError: 0.0 cannot be raised to a negative power");
      const at = (t: number) => base * pow(d_model, -0.5) * Math.min(t === 0 ? 1 : t ** -0.5, pow(W, -1.5) * t);
      return from(base, last_epoch, () => segments(warmup(Math.max(W, 1), at), decay(Infinity, at)));
    },
  }),
  defineSchedule({
    ...names("ExponentialDecay"),
    ...common,
    params: {
      learning_rate,
      gamma: factor("the rate is multiplied by this every step", { min: 0, max: 1, above: true }),
      ...last,
    },
    formula: "learning_rate · gamma^t",
    quirks: ["gamma must be above 0 and below 1."],
    compile({ learning_rate: base, gamma, last_epoch }) {
      demand(gamma > 0 && gamma < 1, " 'gamma' must be in interval (0.0, 1.0) so that the learning rate will decay.");
      return from(base, last_epoch, () => segments(decay(Infinity, (t) => base * gamma ** t)));
    },
  }),
  defineSchedule({
    ...names("NaturalExpDecay"),
    ...common,
    params: { learning_rate, gamma: real("decay per step", { min: 0, above: true }), ...last },
    formula: "learning_rate · e^(−gamma · t)",
    compile({ learning_rate: base, gamma, last_epoch }) {
      demand(gamma > 0, " 'gamma' must be a positive number so that the learning rate will decay.");
      return from(base, last_epoch, () => segments(decay(Infinity, (t) => base * Math.exp(-gamma * t))));
    },
  }),
  defineSchedule({
    ...names("InverseTimeDecay"),
    ...common,
    params: { learning_rate, gamma: real("share of the rate's inverse added every step"), ...last },
    formula: "learning_rate / (1 + gamma · t)",
    compile({ learning_rate: base, gamma, last_epoch }) {
      const pole = gamma < 0 ? -1 / gamma : Infinity;
      const at = (t: number) => base / (1 + gamma * t);
      const c = curve(at, [Math.ceil(pole)], [{ kind: "decay", from: 0, to: Infinity }]);
      const end =
        Number.isInteger(pole) && 1 + gamma * pole === 0
          ? { at: pole, because: "ZeroDivisionError: float division by zero" }
          : undefined;
      return from(base, last_epoch, () => ({ ...c, ...(end && { end }) }));
    },
  }),
  defineSchedule({
    ...names("PolynomialDecay"),
    ...common,
    params: {
      learning_rate,
      decay_steps: steps("steps of the decay", { min: 1 }),
      end_lr: lr("rate at the end of the decay", { default: 0.0001 }),
      power: power("1 is linear", { default: 1, min: 0, above: true }),
      cycle: flag("start over with a longer period when decay_steps is over", { default: false }),
      ...last,
    },
    formula:
      "(learning_rate − end_lr) · (1 − min(t, T) / T)^power + end_lr, T = decay_steps (with cycle: · ⌈t / decay_steps⌉)",
    quirks: ["end_lr is 0.0001 by default, not 0: a smaller rate rises to it."],
    compile(a) {
      const { learning_rate: base, decay_steps: T, end_lr: end, cycle } = a;
      demand(T > 0 && whole(a, "decay_steps"), " 'decay_steps' must be a positive integer.");
      demand(a.power > 0, " 'power' must be greater than 0.0 so that the learning rate will decay.");
      const value = (p: number) => (base - end) * (1 - p) ** a.power + end;
      const turn = (t: number) => (t === 0 ? 1 : Math.ceil(t / T));
      const c = cycle
        ? curve((t) => value(t / (T * turn(t))), changes(turn), [{ kind: "cycle", from: 0, to: Infinity }])
        : segments(
            decay(T, (t) => value(t / T)),
            flat(Infinity, value(1)),
          );
      return from(base, a.last_epoch, () => c);
    },
  }),
];

/** Running maxima: the library takes the first boundary that is above t. */
const ascending = (boundaries: readonly number[]) => {
  let highest = -Infinity;
  return boundaries.map((b) => (highest = Math.max(highest, b)));
};

const stepped = [
  defineSchedule({
    ...names("PiecewiseDecay"),
    ...common,
    params: {
      boundaries: numbers("the first step of each further value"),
      values: numbers("one rate more than boundaries"),
      ...last,
    },
    formula: "values[i], i = how many boundaries are <= t",
    quirks: ["Of values that are too many the last one is used after the last boundary."],
    compile({ boundaries, values, last_epoch }) {
      if (!boundaries.length) raise("ValueError: The boundaries cannot be empty.");
      if (values.length <= boundaries.length)
        raise(
          `ValueError: The values have one more element than boundaries, but received len(values) [${values.length}] < len(boundaries) + 1 [${boundaries.length + 1}].`,
        );
      return from(0, last_epoch, () =>
        piecewiseConstant(ascending(boundaries), [...values.slice(0, boundaries.length), values.at(-1)!]),
      );
    },
  }),
  defineSchedule({
    ...names("MultiStepDecay"),
    ...common,
    params: {
      learning_rate,
      milestones: numbers("the first step of each drop"),
      gamma: factor("the rate is multiplied by this at each", { default: 0.1, max: 1 }),
      ...last,
    },
    formula: "learning_rate · gamma^(how many milestones are <= t)",
    compile({ learning_rate: base, milestones, gamma, last_epoch }) {
      if (milestones.some((m, i) => i > 0 && !(m > milestones[i - 1]!)))
        raise("ValueError: The elements of milestones must be incremented");
      if (gamma >= 1) raise("ValueError: gamma should be < 1.0.");
      return from(base, last_epoch, () =>
        piecewiseConstant(
          milestones,
          Array.from({ length: milestones.length + 1 }, (_, i) => base * gamma ** i),
        ),
      );
    },
  }),
  defineSchedule({
    ...names("StepDecay"),
    ...common,
    params: {
      learning_rate,
      step_size: steps("steps between two drops", { min: 1 }),
      gamma: factor("the rate is multiplied by this at each", { default: 0.1, max: 1 }),
      ...last,
    },
    formula: "learning_rate · gamma^⌊t / step_size⌋",
    compile(a) {
      const { learning_rate: base, step_size, gamma } = a;
      if (!whole(a, "step_size"))
        raise("TypeError: The type of 'step_size' must be 'int', but received <class 'float'>.");
      if (gamma >= 1) raise("ValueError: gamma should be < 1.0.");
      demand(step_size > 0, " 'step_size' must be a positive integer.");
      const at = (t: number) => base * gamma ** Math.floor(t / step_size);
      return from(base, a.last_epoch, () =>
        curve(at, everyPeriod(step_size), [{ kind: "decay", from: 0, to: Infinity }]),
      );
    },
  }),
  defineSchedule({
    ...names("LambdaDecay"),
    ...common,
    params: { learning_rate, lr_lambda: rateFunction("factor for a step"), ...last },
    formula: "learning_rate · lr_lambda(t)",
    compile: ({ learning_rate: base, lr_lambda, last_epoch }, context) =>
      from(base, last_epoch, () => opaque((t) => base * numberOf(lr_lambda.call([t])), walkOf(context))),
  }),
  defineSchedule({
    ...names("MultiplicativeDecay"),
    ...common,
    params: { learning_rate, lr_lambda: rateFunction("factor on the rate so far, for a step"), ...last },
    formula: "learning_rate · lr_lambda(1) · … · lr_lambda(t)",
    quirks: [
      "lr_lambda(0) is never used.",
      "Each step multiplies all factors anew: a long run gets slower and slower.",
    ],
    compile: ({ learning_rate: base, lr_lambda, last_epoch }, context) =>
      from(base, last_epoch, () =>
        stepwise(base, (rate, t) => rate * numberOf(lr_lambda.call([t])), { horizon: walkOf(context) }),
      ),
  }),
];

export const paddle = [...smooth, ...stepped, cosine, warmRestarts, ...composed, reduceOnPlateau, ...fluid];
