import type { Curve } from "../engine/curve.js";
import { PI32, divided32, f32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { curve, piecewiseConstant } from "../engine/shapes.js";
import { decay, flat, perEpoch, segments, warmup } from "../engine/segments.js";
import { defineSchedule, factor, flag, lr, numbers, power, real, steps, writtenAsFloat } from "./define.js";
import { experimental } from "./mindsporeSchedulers.js";
import { isInt, raise } from "./torchRules.js";

const names = (name: string, module: string) => ({
  id: `mindspore.nn.${name}`,
  aliases: [`mindspore.nn.${module}.${name}`, `ms.nn.${name}`],
});
const cell = (name: string) =>
  ({
    ...names(name, "learning_rate_schedule"),
    unit: "step",
    dtype: "float32",
    source: "mindspore 2.10.0, nn/learning_rate_schedule.py",
  }) as const;
const list = (name: string) =>
  ({ ...names(name, "dynamic_lr"), unit: "step", source: "mindspore 2.10.0, nn/dynamic_lr.py" }) as const;

type Given = { readonly [writtenAsFloat]?: ReadonlySet<string> };

/** MindSpore's own checks: floats must be written as floats, counts as ints. */
function floats(args: Given, ...all: readonly [name: string, least: number, orEqual?: boolean][]): void {
  for (const [name, least, orEqual] of all) {
    const value = (args as Record<string, unknown>)[name] as number;
    if (args[writtenAsFloat] && isInt(args, name))
      raise(`TypeError: The type of '${name}' must be float, but got int.`);
    if (!(value > least) && !(orEqual && value === least))
      raise(`ValueError: The '${name}' must be ${orEqual ? ">=" : ">"} ${least}, but got ${value}.`);
  }
}
function counts(args: Given, ...all: readonly string[]): void {
  for (const name of all) {
    const value = (args as Record<string, unknown>)[name] as number;
    if (!isInt(args, name)) raise(`TypeError: The '${name}' must be int, but got ${value}.`);
    if (value <= 0) raise(`ValueError: The '${name}' must be > 0, but got ${value}.`);
  }
}
function below(min: number, max: number): void {
  if (min >= max)
    raise(
      `ValueError: the 'max_lr' must be greater than the 'min_lr', but got 'max_lr' value: ${max}, 'min_lr' value: ${min}.`,
    );
}

const learning_rate = lr("rate at step 0", { min: 0, above: true });
const decay_rate = factor("the rate is multiplied by this every decay_steps", { min: 0, above: true });
const decay_steps = steps("steps in which decay_rate takes effect once", { min: 1 });
const is_stair = flag("drop once every decay_steps instead of smoothly", { default: false });
const falling = [{ kind: "decay", from: 0, to: Infinity }] as const;

interface Decay extends Given {
  readonly learning_rate: number;
  readonly decay_rate: number;
  readonly decay_steps: number;
  readonly is_stair: boolean;
}
/** A rate of the quotient t / decay_steps in float32, floored when is_stair. */
function decaying(a: Decay, rate: (p: number, t: number) => number): Curve {
  counts(a, "decay_steps");
  floats(a, ["learning_rate", 0], ["decay_rate", 0]);
  const smooth = (t: number) => divided32(f32(t), a.decay_steps);
  const stairs = (t: number) => Math.floor(smooth(t));
  const p = a.is_stair ? stairs : smooth;
  return curve((t) => f32(rate(p(t), f32(t))), a.is_stair ? changes(stairs) : [], falling);
}

const cells = [
  defineSchedule({
    ...cell("ExponentialDecayLR"),
    params: { learning_rate, decay_rate, decay_steps, is_stair },
    formula: "learning_rate · decay_rate^(t / decay_steps), the exponent floored when is_stair",
    compile: (a) => decaying(a, (p) => a.learning_rate * pow32(a.decay_rate, p)),
  }),
  defineSchedule({
    ...cell("NaturalExpDecayLR"),
    params: {
      learning_rate,
      decay_rate: real("decay per step", { min: 0, above: true }),
      decay_steps: steps("length of a stair; otherwise unused", { min: 1 }),
      is_stair,
    },
    formula: "learning_rate · e^(−decay_rate · t), with is_stair t cut to a multiple of decay_steps",
    quirks: ["decay_steps counts only with is_stair: the decay is per step, unlike TensorFlow's."],
    compile: (a) =>
      decaying(
        a,
        (p, t) => a.learning_rate * pow32(f32(Math.E), f32(-a.decay_rate * (a.is_stair ? f32(p * a.decay_steps) : t))),
      ),
  }),
  defineSchedule({
    ...cell("InverseDecayLR"),
    params: {
      learning_rate,
      decay_rate: real("share of the rate's inverse added every decay_steps", { min: 0, above: true }),
      decay_steps,
      is_stair,
    },
    formula: "learning_rate / (1 + decay_rate · t / decay_steps), the quotient floored when is_stair",
    compile: (a) => decaying(a, (p) => a.learning_rate / f32(1 + f32(a.decay_rate * p))),
  }),
  defineSchedule({
    ...cell("CosineDecayLR"),
    params: {
      min_lr: lr("lowest rate", { min: 0 }),
      max_lr: lr("highest rate"),
      decay_steps: steps("steps from the highest to the lowest", { min: 1 }),
    },
    formula: "min_lr + (max_lr − min_lr) · (1 + cos(π · min(t, T) / T)) / 2, T = decay_steps",
    quirks: ["min_lr comes first.", "Both rates must be written as floats."],
    compile(a) {
      floats(a, ["min_lr", 0, true], ["max_lr", 0]);
      counts(a, "decay_steps");
      below(a.min_lr, a.max_lr);
      const half = f32(0.5 * (a.max_lr - a.min_lr));
      const value = (t: number) => {
        const p = f32(f32(Math.min(t, a.decay_steps) / a.decay_steps) + 0.5);
        return f32(a.min_lr + f32(half * f32(1 + f32(Math.sin(f32(PI32 * p))))));
      };
      return segments(decay(a.decay_steps, value), flat(Infinity, value(a.decay_steps)));
    },
  }),
  defineSchedule({
    ...cell("PolynomialDecayLR"),
    params: {
      learning_rate,
      end_learning_rate: lr("rate at the end of the decay", { min: 0 }),
      decay_steps: steps("steps of the decay", { min: 1 }),
      power: power("1 is linear", { min: 0, above: true }),
      update_decay_steps: flag("start over with a longer period when decay_steps is over", { default: false }),
    },
    formula:
      "(learning_rate − end_learning_rate) · (1 − min(t, T) / T)^power + end_learning_rate, T = decay_steps (with update_decay_steps: · ⌈t / decay_steps⌉)",
    quirks: ["end_learning_rate and power have no defaults.", "All rates and power must be written as floats."],
    compile(a) {
      floats(a, ["learning_rate", 0], ["end_learning_rate", 0, true], ["power", 0]);
      counts(a, "decay_steps");
      const { decay_steps: T, end_learning_rate: end } = a;
      const span = f32(a.learning_rate - end);
      const value = (p: number) => f32(f32(span * pow32(f32(1 - p), a.power)) + end);
      const turn = (t: number) => Math.max(Math.ceil(f32(f32(t) / T)), 1);
      if (a.update_decay_steps)
        return curve((t) => value(f32(f32(t) / f32(T * turn(t)))), changes(turn), [
          { kind: "cycle", from: 0, to: Infinity },
        ]);
      return segments(
        decay(T, (t) => value(f32(f32(t) / T))),
        flat(Infinity, value(1)),
      );
    },
  }),
  defineSchedule({
    ...cell("WarmUpLR"),
    params: {
      learning_rate: lr("rate after the warm-up", { min: 0 }),
      warmup_steps: steps("steps of the warm-up", { min: 1 }),
    },
    formula: "learning_rate · min(t, warmup_steps) / warmup_steps",
    quirks: ["The first update has rate 0."],
    compile(a) {
      floats(a, ["learning_rate", 0, true]);
      counts(a, "warmup_steps");
      const W = a.warmup_steps;
      return segments(
        warmup(W, (t) => f32(a.learning_rate * divided32(t, W))),
        flat(Infinity, a.learning_rate),
      );
    },
  }),
];

const total_step = steps("length of the list", { min: 1 });
const step_per_epoch = steps("steps that share one rate", { min: 1 });
const decayEpoch = (meaning = "epochs in which decay_rate takes effect once") => steps(meaning, { min: 1 });
const epochsOnly = "The rate moves once per epoch: all steps of an epoch share it.";
const listEnd = "The list ends at total_step.";

/** A list of total_step rates, each made from its epoch. */
function listed(a: Given & { readonly total_step: number; readonly step_per_epoch: number }, byEpoch: Curve): Curve {
  counts(a, "total_step", "step_per_epoch");
  const because = `the list of rates has ${a.total_step} entries`;
  return { ...perEpoch(byEpoch, a.step_per_epoch), end: { at: a.total_step, because } };
}
const epochDecay = (rate: (epoch: number) => number, breaks: readonly number[] = []): Curve =>
  curve(rate, breaks, falling);

const lists = [
  defineSchedule({
    ...list("piecewise_constant_lr"),
    params: { milestone: numbers("where each rate ends"), learning_rates: numbers("as many rates as milestones") },
    formula: "learning_rates[i] for milestone[i − 1] <= t < milestone[i]",
    quirks: ["The list ends at the last milestone."],
    compile({ milestone, learning_rates }) {
      if (milestone.length !== learning_rates.length)
        raise(
          `ValueError: For 'piecewise_constant_lr', the size of 'milestone' must be same with the size of 'learning_rates', but got 'milestone' size: ${milestone.length}, 'learning_rates' size: ${learning_rates.length}.`,
        );
      milestone.forEach((m, i) => {
        if (!Number.isInteger(m)) raise(`TypeError: The 'milestone[${i}]' must be int, but got ${m}.`);
        if (m <= 0) raise(`ValueError: The 'milestone[${i}]' must be > 0, but got ${m}.`);
        if (m < (milestone[i - 1] ?? 0))
          raise(
            `ValueError: For 'piecewise_constant_lr', the value of milestone[${i}] must be greater than milestone[${i - 1}].`,
          );
      });
      const last = milestone.at(-1) ?? 0;
      const c = piecewiseConstant(milestone.slice(0, -1), learning_rates);
      return { ...c, end: { at: last, because: `the list of rates has ${last} entries` } };
    },
  }),
  defineSchedule({
    ...list("exponential_decay_lr"),
    params: { learning_rate, decay_rate, total_step, step_per_epoch, decay_epoch: decayEpoch(), is_stair },
    formula:
      "learning_rate · decay_rate^(epoch / decay_epoch), epoch = ⌊t / step_per_epoch⌋, the exponent floored when is_stair",
    quirks: [epochsOnly, listEnd],
    compile(a) {
      counts(a, "total_step", "step_per_epoch", "decay_epoch");
      floats(a, ["learning_rate", 0], ["decay_rate", 0]);
      const p = (epoch: number) => (a.is_stair ? Math.floor(epoch / a.decay_epoch) : epoch / a.decay_epoch);
      return listed(
        a,
        epochDecay((epoch) => a.learning_rate * a.decay_rate ** p(epoch)),
      );
    },
  }),
  defineSchedule({
    ...list("natural_exp_decay_lr"),
    params: {
      learning_rate,
      decay_rate: real("decay per epoch", { min: 0, above: true }),
      total_step,
      step_per_epoch,
      decay_epoch: decayEpoch("length of a stair in epochs; otherwise unused"),
      is_stair,
    },
    formula:
      "learning_rate · e^(−decay_rate · epoch), epoch = ⌊t / step_per_epoch⌋, with is_stair cut to a multiple of decay_epoch",
    quirks: ["decay_epoch counts only with is_stair.", epochsOnly, listEnd],
    compile(a) {
      counts(a, "total_step", "step_per_epoch", "decay_epoch");
      floats(a, ["learning_rate", 0], ["decay_rate", 0]);
      const cut = (epoch: number) => (a.is_stair ? Math.floor(epoch / a.decay_epoch) * a.decay_epoch : epoch);
      return listed(
        a,
        epochDecay((epoch) => a.learning_rate * Math.E ** (-a.decay_rate * cut(epoch))),
      );
    },
  }),
  defineSchedule({
    ...list("inverse_decay_lr"),
    params: {
      learning_rate,
      decay_rate: real("share of the rate's inverse added every decay_epoch", { min: 0, above: true }),
      total_step,
      step_per_epoch,
      decay_epoch: decayEpoch(),
      is_stair,
    },
    formula:
      "learning_rate / (1 + decay_rate · epoch / decay_epoch), epoch = ⌊t / step_per_epoch⌋, the quotient floored when is_stair",
    quirks: [epochsOnly, listEnd],
    compile(a) {
      counts(a, "total_step", "step_per_epoch", "decay_epoch");
      floats(a, ["learning_rate", 0], ["decay_rate", 0]);
      const grown = (epoch: number) =>
        a.is_stair ? a.decay_rate * Math.floor(epoch / a.decay_epoch) : (a.decay_rate * epoch) / a.decay_epoch;
      return listed(
        a,
        epochDecay((epoch) => a.learning_rate / (1 + grown(epoch))),
      );
    },
  }),
  defineSchedule({
    ...list("cosine_decay_lr"),
    params: {
      min_lr: lr("lowest rate", { min: 0 }),
      max_lr: lr("highest rate"),
      total_step,
      step_per_epoch,
      decay_epoch: decayEpoch("epochs from the highest to the lowest"),
    },
    formula:
      "min_lr + (max_lr − min_lr) · (1 + cos(π · min(epoch, decay_epoch) / decay_epoch)) / 2, epoch = ⌊t / step_per_epoch⌋",
    quirks: ["min_lr comes first.", epochsOnly, listEnd],
    compile(a) {
      floats(a, ["min_lr", 0, true], ["max_lr", 0]);
      counts(a, "decay_epoch");
      below(a.min_lr, a.max_lr);
      const half = 0.5 * (a.max_lr - a.min_lr);
      return listed(
        a,
        epochDecay(
          (epoch) => a.min_lr + half * (1 + Math.cos((Math.PI * Math.min(epoch, a.decay_epoch)) / a.decay_epoch)),
        ),
      );
    },
  }),
  defineSchedule({
    ...list("polynomial_decay_lr"),
    params: {
      learning_rate,
      end_learning_rate: lr("rate at the end of the decay", { min: 0 }),
      total_step,
      step_per_epoch,
      decay_epoch: decayEpoch("epochs of the decay"),
      power: power("1 is linear", { min: 0, above: true }),
      update_decay_epoch: flag("start over with a longer period when decay_epoch is over", { default: false }),
    },
    formula:
      "(learning_rate − end_learning_rate) · (1 − min(epoch, E) / E)^power + end_learning_rate, E = decay_epoch (with update_decay_epoch: · ⌈epoch / decay_epoch⌉), epoch = ⌊t / step_per_epoch⌋",
    quirks: [epochsOnly, listEnd],
    compile(a) {
      floats(a, ["learning_rate", 0], ["end_learning_rate", 0, true], ["power", 0]);
      counts(a, "decay_epoch");
      const E = a.decay_epoch;
      const share = (epoch: number) =>
        a.update_decay_epoch ? epoch / (E * Math.max(Math.ceil(epoch / E), 1)) : Math.min(epoch, E) / E;
      return listed(
        a,
        epochDecay(
          (epoch) => (a.learning_rate - a.end_learning_rate) * (1 - share(epoch)) ** a.power + a.end_learning_rate,
        ),
      );
    },
  }),
  defineSchedule({
    ...list("warmup_lr"),
    params: {
      learning_rate: lr("rate after the warm-up", { min: 0 }),
      total_step,
      step_per_epoch,
      warmup_epoch: steps("epochs of the warm-up", { min: 1 }),
    },
    formula: "learning_rate · min(epoch, warmup_epoch) / warmup_epoch, epoch = ⌊t / step_per_epoch⌋",
    quirks: ["The whole first epoch has rate 0.", listEnd],
    compile(a) {
      floats(a, ["learning_rate", 0, true]);
      counts(a, "warmup_epoch");
      const W = a.warmup_epoch;
      return listed(
        a,
        segments(
          warmup(W, (epoch) => (a.learning_rate * epoch) / W),
          flat(Infinity, a.learning_rate),
        ),
      );
    },
  }),
];

export const mindspore = [...cells, ...lists, ...experimental];
