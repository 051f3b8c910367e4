import { factor, optimizer, rateFunction, required } from "./define.js";
import type { Compiled, Context, ScheduleDefinition } from "./define.js";
import { metricDriven, oneEach, plateau, plateauParams, type PlateauRule } from "./plateau.js";
import { chainedScheduler, sequentialLR } from "./torchComposition.js";
import { cosineAnnealingWarmRestarts, cyclicLR } from "./torchCycles.js";
import { constantRule, cosineRule, exponentialRule, lambdaRule, linearRule } from "./torchFormulas.js";
import { multiStepRule, multiplicativeRule, polynomialRule, stepRule } from "./torchFormulas.js";
import { oneCycleLR } from "./torchOneCycle.js";
import { eachGroup, groupCount, oneGroup } from "./torchGroups.js";
import { torchClass, torchSchedule } from "./torchRules.js";
import { swalr } from "./torchSwa.js";

const id = (name: string) => `torch.optim.lr_scheduler.${name}`;
const share = { default: 1 / 3, min: 0, max: 1 };

export const lambdaLR = torchSchedule({
  id: id("LambdaLR"),
  params: { lr_lambda: rateFunction("factor for a step, or a list with one function per group") },
  perGroup: ["lr_lambda"],
  formula: "lr = base_lr · lr_lambda(t)",
  quirks: ["Overwrites what another scheduler of the same optimizer set."],
  rule: ({ lr_lambda }, group) => lambdaRule(lr_lambda, group),
});

export const multiplicativeLR = torchSchedule({
  id: id("MultiplicativeLR"),
  params: { lr_lambda: rateFunction("factor on the rate so far, for a step, or a list with one function per group") },
  perGroup: ["lr_lambda"],
  formula: "lr(t) = lr(t - 1) · lr_lambda(t)",
  quirks: ["lr_lambda(0) is never called."],
  rule: ({ lr_lambda }, group) => multiplicativeRule(lr_lambda, group),
});

export const stepLR = torchSchedule({
  id: id("StepLR"),
  params: { step_size: required, gamma: 0.1 },
  formula: "lr = base_lr · gamma^⌊t / step_size⌋",
  rule: (a) => stepRule(a.step_size, a.gamma),
});

export const multiStepLR = torchSchedule({
  id: id("MultiStepLR"),
  params: { milestones: required, gamma: 0.1 },
  formula: "lr = base_lr · gamma^(number of milestones ≤ t)",
  quirks: ["A milestone listed twice counts twice, their order does not matter, and milestone 0 acts at once."],
  rule: (a) => multiStepRule(a.milestones, a.gamma),
});

export const constantLR = torchSchedule({
  id: id("ConstantLR"),
  params: { factor: factor("the rate is multiplied by this until total_iters", share), total_iters: 5 },
  formula: "lr = base_lr · factor while t < total_iters, then base_lr",
  quirks: [
    "With total_iters = 0 the rate stays at base_lr · factor for ever.",
    "factor = 0 divides by zero at total_iters.",
  ],
  rule: (a) => constantRule(a.factor, a.total_iters),
});

export const linearLR = torchSchedule({
  id: id("LinearLR"),
  params: {
    start_factor: factor("factor at the start", { ...share, above: true }),
    end_factor: factor("factor at the end", { ...share, default: 1 }),
    total_iters: 5,
  },
  formula: "lr = base_lr · (start_factor + (end_factor - start_factor) · min(t, total_iters) / total_iters)",
  quirks: ["With total_iters = 0 the rate stays at start_factor."],
  rule: (a) => linearRule(a.start_factor, a.end_factor, a.total_iters),
});

export const exponentialLR = torchSchedule({
  id: id("ExponentialLR"),
  params: { gamma: factor("the rate is multiplied by this every step", { min: 0 }) },
  formula: "lr = base_lr · gamma^t",
  rule: (a) => exponentialRule(a.gamma),
});

export const polynomialLR = torchSchedule({
  id: id("PolynomialLR"),
  params: { total_iters: 5, power: 1 },
  formula: "lr = base_lr · (1 - min(t, total_iters) / total_iters)^power",
  quirks: ["There is no floor: the rate is 0 from total_iters on.", "With total_iters = 0 the rate is constant."],
  rule: (a) => polynomialRule(a.total_iters, a.power),
});

export const cosineAnnealingLR = torchSchedule({
  id: id("CosineAnnealingLR"),
  params: { T_max: required, eta_min: 0 },
  formula: "lr = eta_min + (base_lr - eta_min) · (1 + cos(π · t / T_max)) / 2",
  quirks: ["Past T_max the rate climbs again: one period is 2 · T_max.", "An eta_min above base_lr is accepted."],
  rule: (a) => cosineRule(a.T_max, a.eta_min),
});

export const reduceLROnPlateau = torchClass({
  name: "ReduceLROnPlateau",
  params: { optimizer, ...plateauParams, verbose: null },
  formula: "lr = max(lr · factor, min_lr) after more than patience epochs without improvement",
  quirks: [
    "NaN counts as no improvement.",
    "With a negative best and threshold_mode='rel' a slightly worse metric counts as better.",
    "A change of at most eps is not made.",
  ],
  rule: (rule, context) => reducing(rule, context),
});

function reducing(rule: PlateauRule, context: Context): Compiled {
  const count = groupCount(rule, ["min_lr"], context);
  if (rule.factor < 1) oneEach(rule.min_lr, "min_lr", count);
  return eachGroup(count, context, (group, base) =>
    metricDriven(plateau(base, oneGroup(rule, ["min_lr"], group)), context),
  );
}

export const torch: readonly ScheduleDefinition[] = [
  lambdaLR,
  multiplicativeLR,
  stepLR,
  multiStepLR,
  constantLR,
  linearLR,
  exponentialLR,
  polynomialLR,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  cyclicLR,
  oneCycleLR,
  reduceLROnPlateau,
  sequentialLR,
  chainedScheduler,
  swalr,
];
