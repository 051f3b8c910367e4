import type { Curve } from "../engine/curve.js";
import type { Facts } from "../engine/facts.js";
import type { Slot } from "./params.js";
import type { Handle } from "./protocol.js";

/**
 * Points of the curve that a parameter moves, found by what the parameter is: a rate that the curve starts, peaks or ends
 * at moves up and down there; a count of steps at which the curve breaks moves left and right. `perStep`: optimizer steps
 * of one scheduler step.
 */
export function handlesOf(
  slots: readonly Slot[],
  curve: Curve,
  facts: Facts,
  total: number,
  perStep: number,
): Handle[] {
  const handles: Handle[] = [];
  const taken = new Set<string>();
  const add = (handle: Handle) => {
    const place = `${handle.axis}:${Math.round((handle.x / Math.max(1, total * perStep)) * 200)}`;
    if (!taken.has(place)) handles.push(handle);
    taken.add(place);
  };
  const ends: readonly [number, number][] = [
    [0, facts.initial],
    [facts.peakAt, facts.peak],
    [facts.finalAt, facts.final],
  ];
  for (const { path, spec, value } of slots) {
    if (value.status === "unknown" || value.status === "default") continue;
    const label = path.slice(path.lastIndexOf("/") + 1);
    const range = {
      ...(spec?.min !== undefined && { min: spec.min }),
      ...(spec?.max !== undefined && { max: spec.max }),
    };
    if (spec?.unit === "lr" && typeof value.value === "number") {
      const rate = value.value;
      const at = ends.find(([, y]) => Math.abs(y - rate) <= 1e-6 * Math.abs(rate) && rate !== 0);
      if (at)
        add({
          id: path,
          param: path,
          axis: "y",
          x: at[0] * perStep,
          y: at[1],
          scale: 1,
          offset: 0,
          min: 0,
          ...range,
          label,
        });
    }
    if (spec?.unit !== "step" && spec?.unit !== "epoch" && spec?.kind !== "numbers") continue;
    const values = Array.isArray(value.value) ? (value.value as readonly unknown[]) : [value.value];
    values.forEach((entry, index) => {
      if (typeof entry !== "number" || !(entry > 0) || entry > total || !breaksAt(curve, entry)) return;
      const t = Math.ceil(entry);
      const list = Array.isArray(value.value);
      const lower = list && index > 0 ? (values[index - 1] as number) + 1 : 1;
      const upper = list && index + 1 < values.length ? (values[index + 1] as number) - 1 : undefined;
      add({
        id: list ? `${path}[${index}]` : path,
        param: path,
        ...(list && { index }),
        axis: "x",
        x: t * perStep,
        y: curve.at(t),
        scale: 1 / perStep,
        offset: 0,
        min: lower,
        ...(upper !== undefined && { max: upper }),
        integer: true,
        label: list ? `${label}[${index}]` : label,
      });
    });
  }
  return handles.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)).slice(0, 24);
}

/** Whether the curve changes its rule at or right after this step. */
function breaksAt(curve: Curve, t: number): boolean {
  const next = curve.nextBreak(Math.ceil(t) - 1);
  return next === Math.ceil(t) || next === Math.floor(t) + 1;
}
