import type { Curve } from "../engine/curve.js";
import { countUpTo } from "../engine/shapes.js";
import { stepwise } from "../engine/stepwise.js";
import type { Args, Context, ScheduleCall, Value } from "./define.js";
import { refuse } from "./refuse.js";
import { type GroupOf } from "./torchGroups.js";
import { callsOf, raise, ruleOfCall, type Group, type Rule } from "./torchRules.js";

/** What the library calls on a scheduler: its own step, and what SequentialLR does to it. */
interface Stepper {
  step(): void;
  /** _initial_step. */
  begin(): void;
  /** _update_lr(0). */
  restart(): void;
  /** recursive_undo. */
  undo(): void;
  /** get_lr(), asked from outside. */
  rate(): number;
  /** base_lrs times a factor, set from outside. */
  rebase(factor: number): void;
}

const id = (name: string) => `torch.optim.lr_scheduler.${name}`;
/** Schedulers of schedulers. */
const composers = new Map([
  [id("SequentialLR"), sequential],
  [id("ChainedScheduler"), chained],
]);
export const isComposed = (call: ScheduleCall): boolean => composers.has(call.definition.id);

/** A scheduler at work on a group, constructed as the library does: with its first step made. */
export function stepperOf(call: ScheduleCall, group: Group, of: GroupOf): Stepper {
  const composed = composers.get(call.definition.id);
  if (composed) return composed(call.args, group, of);
  refusePlateaus([call], "SequentialLR");
  return single(ruleOfCall(call, of), group);
}

function single(rule: Rule, group: Group): Stepper {
  rule.construct?.(group);
  let base = (group.initial_lr ??= group.lr);
  let alone = rule.curve(base);
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
      group.lr = rule.closed ? rule.closed(base) : rate(false);
    },
    undo: () => k--,
    rate: () => rate(false),
    rebase(factor) {
      base *= factor;
      alone = rule.curve(base);
    },
  };
  self.begin();
  return self;
}

export function sequential({ schedulers = null, milestones: edges = null }: Args, group: Group, of: GroupOf): Stepper {
  const { calls, milestones } = partsOf(schedulers, edges);
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
  return { step, begin: step, undo, ...composed };
}

/** What schedulers of schedulers do not have. */
const none = () => raise("NotImplementedError");
const composed = { restart: none, rate: none, rebase: none };

export function chained({ schedulers = null }: Args, group: Group, of: GroupOf): Stepper {
  const parts = callsOf(schedulers, "ChainedScheduler").map((c) => stepperOf(c, group, of));
  const step = () => parts.forEach((p) => p.step());
  return { step, begin: step, undo: () => parts.forEach((p) => p.undo()), ...composed };
}

/** The rate that steppers on one group leave behind, k times stepped. */
export function stepped(base: number, context: Context, make: (group: Group) => (k: number) => void): Curve {
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

export function partsOf(
  schedulers: Value,
  milestones: Value,
): { calls: ScheduleCall[]; milestones: readonly number[] } {
  const calls = callsOf(schedulers, "SequentialLR");
  if (!Array.isArray(milestones)) raise("TypeError: object of type 'int' has no len()");
  refuse(!calls.length, "ValueError: SequentialLR expects at least one scheduler, but got no scheduler.");
  refusePlateaus(calls, "SequentialLR");
  const edges = milestones as number[];
  refuse(
    edges.length !== calls.length - 1,
    "ValueError: Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone " +
      `points, but got number of schedulers ${calls.length} and the number of milestones to be equal to ${edges.length}`,
  );
  return { calls, milestones: edges };
}

export function refusePlateaus(calls: readonly ScheduleCall[], by: string): void {
  const index = calls.findIndex((call) => call.definition.id.endsWith(".ReduceLROnPlateau"));
  refuse(
    index >= 0,
    `ValueError: ${by} does not support \`ReduceLROnPlateau\` scheduler as it requires additional kwargs to be specified ` +
      `when calling \`step\`, but got one at index ${index} in the given schedulers sequence.`,
  );
}
