import { repr } from "../engine/python.js";
import { constant } from "../engine/shapes.js";
import { integer, lr, required, type ScheduleDefinition } from "./define.js";
import * as factors from "./lambdaFactors.js";
import { refuse } from "./refuse.js";
import { lambdaSchedule } from "./torchRules.js";

export type Names = Pick<ScheduleDefinition, "id" | "aliases" | "source">;
export const warm = { num_warmup_steps: required, num_training_steps: required };
export const fromZero = "With a warm-up the very first step has a rate of 0.";
export const risesAgain = "Past num_training_steps the cosine climbs again.";

/** What transformers and diffusers have in common, by the name that get_scheduler takes, under the names of one of them. */
export const lambdaSchedules = (names: (name: string) => Names) => ({
  constant: lambdaSchedule({
    ...names("get_constant_schedule"),
    params: {},
    formula: "lr = base_lr",
    factor: () => constant(1),
  }),
  constant_with_warmup: lambdaSchedule({
    ...names("get_constant_schedule_with_warmup"),
    params: { num_warmup_steps: required },
    formula: "lr = base_lr · min(1, t / num_warmup_steps)",
    quirks: [fromZero],
    factor: (a) => factors.warmupThenConstant(a.num_warmup_steps),
  }),
  cosine: lambdaSchedule({
    ...names("get_cosine_schedule_with_warmup"),
    params: { ...warm, num_cycles: 0.5 },
    formula: "lr = base_lr · t / num_warmup_steps, then base_lr · (1 + cos(2π · num_cycles · p)) / 2",
    quirks: [fromZero, risesAgain],
    factor: (a) => factors.warmupThenCosine(a.num_warmup_steps, a.num_training_steps, a.num_cycles),
  }),
  cosine_with_restarts: lambdaSchedule({
    ...names("get_cosine_with_hard_restarts_schedule_with_warmup"),
    params: { ...warm, num_cycles: integer("cosines, one after the other", { default: 1, min: 1 }) },
    formula: "lr = base_lr · t / num_warmup_steps, then base_lr · (1 + cos(π · (num_cycles · p mod 1))) / 2",
    quirks: [fromZero],
    factor: (a) => factors.warmupThenRestarts(a.num_warmup_steps, a.num_training_steps, a.num_cycles),
  }),
  polynomial: lambdaSchedule({
    ...names("get_polynomial_decay_schedule_with_warmup"),
    params: { ...warm, lr_end: lr("rate at the end of the run", { default: 1e-7, min: 0 }), power: 1 },
    formula: "lr = base_lr · t / num_warmup_steps, then (base_lr - lr_end) · (1 - p)^power + lr_end",
    quirks: [fromZero, "num_warmup_steps = num_training_steps divides by zero when the warm-up ends."],
    factor: ({ num_warmup_steps: W, num_training_steps: T, lr_end: end, power }, { initial_lr: base }) => {
      const larger = `ValueError: lr_end (${repr(end)}) must be smaller than initial lr (${repr(base)})`;
      refuse(!(base > end), larger);
      return factors.warmupThenPolynomial(W, T, base, end, power);
    },
  }),
});
