import type { LiveSchedule } from "../schedules/define.js";

interface Rates {
  readonly run: number;
  readonly rates: (number | null)[];
  readonly said: (string | null)[];
}

/** Metric-driven schedules in motion for the simulation: one state per seed, fed by the simulated validation loss. */
export class LiveRuns {
  private readonly runs = new Map<number, LiveSchedule[]>();

  open(run: number, seeds: number, start: () => LiveSchedule): Rates {
    // Old runs whose webview went away without closing them.
    if (this.runs.size > 16) this.runs.clear();
    const states = Array.from({ length: Math.min(seeds, 256) }, start);
    this.runs.set(run, states);
    return { run, rates: states.map(({ lr }) => finite(lr)), said: states.map(() => null) };
  }

  /** null for a seed whose loss is no longer a number: its rate stays. */
  step(run: number, metrics: readonly (number | null)[]): Rates | undefined {
    const states = this.runs.get(run);
    if (!states) return undefined;
    const said = states.map((state, i) => (typeof metrics[i] === "number" ? (state.step(metrics[i]) ?? null) : null));
    return { run, rates: states.map(({ lr }) => finite(lr)), said };
  }

  close(run: number): void {
    this.runs.delete(run);
  }
}

const finite = (lr: number): number | null => (Number.isFinite(lr) ? lr : null);
