import { factor, integer, lr, ratio, type LiveSchedule } from "./define.js";
import { library } from "./library.js";
import { metricDriven, short } from "./plateau.js";
import { refuse } from "./refuse.js";
import { speechBrain } from "./speechBrainCommon.js";

const schedule = library({ ...speechBrain, unit: "epoch" });

/** SpeechBrain's schedulers that a validation metric drives. */
export const metricSchedulers = [
  schedule({
    name: "NewBobScheduler",
    params: {
      initial_value: lr("rate of the first epoch"),
      annealing_factor: factor("factor of a reduction", { default: 0.5 }),
      improvement_threshold: ratio("least relative improvement over the epoch before", { default: 0.0025 }),
      patient: integer("epochs without it that are tolerated", { default: 0 }),
    },
    formula: "initial_value · annealing_factor^(epochs whose loss improved by less than improvement_threshold)",
    quirks: ["Compares with the epoch before, not with the best one. Driven by the validation metric."],
    rule: (a, context) => metricDriven(() => newBob(a), context),
  }),
  schedule({
    name: "ReduceLROnPlateau",
    needs: ["initial_lr"],
    params: {
      lr_min: 1e-8,
      factor: factor("factor of a reduction", { default: 0.5 }),
      patience: integer("epochs without improvement that are tolerated", { default: 2 }),
      dont_halve_until_epoch: integer("no reduction up to this epoch", { default: 65 }),
    },
    formula: "lr · factor after more than `patience` epochs worse than the anchor",
    quirks: ["The anchor follows every epoch up to dont_halve_until_epoch. Driven by the validation loss."],
    rule: (a, context) => metricDriven(() => plateau(a, context.initial_lr), context),
  }),
];

interface NewBob {
  readonly initial_value: number;
  readonly annealing_factor: number;
  readonly improvement_threshold: number;
  readonly patient: number;
}

/** Reduces when the relative improvement over the epoch before stays below the threshold once more than `patient` times. */
function newBob(a: NewBob): LiveSchedule {
  refuse(typeof a.initial_value !== "number", "TypeError: can't multiply sequence by non-int of type 'float'");
  let before: number | undefined;
  let patience = a.patient;
  return {
    lr: a.initial_value,
    step(metric) {
      const improvement = before === undefined ? Infinity : before === 0 ? 0 : (before - metric) / before;
      before = metric;
      if (!(improvement < a.improvement_threshold)) return undefined;
      if (patience-- > 0) return undefined;
      patience = a.patient;
      const old = this.lr;
      this.lr *= a.annealing_factor;
      return this.lr === old ? undefined : `improvement ${short(improvement)}: ${short(old)} → ${short(this.lr)}`;
    },
  };
}

interface Plateau {
  readonly lr_min: number;
  readonly factor: number;
  readonly patience: number;
  readonly dont_halve_until_epoch: number;
}

/** Reduces after more than `patience` epochs worse than the anchor: the last epoch of the first ones, then the best. */
function plateau(a: Plateau, first: number): LiveSchedule {
  let [anchor, waited, epoch] = [99999, 0, 0];
  return {
    lr: first,
    step(loss) {
      const old = this.lr;
      if (++epoch <= a.dont_halve_until_epoch) anchor = loss;
      else if (loss <= anchor) [waited, anchor] = [0, loss];
      else if (waited < a.patience) waited++;
      else [this.lr, waited] = [this.lr * a.factor, 0];
      this.lr = Math.max(this.lr, a.lr_min);
      if (this.lr === old) return undefined;
      return `no improvement for ${a.patience + 1} epochs: ${short(old)} → ${short(this.lr)}`;
    },
  };
}
