import type { Curve } from "../engine/curve.js";
import { countUpTo, product, scale, sequence } from "../engine/shapes.js";
import { numbers, optimizer, required, schedules } from "./define.js";
import type { Compiled, Context, Value } from "./define.js";
import { refuse } from "./refuse.js";
import { forEachGroup } from "./torchGroups.js";
import { callsOf, ruleOfCall, torchClass, type Group, type Rule } from "./torchRules.js";
import { chained, isComposed, partsOf, refusePlateaus, sequential, stepped } from "./torchSteppers.js";

export const sequentialLR = torchClass({
  name: "SequentialLR",
  params: {
    optimizer,
    schedulers: required,
    milestones: numbers("steps at which the next one takes over"),
    last_epoch: -1,
    verbose: null,
  },
  formula: "scheduler i governs from milestones[i - 1] on, with its own t starting at 0 there",
  quirks: [
    "Where a scheduler takes over, the rate jumps to that scheduler's own start: no rate carries over, unless it has no closed form.",
    "Milestone 0 skips the first scheduler.",
  ],
  rule: (args, context) => inOrder(args, context),
});

/** Where every scheduler has a formula of its own they follow one another; else what stepping them leaves. */
function inOrder(args: { readonly schedulers: Value; readonly milestones: Value }, context: Context): Compiled {
  const { calls, milestones } = partsOf(args.schedulers, args.milestones);
  const ascending = milestones.every((m, i) => i === 0 || m > milestones[i - 1]!);
  return forEachGroup(context, (of, base) => {
    const parts = ascending && !calls.some(isComposed) ? calls.map((c) => ruleOfCall(c, of)) : [];
    const alone = parts.length && parts.every(isAbsolute) ? inSequence(parts, milestones, base) : undefined;
    return { lr: alone ?? stepped(base, context, (group) => sequential(args, group, of).step) };
  });
}

const isAbsolute = (rule: Rule) => rule.next === undefined || rule.closed !== undefined;

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
      const [begins, own] = [p.closed(base), alone.at(0)];
      const scaled = p.factor && own !== 0 && begins !== own;
      return { from, curve: scaled ? scale(alone, begins / own) : alone, restart: true };
    }),
  );
}

export const chainedScheduler = torchClass({
  name: "ChainedScheduler",
  params: { schedulers: schedules("the schedulers; each step steps all of them, in this order"), optimizer },
  formula: "every scheduler changes the rate that the one before it left",
  quirks: [
    "Recursive schedulers multiply; a LambdaLR placed later wipes what came before.",
    "A cosine with eta_min other than 0 is not a plain product.",
  ],
  rule: (args, context) => chain(args, context),
});

/** The product of factors where all are factors; else what stepping them one after the other leaves. */
function chain(args: { readonly schedulers: Value }, context: Context): Compiled {
  const calls = callsOf(args.schedulers, "ChainedScheduler");
  const none = "ValueError: ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.";
  refuse(!calls.length, none);
  refusePlateaus(calls, "ChainedScheduler");
  return forEachGroup(context, (of, base) => {
    const factors = calls.map((c) => (isComposed(c) ? undefined : ruleOfCall(c, of).factor));
    if (factors.every((f) => f !== undefined)) return { lr: scale(factors.reduce(product), base) };
    return { lr: stepped(base, context, (group) => chained(args, group, of).step) };
  });
}
