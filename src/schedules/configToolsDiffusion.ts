import type { Curve } from "../engine/curve.js";
import { byCosine } from "../engine/oneCycle.js";
import { cooldown, decay, halfCosine, segments, warmup } from "../engine/segments.js";
import { ending } from "../engine/shapes.js";
import { factor, lr, numbers, steps } from "./define.js";
import { library } from "./library.js";

/** Latent diffusion's `scheduler_config`; the rate is that of the model times the scale. */
const latentDiffusion = library({
  homes: ["latent-diffusion:", "ldm.lr_scheduler.", "sgm.lr_scheduler."],
  source: "CompVis/latent-diffusion, ldm/lr_scheduler.py",
  first: {
    base_learning_rate: lr("rate of the model, before the scale"),
    scale: factor("GPUs · batch size · accumulation; 1 with scale_lr false", { default: 1 }),
  },
});
const cycleParams = {
  warm_up_steps: numbers("warm-up of each cycle"),
  cycle_lengths: numbers("length of each cycle"),
  f_start: numbers("factor at the start of the warm-up"),
  f_max: numbers("factor at its end"),
  f_min: numbers("factor at the end of the cycle"),
};
const endIncluded = ["The step at a cycle's end belongs to that cycle."];

export const configToolsDiffusion = [
  latentDiffusion({
    name: "LambdaLinearScheduler",
    params: cycleParams,
    formula: "base · scale · (f_min + (f_max − f_min) · (L − t) / L) after the warm-up of each cycle",
    quirks: endIncluded,
    rule: (a) => cycles(a, (high, low, n, _, L) => low + ((high - low) * (L - n)) / L),
  }),
  latentDiffusion({
    name: "LambdaWarmUpCosineScheduler2",
    params: cycleParams,
    formula: "base · scale · (f_min + (f_max − f_min) · (1 + cos(π · p)) / 2) after the warm-up of each cycle",
    quirks: endIncluded,
    rule: (a) => cycles(a, (high, low, n, W, L) => low + (high - low) * halfCosine(Math.min((n - W) / (L - W), 1))),
  }),
  latentDiffusion({
    name: "LambdaWarmUpCosineScheduler",
    params: {
      warm_up_steps: steps("steps of warm-up"),
      lr_min: factor("factor at the end"),
      lr_max: factor("factor at the peak"),
      lr_start: factor("factor at step 0"),
      max_decay_steps: steps("step at which the cosine ends"),
    },
    formula: "base · scale · (lr_min + (lr_max − lr_min) · (1 + cos(π · p)) / 2) after a linear warm-up",
    rule({ base_learning_rate, scale, warm_up_steps: W, lr_min, lr_max, lr_start, max_decay_steps: T }) {
      const base = base_learning_rate * scale;
      const fall = (t: number) => base * byCosine(lr_max, lr_min, Math.min((t - W) / (T - W), 1));
      const rise = warmup(W, (t) => base * (((lr_max - lr_start) / W) * t + lr_start));
      return segments(rise, decay(T, fall), cooldown(Infinity, base * lr_min));
    },
  }),
];

type Cycles = Readonly<Record<"base_learning_rate" | "scale", number>> &
  Readonly<Record<keyof typeof cycleParams, readonly number[]>>;

/** Cycle after cycle, each a linear warm-up and then `fall` at its step n; the library fails past the last one. */
function cycles(a: Cycles, fall: (high: number, low: number, n: number, W: number, length: number) => number): Curve {
  const base = a.base_learning_rate * a.scale;
  let from = 0;
  const parts = a.cycle_lengths.flatMap((L, i) => {
    const start = from;
    from += L;
    const [W = 0, first = 0, high = 1, low = 0] = [a.warm_up_steps[i], a.f_start[i], a.f_max[i], a.f_min[i]];
    return [
      warmup(Math.min(start + W, from + 1), (t) => base * (((high - first) / W) * (t - start) + first)),
      decay(from + 1, (t) => base * fall(high, low, t - start, W, L)),
    ];
  });
  return ending(segments(...parts), from + 1, "TypeError: the step is past the last cycle");
}
