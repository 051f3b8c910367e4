import type { Curve } from "../engine/curve.js";
import { divide, power as pow } from "../engine/python.js";
import { firstWhere } from "../engine/search.js";
import { decay, flat, hold, segments, warmup } from "../engine/segments.js";
import { clamp, constant, curve, everyPeriod, sequence } from "../engine/shapes.js";
import { defineSchedule, factor, integer, lr, ratio, real, schedule, steps } from "./define.js";
import type { LiveSchedule } from "./define.js";
import { curveOf } from "./nested.js";
import { metricDriven, short } from "./plateau.js";

const names = (name: string) => ({
  id: `thinc.schedules.${name}`,
  aliases: [`thinc.api.${name}`, ...(name === "compounding" ? ["spacy.util.compounding"] : [])],
});
const common = { unit: "step", source: "thinc 9.1.1, thinc/schedules.py" } as const;
const t = real("added to the step", { default: 0, keywordOnly: true });

export const thinc = [
  defineSchedule({
    ...names("constant"),
    ...common,
    params: { rate: lr("the rate") },
    formula: "rate",
    compile: (a) => constant(a.rate),
  }),
  defineSchedule({
    ...names("constant_then"),
    ...common,
    params: {
      rate: lr("the rate of the first steps"),
      steps: steps("how many"),
      schedule: schedule("the schedule after them"),
    },
    formula: "rate for t < steps, then schedule(t)",
    quirks: ["The schedule after it counts from step 0, not from `steps`."],
    compile({ rate, steps: from, schedule }, context) {
      const rest = curveOf(schedule, context);
      if (from <= 0) return rest;
      const joined = sequence([
        { from: 0, curve: segments(hold(from, rate)) },
        { from: Math.ceil(from), curve: rest },
      ]);
      return rest.end ? { ...joined, end: { ...rest.end, at: Math.max(Math.ceil(from), rest.end.at) } } : joined;
    },
  }),
  defineSchedule({
    ...names("decaying"),
    ...common,
    params: { base_rate: lr("rate at step 0"), decay: real("share of the rate's inverse added every step"), t },
    formula: "base_rate / (1 + decay · (step + t))",
    compile({ base_rate, decay: rate, t: offset }) {
      const below = (step: number) => 1 + rate * (step + offset);
      const pole = rate < 0 ? Math.max(0, Math.ceil(-1 / rate - offset)) : Infinity;
      const c = curve((step) => base_rate * (1 / below(step)), [pole], [{ kind: "decay", from: 0, to: Infinity }]);
      return below(pole) === 0 ? { ...c, end: { at: pole, because: "ZeroDivisionError: float division by zero" } } : c;
    },
  }),
  defineSchedule({
    ...names("compounding"),
    ...common,
    params: {
      start: lr("value at step 0"),
      stop: lr("where it stops"),
      compound: factor("the value is multiplied by this every step"),
      t,
    },
    formula: "start · compound^(step + t), stopped at stop",
    quirks: [
      "It overflows at huge steps, although stop was reached long before.",
      "A compound that leads away from stop is never stopped.",
    ],
    compile({ start, stop, compound, t: offset }) {
      const factorAt = (step: number) => compound ** (step + offset);
      const free = segments(decay(Infinity, (step) => start * pow(compound, step + offset)));
      const c = start > stop ? clamp(free, stop) : clamp(free, -Infinity, stop);
      const at = Number.isFinite(factorAt(0)) ? firstWhere((step) => !Number.isFinite(factorAt(step)), 0) : 0;
      const because = "OverflowError: (34, 'Numerical result out of range')";
      return free.end || !Number.isFinite(at) ? c : { ...c, end: { at, because } };
    },
  }),
  defineSchedule({
    ...names("slanted_triangular"),
    ...common,
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
    compile({ max_rate, num_steps, cut_frac, ratio, t: offset }) {
      const cut = Math.trunc(num_steps * cut_frac);
      const value = (p: number) => max_rate * (1 + p * (ratio - 1)) * divide(1, ratio);
      const rise = (step: number) => value((step + offset + 1) / cut);
      const fall = (step: number) => value(1 - divide(step + offset + 1 - cut, cut * (divide(1, cut_frac) - 1)));
      return segments(warmup(cut - offset - 1, rise), decay(Infinity, fall));
    },
  }),
  defineSchedule({
    ...names("warmup_linear"),
    ...common,
    params: {
      initial_rate: lr("the highest rate"),
      warmup_steps: steps("steps of the warm-up"),
      total_steps: steps("steps until 0"),
    },
    formula:
      "initial_rate · t / W for t < W = warmup_steps; then initial_rate · max(0, (N − t) / max(1, N − W)), N = total_steps",
    quirks: ["The first update has rate 0."],
    compile({ initial_rate, warmup_steps: W, total_steps: N }) {
      const fall = (t: number) => Math.max(0, (N - t) / Math.max(1, N - W)) * initial_rate;
      return segments(
        warmup(W, (t) => (t / Math.max(1, W)) * initial_rate),
        decay(N, fall),
        flat(Infinity, fall(N)),
      );
    },
  }),
  defineSchedule({
    ...names("cyclic_triangular"),
    ...common,
    params: {
      min_lr: lr("lowest rate"),
      max_lr: lr("highest rate"),
      period: steps("steps of half a cycle", { min: 1 }),
    },
    formula:
      "min_lr + (max_lr − min_lr) · max(0, 1 − |i / period − 2·cycle + 1|), i = t + 1, cycle = ⌊1 + i / (2·period)⌋",
    quirks: [
      "period is half a cycle: the peak is at step period − 1.",
      "The first step is number 1, so step 0 is above min_lr.",
    ],
    compile({ min_lr, max_lr, period }) {
      if (period === 0) return { ...constant(NaN), end: { at: 0, because: "ZeroDivisionError: division by zero" } };
      const at = (t: number) => {
        const i = t + 1;
        const x = Math.abs(i / period - 2 * Math.floor(1 + i / (2 * period)) + 1);
        return min_lr + (max_lr - min_lr) * Math.max(0, 1 - x);
      };
      return curve(at, everyPeriod(period, -1), [{ kind: "cycle", from: 0, to: Infinity }]);
    },
  }),
  defineSchedule({
    ...names("plateau"),
    ...common,
    unit: "epoch",
    params: {
      max_patience: integer("bad evaluations that make the rate fall", { min: 1 }),
      scale: factor("the rate is multiplied by this"),
      schedule: schedule("the rate without plateaus"),
    },
    formula: "schedule(t) · scale^(how often the score has not risen for max_patience evaluations)",
    quirks: ["A higher score is better.", "The count must equal max_patience: 0 never reduces."],
    compile({ max_patience, scale, schedule }, context) {
      const inner = curveOf(schedule, context);
      const plateaus = metricDriven(() => plateau(max_patience, scale), context);
      // The score of evaluation t − 1 is known when the rate of step t − 1 is asked for.
      const at = (step: number) => inner.at(Math.max(0, step - 1)) * plateaus.lr.at(step);
      const nextBreak = (step: number) => Math.min(plateaus.lr.nextBreak(step), inner.nextBreak(step - 1) + 1);
      return {
        lr: { ...plateaus.lr, at, nextBreak, phases: [] },
        get events() {
          return plateaus.events ?? [];
        },
        live: () => scaled(inner, plateau(max_patience, scale)),
      };
    },
  }),
];

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

function scaled(inner: Curve, factor: LiveSchedule): LiveSchedule {
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
