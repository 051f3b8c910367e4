import type { RunRecord } from "../../src/simulate/run.js";
import type { SimulationSpec } from "../../src/simulate/spec.js";
import type { Verdict } from "../../src/simulate/verdict.js";

/** One line of the picture: the edited schedule, the constant rate, a ghost. */
export interface Job {
  readonly series: string;
  readonly spec: SimulationSpec;
  /** Set when a metric-driven schedule gives the rates: the runs stop at every epoch and ask. */
  readonly live?: boolean;
}

export type ToWorker =
  /** Replaces whatever runs. Seeds `first` of every job are done before `rest`. */
  | { type: "run"; id: number; jobs: readonly Job[]; first: readonly number[]; rest: readonly number[] }
  | { type: "liveRates"; id: number; series: string; rates: readonly (number | null)[] }
  | { type: "conclude"; id: number; job: Job; records: readonly RunRecord[] }
  | { type: "stop" };

export type FromWorker =
  | { type: "records"; id: number; series: string; records: readonly RunRecord[] }
  /** One metric per seed, null where the loss is no longer a number. */
  | { type: "metrics"; id: number; series: string; metrics: readonly (number | null)[] }
  | { type: "done"; id: number }
  | { type: "concluded"; id: number; series: string; verdict: Verdict; expected?: Float64Array }
  | { type: "failed"; id: number; message: string };
