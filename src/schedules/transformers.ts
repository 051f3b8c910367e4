import { repr } from "../engine/python.js";
import { constant } from "../engine/shapes.js";
import { compileSchedule } from "./compile.js";
import {
  anything,
  defineSchedule,
  factor,
  integer,
  lastEpoch,
  lr,
  optimizer,
  power,
  ratio,
  steps,
  word,
} from "./define.js";
import type { Args, ScheduleDefinition, Value } from "./define.js";
import { greedyParams, greedySchedule } from "./greedy.js";
import * as factors from "./lambdaFactors.js";
import { reduceLROnPlateau } from "./torch.js";
import { lambdaSchedule, raise } from "./torchRules.js";

const names = (name: string) => ({
  id: `transformers.${name}`,
  aliases: [`transformers.optimization.${name}`],
  source,
});
const source = "transformers 5.23.0, optimization.py";
const num_warmup_steps = steps("steps of linear warm-up from 0", { min: 0 });
const num_training_steps = steps("steps of the whole run", { min: 1 });
const num_cycles = factor("periods of the cosine; 0.5 goes once from top to bottom", { default: 0.5 });
const fromZero = "With a warm-up the very first step has a rate of 0.";
const risesAgain = "Past num_training_steps the cosine climbs again.";

export const getConstantSchedule = lambdaSchedule({
  ...names("get_constant_schedule"),
  params: {},
  formula: "lr = base_lr",
  factor: () => constant(1),
});

export const getConstantScheduleWithWarmup = lambdaSchedule({
  ...names("get_constant_schedule_with_warmup"),
  params: { num_warmup_steps },
  formula: "lr = base_lr · min(1, t / num_warmup_steps)",
  quirks: [fromZero],
  factor: (a) => factors.warmupThenConstant(a.num_warmup_steps),
});

export const getLinearScheduleWithWarmup = lambdaSchedule({
  ...names("get_linear_schedule_with_warmup"),
  params: { num_warmup_steps, num_training_steps },
  formula:
    "lr = base_lr · t / num_warmup_steps, then base_lr · (num_training_steps - t) / (num_training_steps - num_warmup_steps)",
  quirks: [fromZero],
  factor: (a) => factors.warmupThenLinear(a.num_warmup_steps, a.num_training_steps),
});

export const getCosineScheduleWithWarmup = lambdaSchedule({
  ...names("get_cosine_schedule_with_warmup"),
  params: { num_warmup_steps, num_training_steps, num_cycles },
  formula: "lr = base_lr · t / num_warmup_steps, then base_lr · (1 + cos(2π · num_cycles · p)) / 2",
  quirks: [fromZero, risesAgain],
  factor: (a) => factors.warmupThenCosine(a.num_warmup_steps, a.num_training_steps, a.num_cycles),
});

export const getCosineWithHardRestarts = lambdaSchedule({
  ...names("get_cosine_with_hard_restarts_schedule_with_warmup"),
  params: {
    num_warmup_steps,
    num_training_steps,
    num_cycles: integer("cosines, one after the other", { default: 1, min: 1 }),
  },
  formula: "lr = base_lr · t / num_warmup_steps, then base_lr · (1 + cos(π · (num_cycles · p mod 1))) / 2",
  quirks: [fromZero],
  factor: (a) => factors.warmupThenRestarts(a.num_warmup_steps, a.num_training_steps, a.num_cycles),
});

export const getPolynomialDecay = lambdaSchedule({
  ...names("get_polynomial_decay_schedule_with_warmup"),
  params: {
    num_warmup_steps,
    num_training_steps,
    lr_end: lr("rate at the end of the run", { default: 1e-7, min: 0 }),
    power: power("1 is a straight line", { default: 1 }),
  },
  formula: "lr = base_lr · t / num_warmup_steps, then (base_lr - lr_end) · (1 - p)^power + lr_end",
  quirks: [fromZero, "num_warmup_steps = num_training_steps divides by zero when the warm-up ends."],
  factor: (a, { initial_lr }) => {
    if (!(initial_lr > a.lr_end))
      raise(`ValueError: lr_end (${repr(a.lr_end)}) must be smaller than initial lr (${repr(initial_lr)})`);
    return factors.warmupThenPolynomial(a.num_warmup_steps, a.num_training_steps, initial_lr, a.lr_end, a.power);
  },
});

export const getInverseSqrtSchedule = lambdaSchedule({
  ...names("get_inverse_sqrt_schedule"),
  params: {
    num_warmup_steps,
    timescale: steps("steps over which the rate falls to 1/√2; num_warmup_steps, or 10,000 without warm-up", {
      default: null,
    }),
  },
  formula: "lr = base_lr · t / num_warmup_steps, then base_lr · √(timescale / (t - num_warmup_steps + timescale))",
  quirks: [fromZero],
  factor: (a) =>
    factors.warmupThenInverseSqrt(a.num_warmup_steps, (a.timescale as number | null) ?? (a.num_warmup_steps || 10_000)),
});

const minima = {
  min_lr: lr("lowest rate; exactly one of min_lr and min_lr_rate", { default: null, min: 0 }),
  min_lr_rate: ratio("lowest rate relative to base_lr", { default: null, min: 0, max: 1 }),
};
function lowest(a: { min_lr: number | null; min_lr_rate: number | null }, initial: number): number {
  if (a.min_lr !== null && a.min_lr_rate !== null) raise("ValueError: Only one of min_lr or min_lr_rate should be set");
  if (a.min_lr !== null) return a.min_lr / initial;
  return (
    a.min_lr_rate ?? raise("ValueError: One of min_lr or min_lr_rate should be set through the `lr_scheduler_kwargs`")
  );
}

export const getCosineWithMinLr = lambdaSchedule({
  ...names("get_cosine_with_min_lr_schedule_with_warmup"),
  params: { num_warmup_steps, num_training_steps, num_cycles, last_epoch: lastEpoch, ...minima },
  formula: "lr = base_lr · t / num_warmup_steps, then between base_lr and min_lr by (1 + cos(2π · num_cycles · p)) / 2",
  quirks: [fromZero, risesAgain],
  factor: (a, { initial_lr }) =>
    factors.warmupThenCosine(a.num_warmup_steps, a.num_training_steps, a.num_cycles, lowest(a, initial_lr)),
});

export const getCosineWithMinLrAhead = lambdaSchedule({
  ...names("get_cosine_with_min_lr_schedule_with_warmup_lr_rate"),
  params: {
    num_warmup_steps,
    num_training_steps,
    num_cycles,
    last_epoch: lastEpoch,
    ...minima,
    warmup_lr_rate: ratio("rate at the first step relative to base_lr", { default: null, min: 0 }),
  },
  formula: "lr = base_lr · (t + 1) / num_warmup_steps, then between base_lr and min_lr by a cosine",
  quirks: ["It is one step ahead of get_cosine_with_min_lr_schedule_with_warmup: the first step is not 0.", risesAgain],
  factor: (a, { initial_lr }) => {
    const start = a.warmup_lr_rate as number | null;
    return factors.aheadThenCosine(
      a.num_warmup_steps,
      a.num_training_steps,
      a.num_cycles,
      lowest(a, initial_lr),
      start,
    );
  },
});

const curves = ["linear", "cosine", "1-sqrt"];
export const getWsdSchedule = lambdaSchedule({
  ...names("get_wsd_schedule"),
  params: {
    num_warmup_steps,
    num_decay_steps: steps("steps of decay at the end", { min: 0 }),
    num_training_steps: steps("steps of the whole run", { default: null, min: 1 }),
    num_stable_steps: steps("steps at the full rate; what is left of the run when None", { default: null, min: 0 }),
    warmup_type: word("form of the warm-up", { default: "linear", choices: curves }),
    decay_type: word("form of the decay", { default: "cosine", choices: curves }),
    min_lr_ratio: ratio("lowest rate relative to base_lr", { default: 0, min: 0, max: 1 }),
    num_cycles,
  },
  formula: "warm-up from min_lr_ratio, base_lr while stable, decay to min_lr_ratio · base_lr",
  quirks: [
    "The warm-up starts at min_lr_ratio, not at 0.",
    "num_stable_steps counts when both it and num_training_steps are given.",
    "A warm-up and a decay longer than the run together cut into the decay: the rate jumps.",
  ],
  factor: (a) => {
    const [run, given] = [a.num_training_steps as number | null, a.num_stable_steps as number | null];
    if (run === null && given === null)
      raise("ValueError: Either num_training_steps or num_stable_steps must be specified.");
    for (const [what, type] of [
      ["warmup", a.warmup_type],
      ["decay", a.decay_type],
    ] as const)
      if (!curves.includes(type))
        raise(`ValueError: Unknown ${what} type: ${type}, expected 'linear', 'cosine' or '1-sqrt'`);
    const stable = given ?? run! - a.num_warmup_steps - a.num_decay_steps;
    const lengths = [a.num_warmup_steps, stable, a.num_decay_steps] as const;
    return factors.warmupStableDecay(lengths, [a.warmup_type, a.decay_type], a.min_lr_ratio, a.num_cycles);
  },
});

export const getReduceOnPlateau: ScheduleDefinition = {
  ...reduceLROnPlateau,
  ...names("get_reduce_on_plateau_schedule"),
};

export const getGreedySchedule = greedySchedule({
  ...names("get_greedy_schedule"),
  params: { optimizer, ...greedyParams },
});
export const greedyLR = greedySchedule({
  id: "transformers.optimization.GreedyLR",
  aliases: ["transformers.GreedyLR"],
  source,
  params: { optimizer, ...greedyParams },
});

const byType: Readonly<Record<string, ScheduleDefinition>> = {
  linear: getLinearScheduleWithWarmup,
  cosine: getCosineScheduleWithWarmup,
  cosine_with_restarts: getCosineWithHardRestarts,
  polynomial: getPolynomialDecay,
  constant: getConstantSchedule,
  constant_with_warmup: getConstantScheduleWithWarmup,
  inverse_sqrt: getInverseSqrtSchedule,
  reduce_lr_on_plateau: getReduceOnPlateau,
  cosine_with_min_lr: getCosineWithMinLr,
  cosine_warmup_with_min_lr: getCosineWithMinLrAhead,
  warmup_stable_decay: getWsdSchedule,
  greedy: getGreedySchedule,
};

export const getScheduler = defineSchedule({
  ...names("get_scheduler"),
  params: {
    name: word("which schedule", { choices: Object.keys(byType) }),
    optimizer,
    num_warmup_steps: steps("steps of warm-up, where the schedule has one", { default: null, min: 0 }),
    num_training_steps: steps("steps of the whole run", { default: null, min: 1 }),
    scheduler_specific_kwargs: anything("further arguments of that schedule", { default: null }),
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "the schedule that `name` names",
  compile: ({ name, ...a }, context) => {
    const definition = typeof name === "string" && Object.hasOwn(byType, name) ? byType[name]! : unknown(name);
    const args: Record<string, Value | undefined> = {};
    for (const key of ["num_warmup_steps", "num_training_steps"] as const) {
      if (!(key in definition.params)) continue;
      if (a[key] === null && definition.params[key]!.default === undefined)
        raise(`ValueError: SchedulerType.${constantName(name)} requires \`${key}\`, please provide that argument.`);
      args[key] = a[key];
    }
    const extra = ["constant", "constant_with_warmup"].includes(name)
      ? {}
      : extraArgs(a.scheduler_specific_kwargs, definition);
    return compileSchedule(definition, { ...args, ...extra }, context);
  },
});

/** The enum member's name: REDUCE_ON_PLATEAU stands for "reduce_lr_on_plateau". */
const constantName = (name: string) => (name === "reduce_lr_on_plateau" ? "REDUCE_ON_PLATEAU" : name.toUpperCase());

function unknown(name: string): never {
  const list = Object.keys(byType).map((n) => `'${n}'`);
  return raise(`ValueError: ${name} is not a valid SchedulerType, please select one of [${list.join(", ")}]`);
}

/** A dict of further arguments, refused where the function does not take them. */
export function extraArgs(kwargs: Value, definition: ScheduleDefinition): Args {
  const entries = kwargs instanceof Map ? [...(kwargs as ReadonlyMap<Value, Value>)] : [];
  const name = definition.id.slice(definition.id.lastIndexOf(".") + 1);
  for (const [key] of entries)
    if (typeof key !== "string" || !(key in definition.params))
      raise(`TypeError: ${name}() got an unexpected keyword argument ${repr(key)}`);
  return Object.fromEntries(entries as [string, Value][]);
}

export const transformers: readonly ScheduleDefinition[] = [...new Set(Object.values(byType)), greedyLR, getScheduler];
