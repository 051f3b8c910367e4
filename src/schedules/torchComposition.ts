import type { Curve } from "../engine/curve.js";
import { stepwise } from "../engine/stepwise.js";
import { countUpTo, product, scale, sequence } from "../engine/shapes.js";
import { halfCosine, decay, segments, flat } from "../engine/segments.js";
import { isScheduleCall } from "./compile.js";
import {
  defineSchedule,
  integer,
  lastEpoch,
  lr,
  numbers,
  optimizer,
  schedule,
  schedules,
  word,
  handle,
} from "./define.js";
import type { Context, ScheduleCall, ScheduleDefinition, Value } from "./define.js";
import {
  callsOf,
  eachGroup,
  groupCount,
  isInt,
  raise,
  ruleOfCall,
  torchSchedule,
  type Group,
  type GroupOf,
  type Rule,
} from "./torchRules.js";

/** What the library calls on a scheduler: its own step, and what SequentialLR does to it. */
interface Stepper {
  step(): void;
  /** _initial_step. */
  begin(): void;
  /** _update_lr(0). */
  restart(): void;
  /** recursive_undo. */
  undo(): void;
}

/** A scheduler at work on a group, constructed as the library does: with its first step made. */
function stepperOf(call: ScheduleCall, group: Group, of: GroupOf): Stepper {
  if (call.definition === sequentialLR) return sequential(call, group, of);
  if (call.definition === chainedScheduler) return chained(call, group, of);
  refusePlateau(call, "SequentialLR", 0);
  return single(ruleOfCall(call, of), group);
}

function single(rule: Rule, group: Group): Stepper {
  rule.construct?.(group);
  const base = (group.initial_lr ??= group.lr);
  const alone = rule.curve(base);
  let k = -1;
  let count = 0;
  const absolute = (t: number) => {
    if (alone.end && t >= alone.end.at) raise(alone.end.because);
    return alone.at(t);
  };
  const rate = (initial: boolean) => (rule.next ? rule.next(group.lr, k, { base, initial, count }) : absolute(k));
  const step = (initial: boolean) => {
    count++;
    k++;
    group.lr = rate(initial);
  };
  const self: Stepper = {
    step: () => step(false),
    begin() {
      count = 0;
      step(true);
    },
    restart() {
      k = 0;
      group.lr = rule.closed ? rule.closed(base, 0) : rate(false);
    },
    undo: () => k--,
  };
  self.begin();
  return self;
}

function sequential(call: ScheduleCall, group: Group, of: GroupOf): Stepper {
  const { calls, milestones } = partsOf(call.args.schedulers ?? null, call.args.milestones ?? null);
  const parts = calls.map((c) => stepperOf(c, group, of));
  let k = 0;
  const at = (t: number) => countUpTo(milestones, t);
  const undo = () => parts.forEach((p) => p.undo());
  group.lr = group.initial_lr ?? group.lr;
  undo();
  parts[at(0)]!.begin();
  const step = () => {
    k++;
    const index = at(k);
    if (index > 0 && milestones[index - 1] === k) parts[index]!.restart();
    else parts[index]!.step();
  };
  return { step, begin: step, restart: () => raise("NotImplementedError"), undo };
}

function chained(call: ScheduleCall, group: Group, of: GroupOf): Stepper {
  const parts = callsOf(call.args.schedulers ?? null, "ChainedScheduler").map((c) => stepperOf(c, group, of));
  const step = () => parts.forEach((p) => p.step());
  return { step, begin: step, restart: () => raise("NotImplementedError"), undo: () => parts.forEach((p) => p.undo()) };
}

/** The rate that steppers on one group leave behind, k times stepped. */
function stepped(base: number, context: Context, make: (group: Group) => (k: number) => void): Curve {
  let group: Group = { lr: base };
  let step = make(group);
  const first = group.lr;
  return stepwise(
    first,
    (_, k) => {
      if (k === 1) step = make((group = { lr: base }));
      step(k);
      return group.lr;
    },
    { horizon: Math.min(context.total_steps || 0, 100_000) },
  );
}

export const sequentialLR: ScheduleDefinition = defineSchedule({
  id: "torch.optim.lr_scheduler.SequentialLR",
  params: {
    optimizer,
    schedulers: schedules("the schedulers, in order"),
    milestones: numbers("steps at which the next one takes over"),
    last_epoch: lastEpoch,
    verbose: handle("older versions print each change"),
  },
  unit: "epoch",
  needs: ["initial_lr"],
  formula: "scheduler i governs from milestones[i - 1] on, with its own t starting at 0 there",
  quirks: [
    "Where a scheduler takes over, the rate jumps to that scheduler's own start: no rate carries over, unless it has no closed form.",
    "Milestone 0 skips the first scheduler.",
  ],
  source: "torch 2.15.0, torch/optim/lr_scheduler.py",
  compile: (args, context) => {
    const { calls, milestones } = partsOf(args.schedulers, args.milestones);
    const call: ScheduleCall = { kind: "schedule", definition: sequentialLR, args };
    const isAscending = milestones.every((m, i) => i === 0 || m > milestones[i - 1]!);
    return eachGroup(groupCount({}, [], context), context, (of, base) => {
      const parts = isAscending && !calls.some(isComposed) ? calls.map((c) => ruleOfCall(c, of)) : [];
      const alone = parts.length && parts.every(isAbsolute) ? inSequence(parts, milestones, base) : undefined;
      return { lr: alone ?? stepped(base, context, (group) => sequential(call, group, of).step) };
    });
  },
});

/** Each rule restarted at its milestone: the closed form there, then the recursion from that rate. Undefined when one raises. */
function inSequence(parts: Rule[], milestones: readonly number[], rate: number): Curve | undefined {
  try {
    return joined(parts, milestones, rate);
  } catch {
    return undefined;
  }
}

function joined(parts: Rule[], milestones: readonly number[], rate: number): Curve {
  const group: Group = { lr: rate };
  const bases = parts.map((p) => {
    p.construct?.(group);
    return (group.initial_lr ??= group.lr);
  });
  const first = countUpTo(milestones, 0);
  return sequence(
    parts.slice(first).map((p, i) => {
      const base = bases[i + first]!;
      const alone = p.curve(base);
      const from = i === 0 ? 0 : milestones[i + first - 1]!;
      if (i === 0 || !p.closed) return { from, curve: alone, restart: true };
      const begins = p.closed(base, 0);
      const own = alone.at(0);
      return {
        from,
        curve: p.factor && own !== 0 && begins !== own ? scale(alone, begins / own) : alone,
        restart: true,
      };
    }),
  );
}

export const chainedScheduler: ScheduleDefinition = defineSchedule({
  id: "torch.optim.lr_scheduler.ChainedScheduler",
  params: {
    schedulers: schedules("the schedulers; each step steps all of them, in this order"),
    optimizer,
  },
  unit: "epoch",
  needs: ["initial_lr"],
  formula: "every scheduler changes the rate that the one before it left",
  quirks: [
    "Recursive schedulers multiply; a LambdaLR placed later wipes what came before.",
    "A cosine with eta_min other than 0 is not a plain product.",
  ],
  source: "torch 2.15.0, torch/optim/lr_scheduler.py",
  compile: (args, context) => {
    const calls = callsOf(args.schedulers, "ChainedScheduler");
    if (!calls.length)
      raise("ValueError: ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.");
    calls.forEach((c, i) => refusePlateau(c, "ChainedScheduler", i));
    const call: ScheduleCall = { kind: "schedule", definition: chainedScheduler, args };
    return eachGroup(groupCount({}, [], context), context, (of, base) => {
      const factors = calls.map((c) => (isComposed(c) ? undefined : ruleOfCall(c, of).factor));
      if (factors.some((f) => f === undefined))
        return { lr: stepped(base, context, (group) => chained(call, group, of).step) };
      return { lr: scale((factors as Curve[]).reduce(product), base) };
    });
  },
});

export const swalr: ScheduleDefinition = torchSchedule({
  id: "torch.optim.swa_utils.SWALR",
  params: {
    swa_lr: lr("rate to go to, or a list with one per group"),
    anneal_epochs: integer("epochs on the way", { default: 10, min: 0 }),
    anneal_strategy: word("cosine or a straight line", { default: "cos", choices: ["cos", "linear"] }),
    scheduler: schedule("not an argument: the scheduler that the loop steps until swa_start", {
      default: null,
      keywordOnly: true,
    }),
    swa_start: integer("not an argument: the last epoch after which the loop steps `scheduler`", {
      default: null,
      keywordOnly: true,
    }),
  },
  perGroup: ["swa_lr"],
  inLoop: ({ scheduler, swa_start, ...args }, context) =>
    isScheduleCall(scheduler) && typeof swa_start === "number"
      ? thenSwa(scheduler, { kind: "schedule", definition: swalr, args }, swa_start, context)
      : undefined,
  formula: "lr = lr_at_start + (swa_lr - lr_at_start) · a(min(1, t / anneal_epochs))",
  quirks: [
    "It undoes its own previous blend from the rate it finds, so a scheduler acting before it shifts the start.",
    "anneal_epochs = 0 jumps to swa_lr at construction.",
  ],
  source: "torch 2.15.0, torch/optim/swa_utils.py",
  rule: (args) => {
    const { swa_lr: to, anneal_epochs: n, anneal_strategy: strategy } = args;
    if (strategy !== "cos" && strategy !== "linear")
      raise(`ValueError: anneal_strategy must be one of 'cos' or 'linear', instead got ${strategy}`);
    if (n < 0 || !isInt(args, "anneal_epochs"))
      raise(`ValueError: anneal_epochs must be equal or greater than 0, got ${n}`);
    const blend = strategy === "cos" ? (p: number) => 1 - halfCosine(p) : (p: number) => p;
    const share = (step: number) => blend(Math.max(0, Math.min(1, step / Math.max(1, n))));
    return {
      curve: (base) =>
        segments(
          decay(n, (t) => to * share(t) + base * (1 - share(t))),
          flat(Infinity, to),
        ),
      next: (rate, _, { count }) => {
        const step = n === 0 ? Math.max(1, count - 1) : count - 1;
        const before = share(step - 1);
        const start = before === 1 ? to : (rate - before * to) / (1 - before);
        return to * share(step) + start * (1 - share(step));
      },
    };
  },
});

/** One scheduler until step `from`, SWALR after it, as PyTorch's guide on weight averaging drives them. */
function thenSwa(main: ScheduleCall, swa: ScheduleCall, from: number, context: Context): Curve {
  const of: GroupOf = { index: 0, count: 1, context };
  return stepped(context.initial_lr, context, (group) => {
    const [first, second] = [stepperOf(main, group, of), stepperOf(swa, group, of)];
    return (k) => (k - 1 > from ? second : first).step();
  });
}

function partsOf(schedulers: Value, milestones: Value): { calls: ScheduleCall[]; milestones: readonly number[] } {
  const calls = callsOf(schedulers, "SequentialLR");
  const edges = Array.isArray(milestones)
    ? (milestones as number[])
    : raise("TypeError: object of type 'int' has no len()");
  if (!calls.length) raise("ValueError: SequentialLR expects at least one scheduler, but got no scheduler.");
  calls.forEach((c, i) => refusePlateau(c, "SequentialLR", i));
  if (edges.length !== calls.length - 1)
    raise(
      "ValueError: Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone " +
        `points, but got number of schedulers ${calls.length} and the number of milestones to be equal to ${edges.length}`,
    );
  return { calls, milestones: edges };
}

function refusePlateau(call: ScheduleCall, by: string, index: number): void {
  if (call.definition.id.endsWith(".ReduceLROnPlateau"))
    raise(
      `ValueError: ${by} does not support \`ReduceLROnPlateau\` scheduler as it requires additional kwargs to be specified ` +
        `when calling \`step\`, but got one at index ${index} in the given schedulers sequence.`,
    );
}

const isComposed = (call: ScheduleCall) => call.definition === sequentialLR || call.definition === chainedScheduler;
const isAbsolute = (rule: Rule) => rule.next === undefined || rule.closed !== undefined;
