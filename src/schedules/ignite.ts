import type { Curve } from "../engine/curve.js";
import { repr } from "../engine/python.js";
import { halfCosine } from "../engine/segments.js";
import { compileCall, compileSchedule, isScheduleCall } from "./compile.js";
import { anything, factor, flag, handle, lr, numbers, optimizer, schedule, schedules, steps, word } from "./define.js";
import type { Compiled, Context, ParamSpec, ScheduleCall, ScheduleDefinition, Value } from "./define.js";
import { cyclical } from "./igniteCycles.js";
import { interpolated, pairsOf } from "./igniteLines.js";
import { afterLine, concatenated, isIgnite, wrapped } from "./igniteWrapped.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { reduceLROnPlateau } from "./torch.js";
import { forEachGroup } from "./torchGroups.js";
import { isInt, raise, written } from "./torchRules.js";

const homes = ["ignite.handlers.", "ignite.handlers.param_scheduler."];
const igniteSchedule = library({
  homes: [...homes, ...homes.map((home) => home.replace(".", ".contrib."))],
  source: "pytorch-ignite 0.5.5, ignite/handlers/param_scheduler.py",
});
const param_name = word("which setting of the optimizer is driven", { default: "lr" });
const save_history = handle("log the values");
const param_group_index = handle("the parameter group that is driven; all when None");
const ofGroup = { save_history, param_group_index };

const cyclicParams = {
  optimizer,
  param_name,
  start_value: lr("value at the start of a cycle"),
  end_value: lr("value at the middle, or at the end"),
  cycle_size: steps("events of the first cycle", { min: 2 }),
  cycle_mult: factor("each cycle is this times as long as the one before", { default: 1, min: 0 }),
  start_value_mult: factor("start_value is multiplied by this after each cycle", { default: 1 }),
  end_value_mult: factor("end_value is multiplied by this after each cycle", { default: 1 }),
  warmup_duration: steps("events from end_value back to start_value after each cycle", { default: 0, min: 0 }),
  ...ofGroup,
};
const monotonic = flag("from start to end only, then a jump back", { default: false, keywordOnly: true });

const linearCyclicalScheduler = igniteSchedule({
  name: "LinearCyclicalScheduler",
  params: { ...cyclicParams, monotonic },
  formula:
    "lr = end + (start - end) · |2 · t / cycle_size - 1|, or start + (end - start) · t / cycle_size when monotonic",
  quirks: ["A cycle goes from start to end and back unless monotonic."],
  rule(a) {
    const both = "warmup_duration > 0 and monotonic=False, please use either set warmup_duration=0 or monotonic=True";
    const invalid = a.cycle_size >= 2 && a.warmup_duration > 0 && !a.monotonic;
    refuse(invalid, `ValueError: Invalid combination when ${both}`);
    return cyclical(a, a.monotonic ? (p) => p : (p) => 1 - Math.abs(p - 0.5) * 2, !a.monotonic);
  },
});

const cosineAnnealingScheduler = igniteSchedule({
  name: "CosineAnnealingScheduler",
  params: cyclicParams,
  formula: "lr = start + (end - start) · (1 - cos(π · t / cycle_size)) / 2",
  quirks: ["The rate jumps back to start_value at the end of each cycle, unless warmup_duration leads it there."],
  rule: (a) => cyclical(a, (p) => 1 - halfCosine(p), false),
});

const milestones_values = anything("pairs of event and value, in ascending order");
const piecewiseLinear = igniteSchedule({
  name: "PiecewiseLinear",
  params: { optimizer, param_name, milestones_values, ...ofGroup },
  formula: "straight lines between the milestones, flat outside",
  rule: (a) => interpolated(pairsOf(a.milestones_values)),
});

const use_legacy = flag("attached to ITERATION_COMPLETED", { default: false });
const lrScheduler = igniteSchedule({
  name: "LRScheduler",
  params: { lr_scheduler: schedule("a PyTorch scheduler"), save_history, use_legacy },
  needs: ["initial_lr"],
  formula: "get_lr() of the PyTorch scheduler, before each update",
  quirks: ["Recursive schedulers come out one step early: ExponentialLR starts at base_lr · gamma."],
  rule: (a, context) => aroundTorch(a.lr_scheduler, a.use_legacy ? 1 : 0, context),
});

function aroundTorch(call: Value, ahead: number, context: Context): Compiled {
  const what = "TypeError: Argument lr_scheduler should be a subclass of torch.optim.lr_scheduler.LRScheduler";
  if (!isScheduleCall(call) || isIgnite(call)) raise(what);
  return forEachGroup(context, (_, base) => ({ lr: wrapped(call, { ...context, initial_lr: base }, ahead).curve }));
}

const concatScheduler = igniteSchedule({
  name: "ConcatScheduler",
  params: {
    schedulers: schedules("the schedulers, in order"),
    durations: numbers("events of each but the last"),
    save_history,
  },
  formula: "scheduler i for durations[i] events, each counting its own events from 0",
  rule: (a, context) => inOrder(a.schedulers, a.durations, context),
});

function inOrder(calls: readonly ScheduleCall[], durations: readonly number[], context: Context): Curve {
  const n = calls.length;
  refuse(n < 2, "ValueError: Argument schedulers should be of more than one parameter schedulers");
  const whole = `ValueError: Argument durations should be list/tuple of integers, but given ${repr(durations)}`;
  refuse(!durations.every((d) => Number.isInteger(d)), whole);
  const given = `given ${n} and ${durations.length}`;
  refuse(n !== durations.length + 1, `ValueError: Incorrect number schedulers or duration values, ${given}`);
  const foreign = calls.findIndex((call) => !isScheduleCall(call) || !isIgnite(call));
  refuse(foreign >= 0, `TypeError: Value at index ${foreign} of schedulers should be a parameter scheduler`);
  return concatenated(
    calls.map((call) => compileCall(call, context).lr),
    durations,
  );
}

const createLrSchedulerWithWarmup = igniteSchedule({
  name: "create_lr_scheduler_with_warmup",
  params: {
    lr_scheduler: schedule("an ignite or PyTorch scheduler"),
    warmup_start_value: lr("rate at the start"),
    warmup_duration: steps("events of warm-up", { min: 2 }),
    warmup_end_value: lr("rate at the end of the warm-up; the optimizer's when None", { default: null }),
    save_history,
    output_simulated_values: handle("list to be filled"),
  },
  needs: ["initial_lr"],
  formula: "a straight line from warmup_start_value to warmup_end_value, then lr_scheduler",
  quirks: ["Where the warm-up would end on the scheduler's own first rate, one event is left out."],
  rule: (a, context) => warmedUp(a, a.lr_scheduler, context),
});

interface WarmUp {
  readonly warmup_start_value: number;
  readonly warmup_duration: number;
  readonly warmup_end_value: number | null;
}
function warmedUp(a: WarmUp, call: Value, context: Context): Compiled {
  const { warmup_start_value: start, warmup_duration: n, warmup_end_value: end } = a;
  refuse(typeof start !== "number", "TypeError: unsupported operand type(s) for -");
  const either = "a subclass of torch.optim.lr_scheduler.LRScheduler or ParamScheduler";
  if (!isScheduleCall(call)) raise(`TypeError: Argument lr_scheduler should be ${either}`);
  const duration = "Argument warmup_duration should be";
  const whole = isInt(a, "warmup_duration");
  refuse(!whole, `TypeError: ${duration} integer, but given ${written(a, "warmup_duration")}`);
  refuse(!(n > 1), `ValueError: ${duration} at least 2 events, but given ${n}`);
  return forEachGroup(context, (_, base) => ({ lr: afterLine(call, { ...context, initial_lr: base }, start, end, n) }));
}

const { optimizer: _, verbose: __, ...plateauParams } = reduceLROnPlateau.params;
const reduceLROnPlateauScheduler = igniteSchedule({
  name: "ReduceLROnPlateauScheduler",
  unit: "epoch",
  params: {
    optimizer,
    metric_name: word("which metric"),
    trainer: handle("the trainer"),
    ...ofGroup,
    ...(plateauParams as Readonly<Record<string, ParamSpec>>),
  },
  needs: ["initial_lr"],
  formula: reduceLROnPlateau.formula,
  quirks: [...(reduceLROnPlateau.quirks ?? []), "min_lr is dropped unless param_group_index is given."],
  rule(args: Readonly<Record<string, Value>>, context) {
    const passed = Object.fromEntries(Object.keys(plateauParams).map((name) => [name, args[name]]));
    const ofOne = args.param_group_index ?? null;
    return compileSchedule(reduceLROnPlateau, { ...passed, ...(ofOne === null && { min_lr: 0 }) }, context);
  },
});

const paramGroupScheduler = igniteSchedule({
  name: "ParamGroupScheduler",
  params: {
    schedulers: schedules("one scheduler per parameter group"),
    names: handle("names in the log"),
    save_history,
  },
  needs: ["initial_lr"],
  formula: "scheduler i drives parameter group i",
  rule: (a, context) => oneForEach(a.schedulers, context),
});

function oneForEach(calls: readonly ScheduleCall[], context: Context): Compiled {
  const known = calls.length && calls.every((call) => isScheduleCall(call) && isIgnite(call));
  refuse(!known, "ValueError: Argument schedulers should be a list/tuple of parameter schedulers");
  const [lr, ...groups] = calls.map((call) => compileCall(call, context).lr);
  return { lr: lr!, ...(groups.length && { groups }) };
}

export const ignite: readonly ScheduleDefinition[] = [
  linearCyclicalScheduler,
  cosineAnnealingScheduler,
  piecewiseLinear,
  concatScheduler,
  lrScheduler,
  createLrSchedulerWithWarmup,
  paramGroupScheduler,
  reduceLROnPlateauScheduler,
];
