import type { Curve } from "../engine/curve.js";
import { divide, power } from "../engine/python.js";
import { cycle, halfCosine, segments } from "../engine/segments.js";
import { cycling, earliest, everyPeriod, withTurns } from "../engine/shapes.js";
import { opaque } from "../engine/stepwise.js";
import { factor, flag, lr, rateFunction, real, required, word } from "./define.js";
import type { Context, RateFunction } from "./define.js";
import { refuse } from "./refuse.js";
import { type GroupOf } from "./torchGroups.js";
import { isInt, torchSchedule, written, type Rule } from "./torchRules.js";

const id = (name: string) => `torch.optim.lr_scheduler.${name}`;

export const cosineAnnealingWarmRestarts = torchSchedule({
  id: id("CosineAnnealingWarmRestarts"),
  params: { T_0: required, T_mult: 1, eta_min: 0 },
  formula: "lr = eta_min + (base_lr - eta_min) · (1 + cos(π · T_cur / T_i)) / 2",
  quirks: ["At the restart step the rate is base_lr again.", "step(epoch + i / iters) gives t a fraction."],
  rule: (a) => restarting(a, a.T_0, a.T_mult, a.eta_min),
});

function restarting(a: object, first: number, mult: number, low: number): Rule {
  const positive = "ValueError: Expected positive integer T_0";
  refuse(first <= 0 || !isInt(a, "T_0"), `${positive}, but got ${written(a, "T_0")}`);
  const whole = "ValueError: Expected integer T_mult >= 1";
  refuse(mult < 1 || !isInt(a, "T_mult"), `${whole}, but got ${written(a, "T_mult")}`);
  const { start, length } = restarts(first, mult);
  const progress = (t: number) => (t - start(t)) / length(start(t));
  const at = (base: number, t: number) => low + (base - low) * halfCosine(progress(t));
  const next = (t: number) => start(t) + length(start(t));
  return { curve: (base) => cycling((t) => at(base, t), next), closed: (base) => at(base, 0) };
}

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
export const momentumParams = (base: number, max: number) => ({
  cycle_momentum: flag("move the momentum (or beta1) against the rate", { default: true }),
  base_momentum: real("momentum at the highest rate", { default: base }),
  max_momentum: real("momentum at the lowest rate", { default: max }),
});
/** Moving the momentum needs an optimizer that has one. */
export function needsMomentum(cycles: boolean, { optimizer }: Context): void {
  const without = cycles && optimizer !== undefined && noMomentum.has(optimizer);
  refuse(without, "ValueError: optimizer must support momentum or beta1 with `cycle_momentum` option enabled");
}

const modes = ["triangular", "triangular2", "exp_range"];
export const cyclicLR = torchSchedule({
  id: id("CyclicLR"),
  params: {
    base_lr: lr("lowest rate, or a list with one per group"),
    max_lr: lr("highest rate, or a list with one per group"),
    step_size_up: 2000,
    step_size_down: null,
    mode: word("how the height of the cycles goes on", { default: "triangular", choices: modes }),
    gamma: factor("height is multiplied by this every step under exp_range", { default: 1, min: 0 }),
    scale_fn: rateFunction("height as a function, in place of mode", { default: null }),
    scale_mode: word("what scale_fn is given", { default: "cycle", choices: ["cycle", "iterations"] }),
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
  rule: (a, group) =>
    cyclicRule({ ...a, step_size_down: (a.step_size_down as number | null) ?? a.step_size_up }, group),
});

interface Cyclic {
  readonly base_lr: number;
  readonly max_lr: number;
  readonly step_size_up: number;
  readonly step_size_down: number;
  readonly mode: string;
  readonly gamma: number;
  readonly scale_fn?: RateFunction | null;
  readonly scale_mode: string;
  readonly cycle_momentum: boolean;
  readonly base_momentum: number;
  readonly max_momentum: number;
}

/** x = 1 + t / total, its fraction the place in the cycle; heights are scaled per cycle, or per step. */
function cyclicRule(a: Cyclic, { context }: GroupOf): Rule {
  const [up, total] = [a.step_size_up, a.step_size_up + a.step_size_down];
  const top = divide(up, total);
  refuse(!a.scale_fn && !modes.includes(a.mode), "ValueError: mode is invalid and scale_fn is None");
  needsMomentum(a.cycle_momentum, context);
  const { scale, perStep, overflows } = scaling(a);
  const cycleOf = (t: number) => Math.floor(1 + t / total);
  const triangle = (t: number) => {
    const x = 1 + t / total - cycleOf(t);
    return x <= top ? divide(x, top) : (x - 1) / (top - 1);
  };
  const height = (t: number) => triangle(t) * scale(perStep ? t : cycleOf(t));
  const along = (from: number, to: number): Curve => {
    const at = (t: number) => from + (to - from) * height(t);
    if (a.scale_fn && perStep) return opaque(at, Math.min(context.total_steps || 1000, 50_000));
    const c = withTurns(segments(cycle(Infinity, at, earliest(everyPeriod(total), everyPeriod(total, up - total)))));
    return overflows ? endsWhereItThrows(c, scale, perStep ? 1 : total) : c;
  };
  return {
    construct: (group) => (group.lr = a.base_lr),
    curve: () => along(a.base_lr, a.max_lr),
    ...(a.cycle_momentum && { momentum: along(a.max_momentum, a.base_momentum) }),
  };
}

/** The factor on a cycle's height, by the cycle's number from 1 or by the step. */
function scaling({ scale_fn, scale_mode, mode, gamma }: Cyclic) {
  if (scale_fn)
    return { scale: (x: number) => Number(scale_fn.call([x])), perStep: scale_mode !== "cycle", overflows: false };
  if (mode === "exp_range") return { scale: (x: number) => power(gamma, x), perStep: true, overflows: gamma > 1 };
  const halved = mode === "triangular2";
  return { scale: (x: number) => (halved ? 1 / power(2, x - 1) : 1), perStep: false, overflows: halved };
}

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
