import { factsOf as computeFacts, type Facts } from "../engine/facts.js";
import type { Resolved } from "../recognize/resolve.js";

const known = new WeakMap<Resolved, Facts | undefined>();

/** The facts of a resolved schedule over its run, computed once; undefined when there is no curve at all. */
export function factsOf(resolved: Resolved): Facts | undefined {
  if (!known.has(resolved)) {
    const lr = resolved.compiled?.lr;
    known.set(resolved, lr && lr.end?.at !== 0 ? computeFacts(lr, resolved.run.totalSteps) : undefined);
  }
  return known.get(resolved);
}
