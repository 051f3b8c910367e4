import type { Curve } from "../engine/curve.js";
import { cosineStep, unclamped } from "../engine/cosine.js";
import { divide, power, repr } from "../engine/python.js";
import { decay, flat, segments, warmup } from "../engine/segments.js";
import { countUpTo, everyPeriod, falling, scale } from "../engine/shapes.js";
import { opaque, stepwise } from "../engine/stepwise.js";
import { compileCall, isRateFunction, isScheduleCall } from "./compile.js";
import { defineSchedule, factor, optimizer, rateFunction, required } from "./define.js";
import type { RateFunction, ScheduleCall, ScheduleDefinition } from "./define.js";
import { metricDriven, oneEach, plateau, plateauParams } from "./plateau.js";
import { refuse } from "./refuse.js";
import { chainedScheduler, sequentialLR } from "./torchComposition.js";
import { cosineAnnealingWarmRestarts, cyclicLR } from "./torchCycles.js";
import { oneCycleLR } from "./torchOneCycle.js";
import { swalr } from "./torchSwa.js";
import {
  eachGroup,
  groupCount,
  oneGroup,
  raise,
  torchSchedule,
  torchSource,
  type GroupOf,
  type Rule,
} from "./torchRules.js";

const id = (name: string) => `torch.optim.lr_scheduler.${name}`;
const share = { default: 1 / 3, min: 0, max: 1 };
/** A user's function is called at most this often to find where it turns or raises. */
const lambdaWalk = (g: GroupOf) => Math.min(Math.max(g.context.total_steps || 0, 1000), 50_000);

export const lambdaLR = torchSchedule({
  id: id("LambdaLR"),
  params: { lr_lambda: rateFunction("factor for a step, or a list with one function per group") },
  perGroup: ["lr_lambda"],
  formula: "lr = base_lr · lr_lambda(t)",
  quirks: ["Overwrites what another scheduler of the same optimizer set."],
  rule: ({ lr_lambda }, group) => {
    const known = knownFactor(lr_lambda, group);
    if (known) return { curve: (base) => scale(known, base) };
    const f = factorOf(lr_lambda);
    return { curve: (base) => opaque((t) => base * f(t), lambdaWalk(group)) };
  },
});

export const multiplicativeLR = torchSchedule({
  id: id("MultiplicativeLR"),
  params: { lr_lambda: rateFunction("factor on the rate so far, for a step, or a list with one function per group") },
  perGroup: ["lr_lambda"],
  formula: "lr(t) = lr(t - 1) · lr_lambda(t)",
  quirks: ["lr_lambda(0) is never called."],
  rule: ({ lr_lambda }, group) => {
    const f = knownFactor(lr_lambda, group)?.at ?? factorOf(lr_lambda);
    const next = (rate: number, k: number) => rate * f(k);
    return {
      curve: (base) => stepwise(base, next, { horizon: lambdaWalk(group) }),
      next: (rate, k, { initial }) => (initial ? rate : next(rate, k)),
    };
  },
});

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

export const stepLR = torchSchedule({
  id: id("StepLR"),
  params: { step_size: required, gamma: 0.1 },
  formula: "lr = base_lr · gamma^⌊t / step_size⌋",
  rule: ({ step_size, gamma }) => {
    const size = Math.abs(step_size);
    const isDrop = (k: number) => k !== 0 && (size === 0 ? zero("integer modulo by zero") : k % size === 0);
    const ratio = (k: number) => (isDrop(k) ? gamma : 1);
    const f = Number.isInteger(size) ? staircase(gamma, size) : stepwise(1, (rate, k) => rate * ratio(k));
    return relative(f, ratio, () => (size === 0 ? zero("integer division or modulo by zero") : 1));
  },
});

/** gamma to the number of whole sizes passed; a size of 0 ends the curve at its first step. */
function staircase(gamma: number, size: number): Curve {
  if (size > 0) return falling((t) => gamma ** Math.floor(t / size), everyPeriod(size));
  const none = () => zero("integer modulo by zero");
  return segments(flat(1, 1), flat(Infinity, none));
}

export const multiStepLR = torchSchedule({
  id: id("MultiStepLR"),
  params: { milestones: required, gamma: 0.1 },
  formula: "lr = base_lr · gamma^(number of milestones ≤ t)",
  quirks: ["A milestone listed twice counts twice, their order does not matter, and milestone 0 acts at once."],
  rule: ({ milestones, gamma }) => {
    const edges = milestones.filter((m) => Number.isInteger(m) && m >= 0).sort((a, b) => a - b);
    const f = falling((t) => gamma ** countUpTo(edges, t), edges);
    return relative(f, (k) => gamma ** (countUpTo(edges, k) - countUpTo(edges, k - 1)));
  },
});

export const constantLR = torchSchedule({
  id: id("ConstantLR"),
  params: { factor: factor("the rate is multiplied by this until total_iters", share), total_iters: 5 },
  formula: "lr = base_lr · factor while t < total_iters, then base_lr",
  quirks: [
    "With total_iters = 0 the rate stays at base_lr · factor for ever.",
    "factor = 0 divides by zero at total_iters.",
  ],
  rule: ({ factor, total_iters: n }) => {
    refuse(factor > 1 || factor < 0, "ValueError: Constant multiplicative factor expected to be between 0 and 1.");
    const restored = () => (factor === 0 ? zero("float division by zero") : 1);
    const restores = n > 0 && Number.isInteger(n);
    const f = segments(warmup(restores ? n : Infinity, factor), flat(Infinity, restored));
    const ratio = (k: number) => (k === 0 ? factor : k === n ? restored() / factor : 1);
    return relative(f, ratio, () => (n > 0 ? factor : 1));
  },
});

export const linearLR = torchSchedule({
  id: id("LinearLR"),
  params: { start_factor: factor("factor at the start", { ...share, above: true }), end_factor: 1, total_iters: 5 },
  formula: "lr = base_lr · (start_factor + (end_factor - start_factor) · min(t, total_iters) / total_iters)",
  quirks: ["With total_iters = 0 the rate stays at start_factor."],
  rule: ({ start_factor: s, end_factor: e, total_iters: n }) => {
    const factor = "multiplicative factor expected to be";
    refuse(s > 1 || s <= 0, `ValueError: Starting ${factor} greater than 0 and less or equal to 1.`);
    refuse(e > 1 || e < 0, `ValueError: Ending ${factor} between 0 and 1.`);
    const at = (k: number) => (n > 0 ? s + ((e - s) * k) / n : s);
    const ratio = (k: number) => (k === 0 ? s : k > n ? 1 : 1 + (e - s) / (n * s + (k - 1) * (e - s)));
    return relative(untilLast(e >= s ? warmup : decay, n, at), ratio, () => s + (e - s) * divide(Math.min(n, 0), n));
  },
});

export const exponentialLR = torchSchedule({
  id: id("ExponentialLR"),
  params: { gamma: factor("the rate is multiplied by this every step", { min: 0 }) },
  formula: "lr = base_lr · gamma^t",
  rule: ({ gamma }) => {
    const breaks = gamma > 0 ? [] : (t: number) => Math.floor(t) + 1;
    return relative(
      falling((t) => gamma ** t, breaks),
      () => gamma,
    );
  },
});

export const polynomialLR = torchSchedule({
  id: id("PolynomialLR"),
  params: { total_iters: 5, power: 1 },
  formula: "lr = base_lr · (1 - min(t, total_iters) / total_iters)^power",
  quirks: ["There is no floor: the rate is 0 from total_iters on.", "With total_iters = 0 the rate is constant."],
  rule: ({ total_iters: n, power: p }) => {
    const ratio = (k: number) => (k > n ? 1 : power(divide(1 - divide(k, n), 1 - (k - 1) / n), p));
    const f = untilLast(decay, n, (k) => (n > 0 ? power(1 - k / n, p) : 1));
    return relative(f, ratio, () => power(1 - divide(Math.min(n, 0), n), p));
  },
});

/** at(t) up to the last whole step before n is over, and there it stays. */
function untilLast(kind: typeof decay, n: number, at: (t: number) => number): Curve {
  const last = Math.floor(Math.max(0, n));
  return segments(
    kind(last, at),
    flat(Infinity, () => at(last)),
  );
}

export const cosineAnnealingLR = torchSchedule({
  id: id("CosineAnnealingLR"),
  params: { T_max: required, eta_min: 0 },
  formula: "lr = eta_min + (base_lr - eta_min) · (1 + cos(π · t / T_max)) / 2",
  quirks: ["Past T_max the rate climbs again: one period is 2 · T_max.", "An eta_min above base_lr is accepted."],
  rule: (a) => cosineRule(a.T_max, a.eta_min),
});

function cosineRule(n: number, low: number): Rule {
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

export const reduceLROnPlateau = defineSchedule({
  id: id("ReduceLROnPlateau"),
  params: { optimizer, ...plateauParams, verbose: null },
  unit: "epoch",
  needs: ["initial_lr"],
  formula: "lr = max(lr · factor, min_lr) after more than patience epochs without improvement",
  quirks: [
    "NaN counts as no improvement.",
    "With a negative best and threshold_mode='rel' a slightly worse metric counts as better.",
    "A change of at most eps is not made.",
  ],
  source: torchSource,
  compile: (rule, context) => {
    const count = groupCount(rule, ["min_lr"], context);
    if (rule.factor < 1) oneEach(rule.min_lr, "min_lr", count);
    return eachGroup(count, context, (group, base) =>
      metricDriven(plateau(base, oneGroup(rule, ["min_lr"], group)), context),
    );
  },
});

export const torch: readonly ScheduleDefinition[] = [
  lambdaLR,
  multiplicativeLR,
  stepLR,
  multiStepLR,
  constantLR,
  linearLR,
  exponentialLR,
  polynomialLR,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  cyclicLR,
  oneCycleLR,
  reduceLROnPlateau,
  sequentialLR,
  chainedScheduler,
  swalr,
];
