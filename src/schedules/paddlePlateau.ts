import { lr, real } from "./define.js";
import type { LiveSchedule } from "./define.js";
import { library } from "./library.js";
import { metricDriven, plateauParams, short } from "./plateau.js";
import { refuse } from "./refuse.js";

const schedule = library({
  homes: () => ["paddle.optimizer.lr.ReduceOnPlateau", "paddle.optimizer.lr_scheduler.ReduceLROnPlateau"],
  source: "paddle 3.3.1, python/paddle/optimizer/lr.py",
  unit: "epoch",
});

export const reduceOnPlateau = schedule({
  name: "ReduceOnPlateau",
  params: {
    learning_rate: lr("the first rate"),
    mode: "min",
    factor: plateauParams.factor,
    patience: 10,
    threshold: real("smaller improvements do not count", { default: 1e-4 }),
    threshold_mode: "rel",
    cooldown: 0,
    min_lr: 0,
    epsilon: real("smaller changes of the rate are not made", { default: 1e-8 }),
    verbose: null,
  },
  formula: "lr = max(lr · factor, min_lr) after more than `patience` epochs without an improvement by threshold",
  quirks: [
    "During the cooldown metrics are ignored entirely: the best value stays what it was.",
    "For a negative best value mode 'max' with 'rel' lowers the bar.",
    "The cooldown starts even when the rate could not fall.",
    "A first metric of NaN is the best for ever.",
  ],
  rule: (a, context) => metricDriven(plateau(a), context),
});

interface Plateau {
  readonly learning_rate: number;
  readonly mode: string;
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly threshold_mode: string;
  readonly cooldown: number;
  readonly min_lr: number;
  readonly epsilon: number;
}

/** Paddle's plateau rule: PyTorch's count, but metrics of the cooldown are not even looked at. */
function plateau(a: Plateau): () => LiveSchedule {
  const [mode, unit] = [a.mode.toLowerCase(), a.threshold_mode.toLowerCase()];
  refuse(mode !== "min" && mode !== "max", `ValueError: mode: ${mode} is unknown!`);
  refuse(a.factor >= 1, "ValueError: new_lr = origin_lr * gamma and gamma should be < 1.0.");
  refuse(unit !== "rel" && unit !== "abs", `ValueError: threshold mode: ${unit} is unknown!`);
  const sign = mode === "min" ? 1 : -1;
  const bar = (best: number) => best - sign * (unit === "rel" ? best * a.threshold : a.threshold);
  return () => {
    let best: number | undefined;
    let [cooling, bad] = [0, 0];
    return {
      lr: a.learning_rate,
      step(metric) {
        if (cooling > 0) {
          cooling--;
          return undefined;
        }
        if (best === undefined || sign * metric < sign * bar(best)) [best, bad] = [metric, 0];
        else bad++;
        if (bad <= a.patience) return undefined;
        const waited = bad;
        [cooling, bad] = [a.cooldown, 0];
        const [before, after] = [this.lr, Math.max(this.lr * a.factor, a.min_lr)];
        if (!(before - after > a.epsilon)) return undefined;
        this.lr = after;
        return `no improvement for ${waited} epoch${waited === 1 ? "" : "s"}: ${short(before)} → ${short(after)}`;
      },
    };
  };
}
