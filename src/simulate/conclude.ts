import { chunkSize, runSeeds, setupOf } from "./seeds.js";
import type { RunRecord, Setup } from "./run.js";
import type { SimulationSpec } from "./spec.js";
import { quantile, summarize, type Summary } from "./summary.js";
import { expectation, noiseFloor, stabilityLimit, type Expectation } from "./theory.js";
import { judge, type Evidence, type Verdict } from "./verdict.js";

/** What is told of a simulation. Series have the length of the recorded counts. */
export interface Conclusion {
  readonly loss: Summary;
  readonly validation?: Summary;
  /** On the quadratic with SGD, when the rates are the same for all runs. */
  readonly expected?: Expectation;
  readonly verdict: Verdict;
}

/** From some runs or from all of them. */
export function conclude(spec: SimulationSpec, shared: Setup, records: readonly RunRecord[]): Conclusion {
  const { problem, at } = shared;
  const loss = summarize(records);
  const ownRates = records[0]?.rates;
  const expected =
    spec.problem.kind === "quadratic" && !ownRates
      ? expectation(spec.problem, spec.optimizer, spec.rates, at)
      : undefined;
  const least = problem.least ?? 0;
  const limit = problem.curvature && stabilityLimit(spec.optimizer, problem.curvature.max);
  const evidence: Evidence = {
    at,
    excess: expected ? expected.loss : loss.median.map((x) => x - least),
    least,
    leastKnown: problem.least !== undefined,
    rates: ownRates ?? at.map((n) => spec.rates[Math.min(n, spec.rates.length - 1)]!),
    ...(limit !== undefined && spec.problem.kind !== "logistic" && { limit: { lr: limit, words: limitWords(spec) } }),
    motion: expected ? theoryMotion(spec, expected) : sampledMotion(at, records, loss.median, least),
    told: spec.told ?? { scale: 1, stride: 1 },
    runs: records.length,
    failures: records.flatMap((r) => (r.failedAt === undefined ? [] : [r.failedAt])),
    reference: () => reference(spec, limit, least),
  };
  return {
    loss,
    ...(problem.validation && { validation: summarize(records, "validation") }),
    ...(expected && { expected }),
    verdict: judge(evidence),
  };
}

function theoryMotion({ rates, optimizer }: SimulationSpec, { bias, last }: Expectation): Evidence["motion"] {
  const T = rates.length;
  let area = 0;
  for (let k = Math.floor(T / 2); k < T; k++) area += rates[k]!;
  const slowdown = 1 - (optimizer.momentum ?? 0);
  const share = ({ h, mean2, variance }: (typeof last)[number]) => h * (mean2 + variance);
  const main = last.reduce((best, entry) => (share(entry) > share(best) ? entry : best));
  return { kind: "theory", bias, folds: (2 * main.h * area) / slowdown, needed: slowdown / (main.h * T) };
}

function sampledMotion(
  at: readonly number[],
  records: readonly RunRecord[],
  median: Float64Array,
  least: number,
): Evidence["motion"] {
  const T = at[at.length - 1]!;
  const from = at.findIndex((n) => n >= T / 2);
  const finite = records.filter((r) => r.failedAt === undefined);
  if (finite.length === 0) return { kind: "sampled", drift: 0, fluctuation: 0, stroke: 0, fall: 0 };
  const drifts = Float64Array.from(finite, (r) => (r.drift * T) / 2).sort();
  // One run's deviation from its own straight line between the halves of the window, so that a falling loss is no swing.
  const swings = Float64Array.from(finite, ({ loss }) => {
    let [sum, squares, n] = [0, 0, 0];
    for (let k = from + 1; k < at.length; k++) {
      sum += loss[k]! - least;
      squares += ((loss[k]! - loss[k - 1]!) * (loss[k]! - loss[k - 1]!)) / 2;
      n++;
    }
    return n > 0 && sum > 0 ? Math.sqrt(squares / n) / (sum / n) : 0;
  }).sort();
  const end = median[median.length - 1]! - least;
  const drift = end > 0 ? quantile(drifts, 0.5) / end : 0;
  return {
    kind: "sampled",
    drift,
    fluctuation: quantile(swings, 0.5),
    stroke: (2 * drift) / T,
    fall: fallOf(at, finite),
  };
}

/** z-score of the difference between a run's mean loss in [0.45 T, 0.55 T] and in [0.9 T, T]; Infinity for a single run. */
function fallOf(at: readonly number[], records: readonly RunRecord[]): number {
  const T = at[at.length - 1]!;
  const differences = records.map(({ loss }) => {
    const mean = (from: number, to: number) => {
      const inside = loss.filter((_, k) => at[k]! >= from && at[k]! <= to);
      return inside.length > 0 ? inside.reduce((a, b) => a + b, 0) / inside.length : loss[loss.length - 1]!;
    };
    return mean(0.45 * T, 0.55 * T) - mean(0.9 * T, T);
  });
  const n = differences.length;
  const mean = differences.reduce((a, b) => a + b, 0) / n;
  const variance = differences.reduce((sum, d) => sum + (d - mean) * (d - mean), 0) / (n - 1);
  return n < 2 || variance === 0 ? Math.sign(mean) * Infinity || 0 : mean / Math.sqrt(variance / n);
}

const REFERENCE_RUNS = 4;
const REFERENCE_STEPS = 20_000;
/** Chunks of a few milliseconds that the reference may take: the worker listens to nothing meanwhile. */
const REFERENCE_CHUNKS = 8;

/** Excess at the end when the highest stable rate of the schedule falls linearly to 0 over the same run. */
function reference(spec: SimulationSpec, limit: number | undefined, least: number): number | undefined {
  const T = spec.rates.length;
  const peak = Math.min(
    spec.rates.reduce((a, b) => Math.max(a, b), 0),
    limit === undefined ? Infinity : limit / 2,
  );
  const rates = Float64Array.from({ length: T }, (_, k) => peak * (1 - k / T));
  if (spec.problem.kind === "quadratic") {
    const exact = expectation(spec.problem, spec.optimizer, rates, [0, T]);
    if (exact) return exact.loss[1];
  }
  if (T > REFERENCE_STEPS) return undefined;
  const shared = setupOf(spec, [0, T]);
  const affordable = Math.floor((REFERENCE_CHUNKS * chunkSize(shared)) / T);
  const ends = new Float64Array(Math.max(1, Math.min(REFERENCE_RUNS, affordable)));
  for (const record of runSeeds(shared, rates, ends.keys())) if (record) ends[record.index] = record.loss[1]! - least;
  const value = quantile(ends.sort(), 0.5);
  return Number.isFinite(value) ? value : undefined;
}

/** The loss below which each rate would hold the quadratic if it stayed constant; for drawing beside the curve. */
export function floorAt(spec: SimulationSpec, lr: number): number | undefined {
  return spec.problem.kind === "quadratic" ? noiseFloor(spec.problem, spec.optimizer, lr) : undefined;
}

function limitWords({ problem }: SimulationSpec): string {
  return problem.kind === "quadratic" || problem.kind === "ravine"
    ? "above which the run grows"
    : "above which it cannot rest at a minimum";
}
