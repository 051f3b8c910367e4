import type { Curve } from "../engine/curve.js";
import { decay, flat, halfCosine, segments, warmed } from "../engine/segments.js";
import { countUpTo, ending, falling } from "../engine/shapes.js";
import { factor, lr, numbers, power, steps, word } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { isInt } from "./torchRules.js";

const schedule = library({
  homes: ["mx.lr_scheduler.", "mxnet.lr_scheduler.", "mxnet.lr_scheduler.lr_scheduler."],
  source: "mxnet 1.9.1, python/mxnet/lr_scheduler.py",
  last: {
    warmup_steps: steps("updates of the warm-up", { default: 0, min: 0 }),
    warmup_begin_lr: lr("rate at update 0", { default: 0 }),
    warmup_mode: word("a line, or warmup_begin_lr throughout", { default: "linear", choices: ["linear", "constant"] }),
  },
});
const base_lr = lr("rate after the warm-up", { default: 0.01 });
const drop = factor("the rate is multiplied by this at each drop", { default: 1, max: 1 });
const max_update = steps("updates until final_lr, warm-up included", { min: 1 });
const final_lr = lr("rate at max_update", { default: 0 });
const firstUpdate = "The optimizer's first update asks for num_update 1, not 0.";
const kept = "After max_update the last rate stays.";
const lessThanOne = "ValueError: Schedule step must be greater or equal than 1 round";

export const mxnet = [
  schedule({
    name: "FactorScheduler",
    params: {
      step: steps("updates between two drops", { min: 1 }),
      factor: drop,
      stop_factor_lr: lr("the rate never falls below", { default: 1e-8 }),
      base_lr,
    },
    formula: "max(base_lr · factor^k, stop_factor_lr), k = ⌈t / step⌉ − 1 drops",
    quirks: [
      "It drops one update after each multiple of step, where the documentation says at it.",
      "Drops are counted from update 0, also during the warm-up, not from its end.",
      "A rate that is below stop_factor_lr is raised to it at the first drop.",
      firstUpdate,
    ],
    rule(a) {
      const { step, factor: rate, stop_factor_lr: floor, base_lr: base } = a;
      refuse(step < 1, lessThanOne);
      const passed = (t: number) => Math.max(0, Math.ceil(t / step) - 1);
      const value = (k: number) => (k === 0 ? base : rate < 0 ? floor : Math.max(base * rate ** k, floor));
      const next = (t: number) => Math.floor((passed(t) + 1) * step) + 1;
      const c = falling((t) => value(passed(t)), next);
      return dropping(a, c);
    },
  }),
  schedule({
    name: "MultiFactorScheduler",
    params: { step: numbers("the last update before each drop"), factor: drop, base_lr },
    formula: "base_lr · factor^(how many of step are < t)",
    quirks: ["It drops one update after each of step, where the documentation says at it.", firstUpdate],
    rule(a) {
      ascending(a.step);
      const edges = a.step.map((s) => Math.floor(s) + 1);
      const c = falling((t) => a.base_lr * a.factor ** countUpTo(edges, t), edges);
      return dropping(a, c);
    },
  }),
  schedule({
    name: "PolyScheduler",
    params: { max_update, base_lr, pwr: power("2 is quadratic", { default: 2 }), final_lr },
    formula: "final_lr + (base_lr − final_lr) · (1 − (t − W) / (max_update − W))^pwr, W = warmup_steps",
    quirks: [kept, firstUpdate],
    rule: (a) => until(a, (p) => (1 - p) ** a.pwr, a.pwr < 0),
  }),
  schedule({
    name: "CosineScheduler",
    params: { max_update, base_lr, final_lr },
    formula: "final_lr + (base_lr − final_lr) · (1 + cos(π · (t − W) / (max_update − W))) / 2, W = warmup_steps",
    quirks: [kept, firstUpdate],
    rule: (a) => until(a, halfCosine),
  }),
];

interface Warm {
  readonly base_lr: number;
  readonly warmup_steps: number;
  readonly warmup_begin_lr: number;
  readonly warmup_mode: string;
}

/** The warm-up, then `rest`, which counts from update 0 as well. */
function afterWarmup(a: Warm, rest: Curve): Curve {
  const { base_lr: top, warmup_steps: W, warmup_begin_lr: begin, warmup_mode: mode } = a;
  refuse(!isInt(a, "warmup_steps"), "AssertionError");
  refuse(begin > top, "ValueError: Base lr has to be higher than warmup_begin_lr");
  refuse(W < 0, "ValueError: Warmup steps has to be positive or 0");
  const isLinear = mode === "linear";
  refuse(!isLinear && mode !== "constant", "ValueError: Supports only linear and constant modes of warmup");
  return warmed(W, isLinear ? (t) => begin + ((top - begin) * t) / W : begin, rest);
}

function dropping(a: Warm & { readonly factor: number }, c: Curve): Curve {
  refuse(a.factor > 1, "ValueError: Factor must be no more than 1 to make lr reduce");
  return afterWarmup(a, c);
}

function ascending(step: readonly number[]): void {
  refuse(!Array.isArray(step) || !step.length, "AssertionError");
  step.forEach((s, i) => {
    refuse(i > 0 && s <= step[i - 1]!, "ValueError: Schedule step must be an increasing integer list");
    refuse(s < 1, lessThanOne);
  });
}

/** A decay by the share that is left, which ends at max_update and then keeps whatever rate was asked for last. */
function until(
  a: Warm & { readonly max_update: number; readonly final_lr: number },
  share: (done: number) => number,
  infinite = false,
): Curve {
  const { base_lr: top, warmup_steps: W, max_update: N, final_lr: last } = a;
  refuse(!isInt(a, "max_update"), "AssertionError");
  refuse(N < 1, "ValueError: maximum number of updates must be strictly positive");
  const value = (t: number) => last + (top - last) * share((t - W) / (N - W));
  const c = N < W ? segments(flat(Infinity, top)) : segments(decay(N, value), flat(Infinity, value(N)));
  if (N === W) return afterWarmup(a, ending(c, N, "ZeroDivisionError: float division by zero"));
  const because = "ZeroDivisionError: 0.0 cannot be raised to a negative power";
  return afterWarmup(a, infinite && N > W ? ending(c, N, because) : c);
}
