import type { Curve } from "../engine/curve.js";
import { stepwise } from "../engine/stepwise.js";
import { firstAbove } from "../engine/shapes.js";
import { length, scheduler } from "./allennlpCommon.js";
import { cosine, cosineAt, type Cosine } from "./allennlpCosine.js";
import { linear, linearOf, noam, noamAt, polyAt, polynomial, type Noam, type Poly } from "./allennlpPolynomial.js";
import { slanted, slantedAt } from "./allennlpSlanted.js";
import { bindArguments, isScheduleCall } from "./compile.js";
import { anything, type Args, type Context, type ScheduleDefinition, type Value } from "./define.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

/** A scheduler of a combined one, in motion: rate of batch n (from 1), and the end of an epoch. */
interface Child {
  readonly rate: (n: number) => number;
  readonly endEpoch: (n: number) => void;
}
type Make = (args: Args, base: number, epochs: number, hint: number | null) => Child;
const still = (rate: (n: number) => number): Child => ({ rate, endEpoch: () => undefined });
/** How each scheduler is made when its turn comes. */
const children = new Map<ScheduleDefinition, Make>([
  [polynomial, (a, base, epochs, hint) => still(polyAt(base, a as unknown as Poly, epochs * (hint ?? 0)))],
  [linear, (a, base, epochs, hint) => still(polyAt(base, linearOf(a.warmup_steps as number), epochs * (hint ?? 0)))],
  [noam, (a) => still(noamAt(a as unknown as Noam))],
  [cosine, (a, base) => restarted(base, a as unknown as Cosine)],
  [slanted, (a, base, epochs, hint) => slantedChild(a as unknown as Shares, base, epochs, hint)],
]);

function restarted(base: number, a: Cosine): Child {
  const { at } = cosineAt(base, a);
  let calls = 0;
  return { rate: () => at(calls), endEpoch: () => void calls++ };
}

type Shares = { readonly cut_frac: number; readonly ratio: number };
function slantedChild({ cut_frac, ratio }: Shares, base: number, num_epochs: number, hint: number | null): Child {
  const ends = [0];
  const rule = { num_epochs, hint, cut_frac, ratio, frozen: 0 };
  return { rate: (n) => slantedAt(base, rule, n, ends), endEpoch: (n) => void ends.push(n) };
}

export const combined = scheduler("combined.CombinedLearningRateScheduler", {
  params: {
    schedulers: anything("pairs of a number of epochs and a scheduler"),
    num_steps_per_epoch: length.num_steps_per_epoch,
  },
  needs: ["initial_lr", "steps_per_epoch"],
  formula: "each scheduler for its epochs, its base the rate at which the one before left off",
  quirks: [
    "The batch number goes on: a later scheduler starts in the middle of its own curve.",
    "After the last scheduler the rate stays.",
  ],
  compile: (a, context) => inTurn((a.schedulers as readonly Value[]).map(childOf), a.num_steps_per_epoch, context),
});

type Item = ReturnType<typeof childOf>;
function inTurn(items: readonly Item[], hint: number | null, context: Context): Curve {
  const bpe = Math.max(1, context.steps_per_epoch || 1);
  const starts = items.map((_, i) => items.slice(0, i).reduce((sum, item) => sum + item.epochs, 0));
  const total = items.reduce((sum, item) => sum + item.epochs, 0);
  refuse(!(total > 0), "TypeError: schedulers must be pairs of a number of epochs and a scheduler");
  let current: Child | undefined;
  const construct = (epoch: number, rate: number, n: number) => {
    const i = starts.indexOf(epoch);
    if (i >= 0) current = items[i]!.make(rate, items[i]!.epochs, hint);
    else if (epoch >= total) current = undefined;
    // The hand-over is itself a step of the new scheduler, which has counted no batch yet.
    if (epoch > 0) current?.endEpoch(i >= 0 ? 0 : n);
  };
  const next = (rate: number, t: number) => {
    if (t % bpe === 0) construct(t / bpe, rate, t);
    return current ? current.rate(t + 1) : rate;
  };
  const c = stepwise((construct(0, context.initial_lr, 0), current!.rate(1)), next, {
    horizon: Math.min(total * bpe, 1e5),
    phases: starts.map((s, i) => ({ kind: "decay", from: s * bpe, to: (starts[i + 1] ?? total) * bpe })),
  });
  const edges = [...starts, total].map((e) => e * bpe);
  const breaks = (t: number) => Math.min(c.nextBreak(t), firstAbove(edges, t));
  return Object.defineProperties({} as Curve, {
    ...Object.getOwnPropertyDescriptors(c),
    nextBreak: { value: breaks, enumerable: true },
  });
}

function childOf(item: Value) {
  const [epochs, what] = Array.isArray(item) ? (item as [number, Value]) : [0, null];
  const given = isScheduleCall(what)
    ? what.args
    : Object.fromEntries(what instanceof Map ? (what as Map<string, Value>) : []);
  const { type, ...args } = given as Record<string, Value>;
  const definition = isScheduleCall(what)
    ? what.definition
    : [...children.keys()].find((d) => d.aliases!.includes(`allennlp:${String(type)}`));
  const make = definition && children.get(definition);
  if (!make) raise(`ConfigurationError: ${String(type)} cannot be followed inside a combined scheduler`);
  const bound = bindArguments(definition, args);
  return { epochs, make: (base: number, count: number, hint: number | null) => make(bound, base, count, hint) };
}
