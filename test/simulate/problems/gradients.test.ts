import { describe, expect, it } from "vitest";
import type { DataSet, Problem } from "../../../src/simulate/problems/problem.js";
import { problemOf, surfaces, type ProblemSpec } from "../../../src/simulate/problems/index.js";
import { logisticOver } from "../../../src/simulate/problems/logistic.js";
import { networkOver } from "../../../src/simulate/problems/network.js";
import { spectrum } from "../../../src/simulate/problems/quadratic.js";
import { normal, stream } from "../../../src/simulate/random.js";
import golden from "../../golden/optimizers/gradients.json" with { type: "json" };

const data = { samples: 40, labelNoise: 0.1, dataSeed: 3, batch: 8 };
const surface = (kind: "ravine" | "rosenbrock" | "beale" | "himmelblau") => ({
  kind,
  start: [1, 1],
  noise: 0,
  batch: 1,
});
const all: ProblemSpec[] = [
  { kind: "quadratic", eigenvalues: [0.5, 3, 20], start: [1, 1, 1], noise: 0.1, batch: 2 },
  surface("ravine"),
  surface("rosenbrock"),
  surface("beale"),
  surface("himmelblau"),
  { kind: "logistic", data: "moons", ...data },
  { kind: "logistic", data: "blobs", ...data },
  { kind: "network", data: "spirals", hidden: 5, ...data },
];

describe("gradients", () => {
  it.each(all)("$kind agrees with central differences", (spec) => {
    const problem = problemOf(spec);
    const random = stream(1, 0);
    for (let trial = 0; trial < 10; trial++) {
      const theta = Float64Array.from({ length: problem.size }, () => normal(random));
      const g = new Float64Array(problem.size);
      problem.gradient(theta, g);
      const scale = Math.max(...g.map(Math.abs), 1);
      for (let i = 0; i < problem.size; i++) {
        const h = 1e-5;
        const at = (d: number) => problem.loss(theta.map((x, j) => (j === i ? x + d : x)));
        // Fourth-order difference: its error is h⁴ f⁽⁵⁾ / 30 plus rounding.
        const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
        expect(Math.abs(slope - g[i]!)).toBeLessThan(1e-8 * scale);
      }
    }
  });

  it.each(golden.cases.map((c, i) => ({ ...c, i })))("$problem agrees with PyTorch's autograd ($i)", (c) => {
    const problem = overGolden(c);
    const theta = Float64Array.from(c.theta);
    const g = new Float64Array(problem.size);
    problem.gradient(theta, g);
    expect(Math.abs(problem.loss(theta) - c.loss)).toBeLessThanOrEqual(1e-13 * Math.max(1e-3, Math.abs(c.loss)));
    const scale = Math.max(1e-12, ...c.gradient.map(Math.abs));
    c.gradient.forEach((expected, i) => expect(Math.abs(g[i]! - expected)).toBeLessThanOrEqual(1e-13 * scale));
  });

  it.each(all)("$kind: mini-batches or noise average to the gradient", (spec) => {
    const problem = problemOf("noise" in spec ? { ...spec, noise: 0.5 } : spec);
    const theta = problem.start(stream(2, 0)).map((x) => x + 0.3);
    const g = new Float64Array(problem.size);
    problem.gradient(theta, g);
    const sample = problem.sampler(stream(3, 0));
    const seen = new Float64Array(problem.size);
    const mean = new Float64Array(problem.size);
    const rounds = problem.stepsPerEpoch === 1 ? 20_000 : problem.stepsPerEpoch;
    for (let k = 0; k < rounds; k++) {
      sample(theta, seen);
      for (let i = 0; i < problem.size; i++) mean[i]! += seen[i]! / rounds;
    }
    // Over one epoch every sample is seen once: exact. Noise: five standard errors.
    const tolerance = problem.stepsPerEpoch === 1 ? (5 * 0.5) / Math.sqrt(rounds) : 1e-12;
    for (let i = 0; i < problem.size; i++) expect(Math.abs(mean[i]! - g[i]!)).toBeLessThan(tolerance);
  });
});

describe("minima and curvature", () => {
  it.each(Object.entries(surfaces))(
    "%s: no loss and no slope at its minima, curvature as told",
    (kind, { plane, curvature }) => {
      const problem = problemOf(surface(kind as "ravine"));
      const g = new Float64Array(2);
      const largest = plane.minima.map(([x, y]) => {
        expect(problem.loss(Float64Array.of(x, y))).toBeLessThan(1e-25);
        const column = (dx: number, dy: number) => {
          const [up, down] = [1, -1].map((s) => {
            problem.gradient(Float64Array.of(x + s * dx, y + s * dy), g);
            return [...g];
          });
          return [(up![0]! - down![0]!) / 2e-5, (up![1]! - down![1]!) / 2e-5];
        };
        const [[a, b], [, d]] = [column(1e-5, 0), column(0, 1e-5)] as [[number, number], [number, number]];
        return (a + d) / 2 + Math.sqrt(((a - d) / 2) ** 2 + b * b);
      });
      expect(Math.min(...largest) / curvature).toBeCloseTo(1, 6);
    },
  );

  it("logistic: the least loss has no slope and its curvature is bounded", () => {
    const problem = problemOf({
      kind: "logistic",
      data: "blobs",
      samples: 200,
      labelNoise: 0.1,
      dataSeed: 0,
      batch: 10,
    });
    const theta = new Float64Array(3);
    const g = new Float64Array(3);
    for (let k = 0; k < 20_000; k++) {
      problem.gradient(theta, g);
      for (let i = 0; i < 3; i++) theta[i]! -= (1 / problem.curvature!.max) * g[i]!;
    }
    expect(problem.loss(theta) - problem.least!).toBeGreaterThan(-1e-12);
    expect(problem.loss(theta) - problem.least!).toBeLessThan(1e-9);
  });
});

it.each([
  { count: 1, condition: 20, expected: [1], why: "one direction" },
  { count: 2, condition: 20, expected: [1, 20], why: "both ends exactly" },
  { count: 3, condition: 100, expected: [1, 10, 100], why: "evenly on a log scale" },
  { count: 4, condition: 1, expected: [1, 1, 1, 1], why: "a bowl" },
])("spectrum of $count with condition $condition: $why", ({ count, condition, expected }) =>
  spectrum(count, condition).forEach((h, i) => expect(h).toBeCloseTo(expected[i]!, 12)),
);

function overGolden(c: (typeof golden.cases)[number]): Problem {
  if (!("points" in c) || !c.points) return problemOf(surface(c.problem as "ravine"));
  const train = { points: Float64Array.from(c.points), labels: Uint8Array.from(c.labels!) };
  const set: DataSet = { train, validation: train };
  return c.problem === "logistic" ? logisticOver(set, 4) : networkOver(set, (c as { hidden: number }).hidden, 4);
}
