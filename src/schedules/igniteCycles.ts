import type { Curve } from "../engine/curve.js";
import { divide, repr } from "../engine/python.js";
import { segments } from "../engine/segments.js";
import { countUpTo, ending } from "../engine/shapes.js";
import { refuse } from "./refuse.js";

export interface Cyclic {
  readonly start_value: number;
  readonly end_value: number;
  readonly cycle_size: number;
  readonly cycle_mult: number;
  readonly start_value_mult: number;
  readonly end_value_mult: number;
  readonly warmup_duration: number;
}

/** One cycle: when it starts, its length, the way back after it, how many went before. */
interface Cycle {
  readonly from: number;
  readonly size: number;
  readonly back: number;
  readonly n: number;
}

const mostCycles = 100_000;

/** `shape` gives 0 at start_value and 1 at end_value, for progress in [0, 1]. */
export function cyclical(a: Cyclic, shape: (p: number) => number, middle: boolean): Curve {
  const larger = "ValueError: Argument cycle_size should be positive and larger than 1";
  refuse(a.cycle_size < 2, `${larger}, but given ${repr(a.cycle_size)}`);
  const cycles: Cycle[] = [{ from: 0, size: a.cycle_size, back: a.warmup_duration, n: 0 }];
  const starts = [0];
  const cycleAt = (t: number): Cycle => {
    for (;;) {
      const last = cycles[cycles.length - 1]!;
      const length = last.size + last.back;
      // The counter is compared with the length for equality: a fraction is never met, and an empty cycle has no progress.
      if (!Number.isInteger(length) || last.size <= 0 || t < last.from + length || cycles.length > mostCycles) break;
      const [size, back] = [Math.trunc(last.size * a.cycle_mult), Math.trunc(last.back * a.cycle_mult)];
      if (size === last.size && back === last.back) {
        const more = Math.floor((t - last.from) / length);
        return { from: last.from + more * length, size, back, n: last.n + more };
      }
      cycles.push({ from: last.from + length, size, back, n: last.n + 1 });
      starts.push(last.from + length);
    }
    return cycles[Math.max(0, countUpTo(starts, t) - 1)]!;
  };
  const at = (t: number) => {
    const { from, size, back, n } = cycleAt(t);
    const event = t - from;
    const end = a.end_value * a.end_value_mult ** n;
    if (event > size) {
      const start = a.start_value * a.start_value_mult ** (Number.isInteger(size) ? n + 1 : n);
      return end + (start - end) * divide(event - size, back);
    }
    const start = a.start_value * a.start_value_mult ** (event === size && back > 0 ? n + 1 : n);
    return start + (end - start) * shape(divide(event, size));
  };
  const nextBreak = (t: number) => {
    const { from, size, back } = cycleAt(t);
    const marks = [...(middle ? [from + Math.ceil(size / 2)] : []), from + Math.floor(size), from + size + back];
    return Math.min(
      ...marks.filter((m) => m > t),
      ...(size + back > 0 && Number.isInteger(size + back) ? [] : [Infinity]),
    );
  };
  return endingWhereEmpty(segments({ kind: "cycle", to: Infinity, lr: at, breaks: nextBreak }), a, cycleAt);
}

/** Cycles that shrink to nothing, or whose length is a fraction, divide by zero. */
function endingWhereEmpty(c: Curve, a: Cyclic, cycleAt: (t: number) => Cycle): Curve {
  const because = "ZeroDivisionError: division by zero";
  if (!Number.isInteger(a.cycle_size + a.warmup_duration))
    return a.warmup_duration ? c : ending(c, Math.floor(a.cycle_size) + 1, because);
  if (a.cycle_mult >= 1) return c;
  const last = cycleAt(Number.MAX_SAFE_INTEGER);
  return last.size <= 0 ? ending(c, last.from, because) : c;
}
