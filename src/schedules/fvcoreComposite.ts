import { byLine } from "../engine/oneCycle.js";
import { divide } from "../engine/python.js";
import { atLeast, epsilon, type Edge, type OfWhere } from "./fvcoreWhere.js";
import { refuse } from "./refuse.js";

/** Parts one after the other; each sees `where` of its own stretch ("rescaled") or of the whole ("fixed"). */
export function composite(parts: readonly OfWhere[], lengths: readonly number[], scaling: readonly string[]): OfWhere {
  refuse(parts.length !== lengths.length, "ValueError: Schedulers and lengths must be same length");
  refuse(!parts.length, "ValueError: There must be at least one scheduler in the composite scheduler");
  const sum = lengths.reduce((a, b) => a + b, 0);
  refuse(Math.abs(sum - 1) >= 1e-3, "ValueError: The sum of all values in lengths must be 1");
  const own = [...lengths];
  if (sum !== 1) own[own.length - 1] = 1 - lengths.slice(0, -1).reduce((a, b) => a + b, 0);
  const unknown = scaling.find((s) => s !== "rescaled" && s !== "fixed");
  refuse(unknown !== undefined, `ValueError: Unsupported interval_scaling: ${unknown}`);
  let total = 0;
  const totals = own.map((length) => (total += length));
  const indexAt = (w: number) => {
    let i = 0;
    while (w + epsilon > totals[i]! && i < parts.length - 1) i++;
    return i;
  };
  const inner = (w: number, i: number) => {
    refuse(scaling[i] === undefined, "IndexError: list index out of range");
    return scaling[i] === "rescaled" ? divide(w - (totals[i]! - own[i]!), own[i]!) : w;
  };
  const begins = totals.slice(0, -1).map((end, i): Edge => ({ near: end, passed: (w) => indexAt(w) > i }));
  const nested = parts.flatMap((part, i) => {
    // Within a stretch of no length the library divides by zero, and only once it is there.
    if (own[i] === 0 && scaling[i] === "rescaled") return [];
    const start = totals[i]! - own[i]!;
    const place = (near: number) => (scaling[i] === "rescaled" ? start + near * own[i]! : near);
    return part.edges
      .map((e): Edge => ({
        near: place(e.near),
        passed: (w) => indexAt(w) > i || (indexAt(w) === i && e.passed(inner(w, i))),
      }))
      .filter((e) => e.near >= start - epsilon && (i === parts.length - 1 || e.near < totals[i]!));
  });
  return {
    kind: "decay",
    edges: [...begins, ...nested],
    stretches: parts.map((part, i) => ({ from: i === 0 ? atLeast(0) : begins[i - 1]!, kind: part.kind })),
    at(where) {
      const i = indexAt(where);
      return parts[i]!.at(inner(where, i));
    },
  };
}

/** Linear or constant warm-up in front of a scheduler, up to the scheduler's value at its end. */
export function warmedUp(inner: OfWhere, low: number, length: number, method: string, rescale: boolean): OfWhere {
  const [top, start] = [inner.at(rescale ? 0 : length), low * inner.at(0)];
  refuse(method !== "constant" && method !== "linear", `ValueError: Unknown warmup method: ${method}`);
  const end = method === "constant" ? start : top;
  const rise: OfWhere = { kind: "warmup", edges: [], at: (w) => byLine(start, end, w) };
  return composite([rise, inner], [length, 1 - length], ["rescaled", rescale ? "rescaled" : "fixed"]);
}
