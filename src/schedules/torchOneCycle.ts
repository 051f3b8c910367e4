import type { Curve } from "../engine/curve.js";
import { byCosine, byLine, type Ease } from "../engine/oneCycle.js";
import { divide, repr } from "../engine/python.js";
import { decay, segments, warmup } from "../engine/segments.js";
import { epochs, lr, steps } from "./define.js";
import { refuse } from "./refuse.js";
import { momentumParams, needsMomentum } from "./torchCycles.js";
import { type GroupOf } from "./torchGroups.js";
import { isInt, raise, torchSchedule, written, type Rule } from "./torchRules.js";

export const oneCycleLR = torchSchedule({
  id: "torch.optim.lr_scheduler.OneCycleLR",
  params: {
    max_lr: lr("highest rate, or a list with one per group"),
    total_steps: steps("steps of the whole run; epochs · steps_per_epoch when None", { default: null, min: 1 }),
    epochs: epochs("epochs of the run", { default: null, min: 1 }),
    steps_per_epoch: steps("steps per epoch", { default: null, min: 1 }),
    pct_start: 0.3,
    anneal_strategy: "cos",
    ...momentumParams(0.85, 0.95),
    div_factor: 25,
    final_div_factor: 1e4,
    three_phase: false,
  },
  perGroup: ["max_lr", "base_momentum", "max_momentum"],
  unit: "step",
  needs: [],
  formula: "max_lr / div_factor → max_lr by pct_start · total_steps - 1, then → max_lr / div_factor / final_div_factor",
  quirks: [
    "The optimizer's own rate is ignored.",
    "One step past the end is allowed and climbs a little; the next one raises.",
    "pct_start must be written as a float.",
  ],
  rule: (a, group) => oneCycleRule(a, runLength(a), group),
});

interface OneCycle {
  readonly max_lr: number;
  readonly pct_start: number;
  readonly anneal_strategy: string;
  readonly cycle_momentum: boolean;
  readonly base_momentum: number;
  readonly max_momentum: number;
  readonly div_factor: number;
  readonly final_div_factor: number;
  readonly three_phase: boolean;
}

function oneCycleRule(a: OneCycle, total: number, { context }: GroupOf): Rule {
  const { max_lr: max, pct_start: share, anneal_strategy: strategy, three_phase } = a;
  const wrong = share < 0 || share > 1 || isInt(a, "pct_start");
  refuse(wrong, `ValueError: Expected float between 0 and 1 pct_start, but got ${repr(share)}`);
  const unknown = strategy !== "cos" && strategy !== "linear";
  refuse(unknown, `ValueError: anneal_strategy must be one of 'cos' or 'linear', instead got ${strategy}`);
  const low = divide(max, a.div_factor);
  const min = divide(low, a.final_div_factor);
  needsMomentum(a.cycle_momentum, context);
  const ease = strategy === "cos" ? byCosine : byLine;
  const peakAt = share * total - 1;
  const ends = three_phase ? [peakAt, 2 * peakAt, total - 1] : [peakAt, total - 1];
  const rates = three_phase ? [low, max, low, min] : [low, max, min];
  const momenta = [a.max_momentum, a.base_momentum, a.max_momentum, a.max_momentum];
  return {
    construct: (group) => (group.initial_lr = low),
    curve: () => passing(rates, ends, ease, total),
    ...(a.cycle_momentum && { momentum: passing(momenta, ends, ease, total) }),
  };
}

/** values[0] → values[1] → … each reached at its end; after the step past the last one the library refuses. */
function passing(values: readonly number[], ends: readonly number[], ease: Ease, total: number): Curve {
  const parts = ends.map((end, i) => {
    const from = ends[i - 1] ?? 0;
    const at = (t: number) => ease(values[i]!, values[i + 1]!, divide(t - from, end - from));
    if (i === ends.length - 1) return decay(total + 1, at, (t) => (t < total ? total : Infinity));
    return (i === 0 ? warmup : decay)(Math.min(Math.floor(end), total) + 1, at);
  });
  const past = `Tried to step ${total + 1} times. The specified number of total steps is ${total}`;
  return segments(
    ...parts,
    decay(Infinity, () => raise(`ValueError: ${past}`)),
  );
}

type Lengths = Record<"total_steps" | "epochs" | "steps_per_epoch", number | null>;

/** total_steps, or epochs · steps_per_epoch. */
function runLength(a: Lengths): number {
  const positive = (name: keyof Lengths) => {
    const value = a[name] ?? 0;
    const wrong = !(value > 0) || !isInt(a, name);
    refuse(wrong, `ValueError: Expected positive integer ${name}, but got ${written(a, name)}`);
    return value;
  };
  if (a.total_steps !== null) return positive("total_steps");
  const neither = a.epochs === null || a.steps_per_epoch === null;
  refuse(neither, "ValueError: You must define either total_steps OR (epochs AND steps_per_epoch)");
  return positive("epochs") * positive("steps_per_epoch");
}
