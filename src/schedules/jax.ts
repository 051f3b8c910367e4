import { divided32, f32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments } from "../engine/segments.js";
import { constant, falling, piecewiseConstant } from "../engine/shapes.js";
import { lr, real, required } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

const schedule = library({
  homes: ["jax.example_libraries.optimizers.", "jax.experimental.optimizers."],
  dtype: "float32",
  source: "jax 0.10.2, example_libraries/optimizers.py",
});
const step_size = lr("rate at step 0");
const decay_steps = real("steps in which decay_rate takes effect once");

export const jax = [
  schedule({
    name: "constant",
    dtype: undefined,
    params: { step_size: lr("the rate") },
    formula: "step_size",
    rule: (a) => constant(a.step_size),
  }),
  schedule({
    name: "exponential_decay",
    params: { step_size, decay_steps, decay_rate: required },
    formula: "step_size · decay_rate^(t / decay_steps)",
    rule: ({ step_size, decay_steps, decay_rate }) =>
      segments(decay(Infinity, (t) => f32(step_size * pow32(decay_rate, divided32(t, decay_steps))))),
  }),
  schedule({
    name: "inverse_time_decay",
    params: {
      step_size,
      decay_steps,
      decay_rate: real("share of the rate's inverse per decay_steps"),
      staircase: false,
    },
    formula: "step_size / (1 + decay_rate · t / decay_steps), the quotient floored when staircase",
    rule({ step_size, decay_steps: T, decay_rate, staircase }) {
      const stairs = (t: number) => Math.floor(divided32(t, T));
      const grown = (t: number) => (staircase ? f32(decay_rate * stairs(t)) : divided32(f32(decay_rate * t), T));
      const pole = decay_rate < 0 ? [Math.ceil(-T / decay_rate)] : [];
      return falling((t) => f32(step_size / f32(1 + grown(t))), staircase ? changes(stairs) : pole);
    },
  }),
  schedule({
    name: "polynomial_decay",
    params: { step_size, decay_steps: real("steps of the decay"), final_step_size: lr("final rate"), power: 1 },
    formula: "(step_size − final_step_size) · (1 − min(t, T) / T)^power + final_step_size, T = decay_steps",
    rule({ step_size, decay_steps: T, final_step_size: low, power }) {
      const left = (t: number) => f32(1 - divided32(Math.min(t, T), T));
      const value = (t: number) => f32(f32(pow32(left(t), power) * f32(step_size - low)) + low);
      return segments(decay(T, value), flat(Infinity, value));
    },
  }),
  schedule({
    name: "piecewise_constant",
    params: { boundaries: required, values: required },
    formula: "values[i], i = how many boundaries are < t",
    quirks: ["At a boundary the old value still holds: the new one starts a step later."],
    rule({ boundaries, values }) {
      const ascending = boundaries.toSorted((a, b) => a - b);
      const matching = boundaries.length === values.length - 1;
      refuse(!matching, "ValueError: boundaries length must be one shorter than values length");
      return piecewiseConstant(ascending, values, true);
    },
  }),
];
