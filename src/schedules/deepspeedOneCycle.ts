import type { Curve } from "../engine/curve.js";
import { repr } from "../engine/python.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments, warmup } from "../engine/segments.js";
import { factor, flag, integer, lr, real, steps, type Compiled, type Context } from "./define.js";
import { afterConstruction, deepspeedSchedule } from "./deepspeedRules.js";
import { refuse } from "./refuse.js";
import { perGroup } from "./torchGroups.js";

const stairs = (where: string, value: number | null) => integer(where, { default: value, min: 0 });
const shrinking = "steps in which the decay grows by decay_lr_rate; 0 switches it off";

export const oneCycle = deepspeedSchedule({
  name: "OneCycle",
  params: {
    cycle_min_lr: lr("lowest rate of the cycle, or a list with one per group"),
    cycle_max_lr: lr("highest rate of the cycle, or a list with one per group"),
    decay_lr_rate: factor("how fast the rate falls after the cycle", { default: 0, min: 0 }),
    cycle_first_step_size: steps("steps up", { default: 2000, min: 1 }),
    cycle_second_step_size: steps("steps down; as many as up when None", { default: null, min: 0 }),
    cycle_first_stair_count: stairs("stairs on the way up; 0 is smooth", 0),
    cycle_second_stair_count: stairs("stairs on the way down; as on the way up when None", null),
    decay_step_size: steps(shrinking, { default: 0, min: 0 }),
    cycle_momentum: flag("move beta1 against the rate", { default: true }),
    cycle_min_mom: real("lowest momentum", { default: 0.8 }),
    cycle_max_mom: real("highest momentum", { default: 0.9 }),
    decay_mom_rate: factor("how fast the momentum grows after the cycle", { default: 0 }),
  },
  formula:
    "a triangle from cycle_min_lr to cycle_max_lr and back, then cycle_min_lr / (1 + decay_lr_rate · t' / decay_step_size)",
  quirks: [
    "decay_lr_rate does nothing unless decay_step_size is above 0.",
    "Only optimizers with betas have their momentum moved; before the first step it is the lowest one.",
  ],
  needs: [],
  rule(a, context) {
    const second = (a.cycle_second_step_size as number | null) ?? a.cycle_first_step_size;
    const secondStairs = (a.cycle_second_stair_count as number | null) ?? a.cycle_first_stair_count;
    return cycled({ ...a, cycle_second_step_size: second, cycle_second_stair_count: secondStairs }, context);
  },
});

type Cycle = Readonly<Record<`cycle_${"first" | "second"}_${"step_size" | "stair_count"}`, number>> &
  Readonly<
    Record<`cycle_${"min" | "max"}_${"lr" | "mom"}` | `decay_${"lr" | "mom"}_rate` | "decay_step_size", number>
  > & {
    readonly cycle_momentum: boolean;
    readonly last_batch_iteration: number;
  };

/** Optimizers whose defaults have no betas: DeepSpeed leaves their momentum alone. */
const withoutBetas = new Set(["SGD", "RMSprop", "Adagrad", "Adadelta", "ASGD", "LBFGS", "Rprop", "Adafactor"]);

function cycled(a: Cycle, context: Context): Compiled {
  const along = triangle(a);
  const { decay_step_size: size, last_batch_iteration: last, cycle_min_mom: low, cycle_max_mom: high } = a;
  const decays = (rate: number) => Math.abs(size) > 0 && Math.abs(rate) > 0;
  const growth = (rate: number) => (after: number) => 1 + (decays(rate) ? (rate * after) / size : 0);
  const [rateGrowth, momentumGrowth] = [growth(a.decay_lr_rate), growth(a.decay_mom_rate)];
  const moving = a.cycle_momentum && !withoutBetas.has(context.optimizer ?? "");
  const momentum = along(high, low, decays(a.decay_mom_rate), (after) => high * momentumGrowth(after));
  return perGroup(a, ["cycle_min_lr", "cycle_max_lr"], context, ({ cycle_min_lr: min, cycle_max_lr: max }, base) => {
    const rate = along(min, max, decays(a.decay_lr_rate), (after) => min / rateGrowth(after));
    return {
      lr: afterConstruction(min, rate, last, base),
      ...(moving && { momentum: afterConstruction(low, momentum, last, context.momentum ?? low) }),
    };
  });
}

/** From low to high and back in two straight lines or staircases, then `rest` at the t' steps after the cycle if it `moves`. */
function triangle(a: Cycle) {
  const { cycle_first_step_size: first, cycle_second_step_size: second } = a;
  refuse(first <= 0, `ValueError: cycle_first_step_size must be positive, got ${repr(first, true)}`);
  refuse(second < 0, `ValueError: cycle_second_step_size must be non-negative, got ${repr(second, true)}`);
  const total = first + second;
  const part = (count: number, position: (b: number) => number) => {
    if (!(count > 0)) return { share: (j: number) => position(j + 1), breaks: undefined };
    const level = (j: number) => Math.floor(position(j + 1) * count);
    return { share: (j: number) => level(j) / count, breaks: changes(level) };
  };
  const up = part(a.cycle_first_stair_count, (b) => b / first);
  const down = part(a.cycle_second_stair_count, (b) => (second ? (total - b) / second : 0));
  return (low: number, high: number, moves: boolean, rest: (after: number) => number): Curve =>
    segments(
      warmup(second ? first : first - 1, (j) => low + (high - low) * up.share(j), up.breaks),
      decay(total, (j) => low + (high - low) * down.share(j), down.breaks),
      moves ? decay(Infinity, (j) => rest(j - total + 1)) : flat(Infinity, rest(0)),
    );
}
