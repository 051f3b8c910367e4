import { f32 } from "../engine/float32.js";
import {
  defineSchedule,
  factor,
  flag,
  handle,
  lr,
  numbers,
  power,
  ratio,
  real,
  writtenAsFloat,
  Raises,
} from "./define.js";
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

const names = (name: string) => ({
  id: `tf.compat.v1.train.${name}`,
  aliases: ["tensorflow.compat.v1", "tf", "tensorflow"].map((root) => `${root}.train.${name}`),
});
const common = {
  unit: "step",
  dtype: "float32",
  source: "tensorflow 2.21.0, python/keras/optimizer_v2/legacy_learning_rate_decay.py",
} as const;

const start = {
  learning_rate: lr("rate at step 0"),
  global_step: handle("the step counter that the optimizer advances"),
};
const name = handle("op name");
const decaySteps = real("steps in which the decay is completed", { min: 0, above: true });
const every = real("steps in which decay_rate takes effect once", { min: 0, above: true });
const staircase = flag("drop once every decay_steps instead of smoothly", { default: false });
const alpha = ratio("floor, as a fraction of learning_rate", { default: 0 });
const wave = {
  num_periods: real("cosine periods in decay_steps", { default: 0.5 }),
  alpha: ratio("added to the linear part", { default: 0 }),
  beta: ratio("added to the product: the floor, as a fraction of learning_rate", { default: 0.001 }),
  name,
};
const graphEdge =
  "A session's graph divides by multiplying with the rounded reciprocal: with decay_steps 41 the first drop is at 42.";
const clampless = "decay_steps is not checked: 0 gives NaN at step 0.";

/** The rate must be a float tensor: an int one cannot be multiplied with the decay. */
function floatRate(args: { readonly learning_rate: number; readonly [writtenAsFloat]?: ReadonlySet<string> }): number {
  const rate = args.learning_rate;
  if (Number.isInteger(rate) && args[writtenAsFloat]?.has("learning_rate") === false)
    throw new Raises("TypeError: learning_rate is an int; the decay needs a float, such as 1.0");
  return rate;
}

export const exponentialDecay = defineSchedule({
  ...names("exponential_decay"),
  ...common,
  params: {
    ...start,
    decay_steps: every,
    decay_rate: factor("the rate is multiplied by this every decay_steps"),
    staircase,
    name,
  },
  formula: "learning_rate · decay_rate^(t / decay_steps), the exponent floored when staircase",
  quirks: [graphEdge, clampless],
  compile: (a) => exponential(graph, floatRate(a), a.decay_steps, a.decay_rate, a.staircase),
});

const naturalExpDecay = defineSchedule({
  ...names("natural_exp_decay"),
  ...common,
  params: {
    ...start,
    decay_steps: every,
    decay_rate: real("exponent per decay_steps; negative grows"),
    staircase,
    name,
  },
  formula: "learning_rate · e^(−decay_rate · t / decay_steps), the quotient floored when staircase",
  quirks: ["It divides by decay_steps, although old documentation says exp(−decay_rate · global_step).", graphEdge],
  compile: (a) => exponential(graph, floatRate(a), a.decay_steps, f32(Math.exp(-a.decay_rate)), a.staircase),
});

const inverseTimeDecay = defineSchedule({
  ...names("inverse_time_decay"),
  ...common,
  params: {
    ...start,
    decay_steps: every,
    decay_rate: real("share of learning_rate's inverse added every decay_steps"),
    staircase,
    name,
  },
  formula: "learning_rate / (1 + decay_rate · t / decay_steps), the quotient floored when staircase",
  quirks: [graphEdge],
  compile: (a) => inverseTime(graph, floatRate(a), a.decay_steps, a.decay_rate, a.staircase),
});

const polynomialDecay = defineSchedule({
  ...names("polynomial_decay"),
  ...common,
  params: {
    ...start,
    decay_steps: decaySteps,
    end_learning_rate: lr("rate at the end of the decay", { default: 0.0001 }),
    power: power("1 is linear", { default: 1 }),
    cycle: flag("start over with a longer period when decay_steps is over", { default: false }),
    name,
  },
  formula:
    "(learning_rate − end_learning_rate) · (1 − min(t, T) / T)^power + end_learning_rate, T = decay_steps (with cycle: · ⌈t / decay_steps⌉)",
  quirks: [
    "end_learning_rate is 0.0001 by default, not 0: a smaller learning_rate rises to it.",
    "With cycle the rate is at the end value at each multiple of decay_steps and jumps up one step later.",
  ],
  compile: (a) => polynomial(graph, floatRate(a), a.decay_steps, a.end_learning_rate, a.power, a.cycle),
});

const cosineDecay = defineSchedule({
  ...names("cosine_decay"),
  ...common,
  params: { ...start, decay_steps: decaySteps, alpha, name },
  formula: "learning_rate · ((1 − alpha) · (1 + cos(π · min(t, T) / T)) / 2 + alpha), T = decay_steps",
  quirks: ["alpha above 1 is accepted and makes the rate rise to alpha · learning_rate."],
  compile: (a) => cosine(graph, floatRate(a), a.decay_steps, a.alpha),
});

const cosineDecayRestarts = defineSchedule({
  ...names("cosine_decay_restarts"),
  ...common,
  params: {
    ...start,
    first_decay_steps: real("steps of the first period", { min: 0, above: true }),
    t_mul: factor("each period is this much longer than the one before", { default: 2 }),
    m_mul: factor("each restart's height relative to the one before", { default: 1 }),
    alpha,
    name,
  },
  formula: "learning_rate · ((1 − alpha) · m_mul^i · (1 + cos(π · p)) / 2 + alpha) in period i, p its share done",
  quirks: [
    "m_mul does not scale the floor alpha.",
    "The period is found by a float32 logarithm: with t_mul other than 1 or 2 a restart may come one step late.",
  ],
  compile: (a) => cosineRestarts(graph, floatRate(a), a.first_decay_steps, a.t_mul, a.m_mul, a.alpha),
});

const linearCosineDecay = defineSchedule({
  ...names("linear_cosine_decay"),
  ...common,
  params: { ...start, decay_steps: decaySteps, ...wave },
  formula:
    "learning_rate · ((alpha + (T − t) / T) · (1 + cos(2π · num_periods · t / T)) / 2 + beta), t clamped to T = decay_steps",
  quirks: ["At step 0 the rate is learning_rate · (1 + alpha + beta), above learning_rate."],
  compile: (a) => linearCosine(graph, floatRate(a), a.decay_steps, a.num_periods, a.alpha, a.beta),
});

const noisyLinearCosineDecay = defineSchedule({
  ...names("noisy_linear_cosine_decay"),
  ...common,
  params: {
    ...start,
    decay_steps: decaySteps,
    initial_variance: real("variance of the noise at step 0", { default: 1 }),
    variance_decay: power("the variance falls as (1 + t)^−variance_decay", { default: 0.55 }),
    ...wave,
  },
  formula:
    "as linear_cosine_decay, with normal noise of variance initial_variance / (1 + t)^variance_decay added to the linear part",
  quirks: ["The noise is random: the curve shown is its mean, which has no noise."],
  compile: (a) => linearCosine(graph, floatRate(a), a.decay_steps, a.num_periods, a.alpha, a.beta),
});

const piecewiseParams = {
  x: handle("the step counter that the optimizer advances"),
  boundaries: numbers("the last step of each value"),
  values: numbers("one rate more than boundaries"),
  name,
};
const piecewiseConstant = (called: string) =>
  defineSchedule({
    ...names(called),
    ...common,
    params: piecewiseParams,
    formula: "values[i], i = how many boundaries are < t",
    quirks: [
      "At a boundary the old value still holds: the new one starts a step later.",
      "Unsorted boundaries fail when training reaches them.",
    ],
    compile: ({ boundaries, values }) => piecewise(graph, boundaries, values, "raise"),
  });

export const tf1 = [
  exponentialDecay,
  naturalExpDecay,
  inverseTimeDecay,
  polynomialDecay,
  cosineDecay,
  cosineDecayRestarts,
  linearCosineDecay,
  noisyLinearCosineDecay,
  piecewiseConstant("piecewise_constant"),
  piecewiseConstant("piecewise_constant_decay"),
];
