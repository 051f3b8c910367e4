import { factor, lr, numbers, ratio, required, steps, defineSchedule } from "./define.js";
import type { Params, ScheduleDefinition } from "./define.js";
import { alone, family, head, identity, made, tail, usual, type Make } from "./mmengineFamily.js";
import { paramSchedulers } from "./mmengineList.js";
import { onPlateau } from "./mmenginePlateau.js";
import {
  INF,
  constantRule,
  cosineRestartRule,
  cosineRule,
  exponentialRule,
  linearRule,
  lowest,
  multiStepRule,
  oneCycleRule,
  polyRule,
  quadraticRule,
  stepRule,
  type Lowest,
} from "./mmengineRules.js";

const phases = { pct_start: 0.3, anneal_strategy: "cos", div_factor: 25, final_div_factor: 1e4, three_phase: false };
const share = (value: number) => ({ default: value, min: 0, max: 1 });
const etas = {
  eta_min: lr("lowest value", { default: null }),
  eta_min_ratio: ratio("lowest value as a share of the initial one", { default: null }),
};

const classes = [
  ...family({
    name: "Constant",
    params: { factor: factor("factor while active", share(1 / 3)) },
    formula: "lr · factor for begin ≤ t < end − 1, then lr",
    quirks: ["Without end the factor stays for ever; with end = begin + 1 it is never taken back."],
    rule: ({ factor }, { total }) => constantRule(factor, total),
  }),
  ...family({
    name: "Linear",
    params: {
      start_factor: factor("factor at begin", share(1 / 3)),
      end_factor: factor("factor at end − 1", share(1)),
    },
    formula: "lr · (start_factor + (end_factor − start_factor) · (t − begin) / (end − begin − 1))",
    quirks: [
      "end_factor is reached at end − 1, one step earlier than in PyTorch.",
      "start_factor = 0 is accepted and then divides by zero.",
    ],
    rule: ({ start_factor, end_factor }, { total }) => linearRule(start_factor, end_factor, total),
  }),
  ...family({
    name: "Step",
    params: { step_size: required, gamma: 0.1 },
    scaled: ["step_size"],
    formula: "lr · gamma^⌊(t − begin) / step_size⌋",
    rule: ({ step_size, gamma }) => stepRule(step_size, gamma),
  }),
  ...family({
    name: "MultiStep",
    params: { milestones: numbers("steps of the drops, counted from begin"), gamma: 0.1 },
    tail: tail(["last_step", "begin", "end", "by_epoch", "verbose"]),
    scaled: ["milestones"],
    formula: "lr · gamma^(number of milestones ≤ t − begin)",
    quirks: ["Milestones count from begin; those at or after end do nothing."],
    rule: ({ milestones, gamma }) => multiStepRule(milestones, gamma),
  }),
  ...family({
    name: "Exponential",
    params: { gamma: factor("factor per step") },
    formula: "lr · gamma^(t − begin)",
    rule: ({ gamma }) => exponentialRule(gamma),
  }),
  ...family({
    name: "CosineAnnealing",
    params: {
      T_max: steps("steps of half a cosine; end − begin when absent", { default: null }),
      eta_min: etas.eta_min,
    },
    tail: { ...usual, eta_min_ratio: etas.eta_min_ratio },
    scaled: ["T_max"],
    formula: "eta_min + (lr − eta_min) · (1 + cos(π · (t − begin) / T_max)) / 2",
    quirks: [
      "Without T_max the last active step stops one step short of eta_min.",
      "Past T_max the value rises again.",
    ],
    rule: (a, { begin, end }) => cosineRule(a.T_max || end - begin, lowest(a as unknown as Lowest, false)),
  }),
  ...family({
    name: "Poly",
    params: { eta_min: lr("final value", { default: 0 }), power: 1 },
    formula: "eta_min + (lr − eta_min) · (1 − (t − begin) / (end − begin − 1))^power",
    rule: ({ eta_min, power }, { total }) => polyRule(eta_min, power, total),
  }),
  ...family({
    name: "CosineRestart",
    params: {
      periods: numbers("lengths of the cycles"),
      restart_weights: numbers("height of each cycle", { default: [1] }),
      ...etas,
    },
    scaled: ["periods"],
    formula: "eta_min + (weight · lr − eta_min) · (1 + cos(π · t_cycle / period)) / 2",
    quirks: ["Past the last period the value stays where it is."],
    rule: (a) => cosineRestartRule(a.periods, a.restart_weights, lowest(a, true)),
  }),
  ...family({
    name: "OneCycle",
    kinds: ["LR", "ParamScheduler"],
    params: {
      eta_max: lr("peak value", { default: 0 }),
      total_steps: steps("steps of the cycle; end − begin when absent", { default: null }),
      ...phases,
    },
    scaled: ["total_steps"],
    formula: "eta_max / div_factor → eta_max over pct_start, then to eta_max / div_factor / final_div_factor",
    quirks: [
      "The optimizer's rate is ignored.",
      "One step more than total_steps is allowed and extrapolates; the next raises.",
    ],
    rule: (a, { begin, end }) => oneCycleRule(a, a.total_steps ?? end - begin),
  }),
];

/** mmdet's own warm-up, named in its configurations. */
const quadratic = (["LR", "Momentum", "ParamScheduler"] as const).map((kind) => {
  const name = `QuadraticWarmup${kind}`;
  const make: Make = (_, { begin, end }) => quadraticRule(end >= INF ? INF : end - begin);
  const definition = defineSchedule({
    ...identity(name, kind),
    id: `mmdet.engine.schedulers.${name}`,
    aliases: [`mmdet.${name}`, `mmdet.engine.schedulers.quadratic_warmup.${name}`],
    source: "mmdetection 3.3.0, mmdet/engine/schedulers/quadratic_warmup.py",
    params: { ...head(kind), ...usual } as Params,
    formula: "lr · ((t − begin + 1) / (end − begin))² while active",
    compile: (args, context) => alone(make, args, context, kind === "Momentum"),
  });
  made.set(definition, { make, scaled: [] });
  return definition;
});

export const mmengine: readonly ScheduleDefinition[] = [...classes, ...quadratic, ...onPlateau, paramSchedulers];
