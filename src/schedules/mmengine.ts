import { assert } from "../engine/python.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  flag,
  handle,
  integer,
  lr,
  numbers,
  optimizer,
  power,
  ratio,
  real,
  steps,
  word,
  type Compiled,
  type Context,
  type LiveSchedule,
  type Params,
  type ScheduleDefinition,
  type TypedArgs,
  type Value,
} from "./define.js";
import { bindArguments, isScheduleCall } from "./compile.js";
import { metricDriven, plateau } from "./plateau.js";
import {
  INF,
  active,
  combined,
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
  type Active,
  type Rule,
} from "./mmengineRules.js";

const source = "mmengine 0.10.7, mmengine/optim/scheduler/param_scheduler.py";
const span = {
  begin: integer("first active step", { default: 0 }),
  end: integer("first step no longer active", { default: INF }),
  last_step: integer("last completed step when resuming; -1 for a fresh run", { default: -1 }),
  by_epoch: flag("a step is an epoch, not an iteration", { default: true }),
  verbose: handle("prints each change"),
};
const tail = (order: readonly (keyof typeof span)[]) => Object.fromEntries(order.map((name) => [name, span[name]]));
const usual = tail(["begin", "end", "last_step", "by_epoch", "verbose"]);

type Lengths = { begin: number; end: number; total: number };
type Make = (args: never, lengths: Lengths) => Rule;

/** How a definition acts within a list of schedulers, and which of its parameters count epochs when converted to iterations. */
const made = new Map<ScheduleDefinition, { make: Make; scaled: readonly string[] }>();

interface Family<P extends Params> {
  /** `Cosine…` of CosineAnnealingLR, CosineAnnealingMomentum, CosineAnnealingParamScheduler. */
  readonly name: string;
  readonly params: P;
  /** The `begin, end, …` that follow, in this class's own order. */
  readonly tail?: Params;
  readonly formula: string;
  readonly quirks?: readonly string[];
  /** Parameters in epochs that convert_to_iter_based multiplies. */
  readonly scaled?: readonly string[];
  readonly kinds?: readonly ("LR" | "Momentum" | "ParamScheduler")[];
  readonly rule: (args: TypedArgs<P>, lengths: Lengths) => Rule;
}

function family<P extends Params>({
  name,
  params,
  tail = usual,
  rule,
  scaled = [],
  kinds = ["LR", "Momentum", "ParamScheduler"],
  ...rest
}: Family<P>): ScheduleDefinition[] {
  return kinds.map((kind) => {
    const definition = defineSchedule({
      ...identity(name + kind, kind),
      ...rest,
      quirks: [
        ...(rest.quirks ?? []),
        "Acts on the current value from begin up to end; afterwards the last value stays.",
      ],
      params: { ...head(kind), ...params, ...tail } as Params,
      compile: (args, context) => alone(rule as Make, args, context, kind === "Momentum"),
    });
    made.set(definition, { make: rule as Make, scaled });
    return definition;
  });
}

const head = (kind: string): Params => ({
  optimizer,
  ...(kind === "ParamScheduler" && {
    param_name: word("the group's key that is driven", { choices: ["lr", "momentum", "weight_decay"] }),
  }),
});
const homes = { LR: "lr_scheduler", Momentum: "momentum_scheduler", ParamScheduler: "param_scheduler" };
function identity(name: string, kind: keyof typeof homes) {
  return {
    id: `mmengine.optim.${name}`,
    aliases: [`mmengine.optim.scheduler.${name}`, `mmengine.optim.scheduler.${homes[kind]}.${name}`],
    needs: ["initial_lr"] as const,
    unit: "epoch" as const,
    source,
    ...(kind === "Momentum" && { quantity: "momentum" as const }),
  };
}

function alone(make: Make, args: Readonly<Record<string, unknown>>, context: Context, momentum: boolean): Compiled {
  const curveOf = (base: number) => combined([ruleOf(make, args)], base, 0, context);
  if (momentum) return { lr: curveOf(context.momentum ?? 0.9) };
  const rates = context.group_lrs?.length ? context.group_lrs : [context.initial_lr];
  const [first, ...groups] = rates.map(curveOf);
  return { lr: first!, ...(groups.length > 0 && { groups }) };
}

function ruleOf(make: Make, args: Readonly<Record<string, unknown>>): Active {
  const { begin, end, by_epoch, last_step } = args as {
    begin: number;
    end: number;
    by_epoch: boolean;
    last_step: number;
  };
  if (last_step >= 0)
    throw new Raises("KeyError: param 'initial_lr' is not specified in param_groups[0] when resuming an optimizer");
  return active(make(args as never, { begin, end, total: end - begin - 1 }), begin, end, by_epoch);
}

const gamma = factor("factor of a drop", { default: 0.1 });
const etas = {
  eta_min: lr("lowest value", { default: null }),
  eta_min_ratio: ratio("lowest value as a share of the initial one", { default: null }),
};

const classes = [
  ...family({
    name: "Constant",
    params: { factor: factor("factor while active", { default: 1 / 3, min: 0, max: 1 }) },
    formula: "lr · factor for begin ≤ t < end − 1, then lr",
    quirks: ["Without end the factor stays for ever; with end = begin + 1 it is never taken back."],
    rule: ({ factor }, { total }) => constantRule(factor, total),
  }),
  ...family({
    name: "Linear",
    params: {
      start_factor: factor("factor at begin", { default: 1 / 3, min: 0, max: 1 }),
      end_factor: factor("factor at end − 1", { default: 1, min: 0, max: 1 }),
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
    params: { step_size: steps("steps between drops"), gamma },
    scaled: ["step_size"],
    formula: "lr · gamma^⌊(t − begin) / step_size⌋",
    rule: ({ step_size, gamma }) => stepRule(step_size, gamma),
  }),
  ...family({
    name: "MultiStep",
    params: { milestones: numbers("steps of the drops, counted from begin"), gamma },
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
    rule: (a, { begin, end }) => {
      const { eta_min, eta_min_ratio } = a as unknown as { eta_min: number | null; eta_min_ratio: number | null };
      return cosineRule(a.T_max || end - begin, lowest(eta_min, eta_min_ratio, false));
    },
  }),
  ...family({
    name: "Poly",
    params: { eta_min: lr("final value", { default: 0 }), power: power("exponent", { default: 1 }) },
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
    rule: (a) => cosineRestartRule(a.periods, a.restart_weights, lowest(a.eta_min, a.eta_min_ratio, true)),
  }),
  ...family({
    name: "OneCycle",
    kinds: ["LR", "ParamScheduler"],
    params: {
      eta_max: lr("peak value", { default: 0 }),
      total_steps: steps("steps of the cycle; end − begin when absent", { default: null }),
      pct_start: ratio("rising share", { default: 0.3, min: 0, max: 1 }),
      anneal_strategy: word("shape of the phases", { default: "cos", choices: ["cos", "linear"] }),
      div_factor: factor("eta_max / first value", { default: 25 }),
      final_div_factor: factor("first value / last value", { default: 1e4 }),
      three_phase: flag("fall back to the first value before the last phase", { default: false }),
    },
    scaled: ["total_steps"],
    formula: "eta_max / div_factor → eta_max over pct_start, then to eta_max / div_factor / final_div_factor",
    quirks: [
      "The optimizer's rate is ignored.",
      "One step more than total_steps is allowed and extrapolates; the next raises.",
    ],
    rule: (a, { begin, end }) =>
      oneCycleRule({
        max: a.eta_max,
        total: a.total_steps ?? end - begin,
        pct: a.pct_start,
        strategy: a.anneal_strategy,
        div: a.div_factor,
        finalDiv: a.final_div_factor,
        three: a.three_phase,
      }),
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

const onPlateau = (["LR", "Momentum", "ParamScheduler"] as const).map((kind) =>
  defineSchedule({
    ...identity(`ReduceOnPlateau${kind}`, kind),
    params: {
      ...(head(kind) as { optimizer: typeof optimizer }),
      monitor: word("name of the metric", { default: "loss" }),
      rule: word("whether less or greater is better", { default: "less", choices: ["less", "greater"] }),
      factor: factor("factor of a reduction", { default: 0.1 }),
      patience: steps("epochs without improvement that are tolerated", { default: 10 }),
      threshold: real("least improvement that counts", { default: 1e-4, min: 0 }),
      threshold_rule: word("relative or absolute threshold", { default: "rel", choices: ["rel", "abs"] }),
      cooldown: steps("epochs of rest after a reduction", { default: 0 }),
      min_value: anything("floor, or one per group", { default: 0 }),
      eps: real("smaller changes are not made", { default: 1e-8 }),
      begin: span.begin,
      end: span.end,
      last_step: span.last_step,
      by_epoch: span.by_epoch,
      verbose: span.verbose,
    },
    formula: "lr · factor after more than `patience` epochs without improvement of `monitor`",
    quirks: ["The epoch is counted before the metric is fed, so begin = 1 still hears the first one."],
    compile(a, context) {
      if (a.end <= a.begin)
        throw new Raises(`ValueError: end should be larger than begin, but got begin=${a.begin}, end=${a.end}`);
      assert(a.by_epoch, `Now ReduceOnPlateau${kind} only support by_epoch=True`);
      if (a.factor >= 1) throw new Raises("ValueError: Factor should be < 1.0.");
      if (a.threshold < 0) throw new Raises(`ValueError: threshold ${a.threshold} should be >= 0.`);
      const mode = { less: "min", greater: "max" }[a.rule] ?? a.rule;
      const min_lr = Array.isArray(a.min_value) ? (a.min_value[0] as number) : (a.min_value as number);
      const base = kind === "Momentum" ? (context.momentum ?? 0.9) : context.initial_lr;
      const start = plateau(base, { ...a, mode, threshold_mode: a.threshold_rule, min_lr });
      return metricDriven(() => during(start(), a.begin, a.end), context);
    },
  }),
);

/** Hears the metric of epoch i (from 1) only while begin ≤ i < end. */
function during(inner: LiveSchedule, begin: number, end: number): LiveSchedule {
  let epoch = 0;
  return {
    get lr() {
      return inner.lr;
    },
    step: (metric) => (++epoch >= begin && epoch < end ? inner.step(metric) : undefined),
  };
}

/**
 * A Runner's `param_scheduler`: one dict or a list, with `convert_to_iter_based`, and `end` defaulting to the run's length.
 * The curve counts iterations.
 */
const list = defineSchedule({
  id: "mmengine.param_scheduler",
  aliases: ["mmengine:param_scheduler", "openmmlab:param_scheduler"],
  params: {
    param_scheduler: anything("one scheduler or a list of them, as dicts with `type`"),
    max_epochs: integer("epochs of the run (train_cfg)", { default: null }),
    max_iters: steps("iterations of the run (train_cfg)", { default: null }),
    epoch_length: integer("len(train_dataloader)", { default: null }),
  },
  needs: ["initial_lr", "steps_per_epoch", "epochs"],
  unit: "step",
  formula: "each scheduler in turn acts on the current rate, per iteration or per epoch",
  quirks: [
    "end defaults to the run's length here, not to infinity.",
    "Schedulers multiply: each goes on from the rate that the others left.",
  ],
  source: "mmengine 0.10.7, mmengine/runner/runner.py _build_param_scheduler",
  compile({ param_scheduler, ...run }, context) {
    const length = Math.max(1, run.epoch_length ?? context.steps_per_epoch ?? 1);
    const iterations = run.max_iters ?? (run.max_epochs ?? context.epochs) * length;
    const epochs = run.max_epochs ?? (run.max_iters === null ? context.epochs : Math.ceil(run.max_iters / length));
    const items = (Array.isArray(param_scheduler) ? param_scheduler : [param_scheduler]) as readonly Value[];
    const rules = items.flatMap((item) => itemRule(item, length, { epochs, iterations }) ?? []);
    const rates = context.group_lrs?.length ? context.group_lrs : [context.initial_lr];
    const [first, ...groups] = rates.map((rate) =>
      combined(rules, rate, length, { ...context, total_steps: iterations }),
    );
    return { lr: first!, ...(groups.length > 0 && { groups }) };
  },
});

function itemRule(item: Value, length: number, run: { epochs: number; iterations: number }): Active | undefined {
  const given = isScheduleCall(item)
    ? { ...item.args }
    : Object.fromEntries(item instanceof Map ? (item as Map<string, Value>) : []);
  const { type, convert_to_iter_based, ...args } = given;
  const definition = isScheduleCall(item) ? item.definition : named(String(type));
  if (!definition) throw new Raises(`KeyError: ${String(type)} is not in the parameter scheduler registry`);
  const how = made.get(definition);
  if (!how || definition.quantity === "momentum") return undefined;
  const byEpoch = args.by_epoch !== false;
  args.end ??= byEpoch ? run.epochs : run.iterations;
  if (!convert_to_iter_based) return ruleOf(how.make, bindArguments(definition, args));
  if (!byEpoch)
    throw new Raises("AssertionError: Only epoch-based kwargs whose `by_epoch=True` can be converted to iter-based.");
  for (const name of ["begin", ...(args.end === INF ? [] : ["end"]), ...how.scaled])
    args[name] = times(args[name], length);
  return ruleOf(how.make, bindArguments(definition, { ...args, by_epoch: false }));
}
function times(value: Value | undefined, length: number): Value | undefined {
  if (Array.isArray(value)) return value.map((v) => (v as number) * length);
  return typeof value === "number" ? value * length : value;
}
function named(type: string): ScheduleDefinition | undefined {
  const short = type.slice(type.lastIndexOf(".") + 1);
  return mmengine.find((d) => d.id.endsWith(`.${short}`));
}

export const mmengine: readonly ScheduleDefinition[] = [...classes, ...quadratic, ...onPlateau, list];
