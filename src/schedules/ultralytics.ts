import { round } from "../engine/python.js";
import { decay, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { anything, defineSchedule, flag, handle, integer, lr, ratio, real, word, type Compiled } from "./define.js";

/** Ultralytics' trainer (YOLOv8 and later): a factor per epoch, beneath a warm-up per batch. */
const source = "ultralytics 8.4.190, ultralytics/engine/trainer.py";
const shape = {
  epochs: integer("epochs of the run", { default: 100 }),
  lr0: lr("initial rate", { default: 0.01 }),
  lrf: ratio("final rate as a share of lr0", { default: 0.01 }),
  cos_lr: flag("fall by a cosine instead of a line", { default: false }),
};
type Shape = { epochs: number; lrf: number; cos_lr: boolean };
const factorOf = ({ epochs: E, lrf, cos_lr }: Shape) =>
  cos_lr
    ? (e: number) => Math.max((1 - Math.cos((e * Math.PI) / E)) / 2, 0) * (lrf - 1) + 1
    : (e: number) => Math.max(1 - e / E, 0) * (1 - lrf) + lrf;

const models = ["RTDETR", "YOLOWorld", "YOLOE", "NAS", "FastSAM", "models.YOLO", "engine.model.Model"];
const train = defineSchedule({
  id: "ultralytics.YOLO.train",
  aliases: [...models.map((model) => `ultralytics.${model}.train`), "ultralytics:args"],
  params: {
    trainer: handle("the trainer class"),
    data: handle("the data set"),
    ...shape,
    warmup_epochs: real("epochs of warm-up", { default: 3 }),
    warmup_bias_lr: lr("rate of biases at batch 0", { default: 0.1 }),
    warmup_momentum: real("momentum at batch 0", { default: 0.8 }),
    momentum: real("momentum (beta1) after the warm-up", { default: 0.937 }),
    optimizer: word("the optimizer; auto chooses rate and momentum itself", { default: "auto" }),
    batch: anything("images per batch", { default: 16 }),
    nbs: integer("nominal batch size", { default: 64 }),
  },
  needs: ["steps_per_epoch"],
  formula:
    "lr0 · (max(1 − e / epochs, 0) · (1 − lrf) + lrf), by a cosine with cos_lr; in the warm-up a line from 0 to it",
  quirks: [
    "The warm-up leaves at least one epoch: it is cut to epochs − 1.",
    "Its target is the rate of the current epoch, so the line bends at each epoch.",
    "Biases start at warmup_bias_lr; momentum rises from warmup_momentum.",
    "lr0 · lrf itself is never quite reached: the last epoch is epochs − 1.",
    "optimizer=auto replaces lr0 and momentum by its own choice.",
  ],
  source,
  compile: (a, { steps_per_epoch }) => trained(a, Math.max(1, steps_per_epoch || 1)),
});

type Train = Shape & Readonly<Record<"lr0" | "momentum" | `warmup_${"epochs" | "bias_lr" | "momentum"}`, number>>;
/** The rate of weights, that of biases, and the momentum, with nb batches in an epoch. */
function trained(a: Train, nb: number): Compiled {
  const W = Math.max(0, round(Math.min(a.warmup_epochs, Math.max(a.epochs - 1, 0)) * nb));
  const f = factorOf(a);
  const line = (start: number, end: number, t: number) => start + ((end - start) * t) / W;
  // The batch W itself still belongs to the warm-up, and lands on its target.
  const until = W > 0 ? W + 1 : 0;
  const rate = (t: number) => a.lr0 * f(Math.floor(t / nb));
  const edges = everyPeriod(nb);
  const from = (start: number) =>
    segments(
      warmup(until, (t) => line(start, rate(t), t), edges),
      decay(Infinity, rate, edges),
    );
  const rise = warmup(until, (t) => line(a.warmup_momentum, a.momentum, t));
  return { lr: from(0), groups: [from(a.warmup_bias_lr)], momentum: segments(rise, decay(Infinity, a.momentum)) };
}

const epochs = defineSchedule({
  id: "ultralytics.lf",
  params: shape,
  unit: "epoch",
  formula:
    "lr0 · (max(1 − t / epochs, 0) · (1 − lrf) + lrf); with cos_lr lr0 · (max((1 − cos(π · t / epochs)) / 2, 0) · (lrf − 1) + 1)",
  quirks: ["Past the end the line stays at lrf and the cosine rises again."],
  source,
  compile(a) {
    const f = factorOf(a);
    const rate = (e: number) => a.lr0 * f(e);
    if (a.cos_lr) return segments(decay(Infinity, rate, everyPeriod(a.epochs)));
    return segments(decay(a.epochs, rate), decay(Infinity, a.lr0 * a.lrf));
  },
});

export const ultralytics = [train, epochs];
