import type { CurveEvent } from "../engine/curve.js";
import type { Compiled, LiveSchedule } from "./define.js";

/** A metric that never changes settles every rule long before; what comes later is not worth stepping. */
const farthest = 100_000;

/**
 * The curve of a schedule that a metric drives: at(t) is the rate after t metrics. Each of `metrics` is fed once, in order;
 * past its end the last one repeats. Without any the rate stays as it was. `shape` gives the rate from the step and what the
 * live schedule holds, where that is a factor on another curve.
 */
export function metricDriven(
  start: () => LiveSchedule,
  metrics: readonly number[] | undefined,
  shape: (t: number, live: number) => number = (_, live) => live,
): Compiled & { readonly events: readonly CurveEvent[] } {
  const run = start();
  const fed = metrics?.length ?? 0;
  const rates = [run.lr];
  const changes: number[] = [];
  const events: CurveEvent[] = [];
  const feed = (metric: number) => {
    const before = run.lr;
    const because = run.step(metric);
    rates.push(run.lr);
    if (!Object.is(before, run.lr)) changes.push(rates.length - 1);
    if (because) events.push({ at: rates.length - 1, because });
  };
  metrics?.forEach(feed);
  const feedUpTo = (t: number) => {
    if (fed) while (rates.length <= Math.min(t, fed + farthest)) feed(metrics![fed - 1]!);
  };
  const liveAt = (t: number) => {
    feedUpTo(t);
    return rates[Math.min(t, rates.length - 1)]!;
  };
  const lr = {
    at: (t: number) => shape(t, liveAt(t)),
    nextBreak: (t: number) => {
      let next = changes.find((c) => c > t);
      while (next === undefined && fed && rates.length <= fed + farthest) {
        feedUpTo(rates.length + 1000);
        next = changes.find((c) => c > t);
      }
      return next ?? Infinity;
    },
    phases: [],
  };
  return { lr, events: events.slice(0, events.length), live: start };
}

/** `0.1 → 0.01`, with as many digits as tell them apart. */
export function fromTo(before: number, after: number): string {
  return `${shortNumber(before)} → ${shortNumber(after)}`;
}

/** `3 epochs`, `1 epoch`. */
export function epochsOf(n: number): string {
  return `${n} epoch${n === 1 ? "" : "s"}`;
}

function shortNumber(x: number): string {
  return String(Number(x.toPrecision(6)));
}
