import { int, repr } from "../engine/python.js";
import { compileSchedule } from "./compile.js";
import { defineSchedule, factor, integer, optimizer, power, steps, word } from "./define.js";
import type { Compiled, Context, ScheduleDefinition } from "./define.js";
import * as factors from "./lambdaFactors.js";
import { fromZero, lambdaSchedules, warm } from "./lambdaSchedules.js";
import { lambdaSchedule, raise } from "./torchRules.js";
import { lengthsFor } from "./transformers.js";

const names = (name: string) => ({
  id: `diffusers.optimization.${name}`,
  aliases: [`diffusers.${name}`, `diffusers.training_utils.${name}`],
  source: "diffusers 0.42.1, optimization.py",
});

const getPiecewiseConstantSchedule = lambdaSchedule({
  ...names("get_piecewise_constant_schedule"),
  params: { step_rules: word('factor and the step it holds before, "1:10,0.1:20,0.01"; the last one holds for good') },
  formula: "lr = base_lr · the factor of the first rule whose step is above t",
  quirks: ["Rules need not be sorted; of two with the same step the later counts."],
  factor({ step_rules }) {
    const rules = step_rules.split(",");
    return factors.piecewiseRules(rules.slice(0, -1).map(ruleOf), number(rules.at(-1)!));
  },
});

/** "0.1:20": 0.1 until step 20. */
function ruleOf(rule: string): readonly [until: number, factor: number] {
  const parts = rule.split(":");
  if (parts.length < 2) raise("ValueError: not enough values to unpack (expected 2, got 1)");
  if (parts.length > 2) raise("ValueError: too many values to unpack (expected 2)");
  return [wholeNumber(parts[1]!), number(parts[0]!)];
}

const ends = {
  f_min: factor("factor at the end", { default: 0 }),
  f_max: factor("factor after the warm-up", { default: 1 }),
};
const getLinearScheduleWithWarmup = lambdaSchedule({
  ...names("get_linear_schedule_with_warmup"),
  params: { ...warm, last_epoch: -1, ...ends },
  formula: "lr = base_lr · f_max · t / num_warmup_steps, then straight down to base_lr · f_min",
  quirks: [fromZero],
  factor: (a) => factors.warmupThenLinear(a.num_warmup_steps, a.num_training_steps, a.f_min, a.f_max),
});

const { cosine, cosine_with_restarts, polynomial, constant, constant_with_warmup } = lambdaSchedules(names);
const byType: Readonly<Record<string, ScheduleDefinition>> = {
  linear: getLinearScheduleWithWarmup,
  cosine,
  cosine_with_restarts,
  polynomial,
  constant,
  constant_with_warmup,
  piecewise_constant: getPiecewiseConstantSchedule,
};

const getScheduler = defineSchedule({
  ...names("get_scheduler"),
  params: {
    name: word("which schedule", { choices: Object.keys(byType) }),
    optimizer,
    step_rules: word("rules of piecewise_constant", { default: null }),
    num_warmup_steps: steps("steps of warm-up, where the schedule has one", { default: null, min: 0 }),
    num_training_steps: null,
    num_cycles: integer("cosines of cosine_with_restarts", { default: 1, min: 1 }),
    power: power("power of polynomial", { default: 1 }),
    last_epoch: -1,
  },
  needs: ["initial_lr"],
  formula: "the schedule that `name` names",
  quirks: ["num_cycles reaches cosine_with_restarts alone: a plain cosine ignores it."],
  compile: (a, context) => chosen(a, context),
});

interface Choice {
  readonly name: string;
  readonly num_cycles: number;
  readonly power: number;
  readonly step_rules: string;
  readonly num_warmup_steps: number;
  readonly num_training_steps: number;
  readonly last_epoch: number;
}
function chosen({ name, num_cycles, power, ...a }: Choice, context: Context): Compiled {
  const known = Object.hasOwn(byType, name) ? byType[name] : undefined;
  const definition = known ?? raise(`ValueError: '${name}' is not a valid SchedulerType`);
  const own = name === "cosine_with_restarts" ? { num_cycles } : name === "polynomial" ? { power } : {};
  const { num_warmup_steps, num_training_steps, last_epoch, step_rules } = a;
  const given = { num_warmup_steps, num_training_steps, last_epoch, step_rules, ...own };
  const args = lengthsFor(definition, given, (key) => {
    if (key === "step_rules") raise("AttributeError: 'NoneType' object has no attribute 'split'");
    raise(`ValueError: SchedulerType.${name.toUpperCase()} requires \`${key}\`, please provide that argument.`);
  });
  return compileSchedule(definition, args, context);
}

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
