import type { Curve } from "../engine/curve.js";
import { PI32, f32, pow32 } from "../engine/float32.js";
import { decay, hold, segments, warmup } from "../engine/segments.js";
import { curve, sequence, shift, withTurns } from "../engine/shapes.js";
import { compileSchedule } from "./compile.js";
import { Raises, defineSchedule, handle, lr, numbers, power, ratio, real, schedule, steps } from "./define.js";
import type { ScheduleDefinition } from "./define.js";
import { keras2 } from "./keras2.js";
import { curveOf } from "./nested.js";

const names = (name: string) => ({
  id: `official.modeling.optimization.lr_schedule.${name}`,
  aliases: [
    `official.modeling.optimization.${name}`,
    `tensorflow_models.optimization.lr_schedule.${name}`,
    `tensorflow_models.optimization.${name}`,
    `tfm.optimization.lr_schedule.${name}`,
    `tfm.optimization.${name}`,
  ],
});
const common = {
  unit: "step",
  dtype: "float32",
  source: "tf-models-official 2.20.0, official/modeling/optimization/lr_schedule.py",
} as const;
const name = handle("name of the operation");
const after = schedule("the rate, or schedule, after the warm-up");
const notShifted = "The schedule after the warm-up counts from step 0, not from the end of the warm-up.";
const target = "The warm-up aims at what that schedule gives at warmup_steps, so there is no jump.";

/** `rise` while t < W, then `rest` at its own t. */
function warmed(rest: Curve, W: number, rise: (t: number) => number): Curve {
  if (!(W > 0)) return rest;
  return sequence([
    { from: 0, curve: segments(warmup(W, rise)), kind: "warmup" },
    { from: Math.ceil(W), curve: rest },
  ]);
}

const warmups = [
  defineSchedule({
    ...names("LinearWarmup"),
    ...common,
    params: {
      after_warmup_lr_sched: after,
      warmup_steps: real("steps of the warm-up"),
      warmup_learning_rate: lr("rate at step 0"),
      name,
    },
    formula: "warmup_learning_rate + t / W · (after(W) − warmup_learning_rate) for t < W = warmup_steps; then after(t)",
    quirks: [notShifted, target],
    compile({ after_warmup_lr_sched, warmup_steps: W, warmup_learning_rate: first }, context) {
      const rest = curveOf(after_warmup_lr_sched, context, f32);
      const rise = f32(rest.at(W) - first);
      return warmed(rest, W, (t) => f32(first + f32(f32(f32(t) / W) * rise)));
    },
  }),
  defineSchedule({
    ...names("PolynomialWarmUp"),
    ...common,
    params: {
      after_warmup_lr_sched: after,
      warmup_steps: real("steps of the warm-up"),
      power: power("1 is linear", { default: 1 }),
      name,
    },
    formula: "after(W) · (max(t, 1) / W)^power for t < W = warmup_steps; then after(t)",
    quirks: ["Step 0 has the rate of step 1: it never starts from 0.", notShifted, target],
    compile({ after_warmup_lr_sched, warmup_steps: W, power }, context) {
      const rest = curveOf(after_warmup_lr_sched, context, f32);
      const peak = rest.at(W);
      return warmed(rest, W, (t) => f32(peak * pow32(f32(Math.max(f32(t), 1) / W), power)));
    },
  }),
];

const powers = [
  defineSchedule({
    ...names("DirectPowerDecay"),
    ...common,
    params: {
      initial_learning_rate: lr("rate at steps 0 and 1"),
      power: power("negative decays", { default: 1 }),
      name,
    },
    formula: "initial_learning_rate · max(t, 1)^power",
    quirks: ["The default power, 1, grows without end; −0.5 is the usual inverse square root."],
    compile: ({ initial_learning_rate, power }) =>
      segments(decay(Infinity, (t) => f32(initial_learning_rate * pow32(Math.max(f32(t), 1), power)))),
  }),
  defineSchedule({
    ...names("PowerAndLinearDecay"),
    ...common,
    params: {
      initial_learning_rate: lr("rate one step after offset"),
      total_decay_steps: real("steps, counted from offset, at whose end the rate is 0"),
      power: power("negative decays", { default: 1 }),
      linear_decay_fraction: ratio("last share of the steps that also falls linearly to 0; 0 for none", {
        default: 0.1,
      }),
      offset: steps("steps before the decay starts", { default: 0 }),
      name,
    },
    formula:
      "initial_learning_rate · max(s, 1)^power · min(1, (N − s) / (N · linear_decay_fraction)), not below 0; s = t − offset, N = total_decay_steps",
    compile({ initial_learning_rate, total_decay_steps: N, power, linear_decay_fraction, offset }) {
      const tail = f32(N * linear_decay_fraction);
      const free = (t: number) => f32(initial_learning_rate * pow32(Math.max(f32(t - offset), 1), power));
      if (!(N * linear_decay_fraction > 0))
        return curve(free, [offset + 1], [{ kind: "decay", from: 0, to: Infinity }]);
      const at = (t: number) => Math.max(0, f32(free(t) * Math.min(1, f32(f32(N - f32(t - offset)) / tail))));
      const bend = Math.ceil(N - tail + offset);
      const breaks = [offset + 1, bend, Math.ceil(N + offset)].filter((b) => b > 0).toSorted((a, b) => a - b);
      const end = Math.max(0, Math.ceil(N + offset));
      const top = Math.min(end, Math.max(0, bend));
      const phases = [
        { kind: "decay", from: 0, to: top } as const,
        { kind: "cooldown", from: top, to: end } as const,
        { kind: "constant", from: end, to: Infinity } as const,
      ].filter((p) => p.to > p.from);
      return withTurns(curve(at, breaks, phases));
    },
  }),
  defineSchedule({
    ...names("PowerDecayWithOffset"),
    ...common,
    params: {
      initial_learning_rate: lr("rate one step after offset"),
      power: power("negative decays", { default: 1 }),
      offset: steps("steps before the decay starts", { default: 0 }),
      pre_offset_learning_rate: lr("rate up to offset, and ceiling of the rate after it", { default: 1e6 }),
      name,
    },
    formula:
      "min(pre_offset_learning_rate, initial_learning_rate · (t − offset)^power) for t > offset, else pre_offset_learning_rate",
    quirks: ["pre_offset_learning_rate is a million by default: step 0 takes it."],
    compile({ initial_learning_rate, power, offset, pre_offset_learning_rate: ceiling }) {
      const value = (t: number) =>
        Math.min(ceiling, f32(pow32(Math.max(f32(f32(t) - offset), 1), power) * initial_learning_rate));
      return withTurns(segments(hold(offset + 1, ceiling), decay(Infinity, value)));
    },
  }),
  defineSchedule({
    ...names("StepCosineDecayWithOffset"),
    ...common,
    params: {
      boundaries: numbers("the step at which each value is in force"),
      values: numbers("as many rates as boundaries"),
      offset: steps("steps to shift by", { default: 0 }),
      name,
    },
    formula: "a half cosine from values[i] to values[i + 1] between boundaries[i] and boundaries[i + 1], at t − offset",
    quirks: [
      "From the last boundary on the rate is NaN: the library divides by a length of 0.",
      "Before the first boundary the first cosine is continued.",
    ],
    compile({ boundaries, values, offset }) {
      if (!values.length) throw new Raises("ValueError: Expect non empty []");
      if (boundaries.length !== values.length)
        throw new Raises(
          `ValueError: Boundaries length is equal to learning rate levels length${boundaries.length} != ${values.length}`,
        );
      const arc = (i: number) => (t: number) => {
        const [a, b] = [values[i]!, values[i + 1] ?? 0];
        const total = i + 1 < boundaries.length ? boundaries[i + 1]! - boundaries[i]! : 0;
        const s = f32(t - offset);
        const p = f32(f32(PI32 * (i === 0 ? s : f32(s - boundaries[i]!))) / total);
        return f32(f32(f32(f32(a - b) * f32(f32(Math.cos(p)) + 1)) / 2) + b);
      };
      const start = (t: number) => (t < offset ? offset : Infinity);
      return segments(
        ...values.map((_, i) =>
          decay(i + 1 < values.length ? boundaries[i + 1]! + offset : Infinity, arc(i), i === 0 ? start : undefined),
        ),
      );
    },
  }),
];

/** Keras' own schedule at t − offset; steps before it are negative and not clamped. */
function withOffset(base: ScheduleDefinition): ScheduleDefinition {
  const className = base.id.slice(base.id.lastIndexOf(".") + 1);
  return defineSchedule({
    ...names(`${className}WithOffset`),
    ...common,
    params: {
      offset: steps("steps to shift by", { default: 0 }),
      ...Object.fromEntries(Object.entries(base.params).map(([key, spec]) => [key, { ...spec, keywordOnly: true }])),
    },
    formula: `${base.formula}, with t − offset for t`,
    quirks: ["Steps before offset are not clamped: an exponential is above its initial rate there, a cosine mirrored."],
    compile({ offset, ...args }, context) {
      const c = shift(compileSchedule(base, args, context).lr, -offset);
      const phases = c.phases.map((p, i) => (i === 0 ? { ...p, from: 0 } : p));
      return { ...c, phases, nextBreak: (t) => (t < offset ? Math.min(offset, c.nextBreak(t)) : c.nextBreak(t)) };
    },
  });
}
const based = ["PiecewiseConstantDecay", "PolynomialDecay", "ExponentialDecay", "CosineDecay"];

export const tfm = [
  ...warmups,
  ...powers,
  ...based.map((name) => withOffset(keras2.find((d) => d.id.endsWith(`schedules.${name}`))!)),
];
