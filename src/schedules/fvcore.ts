import { byCosine, byLine } from "../engine/oneCycle.js";
import { power as pow } from "../engine/python.js";
import { anything, factor, integer, lr, numbers, ratio, required, schedule, steps, word } from "./define.js";
import { composite, warmedUp } from "./fvcoreComposite.js";
import { fixedGammaOf, multiStepOf, stepOf } from "./fvcoreSteps.js";
import { above, atLeast, ofWhere, outside, paramScheduler, wholes } from "./fvcoreWhere.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

const start_value = lr("value at the start");
const ends = { start_value, end_value: required };

const constant = paramScheduler({
  name: "ConstantParamScheduler",
  params: { value: lr("the value") },
  formula: "value",
  quirks: ["Raises at the end of the run itself: t must stay below the total."],
  make: ({ value }) => {
    const at = (where: number) => (where >= 1 ? raise(outside(where)) : value);
    return { kind: "constant", edges: [atLeast(1)], at };
  },
});

const cosine = paramScheduler({
  name: "CosineParamScheduler",
  params: ends,
  formula: "end_value + (start_value − end_value) · (1 + cos(π · t / total)) / 2",
  quirks: ["Past the total it turns back: nothing is clamped."],
  make: ({ start_value: a, end_value: b }) => ({ kind: "decay", edges: wholes, at: (w) => byCosine(a, b, w) }),
});

const linear = paramScheduler({
  name: "LinearParamScheduler",
  params: ends,
  formula: "end_value · t / total + start_value · (1 − t / total)",
  quirks: ["Past the total the line goes on, also below zero."],
  make: ({ start_value: a, end_value: b }) => ({ kind: "decay", edges: [], at: (w) => byLine(a, b, w) }),
});

const exponential = paramScheduler({
  name: "ExponentialParamScheduler",
  params: { start_value, decay: factor("factor over the whole run") },
  formula: "start_value · decay^(t / total)",
  make: ({ start_value, decay }) => ({ kind: "decay", edges: [above(0)], at: (w) => start_value * pow(decay, w) }),
});

const polynomial = paramScheduler({
  name: "PolynomialDecayParamScheduler",
  params: { base_value: start_value, power: required },
  formula: "base_value · (1 − t / total)^power",
  make: ({ base_value, power }) => {
    const at = (w: number) => base_value * pow(1 - w, power);
    return { kind: "decay", edges: [atLeast(1), above(1)], at };
  },
});

const equalParts = "steps at which the next value begins; equal parts when absent";
const multiStep = paramScheduler({
  name: "MultiStepParamScheduler",
  params: {
    values: numbers("values in order"),
    num_updates: steps("steps of the run; the last milestone when absent", { default: null }),
    milestones: numbers(equalParts, { default: null }),
  },
  formula: "values[number of milestones ≤ ⌊(t / total + 1e-6) · num_updates⌋]",
  quirks: ["The last step of the run is allowed, one more raises."],
  make: (a) => multiStepOf(a.values, a.num_updates, a.milestones),
});

const num_updates = steps("steps of the run; only checked");
const step = paramScheduler({
  name: "StepParamScheduler",
  params: { num_updates, values: numbers("values, each for an equal part of the run") },
  formula: "values[⌊(t / total + 1e-6) · len(values)⌋]",
  quirks: ["Raises IndexError at the end of the run itself."],
  make({ num_updates, values }) {
    refuse(num_updates <= 0, "ValueError: Number of updates must be larger than 0");
    refuse(!values.length, "ValueError: Step scheduler requires a list of at least one param value");
    return stepOf(values);
  },
});

const drops = { num_decays: integer("number of drops"), gamma: required };
const fixedGamma = paramScheduler({
  name: "StepWithFixedGammaParamScheduler",
  params: { base_value: lr("first value"), ...drops, num_updates },
  formula: "base_value · gamma^⌊(t / total + 1e-6) · (num_decays + 1)⌋",
  quirks: ["Raises IndexError at the end of the run itself."],
  make: (a) => fixedGammaOf(a.base_value, a.num_decays, a.gamma, a.num_updates),
});

const scaling = "for each: rescaled to its own stretch, or fixed to the whole run";
const compositeScheduler = paramScheduler({
  name: "CompositeParamScheduler",
  params: {
    schedulers: required,
    lengths: numbers("share of the run of each; they sum to 1"),
    interval_scaling: anything(scaling),
  },
  formula: "schedulers[i] at the share of its own stretch (rescaled) or of the run (fixed)",
  quirks: ["A boundary belongs to the scheduler after it (by 1e-6 of the run)."],
  make: (a) => composite(a.schedulers.map(ofWhere), a.lengths, a.interval_scaling as readonly string[]),
});

const methods = { default: "linear", choices: ["linear", "constant"] };
const warmupScheduler = paramScheduler({
  id: "detectron2.solver.WarmupParamScheduler",
  aliases: ["detectron2.solver.lr_scheduler.WarmupParamScheduler"],
  source: "detectron2 main (2026-06), detectron2/solver/lr_scheduler.py",
  params: {
    scheduler: schedule("the scheduler after the warm-up"),
    warmup_factor: factor("first value as a share of the scheduler's first"),
    warmup_length: ratio("share of the run"),
    warmup_method: word("shape of the warm-up", methods),
    rescale_interval: anything("the scheduler's clock starts after the warm-up", { default: false }),
  },
  formula: "linear from warmup_factor · s(0) to s(warmup_length), then s",
  quirks: ["The warm-up aims at the value that the scheduler has at its end, not at the first one."],
  make: ({ scheduler, warmup_factor, warmup_length, warmup_method, rescale_interval }) =>
    warmedUp(ofWhere(scheduler), warmup_factor, warmup_length, warmup_method, Boolean(rescale_interval)),
});

export const paramSchedulers = [
  constant,
  cosine,
  linear,
  exponential,
  polynomial,
  multiStep,
  step,
  fixedGamma,
  compositeScheduler,
  warmupScheduler,
];
