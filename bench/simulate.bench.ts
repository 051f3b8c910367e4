import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conclude } from "../src/simulate/conclude.js";
import { runSeeds, setupOf } from "../src/simulate/seeds.js";
import type { SimulationSpec } from "../src/simulate/spec.js";

/** One line of the table of `npm run bench`. */
export interface BenchRow {
  readonly name: string;
  readonly ours?: number;
  readonly peer?: number;
  readonly ratio?: number;
  readonly value?: number;
  readonly unit: string;
  readonly goal?: { readonly atMost?: number; readonly atLeast?: number };
  readonly skipped?: string;
}

const SEEDS = 32;
const STEPS = 100_000;

/** The noisy quadratic, 32 seeds × 10⁵ steps × 2 dimensions on one core, beside the same loop in C and in numpy. */
export function simulateBench(folder: string): BenchRow[] {
  const spec: SimulationSpec = {
    rates: Float64Array.from({ length: STEPS }, (_, k) => 0.05 * (1 - k / STEPS)),
    problem: { kind: "quadratic", eigenvalues: [1, 20], start: [1, 1], noise: 0.1, batch: 1 },
    optimizer: { kind: "sgd" },
    seeds: SEEDS,
    seed: 0,
    at: [],
  };
  const shared = setupOf(spec);
  const all = Array.from({ length: SEEDS }, (_, i) => i);
  const first = seconds(() =>
    conclude(
      spec,
      shared,
      [...runSeeds(shared, spec.rates, [0, 1])].filter((r) => r !== undefined),
    ),
  );
  let own = Infinity;
  const measure = () => {
    for (let round = 0; round < 6; round++)
      own = Math.min(
        own,
        seconds(() => Array.from(runSeeds(shared, spec.rates, all))),
      );
  };
  // Taken in turns: what else the machine does then falls on all of them.
  measure();
  const c = inC(folder);
  measure();
  const numpy = inNumpy(folder);
  measure();
  const again = inC(folder);
  const best = "time" in c && "time" in again ? { time: Math.min(c.time, again.time) } : c;
  return [
    beside("C -O3", best, own, 0.7),
    beside("numpy over the seeds", numpy, own, 8),
    {
      name: "simulate: first picture, two seeds, cold (processor time)",
      value: first * 1000,
      unit: "ms",
      goal: { atMost: 100 },
    },
  ];
}

type Measured = { readonly time: number } | { readonly skipped: string };

/** Runs' steps per second, in millions: a step moves both coordinates. */
function beside(peer: string, measured: Measured, own: number, atLeast: number): BenchRow {
  const name = `simulate: quadratic, 32 seeds × 1e5 steps × 2, beside ${peer}`;
  const rate = (time: number) => (SEEDS * STEPS) / time / 1e6;
  const goal = { atLeast };
  if ("skipped" in measured) return { name, ours: rate(own), unit: "M/s", goal, skipped: measured.skipped };
  return { name, ours: rate(own), peer: rate(measured.time), ratio: measured.time / own, unit: "M/s", goal };
}

function inC(folder: string): Measured {
  const place = mkdtempSync(join(tmpdir(), "lr-lens-bench-"));
  try {
    const program = join(place, "simulate");
    execFileSync("cc", ["-O3", "-o", program, join(folder, "simulate.c"), "-lm"], { stdio: "pipe" });
    return { time: Number(String(execFileSync(program, [String(SEEDS), String(STEPS)])).split(" ")[0]) };
  } catch (error) {
    return { skipped: `no C compiler: ${(error as Error).message.split("\n")[0]}` };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Python by the name in LR_LENS_PYTHON, else python3. */
function inNumpy(folder: string): Measured {
  try {
    const python = process.env.LR_LENS_PYTHON ?? "python3";
    const out = execFileSync(python, [join(folder, "simulate.py"), String(SEEDS), String(STEPS)], { stdio: "pipe" });
    return { time: Number(String(out)) };
  } catch (error) {
    const text = String((error as { stderr?: unknown }).stderr ?? (error as Error).message).trim();
    return { skipped: `no numpy: ${text.split("\n").at(-1)}` };
  }
}

/** Processor time, as in the peers: what else runs on the machine does not count. Includes the compiler's own threads. */
function seconds(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
