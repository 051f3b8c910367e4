import { f32 } from "../engine/float32.js";
import { anything, real, type LiveSchedule, type Value } from "./define.js";
import { library } from "./library.js";
import { inExperimental } from "./mindsporeRules.js";
import { numberOf } from "./nested.js";
import { metricDriven, plateauParams, short } from "./plateau.js";
import { refuse } from "./refuse.js";

export const reduceOnPlateau = library(inExperimental)({
  name: "ReduceLROnPlateau",
  params: {
    mode: "min",
    factor: plateauParams.factor,
    patience: 10,
    threshold: real("smaller improvements do not count", { default: 1e-4 }),
    threshold_mode: "rel",
    cooldown: 0,
    min_lr: anything("the rate never falls below; a number, or one per group", { default: 0 }),
    eps: 1e-8,
  },
  formula: "lr = max(lr · factor, min_lr) after more than `patience` epochs without an improvement by threshold",
  quirks: ["Metrics are compared in float32.", "During the cooldown the best value is still updated."],
  rule: (a, context) => metricDriven(plateau(a, f32(context.initial_lr)), context),
});

interface Plateau {
  readonly mode: string;
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly threshold_mode: string;
  readonly cooldown: number;
  readonly min_lr: Value;
  readonly eps: number;
}

/** PyTorch's rule in float32. */
function plateau(a: Plateau, first: number): () => LiveSchedule {
  const { mode, threshold, threshold_mode: unit } = a;
  refuse(a.factor >= 1, "ValueError: The lr factor should be less than 1.0.");
  refuse(mode !== "min" && mode !== "max", `ValueError: \`mode\` should be 'min' or 'max', but got ${mode}.`);
  const unknown = unit !== "rel" && unit !== "abs";
  refuse(unknown, `ValueError: \`threshold mode\` should be 'rel' or 'abs', but got ${unit}.`);
  const sign = mode === "min" ? 1 : -1;
  const floor = f32(numberOf(Array.isArray(a.min_lr) ? a.min_lr[0] : a.min_lr));
  const share = f32(mode === "min" ? 1 - threshold : threshold + 1);
  const bar = (best: number) => (unit === "rel" ? f32(best * share) : f32(best - sign * f32(threshold)));
  return () => {
    let [best, bad, cooling] = [sign * Infinity, 0, 0];
    return {
      lr: first,
      step(value) {
        const metric = f32(value);
        if (sign * metric < sign * bar(best)) [best, bad] = [metric, 0];
        else bad++;
        if (cooling > 0) [cooling, bad] = [cooling - 1, 0];
        if (bad <= a.patience) return undefined;
        const waited = bad;
        [cooling, bad] = [a.cooldown, 0];
        const [before, after] = [this.lr, Math.max(f32(this.lr * f32(a.factor)), floor)];
        if (!(before > f32(after + f32(a.eps)))) return undefined;
        this.lr = after;
        return `no improvement for ${waited} epoch${waited === 1 ? "" : "s"}: ${short(before)} → ${short(after)}`;
      },
    };
  };
}
