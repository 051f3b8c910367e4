import type { Curve, PhaseKind } from "../engine/curve.js";
import { f32, halfCosine32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { decay, flat, hold, segments } from "../engine/segments.js";
import { clamp, constant, curve, piecewiseConstant, sequence } from "../engine/shapes.js";
import { Raises, anything, defineSchedule, factor, flag, integer, lr, numbers, power, ratio, real, steps, word } from "./define.js";
import type { LiveSchedule, Value } from "./define.js";
import { curveOf } from "./nested.js";
import { metricDriven, short } from "./plateau.js";

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
const boundariesAndScales = anything("from each of these steps on the rate is multiplied by its scale; scales add up as products", { default: null });

const rising = (from: number, to: number): PhaseKind => (to > from ? "warmup" : "decay");

/** (init − end) · (1 − c/T)^power + end, c = t − begin clamped to [0, T]. */
function polynomial(init: number, end: number, degree: number, T: number, from: number): Curve {
  if (T <= 0) return constant(init);
  const begin = Math.max(0, from);
  const span = f32(init - end);
  const value = (t: number) => {
    const left = f32(1 - f32(Math.min(Math.max(t - begin, 0), T) / T));
    return f32(f32(span * pow32(left, degree)) + f32(end));
  };
  const transition = { kind: rising(init, end), to: begin + T, lr: value };
  return segments(hold(begin, value(begin)), transition, flat(Infinity, value(begin + T)));
}

interface Exponential {
  readonly T: number;
  readonly rate: number;
  readonly begin: number;
  readonly staircase: boolean;
  readonly end: number | null;
}

/** init · rate^((t − begin) / T) from begin on, bounded by end. */
function exponential(init: number, { T, rate, begin: from, staircase, end }: Exponential): Curve {
  if (T <= 0 || rate === 0) return constant(init);
  const begin = Math.max(0, from);
  const smooth = (t: number) => f32((t - begin) / T);
  const stairs = (t: number) => (t <= begin ? 0 : Math.floor(smooth(t)));
  const power = (t: number) => f32(init * pow32(rate, staircase ? stairs(t) : smooth(t)));
  const free = segments(hold(begin, init), decay(Infinity, power, staircase ? changes(stairs) : undefined));
  if (end === null) return free;
  return rate < 1 ? clamp(free, f32(end)) : clamp(free, -Infinity, f32(end));
}

/** init · ((1 − alpha) · ((1 + cos(π·min(t, T)/T)) / 2)^exponent + alpha). */
function cosine(init: number, T: number, alpha: number, degree: number): Curve {
  if (!(T > 0)) throw new Raises(`ValueError: The cosine_decay_schedule requires positive decay_steps, got decay_steps=${T}.`);
  const value = (t: number) => {
    const wave = pow32(halfCosine32(f32(Math.min(t, T) / T)), degree);
    return f32(init * f32(f32(f32(1 - alpha) * wave) + f32(alpha)));
  };
  return segments(decay(T, value), flat(Infinity, value(T)));
}

/** Each curve counts from its boundary; of several boundaries passed the last in the list decides. */
function join(curves: readonly Curve[], boundaries: readonly number[]): Curve {
  const parts: { from: number; curve: Curve; restart: boolean }[] = [];
  let until = Infinity;
  for (let i = Math.min(curves.length - 1, boundaries.length); i > 0; i--) {
    const from = Math.ceil(boundaries[i - 1]!);
    if (from < until) parts.unshift({ from, curve: curves[i]!, restart: true });
    until = Math.min(until, from);
  }
  if (until > 0) parts.unshift({ from: 0, curve: curves[0]!, restart: false });
  return sequence(parts);
}

interface WarmedCosine {
  readonly init: number;
  readonly peak: number;
  readonly warmup: number;
  readonly total: number;
  readonly end: number;
  readonly exponent: number;
}
function warmedCosine({ init, peak, warmup: W, total, end, exponent: degree }: WarmedCosine): Curve {
  const alpha = peak === 0 ? 0 : end / peak;
  return join([polynomial(init, peak, 1, W, 0), cosine(peak, total - W, alpha, degree)], [W]);
}

/** The entries of a dict from step to scale, in the order of the steps; scales must not be negative. */
function scalesOf(value: Value, who: string): [number, number][] {
  const entries = value instanceof Map ? [...(value as ReadonlyMap<number, number>)] : [];
  if (entries.some(([, scale]) => scale < 0)) throw new Raises(`ValueError: \`${who}\` expects non-negative scale factors`);
  return entries.toSorted(([a], [b]) => a - b);
}

/** From value to value (each the one before times its scale) between 0 and the boundaries; the last value holds. */
function interpolate(type: string, init: number, entries: readonly (readonly [number, number])[]): Curve {
  if (type !== "linear" && type !== "cosine")
    throw new Raises("ValueError: `interpolate_type` must be either 'cosine' or 'linear'");
  const values = [f32(init)];
  for (const [, scale] of entries) values.push(f32(values.at(-1)! * f32(scale)));
  const bounds = [0, ...entries.map(([bound]) => bound)];
  const pieces = entries.map(([to], i) => {
    const [a, b] = [values[i]!, values[i + 1]!];
    const share = (t: number) => f32((t - bounds[i]!) / Math.max(to - bounds[i]!, 1));
    const line = (t: number) => f32(f32(f32(b - a) * share(t)) + a);
    const wave = (t: number) => f32(b + f32(f32(a - b) * halfCosine32(share(t))));
    return { kind: rising(a, b), to, lr: type === "linear" ? line : wave };
  });
  return segments(...pieces, flat(Infinity, values.at(-1)!));
}

/** A dict literal: of two equal steps the later scale stays. */
const dict = (...entries: readonly [number, number][]) => [...new Map(entries)].toSorted(([a], [b]) => a - b);

const atTotal = (T: number) => {
  if (T <= 0) throw new Raises("ValueError: A linear onecycle schedule was set with a non-positive `transition_steps`");
};

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
    ...single,
    params: { init_value, end_value: lr("rate at the end"), transition_steps, transition_begin },
    formula: "init_value + (end_value − init_value) · c / transition_steps, c = t − transition_begin clamped to [0, transition_steps]",
    quirks: ["With transition_steps <= 0 the rate stays at init_value for ever, not at end_value."],
    compile: (a) => polynomial(a.init_value, a.end_value, 1, a.transition_steps, a.transition_begin),
  }),
  defineSchedule({
    ...names("polynomial_schedule"),
    ...single,
    params: { init_value, end_value: lr("rate at the end"), power: power("1 is linear"), transition_steps, transition_begin },
    formula: "(init_value − end_value) · (1 − c / transition_steps)^power + end_value, c = t − transition_begin clamped to [0, transition_steps]",
    quirks: ["With transition_steps <= 0 the rate stays at init_value for ever.", "With power 0 the rate stays at init_value, also past the end."],
    compile: (a) => polynomial(a.init_value, a.end_value, a.power, a.transition_steps, a.transition_begin),
  }),
  defineSchedule({
    ...names("exponential_decay"),
    ...single,
    params: { init_value, transition_steps, decay_rate: factor("the rate is multiplied by this every transition_steps"), transition_begin, staircase, end_value },
    formula: "init_value · decay_rate^((t − transition_begin) / transition_steps), bounded by end_value",
    quirks: [
      "A decay_rate of 0 keeps init_value, where TensorFlow gives 0.",
      "end_value is a floor when decay_rate < 1 and a ceiling otherwise, and it clips before transition_begin too.",
    ],
    compile: ({ init_value, transition_steps: T, decay_rate: rate, transition_begin: begin, staircase, end_value: end }) =>
      exponential(init_value, { T, rate, begin, staircase, end }),
  }),
  defineSchedule({
    ...names("cosine_decay_schedule"),
    ...single,
    params: { init_value, decay_steps: steps("steps of the decay", { min: 1 }), alpha: ratio("floor, as a fraction of init_value", { default: 0 }), exponent },
    formula: "init_value · ((1 − alpha) · ((1 + cos(π · min(t, T) / T)) / 2)^exponent + alpha), T = decay_steps",
    compile: (a) => cosine(a.init_value, a.decay_steps, a.alpha, a.exponent),
  }),
  defineSchedule({
    ...names("piecewise_constant_schedule"),
    ...single,
    params: { init_value, boundaries_and_scales: boundariesAndScales },
    formula: "init_value · the product of the scales whose boundary is <= t",
    quirks: ["Scales multiply what is left of the rate; they are not absolute.", "The new rate starts at the boundary itself."],
    compile({ init_value, boundaries_and_scales }) {
      const entries = scalesOf(boundaries_and_scales, "piecewise_constant_schedule");
      const values = [init_value];
      for (const [, scale] of entries) values.push(f32(f32(scale) * values.at(-1)!));
      return piecewiseConstant(entries.map(([bound]) => bound), values);
    },
  }),
  defineSchedule({
    ...names("piecewise_interpolate_schedule"),
    ...single,
    params: { interpolate_type: word("how to get from one value to the next", { choices: ["linear", "cosine"] }), init_value, boundaries_and_scales: boundariesAndScales },
    formula: "linear or cosine from value to value at 0 and the boundaries, each value its scale times the one before; then constant",
    compile: (a) => interpolate(a.interpolate_type, a.init_value, scalesOf(a.boundaries_and_scales, "piecewise_interpolate_schedule")),
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
    formula: "linear: peak_value / div_factor → peak_value at ⌊pct_start · T⌋ → peak_value / div_factor at ⌊pct_final · T⌋ → that / final_div_factor at T",
    quirks: ["Phase ends are cut to whole steps: where two coincide the earlier is lost, and the peak with it."],
    compile(a) {
      const T = a.transition_steps;
      atTotal(T);
      const stops = dict([Math.trunc(a.pct_start * T), a.div_factor], [Math.trunc(a.pct_final * T), 1 / a.div_factor], [T, 1 / a.final_div_factor]);
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
    formula: "cosine: peak_value / div_factor → peak_value at ⌊pct_start · T⌋ → peak_value / (div_factor · final_div_factor) at T",
    quirks: ["The peak's step is cut to a whole number: where it is T the peak is lost."],
    compile(a) {
      const T = a.transition_steps;
      atTotal(T);
      const stops = dict([Math.trunc(a.pct_start * T), a.div_factor], [Math.trunc(T), 1 / (a.div_factor * a.final_div_factor)]);
      return interpolate("cosine", a.peak_value / a.div_factor, stops);
    },
  }),
  defineSchedule({
    ...names("warmup_constant_schedule"),
    ...single,
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
    formula: "linear from init_value to peak_value in W = warmup_steps; then end_value + (peak_value − end_value) · ((1 + cos(π · (t − W) / (decay_steps − W))) / 2)^exponent",
    quirks: ["decay_steps counts the warm-up too: the cosine lasts decay_steps − warmup_steps."],
    compile: (a) =>
      warmedCosine({ init: a.init_value, peak: a.peak_value, warmup: a.warmup_steps, total: a.decay_steps, end: a.end_value, exponent: a.exponent }),
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
    formula: "linear from init_value to peak_value in W = warmup_steps; then peak_value · decay_rate^((t − W − transition_begin) / transition_steps), bounded by end_value",
    quirks: ["transition_begin counts from the end of the warm-up.", "end_value does not clip the warm-up."],
    compile: ({ init_value, peak_value, warmup_steps: W, transition_steps: T, decay_rate: rate, transition_begin: begin, staircase, end_value: end }) =>
      join([polynomial(init_value, peak_value, 1, W, 0), exponential(peak_value, { T, rate, begin, staircase, end })], [W]),
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
    params: { schedules: anything("the schedules, in order"), boundaries: numbers("the step at which each but the first starts") },
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

const reduceOnPlateau = defineSchedule({
  id: "optax.contrib.reduce_on_plateau",
  aliases: ["optax.contrib._reduce_on_plateau.reduce_on_plateau", "optax.reduce_on_plateau"],
  params: {
    factor: factor("the scale is multiplied by this", { default: 0.1, min: 0, max: 1, above: true }),
    patience: integer("evaluations without improvement before the scale falls", { default: 10 }),
    rtol: ratio("an improvement is at least this share of the best value", { default: 1e-4 }),
    atol: real("and at least this much", { default: 0 }),
    cooldown: integer("evaluations after a reduction in which nothing is counted", { default: 0 }),
    accumulation_size: integer("values averaged into one evaluation", { default: 1, min: 1 }),
    min_scale: factor("the scale never falls below", { default: 0 }),
  },
  unit: "epoch",
  quantity: "factor",
  formula: "scale = max(scale · factor, min_scale) after `patience` evaluations without value < (1 − rtol) · best − atol",
  quirks: [
    "It scales the updates: multiply by the optimizer's own rate.",
    "The count must equal patience: with patience 0 each improvement reduces the scale, a bad value never does.",
    "For negative values rtol works the other way: slightly worse ones count as improvement.",
    "NaN never counts as an improvement.",
  ],
  source: "optax 0.2.8, contrib/_reduce_on_plateau.py",
  compile(a, context) {
    const refuse = (because: string) => {
      throw new Raises(`ValueError: ${because}`);
    };
    if (a.factor <= 0 || a.factor >= 1) refuse(`Factor must be in the range (0, 1), got factor = ${a.factor}.`);
    if (a.rtol < 0 || a.atol < 0) refuse(`Both rtol and atol must be non-negative, got rtol = ${a.rtol} and atol = ${a.atol}.`);
    if (a.rtol === 0 && a.atol === 0) refuse(`At least one of rtol or atol must be positive, got rtol = ${a.rtol} and atol = ${a.atol}.`);
    if (a.rtol > 1) refuse(`rtol must be less than or equal to 1.0, got rtol = ${a.rtol}.`);
    const start = (): LiveSchedule => {
      let [best, bad, cooling, count, average] = [Infinity, 0, 0, 0, 0];
      return {
        lr: 1,
        step(value) {
          average = f32(f32(f32(count * average) + f32(value)) / (count + 1));
          count++;
          if (count !== a.accumulation_size) return undefined;
          const improved = average < f32(f32(f32(1 - a.rtol) * best) - f32(a.atol));
          bad = improved ? 0 : bad + 1;
          if (improved) best = average;
          [count, average] = [0, 0];
          if (cooling > 0) {
            [cooling, bad] = [cooling - 1, 0];
            return undefined;
          }
          const reached = bad === a.patience;
          const before = this.lr;
          this.lr = Math.max(reached ? f32(before * f32(a.factor)) : before, f32(a.min_scale));
          [bad, cooling] = reached ? [0, a.cooldown] : [bad, 0];
          return this.lr === before ? undefined : `${a.patience} evaluations without improvement: scale ${short(before)} → ${short(this.lr)}`;
        },
      };
    };
    return metricDriven(start, context);
  },
});

export const optax = [...plain, ...composed, reduceOnPlateau];
