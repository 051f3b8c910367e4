import { f32, pow32 } from "../engine/float32.js";
import { countUpTo, everyPeriod, firstAbove } from "../engine/shapes.js";
import { factor, numbers, rateFunction, required, steps, type RateFunction } from "./define.js";
import { library } from "./library.js";
import { cycles } from "./mindsporeCycles.js";
import { reduceOnPlateau } from "./mindsporePlateau.js";
import { inExperimental, inSequence, only, scheduler, type Rule } from "./mindsporeRules.js";
import { numberOf } from "./nested.js";
import { refuse } from "./refuse.js";

type Next = Rule["next"];
const over = (edges: readonly number[]) => (t: number) => firstAbove(edges, t);

const simple = [
  scheduler({
    name: "StepLR",
    params: { step_size: required, gamma: 0.1 },
    formula: "lr = initial_lr · gamma^⌊t / step_size⌋",
    rule(a, base) {
      only("int", a, "step_size");
      const [size, gamma] = [a.step_size, f32(a.gamma)];
      const next: Next = (rate, e) => (e === 0 || e % size !== 0 ? rate : f32(rate * gamma));
      const closed = (e: number) => f32(base * pow32(gamma, Math.floor(e / size)));
      return { next, closed, breaks: everyPeriod(size) };
    },
  }),
  scheduler({
    name: "LinearLR",
    params: {
      start_factor: factor("factor at epoch 0", { default: 1 / 3, min: 0, max: 1, above: true }),
      end_factor: factor("factor at the end", { default: 1, min: 0, max: 1 }),
      total_iters: steps("epochs from the first to the last factor", { default: 5 }),
    },
    formula: "lr = initial_lr · (start_factor + (end_factor − start_factor) · min(t, total_iters) / total_iters)",
    rule(a, base) {
      const { start_factor: s, end_factor: end, total_iters: T } = a;
      const expected = "factor expected to be greater than 0 and less than or equal to 1.";
      refuse(s > 1 || s <= 0, `ValueError: Starting multiplicative ${expected}`);
      refuse(end > 1 || end < 0, "ValueError: Ending multiplicative factor expected to be between 0 and 1.");
      only("int", a, "total_iters");
      const rise = end - s;
      const ratio = (e: number) => f32(1 + f32(f32(rise) / f32(f32(T * s) + f32((e - 1) * f32(rise)))));
      const next: Next = (rate, e) => (e === 0 ? f32(rate * f32(s)) : e > T ? rate : f32(rate * ratio(e)));
      return { next, closed: (e) => f32(base * (s + (rise * Math.min(T, e)) / T)), breaks: over([T]) };
    },
  }),
  scheduler({
    name: "ExponentialLR",
    params: { gamma: factor("the rate is multiplied by this every epoch") },
    formula: "lr = initial_lr · gamma^t",
    rule(a, base) {
      only("float", a, "gamma");
      const gamma = f32(a.gamma);
      const next: Next = (rate, e) => (e === 0 ? rate : f32(rate * gamma));
      return { next, closed: (e) => f32(base * pow32(gamma, e)), breaks: () => Infinity };
    },
  }),
  scheduler({
    name: "PolynomialLR",
    params: { total_iters: steps("epochs until 0", { default: 5 }), power: 1 },
    formula: "lr = initial_lr · (1 − min(t, total_iters) / total_iters)^power",
    rule(a, base) {
      const [T, power] = [a.total_iters, f32(a.power)];
      refuse(a.power < 0, `ValueError: For 'PolynomialLR', the 'power' must be >= 0, but got ${a.power}.`);
      only("int", a, "total_iters");
      const left = (e: number) => f32(1 - f32(e / T));
      const fall = (e: number) => pow32(f32(left(e) / left(e - 1)), power);
      const next: Next = (rate, e) => (e === 0 || e > T ? rate : f32(rate * fall(e)));
      return { next, closed: (e) => f32(base * pow32(left(Math.min(T, e)), power)), breaks: over([T]) };
    },
  }),
  scheduler({
    name: "ConstantLR",
    params: {
      factor: factor("factor of the first epochs", { default: 1 / 3, min: 0, max: 1 }),
      total_iters: steps("how many", { default: 5 }),
    },
    formula: "lr = initial_lr · factor for t < total_iters, then initial_lr",
    quirks: ["With total_iters = 0 the factor stays for ever."],
    rule(a, base) {
      const outside = a.factor > 1 || a.factor < 0;
      refuse(outside, "ValueError: Constant multiplicative factor expected to be between 0 and 1.");
      only("int", a, "total_iters");
      const [by, T] = [f32(a.factor), a.total_iters];
      const next: Next = (rate, e) => (e === 0 ? f32(rate * by) : e === T ? f32(rate / by) : rate);
      return { next, closed: (e) => f32(base * (e >= T ? 1 : by)), breaks: over([T]) };
    },
  }),
  scheduler({
    name: "MultiStepLR",
    params: { milestones: required, gamma: 0.1 },
    formula: "lr = initial_lr · gamma^(how many milestones are <= t)",
    rule({ milestones, gamma }, base) {
      const notInt = milestones.some((m) => !Number.isInteger(m));
      refuse(notInt, "TypeError: elements of the 'milestones' must be type of int.");
      const sorted = milestones.toSorted((a, b) => a - b);
      const times = (e: number) => countUpTo(sorted, e) - countUpTo(sorted, e - 1);
      const next: Next = (rate, e) => (times(e) ? f32(rate * f32(gamma ** times(e))) : rate);
      const closed = (e: number) => f32(base * gamma ** countUpTo(sorted, e));
      return { next, closed, breaks: over(sorted.filter((m) => m > 0)) };
    },
  }),
  scheduler({
    name: "LambdaLR",
    params: { lr_lambda: required },
    formula: "lr = initial_lr · lr_lambda(t)",
    rule({ lr_lambda }, base) {
      const factorAt = firstOf(lr_lambda);
      return { next: (_, e) => f32(base * factorAt(e)) };
    },
  }),
  scheduler({
    name: "MultiplicativeLR",
    params: {
      lr_lambda: rateFunction("factor on the rate so far, for an epoch, or a list with one function per group"),
    },
    formula: "lr(t) = lr(t − 1) · lr_lambda(t)",
    rule({ lr_lambda }) {
      const factorAt = firstOf(lr_lambda);
      return { next: (rate, e) => (e === 0 ? rate : f32(rate * factorAt(e))) };
    },
  }),
];

/** The first group's function, in float32. */
function firstOf(value: RateFunction): (e: number) => number {
  const f = Array.isArray(value) ? (value[0] as RateFunction) : value;
  return (e) => f32(numberOf(f.call([e])));
}

const sequential = library({ ...inExperimental, last: { last_epoch: -1 } })({
  name: "SequentialLR",
  params: { schedulers: required, milestones: numbers("the epoch at which each but the first starts") },
  formula: "schedulers[i] from milestones[i − 1] on, counting its own epochs from there",
  rule: ({ schedulers, milestones }, context) => inSequence(schedulers, milestones, context),
});

export const experimental = [...simple, ...cycles, sequential, reduceOnPlateau];
