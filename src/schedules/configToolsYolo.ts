import { cooldown, decay, drops, flat, halfCosine, segments, warmup, type Segment } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { factor, integer, lr, numbers, ratio, steps } from "./define.js";
import { library } from "./library.js";

/** YOLOX's experiments; B is the base rate, W and T the iterations of the warm-up and the run. */
const yolox = library({
  homes: ["yolox:"],
  needs: ["batch_size", "steps_per_epoch"],
  quirks: ["basic_lr_per_img is multiplied by the total batch size."],
  source: "Megvii-BaseDetection/YOLOX, yolox/utils/lr_scheduler.py and exp/yolox_base.py",
  first: {
    basic_lr_per_img: lr("rate per image of the batch", { default: 0.01 / 64 }),
    warmup_epochs: 5,
    warmup_lr: 0,
    max_epoch: integer("epochs of the run", { default: 300 }),
    no_aug_epochs: integer("last epochs at the floor", { default: 15 }),
    min_lr_ratio: 0.05,
    milestones: numbers("epochs of the drops (multistep)", { default: [] }),
    gamma: factor("factor of a drop (multistep)", { default: 0.1 }),
  },
  run: (a, { batch_size, steps_per_epoch: spe }) => ({
    base: a.basic_lr_per_img * batch_size,
    W: spe * a.warmup_epochs,
    T: spe * a.max_epoch,
    spe,
  }),
  // The optimizer's own rate drives iteration 0; the scheduler acts after it.
  finish: (after: readonly Segment[], a, { base }) =>
    segments(flat(1, a.warmup_epochs > 0 ? a.warmup_lr : base), ...after),
});

const yoloxSchedules = [
  yolox({
    name: "yoloxwarmcos",
    params: {},
    formula:
      "warmup_lr + (B − warmup_lr) · (t / W)², then min + (B − min) · (1 + cos(π · p)) / 2, min in the last no_aug_epochs",
    quirks: ["The warm-up is quadratic."],
    rule({ warmup_lr: low, min_lr_ratio, no_aug_epochs }, { base, W, T, spe }) {
      const [floor, last] = [base * min_lr_ratio, spe * no_aug_epochs];
      const fall = (t: number) => floor + (base - floor) * halfCosine((t - W) / (T - W - last));
      const rise = warmup(W + 1, (t) => (base - low) * (t / W) ** 2 + low);
      return [rise, decay(T - last, fall), cooldown(Infinity, floor)];
    },
  }),
  yolox({
    name: "cos",
    params: {},
    formula: "B · (1 + cos(π · t / T)) / 2",
    rule: (_, { base, T }) => [decay(Infinity, (t) => base * halfCosine(t / T), everyPeriod(T))],
  }),
  yolox({
    name: "warmcos",
    params: {},
    formula: "warmup_lr + (B − warmup_lr) · t / W, then B · (1 + cos(π · (t − W) / (T − W))) / 2",
    rule: ({ warmup_lr: low }, { base, W, T }) => [
      warmup(W + 1, (t) => ((base - low) * t) / W + low),
      decay(Infinity, (t) => base * halfCosine((t - W) / (T - W)), everyPeriod(T - W, W)),
    ],
  }),
  yolox({
    name: "multistep",
    params: {},
    formula: "B · gamma^(number of milestones ≤ epoch)",
    rule({ max_epoch, milestones, gamma }, { base, T }) {
      const edges = milestones.map((m) => Math.trunc((T * m) / max_epoch)).sort((a, b) => a - b);
      return drops(edges, (i) => base * gamma ** i);
    },
  }),
];

/** YOLOv5 and YOLOv7 hyper-parameter files: Ultralytics' rule with an older warm-up length. The rule is the factor at x of the run. */
const yolov5 = library({
  homes: ["yolov5:"],
  needs: ["steps_per_epoch"],
  quirks: [
    "The warm-up lasts at least 100 steps (1000 in YOLOv7), and its target is the rate of the current epoch.",
    "Biases start at warmup_bias_lr and come down.",
  ],
  source: "ultralytics/yolov5, train.py; WongKinYiu/yolov7, train.py",
  first: {
    lr0: lr("initial rate", { default: 0.01 }),
    lrf: ratio("final rate as a share of lr0", { default: 0.01 }),
    warmup_epochs: 3,
    warmup_bias_lr: lr("rate of biases at step 0", { default: 0.1 }),
    epochs: 100,
    min_warmup: steps("least steps of warm-up: 100 in YOLOv5, 1000 in YOLOv7 and old YOLOv5", { default: 100 }),
  },
  finish(f: (x: number) => number, { lr0, warmup_epochs, warmup_bias_lr, epochs, min_warmup }, { steps_per_epoch }) {
    const each = everyPeriod(steps_per_epoch);
    const target = (t: number) => lr0 * f(Math.floor(t / steps_per_epoch) / epochs);
    const W = warmup_epochs > 0 ? Math.max(Math.round(warmup_epochs * steps_per_epoch), min_warmup) : 0;
    const from = (start: number) =>
      segments(
        warmup(W + 1, (t) => start + ((target(t) - start) * t) / Math.max(1, W), each),
        decay(Infinity, target, each),
      );
    return { lr: from(0), groups: [from(warmup_bias_lr)] };
  },
});

export const configToolsYolo = [
  ...yoloxSchedules,
  yolov5({
    name: "linear",
    params: {},
    formula: "lr0 · ((1 − e / epochs) · (1 − lrf) + lrf)",
    rule({ lrf }) {
      return (x) => (1 - x) * (1 - lrf) + lrf;
    },
  }),
  yolov5({
    name: "cosine",
    params: {},
    formula: "lr0 · ((1 − cos(π · e / epochs)) / 2 · (lrf − 1) + 1)",
    rule({ lrf }) {
      return (x) => ((1 - Math.cos(x * Math.PI)) / 2) * (lrf - 1) + 1;
    },
  }),
];
