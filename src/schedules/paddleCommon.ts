import type { Curve } from "../engine/curve.js";
import { repr } from "../engine/python.js";
import { constant, shift } from "../engine/shapes.js";
import { lr, type Context, type Params, type ScheduleDefinition, type TypedArgs } from "./define.js";
import { library, type Declared } from "./library.js";
import { refuse } from "./refuse.js";
import { isInt } from "./torchRules.js";

export const learning_rate = lr("rate at step 0", { min: 0 });
const last = { last_epoch: -1, verbose: null };
const declare = library({
  homes: ["paddle.optimizer.lr.", "paddle.optimizer.lr_scheduler."],
  source: "paddle 3.3.1, python/paddle/optimizer/lr.py",
});

/** A class of paddle.optimizer.lr; its rule gives the curve of t completed steps, whatever `last_epoch` says. */
type Scheduler<P extends Params> = Omit<Declared<P, P>, "rule"> & {
  readonly rule: (args: TypedArgs<P & typeof last>, context: Context) => Curve;
  /** The rate that the base class is given, and refuses below 0: learning_rate unless said. */
  readonly base?: (args: TypedArgs<P & typeof last>) => number;
};

export function scheduler<P extends Params>({ rule, base, ...declared }: Scheduler<P>): ScheduleDefinition {
  return declare({
    ...declared,
    params: { ...declared.params, ...last } as Params,
    rule(args, context) {
      const a = args as unknown as TypedArgs<P & typeof last> & { learning_rate: number; last_epoch: number };
      const c = rule(a, context);
      const rate = base ? base(a) : a.learning_rate;
      refuse(rate < 0, `ValueError: Invalid learning rate: ${repr(rate)}`);
      // A fresh run has last_epoch = 0 after construction, a resumed one more.
      if (a.last_epoch === -1) return c;
      return Number.isFinite(a.last_epoch) ? shift(c, a.last_epoch + 1) : constant(NaN);
    },
  });
}

export function demand(condition: boolean, message: string): void {
  refuse(!condition, `AssertionError: ${message}`);
}

/** Known to be written as an int, where only a float will do. */
export const writtenInt = (args: object, name: string) =>
  Object.getOwnPropertySymbols(args).length > 0 && isInt(args, name);
