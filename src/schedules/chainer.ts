import type { Curve } from "../engine/curve.js";
import { firstWhere } from "../engine/search.js";
import { decay, flat, hold, segments, warmup } from "../engine/segments.js";
import { clamp, curve, everyPeriod, piecewiseConstant } from "../engine/shapes.js";
import { anything, defineSchedule, factor, handle, lr, numbers, power, real, steps, word } from "./define.js";
import type { Context } from "./define.js";
import { raise } from "./torchRules.js";

const names = (name: string, file: string) => ({
  id: `chainer.training.extensions.${name}`,
  aliases: [`chainer.training.extensions.${file}.${name}`],
});
const common = { unit: "step", needs: ["initial_lr"], source: "chainer 7.8.1, chainer/training/extensions/" } as const;
const attr = word("the attribute of the optimizer that moves: lr, alpha, momentum, …");
const init = lr("the first value; None: what the optimizer has", { default: null });
const target = lr("where the shift stops", { default: null });
const optimizer = handle("the optimizer, if not the main one");
const overflow = "OverflowError: (34, 'Numerical result out of range')";

const first = (given: number, { initial_lr }: Context) => (given as number | null) ?? initial_lr;

/** The value from t = 1 on, stopped at the target from above when it grows, else from below; at t = 0 it is not. */
function shifted(start: number, c: Curve, stop: number, grows: boolean): Curve {
  if ((stop as number | null) === null) return c;
  if (stop === 0) return { ...c, end: { at: 1, because: "ZeroDivisionError: float division by zero" } };
  // The library compares value / target with 1, so that for a negative target the sides change.
  const upper = stop > 0 === grows;
  const bounded = upper ? clamp(c, -Infinity, stop) : clamp(c, stop);
  return {
    ...bounded,
    at: (t) => (t === 0 ? start : bounded.at(t)),
    nextBreak: (t) => (t < 1 ? 1 : bounded.nextBreak(t)),
  };
}

const grow = (c: Curve, factorAt: (t: number) => number): Curve => {
  const at = firstWhere((t) => !Number.isFinite(factorAt(t)), 0);
  return Number.isFinite(at) ? { ...c, end: { at, because: overflow } } : c;
};

export const chainer = [
  defineSchedule({
    ...names("ExponentialShift", "exponential_shift"),
    ...common,
    params: { attr, rate: factor("the value is multiplied by this every time", { min: 0 }), init, target, optimizer },
    formula: "init · rate^t, stopped at target",
    quirks: ["With a rate above 1 it overflows in the end, even where target was reached long before."],
    compile({ rate, init, target }, context) {
      if (rate < 0) raise("ValueError: ExponentialShift does not support negative rate");
      const start = first(init, context);
      const c = segments(decay(Infinity, (t) => start * rate ** t));
      return grow(shifted(start, c, target, rate > 1), (t) => rate ** t);
    },
  }),
  defineSchedule({
    ...names("InverseShift", "inverse_shift"),
    ...common,
    params: {
      attr,
      gamma: real("growth of the base per time", { min: 0 }),
      power: power("exponent; negative grows"),
      init,
      target,
      optimizer,
    },
    formula: "init · (1 + gamma · t)^−power, stopped at target",
    compile({ gamma, power, init, target }, context) {
      if (gamma < 0) raise("ValueError: InverseShift does not support negative gamma");
      const start = first(init, context);
      const factorAt = (t: number) => (1 + gamma * t) ** -power;
      return grow(shifted(start, segments(decay(Infinity, (t) => start * factorAt(t))), target, power < 0), factorAt);
    },
  }),
  defineSchedule({
    ...names("LinearShift", "linear_shift"),
    unit: common.unit,
    source: common.source,
    params: {
      attr,
      value_range: numbers("first and last value"),
      time_range: numbers("when it leaves the first and reaches the last"),
      optimizer,
    },
    formula: "v1 + (t − t1) / (t2 − t1) · (v2 − v1) for t1 < t < t2, constant before and after",
    compile({ value_range, time_range }) {
      if (value_range.length !== 2 || time_range.length !== 2)
        raise("ValueError: not enough values to unpack (expected 2)");
      const [v1, v2] = value_range as [number, number];
      const [t1, t2] = time_range as [number, number];
      return segments(
        hold(t1, v1),
        {
          kind: v2 > v1 ? "warmup" : "decay",
          to: t2,
          lr: (t) => (t <= t1 ? v1 : v1 + ((t - t1) / (t2 - t1)) * (v2 - v1)),
        },
        flat(Infinity, (t) => (t <= t1 ? v1 : v2)),
      );
    },
  }),
  defineSchedule({
    ...names("MultistepShift", "multistep_shift"),
    ...common,
    params: {
      attr,
      gamma: factor("the value is multiplied by this at each step"),
      step_value: numbers("when"),
      init: anything("the first value; None: what the optimizer has"),
      optimizer,
    },
    formula: "init · gamma^(how many of step_value are <= t)",
    quirks: ["Only one step is taken at a time: of equal ones the second comes one later."],
    compile({ gamma, step_value, init }, context) {
      const start = first(init as number, context);
      let before = 0;
      const edges = step_value.map((s) => (before = Math.max(before + 1, Math.ceil(s))));
      return piecewiseConstant(edges, [start, ...edges.map((_, i) => start * gamma ** (i + 1))]);
    },
  }),
  defineSchedule({
    ...names("PolynomialShift", "polynomial_shift"),
    ...common,
    params: {
      attr,
      rate: power("the exponent"),
      max_count: steps("when 0 is reached", { min: 1 }),
      init,
      target,
      optimizer,
    },
    formula: "init · max(1 − t / max_count, 0)^rate, stopped at target",
    quirks: [
      "With a target it raises ZeroDivisionError at max_count, where the value is 0.",
      "rate is the exponent, not a factor.",
    ],
    compile({ rate, max_count: N, init, target }, context) {
      const start = first(init, context);
      const value = (t: number) => (t === 0 ? start : start * Math.max(1 - t / N, 0) ** rate);
      const c = segments(decay(N, value), flat(Infinity, value(Math.max(1, N))));
      if (N === 0) return { ...c, end: { at: 1, because: "ZeroDivisionError: division by zero" } };
      const zero = Math.max(1, Math.ceil(N));
      const because = `ZeroDivisionError: ${rate < 0 ? "0.0 cannot be raised to a negative power" : "float division by zero"}`;
      const stops = (target as number | null) !== null;
      // With a target the library divides it by the value, which must not be 0.
      const fails = rate < 0 ? zero : !stops ? Infinity : start === 0 ? 1 : rate === 0 ? Infinity : zero;
      const stopped = stops && target > 0 === start > 0 ? shifted(start, c, target, !(rate > 0) !== start < 0) : c;
      return Number.isFinite(fails) ? { ...stopped, end: { at: fails, because } } : stopped;
    },
  }),
  defineSchedule({
    ...names("StepShift", "step_shift"),
    ...common,
    params: {
      attr,
      gamma: factor("the value is multiplied by this at each step"),
      step: steps("times between two steps", { min: 1 }),
      init,
      target,
      optimizer,
    },
    formula: "init · gamma^⌊t / step⌋, stopped at target",
    compile({ gamma, step, init, target }, context) {
      const start = first(init, context);
      if (step === 0)
        return { ...segments(flat(Infinity, start)), end: { at: 1, because: "ZeroDivisionError: division by zero" } };
      const c = curve((t) => start * gamma ** Math.floor(t / step), everyPeriod(step), [
        { kind: "decay", from: 0, to: Infinity },
      ]);
      const stopped = shifted(start, c, target, gamma > 1);
      return { at: stopped.at, nextBreak: stopped.nextBreak, phases: stopped.phases };
    },
  }),
  defineSchedule({
    ...names("WarmupShift", "warmup_shift"),
    ...common,
    params: {
      attr,
      warmup_start: anything("the first value; None: what the optimizer has"),
      warmup_iter: steps("times until init"),
      init: lr("the last value"),
      optimizer,
    },
    formula: "(t · init + (W − t) · warmup_start) / W up to t = W = warmup_iter",
    quirks: ["After warmup_iter the attribute is left to others."],
    compile({ warmup_start, warmup_iter: W, init }, context) {
      const start = first(warmup_start as number, context);
      const at = (t: number) => (t === 0 ? start : (t * init + (W - t) * start) / W);
      const last = Math.floor(W);
      return segments(warmup(Math.max(0, last), at), flat(Infinity, last < 1 ? start : at(last)));
    },
  }),
];
