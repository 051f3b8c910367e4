import type { Curve } from "../engine/curve.js";
import { divide, power, repr } from "../engine/python.js";
import { opaque } from "../engine/stepwise.js";
import { halfCosine, segments, type Segment } from "../engine/segments.js";
import { everyPeriod, withTurns } from "../engine/shapes.js";
import { epochs, factor, flag, integer, lr, ratio, rateFunction, real, steps, word, writtenAsFloat } from "./define.js";
import type { Context } from "./define.js";
import { isInt, raise, torchSchedule } from "./torchRules.js";

const id = (name: string) => `torch.optim.lr_scheduler.${name}`;

export const cosineAnnealingWarmRestarts = torchSchedule({
  id: id("CosineAnnealingWarmRestarts"),
  params: {
    T_0: steps("steps until the first restart", { min: 1 }),
    T_mult: integer("each cycle is this times as long as the one before", { default: 1, min: 1 }),
    eta_min: lr("lowest rate", { default: 0 }),
  },
  formula: "lr = eta_min + (base_lr - eta_min) · (1 + cos(π · T_cur / T_i)) / 2",
  quirks: ["At the restart step the rate is base_lr again.", "step(epoch + i / iters) gives t a fraction."],
  rule: (args) => {
    const { T_0, T_mult, eta_min: low } = args;
    const written = (name: "T_0" | "T_mult") => repr(args[name], args[writtenAsFloat]?.has(name));
    if (T_0 <= 0 || !isInt(args, "T_0")) raise(`ValueError: Expected positive integer T_0, but got ${written("T_0")}`);
    if (T_mult < 1 || !isInt(args, "T_mult"))
      raise(`ValueError: Expected integer T_mult >= 1, but got ${written("T_mult")}`);
    const { start, length } = restarts(T_0, T_mult);
    const at = (base: number) => (t: number) => {
      const from = start(t);
      return low + (base - low) * halfCosine((t - from) / length(from));
    };
    const next = (t: number) => start(t) + length(start(t));
    return {
      curve: (base) => segments({ kind: "cycle", to: Infinity, lr: at(base), breaks: next }),
      closed: (base, k) => at(base)(k),
    };
  },
});

/** Cycles of length first, first · mult, first · mult², …: where the one of t starts, and how long one that starts there is. */
export function restarts(
  first: number,
  mult: number,
): { start: (t: number) => number; length: (start: number) => number } {
  if (mult === 1) return { start: (t) => Math.floor(t / first) * first, length: () => first };
  const startOf = (n: number) => (first * (mult ** n - 1)) / (mult - 1);
  const cycleOf = (t: number) => {
    let n = Math.max(0, Math.floor(Math.log((t / first) * (mult - 1) + 1) / Math.log(mult)));
    while (n > 0 && startOf(n) > t) n--;
    while (startOf(n + 1) <= t) n++;
    return n;
  };
  return { start: (t) => startOf(cycleOf(t)), length: (start) => first * mult ** cycleOf(start) };
}

const noMomentum = new Set(["Adagrad", "Adadelta", "ASGD", "LBFGS", "Rprop", "Adafactor"]);
const momentumParams = (base: number, max: number) => ({
  cycle_momentum: flag("move the momentum (or beta1) against the rate", { default: true }),
  base_momentum: real("momentum at the highest rate", { default: base }),
  max_momentum: real("momentum at the lowest rate", { default: max }),
});
function needsMomentum(cycles: boolean, { optimizer }: Context): void {
  if (cycles && optimizer !== undefined && noMomentum.has(optimizer))
    raise("ValueError: optimizer must support momentum or beta1 with `cycle_momentum` option enabled");
}

export const cyclicLR = torchSchedule({
  id: id("CyclicLR"),
  params: {
    base_lr: lr("lowest rate, or a list with one per group"),
    max_lr: lr("highest rate, or a list with one per group"),
    step_size_up: steps("steps from base_lr up to max_lr", { default: 2000, min: 1 }),
    step_size_down: steps("steps back down; step_size_up when None", { default: null, min: 1 }),
    mode: word("how the height of the cycles goes on", {
      default: "triangular",
      choices: ["triangular", "triangular2", "exp_range"],
    }),
    gamma: factor("height is multiplied by this every step under exp_range", { default: 1, min: 0 }),
    scale_fn: rateFunction("height as a function, in place of mode", { default: null }),
    scale_mode: word("what scale_fn is given: the cycle's number or the step", {
      default: "cycle",
      choices: ["cycle", "iterations"],
    }),
    ...momentumParams(0.8, 0.9),
  },
  perGroup: ["base_lr", "max_lr", "base_momentum", "max_momentum"],
  unit: "step",
  needs: [],
  formula: "lr = base_lr + (max_lr - base_lr) · triangle(t) · scale",
  quirks: [
    "The optimizer's own rate is ignored.",
    "Momentum moves the other way and needs an optimizer with momentum or betas.",
  ],
  rule: (a, { context }) => {
    const [up, total] = [a.step_size_up, a.step_size_up + ((a.step_size_down as number | null) ?? a.step_size_up)];
    const top = divide(up, total);
    const custom = a.scale_fn ?? undefined;
    if (!custom && !["triangular", "triangular2", "exp_range"].includes(a.mode))
      raise("ValueError: mode is invalid and scale_fn is None");
    needsMomentum(a.cycle_momentum, context);
    const triangle = (t: number) => {
      const x = 1 + t / total - Math.floor(1 + t / total);
      return x <= top ? divide(x, top) : (x - 1) / (top - 1);
    };
    const perStep = custom ? a.scale_mode !== "cycle" : a.mode === "exp_range";
    const scaleAt = custom
      ? (x: number) => Number(custom.call([x]))
      : (x: number) => (a.mode === "triangular" ? 1 : a.mode === "exp_range" ? power(a.gamma, x) : 1 / power(2, x - 1));
    const height = (t: number) => triangle(t) * scaleAt(perStep ? t : Math.floor(1 + t / total));
    const edges = everyPeriod(total);
    const tops = everyPeriod(total, up - total);
    const along = (from: number, to: number): Curve => {
      const at = (t: number) => from + (to - from) * height(t);
      if (custom && perStep) return opaque(at, Math.min(context.total_steps || 1000, 50_000));
      const c = segments({ kind: "cycle", to: Infinity, lr: at, breaks: (t) => Math.min(edges(t), tops(t)) });
      const overflow =
        a.mode === "triangular2" && !custom
          ? total * 1024
          : a.mode === "exp_range" && a.gamma > 1
            ? Infinity
            : undefined;
      return overflow === undefined ? withTurns(c) : endsWhereItThrows(withTurns(c), scaleAt, perStep ? 1 : total);
    };
    return {
      construct: (group) => (group.lr = a.base_lr),
      curve: () => along(a.base_lr, a.max_lr),
      ...(a.cycle_momentum && { momentum: along(a.max_momentum, a.base_momentum) }),
    };
  },
});

/** `c`, ending at the first step whose scale Python cannot compute; `length` steps share one scale, counted from 1. */
function endsWhereItThrows(c: Curve, scaleAt: (x: number) => number, length: number): Curve {
  const fails = (x: number) => {
    try {
      scaleAt(x);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  let [good, bad] = [1, 2 ** 40];
  const because = fails(bad);
  if (because === undefined || c.end?.at === 0) return c;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (fails(middle) === undefined) good = middle;
    else bad = middle;
  }
  return { ...c, end: { at: length === 1 ? bad : Math.ceil((bad - 1) * length), because } };
}

export const oneCycleLR = torchSchedule({
  id: id("OneCycleLR"),
  params: {
    max_lr: lr("highest rate, or a list with one per group"),
    total_steps: steps("steps of the whole run; epochs · steps_per_epoch when None", { default: null, min: 1 }),
    epochs: epochs("epochs of the run", { default: null, min: 1 }),
    steps_per_epoch: steps("steps per epoch", { default: null, min: 1 }),
    pct_start: ratio("share of the run that the rate rises", { default: 0.3, min: 0, max: 1 }),
    anneal_strategy: word("cosine or straight lines", { default: "cos", choices: ["cos", "linear"] }),
    ...momentumParams(0.85, 0.95),
    div_factor: factor("max_lr over the initial rate", { default: 25, min: 0, above: true }),
    final_div_factor: factor("initial rate over the final one", { default: 1e4, min: 0, above: true }),
    three_phase: flag("come down to the initial rate first, then anneal", { default: false }),
  },
  perGroup: ["max_lr", "base_momentum", "max_momentum"],
  unit: "step",
  needs: [],
  formula: "max_lr / div_factor → max_lr by pct_start · total_steps - 1, then → max_lr / div_factor / final_div_factor",
  quirks: [
    "The optimizer's own rate is ignored.",
    "One step past the end is allowed and climbs a little; the next one raises.",
    "pct_start must be written as a float.",
  ],
  rule: (a, { context }) => {
    const total = runLength(a);
    const peakAt = a.pct_start * total - 1;
    const [initial, max] = [() => divide(a.max_lr, a.div_factor), a.max_lr];
    if (a.pct_start < 0 || a.pct_start > 1 || isInt(a, "pct_start"))
      raise(`ValueError: Expected float between 0 and 1 pct_start, but got ${repr(a.pct_start)}`);
    if (a.anneal_strategy !== "cos" && a.anneal_strategy !== "linear")
      raise(`ValueError: anneal_strategy must be one of 'cos' or 'linear', instead got ${a.anneal_strategy}`);
    const [low, min] = [initial(), divide(initial(), a.final_div_factor)];
    needsMomentum(a.cycle_momentum, context);
    const anneal =
      a.anneal_strategy === "cos"
        ? (from: number, to: number, p: number) => to + (from - to) * halfCosine(p)
        : (from: number, to: number, p: number) => (to - from) * p + from;
    const through = (...values: readonly number[]): Curve => {
      const ends = a.three_phase ? [peakAt, 2 * peakAt, total - 1] : [peakAt, total - 1];
      const parts = ends.map((end, i): Segment => {
        const from = i === 0 ? 0 : ends[i - 1]!;
        const isLast = i === ends.length - 1;
        const lrAt = (t: number) => anneal(values[i]!, values[i + 1]!, divide(t - from, end - from));
        const kind = i === 0 ? "warmup" : "decay";
        return {
          kind,
          to: isLast ? total + 1 : Math.min(Math.floor(end), total) + 1,
          lr: lrAt,
          ...(isLast && { breaks: (t) => (t < total ? total : Infinity) }),
        };
      });
      const past = () =>
        raise(`ValueError: Tried to step ${total + 1} times. The specified number of total steps is ${total}`);
      return segments(...parts, { kind: "decay", to: Infinity, lr: past });
    };
    const momenta = [a.max_momentum, a.base_momentum, a.max_momentum, a.max_momentum];
    return {
      construct: (group) => (group.initial_lr = low),
      curve: () => (a.three_phase ? through(low, max, low, min) : through(low, max, min)),
      ...(a.cycle_momentum && { momentum: through(...momenta) }),
    };
  },
});

function runLength(a: { total_steps: number; epochs: number; steps_per_epoch: number }): number {
  const given = (name: "total_steps" | "epochs" | "steps_per_epoch") => (a[name] as number | null) !== null;
  const positive = (name: "total_steps" | "epochs" | "steps_per_epoch") => {
    const float = (a as { [writtenAsFloat]?: ReadonlySet<string> })[writtenAsFloat]?.has(name);
    if (!(a[name] > 0) || !isInt(a, name))
      raise(`ValueError: Expected positive integer ${name}, but got ${repr(a[name], float)}`);
  };
  if (given("total_steps")) {
    positive("total_steps");
    return a.total_steps;
  }
  if (!given("epochs") || !given("steps_per_epoch"))
    raise("ValueError: You must define either total_steps OR (epochs AND steps_per_epoch)");
  positive("epochs");
  positive("steps_per_epoch");
  return a.epochs * a.steps_per_epoch;
}
