import type { Curve, CurveEnd } from "../engine/curve.js";
import { decay, flat, halfCosine, segments, warmup, type Segment } from "../engine/segments.js";
import { curve, firstAbove, sequence } from "../engine/shapes.js";
import { defineSchedule, factor, lr, numbers, power, steps, word } from "./define.js";
import { isInt, raise } from "./torchRules.js";

const names = (name: string) => ({
  id: `mx.lr_scheduler.${name}`,
  aliases: [`mxnet.lr_scheduler.${name}`, `mxnet.lr_scheduler.lr_scheduler.${name}`],
});
const common = { unit: "step", source: "mxnet 1.9.1, python/mxnet/lr_scheduler.py" } as const;

const base_lr = lr("rate after the warm-up", { default: 0.01 });
const warm = {
  warmup_steps: steps("updates of the warm-up", { default: 0, min: 0 }),
  warmup_begin_lr: lr("rate at update 0", { default: 0 }),
  warmup_mode: word("rise in a line, or stay at warmup_begin_lr", {
    default: "linear",
    choices: ["linear", "constant"],
  }),
};
const firstUpdate = "The optimizer's first update asks for num_update 1, not 0.";

interface Warm {
  readonly base_lr: number;
  readonly warmup_steps: number;
  readonly warmup_begin_lr: number;
  readonly warmup_mode: string;
}

/** The warm-up, then `rest`, which counts from update 0 as well. */
function warmed(a: Warm, rest: Curve): Curve {
  const { base_lr: top, warmup_steps: W, warmup_begin_lr: begin, warmup_mode: mode } = a;
  if (!isInt(a, "warmup_steps")) raise("AssertionError");
  if (begin > top) raise("ValueError: Base lr has to be higher than warmup_begin_lr");
  if (W < 0) raise("ValueError: Warmup steps has to be positive or 0");
  if (mode !== "linear" && mode !== "constant") raise("ValueError: Supports only linear and constant modes of warmup");
  if (W === 0) return rest;
  const rise: Segment["lr"] = mode === "linear" ? (t) => begin + ((top - begin) * t) / W : begin;
  const joined = sequence([
    { from: 0, curve: segments(warmup(W, rise)), kind: "warmup" },
    { from: W, curve: rest },
  ]);
  return rest.end ? { ...joined, end: { ...rest.end, at: Math.max(W, rest.end.at) } } : joined;
}

const checkFactor = (value: number) => {
  if (value > 1) raise("ValueError: Factor must be no more than 1 to make lr reduce");
};

/** A decay that ends at max_update and then keeps whatever rate was asked for last. */
function until(
  a: Warm & { readonly max_update: number; readonly final_lr: number },
  share: (left: number) => number,
  end?: CurveEnd,
): Curve {
  const { base_lr: top, warmup_steps: W, max_update: N, final_lr: last } = a;
  if (!isInt(a, "max_update")) raise("AssertionError");
  if (N < 1) raise("ValueError: maximum number of updates must be strictly positive");
  const value = (t: number) => last + (top - last) * share((t - W) / (N - W));
  const failed = N === W ? { at: N, because: "ZeroDivisionError: float division by zero" } : N > W ? end : undefined;
  const c = N < W ? segments(flat(Infinity, top)) : segments(decay(N, value), flat(Infinity, value(N)));
  return warmed(a, failed ? { ...c, end: failed } : c);
}

export const mxnet = [
  defineSchedule({
    ...names("FactorScheduler"),
    ...common,
    params: {
      step: steps("updates between two drops", { min: 1 }),
      factor: factor("the rate is multiplied by this at each drop", { default: 1, max: 1 }),
      stop_factor_lr: lr("the rate never falls below", { default: 1e-8 }),
      base_lr,
      ...warm,
    },
    formula: "max(base_lr · factor^k, stop_factor_lr), k = ⌈t / step⌉ − 1 drops",
    quirks: [
      "It drops one update after each multiple of step, where the documentation says at it.",
      "Drops are counted from update 0, also during the warm-up, not from its end.",
      "A rate that is below stop_factor_lr is raised to it at the first drop.",
      firstUpdate,
    ],
    compile(a) {
      const { step, factor: rate, stop_factor_lr: floor, base_lr: base } = a;
      if (step < 1) raise("ValueError: Schedule step must be greater or equal than 1 round");
      checkFactor(rate);
      const drops = (t: number) => Math.max(0, Math.ceil(t / step) - 1);
      const value = (k: number) => (k === 0 ? base : rate < 0 ? floor : Math.max(base * rate ** k, floor));
      const next = (t: number) => Math.floor((drops(t) + 1) * step) + 1;
      return warmed(
        a,
        curve((t) => value(drops(t)), next, [{ kind: "decay", from: 0, to: Infinity }]),
      );
    },
  }),
  defineSchedule({
    ...names("MultiFactorScheduler"),
    ...common,
    params: {
      step: numbers("the last update before each drop"),
      factor: factor("the rate is multiplied by this at each drop", { default: 1, max: 1 }),
      base_lr,
      ...warm,
    },
    formula: "base_lr · factor^(how many of step are < t)",
    quirks: ["It drops one update after each of step, where the documentation says at it.", firstUpdate],
    compile(a) {
      const { step, factor: rate, base_lr: base } = a;
      if (!Array.isArray(step) || !step.length) raise("AssertionError");
      step.forEach((s: number, i) => {
        if (i > 0 && s <= step[i - 1]!) raise("ValueError: Schedule step must be an increasing integer list");
        if (s < 1) raise("ValueError: Schedule step must be greater or equal than 1 round");
      });
      checkFactor(rate);
      const edges = step.map((s: number) => Math.floor(s) + 1);
      const drops = (t: number) => edges.filter((e) => e <= t).length;
      return warmed(
        a,
        curve(
          (t) => base * rate ** drops(t),
          (t) => firstAbove(edges, t),
          [{ kind: "decay", from: 0, to: Infinity }],
        ),
      );
    },
  }),
  defineSchedule({
    ...names("PolyScheduler"),
    ...common,
    params: {
      max_update: steps("updates until final_lr, warm-up included", { min: 1 }),
      base_lr,
      pwr: power("2 is quadratic", { default: 2 }),
      final_lr: lr("rate at max_update", { default: 0 }),
      ...warm,
    },
    formula: "final_lr + (base_lr − final_lr) · (1 − (t − W) / (max_update − W))^pwr, W = warmup_steps",
    quirks: ["After max_update the last rate stays.", firstUpdate],
    compile(a) {
      const because = "ZeroDivisionError: 0.0 cannot be raised to a negative power";
      return until(a, (p) => (1 - p) ** a.pwr, a.pwr < 0 ? { at: a.max_update, because } : undefined);
    },
  }),
  defineSchedule({
    ...names("CosineScheduler"),
    ...common,
    params: {
      max_update: steps("updates until final_lr, warm-up included", { min: 1 }),
      base_lr,
      final_lr: lr("rate at max_update", { default: 0 }),
      ...warm,
    },
    formula: "final_lr + (base_lr − final_lr) · (1 + cos(π · (t − W) / (max_update − W))) / 2, W = warmup_steps",
    quirks: ["After max_update the last rate stays.", firstUpdate],
    compile: (a) => until(a, halfCosine),
  }),
];
