import { power as pow } from "../engine/python.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments, warmup } from "../engine/segments.js";
import { cycling, ending, everyPeriod, falling, piecewiseConstant } from "../engine/shapes.js";
import { opaque, stepwise } from "../engine/stepwise.js";
import { polynomialFormula } from "./decayWords.js";
import { factor, lr, numbers, power, rateFunction, real, required, steps } from "./define.js";
import { numberOf, walkOf } from "./nested.js";
import { demand, learning_rate, scheduler } from "./paddleCommon.js";
import { cosine, warmRestarts } from "./paddleCosine.js";
import { cycles } from "./paddleCycles.js";
import { fluid } from "./paddleFluid.js";
import { reduceOnPlateau } from "./paddlePlateau.js";
import { warmups } from "./paddleWarmups.js";
import { refuse } from "./refuse.js";
import { isInt } from "./torchRules.js";

const dropFactor = factor("the rate is multiplied by this at each", { default: 0.1, max: 1 });

const smooth = [
  scheduler({
    name: "NoamDecay",
    params: {
      d_model: real("width of the model", { min: 0, above: true }),
      warmup_steps: steps("steps until the peak"),
      learning_rate: lr("scale", { default: 1 }),
    },
    formula: "learning_rate · d_model^−½ · min(t^−½, t · warmup_steps^−1.5)",
    quirks: ["The first update has rate 0."],
    rule({ d_model, warmup_steps: W, learning_rate: base }) {
      refuse(d_model <= 0, "ValueError: d_model should be grater than 0");
      refuse(W === 0, "ZeroDivisionError: 0.0 cannot be raised to a negative power");
      const at = (t: number) => base * pow(d_model, -0.5) * Math.min(t === 0 ? 1 : t ** -0.5, pow(W, -1.5) * t);
      return segments(warmup(Math.max(W, 1), at), decay(Infinity, at));
    },
  }),
  scheduler({
    name: "ExponentialDecay",
    params: {
      learning_rate,
      gamma: factor("the rate is multiplied by this every step", { min: 0, max: 1, above: true }),
    },
    formula: "learning_rate · gamma^t",
    quirks: ["gamma must be above 0 and below 1."],
    rule({ learning_rate: base, gamma }) {
      demand(gamma > 0 && gamma < 1, " 'gamma' must be in interval (0.0, 1.0) so that the learning rate will decay.");
      return segments(decay(Infinity, (t) => base * gamma ** t));
    },
  }),
  scheduler({
    name: "NaturalExpDecay",
    params: { learning_rate, gamma: real("decay per step", { min: 0, above: true }) },
    formula: "learning_rate · e^(−gamma · t)",
    rule({ learning_rate: base, gamma }) {
      demand(gamma > 0, " 'gamma' must be a positive number so that the learning rate will decay.");
      return segments(decay(Infinity, (t) => base * Math.exp(-gamma * t)));
    },
  }),
  scheduler({
    name: "InverseTimeDecay",
    params: { learning_rate, gamma: real("share of the rate's inverse added every step") },
    formula: "learning_rate / (1 + gamma · t)",
    rule({ learning_rate: base, gamma }) {
      const pole = gamma < 0 ? -1 / gamma : Infinity;
      const c = falling((t) => base / (1 + gamma * t), [Math.ceil(pole)]);
      const fails = Number.isInteger(pole) && 1 + gamma * pole === 0;
      return fails ? ending(c, pole, "ZeroDivisionError: float division by zero") : c;
    },
  }),
  scheduler({
    name: "PolynomialDecay",
    params: {
      learning_rate,
      decay_steps: steps("steps of the decay", { min: 1 }),
      end_lr: 0.0001,
      power: power("1 is linear", { default: 1, min: 0, above: true }),
      cycle: false,
    },
    formula: polynomialFormula("learning_rate", "end_lr"),
    quirks: ["end_lr is 0.0001 by default, not 0: a smaller rate rises to it."],
    rule(a) {
      const { learning_rate: base, decay_steps: T, end_lr: end } = a;
      demand(T > 0 && isInt(a, "decay_steps"), " 'decay_steps' must be a positive integer.");
      demand(a.power > 0, " 'power' must be greater than 0.0 so that the learning rate will decay.");
      const value = (p: number) => (base - end) * (1 - p) ** a.power + end;
      const turn = (t: number) => (t === 0 ? 1 : Math.ceil(t / T));
      if (a.cycle) return cycling((t) => value(t / (T * turn(t))), changes(turn));
      const once = decay(T, (t) => value(t / T));
      return segments(once, flat(Infinity, value(1)));
    },
  }),
];

/** Running maxima: the library takes the first boundary that is above t. */
const ascending = (boundaries: readonly number[]) => {
  let highest = -Infinity;
  return boundaries.map((b) => (highest = Math.max(highest, b)));
};

const stepped = [
  scheduler({
    name: "PiecewiseDecay",
    params: { boundaries: numbers("the first step of each further value"), values: required },
    formula: "values[i], i = how many boundaries are <= t",
    quirks: ["Of values that are too many the last one is used after the last boundary."],
    base: () => 0,
    rule({ boundaries, values }) {
      const lengths = `len(values) [${values.length}] < len(boundaries) + 1 [${boundaries.length + 1}]`;
      const tooFew = `The values have one more element than boundaries, but received ${lengths}.`;
      refuse(!boundaries.length, "ValueError: The boundaries cannot be empty.");
      refuse(values.length <= boundaries.length, `ValueError: ${tooFew}`);
      return piecewiseConstant(ascending(boundaries), [...values.slice(0, boundaries.length), values.at(-1)!]);
    },
  }),
  scheduler({
    name: "MultiStepDecay",
    params: { learning_rate, milestones: numbers("the first step of each drop"), gamma: dropFactor },
    formula: "learning_rate · gamma^(how many milestones are <= t)",
    rule({ learning_rate: base, milestones, gamma }) {
      const unsorted = milestones.some((m, i) => i > 0 && !(m > milestones[i - 1]!));
      refuse(unsorted, "ValueError: The elements of milestones must be incremented");
      refuse(gamma >= 1, "ValueError: gamma should be < 1.0.");
      const rates = [base, ...milestones.map((_, i) => base * gamma ** (i + 1))];
      return piecewiseConstant(milestones, rates);
    },
  }),
  scheduler({
    name: "StepDecay",
    params: { learning_rate, step_size: required, gamma: dropFactor },
    formula: "learning_rate · gamma^⌊t / step_size⌋",
    rule(a) {
      const { learning_rate: base, step_size, gamma } = a;
      const notInt = "TypeError: The type of 'step_size' must be 'int', but received <class 'float'>.";
      refuse(!isInt(a, "step_size"), notInt);
      refuse(gamma >= 1, "ValueError: gamma should be < 1.0.");
      demand(step_size > 0, " 'step_size' must be a positive integer.");
      return falling((t) => base * gamma ** Math.floor(t / step_size), everyPeriod(step_size));
    },
  }),
  scheduler({
    name: "LambdaDecay",
    params: { learning_rate, lr_lambda: rateFunction("factor for a step") },
    formula: "learning_rate · lr_lambda(t)",
    rule: ({ learning_rate: base, lr_lambda }, context) =>
      opaque((t) => base * numberOf(lr_lambda.call([t])), walkOf(context)),
  }),
  scheduler({
    name: "MultiplicativeDecay",
    params: { learning_rate, lr_lambda: rateFunction("factor on the rate so far, for a step") },
    formula: "learning_rate · lr_lambda(1) · … · lr_lambda(t)",
    quirks: [
      "lr_lambda(0) is never used.",
      "Each step multiplies all factors anew: a long run gets slower and slower.",
    ],
    rule({ learning_rate: base, lr_lambda }, context) {
      const next = (rate: number, t: number) => rate * numberOf(lr_lambda.call([t]));
      return stepwise(base, next, { horizon: walkOf(context) });
    },
  }),
];

export const paddle = [...smooth, ...stepped, cosine, warmRestarts, ...warmups, ...cycles, reduceOnPlateau, ...fluid];
