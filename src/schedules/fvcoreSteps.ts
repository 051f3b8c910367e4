import { divide } from "../engine/python.js";
import { above, epsilon, outside, type OfWhere } from "./fvcoreWhere.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

type Milestones = readonly number[] | null;
/** values[number of milestones ≤ step]; equal parts of the updates where no milestones are given. */
export function multiStepOf(values: readonly number[], updates: number | null, given: Milestones): OfWhere {
  refuse(updates === null && given === null, "ValueError: num_updates and milestones cannot both be None");
  const wanted = values.length - (updates === null ? 0 : 1);
  const width = Math.ceil(divide(updates ?? 0, values.length));
  const few = given !== null && given.length !== wanted;
  refuse(few, `ValueError: MultiStep scheduler requires a list of ${wanted} miletones`);
  const all = given ?? values.slice(1).map((_, i) => width * (i + 1));
  const N = updates ?? all.at(-1) ?? 0;
  const edges = updates === null ? all.slice(0, -1) : all;
  refuse(N < values.length, "ValueError: Total num_updates must be greater than length of param schedule");
  const smaller = "ValueError: Milestone must be smaller than";
  edges.forEach((m, i) => {
    const before = edges[i - 1] ?? 0;
    refuse(m >= N, `${smaller} total number of updates: num_updates=${N}, milestone=${m}`);
    refuse(before >= m, `${smaller} start epoch: start_epoch=${before}, milestone=${m}`);
  });
  const step = (w: number) => Math.trunc((w + epsilon) * N);
  return {
    kind: "decay",
    edges: [...edges.map((m) => ({ near: m / N, passed: (w: number) => step(w) >= m })), above(1)],
    at(where) {
      refuse(where > 1, outside(where));
      const k = step(where);
      return values[edges.filter((m) => m <= k).length]!;
    },
  };
}

/** values in equal parts of the run; past the last one the list ends. */
export function stepOf(values: readonly number[]): OfWhere {
  const index = (w: number) => Math.trunc((w + epsilon) * values.length);
  return {
    kind: "decay",
    edges: values.map((_, i) => ({ near: (i + 1) / values.length, passed: (w: number) => index(w) > i })),
    at(where) {
      const v = values[index(where)];
      return v ?? raise("IndexError: list index out of range");
    },
  };
}

/** base · gamma^i in equal parts of the run. */
export function fixedGammaOf(base: number, decays: number, gamma: number, updates: number): OfWhere {
  refuse(!(base > 0 && gamma > 0), "ValueError: base_value and gamma must be positive numbers");
  const positive = [decays, updates].every((k) => Number.isInteger(k) && k > 0);
  refuse(!positive, "ValueError: num_decays and num_updates must be positive integers");
  refuse(decays > 1e5, `MemoryError: ${decays} drops are more than the list of rates should hold`);
  const values = [base];
  for (let i = 0; i < decays; i++) values.push(values[i]! * gamma);
  return stepOf(values);
}
