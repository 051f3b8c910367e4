import type { Curve } from "../engine/curve.js";
import { repr } from "../engine/python.js";
import { recursive } from "../engine/recursive.js";
import { decay, flat, segments, warmed, warmup } from "../engine/segments.js";
import { constant } from "../engine/shapes.js";
import { isScheduleCall } from "./compile.js";
import { factor, lr, real, schedule, steps, type Value } from "./define.js";
import { numberOf } from "./nested.js";
import { demand, learning_rate, scheduler } from "./paddleCommon.js";
import { steppedExplicitly } from "./paddleCosine.js";
import { refuse } from "./refuse.js";
import { isInt } from "./torchRules.js";

/** What LinearWarmup takes in Paddle 1 and 2. */
export const warmupParams = {
  learning_rate: schedule("the rate, or schedule, after the warm-up"),
  warmup_steps: steps("steps of the warm-up", { min: 1 }),
  start_lr: lr("rate at step 0"),
  end_lr: lr("rate that the warm-up aims at"),
};

export const warmups = [
  scheduler({
    name: "LinearWarmup",
    params: warmupParams,
    formula:
      "start_lr + (end_lr − start_lr) · t / W for t < W = warmup_steps; then learning_rate, a schedule counting from t − W",
    quirks: ["end_lr must be above start_lr.", "Where end_lr is not what follows, the rate jumps at warmup_steps."],
    base: (a) => a.start_lr,
    rule(a, context) {
      const { warmup_steps: W, start_lr: low, end_lr: high } = a;
      const given = a.learning_rate as Value;
      demand(W > 0 && isInt(a, "warmup_steps"), " 'warmup_steps' must be a positive integer.");
      demand(high > low, `end_lr ${repr(high)} must be greater than start_lr ${repr(low)}`);
      const rest = isScheduleCall(given) ? steppedExplicitly(given, context) : constant(numberOf(given));
      return warmed(W, (t) => ((high - low) * t) / W + low, rest, true);
    },
  }),
  scheduler({
    name: "LinearLR",
    params: {
      learning_rate,
      total_steps: real("steps from the first to the last factor", { min: 0, above: true }),
      start_factor: factor("factor at step 0", { default: 1 / 3, min: 0, max: 1, above: true }),
      end_factor: factor("factor at the end", { default: 1, min: 0, max: 1 }),
    },
    formula: "learning_rate · (start_factor + (end_factor − start_factor) · min(t, total_steps) / total_steps)",
    quirks: ["A total_steps that is not whole stops at the step below and never reaches end_factor."],
    rule({ learning_rate: base, total_steps: T, start_factor: first, end_factor: final }) {
      const start = `\`start_factor\` must be greater than 0 and less or equal to 1, but got ${repr(first)}`;
      const end = `\`end_factor\` must be greater than 0 and less than 1, but got ${repr(final)}`;
      refuse(first > 1 || first <= 0, `ValueError: ${start}`);
      refuse(final > 1 || final < 0, `ValueError: ${end}`);
      refuse(T <= 0, `ValueError: \`total_steps\` must be greater than 0, but got ${repr(T)}`);
      return line(base, first, final, T);
    },
  }),
];

/** From base · first to base · final in T steps, each made from the rate before it, and constant then. */
function line(base: number, first: number, final: number, T: number): Curve {
  const rise = final - first;
  const next = (rate: number, t: number) => (t > T ? rate : rate * (1 + rise / (T * first + (t - 1) * rise)));
  const stop = Math.floor(T);
  const rate = recursive(base * first, next, (t) => base * (first + (rise * t) / T));
  const moving = rise > 0 ? warmup : decay;
  return segments(moving(stop, rate), flat(Infinity, rate(Math.min(stop, 2 ** 21 - 1))));
}
