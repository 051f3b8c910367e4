import type { Curve } from "../engine/curve.js";
import { divide, power } from "../engine/python.js";
import { overflowing } from "../engine/search.js";
import { decay, flat, hold, segments, warmup } from "../engine/segments.js";
import { clamp, constant, cycling, ending, everyPeriod, falling, sequence } from "../engine/shapes.js";
import { factor, integer, lr, ratio, real, required, schedule as scheduleOf, steps } from "./define.js";
import type { Compiled, Context, LiveSchedule } from "./define.js";
import { library } from "./library.js";
import { curveOf } from "./nested.js";
import { metricDriven, short } from "./plateau.js";

const schedule = library({
  homes: ["thinc.schedules.", "thinc.api."],
  source: "thinc 9.1.1, thinc/schedules.py",
});
const t = real("added to the step", { default: 0, keywordOnly: true });

export const thinc = [
  schedule({
    name: "constant",
    params: { rate: lr("the rate") },
    formula: "rate",
    rule: (a) => constant(a.rate),
  }),
  schedule({
    name: "constant_then",
    params: { rate: lr("the rate of the first steps"), steps: steps("how many"), schedule: scheduleOf("what follows") },
    formula: "rate for t < steps, then schedule(t)",
    quirks: ["The schedule after it counts from step 0, not from `steps`."],
    rule({ rate, steps: from, schedule }, context) {
      const rest = { from: Math.ceil(from), curve: curveOf(schedule, context) };
      return from <= 0 ? rest.curve : sequence([{ from: 0, curve: segments(hold(from, rate)) }, rest]);
    },
  }),
  schedule({
    name: "decaying",
    params: { base_rate: lr("rate at step 0"), decay: real("share of the rate's inverse added every step"), t },
    formula: "base_rate / (1 + decay · (step + t))",
    rule({ base_rate, decay: rate, t: offset }) {
      const below = (step: number) => 1 + rate * (step + offset);
      const pole = rate < 0 ? Math.max(0, Math.ceil(-1 / rate - offset)) : Infinity;
      const c = falling((step) => base_rate * (1 / below(step)), [pole]);
      return below(pole) === 0 ? ending(c, pole, "ZeroDivisionError: float division by zero") : c;
    },
  }),
  schedule({
    name: "compounding",
    aliases: ["spacy.util.compounding"],
    params: { start: lr("value at step 0"), stop: lr("where it stops"), compound: factor("factor per step"), t },
    formula: "start · compound^(step + t), stopped at stop",
    quirks: [
      "It overflows at huge steps, although stop was reached long before.",
      "A compound that leads away from stop is never stopped.",
    ],
    rule({ start, stop, compound, t: offset }) {
      const free = segments(decay(Infinity, (step) => start * power(compound, step + offset)));
      const c = start > stop ? clamp(free, stop) : clamp(free, -Infinity, stop);
      return free.end ? c : overflowing(c, (step) => compound ** (step + offset));
    },
  }),
  schedule({
    name: "slanted_triangular",
    params: {
      max_rate: lr("the highest rate"),
      num_steps: steps("steps of the run"),
      cut_frac: ratio("share of the steps that rise", { default: 0.1, keywordOnly: true }),
      ratio: factor("max_rate / lowest rate", { default: 32, keywordOnly: true }),
      t,
    },
    formula:
      "max_rate · (1 + p · (ratio − 1)) / ratio, p rising to 1 at cut = ⌊num_steps · cut_frac⌋ and falling to 0 at num_steps",
    quirks: [
      "The first step is number 1: the peak is at step cut − 1.",
      "Past num_steps the rate goes on falling and becomes negative.",
    ],
    rule({ max_rate, num_steps, cut_frac, ratio, t: offset }) {
      const cut = Math.trunc(num_steps * cut_frac);
      const value = (p: number) => max_rate * (1 + p * (ratio - 1)) * divide(1, ratio);
      const rise = (step: number) => value((step + offset + 1) / cut);
      const fall = (step: number) => value(1 - divide(step + offset + 1 - cut, cut * (divide(1, cut_frac) - 1)));
      return segments(warmup(cut - offset - 1, rise), decay(Infinity, fall));
    },
  }),
  schedule({
    name: "warmup_linear",
    params: { initial_rate: lr("the highest rate"), warmup_steps: required, total_steps: steps("steps until 0") },
    formula:
      "initial_rate · t / W for t < W = warmup_steps; then initial_rate · max(0, (N − t) / max(1, N − W)), N = total_steps",
    quirks: ["The first update has rate 0."],
    rule({ initial_rate: peak, warmup_steps: W, total_steps: N }) {
      const rise = (t: number) => (t / Math.max(1, W)) * peak;
      const fall = (t: number) => Math.max(0, (N - t) / Math.max(1, N - W)) * peak;
      return segments(warmup(W, rise), decay(N, fall), flat(Infinity, fall(N)));
    },
  }),
  schedule({
    name: "cyclic_triangular",
    params: { min_lr: required, max_lr: lr("highest rate"), period: steps("steps of half a cycle", { min: 1 }) },
    formula:
      "min_lr + (max_lr − min_lr) · max(0, 1 − |i / period − 2·cycle + 1|), i = t + 1, cycle = ⌊1 + i / (2·period)⌋",
    quirks: [
      "period is half a cycle: the peak is at step period − 1.",
      "The first step is number 1, so step 0 is above min_lr.",
    ],
    rule({ min_lr, max_lr, period }) {
      if (period === 0) return ending(constant(NaN), 0, "ZeroDivisionError: division by zero");
      const distance = (i: number) => Math.abs(i / period - 2 * Math.floor(1 + i / (2 * period)) + 1);
      const at = (t: number) => min_lr + (max_lr - min_lr) * Math.max(0, 1 - distance(t + 1));
      return cycling(at, everyPeriod(period, -1));
    },
  }),
  schedule({
    name: "plateau",
    unit: "epoch",
    params: {
      max_patience: integer("bad evaluations that make the rate fall", { min: 1 }),
      scale: factor("the rate is multiplied by this"),
      schedule: scheduleOf("the rate without plateaus"),
    },
    formula: "schedule(t) · scale^(how often the score has not risen for max_patience evaluations)",
    quirks: ["A higher score is better.", "The count must equal max_patience: 0 never reduces."],
    rule: (a, context) => scaled(curveOf(a.schedule, context), () => plateau(a.max_patience, a.scale), context),
  }),
];

/** inner(t) times the factor of a run of plateaus; the score of evaluation t − 1 is known when the rate of that step is asked for. */
function scaled(inner: Curve, start: () => LiveSchedule, context: Context): Compiled {
  const plateaus = metricDriven(start, context);
  const at = (step: number) => inner.at(Math.max(0, step - 1)) * plateaus.lr.at(step);
  const nextBreak = (step: number) => Math.min(plateaus.lr.nextBreak(step), inner.nextBreak(step - 1) + 1);
  return {
    lr: { ...plateaus.lr, at, nextBreak, phases: [] },
    get events() {
      return plateaus.events ?? [];
    },
    live: () => inMotion(inner, start()),
  };
}

function inMotion(inner: Curve, factor: LiveSchedule): LiveSchedule {
  let step = 0;
  return {
    lr: inner.at(0),
    step(score) {
      const because = factor.step(score);
      this.lr = inner.at(step++) * factor.lr;
      return because;
    },
  };
}

/** The factor scale^plateaus, fed one score per evaluation. */
function plateau(patience: number, scale: number): LiveSchedule {
  let best: number | undefined;
  let [bad, plateaus] = [0, 0];
  return {
    lr: 1,
    step(score) {
      if (best === undefined || score > best) [best, bad] = [score, 0];
      else if (++bad === patience) {
        bad = 0;
        this.lr = scale ** ++plateaus;
        return `the score has not risen for ${patience} evaluation${patience === 1 ? "" : "s"}: rate × ${short(scale)}`;
      }
      return undefined;
    },
  };
}
