import type { Curve } from "../engine/curve.js";
import { firstWhere } from "../engine/search.js";
import { opaque } from "../engine/stepwise.js";
import type { Compiled } from "../schedules/define.js";
import { walkOf } from "../schedules/nested.js";
import type { Transform } from "./finding.js";

/** The compiled schedule after what the file does to the rate and to the step, in the order of the file. */
export function transformed(compiled: Compiled, transforms: readonly Transform[]): Compiled {
  if (transforms.length === 0) return compiled;
  const apply = (lr: Curve) =>
    transforms.reduce((c, t) => (t.on === "lr" ? mapped(c, t) : stepped(c, (x) => t.apply(x, x))), lr);
  return { ...compiled, lr: apply(compiled.lr), ...(compiled.groups && { groups: compiled.groups.map(apply) }) };
}

/** Clipping makes a bend where the clamp takes hold; between two breaks the curve stays monotone, so extremes are kept. */
function mapped(c: Curve, { apply, breaks = [], switches }: Transform): Curve {
  const inner = (t: number) => {
    try {
      return c.at(t);
    } catch (error) {
      if (!switches) throw error;
      return NaN;
    }
  };
  return {
    ...c,
    at: (t) => apply(inner(t), t),
    ...(breaks.length > 0 && {
      nextBreak: (t: number) => Math.min(c.nextBreak(t), breaks.find((edge) => edge > t) ?? Infinity),
    }),
  };
}

/** The step mapping must not fall; breaks are searched in the mapped step. */
function stepped(c: Curve, f: (t: number) => number): Curve {
  const firstReaching = (target: number, after: number): number =>
    Number.isFinite(target) ? firstWhere((t) => f(t) >= target, after) : Infinity;
  const back = (t: number) => (t <= f(0) ? 0 : firstReaching(t, 0));
  return {
    at: (t) => c.at(f(t)),
    nextBreak: (t) => firstReaching(c.nextBreak(f(t)), t),
    phases: c.phases.map((p) => ({ kind: p.kind, from: back(p.from), to: back(p.to) })).filter((p) => p.to > p.from),
    ...(c.end && { end: { ...c.end, at: back(c.end.at) } }),
  };
}

/**
 * The curve of a rate computed by the file's own code. Nothing is known of its breaks: they are found by walking it. Where the
 * function raises or cannot be followed, the curve ends.
 */
export function curveOfFunction(rate: (t: number) => number, totalSteps: number): Curve {
  return opaque(rate, walkOf({ total_steps: totalSteps }), { horizon: totalSteps });
}
