import { assert, floorDivide, power as pow } from "../engine/python.js";
import { changes } from "../engine/search.js";
import { halfCosine } from "../engine/segments.js";
import { countUpTo, firstAbove } from "../engine/shapes.js";
import { anything, factor, integer, lr, power, real, steps } from "./define.js";
import { cycled, timmSchedule, type Cycles, type Formula } from "./timmRules.js";
import { raise } from "./torchRules.js";

const t_initial = steps("length of the first cycle", { min: 0, above: true });
export const cycleParams = {
  lr_min: lr("lowest rate", { default: 0, min: 0 }),
  cycle_mul: factor("each cycle is this times as long as the one before", { default: 1, above: true, min: 0 }),
  cycle_decay: factor("each cycle's peak relative to the one before", { default: 1, min: 0 }),
  cycle_limit: integer("cycles; lr_min after them", { default: 1, min: 0 }),
};
export const k_decay = power("progress is t^k / t_i^k", { default: 1 });

export const cosineLRScheduler = timmSchedule("cosine_lr.CosineLRScheduler", {
  params: { t_initial, ...cycleParams },
  prefix: false,
  last: { k_decay },
  formula: "lr = lr_min + (lr · cycle_decay^i - lr_min) · (1 + cos(π · t^k / t_i^k)) / 2",
  quirks: [
    "The rate is lr_min after cycle_limit cycles.",
    "Without warmup_prefix the cosine runs on underneath the warm-up, so the rate jumps down when the warm-up ends.",
  ],
  rule: (a, base) => cycled(a, base, (t, length) => halfCosine(progress(t, length, a))),
});

/** t^k / length^k */
const progress = (t: number, length: number, { k_decay: k = 1 }: { readonly k_decay?: number }) =>
  pow(t, k) / length ** k;

export const tanhLRScheduler = timmSchedule("tanh_lr.TanhLRScheduler", {
  params: {
    t_initial,
    lb: real("tanh's argument at the start", { default: -7 }),
    ub: real("tanh's argument at the end", { default: 3 }),
    ...cycleParams,
  },
  prefix: false,
  meets: true,
  formula: "lr = lr_min + (lr · cycle_decay^i - lr_min) · (1 - tanh(lb · (1 - p) + ub · p)) / 2",
  quirks: [
    "Without warmup_prefix the warm-up ends on the curve's own value there.",
    "Before the first step the rate is the optimizer's, slightly above the formula's.",
  ],
  rule: (a, base) => tanhCycles(a, base),
});

type Tanh = Cycles & Readonly<Record<"lb" | "ub" | "warmup_t" | "warmup_lr_init", number>>;
function tanhCycles(a: Tanh, base: number): Formula {
  const fall = (p: number) => 0.5 * (1 - Math.tanh(a.lb * (1 - p) + a.ub * p));
  const formula = cycled(a, base, (t, length) => fall(t / length));
  for (const holds of [a.lb < a.ub, a.cycle_limit >= 0, a.warmup_t >= 0, a.warmup_lr_init >= 0]) assert(holds);
  return formula;
}

export const polyLRScheduler = timmSchedule("poly_lr.PolyLRScheduler", {
  params: { t_initial, power: 0.5, ...cycleParams },
  prefix: false,
  last: { k_decay },
  formula: "lr = lr_min + (lr · cycle_decay^i - lr_min) · (1 - t^k / t_i^k)^power",
  quirks: ["power is 0.5 unless given; create_scheduler_v2 passes its decay_rate as power."],
  rule: (a, base) => cycled(a, base, (t, length) => pow(1 - progress(t, length, a), a.power)),
});

const decay_rate = factor("the rate is multiplied by this at each drop", { default: 1, min: 0 });

export const stepLRScheduler = timmSchedule("step_lr.StepLRScheduler", {
  params: { decay_t: real("steps between two drops", { min: 0, above: true }), decay_rate },
  prefix: true,
  formula: "lr = lr · decay_rate^⌊t / decay_t⌋",
  quirks: ["warmup_prefix is True unless given: the steps are counted from the end of the warm-up."],
  rule({ decay_t, decay_rate }, base) {
    const level = (t: number) => floorDivide(t, decay_t);
    return { lr: (t) => base * pow(decay_rate, level(t)), breaks: decay_t === 0 ? () => Infinity : changes(level) };
  },
});

export const multiStepLRScheduler = timmSchedule("multistep_lr.MultiStepLRScheduler", {
  params: { decay_t: anything("steps before which the rate drops, in ascending order"), decay_rate },
  prefix: true,
  formula: "lr = lr · decay_rate^(number of milestones ≤ t + 1)",
  quirks: ["It drops one step before the milestone.", "decay_rate is 1 unless given: nothing drops."],
  rule({ decay_t: list, decay_rate }, base) {
    if (!Array.isArray(list)) raise("TypeError: object of type 'int' has no len()");
    const edges = list.map((m) => Math.ceil(m - 1)).sort((x, y) => x - y);
    return { lr: (t) => base * pow(decay_rate, countUpTo(list, t + 1)), breaks: (t) => firstAbove(edges, t) };
  },
});
