import type { Curve } from "../engine/curve.js";
import { constant, sequence, shift } from "../engine/shapes.js";
import { integer, optimizer } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { isInt, written } from "./torchRules.js";

const last_batch_iteration = integer("completed steps when resuming; -1 for a fresh run", { default: -1 });

/** DeepSpeed's schedulers: `optimizer` stands before their parameters, `last_batch_iteration` after them. */
export const deepspeedSchedule = library({
  homes: ["deepspeed.runtime.lr_schedules.", "deepspeed."],
  source: "deepspeed 0.19.8, runtime/lr_schedules.py",
  needs: ["initial_lr"],
  first: { optimizer },
  last: { last_batch_iteration },
});

/** `first` until the first step, then the formula at j = t - 1: the constructor's rate is in force for the first update. */
export function afterConstruction(first: number, ofIteration: Curve, last: number, resumed: number): Curve {
  const fresh = last === -1;
  return sequence([
    { from: 0, curve: constant(fresh ? first : resumed), kind: fresh ? "warmup" : "constant" },
    { from: 1, curve: shift(ofIteration, last) },
  ]);
}

export function positiveInt(args: object, name: string): void {
  const value = (args as Record<string, number>)[name]!;
  const wrong = !isInt(args, name) || value <= 0;
  refuse(wrong, `ValueError: ${name} must be a positive integer, got ${written(args, name)}`);
}
