import { f32 } from "../engine/float32.js";
import { anything, factor, lr, numbers, ratio, steps, type Value } from "./define.js";
import { curveOf } from "./nested.js";
import { decaying, exponent, init_value, optaxSchedule as schedule, peak_value, warmup_steps } from "./optaxCommon.js";
import {
  exponential,
  interpolate,
  join,
  polynomial,
  warmedCosine,
  type Scales,
  type WarmedCosine,
} from "./optaxCurves.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

const transition_steps = steps("steps of the cycle", { min: 1 });
const highest = lr("the highest rate");
const pct_start = ratio("share of the steps that rise", { default: 0.3 });
const div_factor = factor("peak_value / first rate", { default: 25 });
const final_div_factor = factor("first rate / last rate", { default: 1e4 });

/** Schedules in several parts: cycles, warm-ups, and whatever one joins. */
export const composed = [
  schedule({
    name: "linear_onecycle_schedule",
    params: {
      transition_steps,
      peak_value: highest,
      pct_start,
      pct_final: ratio("share of the steps after which the rate is back at its start", { default: 0.85 }),
      div_factor,
      final_div_factor,
    },
    formula:
      "linear: peak_value / div_factor → peak_value at ⌊pct_start · T⌋ → peak_value / div_factor at ⌊pct_final · T⌋ → that / final_div_factor at T",
    quirks: ["Phase ends are cut to whole steps: where two coincide the earlier is lost, and the peak with it."],
    rule({ transition_steps: T, peak_value: peak, pct_start, pct_final, div_factor: up, final_div_factor: down }) {
      const stops = dict(T, [Math.trunc(pct_start * T), up], [Math.trunc(pct_final * T), 1 / up], [T, 1 / down]);
      return interpolate("linear", peak / up, stops);
    },
  }),
  schedule({
    name: "cosine_onecycle_schedule",
    params: { transition_steps, peak_value: highest, pct_start, div_factor, final_div_factor },
    formula:
      "cosine: peak_value / div_factor → peak_value at ⌊pct_start · T⌋ → peak_value / (div_factor · final_div_factor) at T",
    quirks: ["The peak's step is cut to a whole number: where it is T the peak is lost."],
    rule({ transition_steps: T, peak_value: peak, pct_start, div_factor: up, final_div_factor: down }) {
      const stops = dict(T, [Math.trunc(pct_start * T), up], [Math.trunc(T), 1 / (up * down)]);
      return interpolate("cosine", peak / up, stops);
    },
  }),
  schedule({
    name: "warmup_constant_schedule",
    params: { init_value, peak_value, warmup_steps },
    formula: "init_value + (peak_value − init_value) · min(t, W) / W, W = warmup_steps",
    quirks: ["With warmup_steps = 0 the rate stays at init_value for ever and never reaches the peak."],
    rule: (a) => polynomial(a.init_value, a.peak_value, 1, a.warmup_steps, 0),
  }),
  schedule({
    name: "warmup_cosine_decay_schedule",
    dtype: "float32",
    params: {
      init_value,
      peak_value,
      warmup_steps,
      decay_steps: steps("steps of warm-up and decay together"),
      end_value: 0,
      exponent,
    },
    formula:
      "linear from init_value to peak_value in W = warmup_steps; then end_value + (peak_value − end_value) · ((1 + cos(π · (t − W) / (decay_steps − W))) / 2)^exponent",
    quirks: ["decay_steps counts the warm-up too: the cosine lasts decay_steps − warmup_steps."],
    rule: warmedCosine,
  }),
  schedule({
    name: "warmup_exponential_decay_schedule",
    dtype: "float32",
    params: { init_value, peak_value, warmup_steps, ...decaying },
    formula:
      "linear from init_value to peak_value in W = warmup_steps; then peak_value · decay_rate^((t − W − transition_begin) / transition_steps), bounded by end_value",
    quirks: ["transition_begin counts from the end of the warm-up.", "end_value does not clip the warm-up."],
    rule({ init_value, peak_value, warmup_steps: W, ...rest }) {
      return join([polynomial(init_value, peak_value, 1, W, 0), exponential(peak_value, rest)], [W]);
    },
  }),
  schedule({
    name: "sgdr_schedule",
    params: { cosine_kwargs: anything("for each cycle the arguments of warmup_cosine_decay_schedule") },
    formula: "warmup_cosine_decay_schedule of each cycle, one after the other, each decay_steps long",
    quirks: ["After the last cycle the rate stays at its end_value."],
    rule({ cosine_kwargs }) {
      const cycles = (Array.isArray(cosine_kwargs) ? cosine_kwargs : []).map(cycleOf);
      refuse(!cycles.length, "IndexError: list index out of range (no cycles)");
      let start = 0;
      const starts = cycles.slice(0, -1).map(({ decay_steps }) => (start += decay_steps));
      return join(cycles.map(warmedCosine), starts);
    },
  }),
  schedule({
    name: "join_schedules",
    params: {
      schedules: anything("the schedules, in order"),
      boundaries: numbers("the step at which each but the first starts"),
    },
    formula: "schedules[i](t − boundaries[i − 1]) for boundaries[i − 1] <= t < boundaries[i]",
    quirks: ["Each schedule counts its steps from its own boundary."],
    source: "optax 0.2.8, schedules/_join.py",
    rule({ schedules, boundaries }, context) {
      const curves = (Array.isArray(schedules) ? schedules : [schedules]).map((s: Value) => curveOf(s, context, f32));
      refuse(!curves.length, "IndexError: list index out of range (no schedules)");
      return join(curves, boundaries);
    },
  }),
];

/** A dict literal from step to scale: of two equal steps the later scale stays. */
function dict(T: number, ...entries: [step: number, scale: number][]): Scales {
  refuse(T <= 0, "ValueError: A linear onecycle schedule was set with a non-positive `transition_steps`");
  return [...new Map(entries)].toSorted(([a], [b]) => a - b);
}

/** One cycle's keyword arguments, in float32. */
function cycleOf(kwargs: Value): WarmedCosine {
  const given = (name: string, otherwise?: number) => {
    const value = kwargs instanceof Map ? (kwargs as ReadonlyMap<string, Value>).get(name) : undefined;
    if (typeof value === "number") return value;
    if (otherwise !== undefined && value === undefined) return otherwise;
    return raise(`TypeError: warmup_cosine_decay_schedule() missing required argument '${name}'`);
  };
  return {
    init_value: f32(given("init_value")),
    peak_value: f32(given("peak_value")),
    warmup_steps: given("warmup_steps"),
    decay_steps: given("decay_steps"),
    end_value: f32(given("end_value", 0)),
    exponent: given("exponent", 1),
  };
}
