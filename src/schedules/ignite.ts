import type { Curve } from "../engine/curve.js";
import { divide, repr } from "../engine/python.js";
import { halfCosine, segments } from "../engine/segments.js";
import { constant, countUpTo, firstAbove, sequence } from "../engine/shapes.js";
import { stepwise } from "../engine/stepwise.js";
import { compileCall, compileSchedule, isScheduleCall } from "./compile.js";
import {
  anything,
  defineSchedule,
  factor,
  flag,
  handle,
  lr,
  numbers,
  optimizer,
  schedule,
  schedules,
  steps,
  word,
  writtenAsFloat,
} from "./define.js";
import type { Context, Definition, ParamSpec, ScheduleCall, ScheduleDefinition, TypedArgs, Value } from "./define.js";
import { reduceLROnPlateau } from "./torch.js";
import { cosineAnnealingWarmRestarts } from "./torchCycles.js";
import { eachGroup, groupCount, isInt, raise, ruleOfCall, type Group, type Rule } from "./torchRules.js";

const names = (name: string) => ({
  id: `ignite.handlers.${name}`,
  aliases: [
    `ignite.handlers.param_scheduler.${name}`,
    `ignite.contrib.handlers.${name}`,
    `ignite.contrib.handlers.param_scheduler.${name}`,
  ],
  source: "pytorch-ignite 0.5.5, ignite/handlers/param_scheduler.py",
  unit: "step" as const,
});
const param_name = word("which setting of the optimizer is driven", { default: "lr" });
const save_history = handle("log the values");
const param_group_index = handle("the parameter group that is driven; all when None");

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
  save_history,
  param_group_index,
};
type Cyclic = TypedArgs<typeof cyclicParams>;

/** One cycle: when it starts, its length, the way back after it, how many went before. */
interface Cycle {
  readonly from: number;
  readonly size: number;
  readonly back: number;
  readonly n: number;
}

const mostCycles = 100_000;

/** `shape` gives 0 at start_value and 1 at end_value, for progress in [0, 1]. */
function cyclical(a: Cyclic, shape: (p: number) => number, middle: boolean): Curve {
  if (a.cycle_size < 2)
    raise(`ValueError: Argument cycle_size should be positive and larger than 1, but given ${repr(a.cycle_size)}`);
  const cycles: Cycle[] = [{ from: 0, size: a.cycle_size, back: a.warmup_duration, n: 0 }];
  const starts = [0];
  const cycleAt = (t: number): Cycle => {
    for (;;) {
      const last = cycles[cycles.length - 1]!;
      const length = last.size + last.back;
      // The counter is compared with the length for equality: a fraction is never met, and an empty cycle has no progress.
      if (!Number.isInteger(length) || last.size <= 0 || t < last.from + length || cycles.length > mostCycles) break;
      const [size, back] = [Math.trunc(last.size * a.cycle_mult), Math.trunc(last.back * a.cycle_mult)];
      if (size === last.size && back === last.back) {
        const more = Math.floor((t - last.from) / length);
        return { from: last.from + more * length, size, back, n: last.n + more };
      }
      cycles.push({ from: last.from + length, size, back, n: last.n + 1 });
      starts.push(last.from + length);
    }
    return cycles[Math.max(0, countUpTo(starts, t) - 1)]!;
  };
  const at = (t: number) => {
    const { from, size, back, n } = cycleAt(t);
    const event = t - from;
    const end = a.end_value * a.end_value_mult ** n;
    if (event > size) {
      const start = a.start_value * a.start_value_mult ** (Number.isInteger(size) ? n + 1 : n);
      return end + (start - end) * divide(event - size, back);
    }
    const start = a.start_value * a.start_value_mult ** (event === size && back > 0 ? n + 1 : n);
    return start + (end - start) * shape(divide(event, size));
  };
  const nextBreak = (t: number) => {
    const { from, size, back } = cycleAt(t);
    const marks = [...(middle ? [from + Math.ceil(size / 2)] : []), from + Math.floor(size), from + size + back];
    return Math.min(
      ...marks.filter((m) => m > t),
      ...(size + back > 0 && Number.isInteger(size + back) ? [] : [Infinity]),
    );
  };
  return endingWhereEmpty(segments({ kind: "cycle", to: Infinity, lr: at, breaks: nextBreak }), a, cycleAt);
}

/** Cycles that shrink to nothing, or whose length is a fraction, divide by zero. */
function endingWhereEmpty(c: Curve, a: Cyclic, cycleAt: (t: number) => Cycle): Curve {
  if (!Number.isInteger(a.cycle_size + a.warmup_duration))
    return a.warmup_duration
      ? c
      : { ...c, end: { at: Math.floor(a.cycle_size) + 1, because: "ZeroDivisionError: division by zero" } };
  if (a.cycle_mult >= 1) return c;
  const last = cycleAt(Number.MAX_SAFE_INTEGER);
  return last.size <= 0 ? { ...c, end: { at: last.from, because: "ZeroDivisionError: division by zero" } } : c;
}

const linearCyclicalScheduler = defineSchedule({
  ...names("LinearCyclicalScheduler"),
  params: {
    ...cyclicParams,
    monotonic: flag("from start to end only, then a jump back", { default: false, keywordOnly: true }),
  },
  formula:
    "lr = end + (start - end) · |2 · t / cycle_size - 1|, or start + (end - start) · t / cycle_size when monotonic",
  quirks: ["A cycle goes from start to end and back unless monotonic."],
  compile: (a) => {
    if (a.cycle_size >= 2 && a.warmup_duration > 0 && !a.monotonic)
      raise(
        "ValueError: Invalid combination when warmup_duration > 0 and monotonic=False, " +
          "please use either set warmup_duration=0 or monotonic=True",
      );
    return cyclical(a, a.monotonic ? (p) => p : (p) => 1 - Math.abs(p - 0.5) * 2, !a.monotonic);
  },
});

const cosineAnnealingScheduler = defineSchedule({
  ...names("CosineAnnealingScheduler"),
  params: cyclicParams,
  formula: "lr = start + (end - start) · (1 - cos(π · t / cycle_size)) / 2",
  quirks: ["The rate jumps back to start_value at the end of each cycle, unless warmup_duration leads it there."],
  compile: (a) => cyclical(a, (p) => 1 - halfCosine(p), false),
});

const piecewiseLinear = defineSchedule({
  ...names("PiecewiseLinear"),
  params: {
    optimizer,
    param_name,
    milestones_values: anything("pairs of event and value, in ascending order"),
    save_history,
    param_group_index,
  },
  formula: "straight lines between the milestones, flat outside",
  compile: ({ milestones_values }) => interpolated(pairsOf(milestones_values)),
});

function pairsOf(value: Value): (readonly [number, number])[] {
  if (!Array.isArray(value)) raise("TypeError: Argument milestones_values should be a list or tuple");
  const list = value as Value[];
  if (!list.length)
    raise(`ValueError: Argument milestones_values should be with at least one value, but given ${repr(value)}`);
  const pairs: (readonly [number, number])[] = [];
  for (const pair of list) {
    if (!Array.isArray(pair) || pair.length !== 2)
      raise("ValueError: Argument milestones_values should be a list of pairs (milestone, param_value)");
    const [milestone, lrThere] = pair as [number, number];
    if (typeof lrThere !== "number") raise("TypeError: unsupported operand type(s) for -");
    if (!Number.isInteger(milestone))
      raise("TypeError: Value of a milestone should be integer, but given <class 'float'>");
    const before = pairs.at(-1)?.[0];
    if (before !== undefined && milestone < before)
      raise(
        `ValueError: Milestones should be increasing integers, but given ${milestone} is smaller than the previous milestone ${before}`,
      );
    pairs.push([milestone, lrThere]);
  }
  return pairs;
}

function interpolated(pairs: readonly (readonly [number, number])[]): Curve {
  const edges = pairs.map(([milestone]) => milestone);
  const values = pairs.map(([, value]) => value);
  const at = (t: number) => {
    const i = countUpTo(edges, t) - 1;
    if (i < 0) return values[0]!;
    if (i === edges.length - 1) return values[i]!;
    return values[i]! + ((values[i + 1]! - values[i]!) * (t - edges[i]!)) / (edges[i + 1]! - edges[i]!);
  };
  return { at, nextBreak: (t) => firstAbove(edges, t), phases: [] };
}

const isIgnite = (call: ScheduleCall) => call.definition.id.startsWith("ignite.");

/** ignite's LRScheduler around a PyTorch one: get_lr() is called before each update, `ahead` of the scheduler's own count. */
function wrapped(call: ScheduleCall, context: Context, ahead: number): { curve: Curve; constructed: number } {
  const of = { index: 0, count: 1, context };
  const rule = ruleOfCall(call, of);
  const group: Group = { lr: context.initial_lr };
  rule.construct?.(group);
  const base = (group.initial_lr ??= group.lr);
  const alone = rule.curve(base);
  const constructed = rule.next ? rule.next(group.lr, 0, { base, initial: true, count: 1 }) : alone.at(0);
  // CosineAnnealingWarmRestarts advances its own cycle inside get_lr, so it is one step early whatever the count says.
  const offset = call.definition === cosineAnnealingWarmRestarts ? 1 : ahead;
  const get = (rate: number, k: number) => step(rule, alone, rate, k, base);
  if (!rule.next)
    return {
      constructed,
      curve: { ...alone, at: (t) => alone.at(t + offset), nextBreak: (t) => alone.nextBreak(t + offset) - offset },
    };
  const horizon = Math.min(context.total_steps || 0, 10_000);
  try {
    return { constructed, curve: stepwise(get(constructed, offset), (rate, t) => get(rate, t + offset), { horizon }) };
  } catch (error) {
    return { constructed, curve: { ...constant(NaN), end: { at: 0, because: (error as Error).message } } };
  }
}

const step = (rule: Rule, alone: Curve, rate: number, k: number, base: number) =>
  rule.next ? rule.next(rate, k, { base, initial: false, count: 1 }) : alone.at(k);

const lrScheduler = defineSchedule({
  ...names("LRScheduler"),
  params: {
    lr_scheduler: schedule("a PyTorch scheduler"),
    save_history,
    use_legacy: flag("attached to ITERATION_COMPLETED", { default: false }),
  },
  needs: ["initial_lr"],
  formula: "get_lr() of the PyTorch scheduler, before each update",
  quirks: ["Recursive schedulers come out one step early: ExponentialLR starts at base_lr · gamma."],
  compile: ({ lr_scheduler, use_legacy }, context) => {
    const call = torchCall(lr_scheduler, "LRScheduler");
    return eachGroup(groupCount({}, [], context), context, (_, base) => ({
      lr: wrapped(call, { ...context, initial_lr: base }, use_legacy ? 1 : 0).curve,
    }));
  },
});

function torchCall(value: Value, who: string): ScheduleCall {
  if (!isScheduleCall(value) || isIgnite(value))
    raise(`TypeError: Argument lr_scheduler should be a subclass of torch.optim.lr_scheduler.${who}`);
  return value;
}

const concatScheduler = defineSchedule({
  ...names("ConcatScheduler"),
  params: {
    schedulers: schedules("the schedulers, in order"),
    durations: numbers("events of each but the last"),
    save_history,
  },
  formula: "scheduler i for durations[i] events, each counting its own events from 0",
  compile: ({ schedulers, durations }, context) => {
    const calls = Array.isArray(schedulers) ? schedulers : raise("TypeError: Argument schedulers should be a sequence");
    if (calls.length < 2) raise("ValueError: Argument schedulers should be of more than one parameter schedulers");
    if (!Array.isArray(durations)) raise("TypeError: Argument durations should be list/tuple");
    if (!durations.every((d) => Number.isInteger(d)))
      raise(`ValueError: Argument durations should be list/tuple of integers, but given ${repr(durations)}`);
    if (calls.length !== durations.length + 1)
      raise(
        `ValueError: Incorrect number schedulers or duration values, given ${calls.length} and ${durations.length}`,
      );
    calls.forEach((c, i) => {
      if (!isScheduleCall(c) || !isIgnite(c))
        raise(`TypeError: Value at index ${i} of schedulers should be a parameter scheduler`);
    });
    return concatenated(
      calls.map((c) => compileCall(c, context).lr),
      durations,
    );
  },
});

/** A duration is looked at before an event: 0 skips only the first scheduler, and one entered with none left stays for good. */
function concatenated(curves: readonly Curve[], durations: readonly number[]): Curve {
  const parts: { from: number; curve: Curve; restart: true }[] = [];
  let from = 0;
  for (const [i, curve] of curves.entries()) {
    const duration = durations[i] ?? -1;
    if (i === 0 && duration === 0) continue;
    parts.push({ from, curve, restart: true });
    if (duration <= 0) break;
    from += duration;
  }
  return sequence(parts);
}

const createLrSchedulerWithWarmup = defineSchedule({
  ...names("create_lr_scheduler_with_warmup"),
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
  compile: (args, context) => {
    const { lr_scheduler: call, warmup_start_value: start, warmup_duration: n } = args;
    if (typeof start !== "number") raise("TypeError: unsupported operand type(s) for -");
    if (!isScheduleCall(call))
      raise(
        "TypeError: Argument lr_scheduler should be a subclass of torch.optim.lr_scheduler.LRScheduler or ParamScheduler",
      );
    if (!isInt(args, "warmup_duration"))
      raise(
        `TypeError: Argument warmup_duration should be integer, but given ${repr(n, args[writtenAsFloat]?.has("warmup_duration"))}`,
      );
    if (!(n > 1)) raise(`ValueError: Argument warmup_duration should be at least 2 events, but given ${n}`);
    return eachGroup(groupCount({}, [], context), context, (_, base) => {
      const own = { ...context, initial_lr: base };
      const foreign = isIgnite(call) ? undefined : wrapped(call, own, 1);
      const after = foreign?.curve ?? compileCall(call, own).lr;
      const end = (args.warmup_end_value as number | null) ?? foreign?.constructed ?? base;
      const first = foreign?.constructed ?? after.at(0);
      const line: (readonly [number, number])[] = [
        [0, start],
        [n - 1, end],
      ];
      if (foreign && first !== end) line.push([n, first]);
      if (!foreign && first === end)
        line.splice(1, 1, ...(n > 2 ? [[n - 2, end - (end - start) / (n - 1)] as const] : []));
      const from = line.at(-1)![0] + 1;
      return {
        lr: sequence([
          { from: 0, curve: interpolated(line), kind: "warmup" },
          { from, curve: after, restart: true },
        ]),
      };
    });
  },
});

const { optimizer: _, verbose: __, ...plateauParams } = reduceLROnPlateau.params as Record<string, ParamSpec>;
const reduceLROnPlateauScheduler = defineSchedule({
  ...names("ReduceLROnPlateauScheduler"),
  unit: "epoch",
  params: {
    optimizer,
    metric_name: word("which metric"),
    trainer: handle("the trainer"),
    save_history,
    param_group_index: handle("the parameter group that is driven; all when None"),
    ...plateauParams,
  } as Readonly<Record<string, ParamSpec>>,
  needs: ["initial_lr"],
  formula: reduceLROnPlateau.formula,
  quirks: [...(reduceLROnPlateau.quirks ?? []), "min_lr is dropped unless param_group_index is given."],
  compile: (args, context) => {
    const passed = Object.fromEntries(
      Object.keys(plateauParams).map((name) => [name, (args as Record<string, Value>)[name]]),
    );
    const group = (args as Record<string, Value>).param_group_index;
    return compileSchedule(
      reduceLROnPlateau,
      { ...passed, min_lr: group === null || group === undefined ? 0 : passed.min_lr },
      context,
    );
  },
} as Definition<Readonly<Record<string, ParamSpec>>>);

const paramGroupScheduler = defineSchedule({
  ...names("ParamGroupScheduler"),
  params: {
    schedulers: schedules("one scheduler per parameter group"),
    names: handle("names in the log"),
    save_history,
  },
  needs: ["initial_lr"],
  formula: "scheduler i drives parameter group i",
  compile: ({ schedulers }, context) => {
    const calls = Array.isArray(schedulers)
      ? schedulers
      : raise("TypeError: Argument schedulers should be a list/tuple");
    if (!calls.length || !calls.every((c) => isScheduleCall(c) && isIgnite(c)))
      raise("ValueError: Argument schedulers should be a list/tuple of parameter schedulers");
    const all = calls.map((c) => compileCall(c, context).lr);
    return { lr: all[0]!, ...(all.length > 1 && { groups: all.slice(1) }) };
  },
});

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
