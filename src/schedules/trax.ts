import type { Curve } from "../engine/curve.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments, warmup } from "../engine/segments.js";
import { clamp, constant, curve, everyPeriod, product } from "../engine/shapes.js";
import { defineSchedule, factor, lr, steps, word } from "./define.js";
import { raise } from "./torchRules.js";

const names = (name: string) => ({ id: `trax.lr.${name}`, aliases: [`trax.supervised.lr_schedules.${name}`] });
const common = { unit: "step", source: "trax 1.4.1, trax/supervised/lr_schedules.py" } as const;
const n_warmup_steps = steps("steps of the warm-up");
const max_value = lr("rate at the end of the warm-up");
const oneLater = "The warm-up reaches max_value at step n_warmup_steps + 1; training starts with step 1.";

/** The factors of `multifactor`, each a curve of the step. */
interface Factors {
  readonly constant: number;
  readonly warmup_steps: number;
  readonly decay_factor: number;
  readonly steps_per_decay: number;
  readonly steps_per_cycle: number;
  readonly second_constant: number;
  readonly second_constant_step: number;
}
const factorCurves: Readonly<Record<string, (a: Factors) => Curve>> = {
  constant: (a) => constant(a.constant),
  two_constants: (a) => segments(flat(a.second_constant_step, a.constant), flat(Infinity, a.second_constant)),
  linear_warmup: ({ warmup_steps: W }) => {
    if (W === 0) return { ...constant(NaN), end: { at: 0, because: "ZeroDivisionError: division by zero" } };
    return segments(
      warmup(W, (t) => Math.min(1, t / W)),
      flat(Infinity, (t) => Math.min(1, t / W)),
    );
  },
  rsqrt_decay: ({ warmup_steps: W }) =>
    segments(
      flat(W, 1 / Math.sqrt(W)),
      decay(Infinity, (t) => 1 / Math.sqrt(Math.max(t, W))),
    ),
  rsqrt_normalized_decay: ({ warmup_steps: W }) =>
    segments(
      flat(W, 1),
      decay(Infinity, (t) => Math.sqrt(W) / Math.sqrt(Math.max(t, W))),
    ),
  decay_every: ({ decay_factor, steps_per_decay: each }) =>
    each === 0
      ? { ...constant(NaN), end: { at: 0, because: "ZeroDivisionError: integer division or modulo by zero" } }
      : curve((t) => decay_factor ** Math.floor(t / each), everyPeriod(each), [
          { kind: "decay", from: 0, to: Infinity },
        ]),
  cosine_decay: ({ warmup_steps: W, steps_per_cycle: N }) => {
    const turn = (t: number) => Math.max(0, Math.floor((t - W) / N));
    const at = (t: number) => 0.5 * (1 + Math.cos(Math.PI * (Math.max(0, (t - W) / N) % 1)));
    return curve(at, (t) => (t < W ? Math.ceil(W) : changes(turn)(t)), [{ kind: "cycle", from: 0, to: Infinity }]);
  },
};

export const trax = [
  defineSchedule({
    ...names("constant"),
    ...common,
    params: { value: lr("the rate") },
    formula: "value",
    quirks: ["At step 0, which training never asks for, the rate is 0."],
    compile: ({ value }) => segments(warmup(1, 0), flat(Infinity, value)),
  }),
  defineSchedule({
    ...names("warmup"),
    ...common,
    params: { n_warmup_steps, max_value },
    formula: "max_value · min(1, t / (n_warmup_steps + 1))",
    quirks: [oneLater],
    compile: ({ n_warmup_steps, max_value }) => {
      const W = n_warmup_steps + 1;
      return segments(
        warmup(W, (t) => (t / W) * max_value),
        flat(Infinity, max_value),
      );
    },
  }),
  defineSchedule({
    ...names("warmup_and_rsqrt_decay"),
    ...common,
    params: { n_warmup_steps, max_value },
    formula: "max_value · t / W for t < W = n_warmup_steps + 1; then max_value · √(W / t)",
    quirks: [oneLater],
    compile: ({ n_warmup_steps, max_value }) => {
      const W = n_warmup_steps + 1;
      return segments(
        warmup(W, (t) => (t / W) * max_value),
        decay(Infinity, (t) => max_value * (Math.sqrt(W) / Math.sqrt(t))),
      );
    },
  }),
  defineSchedule({
    ...names("multifactor"),
    ...common,
    params: {
      factors: word(
        "factors joined by *: constant, two_constants, linear_warmup, rsqrt_decay, rsqrt_normalized_decay, decay_every, cosine_decay",
        { default: "constant * linear_warmup * rsqrt_decay" },
      ),
      constant: lr("factor of `constant`", { default: 0.1 }),
      warmup_steps: steps("steps of linear_warmup, and where the decays start", { default: 400 }),
      decay_factor: factor("factor of decay_every", { default: 0.5 }),
      steps_per_decay: steps("steps between two drops of decay_every", { default: 20000 }),
      steps_per_cycle: steps("steps of a cycle of cosine_decay", { default: 100000 }),
      second_constant: lr("second factor of two_constants", { default: 0.01 }),
      second_constant_step: steps("where it starts", { default: 10000 }),
      minimum: lr("the rate never falls below", { default: 0 }),
    },
    formula: "max(minimum, product of the factors)",
    quirks: [
      "cosine_decay falls to 0 once per steps_per_cycle and jumps back up.",
      "The order of the factors does not matter.",
    ],
    compile(a) {
      const all = a.factors.split("*").map((name) => {
        const known = factorCurves[name.trim()];
        return known ? known(a) : raise(`ValueError: Unknown factor ${name.trim()}.`);
      });
      return clamp(all.reduce(product), a.minimum);
    },
  }),
];
