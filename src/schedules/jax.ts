import { divided32, f32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments } from "../engine/segments.js";
import { constant, curve, piecewiseConstant } from "../engine/shapes.js";
import { Raises, defineSchedule, factor, flag, lr, numbers, power, real } from "./define.js";

const names = (name: string) => ({
  id: `jax.example_libraries.optimizers.${name}`,
  aliases: [`jax.experimental.optimizers.${name}`],
});
const common = { unit: "step", dtype: "float32", source: "jax 0.10.2, example_libraries/optimizers.py" } as const;
const step_size = lr("rate at step 0");

export const jax = [
  defineSchedule({
    ...names("constant"),
    unit: "step",
    source: common.source,
    params: { step_size: lr("the rate") },
    formula: "step_size",
    compile: (a) => constant(a.step_size),
  }),
  defineSchedule({
    ...names("exponential_decay"),
    ...common,
    params: {
      step_size,
      decay_steps: real("steps in which decay_rate takes effect once"),
      decay_rate: factor("the rate is multiplied by this every decay_steps"),
    },
    formula: "step_size · decay_rate^(t / decay_steps)",
    compile: ({ step_size, decay_steps, decay_rate }) =>
      segments(decay(Infinity, (t) => f32(step_size * pow32(decay_rate, divided32(t, decay_steps))))),
  }),
  defineSchedule({
    ...names("inverse_time_decay"),
    ...common,
    params: {
      step_size,
      decay_steps: real("steps in which decay_rate takes effect once"),
      decay_rate: real("share of the rate's inverse added every decay_steps"),
      staircase: flag("drop once every decay_steps instead of smoothly", { default: false }),
    },
    formula: "step_size / (1 + decay_rate · t / decay_steps), the quotient floored when staircase",
    compile({ step_size, decay_steps, decay_rate, staircase }) {
      const stairs = (t: number) => Math.floor(divided32(t, decay_steps));
      const grown = (t: number) =>
        staircase ? f32(decay_rate * stairs(t)) : divided32(f32(decay_rate * t), decay_steps);
      const pole = decay_rate < 0 ? [Math.ceil(-decay_steps / decay_rate)] : [];
      return curve((t) => f32(step_size / f32(1 + grown(t))), staircase ? changes(stairs) : pole, [
        { kind: "decay", from: 0, to: Infinity },
      ]);
    },
  }),
  defineSchedule({
    ...names("polynomial_decay"),
    ...common,
    params: {
      step_size,
      decay_steps: real("steps of the decay"),
      final_step_size: lr("rate at the end of the decay"),
      power: power("1 is linear", { default: 1 }),
    },
    formula: "(step_size − final_step_size) · (1 − min(t, T) / T)^power + final_step_size, T = decay_steps",
    compile({ step_size, decay_steps: T, final_step_size, power }) {
      const value = (t: number) => {
        const left = f32(1 - divided32(Math.min(t, T), T));
        return f32(f32(pow32(left, power) * f32(step_size - final_step_size)) + final_step_size);
      };
      return segments(decay(T, value), flat(Infinity, value));
    },
  }),
  defineSchedule({
    ...names("piecewise_constant"),
    ...common,
    params: { boundaries: numbers("the last step of each value"), values: numbers("one rate more than boundaries") },
    formula: "values[i], i = how many boundaries are < t",
    quirks: ["At a boundary the old value still holds: the new one starts a step later."],
    compile({ boundaries, values }) {
      if (boundaries.length !== values.length - 1)
        throw new Raises("ValueError: boundaries length must be one shorter than values length");
      return piecewiseConstant(
        boundaries.toSorted((a, b) => a - b),
        values,
        true,
      );
    },
  }),
];
