import type { Curve } from "../engine/curve.js";
import { compileSchedule } from "../schedules/compile.js";
import type { Args, Context, ParamSpec, ScheduleDefinition, Value } from "../schedules/define.js";
import type { DefaultValue } from "./finding.js";

const probes = 12;
/** A curve that is known by stepping alone is compared so far. */
const farthest = 20_000;

/** The parameters that were not written and matter: with another value the curve over the run would be another. */
export function matteringDefaults(
  definition: ScheduleDefinition,
  args: Args,
  context: Partial<Context>,
  curve: Curve,
  totalSteps: number,
): Record<string, DefaultValue> {
  const result: Record<string, DefaultValue> = {};
  for (const [name, spec] of Object.entries(definition.params)) {
    if (args[name] !== undefined || spec.default === undefined || spec.default === null) continue;
    const other = otherValue(spec, spec.default);
    if (other !== undefined && changes({ ...args, [name]: other }))
      result[name] = { status: "default", value: spec.default };
  }
  return result;

  function changes(changed: Args): boolean {
    try {
      const other = compileSchedule(definition, changed, context).lr;
      const last = curve.walk === undefined ? totalSteps : Math.min(totalSteps, farthest);
      for (let i = 0; i <= probes; i++) {
        // Uneven distances, so that no period hides a change.
        const t = Math.floor((last * i * (i + 1)) / (probes * (probes + 1)));
        if (!Object.is(other.at(t), curve.at(t))) return true;
      }
    } catch {
      return false;
    }
    return false;
  }
}

function otherValue(spec: ParamSpec, value: Value): Value | undefined {
  if (typeof value === "boolean") return !value;
  if (typeof value === "string") return spec.choices?.find((choice) => choice !== value);
  if (typeof value !== "number" || spec.kind === "handle") return undefined;
  if (spec.kind === "integer") return value + (value < 0 ? 3 : 1);
  return value === 0 ? 1e-3 : value * 0.75;
}
