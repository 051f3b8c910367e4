import { recognizeConfig } from "../src/recognize/configs/index.js";
import type { BenchRow } from "./simulate.bench.js";

const none = { read: () => undefined };
const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

/** Files of another kind are most of a workspace: telling them must cost next to nothing. A trainer file is read beside it. */
export function configsBench(): BenchRow[] {
  const other = (path: string, text: string) => ({
    name: `configs: ${path.split(".").at(-1)} of another kind, 10,000 lines`,
    value: milliseconds(path, text),
    unit: "ms",
    goal: { atMost: 5 },
  });
  return [
    other(
      "a.yaml",
      lines(10_000, (i) => `key_${i}: {name: value, list: [1, 2]}`),
    ),
    other("a.json", `{${lines(10_000, (i) => `"key_${i}": ${i},`)}}`),
    other(
      "a.py",
      lines(10_000, (i) => `value_${i} = call(${i})`),
    ),
    other(
      "a.sh",
      lines(10_000, (i) => `run --flag_${i} ${i}`),
    ),
    {
      name: "configs: a trainer file",
      value: milliseconds("a.yaml", "learning_rate: 1e-4\nlr_scheduler_type: cosine\nmax_steps: 100\n"),
      unit: "ms",
      goal: { atMost: 5 },
    },
  ];
}

/** The best of twenty, after as many to warm up. */
function milliseconds(path: string, text: string): number {
  let best = Infinity;
  for (let round = 0; round < 40; round++) {
    const start = performance.now();
    recognizeConfig({ path, languageId: "", text }, none, new Map());
    if (round >= 20) best = Math.min(best, performance.now() - start);
  }
  return best;
}
