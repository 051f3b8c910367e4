import { divide, log, power as pow } from "../engine/python.js";
import { cooldown, cycle, decay, flat, halfCosine, hold, rising, segments, warmup } from "../engine/segments.js";
import type { Curve } from "../engine/curve.js";
import { everyPeriod, firstAbove } from "../engine/shapes.js";
import { anything, factor, integer, lr, numbers, ratio, real, required, steps, word } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { noam, speechBrain } from "./speechBrainCommon.js";
import { metricSchedulers } from "./speechBrainMetric.js";
import { triangularMode } from "./triangular.js";

const initial = lr("base rate");
const warmSteps = steps("steps of warm-up");
const model_size = real("normalizes by model_size^−½ instead of √W", { default: null });
const afterStep = "The call follows the optimizer step, so the first update runs at the optimizer's own rate.";
/** √W, or model_size^−½ where it is given. */
const normOf = (W: number, size: number | null) => (size === null ? Math.sqrt(W) : pow(size, -0.5));

/** Classes whose rate the training loop takes after its optimizer step: the first update runs at lr_initial. */
const late = library({ ...speechBrain, quirks: [afterStep] });
const schedule = library(speechBrain);

export const configToolsSpeechBrain = [
  late({
    name: "NoamScheduler",
    params: { lr_initial: initial, n_warmup_steps: warmSteps, model_size },
    formula: "lr_initial · √W · min(t^−½, t · W^−3/2); model_size^−½ instead of √W when given",
    rule({ lr_initial: base, n_warmup_steps: W, model_size }) {
      const norm = normOf(W, model_size);
      const rate = (t: number) => base * noam(t, W, norm);
      return segments(flat(1, base), warmup(W + 1, rate), decay(Infinity, rate));
    },
  }),
  late({
    name: "NoamIntervalScheduler",
    params: {
      lr_initial: initial,
      n_warmup_steps: warmSteps,
      anneal_steps: numbers("steps after which a rate applies"),
      anneal_rates: numbers("factors after those steps"),
      model_size,
    },
    formula: "NoamScheduler · Π anneal_rates[i] for anneal_steps[i] < t",
    rule({ lr_initial: base, n_warmup_steps: W, anneal_steps, anneal_rates, model_size }) {
      const norm = normOf(W, model_size);
      const extra = (t: number) => anneal_steps.reduce((x, s, i) => (t > s ? x * (anneal_rates[i] ?? 1) : x), 1);
      const rate = (t: number) => base * noam(t, W, norm) * extra(t);
      const edges = anneal_steps.map((s) => Math.floor(s) + 1).sort((a, b) => a - b);
      const breaks = (t: number) => firstAbove(edges, t);
      return segments(flat(1, base), warmup(W + 1, rate, breaks), decay(Infinity, rate, breaks));
    },
  }),
  late({
    name: "LinearNoamScheduler",
    params: { lr_initial: initial, n_warmup_steps: warmSteps, n_keep_steps: steps("steps at the peak") },
    formula: "lr_initial · t / W, lr_initial, then lr_initial · W / (t − keep)",
    rule({ lr_initial: base, n_warmup_steps: W, n_keep_steps: keep }) {
      const fall = decay(Infinity, (t) => (base * W) / (t - keep));
      return segments(flat(1, base), rising(W, base), hold(W + keep, base), fall);
    },
  }),
  schedule({
    name: "LinearScheduler",
    unit: "epoch",
    dtype: "float32",
    params: { initial_value: initial, final_value: lr("final rate"), epoch_count: integer("epochs of the line") },
    formula: "initial_value + (final_value − initial_value) · t / (epoch_count − 1)",
    rule({ initial_value: a, final_value: b, epoch_count: N }) {
      const line = (t: number) => (N > 1 ? a + ((b - a) * t) / (N - 1) : a);
      return segments(decay(N, line), cooldown(Infinity, N > 1 ? b : a));
    },
  }),
  late({
    name: "LinearWarmupScheduler",
    params: { initial_value: initial, num_warmup_steps: required, num_training_steps: required },
    formula: "initial_value · t / W, then initial_value · max(0, (T − t) / (T − W))",
    rule({ initial_value: base, num_warmup_steps: W, num_training_steps: T }) {
      const fall = decay(T, (t) => (base * (T - t)) / Math.max(1, T - W));
      return segments(flat(1, base), rising(W, base), fall, cooldown(Infinity, 0));
    },
  }),
  schedule({
    name: "StepScheduler",
    unit: "epoch",
    params: {
      initial_value: initial,
      decay_factor: factor("factor of a drop; 0.5 when absent", { default: null }),
      decay_drop: real("epochs between drops; 2 when absent", { default: null }),
      half_life: real("epochs in which the rate halves", { default: null }),
    },
    formula: "initial_value · decay_factor^⌊(1 + t) / decay_drop⌋",
    quirks: ["The first drop comes one epoch early: the epoch number is counted from 1."],
    rule({ initial_value: base, decay_factor, decay_drop, half_life }) {
      const both = Boolean(half_life && (decay_factor || decay_drop));
      refuse(both, "ValueError: half_life cannot be used together with decay_factor and decay_drop");
      const f = half_life ? Math.exp(-Math.log(2) / half_life) : decay_factor || 0.5;
      const drop = half_life ? 1 : decay_drop || 2;
      const fall = decay(Infinity, (t) => base * f ** Math.floor((1 + t) / drop), everyPeriod(drop, -1));
      return segments(flat(1, base), fall);
    },
  }),
  schedule({
    name: "WarmAndExpDecayLRSchedule",
    params: {
      lr: initial,
      n_warmup_steps: warmSteps,
      total_steps: required,
      decay_factor: factor("factor at total_steps", { default: 0.1 }),
    },
    formula: "lr · t / W, then lr · decay_factor^((t − W) / (total_steps − W))",
    rule({ lr: base, n_warmup_steps: W, total_steps: T, decay_factor: f }) {
      const fall = (t: number) => Math.min(base, base * f ** divide(t - W, T - W));
      return segments(rising(W, base), decay(Infinity, fall));
    },
  }),
  late({
    name: "CyclicCosineScheduler",
    needs: ["initial_lr"],
    params: {
      n_warmup_steps: steps("phase shift"),
      lr_initial: lr("base rate", { default: null }),
      total_steps: steps("steps of half a period", { default: 100000 }),
    },
    formula: "lr_initial · (1 + cos(π · (t − n_warmup_steps) / total_steps)) / 2",
    quirks: ["n_warmup_steps only shifts the cosine."],
    rule({ n_warmup_steps: W, lr_initial, total_steps: T }, { initial_lr }) {
      const base = (lr_initial as number | null) ?? initial_lr;
      const wave = (t: number) => base * halfCosine((t - W) / T);
      return segments(flat(1, base), cycle(Infinity, wave, everyPeriod(T, W - T * Math.ceil(W / T))));
    },
  }),
  schedule({
    name: "CyclicLRScheduler",
    params: {
      base_lr: lr("lowest rate", { default: 0.001 }),
      max_lr: lr("highest rate", { default: 0.006 }),
      step_size: steps("steps of half a cycle", { default: 2000 }),
      mode: triangularMode,
      gamma: factor("shrink per step (exp_range)", { default: 1 }),
      scale_fn: anything("own scaling function", { default: null }),
      scale_mode: word("what scale_fn is given", { default: "cycle" }),
    },
    formula: "base_lr + (max_lr − base_lr) · max(0, 1 − x) · scale, x = |t / step_size − 2 · cycle + 1|",
    rule: cyclic,
  }),
  late({
    name: "InverseSquareRootScheduler",
    needs: ["initial_lr"],
    params: { warmup_steps: required },
    formula: "1 / √max(warmup_steps, t)",
    quirks: ["The optimizer's rate is ignored after the first update."],
    rule({ warmup_steps: W }, { initial_lr }) {
      const fall = decay(Infinity, (t) => 1 / Math.sqrt(Math.max(W, t)));
      return segments(flat(1, initial_lr), hold(W + 1, 1 / Math.sqrt(W)), fall);
    },
  }),
  schedule({
    name: "WarmCoolDecayLRSchedule",
    params: {
      lr: initial,
      warmup: warmSteps,
      cooldown: steps("steps of the linear end"),
      total_steps: required,
      decay_factor: factor("factor every decay_every steps", { default: 0.75 }),
      decay_every: steps("steps per factor", { default: 100000 }),
    },
    formula: "lr · t / W, lr · decay_factor^((t − W) / decay_every), then linearly to 0 over cooldown",
    quirks: ["The cooldown starts from the exponential counted from step 0, so the rate jumps there."],
    rule({ lr: base, warmup: W, cooldown: C, total_steps: T, decay_factor, decay_every }) {
      const power = divide(log(decay_factor), decay_every);
      const top = base * Math.exp(power * (T - C));
      const fall = decay(T - C + 1, (t) => base * Math.exp(power * (t - W)));
      const end = cooldown(Infinity, (t) => top - (top / C) * (t - (T - C)));
      return segments(rising(W, base), fall, end);
    },
  }),
  schedule({
    name: "TriStageLRSchedule",
    params: {
      lr: initial,
      warmup_steps: required,
      hold_steps: steps("steps at the peak"),
      decay_steps: steps("steps of the decay"),
      total_steps: required,
      init_lr_scale: ratio("factor at step 0", { default: 0.01 }),
      final_lr_scale: ratio("factor after decay_steps", { default: 0.05 }),
    },
    formula: "linear from lr · init_lr_scale, hold, then lr · final_lr_scale^(t_decay / decay_steps)",
    quirks: ["The decay goes on past decay_steps."],
    rule({ lr: base, warmup_steps: W, hold_steps: H, decay_steps: D, init_lr_scale, final_lr_scale }) {
      const first = init_lr_scale * base;
      const [slope, fall] = [divide(base - first, W), divide(-log(final_lr_scale), D)];
      const rise = warmup(W, (t) => first + slope * t);
      return segments(
        rise,
        hold(W + H, base),
        decay(Infinity, (t) => base * Math.exp(-fall * (t - H - W))),
      );
    },
  }),
  schedule({
    name: "IntervalScheduler",
    needs: ["initial_lr"],
    params: { intervals: anything("dicts {steps, lr}: the rate from that step on") },
    formula: "the lr of the last interval with steps ≤ t; the optimizer's before the first",
    rule({ intervals }, { initial_lr }) {
      const maps = intervals as readonly ReadonlyMap<string, number>[];
      const from = (i: number) => (i < maps.length ? (maps[i]!.get("steps") ?? 0) : Infinity);
      const parts = maps.map((interval, i) => hold(from(i + 1), interval.get("lr") ?? NaN));
      return segments(hold(from(0), initial_lr), ...parts);
    },
  }),
  ...metricSchedulers,
];

interface Cyclic {
  readonly base_lr: number;
  readonly max_lr: number;
  readonly step_size: number;
  readonly mode: string;
  readonly gamma: number;
}

/** Triangles of 2 · step_size steps, lower from cycle to cycle as `mode` says. */
function cyclic({ base_lr, max_lr, step_size, mode, gamma }: Cyclic): Curve {
  const scale = (t: number, n: number) =>
    mode === "triangular2" ? 1 / 2 ** (n - 1) : mode === "exp_range" ? gamma ** t : 1;
  const rate = (t: number) => {
    const n = Math.floor(1 + t / (2 * step_size));
    return base_lr + (max_lr - base_lr) * Math.max(0, 1 - Math.abs(t / step_size - 2 * n + 1)) * scale(t, n);
  };
  return segments(cycle(Infinity, rate, everyPeriod(step_size)));
}
