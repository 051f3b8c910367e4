import { setup, startRun, type Run, type RunRecord, type Setup } from "./run.js";
import type { SimulationSpec } from "./spec.js";

/** A metric-driven schedule in motion: the rate in force, moved on by the metric of the epoch just ended. */
export interface LiveRate {
  readonly lr: number;
  step(metric: number): unknown;
}

/** Recorded points of a picture: more would not be seen. On data each costs a pass over all samples. */
const PICTURE_POINTS = 400;
const DATA_POINTS = 120;

const EARLY = [1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 49, 66, 89, 120, 162, 219, 296, 400, 540, 730, 985, 1330, 1795];

/** Recorded counts: 0, the run's end, a picture's points between, and those asked for. Ascending. */
export function recordedAt(spec: SimulationSpec): number[] {
  const T = spec.rates.length;
  const onData = spec.problem.kind === "logistic" || spec.problem.kind === "network";
  const points = Math.min(T, onData ? DATA_POINTS : PICTURE_POINTS);
  // Every other one is a step later: a swing of period two would look still at distances that are all even.
  const later = (i: number) => (T >= 4 * points && i < points ? i & 1 : 0);
  const regular = Array.from({ length: points + 1 }, (_, i) => Math.round((i * T) / points) + later(i));
  // The first moments pass quickest: a descent or a divergence there is seen step by step.
  const early = EARLY.filter((n) => n < T / points);
  return [...new Set([...regular, ...early, ...spec.at])].sort((a, b) => a - b);
}

export function setupOf(spec: SimulationSpec, at: readonly number[] = recordedAt(spec)): Setup {
  return setup(spec.problem, spec.optimizer, spec.seed, at);
}

/** Updates that take a few milliseconds: after so many the work can be looked at, shown or dropped. */
export function chunkSize({ spec, problem }: Setup): number {
  const cost =
    spec.kind === "network" ? spec.batch * spec.hidden * 3 : spec.kind === "logistic" ? spec.batch * 4 : problem.size;
  return Math.max(1, Math.floor(100_000 / cost));
}

/**
 * Runs the seeds `indices` one after the other; yields each record when it is finished and undefined between chunks, so
 * that the caller can show the first runs, tell progress, or stop. Seeds are independent: any split gives the same records.
 */
export function* runSeeds(
  shared: Setup,
  rates: ArrayLike<number>,
  indices: Iterable<number>,
): Generator<RunRecord | undefined, void> {
  const T = shared.at[shared.at.length - 1]!;
  const chunk = chunkSize(shared);
  for (const index of indices) {
    const run = startRun(shared, index);
    while (run.step < T && run.record.failedAt === undefined) {
      run.advance(rates, Math.min(T, run.step + chunk));
      yield undefined;
    }
    run.advance(rates, T);
    yield run.record;
  }
}

/** Runs that wait for each other at the end of every epoch, where a metric-driven schedule sets the next rate of each. */
export interface Lockstep {
  readonly runs: readonly Run[];
  readonly done: boolean;
  readonly step: number;
  /** Does one epoch with one rate per run and gives one metric per run: NaN where the run is no longer finite. */
  epoch(rates: readonly number[]): number[];
}

export function lockstep(shared: Setup, indices: readonly number[], stepsPerEpoch: number): Lockstep {
  const T = shared.at[shared.at.length - 1]!;
  const runs = indices.map((index) => startRun(shared, index, true));
  let step = 0;
  return {
    runs,
    get done() {
      return step >= T;
    },
    get step() {
      return step;
    },
    epoch(rates) {
      step = Math.min(T, step + stepsPerEpoch);
      runs.forEach((run, i) => run.advance(rates[i]!, step));
      return runs.map((run) => run.metric());
    },
  };
}
