import { f32 } from "../engine/float32.js";
import * as words from "./decayWords.js";
import { handle, lr, power, ratio, real, required, writtenAsFloat } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import {
  cosine,
  cosineRestarts,
  exponential,
  graph,
  inverseTime,
  linearCosine,
  piecewise,
  polynomial,
} from "./tensorflow.js";

const roots = ["tf.compat.v1", "tensorflow.compat.v1", "tf", "tensorflow"];
const counter = handle("the step counter that the optimizer advances");
const inTrain = {
  homes: roots.map((root) => `${root}.train.`),
  dtype: "float32",
  source: "tensorflow 2.21.0, python/keras/optimizer_v2/legacy_learning_rate_decay.py",
  last: { name: null },
} as const;
const schedule = library({ ...inTrain, first: { learning_rate: lr("rate at step 0"), global_step: counter } });
const stepped = library({ ...inTrain, first: { x: counter } });

const decay_steps = real("steps in which the decay is completed", { min: 0, above: true });
const every = real("steps in which decay_rate takes effect once", { min: 0, above: true });
const wave = {
  num_periods: real("cosine periods in decay_steps", { default: 0.5 }),
  alpha: ratio("added to the linear part", { default: 0 }),
  beta: ratio("added to the product: the floor, as a fraction of learning_rate", { default: 0.001 }),
};
const graphEdge =
  "A session's graph divides by multiplying with the rounded reciprocal: with decay_steps 41 the first drop is at 42.";

/** The rate must be a float tensor: an int one cannot be multiplied with the decay. */
function floatRate(args: { readonly learning_rate: number; readonly [writtenAsFloat]?: ReadonlySet<string> }): number {
  const rate = args.learning_rate;
  const isInt = Number.isInteger(rate) && args[writtenAsFloat]?.has("learning_rate") === false;
  refuse(isInt, "TypeError: learning_rate is an int; the decay needs a float, such as 1.0");
  return rate;
}

export const exponentialDecay = schedule({
  name: "exponential_decay",
  params: { decay_steps: every, decay_rate: required, staircase: false },
  formula: "learning_rate · decay_rate^(t / decay_steps), the exponent floored when staircase",
  quirks: [graphEdge, "decay_steps is not checked: 0 gives NaN at step 0."],
  rule: (a) => exponential(graph, floatRate(a), a.decay_steps, a.decay_rate, a.staircase),
});

export const tf1 = [
  exponentialDecay,
  schedule({
    name: "natural_exp_decay",
    params: { decay_steps: every, decay_rate: real("exponent per decay_steps; negative grows"), staircase: false },
    formula: "learning_rate · e^(−decay_rate · t / decay_steps), the quotient floored when staircase",
    quirks: ["It divides by decay_steps, although old documentation says exp(−decay_rate · global_step).", graphEdge],
    rule: (a) => exponential(graph, floatRate(a), a.decay_steps, f32(Math.exp(-a.decay_rate)), a.staircase),
  }),
  schedule({
    name: "inverse_time_decay",
    params: { decay_steps: every, decay_rate: words.inverseRate, staircase: false },
    formula: "learning_rate / (1 + decay_rate · t / decay_steps), the quotient floored when staircase",
    quirks: [graphEdge],
    rule: (a) => inverseTime(graph, floatRate(a), a.decay_steps, a.decay_rate, a.staircase),
  }),
  schedule({
    name: "polynomial_decay",
    params: { decay_steps, end_learning_rate: 0.0001, power: 1, cycle: false },
    formula: words.polynomialFormula("learning_rate", "end_learning_rate"),
    quirks: [words.risesToEnd("learning_rate"), words.cycleJump],
    rule: (a) => polynomial(graph, floatRate(a), a.decay_steps, a.end_learning_rate, a.power, a.cycle),
  }),
  schedule({
    name: "cosine_decay",
    params: { decay_steps, alpha: 0 },
    formula: "learning_rate · ((1 − alpha) · (1 + cos(π · min(t, T) / T)) / 2 + alpha), T = decay_steps",
    quirks: ["alpha above 1 is accepted and makes the rate rise to alpha · learning_rate."],
    rule: (a) => cosine(graph, floatRate(a), a.decay_steps, a.alpha),
  }),
  schedule({
    name: "cosine_decay_restarts",
    params: words.restartParams,
    formula: words.restartFormula("learning_rate"),
    quirks: [words.unscaledFloor, words.lateRestart],
    rule: (a) => cosineRestarts(graph, floatRate(a), a.first_decay_steps, a.t_mul, a.m_mul, a.alpha),
  }),
  schedule({
    name: "linear_cosine_decay",
    params: { decay_steps, ...wave },
    formula:
      "learning_rate · ((alpha + (T − t) / T) · (1 + cos(2π · num_periods · t / T)) / 2 + beta), t clamped to T = decay_steps",
    quirks: ["At step 0 the rate is learning_rate · (1 + alpha + beta), above learning_rate."],
    rule: (a) => linearCosine(graph, floatRate(a), a.decay_steps, a.num_periods, a.alpha, a.beta),
  }),
  schedule({
    name: "noisy_linear_cosine_decay",
    params: {
      decay_steps,
      initial_variance: real("variance of the noise at step 0", { default: 1 }),
      variance_decay: power("the variance falls as (1 + t)^−variance_decay", { default: 0.55 }),
      ...wave,
    },
    formula:
      "as linear_cosine_decay, with normal noise of variance initial_variance / (1 + t)^variance_decay added to the linear part",
    quirks: ["The noise is random: the curve shown is its mean, which has no noise."],
    rule: (a) => linearCosine(graph, floatRate(a), a.decay_steps, a.num_periods, a.alpha, a.beta),
  }),
  ...["piecewise_constant", "piecewise_constant_decay"].map((name) =>
    stepped({
      name,
      params: { boundaries: required, values: required },
      formula: words.piecewiseFormula,
      quirks: [words.oldHolds, words.unsortedFails],
      rule: ({ boundaries, values }) => piecewise(graph, boundaries, values, "raise"),
    }),
  ),
];
