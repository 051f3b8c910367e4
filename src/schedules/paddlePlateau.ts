import { defineSchedule, epochs, factor, handle, integer, lr, real, word } from "./define.js";
import type { LiveSchedule } from "./define.js";
import { metricDriven, short } from "./plateau.js";
import { raise } from "./torchRules.js";

/** Paddle's plateau rule: PyTorch's count, but metrics of the cooldown are not even looked at. */
export const reduceOnPlateau = defineSchedule({
  id: "paddle.optimizer.lr.ReduceOnPlateau",
  aliases: ["paddle.optimizer.lr_scheduler.ReduceLROnPlateau"],
  params: {
    learning_rate: lr("the first rate"),
    mode: word("whether the metric should fall or rise", { default: "min", choices: ["min", "max"] }),
    factor: factor("the rate is multiplied by this", { default: 0.1, max: 1 }),
    patience: epochs("bad epochs that are still tolerated", { default: 10, min: 0 }),
    threshold: real("smaller improvements do not count", { default: 1e-4 }),
    threshold_mode: word("threshold as a share of the best value, or absolute", {
      default: "rel",
      choices: ["rel", "abs"],
    }),
    cooldown: integer("epochs after a reduction that are not looked at", { default: 0, min: 0 }),
    min_lr: lr("the rate never falls below", { default: 0 }),
    epsilon: real("smaller changes of the rate are not made", { default: 1e-8 }),
    verbose: handle("whether to print"),
  },
  unit: "epoch",
  formula: "lr = max(lr · factor, min_lr) after more than `patience` epochs without an improvement by threshold",
  quirks: [
    "During the cooldown metrics are ignored entirely: the best value stays what it was.",
    "For a negative best value mode 'max' with 'rel' lowers the bar.",
    "The cooldown starts even when the rate could not fall.",
    "A first metric of NaN is the best for ever.",
  ],
  source: "paddle 3.3.1, python/paddle/optimizer/lr.py",
  compile(a, context) {
    const [mode, unit] = [a.mode.toLowerCase(), a.threshold_mode.toLowerCase()];
    if (mode !== "min" && mode !== "max") raise(`ValueError: mode: ${mode} is unknown!`);
    if (a.factor >= 1) raise("ValueError: new_lr = origin_lr * gamma and gamma should be < 1.0.");
    if (unit !== "rel" && unit !== "abs") raise(`ValueError: threshold mode: ${unit} is unknown!`);
    const sign = mode === "min" ? 1 : -1;
    const bar = (best: number) => best - sign * (unit === "rel" ? best * a.threshold : a.threshold);
    const start = (): LiveSchedule => {
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
    return metricDriven(start, context);
  },
});
