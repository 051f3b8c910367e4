import type { Curve } from "../engine/curve.js";
import { PI32, f32, pow32 } from "../engine/float32.js";
import { recursive } from "../engine/recursive.js";
import { countUpTo, curve, earliest, everyPeriod, firstAbove, withTurns } from "../engine/shapes.js";
import { longestWalk, stepwise, turns } from "../engine/stepwise.js";
import { bindArguments } from "./compile.js";
import {
  Raises,
  anything,
  defineSchedule,
  epochs,
  factor,
  integer,
  lastEpoch,
  lr,
  numbers,
  optimizer,
  power,
  rateFunction,
  real,
  schedules,
  steps,
  word,
} from "./define.js";
import type { Args, Context, LiveSchedule, Params, RateFunction, ScheduleDefinition, TypedArgs } from "./define.js";
import { numberOf } from "./nested.js";
import { metricDriven, short } from "./plateau.js";
import { restarts } from "./torchCycles.js";
import { isInt, raise } from "./torchRules.js";

const names = (name: string) => ({
  id: `mindspore.experimental.optim.lr_scheduler.${name}`,
  aliases: [`ms.experimental.optim.lr_scheduler.${name}`],
});
const source = "mindspore 2.10.0, experimental/optim/lr_scheduler.py";

/** PyTorch's schedulers once more, each step in float32 from the rate before it. */
interface Rule {
  /** The rate at step e from the one at e − 1 (at e = 0 from the optimizer's). */
  readonly next: (rate: number, e: number) => number;
  /** What step(epoch) sets, where there is a closed form. */
  readonly closed?: (e: number) => number;
  readonly breaks?: (t: number) => number;
}
type Make = (args: Args, base: number, context: Context) => Rule;
const rules = new Map<ScheduleDefinition, Make>();

interface Declared<P extends Params> {
  readonly name: string;
  readonly params: P;
  readonly formula: string;
  readonly quirks?: readonly string[];
  readonly rule: (args: TypedArgs<P>, base: number, context: Context) => Rule;
}

function scheduler<P extends Params>({ name, rule, ...words }: Declared<P>): ScheduleDefinition {
  const make = rule as unknown as Make;
  const definition = defineSchedule({
    ...words,
    ...names(name),
    params: { optimizer, ...(words.params as Params), last_epoch: lastEpoch },
    needs: ["initial_lr"],
    unit: "epoch",
    source,
    compile: (args, context) => curveOf(make(args, f32(context.initial_lr), context), f32(context.initial_lr)),
  });
  rules.set(definition, make);
  return definition;
}

function curveOf({ next, closed, breaks }: Rule, base: number): Curve {
  const phases = [{ kind: "decay", from: 0, to: Infinity }] as const;
  if (!closed)
    return { ...stepwise(next(base, 0), next, { phases, horizon: 1000 }), ...(breaks && { nextBreak: breaks }) };
  const rate = recursive(next(base, 0), next, closed);
  return curve(rate, breaks ?? turns(rate, longestWalk), phases);
}

function only(type: "int" | "float", args: object, ...all: string[]): void {
  for (const name of all) {
    const known = type === "int" ? !isInt(args, name) : writtenInt(args, name);
    if (known) raise(`TypeError: the '${name}' must be ${type}.`);
  }
}
const writtenInt = (args: object, name: string) => Object.getOwnPropertySymbols(args).length > 0 && isInt(args, name);
const over = (edges: readonly number[]) => (t: number) => firstAbove(edges, t);

const simple = [
  scheduler({
    name: "StepLR",
    params: {
      step_size: steps("epochs between two drops", { min: 1 }),
      gamma: factor("the rate is multiplied by this at each", { default: 0.1 }),
    },
    formula: "lr = initial_lr · gamma^⌊t / step_size⌋",
    rule(a, base) {
      only("int", a, "step_size");
      const gamma = f32(a.gamma);
      return {
        next: (rate, e) => (e === 0 || e % a.step_size !== 0 ? rate : f32(rate * gamma)),
        closed: (e) => f32(base * pow32(gamma, Math.floor(e / a.step_size))),
        breaks: everyPeriod(a.step_size),
      };
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
      const { start_factor: s, end_factor: e1, total_iters: T } = a;
      if (s > 1 || s <= 0)
        raise("ValueError: Starting multiplicative factor expected to be greater than 0 and less than or equal to 1.");
      if (e1 > 1 || e1 < 0) raise("ValueError: Ending multiplicative factor expected to be between 0 and 1.");
      only("int", a, "total_iters");
      const rise = e1 - s;
      return {
        next: (rate, e) => {
          if (e === 0) return f32(rate * f32(s));
          return e > T ? rate : f32(rate * f32(1 + f32(f32(rise) / f32(f32(T * s) + f32((e - 1) * f32(rise))))));
        },
        closed: (e) => f32(base * (s + (rise * Math.min(T, e)) / T)),
        breaks: over([T]),
      };
    },
  }),
  scheduler({
    name: "ExponentialLR",
    params: { gamma: factor("the rate is multiplied by this every epoch") },
    formula: "lr = initial_lr · gamma^t",
    rule(a, base) {
      only("float", a, "gamma");
      const gamma = f32(a.gamma);
      return {
        next: (rate, e) => (e === 0 ? rate : f32(rate * gamma)),
        closed: (e) => f32(base * pow32(gamma, e)),
        breaks: () => Infinity,
      };
    },
  }),
  scheduler({
    name: "PolynomialLR",
    params: { total_iters: steps("epochs until 0", { default: 5 }), power: power("1 is linear", { default: 1 }) },
    formula: "lr = initial_lr · (1 − min(t, total_iters) / total_iters)^power",
    rule(a, base) {
      const T = a.total_iters;
      if (a.power < 0) raise(`ValueError: For 'PolynomialLR', the 'power' must be >= 0, but got ${a.power}.`);
      only("int", a, "total_iters");
      const left = (e: number) => f32(1 - f32(e / T));
      return {
        next: (rate, e) => (e === 0 || e > T ? rate : f32(rate * pow32(f32(left(e) / left(e - 1)), f32(a.power)))),
        closed: (e) => f32(base * pow32(left(Math.min(T, e)), f32(a.power))),
        breaks: over([T]),
      };
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
      if (a.factor > 1 || a.factor < 0)
        raise("ValueError: Constant multiplicative factor expected to be between 0 and 1.");
      only("int", a, "total_iters");
      const by = f32(a.factor);
      return {
        next: (rate, e) => (e === 0 ? f32(rate * by) : e === a.total_iters ? f32(rate / by) : rate),
        closed: (e) => f32(base * (e >= a.total_iters ? 1 : by)),
        breaks: over([a.total_iters]),
      };
    },
  }),
  scheduler({
    name: "MultiStepLR",
    params: {
      milestones: numbers("epochs at which the rate drops"),
      gamma: factor("the rate is multiplied by this at each", { default: 0.1 }),
    },
    formula: "lr = initial_lr · gamma^(how many milestones are <= t)",
    rule({ milestones, gamma }, base) {
      if (milestones.some((m) => !Number.isInteger(m)))
        raise("TypeError: elements of the 'milestones' must be type of int.");
      const sorted = milestones.toSorted((a, b) => a - b);
      const times = (e: number) => countUpTo(sorted, e) - countUpTo(sorted, e - 1);
      return {
        next: (rate, e) => (times(e) ? f32(rate * f32(gamma ** times(e))) : rate),
        closed: (e) => f32(base * gamma ** countUpTo(sorted, e)),
        breaks: over(sorted.filter((m) => m > 0)),
      };
    },
  }),
  scheduler({
    name: "LambdaLR",
    params: { lr_lambda: rateFunction("factor for an epoch, or a list with one function per group") },
    formula: "lr = initial_lr · lr_lambda(t)",
    rule({ lr_lambda }, base) {
      const call = oneFunction(lr_lambda);
      return { next: (_, e) => f32(base * f32(numberOf(call.call([e])))) };
    },
  }),
  scheduler({
    name: "MultiplicativeLR",
    params: {
      lr_lambda: rateFunction("factor on the rate so far, for an epoch, or a list with one function per group"),
    },
    formula: "lr(t) = lr(t − 1) · lr_lambda(t)",
    rule({ lr_lambda }) {
      const call = oneFunction(lr_lambda);
      return { next: (rate, e) => (e === 0 ? rate : f32(rate * f32(numberOf(call.call([e]))))) };
    },
  }),
  scheduler({
    name: "CyclicLR",
    params: {
      base_lr: lr("lowest rate"),
      max_lr: lr("highest rate of the first cycle"),
      step_size_up: steps("epochs that rise", { default: 2000 }),
      step_size_down: steps("epochs that fall; None: as many", { default: null }),
      mode: word("how the height goes on", {
        default: "triangular",
        choices: ["triangular", "triangular2", "exp_range"],
      }),
      gamma: factor("the height is multiplied by this every epoch under exp_range", { default: 1 }),
      scale_fn: rateFunction("height as a function, in place of mode", { default: null }),
      scale_mode: word("what scale_fn is given: the cycle's number (from 1) or the epoch", {
        default: "cycle",
        choices: ["cycle", "iterations"],
      }),
    },
    formula: "lr = base_lr + (max_lr − base_lr) · triangle(t) · scale",
    quirks: ["The optimizer's own rate is ignored."],
    rule(a) {
      const [down, scale_fn] = [a.step_size_down as number | null, a.scale_fn as RateFunction | null];
      if (!scale_fn && !["triangular", "triangular2", "exp_range"].includes(a.mode))
        raise("ValueError: mode is invalid and scale_fn is None");
      const size = a.step_size_up + (down ?? a.step_size_up);
      const top = a.step_size_up / size;
      const perStep = scale_fn ? a.scale_mode !== "cycle" : a.mode === "exp_range";
      const scale = (x: number) =>
        scale_fn
          ? f32(numberOf(scale_fn.call([x])))
          : a.mode === "triangular"
            ? 1
            : a.mode === "triangular2"
              ? f32(1 / pow32(2, x - 1))
              : pow32(f32(a.gamma), x);
      const [low, high] = [f32(a.base_lr), f32(a.max_lr)];
      const at = (e: number) => {
        const turn = Math.floor(f32(1 + f32(e / size)));
        const x = f32(f32(1 + f32(e / size)) - turn);
        const height = x <= f32(top) ? f32(x / f32(top)) : f32(f32(x - 1) / f32(top - 1));
        return f32(low + f32(f32(f32(high - low) * height) * scale(perStep ? e : turn)));
      };
      const breaks = earliest(everyPeriod(size), everyPeriod(size, a.step_size_up - size));
      const plain = scale_fn ? undefined : withTurns(curve(at, breaks)).nextBreak;
      return { next: (_, e) => at(e), closed: at, ...(plain && { breaks: plain }) };
    },
  }),
  scheduler({
    name: "CosineAnnealingLR",
    params: {
      T_max: steps("epochs from the highest to the lowest rate", { min: 1 }),
      eta_min: lr("lowest rate", { default: 0 }),
    },
    formula: "lr = eta_min + (initial_lr − eta_min) · (1 + cos(π · t / T_max)) / 2",
    quirks: ["Past T_max the rate climbs again.", "Each step builds on the rate before, so float32 rounding gathers."],
    rule(a, base) {
      const T = a.T_max;
      only("int", a, "T_max");
      const low = f32(a.eta_min);
      const wave = (e: number) => f32(1 + f32(Math.cos(f32(f32(PI32 * e) / T))));
      const span = f32(base - low);
      return {
        next: (rate, e) => {
          if (e === 0) return rate;
          if ((e - 1 - T) % (2 * T) === 0)
            return f32(rate + f32(f32(span * f32(1 - f32(Math.cos(f32(Math.PI / T))))) / 2));
          return f32(f32(f32(wave(e) / wave(e - 1)) * f32(rate - low)) + low);
        },
        closed: (e) => f32(low + f32(f32(span * wave(e)) / 2)),
        breaks: everyPeriod(T),
      };
    },
  }),
  scheduler({
    name: "CosineAnnealingWarmRestarts",
    params: {
      T_0: steps("epochs of the first cycle", { min: 1 }),
      T_mult: integer("each cycle is this much longer than the one before", { default: 1, min: 1 }),
      eta_min: lr("lowest rate", { default: 0 }),
    },
    formula: "lr = eta_min + (initial_lr − eta_min) · (1 + cos(π · T_cur / T_i)) / 2",
    rule(a, base) {
      if (a.T_0 <= 0 || !isInt(a, "T_0"))
        raise(`ValueError: T_0 should be an integer and equal or greater than 0, but got ${a.T_0}`);
      if (a.T_mult < 1 || !isInt(a, "T_mult"))
        raise(`ValueError: T_mult should be an integer and equal or greater than 1, but got ${a.T_mult}`);
      const { start, length } = restarts(a.T_0, a.T_mult);
      const low = f32(a.eta_min);
      const at = (e: number) => {
        const p = f32(f32(PI32 * (e - start(e))) / length(start(e)));
        return f32(low + f32(f32(f32(base - low) * f32(1 + f32(Math.cos(p)))) / 2));
      };
      return { next: (_, e) => at(e), closed: at, breaks: (t) => start(t) + length(start(t)) };
    },
  }),
];

function oneFunction(value: RateFunction): RateFunction {
  return Array.isArray(value) ? (value[0] as RateFunction) : value;
}

const sequential = defineSchedule({
  ...names("SequentialLR"),
  params: {
    optimizer,
    schedulers: schedules("the schedulers, in order"),
    milestones: numbers("the epoch at which each but the first starts"),
    last_epoch: lastEpoch,
  },
  needs: ["initial_lr"],
  unit: "epoch",
  formula: "schedulers[i] from milestones[i − 1] on, counting its own epochs from there",
  source,
  compile({ schedulers, milestones }, context) {
    if (milestones.length !== schedulers.length - 1)
      raise(
        `ValueError: Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones ${milestones.length}`,
      );
    const base = f32(context.initial_lr);
    const parts = schedulers.map((s) => {
      const make = rules.get(s.definition);
      if (!make) throw new Raises("AttributeError: this schedule cannot be one of SequentialLR's");
      return make(bindArguments(s.definition, s.args), base, context);
    });
    const from = (i: number) => (i === 0 ? 0 : milestones[i - 1]!);
    const next = (rate: number, t: number) => {
      const i = countUpTo(milestones, t);
      const rule = parts[i]!;
      const own = t - from(i);
      return own === 0 && t > 0 ? (rule.closed ?? ((e: number) => rule.next(rate, e)))(0) : rule.next(rate, own);
    };
    return stepwise(next(base, 0), next, { horizon: 1000 });
  },
});

const reduceOnPlateau = defineSchedule({
  ...names("ReduceLROnPlateau"),
  params: {
    optimizer,
    mode: word("whether the metric should fall or rise", { default: "min", choices: ["min", "max"] }),
    factor: factor("the rate is multiplied by this", { default: 0.1, max: 1 }),
    patience: epochs("bad epochs that are still tolerated", { default: 10, min: 0 }),
    threshold: real("smaller improvements do not count", { default: 1e-4 }),
    threshold_mode: word("threshold as a share of the best value, or absolute", {
      default: "rel",
      choices: ["rel", "abs"],
    }),
    cooldown: integer("epochs after a reduction in which nothing is counted", { default: 0, min: 0 }),
    min_lr: anything("the rate never falls below; a number, or one per group", { default: 0 }),
    eps: real("smaller changes of the rate are not made", { default: 1e-8 }),
  },
  needs: ["initial_lr"],
  unit: "epoch",
  formula: "lr = max(lr · factor, min_lr) after more than `patience` epochs without an improvement by threshold",
  quirks: ["Metrics are compared in float32.", "During the cooldown the best value is still updated."],
  source,
  compile(a, context) {
    if (a.factor >= 1) raise("ValueError: The lr factor should be less than 1.0.");
    if (a.mode !== "min" && a.mode !== "max")
      raise(`ValueError: \`mode\` should be 'min' or 'max', but got ${a.mode}.`);
    if (a.threshold_mode !== "rel" && a.threshold_mode !== "abs")
      raise(`ValueError: \`threshold mode\` should be 'rel' or 'abs', but got ${a.threshold_mode}.`);
    const sign = a.mode === "min" ? 1 : -1;
    const floor = f32(numberOf(Array.isArray(a.min_lr) ? a.min_lr[0] : a.min_lr));
    const bar = (best: number) =>
      a.threshold_mode === "rel"
        ? f32(best * f32(a.mode === "min" ? 1 - a.threshold : a.threshold + 1))
        : f32(best - sign * f32(a.threshold));
    const start = (): LiveSchedule => {
      let [best, bad, cooling] = [sign * Infinity, 0, 0];
      return {
        lr: f32(context.initial_lr),
        step(value) {
          const metric = f32(value);
          if (sign * metric < sign * bar(best)) [best, bad] = [metric, 0];
          else bad++;
          if (cooling > 0) [cooling, bad] = [cooling - 1, 0];
          if (bad <= a.patience) return undefined;
          const waited = bad;
          [cooling, bad] = [a.cooldown, 0];
          const [before, after] = [this.lr, Math.max(f32(this.lr * f32(a.factor)), floor)];
          if (!(before > f32(after + f32(a.eps)))) return undefined;
          this.lr = after;
          return `no improvement for ${waited} epoch${waited === 1 ? "" : "s"}: ${short(before)} → ${short(after)}`;
        },
      };
    };
    return metricDriven(start, context);
  },
});

export const experimental = [...simple, sequential, reduceOnPlateau];
