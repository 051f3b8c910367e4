import { conclude, type Conclusion } from "./conclude.js";
import type { RunRecord } from "./run.js";
import { lockstep, runSeeds, setupOf, type LiveRate } from "./seeds.js";
import type { SimulationSpec } from "./spec.js";

export interface Simulated extends Conclusion {
  readonly at: readonly number[];
  readonly records: readonly RunRecord[];
}

/** The whole simulation at once, for the command line and for tests. `live` gives each run its own metric-driven schedule. */
export function simulate(spec: SimulationSpec, live?: () => LiveRate): Simulated {
  const shared = setupOf(spec);
  const indices = Array.from({ length: spec.seeds }, (_, i) => i);
  const records: RunRecord[] = [];
  if (live) {
    const epochSteps = spec.stepsPerEpoch ?? shared.problem.stepsPerEpoch;
    const schedules = indices.map(live);
    const together = lockstep(shared, indices, epochSteps);
    while (!together.done) {
      const metrics = together.epoch(schedules.map((schedule) => schedule.lr));
      metrics.forEach((metric, i) => schedules[i]!.step(metric));
    }
    records.push(...together.runs.map((run) => run.record));
  } else {
    for (const record of runSeeds(shared, spec.rates, indices)) if (record) records.push(record);
  }
  return { at: shared.at, records, ...conclude(spec, shared, records) };
}
