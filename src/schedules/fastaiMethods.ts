import type { Curve } from "../engine/curve.js";
import { sequence } from "../engine/shapes.js";
import { anything, epochs, factor, handle, integer, lr, ratio } from "./define.js";
import type { Compiled, Context, ScheduleDefinition, Value } from "./define.js";
import { batchesOf, fitted, oneCycle } from "./fastaiFit.js";
import { cos, ofLearner } from "./fastaiNames.js";
import { refuse } from "./refuse.js";

const n_epoch = epochs("epochs of the run", { min: 1 });
const lr_max = lr("the highest rate; None: the learner's", { default: null });
const rest = (...all: string[]) => Object.fromEntries(all.map((name) => [name, handle("not part of the rate")]));
const div_final = factor("highest rate / last rate", { default: 1e5 });
const neverThere = "The last batch is before the end of the run, so the last rate is never quite reached.";
const moms = "momentum at the start, in the middle and at the end";

const fitOneCycle = ofLearner({
  name: "fit_one_cycle",
  params: {
    n_epoch,
    lr_max,
    div: factor("highest rate / first rate", { default: 25 }),
    div_final,
    pct_start: ratio("share of the run that rises", { default: 0.25 }),
    wd: handle("weight decay"),
    moms: anything(`${moms}; None: the learner's`, { default: null }),
    ...rest("cbs", "reset_opt", "start_epoch"),
  },
  formula: "half cosines: lr_max / div → lr_max over pct_start of the run → lr_max / div_final over the rest",
  quirks: ["The last rate is lr_max / div_final, not divided by div too.", neverThere],
  rule: (a, context) => oneCycle({ ...a, top: (a.lr_max as number | null) ?? context.initial_lr }, context),
});

const fitFlatCos = ofLearner({
  name: "fit_flat_cos",
  params: {
    n_epoch,
    lr: lr("the rate; None: the learner's", { default: null }),
    div_final,
    pct_start: ratio("share of the run before the rate falls", { default: 0.75 }),
    ...rest("wd", "cbs", "reset_opt", "start_epoch"),
  },
  formula: "lr over pct_start of the run, then a half cosine to lr / div_final",
  quirks: [neverThere],
  rule: (a, context) => flatThenCosine(a, (a.lr as number | null) ?? context.initial_lr, context),
});

type Flat = Readonly<Record<"n_epoch" | "div_final" | "pct_start", number>>;
function flatThenCosine({ n_epoch, div_final, pct_start }: Flat, top: number, context: Context): Compiled {
  const parts = { shares: [pct_start, 1 - pct_start], kinds: ["hold", "decay"] } as const;
  return fitted({ n_epoch, ...parts, lr: [cos(top, top), cos(top, top / div_final)] }, context);
}

const fitSgdr = ofLearner({
  name: "fit_sgdr",
  params: {
    n_cycles: integer("cycles", { min: 1 }),
    cycle_len: epochs("epochs of the first cycle", { min: 1 }),
    lr_max,
    cycle_mult: factor("each cycle is this much longer than the one before", { default: 2 }),
    ...rest("cbs", "reset_opt", "wd", "start_epoch"),
  },
  formula: "in each cycle a half cosine from lr_max to 0; cycle i lasts cycle_len · cycle_mult^i epochs",
  quirks: ["cycle_mult = 1 raises ZeroDivisionError."],
  rule: (a, context) => growingCycles(a, (a.lr_max as number | null) ?? context.initial_lr, context),
});

type Cycles = Readonly<Record<"n_cycles" | "cycle_len" | "cycle_mult", number>>;
function growingCycles({ n_cycles, cycle_len, cycle_mult: mult }: Cycles, top: number, context: Context): Compiled {
  refuse(mult === 1, "ZeroDivisionError: integer division or modulo by zero");
  const n_epoch = Math.floor((cycle_len * (mult ** n_cycles - 1)) / (mult - 1));
  const shares = Array.from({ length: Math.min(n_cycles, 64) }, (_, i) => (cycle_len * mult ** i) / n_epoch);
  return fitted({ n_epoch, shares, lr: shares.map(() => cos(top, 0)), kinds: shares.map(() => "cycle") }, context);
}

const keywordOnly = true;
const fineTune = ofLearner({
  name: "fine_tune",
  params: {
    epochs: epochs("epochs with the whole network", { min: 1 }),
    base_lr: lr("highest rate while the body is frozen", { default: 0.002 }),
    freeze_epochs: epochs("epochs with a frozen body", { default: 1 }),
    lr_mult: factor("the first layers get the head's rate / this", { default: 100 }),
    pct_start: ratio("share of the second part that rises", { default: 0.3 }),
    div: factor("highest rate / first rate, in the second part", { default: 5 }),
    moms: anything(moms, { default: null, keywordOnly }),
    div_final: factor("highest rate / last rate", { default: 1e5, keywordOnly }),
  },
  needs: ["steps_per_epoch"],
  formula:
    "one cycle up to base_lr over freeze_epochs, 99 % of it rising, then one up to base_lr / 2 over epochs, from that / div and rising over pct_start of it",
  quirks: ["Shown is the rate of the last group, the head: the first layers get a lr_mult-th of it."],
  rule: (a, context) => fineTuned(a, context),
});

interface FineTune extends Readonly<
  Record<"epochs" | "base_lr" | "freeze_epochs" | "pct_start" | "div" | "div_final", number>
> {
  readonly moms: Value;
}
function fineTuned(
  { epochs, base_lr, freeze_epochs, pct_start, div, div_final, moms }: FineTune,
  context: Context,
): Compiled {
  const ends = { div_final, moms };
  const frozen = oneCycle({ n_epoch: freeze_epochs, top: base_lr, div: 25, pct_start: 0.99, ...ends }, context);
  const whole = oneCycle({ n_epoch: epochs, top: base_lr / 2, div, pct_start, ...ends }, context);
  const from = batchesOf(context.steps_per_epoch) * freeze_epochs;
  const join = (first: Curve, second: Curve) =>
    from > 0
      ? sequence([
          { from: 0, curve: first },
          { from, curve: second, restart: true },
        ])
      : second;
  return { lr: join(frozen.lr, whole.lr), momentum: join(frozen.momentum!, whole.momentum!) };
}

export const methods: ScheduleDefinition[] = [fitOneCycle, fitFlatCos, fitSgdr, fineTune];
