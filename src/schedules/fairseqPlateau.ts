import type { Curve } from "../engine/curve.js";
import { hold, segments, warmup } from "../engine/segments.js";
import { factor, flag, integer, real, type Compiled, type Context, type LiveSchedule } from "./define.js";
import { lengthOf, scheduler, single, warmFrom } from "./fairseqCommon.js";
import { metricDriven, plateau } from "./plateau.js";

export const onPlateau = scheduler("reduce_lr_on_plateau", "reduce_lr_on_plateau.ReduceLROnPlateauLRSchedule", {
  params: {
    lr_shrink: factor("factor of a reduction", { default: 0.1 }),
    lr_threshold: real("least relative improvement that counts", { default: 1e-4 }),
    lr_patience: integer("epochs without improvement that are tolerated", { default: 0 }),
    ...warmFrom,
    maximize_best_checkpoint_metric: flag("greater is better", { default: false }),
  },
  needs: ["initial_lr", "steps_per_epoch"],
  formula: "linear warm-up; then lr · lr_shrink after more than lr_patience epochs without improvement",
  quirks: ["Epochs that end within the warm-up are not heard."],
  compile(a, context) {
    const [top, W] = [single(a.lr, context, "reduce_lr_on_plateau"), a.warmup_updates];
    const mode = a.maximize_best_checkpoint_metric ? "max" : "min";
    const given = { mode, factor: a.lr_shrink, patience: a.lr_patience, threshold: a.lr_threshold };
    const rule = { ...given, threshold_mode: "rel", cooldown: 0, min_lr: 0, eps: 1e-8 };
    const first = a.warmup_init_lr < 0 ? (W > 0 ? 0 : top) : a.warmup_init_lr;
    return afterWarmup(plateau(top, rule), W, (t) => first + (t * (top - first)) / W, context);
  },
});

/** `rise` for W updates; then what the metrics of the epochs that end after them make of the rate. */
function afterWarmup(start: () => LiveSchedule, W: number, rise: (t: number) => number, context: Context): Compiled {
  const length = lengthOf(context);
  const unheard = W > 0 ? Math.floor(W / length) : 0;
  const metrics = context.metrics?.slice(unheard);
  const { lr: byEpoch, ...driven } = metricDriven(start, { ...context, ...(metrics && { metrics }) });
  const heard = (t: number) => Math.max(0, Math.floor(t / length) - unheard);
  const breaks = (t: number) => (byEpoch.nextBreak(heard(t)) + unheard) * length;
  const lr: Curve = segments(
    warmup(W > 0 ? W + 1 : 0, rise),
    hold(Infinity, (t) => byEpoch.at(heard(t)), breaks),
  );
  const events = (driven.events ?? []).map((e) => ({ at: (e.at + unheard) * length, because: e.because }));
  return { ...driven, lr, events };
}
