import type { Curve } from "../engine/curve.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments, warmup, type Segment } from "../engine/segments.js";
import { clamp, constant, cycling, ending, everyPeriod, falling, product } from "../engine/shapes.js";
import { lr, steps, word } from "./define.js";
import { library } from "./library.js";
import { raise } from "./torchRules.js";

const schedule = library({
  homes: ["trax.lr.", "trax.supervised.lr_schedules."],
  source: "trax 1.4.1, trax/supervised/lr_schedules.py",
});
const n_warmup_steps = steps("steps of the warm-up");
const max_value = lr("rate at the end of the warm-up");
const oneLater = "The warm-up reaches max_value at step n_warmup_steps + 1; training starts with step 1.";

/** Linear from 0 in W steps; `after` from then on. */
const rising = (W: number, peak: number, after: Segment): Curve =>
  segments(
    warmup(W, (t) => (t / W) * peak),
    after,
  );

export const trax = [
  schedule({
    name: "constant",
    params: { value: lr("the rate") },
    formula: "value",
    quirks: ["At step 0, which training never asks for, the rate is 0."],
    rule: ({ value }) => segments(warmup(1, 0), flat(Infinity, value)),
  }),
  schedule({
    name: "warmup",
    params: { n_warmup_steps, max_value },
    formula: "max_value · min(1, t / (n_warmup_steps + 1))",
    quirks: [oneLater],
    rule: ({ n_warmup_steps, max_value }) => rising(n_warmup_steps + 1, max_value, flat(Infinity, max_value)),
  }),
  schedule({
    name: "warmup_and_rsqrt_decay",
    params: { n_warmup_steps, max_value },
    formula: "max_value · t / W for t < W = n_warmup_steps + 1; then max_value · √(W / t)",
    quirks: [oneLater],
    rule({ n_warmup_steps, max_value: peak }) {
      const W = n_warmup_steps + 1;
      const after = decay(Infinity, (t) => peak * (Math.sqrt(W) / Math.sqrt(t)));
      return rising(W, peak, after);
    },
  }),
  schedule({
    name: "multifactor",
    params: {
      factors: word(
        "factors joined by *: constant, two_constants, linear_warmup, rsqrt_decay, rsqrt_normalized_decay, decay_every, cosine_decay",
        { default: "constant * linear_warmup * rsqrt_decay" },
      ),
      constant: lr("factor of `constant`", { default: 0.1 }),
      warmup_steps: steps("steps of linear_warmup, and where the decays start", { default: 400 }),
      decay_factor: 0.5,
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
    rule: (a) =>
      clamp(
        a.factors
          .split("*")
          .map((name) => factorNamed(name.trim(), a))
          .reduce(product),
        a.minimum,
      ),
  }),
];

interface Factors {
  readonly constant: number;
  readonly warmup_steps: number;
  readonly decay_factor: number;
  readonly steps_per_decay: number;
  readonly steps_per_cycle: number;
  readonly second_constant: number;
  readonly second_constant_step: number;
}

/** The factors of `multifactor`, each a curve of the step. */
const factorCurves: Readonly<Record<string, (a: Factors) => Curve>> = {
  constant: (a) => constant(a.constant),
  two_constants: (a) => segments(flat(a.second_constant_step, a.constant), flat(Infinity, a.second_constant)),
  linear_warmup({ warmup_steps: W }) {
    if (W === 0) return ending(constant(NaN), 0, "ZeroDivisionError: division by zero");
    const share = (t: number) => Math.min(1, t / W);
    return segments(warmup(W, share), flat(Infinity, share));
  },
  rsqrt_decay({ warmup_steps: W }) {
    const at = (t: number) => 1 / Math.sqrt(Math.max(t, W));
    return segments(flat(W, 1 / Math.sqrt(W)), decay(Infinity, at));
  },
  rsqrt_normalized_decay({ warmup_steps: W }) {
    const at = (t: number) => Math.sqrt(W) / Math.sqrt(Math.max(t, W));
    return segments(flat(W, 1), decay(Infinity, at));
  },
  decay_every({ decay_factor, steps_per_decay: each }) {
    if (each === 0) return ending(constant(NaN), 0, "ZeroDivisionError: integer division or modulo by zero");
    return falling((t) => decay_factor ** Math.floor(t / each), everyPeriod(each));
  },
  cosine_decay({ warmup_steps: W, steps_per_cycle: N }) {
    const turn = changes((t) => Math.max(0, Math.floor((t - W) / N)));
    const at = (t: number) => 0.5 * (1 + Math.cos(Math.PI * (Math.max(0, (t - W) / N) % 1)));
    return cycling(at, (t) => (t < W ? Math.ceil(W) : turn(t)));
  },
};

function factorNamed(name: string, factors: Factors): Curve {
  return factorCurves[name]?.(factors) ?? raise(`ValueError: Unknown factor ${name}.`);
}
