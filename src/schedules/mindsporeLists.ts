import type { Curve } from "../engine/curve.js";
import { flat, perEpoch, segments, warmup } from "../engine/segments.js";
import { ending, falling, piecewiseConstant } from "../engine/shapes.js";
import { flag, lr, numbers, steps } from "./define.js";
import {
  decay_rate,
  end_learning_rate,
  exponent,
  inverseRate,
  is_stair,
  learning_rate,
  max_lr,
  min_lr,
  minFirst,
  perStep,
} from "./mindsporeCells.js";
import { below, counts, floats, list, type Given } from "./mindsporeChecks.js";
import { refuse } from "./refuse.js";

const span = {
  total_step: steps("length of the list", { min: 1 }),
  step_per_epoch: steps("steps that share one rate", { min: 1 }),
};
const inEpochs = (meaning = "epochs in which decay_rate takes effect once") => steps(meaning, { min: 1 });
const longer = flag("start over with a longer period when decay_epoch is over", { default: false });
const epochsOnly = "The rate moves once per epoch: all steps of an epoch share it.";
const listEnd = "The list ends at total_step.";
const byEpoch = "epoch = ⌊t / step_per_epoch⌋";

export const lists = [
  list({
    name: "piecewise_constant_lr",
    params: { milestone: numbers("where each rate ends"), learning_rates: numbers("as many rates as milestones") },
    formula: "learning_rates[i] for milestone[i − 1] <= t < milestone[i]",
    quirks: ["The list ends at the last milestone."],
    rule({ milestone, learning_rates }) {
      checkMilestones(milestone, learning_rates.length);
      const last = milestone.at(-1) ?? 0;
      const c = piecewiseConstant(milestone.slice(0, -1), learning_rates);
      return ending(c, last, `the list of rates has ${last} entries`);
    },
  }),
  list({
    name: "exponential_decay_lr",
    params: { learning_rate, decay_rate, ...span, decay_epoch: inEpochs(), is_stair },
    formula: `learning_rate · decay_rate^(epoch / decay_epoch), ${byEpoch}, the exponent floored when is_stair`,
    quirks: [epochsOnly, listEnd],
    rule: (a) => decaying(a, (p) => a.learning_rate * a.decay_rate ** (a.is_stair ? Math.floor(p) : p)),
  }),
  list({
    name: "natural_exp_decay_lr",
    params: {
      learning_rate,
      decay_rate: perStep("epoch"),
      ...span,
      decay_epoch: inEpochs("length of a stair in epochs; otherwise unused"),
      is_stair,
    },
    formula: `learning_rate · e^(−decay_rate · epoch), ${byEpoch}, with is_stair cut to a multiple of decay_epoch`,
    quirks: ["decay_epoch counts only with is_stair.", epochsOnly, listEnd],
    rule(a) {
      const cut = (p: number, epoch: number) => (a.is_stair ? Math.floor(p) * a.decay_epoch : epoch);
      return decaying(a, (p, epoch) => a.learning_rate * Math.E ** (-a.decay_rate * cut(p, epoch)));
    },
  }),
  list({
    name: "inverse_decay_lr",
    params: { learning_rate, decay_rate: inverseRate("decay_epoch"), ...span, decay_epoch: inEpochs(), is_stair },
    formula: `learning_rate / (1 + decay_rate · epoch / decay_epoch), ${byEpoch}, the quotient floored when is_stair`,
    quirks: [epochsOnly, listEnd],
    rule(a) {
      const grown = (p: number, epoch: number) =>
        a.is_stair ? a.decay_rate * Math.floor(p) : (a.decay_rate * epoch) / a.decay_epoch;
      return decaying(a, (p, epoch) => a.learning_rate / (1 + grown(p, epoch)));
    },
  }),
  list({
    name: "cosine_decay_lr",
    params: { min_lr, max_lr, ...span, decay_epoch: inEpochs("epochs from the highest to the lowest") },
    formula: `min_lr + (max_lr − min_lr) · (1 + cos(π · min(epoch, decay_epoch) / decay_epoch)) / 2, ${byEpoch}`,
    quirks: [minFirst, epochsOnly, listEnd],
    rule(a) {
      floats(a, ["min_lr", 0, true], ["max_lr", 0]);
      counts(a, "decay_epoch");
      below(a.min_lr, a.max_lr);
      return listed(a, cosine(a.min_lr, 0.5 * (a.max_lr - a.min_lr), a.decay_epoch));
    },
  }),
  list({
    name: "polynomial_decay_lr",
    params: {
      learning_rate,
      end_learning_rate,
      ...span,
      decay_epoch: inEpochs("epochs of the decay"),
      power: exponent,
      update_decay_epoch: longer,
    },
    formula: `(learning_rate − end_learning_rate) · (1 − min(epoch, E) / E)^power + end_learning_rate, E = decay_epoch (with update_decay_epoch: · ⌈epoch / decay_epoch⌉), ${byEpoch}`,
    quirks: [epochsOnly, listEnd],
    rule(a) {
      floats(a, ["learning_rate", 0], ["end_learning_rate", 0, true], ["power", 0]);
      counts(a, "decay_epoch");
      const [E, end] = [a.decay_epoch, a.end_learning_rate];
      const share = (epoch: number) =>
        a.update_decay_epoch ? epoch / (E * Math.max(Math.ceil(epoch / E), 1)) : Math.min(epoch, E) / E;
      const value = (epoch: number) => (a.learning_rate - end) * (1 - share(epoch)) ** a.power + end;
      return listed(a, falling(value));
    },
  }),
  list({
    name: "warmup_lr",
    params: {
      learning_rate: lr("rate after the warm-up", { min: 0 }),
      ...span,
      warmup_epoch: inEpochs("epochs of the warm-up"),
    },
    formula: `learning_rate · min(epoch, warmup_epoch) / warmup_epoch, ${byEpoch}`,
    quirks: ["The whole first epoch has rate 0.", listEnd],
    rule(a) {
      floats(a, ["learning_rate", 0, true]);
      counts(a, "warmup_epoch");
      const rise = warmup(a.warmup_epoch, (epoch) => (a.learning_rate * epoch) / a.warmup_epoch);
      return listed(a, segments(rise, flat(Infinity, a.learning_rate)));
    },
  }),
];

/** From low + 2 · half down to low in E epochs. */
const cosine = (low: number, half: number, E: number): Curve =>
  falling((epoch) => low + half * (1 + Math.cos((Math.PI * Math.min(epoch, E)) / E)));

interface Listed extends Given {
  readonly total_step: number;
  readonly step_per_epoch: number;
}

/** A list of total_step rates, each made from its epoch. */
function listed(a: Listed, rates: Curve): Curve {
  counts(a, "total_step", "step_per_epoch");
  return ending(perEpoch(rates, a.step_per_epoch), a.total_step, `the list of rates has ${a.total_step} entries`);
}

/** A list of rates made from the quotient epoch / decay_epoch, or from the epoch. */
function decaying(a: Listed & { readonly decay_epoch: number }, rate: (p: number, epoch: number) => number): Curve {
  counts(a, "total_step", "step_per_epoch", "decay_epoch");
  floats(a, ["learning_rate", 0], ["decay_rate", 0]);
  return listed(
    a,
    falling((epoch) => rate(epoch / a.decay_epoch, epoch)),
  );
}

function checkMilestones(milestone: readonly number[], rates: number): void {
  const sizes = `'milestone' size: ${milestone.length}, 'learning_rates' size: ${rates}`;
  const same = "the size of 'milestone' must be same with the size of 'learning_rates'";
  const fits = milestone.length === rates;
  refuse(!fits, `ValueError: For 'piecewise_constant_lr', ${same}, but got ${sizes}.`);
  milestone.forEach((m, i) => {
    refuse(!Number.isInteger(m), `TypeError: The 'milestone[${i}]' must be int, but got ${m}.`);
    refuse(m <= 0, `ValueError: The 'milestone[${i}]' must be > 0, but got ${m}.`);
    const order = `the value of milestone[${i}] must be greater than milestone[${i - 1}]`;
    refuse(m < (milestone[i - 1] ?? 0), `ValueError: For 'piecewise_constant_lr', ${order}.`);
  });
}
