import { execFileSync } from "node:child_process";
import { ratesOver } from "../src/engine/rates.js";
import { sampleColumns } from "../src/engine/sample.js";
import { compileSchedule } from "../src/schedules/compile.js";
import type { Args } from "../src/schedules/define.js";
import { scheduleNamed } from "../src/schedules/index.js";

/** One measurement beside its peer; `goal` in words, `ratio` = ours / peer. Times in milliseconds unless the name says otherwise. */
export interface Row {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly ratio: number;
  readonly goal: string;
}

const points = 1_000_000;
/** Each closed form beside the bare formula in a loop and numpy's expression for the same. */
const forms: readonly (readonly [name: string, id: string, args: Args, bare: (t: number) => number, numpy: string])[] =
  [
    [
      "exponential",
      "torch.optim.lr_scheduler.ExponentialLR",
      { gamma: 0.99998 },
      (t) => 0.1 * 0.99998 ** t,
      "0.1 * 0.99998 ** t",
    ],
    [
      "exponential in float32",
      "tf.compat.v1.train.exponential_decay",
      { learning_rate: 0.1, decay_steps: 1000, decay_rate: 0.98 },
      (t) => Math.fround(0.1 * 0.98 ** (t / 1000)),
      "np.float32(0.1) * np.float32(0.98) ** (t32 / np.float32(1000))",
    ],
    [
      "cosine",
      "torch.optim.lr_scheduler.CosineAnnealingLR",
      { T_max: points },
      (t) => 0.05 * (1 + Math.cos((Math.PI * t) / points)),
      `0.05 * (1 + np.cos(np.pi * t / ${points}))`,
    ],
    [
      "linear warm-up and decay",
      "transformers.get_linear_schedule_with_warmup",
      { num_warmup_steps: 1000, num_training_steps: points },
      (t) => 0.1 * (t < 1000 ? t / 1000 : Math.max(0, (points - t) / (points - 1000))),
      `0.1 * np.where(t < 1000, t / 1000, np.maximum(0, (${points} - t) / ${points - 1000}))`,
    ],
    [
      "steps",
      "torch.optim.lr_scheduler.StepLR",
      { step_size: 30_000 },
      (t) => 0.1 * 0.1 ** Math.floor(t / 30_000),
      "0.1 * 0.1 ** np.floor(t / 30000)",
    ],
  ];

export default async function engine(): Promise<Row[]> {
  const context = { initial_lr: 0.1, total_steps: points };
  const curveOf = (id: string, args: Args) => compileSchedule(scheduleNamed(id)!, args, context).lr;
  const rows: Row[] = [];
  for (const [name, id, args, bare, numpy] of forms) {
    const curve = curveOf(id, args);
    const ours = best(() => sum(ratesOver(curve, 0, points)));
    const loop = best(() => total(bare));
    rows.push(row(`10⁶ points, ${name}, beside the bare loop`, ours, loop, "at most 2×"));
    const single = best(() => total(curve.at));
    rows.push(row(`10⁶ single calls, ${name}, beside the bare loop`, single, loop, "at most 2×"));
    const vectorised = numpyMilliseconds(numpy);
    if (vectorised !== undefined) rows.push(row(`10⁶ points, ${name}, beside numpy`, ours, vectorised, "below 1×"));
  }
  const cosine = curveOf("torch.optim.lr_scheduler.CosineAnnealingLR", { T_max: points });
  const drawn = (steps: number) => best(() => sampleColumns(cosine, 0, steps, 1000).max[0]!);
  rows.push(
    row("1,000 px out of 10⁹ steps, beside 10⁶", drawn(1e9), drawn(1e6), "does not depend on the steps: about 1×"),
  );
  const before = process.memoryUsage().arrayBuffers;
  const recursive = curveOf("torch.optim.lr_scheduler.MultiplicativeLR", {
    lr_lambda: { kind: "function", text: "lambda t: 0.99999", call: () => 0.99999 },
  });
  const first = timed(() => recursive.at(points));
  rows.push(
    row(
      "10⁶ recursive steps, first time, beside the second",
      first,
      Math.max(
        timed(() => recursive.at(points)),
        1e-3,
      ),
      "computed once",
    ),
  );
  const kept = (process.memoryUsage().arrayBuffers - before) / 2 ** 20;
  rows.push(row("10⁶ recursive steps, MB kept", kept, 16, "at most 16 MB"));
  return rows;
}

function row(name: string, ours: number, peer: number, goal: string): Row {
  return { name, ours, peer, ratio: ours / peer, goal };
}

let sink = 0;
function total(at: (t: number) => number): number {
  let sum = 0;
  for (let t = 0; t < points; t++) sum += at(t);
  return sum;
}

function sum(values: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]!;
  return sum;
}

function timed(run: () => number): number {
  const start = performance.now();
  sink += run();
  return performance.now() - start;
}

function best(run: () => number): number {
  return Math.min(...Array.from({ length: 7 }, () => timed(run)));
}

/** Undefined where there is no numpy. */
function numpyMilliseconds(expression: string): number | undefined {
  const script = `import numpy as np, time\nt = np.arange(${points}, dtype=np.float64)\nt32 = t.astype(np.float32)\nb = []\nfor _ in range(7):\n    s = time.perf_counter(); (${expression}).sum(); b.append(time.perf_counter() - s)\nprint(min(b) * 1000)`;
  try {
    return Number(execFileSync("python3", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] }).toString());
  } catch {
    return undefined;
  }
}
