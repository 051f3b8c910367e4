import { divide, floorDivide, power, repr } from "../engine/python.js";
import { opaque, stepwise } from "../engine/stepwise.js";
import { cycle, decay, flat, segments, warmup, type Segment } from "../engine/segments.js";
import { countUpTo, curve, everyPeriod, scale } from "../engine/shapes.js";
import type { Curve } from "../engine/curve.js";
import {
  defineSchedule,
  factor,
  integer,
  lr,
  optimizer,
  power as powerOf,
  rateFunction,
  ratio,
  real,
  required,
} from "./define.js";
import { steps, word, handle, type RateFunction, type ScheduleCall, type ScheduleDefinition } from "./define.js";
import { compileCall, isRateFunction, isScheduleCall } from "./compile.js";
import { metricDriven, plateau } from "./plateau.js";
import { chainedScheduler, sequentialLR, swalr } from "./torchComposition.js";
import { cosineAnnealingWarmRestarts, cyclicLR, oneCycleLR } from "./torchCycles.js";
import { eachGroup, groupCount, raise, torchSchedule, type GroupOf } from "./torchRules.js";

const id = (name: string) => `torch.optim.lr_scheduler.${name}`;
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

/** A curve that is base times a factor, and whose recursion multiplies the group's rate by the factor's ratio. */
function relative(
  f: Curve,
  closed: (k: number) => number,
  next: (rate: number, k: number, initial: boolean) => number,
) {
  return {
    curve: (base: number) => scale(f, base),
    factor: f,
    closed: (base: number, k: number) => base * closed(k),
    next: (rate: number, k: number, step: { initial: boolean }) => next(rate, k, step.initial),
  };
}

export const stepLR = torchSchedule({
  id: id("StepLR"),
  params: { step_size: required, gamma: 0.1 },
  formula: "lr = base_lr · gamma^⌊t / step_size⌋",
  rule: ({ step_size, gamma }) => {
    const size = Math.abs(step_size);
    const isDrop = (k: number) =>
      k !== 0 && (size === 0 ? raise("ZeroDivisionError: integer modulo by zero") : k % size === 0);
    const f = Number.isInteger(size)
      ? staircase(gamma, size)
      : stepwise(1, (rate, k) => (isDrop(k) ? rate * gamma : rate));
    return relative(
      f,
      (k) =>
        gamma **
        (size === 0 ? raise("ZeroDivisionError: integer division or modulo by zero") : floorDivide(k, step_size)),
      (rate, k) => (isDrop(k) ? rate * gamma : rate),
    );
  },
});

export const multiStepLR = torchSchedule({
  id: id("MultiStepLR"),
  params: { milestones: required, gamma: 0.1 },
  formula: "lr = base_lr · gamma^(number of milestones ≤ t)",
  quirks: ["A milestone listed twice counts twice, their order does not matter, and milestone 0 acts at once."],
  rule: ({ milestones, gamma }) => {
    if (!Array.isArray(milestones))
      raise(`TypeError: '${typeof milestones === "number" ? "int" : "str"}' object is not iterable`);
    const edges = milestones.filter((m) => Number.isInteger(m) && m >= 0).sort((a, b) => a - b);
    const f = curve((t) => gamma ** countUpTo(edges, t), edges, [{ kind: "decay", from: 0, to: Infinity }]);
    const at = (k: number) => gamma ** (countUpTo(edges, k) - countUpTo(edges, k - 1));
    return relative(f, f.at, (rate, k) => rate * at(k));
  },
});

export const constantLR = torchSchedule({
  id: id("ConstantLR"),
  params: {
    factor: factor("the rate is multiplied by this until total_iters", { default: 1 / 3, min: 0, max: 1 }),
    total_iters: steps("steps until the full rate", { default: 5, min: 0 }),
  },
  formula: "lr = base_lr · factor while t < total_iters, then base_lr",
  quirks: [
    "With total_iters = 0 the rate stays at base_lr · factor for ever.",
    "factor = 0 divides by zero at total_iters.",
  ],
  rule: ({ factor, total_iters: n }) => {
    if (factor > 1 || factor < 0) raise("ValueError: Constant multiplicative factor expected to be between 0 and 1.");
    const restores = n > 0 && Number.isInteger(n);
    const restored = () => (factor === 0 ? raise("ZeroDivisionError: float division by zero") : 1);
    const f = segments(warmup(restores ? n : Infinity, factor), flat(Infinity, restored));
    const next = (rate: number, k: number) => (k === 0 ? rate * factor : k !== n ? rate : rate * (restored() / factor));
    return relative(f, (k) => (k >= n ? 1 : factor), next);
  },
});

export const linearLR = torchSchedule({
  id: id("LinearLR"),
  params: {
    start_factor: factor("factor at the start", { default: 1 / 3, min: 0, max: 1, above: true }),
    end_factor: factor("factor at the end", { default: 1, min: 0, max: 1 }),
    total_iters: steps("steps from start to end", { default: 5, min: 0 }),
  },
  formula: "lr = base_lr · (start_factor + (end_factor - start_factor) · min(t, total_iters) / total_iters)",
  quirks: ["With total_iters = 0 the rate stays at start_factor."],
  rule: ({ start_factor: s, end_factor: e, total_iters: n }) => {
    if (s > 1 || s <= 0)
      raise("ValueError: Starting multiplicative factor expected to be greater than 0 and less or equal to 1.");
    if (e > 1 || e < 0) raise("ValueError: Ending multiplicative factor expected to be between 0 and 1.");
    const last = Math.floor(Math.max(0, n));
    const at = (k: number) => (n > 0 ? s + ((e - s) * k) / n : s);
    const moving: Segment = e >= s ? warmup(last, at) : decay(last, at);
    const f = segments(moving, flat(Infinity, at(last)));
    return relative(
      f,
      (k) => (n === 0 ? raise("ZeroDivisionError: division by zero") : s + ((e - s) * Math.min(n, k)) / n),
      (rate, k, initial) =>
        k === 0 ? rate * s : initial || k > n ? rate : rate * (1 + (e - s) / (n * s + (k - 1) * (e - s))),
    );
  },
});

export const exponentialLR = torchSchedule({
  id: id("ExponentialLR"),
  params: { gamma: factor("the rate is multiplied by this every step", { min: 0 }) },
  formula: "lr = base_lr · gamma^t",
  rule: ({ gamma }) => {
    const breaks = gamma > 0 ? [] : (t: number) => Math.floor(t) + 1;
    const f = curve((t) => gamma ** t, breaks, [{ kind: "decay", from: 0, to: Infinity }]);
    return relative(f, f.at, (rate, _, initial) => (initial ? rate : rate * gamma));
  },
});

export const polynomialLR = torchSchedule({
  id: id("PolynomialLR"),
  params: {
    total_iters: steps("steps until zero", { default: 5, min: 0 }),
    power: powerOf("1 is a straight line", { default: 1 }),
  },
  formula: "lr = base_lr · (1 - min(t, total_iters) / total_iters)^power",
  quirks: ["There is no floor: the rate is 0 from total_iters on.", "With total_iters = 0 the rate is constant."],
  rule: ({ total_iters: n, power: p }) => {
    const last = Math.floor(Math.max(0, n));
    const at = (k: number) => (n > 0 ? power(1 - k / n, p) : 1);
    const f = segments(
      decay(last, at),
      flat(Infinity, () => at(last)),
    );
    return relative(
      f,
      (k) => (n === 0 ? raise("ZeroDivisionError: division by zero") : power(1 - Math.min(n, k) / n, p)),
      (rate, k, initial) => (initial || k > n ? rate : rate * power(divide(1 - divide(k, n), 1 - (k - 1) / n), p)),
    );
  },
});

export const cosineAnnealingLR = torchSchedule({
  id: id("CosineAnnealingLR"),
  params: {
    T_max: steps("steps from base_lr down to eta_min", { min: 1 }),
    eta_min: lr("lowest rate", { default: 0 }),
  },
  formula: "lr = eta_min + (base_lr - eta_min) · (1 + cos(π · t / T_max)) / 2",
  quirks: ["Past T_max the rate climbs again: one period is 2 · T_max.", "An eta_min above base_lr is accepted."],
  rule: ({ T_max: n, eta_min: low }) => {
    const at = (base: number, k: number) => low + ((base - low) * (1 + Math.cos((Math.PI * k) / n))) / 2;
    const half = (k: number) => 1 + Math.cos((Math.PI * k) / n);
    const zero = () => raise("ZeroDivisionError: integer modulo by zero");
    const next = (rate: number, k: number, base: number) => {
      if (n === 0) return zero();
      if ((k - 1 - n) % (2 * n) === 0) return rate + ((base - low) * (1 - Math.cos(Math.PI / n))) / 2;
      return (half(k) / half(k - 1)) * (rate - low) + low;
    };
    return {
      curve: (base) => {
        if (n === 0) return segments(flat(1, base), flat(Infinity, zero));
        // Upside down the library's recursion gathers rounding errors that are large beside base_lr.
        if (low > base) return stepwise(base, (rate, k) => next(rate, k, base));
        const lrAt = (t: number) => at(base, t);
        return segments(decay(Math.abs(n), lrAt), cycle(Infinity, lrAt, everyPeriod(Math.abs(n))));
      },
      closed: (base, k) => (n === 0 ? raise("ZeroDivisionError: float division by zero") : at(base, k)),
      next: (rate, k, { base, initial, count }) => {
        if (initial) return rate;
        if (count !== 1 || k === 0) return next(rate, k, base);
        return n === 0 ? raise("ZeroDivisionError: float division by zero") : at(base, k);
      },
    };
  },
});

export const reduceLROnPlateau = defineSchedule({
  id: id("ReduceLROnPlateau"),
  params: {
    optimizer,
    mode: word("whether the metric should fall (min) or rise (max)", { default: "min", choices: ["min", "max"] }),
    factor: factor("the rate is multiplied by this at each reduction", { default: 0.1, min: 0, max: 1 }),
    patience: integer("epochs without improvement that are let pass", { default: 10, min: 0 }),
    threshold: ratio("how much better counts as better", { default: 1e-4, min: 0 }),
    threshold_mode: word("threshold relative to the best, or absolute", { default: "rel", choices: ["rel", "abs"] }),
    cooldown: integer("epochs to wait after a reduction", { default: 0, min: 0 }),
    min_lr: lr("lowest rate, or a list with one per group", { default: 0, min: 0 }),
    eps: real("smaller changes are not made", { default: 1e-8, min: 0 }),
    verbose: handle("older versions print each change"),
  },
  unit: "epoch",
  needs: ["initial_lr"],
  formula: "lr = max(lr · factor, min_lr) after more than patience epochs without improvement",
  quirks: [
    "NaN counts as no improvement.",
    "With a negative best and threshold_mode='rel' a slightly worse metric counts as better.",
    "A change of at most eps is not made.",
  ],
  source: "torch 2.15.0, torch/optim/lr_scheduler.py",
  compile: (rule, context) => {
    const floors = rule.min_lr as number | readonly number[];
    const count = groupCount(rule, ["min_lr"], context);
    if (rule.factor < 1 && Array.isArray(floors) && floors.length !== count)
      raise(`ValueError: expected ${count} min_lrs, got ${floors.length}`);
    return eachGroup(count, context, ({ index }, base) => {
      const min_lr = typeof floors === "number" ? floors : (floors[index] ?? 0);
      return metricDriven(plateau(base, { ...rule, min_lr }), context);
    });
  },
});

/** gamma to the number of whole sizes passed; a size of 0 ends the curve at its first step. */
function staircase(gamma: number, size: number): Curve {
  if (size === 0)
    return segments(
      flat(1, 1),
      flat(Infinity, () => raise("ZeroDivisionError: integer modulo by zero")),
    );
  return curve((t) => gamma ** Math.floor(t / size), everyPeriod(size), [{ kind: "decay", from: 0, to: Infinity }]);
}

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
