import type { Curve } from "../engine/curve.js";
import { f32 } from "../engine/float32.js";
import { constant, piecewiseConstant } from "../engine/shapes.js";
import { anything, lr, required, steps, word } from "./define.js";
import { decaying, exponent, init_value, optaxSchedule as schedule } from "./optaxCommon.js";
import { cosine, exponential, interpolate, polynomial, scalesOf, type Scales } from "./optaxCurves.js";
import { composed } from "./optaxJoined.js";
import { reduceOnPlateau } from "./optaxPlateau.js";

const { transition_steps, transition_begin } = decaying;
const end_value = lr("rate at the end");
const boundaries_and_scales = anything(
  "from each of these steps on the rate is multiplied by its scale; scales add up as products",
  { default: null },
);

const single = [
  schedule({
    name: "constant_schedule",
    params: { value: lr("the rate") },
    formula: "value",
    rule: ({ value }) => constant(value),
  }),
  schedule({
    name: "linear_schedule",
    params: { init_value, end_value, transition_steps, transition_begin },
    formula:
      "init_value + (end_value − init_value) · c / transition_steps, c = t − transition_begin clamped to [0, transition_steps]",
    quirks: ["With transition_steps <= 0 the rate stays at init_value for ever, not at end_value."],
    rule: (a) => polynomial(a.init_value, a.end_value, 1, a.transition_steps, a.transition_begin),
  }),
  schedule({
    name: "polynomial_schedule",
    params: { init_value, end_value, power: required, transition_steps, transition_begin },
    formula:
      "(init_value − end_value) · (1 − c / transition_steps)^power + end_value, c = t − transition_begin clamped to [0, transition_steps]",
    quirks: [
      "With transition_steps <= 0 the rate stays at init_value for ever.",
      "With power 0 the rate stays at init_value, also past the end.",
    ],
    rule: (a) => polynomial(a.init_value, a.end_value, a.power, a.transition_steps, a.transition_begin),
  }),
  schedule({
    name: "exponential_decay",
    params: { init_value, ...decaying },
    formula: "init_value · decay_rate^((t − transition_begin) / transition_steps), bounded by end_value",
    quirks: [
      "A decay_rate of 0 keeps init_value, where TensorFlow gives 0.",
      "end_value is a floor when decay_rate < 1 and a ceiling otherwise, and it clips before transition_begin too.",
    ],
    rule: (a) => exponential(a.init_value, a),
  }),
  schedule({
    name: "cosine_decay_schedule",
    dtype: "float32",
    params: { init_value, decay_steps: steps("steps of the decay", { min: 1 }), alpha: 0, exponent },
    formula: "init_value · ((1 − alpha) · ((1 + cos(π · min(t, T) / T)) / 2)^exponent + alpha), T = decay_steps",
    rule: (a) => cosine(a.init_value, a.decay_steps, a.alpha, a.exponent),
  }),
  schedule({
    name: "piecewise_constant_schedule",
    params: { init_value, boundaries_and_scales },
    formula: "init_value · the product of the scales whose boundary is <= t",
    quirks: [
      "Scales multiply what is left of the rate; they are not absolute.",
      "The new rate starts at the boundary itself.",
    ],
    rule: (a) => scaled(a.init_value, scalesOf(a.boundaries_and_scales, "piecewise_constant_schedule")),
  }),
  schedule({
    name: "piecewise_interpolate_schedule",
    dtype: "float32",
    params: {
      interpolate_type: word("how to get from one value to the next", { choices: ["linear", "cosine"] }),
      init_value,
      boundaries_and_scales,
    },
    formula:
      "linear or cosine from value to value at 0 and the boundaries, each value its scale times the one before; then constant",
    rule({ interpolate_type, init_value, boundaries_and_scales }) {
      return interpolate(
        interpolate_type,
        init_value,
        scalesOf(boundaries_and_scales, "piecewise_interpolate_schedule"),
      );
    },
  }),
];

/** Each scale times the rate before it; what no scale touches stays the Python float it was. */
function scaled(init: number, scales: Scales): Curve {
  const values = [scales.length > 0 ? f32(init) : init];
  for (const [, scale] of scales) values.push(f32(f32(scale) * values.at(-1)!));
  const boundaries = scales.map(([boundary]) => boundary);
  return piecewiseConstant(boundaries, values);
}

export const optax = [...single, ...composed, reduceOnPlateau];
