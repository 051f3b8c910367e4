import type { Curve, PhaseKind } from "../engine/curve.js";
import { changes } from "../engine/search.js";
import { curve, sequence } from "../engine/shapes.js";
import { anything, defineSchedule, epochs, factor, handle, integer, lr, ratio } from "./define.js";
import type { Compiled, Context, ScheduleDefinition, Value } from "./define.js";
import { combined } from "./fastaiCombined.js";
import { cos, methodNames, common } from "./fastaiNames.js";
import type { Anneal } from "./fastaiNames.js";
import { numberOf } from "./nested.js";
import { raise } from "./torchRules.js";

/**
 * The position at batch t: each batch adds 1 / (batches · epochs), and each epoch starts anew at epoch / epochs, so the sums'
 * rounding is that of the library. One epoch's positions are kept.
 */
function positions(batches: number, n_epoch: number): Anneal {
  const step = 1 / (batches * n_epoch);
  let epoch = -1;
  let own = new Float64Array(0);
  return (t) => {
    const asked = Math.min(Math.floor(t / batches), n_epoch - 1);
    if (asked !== epoch) {
      epoch = asked;
      own = new Float64Array(Math.min(batches, 2 ** 21));
      own[0] = epoch / n_epoch;
      for (let i = 1; i < own.length; i++) own[i] = own[i - 1]! + step;
    }
    return own[Math.min(t - epoch * batches, own.length - 1)]!;
  };
}

interface Fit {
  readonly n_epoch: number;
  readonly shares: readonly number[];
  readonly lr: readonly Anneal[];
  readonly kinds: readonly PhaseKind[];
  readonly momentum?: readonly Anneal[];
}

/** What Learner.fit does with a position: one rate per training batch. */
function fitted({ n_epoch, shares, lr, kinds, momentum }: Fit, { steps_per_epoch }: Context): Compiled {
  const batches = Math.max(1, Math.floor(steps_per_epoch || 1));
  const total = batches * n_epoch;
  const at = positions(batches, n_epoch);
  const along = (anneals: readonly Anneal[]): Curve => {
    const all = combined(shares, anneals);
    const edges = changes((t) => all.index(at(t)));
    const bounds = all.starts.map((_, i) =>
      i === 0 ? 0 : i === shares.length ? total : Math.min(total, firstAt(all.index, at, i, total)),
    );
    const phases = kinds
      .map((kind, i) => ({ kind, from: bounds[i]!, to: bounds[i + 1]! }))
      .filter((p) => p.to > p.from);
    return curve(
      (t) => all.at(at(t)),
      (t) => (t < total ? Math.min(edges(t), total) : Infinity),
      phases,
    );
  };
  return { lr: along(lr), ...(momentum && { momentum: along(momentum) }) };
}

/** The first batch whose position is in the i-th share. */
function firstAt(index: (pos: number) => number, at: Anneal, i: number, total: number): number {
  let [low, high] = [-1, total];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (index(at(middle)) >= i) high = middle;
    else low = middle;
  }
  return high;
}

const lr_max = lr("the highest rate; None: the learner's", { default: null });
const rest = (...all: string[]) => Object.fromEntries(all.map((name) => [name, handle("not part of the rate")]));
const div = factor("highest rate / first rate", { default: 25 });
const div_final = factor("highest rate / last rate", { default: 1e5 });
const neverThere = "The last batch is before the end of the run, so the last rate is never quite reached.";
const perBatch = { needs: ["steps_per_epoch", "initial_lr"], ...common } as const;

interface OneCycle {
  readonly n_epoch: number;
  readonly top: number;
  readonly div: number;
  readonly div_final: number;
  readonly pct_start: number;
  readonly moms: Value;
}
function oneCycle({ n_epoch, top, div, div_final, pct_start, moms }: OneCycle, context: Context): Compiled {
  const [m1, m2, m3] = Array.isArray(moms) && moms.length === 3 ? moms.map(numberOf) : [0.95, 0.85, 0.95];
  const shares = [pct_start, 1 - pct_start];
  const lr = [cos(top / div, top), cos(top, top / div_final)];
  return fitted({ n_epoch, shares, lr, kinds: ["warmup", "decay"], momentum: [cos(m1!, m2!), cos(m2!, m3!)] }, context);
}

export const methods: ScheduleDefinition[] = [
  defineSchedule({
    ...methodNames("fit_one_cycle"),
    ...perBatch,
    params: {
      n_epoch: epochs("epochs of the run", { min: 1 }),
      lr_max,
      div,
      div_final,
      pct_start: ratio("share of the run that rises", { default: 0.25 }),
      wd: handle("weight decay"),
      moms: anything("momentum at the start, in the middle and at the end; None: the learner's", { default: null }),
      ...rest("cbs", "reset_opt", "start_epoch"),
    },
    formula: "half cosines: lr_max / div → lr_max over pct_start of the run → lr_max / div_final over the rest",
    quirks: ["The last rate is lr_max / div_final, not divided by div too.", neverThere],
    compile: (a, context) => oneCycle({ ...a, top: (a.lr_max as number | null) ?? context.initial_lr }, context),
  }),
  defineSchedule({
    ...methodNames("fit_flat_cos"),
    ...perBatch,
    params: {
      n_epoch: epochs("epochs of the run", { min: 1 }),
      lr: lr("the rate; None: the learner's", { default: null }),
      div_final,
      pct_start: ratio("share of the run before the rate falls", { default: 0.75 }),
      ...rest("wd", "cbs", "reset_opt", "start_epoch"),
    },
    formula: "lr over pct_start of the run, then a half cosine to lr / div_final",
    quirks: [neverThere],
    compile({ n_epoch, lr, div_final, pct_start }, context) {
      const top = (lr as number | null) ?? context.initial_lr;
      return fitted(
        {
          n_epoch,
          shares: [pct_start, 1 - pct_start],
          lr: [cos(top, top), cos(top, top / div_final)],
          kinds: ["hold", "decay"],
        },
        context,
      );
    },
  }),
  defineSchedule({
    ...methodNames("fit_sgdr"),
    ...perBatch,
    params: {
      n_cycles: integer("cycles", { min: 1 }),
      cycle_len: epochs("epochs of the first cycle", { min: 1 }),
      lr_max,
      cycle_mult: factor("each cycle is this much longer than the one before", { default: 2 }),
      ...rest("cbs", "reset_opt", "wd", "start_epoch"),
    },
    formula: "in each cycle a half cosine from lr_max to 0; cycle i lasts cycle_len · cycle_mult^i epochs",
    quirks: ["cycle_mult = 1 raises ZeroDivisionError."],
    compile({ n_cycles, cycle_len, lr_max, cycle_mult }, context) {
      if (cycle_mult === 1) raise("ZeroDivisionError: integer division or modulo by zero");
      const top = (lr_max as number | null) ?? context.initial_lr;
      const n_epoch = Math.floor((cycle_len * (cycle_mult ** n_cycles - 1)) / (cycle_mult - 1));
      const shares = Array.from({ length: Math.min(n_cycles, 64) }, (_, i) => (cycle_len * cycle_mult ** i) / n_epoch);
      return fitted({ n_epoch, shares, lr: shares.map(() => cos(top, 0)), kinds: shares.map(() => "cycle") }, context);
    },
  }),
  defineSchedule({
    ...methodNames("fine_tune"),
    ...perBatch,
    params: {
      epochs: epochs("epochs with the whole network", { min: 1 }),
      base_lr: lr("highest rate while the body is frozen", { default: 0.002 }),
      freeze_epochs: epochs("epochs with a frozen body", { default: 1 }),
      lr_mult: factor("the first layers get the head's rate / this", { default: 100 }),
      pct_start: ratio("share of the second part that rises", { default: 0.3 }),
      div: factor("highest rate / first rate, in the second part", { default: 5 }),
      moms: anything("momentum at the start, in the middle and at the end", { default: null, keywordOnly: true }),
      div_final: factor("highest rate / last rate", { default: 1e5, keywordOnly: true }),
    },
    formula:
      "fit_one_cycle(freeze_epochs, base_lr, pct_start=0.99), then fit_one_cycle(epochs, base_lr / 2, pct_start, div)",
    quirks: ["Shown is the rate of the last group, the head: the first layers get a lr_mult-th of it."],
    compile(a, context) {
      const frozen = oneCycle(
        { n_epoch: a.freeze_epochs, top: a.base_lr, div: 25, div_final: a.div_final, pct_start: 0.99, moms: a.moms },
        context,
      );
      const whole = oneCycle(
        {
          n_epoch: a.epochs,
          top: a.base_lr / 2,
          div: a.div,
          div_final: a.div_final,
          pct_start: a.pct_start,
          moms: a.moms,
        },
        context,
      );
      const from = Math.max(1, Math.floor(context.steps_per_epoch || 1)) * a.freeze_epochs;
      const join = (first: Curve, second: Curve) =>
        from > 0
          ? sequence([
              { from: 0, curve: first },
              { from, curve: second, restart: true },
            ])
          : second;
      return { lr: join(frozen.lr, whole.lr), momentum: join(frozen.momentum!, whole.momentum!) };
    },
  }),
];
