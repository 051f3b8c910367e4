import type { Curve, PhaseKind } from "../engine/curve.js";
import { repr } from "../engine/python.js";
import { shift } from "../engine/shapes.js";
import { handle, lastEpoch, lr, writtenAsFloat } from "./define.js";
import { isInt, raise } from "./torchRules.js";

export const names = (name: string) => ({
  id: `paddle.optimizer.lr.${name}`,
  aliases: [`paddle.optimizer.lr_scheduler.${name}`],
});
export const common = { unit: "step", source: "paddle 3.3.1, python/paddle/optimizer/lr.py" } as const;
export const learning_rate = lr("rate at step 0", { min: 0 });
export const last = { last_epoch: lastEpoch, verbose: handle("whether to print") };

/** A curve of t completed steps as the run sees it: a fresh one has last_epoch = 0 after construction, a resumed one more. */
export function from(base: number, last_epoch: number, c: () => Curve): Curve {
  if (base < 0) raise(`ValueError: Invalid learning rate: ${repr(base)}`);
  return last_epoch === -1 ? c() : shift(c(), last_epoch + 1);
}

export function demand(condition: boolean, message: string): void {
  if (!condition) raise(`AssertionError: ${message}`);
}

export const whole = isInt;
/** Known to be written as an int, where only a float will do. */
export const writtenInt = (args: { readonly [writtenAsFloat]?: ReadonlySet<string> }, name: string) =>
  args[writtenAsFloat] !== undefined && isInt(args, name);
export const rising = (a: number, b: number): PhaseKind => (b > a ? "warmup" : "decay");
