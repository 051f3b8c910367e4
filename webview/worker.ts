import { conclude } from "../src/simulate/conclude.js";
import type { RunRecord } from "../src/simulate/run.js";
import { lockstep, runSeeds, setupOf } from "../src/simulate/seeds.js";
import type { FromWorker, Job, ToWorker } from "./simulation/messages.js";

/**
 * The simulation beside the page. Work is done in pieces of a few milliseconds; between them messages are read, so a new run
 * or a stop takes effect within one piece.
 */
const SLICE_MS = 12;
let current = 0;
let answer: ((rates: readonly (number | null)[]) => void) | undefined;

const post = (message: FromWorker) => postMessage(message);
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();
/** Lets waiting messages in; a timer would wait four milliseconds longer. */
const breathe = () =>
  new Promise<void>((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case "run":
      current = data.id;
      answer = undefined;
      run(data).catch((error: unknown) => post({ type: "failed", id: data.id, message: String(error) }));
      break;
    case "stop":
      current = -1;
      break;
    case "liveRates":
      if (data.id === current) answer?.(data.rates);
      break;
    case "conclude":
      tell(data.id, data.job, data.records);
      break;
    default:
      data satisfies never;
  }
});

async function run({ id, jobs, first, rest }: Extract<ToWorker, { type: "run" }>): Promise<void> {
  // A message that is already waiting may replace this run before it costs anything.
  await breathe();
  for (const job of jobs) if (job.live && first.includes(0)) await runLive(id, job);
  for (const seeds of [first, rest]) for (const job of jobs) if (!job.live) await runJob(id, job, seeds);
  if (id === current) post({ type: "done", id });
}

async function runJob(id: number, job: Job, seeds: readonly number[]): Promise<void> {
  if (id !== current || seeds.length === 0) return;
  let ready: RunRecord[] = [];
  let since = performance.now();
  for (const record of runSeeds(setupOf(job.spec), job.spec.rates, seeds)) {
    if (record) ready.push(record);
    if (performance.now() - since < SLICE_MS) continue;
    if (ready.length > 0) post({ type: "records", id, series: job.series, records: ready });
    ready = [];
    await breathe();
    if (id !== current) return;
    since = performance.now();
  }
  if (ready.length > 0) post({ type: "records", id, series: job.series, records: ready });
}

/** All seeds together, one epoch at a time, with the rates that the extension's schedule gives for the metrics. */
async function runLive(id: number, job: Job): Promise<void> {
  const { spec } = job;
  const shared = setupOf(spec);
  const together = lockstep(
    shared,
    Array.from({ length: spec.seeds }, (_, i) => i),
    spec.stepsPerEpoch ?? shared.problem.stepsPerEpoch,
  );
  const scale = spec.told?.scale ?? 1;
  let metrics: (number | null)[] = [];
  while (!together.done) {
    const rates = await new Promise<readonly (number | null)[]>((resolve) => {
      answer = resolve;
      post({ type: "metrics", id, series: job.series, metrics });
    });
    if (id !== current) return;
    metrics = together.epoch(rates.map((lr) => (lr ?? 0) * scale)).map((m) => (Number.isFinite(m) ? m : null));
    await breathe();
    if (id !== current) return;
  }
  post({ type: "records", id, series: job.series, records: together.runs.map((r) => r.record) });
}

function tell(id: number, job: Job, records: readonly RunRecord[]): void {
  const { verdict, expected } = conclude(job.spec, setupOf(job.spec), records);
  post({ type: "concluded", id, series: job.series, verdict, ...(expected && { expected: expected.loss }) });
}
