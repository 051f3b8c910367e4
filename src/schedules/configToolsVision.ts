import type { Curve } from "../engine/curve.js";
import { byPower } from "../engine/decays.js";
import { byCosine, cosineFall } from "../engine/oneCycle.js";
import { int } from "../engine/python.js";
import { cycle, decay, drops, rising, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { factor, flag, integer, lr, numbers, power, ratio, real, required, steps } from "./define.js";
import { library } from "./library.js";

/** Schedules of vision tools' own config files: OpenPCDet, CVNets, MONAI, nnU-Net. */

const openpcdet = library({ homes: ["openpcdet:"], source: "open-mmlab/OpenPCDet, tools/train_utils/optimization" });
const cvnets = library({
  homes: ["cvnets:"],
  last: {
    is_iteration_based: flag("count in iterations", { default: true }),
    warmup_iterations: steps("iterations of warm-up", { default: 0 }),
    warmup_init_lr: lr("rate at iteration 0", { default: 1e-7 }),
  },
});
const ofRun = integer("epochs of the run", { default: null });
const inMonai = {
  homes: ["monai.optimizers.", "monai.optimizers.lr_scheduler.", "monai:"],
  needs: ["initial_lr"],
  source: "Project-MONAI/MONAI, monai/optimizers/lr_scheduler.py",
} as const;
const monai = library({ ...inMonai, first: { optimizer: null } });
/** The rule is the rate at share r of the test. */
const rangeTest = library({
  ...inMonai,
  first: { optimizer: null, end_lr: required, num_iter: steps("iterations of the range test"), last_epoch: -1 },
  finish: (at: (r: number) => number, { num_iter }) => segments(cycle(Infinity, (t) => at(t / (num_iter - 1)))),
});
const nnunet = library({
  homes: ["nnunetv2.training.lr_scheduler.polylr.", "nnunet:"],
  unit: "epoch",
  source: "MIC-DKFZ/nnUNet, nnunetv2/training/lr_scheduler/polylr.py",
});

export const configToolsVision = [
  openpcdet({
    name: "adam_onecycle",
    needs: ["steps_per_epoch", "epochs"],
    params: {
      LR: lr("peak rate"),
      DIV_FACTOR: factor("peak / initial rate", { default: 10 }),
      PCT_START: ratio("rising share", { default: 0.4 }),
      MOMS: numbers("highest and lowest momentum", { default: [0.95, 0.85] }),
      NUM_EPOCHS: ofRun,
    },
    formula: "LR / DIV_FACTOR → LR over ⌊PCT_START · T⌋, then to LR / DIV_FACTOR / 10⁴, each by half a cosine",
    rule(a, context) {
      const T = ((a.NUM_EPOCHS as number | null) ?? context.epochs) * context.steps_per_epoch;
      const [low, top] = [a.LR / a.DIV_FACTOR, int(T * a.PCT_START)];
      const [high = 0.95, dip = 0.85] = a.MOMS;
      return { lr: upAndDown([low, a.LR, low / 1e4], top, T), momentum: upAndDown([high, dip, high], top, T) };
    },
  }),
  openpcdet({
    name: "step",
    needs: ["steps_per_epoch"],
    params: {
      LR: lr("base rate"),
      DECAY_STEP_LIST: numbers("epochs of the drops", { default: [35, 45] }),
      LR_DECAY: factor("factor of a drop", { default: 0.1 }),
      LR_CLIP: lr("floor", { default: 1e-7 }),
      DIV_FACTOR: factor("LR / first rate of the warm-up", { default: 10 }),
      LR_WARMUP: flag("rise by a cosine first", { default: false }),
      WARMUP_EPOCH: real("epochs of the warm-up", { default: 1 }),
    },
    formula: "LR · max(LR_DECAY^(number of DECAY_STEP_LIST ≤ epoch), LR_CLIP / LR)",
    rule(a, { steps_per_epoch: spe }) {
      const edges = a.DECAY_STEP_LIST.map((e) => e * spe);
      const rate = (i: number) => a.LR * Math.max(a.LR_DECAY ** i, a.LR_CLIP / a.LR);
      const W = a.LR_WARMUP ? a.WARMUP_EPOCH * spe : 0;
      const rise = warmup(W, (t) => byCosine(a.LR / a.DIV_FACTOR, a.LR, t / W));
      return segments(rise, ...drops(edges, rate));
    },
  }),
  cvnets({
    name: "cosine",
    needs: ["steps_per_epoch", "epochs"],
    params: {
      max_lr: 0.1,
      min_lr: 1e-5,
      max_epochs: ofRun,
      max_iterations: steps("iterations of the run", { default: 150000 }),
    },
    formula: "linear warm-up by iterations, then min_lr + (max_lr − min_lr) · (1 + cos(π · p)) / 2",
    source: "apple/ml-cvnets, cvnets/optim/scheduler/cosine.py",
    rule({ max_lr: high, min_lr: low, warmup_iterations: W, ...a }, { epochs, steps_per_epoch: spe }) {
      const iterations = Math.max(1, a.max_iterations - W + 1);
      const all = (a.max_epochs as number | null) ?? epochs;
      const p = (t: number) => (a.is_iteration_based ? (t - W) / iterations : Math.floor(t / spe) / all);
      const breaks = a.is_iteration_based ? everyPeriod(iterations, W) : everyPeriod(spe);
      const fall = decay(Infinity, (t) => Math.max(0, byCosine(high, low, p(t))), breaks);
      return segments(rising(W, high, a.warmup_init_lr), fall);
    },
  }),
  cvnets({
    name: "multi_step",
    needs: ["steps_per_epoch"],
    params: {
      lr: lr("base rate", { default: 0.1 }),
      gamma: 1,
      milestones: numbers("epochs of the drops"),
      max_epochs: ofRun,
    },
    formula: "linear warm-up by iterations, then lr · gamma^(number of milestones ≤ epoch)",
    source: "apple/ml-cvnets, optim/scheduler/multi_step.py",
    rule({ lr: base, gamma, milestones, warmup_iterations: W, warmup_init_lr }, { steps_per_epoch: spe }) {
      const edges = [...new Set(milestones)].sort((x, y) => x - y).map((m) => m * spe);
      return segments(rising(W, base, warmup_init_lr), ...drops(edges, (i) => base * gamma ** i));
    },
  }),
  monai({
    name: "WarmupCosineSchedule",
    params: {
      warmup_steps: required,
      t_total: steps("steps of the run"),
      end_lr: lr("floor", { default: 0 }),
      cycles: real("cosine periods in the decay", { default: 0.5 }),
      last_epoch: -1,
      warmup_multiplier: ratio("factor at step 0", { default: 0, min: 0, max: 1 }),
    },
    formula: "max(end_lr, lr · f): f = wm + (1 − wm) · t / W, then max(0, (1 + cos(2π · cycles · p)) / 2)",
    rule({ warmup_steps: W, t_total: T, end_lr, cycles, warmup_multiplier: low }, { initial_lr: base }) {
      const N = Math.max(1, T - W);
      const wave = (t: number) => Math.max(0, 0.5 * (1 + Math.cos((Math.PI * 2 * cycles * (t - W)) / N)));
      const floor = (share: number) => Math.max(end_lr, base * share);
      const rise = warmup(W, (t) => floor(low + (1 - low) * (t / Math.max(1, W))));
      return segments(
        rise,
        decay(Infinity, (t) => floor(wave(t)), everyPeriod(N / (2 * cycles), W)),
      );
    },
  }),
  rangeTest({
    name: "LinearLR",
    params: {},
    formula: "lr + (end_lr − lr) · t / (num_iter − 1)",
    rule({ end_lr }, { initial_lr: base }) {
      return (r) => base + r * (end_lr - base);
    },
  }),
  rangeTest({
    name: "ExponentialLR",
    params: {},
    formula: "lr · (end_lr / lr)^(t / (num_iter − 1))",
    rule({ end_lr }, { initial_lr: base }) {
      return (r) => base * (end_lr / base) ** r;
    },
  }),
  nnunet({
    name: "PolyLRScheduler",
    params: {
      optimizer: null,
      initial_lr: lr("rate at epoch 0", { default: 0.01 }),
      max_steps: steps("epochs of the run", { default: 1000 }),
      exponent: power("exponent", { default: 0.9 }),
      current_step: integer("epoch to resume at", { default: null }),
    },
    formula: "initial_lr · (1 − t / max_steps)^exponent",
    rule: ({ initial_lr, max_steps, exponent }) => segments(...byPower(initial_lr, max_steps, exponent)),
  }),
];

/** By half a cosine to the second value at `top`, by another to the third at T. */
function upAndDown([a, b, c]: readonly [number, number, number], top: number, T: number): Curve {
  return segments(
    cycle(top, (t) => byCosine(a, b, t / top)),
    cosineFall(b, c, top, T - top),
  );
}
