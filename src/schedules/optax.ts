import { f32 } from "../engine/float32.js";
import { constant, piecewiseConstant } from "../engine/shapes.js";
import { Raises, anything, defineSchedule, factor, flag, lr, numbers, power, ratio, steps, word } from "./define.js";
import type { Value } from "./define.js";
import { curveOf } from "./nested.js";
import {
  type WarmedCosine,
  atTotal,
  cosine,
  dict,
  exponential,
  interpolate,
  join,
  polynomial,
  scalesOf,
  warmedCosine,
} from "./optaxCurves.js";
import { reduceOnPlateau } from "./optaxPlateau.js";

const names = (name: string, module = "_schedule") => ({
  id: `optax.${name}`,
  aliases: [`optax.schedules.${name}`, `optax.schedules.${module}.${name}`, `optax._src.schedule.${name}`],
});
const common = { unit: "step", source: "optax 0.2.8, schedules/_schedule.py" } as const;
const single = { ...common, dtype: "float32" } as const;

const init_value = lr("rate at step 0");
const peak_value = lr("rate at the end of the warm-up");
const warmup_steps = steps("steps of the warm-up");
const transition_begin = steps("steps at init_value before the transition", { default: 0, min: 0 });
const transition_steps = steps("steps of the transition; 0 or less keeps init_value", { min: 0 });
const exponent = power("power of the cosine", { default: 1 });
const staircase = flag("drop once every transition_steps instead of smoothly", { default: false });
const end_value = lr("bound of the decay: a floor when decay_rate < 1, else a ceiling", { default: null });
const boundariesAndScales = anything(
  "from each of these steps on the rate is multiplied by its scale; scales add up as products",
  { default: null },
);

const plain = [
  defineSchedule({
    ...names("constant_schedule"),
    ...common,
    params: { value: lr("the rate") },
    formula: "value",
    compile: ({ value }) => constant(value),
  }),
  defineSchedule({
    ...names("linear_schedule"),
    ...common,
    params: { init_value, end_value: lr("rate at the end"), transition_steps, transition_begin },
    formula:
      "init_value + (end_value − init_value) · c / transition_steps, c = t − transition_begin clamped to [0, transition_steps]",
    quirks: ["With transition_steps <= 0 the rate stays at init_value for ever, not at end_value."],
    compile: (a) => polynomial(a.init_value, a.end_value, 1, a.transition_steps, a.transition_begin),
  }),
  defineSchedule({
    ...names("polynomial_schedule"),
    ...common,
    params: {
      init_value,
      end_value: lr("rate at the end"),
      power: power("1 is linear"),
      transition_steps,
      transition_begin,
    },
    formula:
      "(init_value − end_value) · (1 − c / transition_steps)^power + end_value, c = t − transition_begin clamped to [0, transition_steps]",
    quirks: [
      "With transition_steps <= 0 the rate stays at init_value for ever.",
      "With power 0 the rate stays at init_value, also past the end.",
    ],
    compile: (a) => polynomial(a.init_value, a.end_value, a.power, a.transition_steps, a.transition_begin),
  }),
  defineSchedule({
    ...names("exponential_decay"),
    ...common,
    params: {
      init_value,
      transition_steps,
      decay_rate: factor("the rate is multiplied by this every transition_steps"),
      transition_begin,
      staircase,
      end_value,
    },
    formula: "init_value · decay_rate^((t − transition_begin) / transition_steps), bounded by end_value",
    quirks: [
      "A decay_rate of 0 keeps init_value, where TensorFlow gives 0.",
      "end_value is a floor when decay_rate < 1 and a ceiling otherwise, and it clips before transition_begin too.",
    ],
    compile: ({
      init_value,
      transition_steps: T,
      decay_rate: rate,
      transition_begin: begin,
      staircase,
      end_value: end,
    }) => exponential(init_value, { T, rate, begin, staircase, end }),
  }),
  defineSchedule({
    ...names("cosine_decay_schedule"),
    ...single,
    params: {
      init_value,
      decay_steps: steps("steps of the decay", { min: 1 }),
      alpha: ratio("floor, as a fraction of init_value", { default: 0 }),
      exponent,
    },
    formula: "init_value · ((1 − alpha) · ((1 + cos(π · min(t, T) / T)) / 2)^exponent + alpha), T = decay_steps",
    compile: (a) => cosine(a.init_value, a.decay_steps, a.alpha, a.exponent),
  }),
  defineSchedule({
    ...names("piecewise_constant_schedule"),
    ...common,
    params: { init_value, boundaries_and_scales: boundariesAndScales },
    formula: "init_value · the product of the scales whose boundary is <= t",
    quirks: [
      "Scales multiply what is left of the rate; they are not absolute.",
      "The new rate starts at the boundary itself.",
    ],
    compile({ init_value, boundaries_and_scales }) {
      const entries = scalesOf(boundaries_and_scales, "piecewise_constant_schedule");
      const values = [entries.length > 0 ? f32(init_value) : init_value];
      for (const [, scale] of entries) values.push(f32(f32(scale) * values.at(-1)!));
      return piecewiseConstant(
        entries.map(([bound]) => bound),
        values,
      );
    },
  }),
  defineSchedule({
    ...names("piecewise_interpolate_schedule"),
    ...single,
    params: {
      interpolate_type: word("how to get from one value to the next", { choices: ["linear", "cosine"] }),
      init_value,
      boundaries_and_scales: boundariesAndScales,
    },
    formula:
      "linear or cosine from value to value at 0 and the boundaries, each value its scale times the one before; then constant",
    compile: (a) =>
      interpolate(
        a.interpolate_type,
        a.init_value,
        scalesOf(a.boundaries_and_scales, "piecewise_interpolate_schedule"),
      ),
  }),
];

const composed = [
  defineSchedule({
    ...names("linear_onecycle_schedule"),
    ...common,
    params: {
      transition_steps: steps("steps of the cycle", { min: 1 }),
      peak_value: lr("the highest rate"),
      pct_start: ratio("share of the steps that rise", { default: 0.3 }),
      pct_final: ratio("share of the steps after which the rate is back at its start", { default: 0.85 }),
      div_factor: factor("peak_value / first rate", { default: 25 }),
      final_div_factor: factor("first rate / last rate", { default: 1e4 }),
    },
    formula:
      "linear: peak_value / div_factor → peak_value at ⌊pct_start · T⌋ → peak_value / div_factor at ⌊pct_final · T⌋ → that / final_div_factor at T",
    quirks: ["Phase ends are cut to whole steps: where two coincide the earlier is lost, and the peak with it."],
    compile(a) {
      const T = a.transition_steps;
      atTotal(T);
      const stops = dict(
        [Math.trunc(a.pct_start * T), a.div_factor],
        [Math.trunc(a.pct_final * T), 1 / a.div_factor],
        [T, 1 / a.final_div_factor],
      );
      return interpolate("linear", a.peak_value / a.div_factor, stops);
    },
  }),
  defineSchedule({
    ...names("cosine_onecycle_schedule"),
    ...common,
    params: {
      transition_steps: steps("steps of the cycle", { min: 1 }),
      peak_value: lr("the highest rate"),
      pct_start: ratio("share of the steps that rise", { default: 0.3 }),
      div_factor: factor("peak_value / first rate", { default: 25 }),
      final_div_factor: factor("first rate / last rate", { default: 1e4 }),
    },
    formula:
      "cosine: peak_value / div_factor → peak_value at ⌊pct_start · T⌋ → peak_value / (div_factor · final_div_factor) at T",
    quirks: ["The peak's step is cut to a whole number: where it is T the peak is lost."],
    compile(a) {
      const T = a.transition_steps;
      atTotal(T);
      const stops = dict(
        [Math.trunc(a.pct_start * T), a.div_factor],
        [Math.trunc(T), 1 / (a.div_factor * a.final_div_factor)],
      );
      return interpolate("cosine", a.peak_value / a.div_factor, stops);
    },
  }),
  defineSchedule({
    ...names("warmup_constant_schedule"),
    ...common,
    params: { init_value, peak_value, warmup_steps },
    formula: "init_value + (peak_value − init_value) · min(t, W) / W, W = warmup_steps",
    quirks: ["With warmup_steps = 0 the rate stays at init_value for ever and never reaches the peak."],
    compile: (a) => polynomial(a.init_value, a.peak_value, 1, a.warmup_steps, 0),
  }),
  defineSchedule({
    ...names("warmup_cosine_decay_schedule"),
    ...single,
    params: {
      init_value,
      peak_value,
      warmup_steps,
      decay_steps: steps("steps of warm-up and decay together"),
      end_value: lr("rate at the end", { default: 0 }),
      exponent,
    },
    formula:
      "linear from init_value to peak_value in W = warmup_steps; then end_value + (peak_value − end_value) · ((1 + cos(π · (t − W) / (decay_steps − W))) / 2)^exponent",
    quirks: ["decay_steps counts the warm-up too: the cosine lasts decay_steps − warmup_steps."],
    compile: (a) =>
      warmedCosine({
        init: a.init_value,
        peak: a.peak_value,
        warmup: a.warmup_steps,
        total: a.decay_steps,
        end: a.end_value,
        exponent: a.exponent,
      }),
  }),
  defineSchedule({
    ...names("warmup_exponential_decay_schedule"),
    ...single,
    params: {
      init_value,
      peak_value,
      warmup_steps,
      transition_steps,
      decay_rate: factor("the rate is multiplied by this every transition_steps"),
      transition_begin,
      staircase,
      end_value,
    },
    formula:
      "linear from init_value to peak_value in W = warmup_steps; then peak_value · decay_rate^((t − W − transition_begin) / transition_steps), bounded by end_value",
    quirks: ["transition_begin counts from the end of the warm-up.", "end_value does not clip the warm-up."],
    compile: ({
      init_value,
      peak_value,
      warmup_steps: W,
      transition_steps: T,
      decay_rate: rate,
      transition_begin: begin,
      staircase,
      end_value: end,
    }) =>
      join(
        [polynomial(init_value, peak_value, 1, W, 0), exponential(peak_value, { T, rate, begin, staircase, end })],
        [W],
      ),
  }),
  defineSchedule({
    ...names("sgdr_schedule"),
    ...common,
    params: { cosine_kwargs: anything("for each cycle the arguments of warmup_cosine_decay_schedule") },
    formula: "warmup_cosine_decay_schedule of each cycle, one after the other, each decay_steps long",
    quirks: ["After the last cycle the rate stays at its end_value."],
    compile({ cosine_kwargs }) {
      const cycles = (Array.isArray(cosine_kwargs) ? cosine_kwargs : []).map(cycleOf);
      if (!cycles.length) throw new Raises("IndexError: list index out of range (no cycles)");
      const starts: number[] = [];
      cycles.reduce((sum, { total }) => (starts.push(sum + total), sum + total), 0);
      return join(cycles.map(warmedCosine), starts.slice(0, -1));
    },
  }),
  defineSchedule({
    ...names("join_schedules", "_join"),
    ...common,
    params: {
      schedules: anything("the schedules, in order"),
      boundaries: numbers("the step at which each but the first starts"),
    },
    formula: "schedules[i](t − boundaries[i − 1]) for boundaries[i − 1] <= t < boundaries[i]",
    quirks: ["Each schedule counts its steps from its own boundary."],
    source: "optax 0.2.8, schedules/_join.py",
    compile({ schedules, boundaries }, context) {
      const curves = (Array.isArray(schedules) ? schedules : [schedules]).map((s: Value) => curveOf(s, context, f32));
      if (!curves.length) throw new Raises("IndexError: list index out of range (no schedules)");
      return join(curves, boundaries);
    },
  }),
];

function cycleOf(kwargs: Value): WarmedCosine {
  const given = (name: string, otherwise?: number) => {
    const value = kwargs instanceof Map ? (kwargs as ReadonlyMap<string, Value>).get(name) : undefined;
    if (typeof value === "number") return value;
    if (otherwise !== undefined && value === undefined) return otherwise;
    throw new Raises(`TypeError: warmup_cosine_decay_schedule() missing required argument '${name}'`);
  };
  return {
    init: f32(given("init_value")),
    peak: f32(given("peak_value")),
    warmup: given("warmup_steps"),
    total: given("decay_steps"),
    end: f32(given("end_value", 0)),
    exponent: given("exponent", 1),
  };
}

export const optax = [...plain, ...composed, reduceOnPlateau];
