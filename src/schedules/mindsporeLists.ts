import type { Curve } from "../engine/curve.js";
import { flat, perEpoch, segments, warmup } from "../engine/segments.js";
import { curve, piecewiseConstant } from "../engine/shapes.js";
import { defineSchedule, flag, lr, numbers, power, real, steps } from "./define.js";
import { learning_rate, decay_rate, is_stair, falling } from "./mindsporeCells.js";
import { list, floats, counts, below } from "./mindsporeChecks.js";
import type { Given } from "./mindsporeChecks.js";
import { raise } from "./torchRules.js";

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

export const lists = [
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
