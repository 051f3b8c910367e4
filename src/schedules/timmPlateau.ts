import { defineSchedule, factor, lr, optimizer, ratio, steps, word, type LiveSchedule } from "./define.js";
import { metricDriven, plateau } from "./plateau.js";
import { noiseAt, type Noise } from "./timmNoise.js";
import { initialize, names, noiseParams } from "./timmRules.js";
import { forEachGroup } from "./torchGroups.js";

const { noise_range_t, noise_pct, noise_std, noise_seed } = noiseParams;

export const plateauLRScheduler = defineSchedule({
  ...names("plateau_lr.PlateauLRScheduler"),
  params: {
    optimizer,
    decay_rate: factor("the rate is multiplied by this at each reduction", { default: 0.1, min: 0, max: 1 }),
    patience_t: steps("epochs without improvement that are let pass", { default: 10, min: 0 }),
    threshold: ratio("how much better counts as better, relative to the best", { default: 1e-4, min: 0 }),
    cooldown_t: steps("epochs to wait after a reduction", { default: 0, min: 0 }),
    warmup_t: steps("epochs of linear warm-up; metrics do not count in them", { default: 0, min: 0 }),
    warmup_lr_init: lr("rate at the first step of the warm-up", { default: 0, min: 0 }),
    lr_min: lr("lowest rate", { default: 0, min: 0 }),
    mode: "max",
    noise_range_t,
    noise_type: word("how the noise is drawn: normal, else uniform", { default: "normal" }),
    noise_pct,
    noise_std,
    noise_seed: { ...noise_seed, default: null },
    initialize,
  },
  unit: "epoch",
  needs: ["initial_lr"],
  formula: "lr = max(lr · decay_rate, lr_min) after more than patience_t epochs without improvement",
  quirks: ["mode is 'max' unless given.", "The first epoch after the warm-up is the first whose metric counts."],
  compile(a, context) {
    const { decay_rate, patience_t, threshold, cooldown_t, warmup_t, warmup_lr_init, lr_min, mode } = a;
    const waiting = { patience: patience_t, cooldown: cooldown_t, threshold, threshold_mode: "rel" };
    const rule = { mode, factor: decay_rate, min_lr: lr_min, eps: 1e-8, ...waiting };
    return forEachGroup(context, (_, base) =>
      metricDriven(warming(plateau(base, rule), base, warmup_t, warmup_lr_init, a), context),
    );
  },
});

/** `start` after W epochs in which the rate rises from `init` to `base` and no metric counts; then with noise on top. */
function warming(start: () => LiveSchedule, base: number, W: number, init: number, noise: Noise): () => LiveSchedule {
  return () => {
    const inner = start();
    let epoch = 0;
    return {
      lr: W ? init : base,
      step(metric) {
        epoch++;
        const because = epoch <= W ? undefined : inner.step(metric);
        this.lr = epoch <= W ? init + (epoch * (base - init)) / W : inner.lr * (1 + noiseAt(epoch, noise));
        return because;
      },
    };
  };
}
