import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseSpec, type SimulationSpec } from "../../src/simulate/spec.js";
import { simulate } from "../../src/simulate/simulate.js";
import type { FromWorker, Job, ToWorker } from "../../webview/simulation/messages.js";

let receive: (event: { data: ToWorker }) => void;
let sent: { message: FromWorker; at: number }[] = [];
let heard: ((message: FromWorker) => void) | undefined;

beforeAll(async () => {
  vi.stubGlobal("addEventListener", (_: string, listener: typeof receive) => (receive = listener));
  vi.stubGlobal("postMessage", (message: FromWorker) => {
    sent.push({ message, at: performance.now() });
    heard?.(message);
  });
  // Node serves a thousand port messages before it looks at a timer; a browser takes tasks in turn.
  vi.stubGlobal(
    "MessageChannel",
    class {
      port1 = { onmessage: () => undefined };
      port2 = { postMessage: () => void setImmediate(() => this.port1.onmessage()) };
    },
  );
  await import("../../webview/worker.js");
});
beforeEach(() => {
  sent = [];
  heard = undefined;
});

const specOf = (json: object): SimulationSpec => {
  const parsed = parseSpec(json);
  if (!parsed.ok) throw new Error(parsed.because);
  return parsed.spec;
};
const send = (message: ToWorker) => receive({ data: message });
const until = (type: FromWorker["type"]) =>
  new Promise<FromWorker>((resolve) => (heard = (message) => message.type === type && resolve(message)));
const all = (job: Job) => Array.from({ length: job.spec.seeds }, (_, i) => i);
const recordsOf = (series: string) =>
  sent.flatMap(({ message }) => (message.type === "records" && message.series === series ? message.records : []));

describe("the worker", () => {
  it("gives the numbers of the command line", async () => {
    const job = { series: "edit", spec: specOf({ lr: 0.05, steps: 3000, seeds: 8 }) };
    send({ type: "run", id: 1, jobs: [job], first: [0, 1], rest: all(job).slice(2) });
    await until("done");
    const whole = simulate(job.spec);
    expect([...recordsOf("edit")].sort((a, b) => a.index - b.index)).toEqual(whole.records);
    send({ type: "conclude", id: 1, job, records: recordsOf("edit") });
    expect(sent.at(-1)!.message).toMatchObject({
      type: "concluded",
      series: "edit",
      verdict: { kind: whole.verdict.kind },
    });
  });

  it("the first seeds of every line come before the rest", async () => {
    const spec = specOf({ lr: 0.05, steps: 20_000, seeds: 12 });
    const jobs = ["edit", "constant"].map((series) => ({ series, spec }));
    send({ type: "run", id: 2, jobs, first: [0], rest: all(jobs[0]!).slice(1) });
    await until("done");
    const order = sent.flatMap(({ message }) =>
      message.type === "records" ? message.records.map((r) => `${message.series} ${r.index}`) : [],
    );
    expect(order.slice(0, 2)).toEqual(["edit 0", "constant 0"]);
  });

  it("a stop takes effect within 50 ms, whatever is running", async () => {
    const spec = specOf({ lr: 0.5, steps: 20_000, seeds: 32, problem: { kind: "network", hidden: 64, batch: 64 } });
    send({
      type: "run",
      id: 3,
      jobs: [{ series: "edit", spec }],
      first: [0],
      rest: all({ series: "", spec }).slice(1),
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    // The timer above has waited for a piece of work; from now on nothing of run 3 may come.
    const stopped = performance.now();
    send({
      type: "run",
      id: 4,
      jobs: [{ series: "new", spec: specOf({ lr: 0.05, steps: 10, seeds: 1 }) }],
      first: [0],
      rest: [],
    });
    await until("done");
    expect(sent.filter(({ message, at }) => message.id === 3 && at > stopped)).toEqual([]);
    expect(performance.now() - stopped).toBeLessThan(50);
  });

  it("a metric-driven line asks after every epoch and goes on with the answer", async () => {
    const spec = specOf({ lr: 0.1, steps: 40, seeds: 3, problem: { kind: "logistic", samples: 64, batch: 16 } });
    let epochs = 0;
    heard = (message) => {
      if (message.type !== "metrics") return;
      expect(message.metrics).toHaveLength(epochs++ === 0 ? 0 : 3);
      queueMicrotask(() => send({ type: "liveRates", id: 5, series: "edit", rates: [0.1, 0.1, 0.1] }));
    };
    const asked = heard;
    send({ type: "run", id: 5, jobs: [{ series: "edit", spec, live: true }], first: [0], rest: [1, 2] });
    await new Promise<void>((resolve) => {
      heard = (message) => (message.type === "done" ? resolve() : asked(message));
    });
    expect(epochs).toBe(10);
    expect(recordsOf("edit").map((r) => [...r.loss])).toEqual(simulate(spec).records.map((r) => [...r.loss]));
  });

  it("an error of ours is told and the worker lives on", async () => {
    const spec = { ...specOf({ lr: 0.1, steps: 10, seeds: 1 }), problem: { kind: "quadratic" } as never };
    send({ type: "run", id: 6, jobs: [{ series: "edit", spec }], first: [0], rest: [] });
    expect(await until("failed")).toMatchObject({ id: 6 });
    send({ type: "run", id: 7, jobs: [], first: [], rest: [] });
    expect(await until("done")).toMatchObject({ id: 7 });
  });
});
