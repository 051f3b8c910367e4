import { byLine } from "../engine/oneCycle.js";
import { power as pow } from "../engine/python.js";
import { decay, flat, segments } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { alpha_f, multiStepSegments, scheduler, t_max, timeOf, upTo } from "./composerClock.js";
import { anneal, restarting } from "./composerRestarts.js";
import { batches, share } from "./composerTime.js";
import { composerWarmups } from "./composerWarmups.js";
import { anything, factor, required } from "./define.js";

const step = scheduler("StepScheduler", {
  params: { step_size: timeOf("time between drops"), gamma: 0.1 },
  formula: "lr · gamma^⌊t / step_size⌋",
  make({ step_size, gamma }, { time }) {
    const every = time(step_size);
    return segments(decay(Infinity, (b) => pow(gamma, Math.trunc(share(b, every))), everyPeriod(batches(every))));
  },
});

const multiStep = scheduler("MultiStepScheduler", {
  params: { milestones: anything("times of the drops"), gamma: 0.1 },
  formula: "lr · gamma^(number of milestones ≤ t)",
  make: ({ milestones, gamma }, clock) => segments(...multiStepSegments(milestones, gamma, clock)),
});

const constant = scheduler("ConstantScheduler", {
  params: { alpha: factor("factor until t_max", { default: 1 }), t_max },
  formula: "lr · alpha until t_max, then lr",
  make: ({ alpha, t_max }, { time }) => segments(flat(batches(time(t_max)), alpha), flat(Infinity, 1)),
});

const linear = scheduler("LinearScheduler", {
  params: { alpha_i: factor("first factor", { default: 1 }), alpha_f, t_max },
  formula: "lr · (alpha_i + (alpha_f − alpha_i) · min(1, t / t_max))",
  make: ({ alpha_i, alpha_f, t_max }, { time }) => upTo(time(t_max), (p) => byLine(alpha_i, alpha_f, p)),
});

const exponential = scheduler("ExponentialScheduler", {
  params: { gamma: factor("factor per decay_period"), decay_period: timeOf("time per factor", "1ep") },
  formula: "lr · gamma^(t / decay_period)",
  make({ gamma, decay_period }, { time }) {
    const every = time(decay_period);
    return segments(decay(Infinity, (b) => pow(gamma, share(b, every))));
  },
});

const cosine = scheduler("CosineAnnealingScheduler", {
  params: { t_max, alpha_f },
  formula: "lr · (alpha_f + (1 − alpha_f) · (1 + cos(π · min(1, t / t_max))) / 2)",
  make: ({ t_max, alpha_f }, { time }) => upTo(time(t_max), (p) => anneal(p, alpha_f)),
});

const restarts = scheduler("CosineAnnealingWarmRestartsScheduler", {
  params: { t_0: timeOf("length of the first cycle"), t_mult: factor("growth of the cycle", { default: 1 }), alpha_f },
  formula: "lr · (alpha_f + (1 − alpha_f) · (1 + cos(π · t_cycle / length)) / 2), length · t_mult rounded down",
  quirks: ["Cycles that shrink to nothing raise ValueError."],
  make: ({ t_0, t_mult, alpha_f }, { time }) => restarting(time(t_0), t_mult, alpha_f),
});

const polynomial = scheduler("PolynomialScheduler", {
  params: { power: required, t_max, alpha_f },
  formula: "lr · (alpha_f + (1 − alpha_f) · (1 − min(1, t / t_max))^power)",
  make: ({ power, t_max, alpha_f }, { time }) => upTo(time(t_max), (p) => alpha_f + pow(1 - p, power) * (1 - alpha_f)),
});

export const composer = [
  step,
  multiStep,
  constant,
  linear,
  exponential,
  cosine,
  restarts,
  polynomial,
  ...composerWarmups,
];
