import { int, repr } from "../engine/python.js";
import { constant } from "../engine/shapes.js";
import { compileSchedule } from "./compile.js";
import { defineSchedule, factor, integer, lastEpoch, lr, optimizer, power, steps, word } from "./define.js";
import type { ScheduleDefinition } from "./define.js";
import * as factors from "./lambdaFactors.js";
import { lambdaSchedule, raise } from "./torchRules.js";

const names = (name: string) => ({
  id: `diffusers.optimization.${name}`,
  aliases: [`diffusers.${name}`, `diffusers.training_utils.${name}`],
  source: "diffusers 0.42.1, optimization.py",
});
const num_warmup_steps = steps("steps of linear warm-up from 0", { min: 0 });
const num_training_steps = steps("steps of the whole run", { min: 1 });
const fromZero = "With a warm-up the very first step has a rate of 0.";

const getConstantSchedule = lambdaSchedule({
  ...names("get_constant_schedule"),
  params: {},
  formula: "lr = base_lr",
  factor: () => constant(1),
});

const getConstantScheduleWithWarmup = lambdaSchedule({
  ...names("get_constant_schedule_with_warmup"),
  params: { num_warmup_steps },
  formula: "lr = base_lr · min(1, t / num_warmup_steps)",
  quirks: [fromZero],
  factor: (a) => factors.warmupThenConstant(a.num_warmup_steps),
});

const getPiecewiseConstantSchedule = lambdaSchedule({
  ...names("get_piecewise_constant_schedule"),
  params: { step_rules: word('factor and the step it holds before, "1:10,0.1:20,0.01"; the last one holds for good') },
  formula: "lr = base_lr · the factor of the first rule whose step is above t",
  quirks: ["Rules need not be sorted; of two with the same step the later counts."],
  factor: (a) => {
    const rules = a.step_rules.split(",");
    const pairs = rules.slice(0, -1).map((rule) => {
      const parts = rule.split(":");
      if (parts.length !== 2)
        raise(
          `ValueError: ${parts.length < 2 ? "not enough values to unpack (expected 2, got 1)" : "too many values to unpack (expected 2)"}`,
        );
      return [wholeNumber(parts[1]!), number(parts[0]!)] as const;
    });
    return factors.piecewiseRules(pairs, number(rules.at(-1)!));
  },
});

const getLinearScheduleWithWarmup = lambdaSchedule({
  ...names("get_linear_schedule_with_warmup"),
  params: {
    num_warmup_steps,
    num_training_steps,
    last_epoch: lastEpoch,
    f_min: factor("factor at the end", { default: 0 }),
    f_max: factor("factor after the warm-up", { default: 1 }),
  },
  formula: "lr = base_lr · f_max · t / num_warmup_steps, then straight down to base_lr · f_min",
  quirks: [fromZero],
  factor: (a) => factors.warmupThenLinear(a.num_warmup_steps, a.num_training_steps, a.f_min, a.f_max),
});

const getCosineScheduleWithWarmup = lambdaSchedule({
  ...names("get_cosine_schedule_with_warmup"),
  params: {
    num_warmup_steps,
    num_training_steps,
    num_cycles: factor("periods of the cosine; 0.5 goes once from top to bottom", { default: 0.5 }),
  },
  formula: "lr = base_lr · t / num_warmup_steps, then base_lr · (1 + cos(2π · num_cycles · p)) / 2",
  quirks: [fromZero, "Past num_training_steps the cosine climbs again."],
  factor: (a) => factors.warmupThenCosine(a.num_warmup_steps, a.num_training_steps, a.num_cycles),
});

const getCosineWithHardRestarts = lambdaSchedule({
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

const getPolynomialDecay = lambdaSchedule({
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

const byType: Readonly<Record<string, ScheduleDefinition>> = {
  linear: getLinearScheduleWithWarmup,
  cosine: getCosineScheduleWithWarmup,
  cosine_with_restarts: getCosineWithHardRestarts,
  polynomial: getPolynomialDecay,
  constant: getConstantSchedule,
  constant_with_warmup: getConstantScheduleWithWarmup,
  piecewise_constant: getPiecewiseConstantSchedule,
};

const getScheduler = defineSchedule({
  ...names("get_scheduler"),
  params: {
    name: word("which schedule", { choices: Object.keys(byType) }),
    optimizer,
    step_rules: word("rules of piecewise_constant", { default: null }),
    num_warmup_steps: steps("steps of warm-up, where the schedule has one", { default: null, min: 0 }),
    num_training_steps: steps("steps of the whole run", { default: null, min: 1 }),
    num_cycles: integer("cosines of cosine_with_restarts", { default: 1, min: 1 }),
    power: power("power of polynomial", { default: 1 }),
    last_epoch: lastEpoch,
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "the schedule that `name` names",
  quirks: ["num_cycles reaches cosine_with_restarts alone: a plain cosine ignores it."],
  compile: (a, context) => {
    const definition = Object.hasOwn(byType, a.name)
      ? byType[a.name]!
      : raise(`ValueError: '${a.name}' is not a valid SchedulerType`);
    const passed = ["num_warmup_steps", "num_training_steps", "last_epoch", "step_rules"] as const;
    const own =
      a.name === "cosine_with_restarts"
        ? (["num_cycles"] as const)
        : a.name === "polynomial"
          ? (["power"] as const)
          : [];
    const args: Record<string, number | string> = {};
    for (const key of [...passed, ...own]) {
      const spec = definition.params[key];
      if (!spec) continue;
      if (a[key] === null && spec.default === undefined)
        raise(
          key === "step_rules"
            ? "AttributeError: 'NoneType' object has no attribute 'split'"
            : `ValueError: SchedulerType.${a.name.toUpperCase()} requires \`${key}\`, please provide that argument.`,
        );
      args[key] = a[key];
    }
    return compileSchedule(definition, args, context);
  },
});

function number(text: string): number {
  const trimmed = text.trim();
  const value = trimmed === "" ? NaN : Number(trimmed);
  return Number.isNaN(value) ? raise(`ValueError: could not convert string to float: ${repr(text)}`) : value;
}

function wholeNumber(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) raise(`ValueError: invalid literal for int() with base 10: ${repr(text)}`);
  return int(Number(text));
}

export const diffusers: readonly ScheduleDefinition[] = [...Object.values(byType), getScheduler];
