import { expect, it } from "vitest";
import { fitScale } from "../../src/simulate/fit.js";
import type { OptimizerSpec } from "../../src/simulate/optimizers.js";
import { problemOf, type ProblemSpec } from "../../src/simulate/problems/index.js";

const bowl: ProblemSpec = { kind: "quadratic", eigenvalues: [1, 20], start: [3, 4], noise: 0.1, batch: 1 };
const network: ProblemSpec = {
  kind: "network",
  data: "moons",
  samples: 64,
  labelNoise: 0,
  dataSeed: 0,
  batch: 8,
  hidden: 4,
};
const sgd: OptimizerSpec = { kind: "sgd" };
const flat = (lr: number, n = 1000) => new Float64Array(n).fill(lr);

it.each([
  { problem: bowl, optimizer: sgd, rates: flat(3), peak: 0.87 * 0.1, why: "0.87 of 2 / h_max" },
  {
    problem: bowl,
    optimizer: { kind: "sgd", momentum: 0.9 } as const,
    rates: flat(3e-4),
    peak: 0.87 * 0.19,
    why: "heavy ball's limit",
  },
  {
    problem: network,
    optimizer: { kind: "sgd", momentum: 0.9 } as const,
    rates: flat(1),
    peak: 0.05,
    why: "a network's usual rate",
  },
  {
    problem: network,
    optimizer: { kind: "adam" } as const,
    rates: flat(1),
    peak: 0.02,
    why: "Adam's usual rate on data",
  },
  {
    problem: bowl,
    optimizer: { kind: "adam" } as const,
    rates: flat(1),
    peak: 0.05,
    why: "ten times the way of 5 in 1,000 steps",
  },
  {
    problem: bowl,
    optimizer: { kind: "adam" } as const,
    rates: flat(1, 10),
    peak: 0.5,
    why: "a step is at most a tenth of the way",
  },
])("$why", ({ problem, optimizer, rates, peak }) =>
  expect(fitScale(problemOf(problem), optimizer, rates) * rates[0]!).toBeCloseTo(peak, 12),
);

it("rates that are all zero are left alone", () => expect(fitScale(problemOf(bowl), sgd, flat(0))).toBe(1));
