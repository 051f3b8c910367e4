import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conclude } from "../src/simulate/conclude.js";
import { runSeeds, setupOf } from "../src/simulate/seeds.js";
import type { SimulationSpec } from "../src/simulate/spec.js";

/** One measured figure; `goal` is checked by the runner where there is one. `skipped`: why it could not be measured. */
export interface BenchRow {
  readonly name: string;
  readonly value?: number;
  readonly unit: string;
  readonly goal?: { readonly atLeast?: number; readonly atMost?: number };
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
  for (let round = 0; round < 6; round++)
    own = Math.min(
      own,
      seconds(() => Array.from(runSeeds(shared, spec.rates, all))),
    );
  const rate = (time: number) => (SEEDS * STEPS) / time / 1e6;
  const c = inC(folder);
  const numpy = inNumpy(folder);
  return [
    { name: "simulate: this engine", value: rate(own), unit: "M steps/s" },
    row("simulate: C -O3", c, rate),
    row("simulate: numpy over the seeds", numpy, rate),
    ratio("simulate: speed beside C", c, (time) => time / own, { atLeast: 0.7 }),
    ratio("simulate: speed beside numpy", numpy, (time) => time / own, { atLeast: 8 }),
    { name: "simulate: first picture (two seeds, cold)", value: first * 1000, unit: "ms", goal: { atMost: 100 } },
  ];
}

type Measured = { readonly time: number } | { readonly skipped: string };

function row(name: string, m: Measured, of: (time: number) => number): BenchRow {
  return "time" in m ? { name, value: of(m.time), unit: "M steps/s" } : { name, unit: "M steps/s", skipped: m.skipped };
}

function ratio(name: string, m: Measured, of: (time: number) => number, goal: BenchRow["goal"]): BenchRow {
  return "time" in m ? { name, value: of(m.time), unit: "×", goal } : { name, unit: "×", skipped: m.skipped };
}

function inC(folder: string): Measured {
  const place = mkdtempSync(join(tmpdir(), "lr-lens-bench-"));
  try {
    const program = join(place, "simulate");
    execFileSync("cc", ["-O3", "-march=native", "-o", program, join(folder, "simulate.c"), "-lm"], { stdio: "pipe" });
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

function seconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}
