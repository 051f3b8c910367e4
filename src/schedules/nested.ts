import type { Curve } from "../engine/curve.js";
import { constant } from "../engine/shapes.js";
import { opaque } from "../engine/stepwise.js";
import { compileCall, isRateFunction, isScheduleCall } from "./compile.js";
import { Raises, type Context, type Value } from "./define.js";

/** A user's function is called at most this often to find where it turns or raises. */
export function walkOf(context: Pick<Context, "total_steps">): number {
  return Math.min(Math.max(context.total_steps || 0, 1000), 50_000);
}

/** The curve of an argument that may be a schedule, a function of the step, or a number. `round` is the library's number type. */
export function curveOf(value: Value | undefined, context: Context, round: (x: number) => number = (x) => x): Curve {
  if (typeof value === "number") return constant(round(value));
  if (isScheduleCall(value)) return compileCall(value, context).lr;
  if (isRateFunction(value)) return opaque((t) => round(numberOf(value.call([t]))), walkOf(context));
  throw new Raises("TypeError: a schedule, a function of the step, or a number is needed");
}

/** What a user's function returned, when it is a number. */
export function numberOf(value: Value): number {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  throw new Raises("TypeError: the function does not return a number");
}
