import { byCosine } from "../engine/oneCycle.js";
import { cycle, decay, halfCosine, hold, lagging, segments, warmup } from "../engine/segments.js";
import { everyPeriod, scale, sequence } from "../engine/shapes.js";
import { batches, convert, parseTime, runOf } from "./composerTime.js";
import { anything, defineSchedule, factor, flag, integer, lr, numbers, ratio, real, steps, word } from "./define.js";
import type { LiveSchedule } from "./define.js";
import { metricDriven, short } from "./plateau.js";

/** Rarer schedules of SpeechBrain, BasicSR and its forks, LitGPT and CVNets configuration files. */
const sb = (name: string) => ({
  id: `speechbrain.nnet.schedulers.${name}`,
  aliases: [`speechbrain:${name}`],
  source: "speechbrain 1.1.2, speechbrain/nnet/schedulers.py",
});

const newBob = defineSchedule({
  ...sb("NewBobScheduler"),
  params: {
    initial_value: lr("rate of the first epoch"),
    annealing_factor: factor("factor of a reduction", { default: 0.5 }),
    improvement_threshold: ratio("least relative improvement over the epoch before", { default: 0.0025 }),
    patient: integer("epochs without it that are tolerated", { default: 0 }),
  },
  unit: "epoch",
  formula: "initial_value · annealing_factor^(epochs whose loss improved by less than improvement_threshold)",
  quirks: ["Compares with the epoch before, not with the best one. Driven by the validation metric."],
  compile(a, context) {
    const start = (): LiveSchedule => {
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
    };
    return metricDriven(start, context);
  },
});

const sbPlateau = defineSchedule({
  ...sb("ReduceLROnPlateau"),
  params: {
    lr_min: lr("lowest rate", { default: 1e-8 }),
    factor: factor("factor of a reduction", { default: 0.5 }),
    patience: integer("epochs without improvement that are tolerated", { default: 2 }),
    dont_halve_until_epoch: integer("no reduction up to this epoch", { default: 65 }),
  },
  needs: ["initial_lr"],
  unit: "epoch",
  formula: "lr · factor after more than `patience` epochs worse than the anchor",
  quirks: ["The anchor follows every epoch up to dont_halve_until_epoch. Driven by the validation loss."],
  compile(a, context) {
    const start = (): LiveSchedule => {
      let [anchor, waited, epoch] = [99999, 0, 0];
      return {
        lr: context.initial_lr,
        step(loss) {
          const old = this.lr;
          if (++epoch <= a.dont_halve_until_epoch) anchor = loss;
          else if (loss <= anchor) [waited, anchor] = [0, loss];
          else if (waited < a.patience) waited++;
          else [this.lr, waited] = [this.lr * a.factor, 0];
          this.lr = Math.max(this.lr, a.lr_min);
          return this.lr === old
            ? undefined
            : `no improvement for ${a.patience + 1} epochs: ${short(old)} → ${short(this.lr)}`;
        },
      };
    };
    return metricDriven(start, context);
  },
});

const sbInterval = defineSchedule({
  ...sb("IntervalScheduler"),
  params: { intervals: anything("dicts {steps, lr}: the rate from that step on") },
  needs: ["initial_lr"],
  unit: "step",
  formula: "the lr of the last interval with steps ≤ t; the optimizer's before the first",
  compile({ intervals }, { initial_lr }) {
    const pairs = (intervals as readonly ReadonlyMap<string, number>[]).map(
      (m) => [m.get("steps") ?? 0, m.get("lr") ?? NaN] as const,
    );
    return segments(
      hold(pairs[0]?.[0] ?? Infinity, initial_lr),
      ...pairs.map(([, rate], i) => hold(pairs[i + 1]?.[0] ?? Infinity, rate)),
    );
  },
});

const forks = {
  lr: lr("rate of the optimizer (optim_g.lr)"),
  warmup_iter: steps("iterations of linear warm-up from 0; -1 for none", { default: -1 }),
};
const warmed = (base: number, W: number, c: ReturnType<typeof segments>) =>
  W > 0
    ? sequence([
        { from: 0, curve: segments(warmup(W, (t) => (base / W) * t)) },
        { from: W, curve: c },
      ])
    : c;

const restartCyclic = defineSchedule({
  id: "basicsr:CosineAnnealingRestartCyclicLR",
  params: {
    ...forks,
    periods: numbers("lengths of the cycles"),
    restart_weights: numbers("height of each cycle", { default: [1] }),
    eta_mins: numbers("lowest rate of each cycle", { default: [0] }),
  },
  unit: "step",
  formula: "eta_mins[i] + weight · (lr − eta_mins[i]) · (1 + cos(π · t_cycle / period)) / 2",
  quirks: ["The restart comes one step after the period's end: the end itself still belongs to the cycle before."],
  source: "swz30/Restormer, basicsr/models/lr_scheduler.py",
  compile({ lr: base, warmup_iter, periods, restart_weights, eta_mins }) {
    let from = 0;
    const parts = periods.map((period, i) => {
      const [start, low] = [from, eta_mins[i] ?? 0];
      from += period;
      return cycle(from + 1, (t) => low + (restart_weights[i] ?? 1) * (base - low) * halfCosine((t - start) / period));
    });
    const past = { at: from + 1, because: "TypeError: the iteration is past the last period" };
    return warmed(base, warmup_iter, { ...segments(...parts), end: past });
  },
});

const trueCosine = defineSchedule({
  id: "basicsr:TrueCosineAnnealingLR",
  params: { ...forks, T_max: steps("iterations of half a cosine"), eta_min: lr("final rate", { default: 0 }) },
  unit: "step",
  formula: "eta_min + (lr − eta_min) · (1 + cos(π · t / T_max)) / 2",
  quirks: ["Past T_max the rate climbs again."],
  source: "megvii-research/NAFNet, basicsr/models/base_model.py; torch CosineAnnealingLR",
  compile: ({ lr: base, warmup_iter, T_max, eta_min }) =>
    warmed(base, warmup_iter, segments(decay(Infinity, (t) => byCosine(base, eta_min, t / T_max), everyPeriod(T_max)))),
});

const linear = defineSchedule({
  id: "basicsr:LinearLR",
  params: { ...forks, total_iter: steps("iterations of the run", { default: null }) },
  needs: ["total_steps"],
  unit: "step",
  formula: "lr · (1 − t / total_iter)",
  source: "swz30/Restormer, basicsr/models/lr_scheduler.py",
  compile({ lr: base, warmup_iter, total_iter }, { total_steps }) {
    const T = total_iter ?? total_steps;
    return warmed(base, warmup_iter, segments(decay(Infinity, (t) => base * (1 - t / T))));
  },
});

const cvnetsMultiStep = defineSchedule({
  id: "cvnets:multi_step",
  params: {
    lr: lr("base rate", { default: 0.1 }),
    gamma: factor("factor of a drop", { default: 1 }),
    milestones: numbers("epochs of the drops"),
    max_epochs: integer("epochs of the run", { default: null }),
    is_iteration_based: flag("the run is counted in iterations", { default: true }),
    warmup_iterations: real("iterations of warm-up", { default: 0 }),
    warmup_init_lr: lr("rate at iteration 0", { default: 1e-7 }),
  },
  needs: ["steps_per_epoch"],
  unit: "step",
  formula: "linear warm-up by iterations, then lr · gamma^(number of milestones ≤ epoch)",
  source: "apple/ml-cvnets, optim/scheduler/multi_step.py",
  compile(a, { steps_per_epoch: spe }) {
    const W = a.warmup_iterations;
    const edges = [...new Set(a.milestones)].sort((x, y) => x - y).map((m) => m * spe);
    return segments(
      warmup(W, (t) => a.warmup_init_lr + (t * (a.lr - a.warmup_init_lr)) / W),
      ...edges.map((edge, i) => decay(edge, a.lr * a.gamma ** i)),
      decay(Infinity, a.lr * a.gamma ** edges.length),
    );
  },
});

const wsd = defineSchedule({
  id: "composer:warmup_stable_decay",
  params: {
    t_warmup: word("length of the warm-up (a time: 10ep, 100ba, 0.1dur)"),
    t_decay: word("length of the linear end", { default: "0.1dur" }),
    t_max: word("end of the schedule", { default: "1dur" }),
    alpha_f: factor("factor that the line aims at", { default: 0.1 }),
  },
  needs: ["initial_lr", "max_duration", "steps_per_epoch"],
  unit: "step",
  formula: "lr · t / t_warmup from 1e-10, lr, then linearly to lr · alpha_f over t_decay",
  quirks: ["The trainer steps before its clock moves on, so every value comes one batch late."],
  source: "AnswerDotAI/ModernBERT, src/scheduler.py",
  compile(a, context) {
    const run = runOf(context, 1);
    const [W, D, T] = [a.t_warmup, a.t_decay, a.t_max].map((time) => batches(convert(parseTime(time), run))) as [
      number,
      number,
      number,
    ];
    const inner = segments(
      warmup(W, (b) => 1e-10 + (1 - 1e-10) * Math.min(1, b / W)),
      hold(T - D, 1),
      decay(Infinity, (b) => Math.max(0, 1 - ((b - (T - D)) / D) * (1 - a.alpha_f))),
    );
    return scale(lagging(inner), context.initial_lr);
  },
});

export const configToolsMore = [newBob, sbPlateau, sbInterval, restartCyclic, trueCosine, linear, cvnetsMultiStep, wsd];
