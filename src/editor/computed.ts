import type { Curve } from "../engine/curve.js";
import { factsOf as computeFacts, type Facts } from "../engine/facts.js";
import type { Resolved } from "../recognize/resolve.js";

const known = new WeakMap<Curve, { readonly totalSteps: number; readonly facts: Facts }>();

/** The facts of a resolved schedule over its run, computed once for its curve; undefined when there is no curve at all. */
export function factsOf({ compiled, run }: Resolved): Facts | undefined {
  const lr = compiled?.lr;
  if (!lr || lr.end?.at === 0) return undefined;
  const before = known.get(lr);
  if (before?.totalSteps === run.totalSteps) return before.facts;
  const facts = computeFacts(lr, run.totalSteps);
  known.set(lr, { totalSteps: run.totalSteps, facts });
  return facts;
}
