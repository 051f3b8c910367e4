import type { FromWebview, ToWebview } from "../../src/panel/protocol.js";
import type { RunRecord } from "../../src/simulate/run.js";
import { quantile, summarize, type Summary } from "../../src/simulate/summary.js";
import type { Verdict } from "../../src/simulate/verdict.js";
import { recordedAt } from "../../src/simulate/seeds.js";
import type { FromWorker, Job, ToWorker } from "./messages.js";

/** One line as far as it is computed. */
export interface Series {
  readonly job: Job;
  readonly at: readonly number[];
  readonly records: RunRecord[];
  summary?: Summary;
  /** On data: the loss of the validation set. */
  validation?: Summary;
  expected?: Float64Array;
  verdict?: Verdict;
  /** Seeds that are still to come. */
  complete: boolean;
}

export interface Picture {
  readonly id: number;
  readonly series: ReadonlyMap<string, Series>;
  readonly progress: number;
  readonly done: boolean;
  readonly started: number;
}

/** Workers for the seeds; results arrive as a picture that grows. A new run replaces the one before. */
export class Simulator {
  private workers: Worker[] = [];
  private opening: Promise<void> | undefined;
  private id = 0;
  private series = new Map<string, Series>();
  private started = 0;
  private left = 0;
  private liveRun = new Map<number, string>();
  private runNumber = 0;

  constructor(
    private readonly changed: (picture: Picture) => void,
    private readonly failed: (message: string) => void,
    private readonly post: (message: FromWebview) => void,
    private readonly keyNow: () => string | undefined,
  ) {}

  /** Runs the jobs with the seeds from 0 on, shared out over the workers. */
  async run(jobs: readonly Job[], seeds: number): Promise<void> {
    const id = ++this.id;
    await (this.opening ??= this.open());
    if (id !== this.id || this.workers.length === 0) return;
    for (const run of this.liveRun.keys()) this.post({ type: "closeLive", run });
    this.liveRun.clear();
    this.series = new Map(
      jobs.map((job) => [job.series, { job, at: recordedAt(job.spec), records: [], complete: false }]),
    );
    this.started = performance.now();
    this.left = this.workers.length;
    this.workers.forEach((worker, w) => {
      const own = Array.from({ length: seeds }, (_, i) => i).filter((i) => i % this.workers.length === w);
      const firstCount = Math.max(1, Math.ceil(4 / this.workers.length));
      send(worker, { type: "run", id, jobs, first: own.slice(0, firstCount), rest: own.slice(firstCount) });
    });
  }

  stop(): void {
    this.id++;
    for (const worker of this.workers) send(worker, { type: "stop" });
  }

  /** The extension's answer for a metric-driven schedule. */
  liveRates({ run, rates }: Extract<ToWebview, { type: "liveRates" }>): void {
    const series = this.liveRun.get(run);
    if (series !== undefined) send(this.workers[0]!, { type: "liveRates", id: this.id, series, rates });
  }

  private async open(): Promise<void> {
    try {
      // The page's origin differs from the resource's: a worker must start from a blob of the same text.
      const address = document.body.dataset.worker ?? "";
      const text = await (await fetch(address)).text();
      const blob = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      const cores = navigator.hardwareConcurrency || 2;
      const count = Math.min(4, Math.max(cores > 1 ? 2 : 1, cores - 1));
      this.workers = Array.from({ length: count }, () => {
        const worker = new Worker(blob);
        worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.receive(data);
        worker.onerror = (event) => this.failed(`The simulation broke off: ${event.message}`);
        return worker;
      });
    } catch (error) {
      this.failed(`The simulation could not be started: ${String(error)}`);
    }
  }

  private receive(message: FromWorker): void {
    if (message.id !== this.id) return;
    switch (message.type) {
      case "records": {
        const series = this.series.get(message.series)!;
        series.records.push(...message.records);
        series.records.sort((a, b) => a.index - b.index);
        series.summary = summarize(series.records);
        if (series.records[0]!.validation) series.validation = summarize(series.records, "validation");
        series.complete = series.records.length >= series.job.spec.seeds;
        // Early for the first picture, and once more when all seeds are there.
        if (series.complete || series.verdict === undefined) this.conclude(series);
        break;
      }
      case "concluded": {
        const series = this.series.get(message.series)!;
        series.verdict = message.verdict;
        if (message.expected) series.expected = message.expected;
        break;
      }
      case "metrics":
        return this.askLive(message);
      case "done":
        this.left--;
        break;
      case "failed":
        return this.failed(message.message);
      default:
        message satisfies never;
    }
    this.tell();
  }

  private conclude({ job, records }: Series): void {
    send(this.workers.at(-1)!, { type: "conclude", id: this.id, job, records });
  }

  private askLive({ series, metrics }: Extract<FromWorker, { type: "metrics" }>): void {
    let run = [...this.liveRun].find(([, name]) => name === series)?.[0];
    if (run === undefined) {
      run = ++this.runNumber;
      this.liveRun.set(run, series);
      const key = this.keyNow();
      if (key !== undefined)
        this.post({
          type: "openLive",
          key,
          run,
          seeds: this.series.get(series)!.job.spec.seeds,
          ...(series !== "edit" && { id: series }),
        });
    } else this.post({ type: "stepLive", run, metrics });
  }

  private tell(): void {
    const all = [...this.series.values()];
    const progress = all.reduce((sum, s) => sum + s.records.length / s.job.spec.seeds, 0) / Math.max(1, all.length);
    this.changed({ id: this.id, series: this.series, progress, done: this.left <= 0, started: this.started });
  }
}

const send = (worker: Worker, message: ToWorker) => worker.postMessage(message);

/** What a metric-driven schedule did in the runs: the median rate, at steps of the user's run. */
export function medianRates({ at, records, job }: Series, scale: number): { x: number; y: number }[] {
  return at.map((n, k) => {
    const rates = Float64Array.from(records, (r) => r.rates?.[k] ?? NaN)
      .filter(Number.isFinite)
      .sort();
    return { x: n * (job.spec.told?.stride ?? 1), y: quantile(rates, 0.5) / scale };
  });
}
