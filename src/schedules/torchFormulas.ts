import type { Curve } from "../engine/curve.js";
import { cosineStep, unclamped } from "../engine/cosine.js";
import { divide, power, repr } from "../engine/python.js";
import { decay, flat, segments, warmup } from "../engine/segments.js";
import { countUpTo, everyPeriod, falling, scale } from "../engine/shapes.js";
import { opaque, stepwise } from "../engine/stepwise.js";
import { compileCall, isRateFunction, isScheduleCall } from "./compile.js";
import type { RateFunction, ScheduleCall } from "./define.js";
import { refuse } from "./refuse.js";
import { type GroupOf } from "./torchGroups.js";
import { raise, type Rule } from "./torchRules.js";

/** A user's function is called at most this often to find where it turns or raises. */
const lambdaWalk = (g: GroupOf) => Math.min(Math.max(g.context.total_steps || 0, 1000), 50_000);

/** base · lr_lambda(t). */
export function lambdaRule(lr_lambda: RateFunction, group: GroupOf): Rule {
  const known = knownFactor(lr_lambda, group);
  if (known) return { curve: (base) => scale(known, base) };
  const f = factorOf(lr_lambda);
  return { curve: (base) => opaque((t) => base * f(t), lambdaWalk(group)) };
}

/** The rate before times lr_lambda(t). */
export function multiplicativeRule(lr_lambda: RateFunction, group: GroupOf): Rule {
  const f = knownFactor(lr_lambda, group)?.at ?? factorOf(lr_lambda);
  const next = (rate: number, k: number) => rate * f(k);
  return {
    curve: (base) => stepwise(base, next, { horizon: lambdaWalk(group) }),
    next: (rate, k, { initial }) => (initial ? rate : next(rate, k)),
  };
}

/** The curve of a library's own factor, such as `linear_warmup_decay(50, 500)`. */
function knownFactor(f: RateFunction | ScheduleCall, { context }: GroupOf): Curve | undefined {
  return isScheduleCall(f) ? compileCall(f, { ...context, initial_lr: 1, group_lrs: undefined }).lr : undefined;
}

function factorOf(f: RateFunction): (t: number) => number {
  if (!isRateFunction(f)) raise(`TypeError: ${repr(f)} object is not callable`);
  return (t) => {
    const value = f.call([t]);
    if (typeof value === "boolean") return Number(value);
    return typeof value === "number" ? value : raise("TypeError: can't multiply the rate by what lr_lambda returns");
  };
}

/** A rate that is base times a factor; `ratio` is what a step to k multiplies the rate by, whatever it was. */
function relative(factor: Curve, ratio: (k: number) => number, closed = () => factor.at(0)): Rule {
  return {
    curve: (base) => scale(factor, base),
    factor,
    closed: (base) => base * closed(),
    next: (rate, k, { initial }) => rate * (initial ? factor.at(0) : ratio(k)),
  };
}

const zero = (what: string) => raise(`ZeroDivisionError: ${what}`);

/** gamma^⌊t / step_size⌋; a negative size counts as its amount. */
export function stepRule(step_size: number, gamma: number): Rule {
  const size = Math.abs(step_size);
  const isDrop = (k: number) => k !== 0 && (size === 0 ? zero("integer modulo by zero") : k % size === 0);
  const ratio = (k: number) => (isDrop(k) ? gamma : 1);
  const f = Number.isInteger(size) ? staircase(gamma, size) : stepwise(1, (rate, k) => rate * ratio(k));
  return relative(f, ratio, () => (size === 0 ? zero("integer division or modulo by zero") : 1));
}

/** gamma to the number of whole sizes passed; a size of 0 ends the curve at its first step. */
function staircase(gamma: number, size: number): Curve {
  if (size > 0) return falling((t) => gamma ** Math.floor(t / size), everyPeriod(size));
  const none = () => zero("integer modulo by zero");
  return segments(flat(1, 1), flat(Infinity, none));
}

/** gamma^(number of milestones ≤ t). */
export function multiStepRule(milestones: readonly number[], gamma: number): Rule {
  const edges = milestones.filter((m) => Number.isInteger(m) && m >= 0).sort((a, b) => a - b);
  const f = falling((t) => gamma ** countUpTo(edges, t), edges);
  return relative(f, (k) => gamma ** (countUpTo(edges, k) - countUpTo(edges, k - 1)));
}

/** `factor` for n steps, then 1. */
export function constantRule(factor: number, n: number): Rule {
  refuse(factor > 1 || factor < 0, "ValueError: Constant multiplicative factor expected to be between 0 and 1.");
  const restored = () => (factor === 0 ? zero("float division by zero") : 1);
  const restores = n > 0 && Number.isInteger(n);
  const f = segments(warmup(restores ? n : Infinity, factor), flat(Infinity, restored));
  const ratio = (k: number) => (k === 0 ? factor : k === n ? restored() / factor : 1);
  return relative(f, ratio, () => (n > 0 ? factor : 1));
}

/** From s to e in n steps. */
export function linearRule(s: number, e: number, n: number): Rule {
  const factor = "multiplicative factor expected to be";
  refuse(s > 1 || s <= 0, `ValueError: Starting ${factor} greater than 0 and less or equal to 1.`);
  refuse(e > 1 || e < 0, `ValueError: Ending ${factor} between 0 and 1.`);
  const at = (k: number) => (n > 0 ? s + ((e - s) * k) / n : s);
  const ratio = (k: number) => (k === 0 ? s : k > n ? 1 : 1 + (e - s) / (n * s + (k - 1) * (e - s)));
  return relative(untilLast(e >= s ? warmup : decay, n, at), ratio, () => s + (e - s) * divide(Math.min(n, 0), n));
}

/** gamma^t. */
export function exponentialRule(gamma: number): Rule {
  const breaks = gamma > 0 ? [] : (t: number) => Math.floor(t) + 1;
  return relative(
    falling((t) => gamma ** t, breaks),
    () => gamma,
  );
}

/** (1 - t / n)^p, 0 from n on. */
export function polynomialRule(n: number, p: number): Rule {
  const ratio = (k: number) => (k > n ? 1 : power(divide(1 - divide(k, n), 1 - (k - 1) / n), p));
  const f = untilLast(decay, n, (k) => (n > 0 ? power(1 - k / n, p) : 1));
  return relative(f, ratio, () => power(1 - divide(Math.min(n, 0), n), p));
}

/** at(t) up to the last whole step before n is over, and there it stays. */
function untilLast(kind: typeof decay, n: number, at: (t: number) => number): Curve {
  const last = Math.floor(Math.max(0, n));
  return segments(
    kind(last, at),
    flat(Infinity, () => at(last)),
  );
}

/** Half a cosine from the base to `low` in n steps, and on: nothing is clamped. */
export function cosineRule(n: number, low: number): Rule {
  const at = (base: number, k: number) =>
    n === 0 ? zero("float division by zero") : low + ((base - low) * (1 + Math.cos((Math.PI * k) / n))) / 2;
  const next = (rate: number, k: number, base: number) =>
    n === 0 ? zero("integer modulo by zero") : cosineStep(rate, k, { base, low, length: n });
  return {
    curve: (base) => {
      if (n === 0)
        return segments(
          flat(1, base),
          flat(Infinity, () => next(base, 1, base)),
        );
      // Upside down the library's recursion gathers rounding errors that are large beside base_lr.
      if (low > base) return stepwise(base, (rate, k) => next(rate, k, base));
      return segments(...unclamped(Math.abs(n), (t) => at(base, t), everyPeriod(Math.abs(n))));
    },
    closed: (base) => at(base, 0),
    next: (rate, k, { base, initial, count }) => {
      if (initial) return rate;
      return count !== 1 || k === 0 ? next(rate, k, base) : at(base, k);
    },
  };
}
