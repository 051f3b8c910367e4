import type { Curve } from "../engine/curve.js";
import { overflowing } from "../engine/search.js";
import { decay, flat, hold, segments, warmup, type Segment } from "../engine/segments.js";
import { clamp, ending, everyPeriod, falling, piecewiseConstant } from "../engine/shapes.js";
import { anything, factor, handle, lr, numbers, power, real, steps, word } from "./define.js";
import type { Context } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

const schedule = library({
  homes: (name) => {
    const file = name.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase();
    return [`chainer.training.extensions.${name}`, `chainer.training.extensions.${file}.${name}`];
  },
  needs: ["initial_lr"],
  source: "chainer 7.8.1, chainer/training/extensions/",
  first: { attr: word("the attribute of the optimizer that moves: lr, alpha, momentum, …") },
  last: { optimizer: handle("the optimizer, if not the main one") },
});
const init = lr("the first value; None: what the optimizer has", { default: null });
const target = lr("where the shift stops", { default: null });
const gamma = factor("the value is multiplied by this at each step");
const orOptimizers = anything("the first value; None: what the optimizer has");
const byZero = "ZeroDivisionError: division by zero";
const byZeroFloat = "ZeroDivisionError: float division by zero";

const first = (given: unknown, { initial_lr }: Context) => (given as number | null) ?? initial_lr;

export const chainer = [
  schedule({
    name: "ExponentialShift",
    params: { rate: factor("the value is multiplied by this every time", { min: 0 }), init, target },
    formula: "init · rate^t, stopped at target",
    quirks: ["With a rate above 1 it overflows in the end, even where target was reached long before."],
    rule({ rate, init, target }, context) {
      refuse(rate < 0, "ValueError: ExponentialShift does not support negative rate");
      return growing(first(init, context), (t) => rate ** t, target, rate > 1);
    },
  }),
  schedule({
    name: "InverseShift",
    params: {
      gamma: real("growth of the base per time", { min: 0 }),
      power: power("exponent; negative grows"),
      init,
      target,
    },
    formula: "init · (1 + gamma · t)^−power, stopped at target",
    rule({ gamma, power, init, target }, context) {
      refuse(gamma < 0, "ValueError: InverseShift does not support negative gamma");
      return growing(first(init, context), (t) => (1 + gamma * t) ** -power, target, power < 0);
    },
  }),
  schedule({
    name: "LinearShift",
    needs: undefined,
    params: {
      value_range: numbers("first and last value"),
      time_range: numbers("when it leaves the first and reaches the last"),
    },
    formula: "v1 + (t − t1) / (t2 − t1) · (v2 − v1) for t1 < t < t2, constant before and after",
    rule({ value_range, time_range }) {
      const pairs = value_range.length === 2 && time_range.length === 2;
      refuse(!pairs, "ValueError: not enough values to unpack (expected 2)");
      return line(value_range as [number, number], time_range as [number, number]);
    },
  }),
  schedule({
    name: "MultistepShift",
    params: { gamma, step_value: numbers("when"), init: orOptimizers },
    formula: "init · gamma^(how many of step_value are <= t)",
    quirks: ["Only one step is taken at a time: of equal ones the second comes one later."],
    rule({ gamma, step_value, init }, context) {
      const start = first(init, context);
      let before = 0;
      const edges = step_value.map((s) => (before = Math.max(before + 1, Math.ceil(s))));
      return piecewiseConstant(edges, [start, ...edges.map((_, i) => start * gamma ** (i + 1))]);
    },
  }),
  schedule({
    name: "PolynomialShift",
    params: { rate: power("the exponent"), max_count: steps("when 0 is reached", { min: 1 }), init, target },
    formula: "init · max(1 − t / max_count, 0)^rate, stopped at target",
    quirks: [
      "With a target it raises ZeroDivisionError at max_count, where the value is 0.",
      "rate is the exponent, not a factor.",
    ],
    rule: (a, context) => polynomial(first(a.init, context), a.rate, a.max_count, a.target as number | null),
  }),
  schedule({
    name: "StepShift",
    params: { gamma, step: steps("times between two steps", { min: 1 }), init, target },
    formula: "init · gamma^⌊t / step⌋, stopped at target",
    rule({ gamma, step, init, target }, context) {
      const start = first(init, context);
      if (step === 0) return ending(segments(flat(Infinity, start)), 1, byZero);
      const free = falling((t) => start * gamma ** Math.floor(t / step), everyPeriod(step));
      return { ...shifted(start, free, target, gamma > 1), end: undefined };
    },
  }),
  schedule({
    name: "WarmupShift",
    params: { warmup_start: orOptimizers, warmup_iter: steps("times until init"), init: lr("the last value") },
    formula: "(t · init + (W − t) · warmup_start) / W up to t = W = warmup_iter",
    quirks: ["After warmup_iter the attribute is left to others."],
    rule({ warmup_start, warmup_iter: W, init }, context) {
      const start = first(warmup_start, context);
      const at = (t: number) => (t === 0 ? start : (t * init + (W - t) * start) / W);
      const last = Math.floor(W);
      return segments(warmup(Math.max(0, last), at), flat(Infinity, last < 1 ? start : at(last)));
    },
  }),
];

/** The value from t = 1 on, stopped at the target from above when it grows, else from below; at t = 0 it is not. */
function shifted(start: number, c: Curve, target: number | null, grows: boolean): Curve {
  if (target === null) return c;
  if (target === 0) return ending(c, 1, byZeroFloat);
  // The library compares value / target with 1, so that for a negative target the sides change.
  const upper = target > 0 === grows;
  const bounded = upper ? clamp(c, -Infinity, target) : clamp(c, target);
  return {
    ...bounded,
    at: (t) => (t === 0 ? start : bounded.at(t)),
    nextBreak: (t) => (t < 1 ? 1 : bounded.nextBreak(t)),
  };
}

/** start · factor(t), stopped at the target, and ended where the factor overflows. */
function growing(start: number, factorAt: (t: number) => number, target: number | null, grows: boolean): Curve {
  const free = segments(decay(Infinity, (t) => start * factorAt(t)));
  return overflowing(shifted(start, free, target, grows), factorAt);
}

/** v1 up to t1, in a line to v2 at t2, and there it stays. */
function line([v1, v2]: readonly [number, number], [t1, t2]: readonly [number, number]): Curve {
  const at = (t: number) => (t <= t1 ? v1 : v1 + ((t - t1) / (t2 - t1)) * (v2 - v1));
  const moving: Segment = { kind: v2 > v1 ? "warmup" : "decay", to: t2, lr: at };
  return segments(
    hold(t1, v1),
    moving,
    flat(Infinity, (t) => (t <= t1 ? v1 : v2)),
  );
}

/** start · max(1 − t / N, 0)^rate; a target is divided by the value, which must not be 0. */
function polynomial(start: number, rate: number, N: number, target: number | null): Curve {
  const value = (t: number) => (t === 0 ? start : start * Math.max(1 - t / N, 0) ** rate);
  const c = segments(decay(N, value), flat(Infinity, value(Math.max(1, N))));
  if (N === 0) return ending(c, 1, byZero);
  const zero = Math.max(1, Math.ceil(N));
  const fails = rate < 0 ? zero : target === null ? Infinity : start === 0 ? 1 : rate === 0 ? Infinity : zero;
  const stops = target !== null && target > 0 === start > 0;
  const stopped = stops ? shifted(start, c, target, !(rate > 0) !== start < 0) : c;
  if (!Number.isFinite(fails)) return stopped;
  return ending(stopped, fails, rate < 0 ? "ZeroDivisionError: 0.0 cannot be raised to a negative power" : byZeroFloat);
}
