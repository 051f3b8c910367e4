import type { Curve } from "../engine/curve.js";
import { buildCall } from "./calls.js";
import type { CallResult } from "./evaluate/index.js";
import type { Reader } from "./reader.js";
import { resolve } from "./resolve.js";

/**
 * The rates of the library's schedules that the file's own code calls: `self.decay_schedule_fn(step - self.warmup_steps)` in a
 * warm-up around another schedule. Undefined for what is no schedule, has no curve, or is asked between two steps.
 */
export function calledSchedules(reader: Reader): (call: CallResult, step: number) => number | undefined {
  const curves = new Map<CallResult, Curve | undefined>();
  return (call, step) => {
    if (!curves.has(call)) {
      const there = reader.found(call);
      // One place may make several, each with its own arguments.
      const found = there?.call === call ? there : buildCall(reader, call, undefined);
      curves.set(call, found && resolve(found.finding, { assume: reader.assume }).compiled?.lr);
    }
    const curve = curves.get(call);
    return curve && Number.isInteger(step) && step < (curve.end?.at ?? Infinity) ? curve.at(step) : undefined;
  };
}
