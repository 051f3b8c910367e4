import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OptimizerSpec } from "../../src/simulate/optimizers.js";
import { simulate } from "../../src/simulate/simulate.js";
import { expectation, noiseFloor, stabilityLimit } from "../../src/simulate/theory.js";

const sgd = (more: Partial<OptimizerSpec> = {}): OptimizerSpec => ({ kind: "sgd", ...more });
const bowl = (eigenvalues: number[], noise: number, batch = 1) =>
  ({ kind: "quadratic", eigenvalues, start: eigenvalues.map((_, i) => (i % 2 ? -1 : 1)), noise, batch }) as const;

describe("expected loss", () => {
  it("SGD: the textbook recursion of mean and variance", () => {
    const [h, lr, s, T] = [3, 0.1, 0.5, 50];
    let [m, v] = [1, 0];
    const expected = [0.5 * h * (m * m + v)];
    for (let k = 0; k < T; k++) {
      m *= 1 - lr * h;
      v = (1 - lr * h) ** 2 * v + lr * lr * s * s;
      expected.push(0.5 * h * (m * m + v));
    }
    const at = Array.from({ length: T + 1 }, (_, k) => k);
    const { loss } = expectation(bowl([h], s), sgd(), new Float64Array(T).fill(lr), at)!;
    expected.forEach((x, k) => expect(loss[k]! / x).toBeCloseTo(1, 12));
  });

  it("batch divides the noise's variance", () => {
    const rates = new Float64Array(500).fill(0.05);
    const [one, sixteen] = [1, 16].map((batch) => expectation(bowl([2], 0.4, batch), sgd(), rates, [0, 500])!.loss[1]!);
    expect(one! / sixteen!).toBeCloseTo(16, 6);
  });

  it("the adaptive optimizers have no exact line", () =>
    expect(expectation(bowl([1], 0), { kind: "adam" }, [0.1], [0, 1])).toBeUndefined());
});

describe("stability limit", () => {
  it.each([
    { optimizer: sgd(), h: 20, limit: 0.1, why: "2 / h" },
    { optimizer: sgd({ momentum: 0.9 }), h: 20, limit: 0.19, why: "2 (1 + μ) / h" },
    {
      optimizer: sgd({ momentum: 0.9, nesterov: true }),
      h: 20,
      limit: 3.8 / (2.8 * 20),
      why: "2 (1 + μ) / ((1 + 2 μ) h)",
    },
    { optimizer: sgd({ weight_decay: 5 }), h: 20, limit: 0.08, why: "decay adds to the curvature" },
    { optimizer: sgd({ momentum: 0.5, dampening: 0.5 }), h: 10, limit: 0.6, why: "dampening shrinks the step" },
  ])("$why", ({ optimizer, h, limit }) => {
    expect(stabilityLimit(optimizer, h)).toBeCloseTo(limit, 12);
    const after = (lr: number) =>
      expectation(bowl([h], 0), optimizer, new Float64Array(3000).fill(lr), [0, 3000])!.loss[1]!;
    expect(after(limit * 0.99)).toBeLessThan(1e-3 * (h / 2));
    expect(after(limit * 1.01)).toBeGreaterThan(1e3 * (h / 2));
  });
});

describe("noise floor of a constant rate", () => {
  it.each([
    { optimizer: sgd(), why: "SGD" },
    { optimizer: sgd({ momentum: 0.9 }), why: "heavy ball" },
    { optimizer: sgd({ momentum: 0.8, nesterov: true }), why: "Nesterov" },
    { optimizer: sgd({ momentum: 0.6, dampening: 0.2, weight_decay: 0.3 }), why: "dampening and decay" },
  ])("$why: where the recursion settles", ({ optimizer }) => {
    const problem = bowl([0.5, 4, 20], 0.3);
    for (const lr of [1e-3, 0.01, 0.04]) {
      const settled = expectation(problem, optimizer, new Float64Array(60_000).fill(lr), [0, 60_000])!.loss[1]!;
      expect(noiseFloor(problem, optimizer, lr)! / settled).toBeCloseTo(1, 9);
    }
  });

  it("SGD: ½ Σ lr s² / (2 − lr h)", () =>
    expect(noiseFloor(bowl([1, 20], 0.1), sgd(), 0.05)).toBeCloseTo(0.5 * 0.05 * 0.01 * (1 / 1.95 + 1 / 1), 15));
  it.each([
    { lr: 0.1, floor: Infinity, why: "at the limit it grows" },
    { lr: 0, floor: 0, why: "a zero rate adds no noise" },
  ])("$why", ({ lr, floor }) => expect(noiseFloor(bowl([1, 20], 0.1), sgd(), lr)).toBe(floor));
});

it("every sampled band holds the theory line within its sampling error, over many settings and seeds", () => {
  let worst = 0;
  const arbitrary = fc.record({
    eigenvalues: fc.array(fc.double({ min: 0.2, max: 20, noNaN: true }), { minLength: 1, maxLength: 4 }),
    noise: fc.double({ min: 0.01, max: 1, noNaN: true }),
    batch: fc.integer({ min: 1, max: 64 }),
    momentum: fc.constantFrom(0, 0, 0.5, 0.9),
    nesterov: fc.boolean(),
    peak: fc.double({ min: 0.02, max: 0.9, noNaN: true }),
    shape: fc.constantFrom("constant", "cosine", "steps", "warmup"),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(arbitrary, ({ eigenvalues, noise, batch, momentum, nesterov, peak, shape, seed }) => {
      const T = 600;
      const optimizer = sgd({ momentum, nesterov: nesterov && momentum > 0 });
      const lr = peak * stabilityLimit(optimizer, Math.max(...eigenvalues))!;
      const factor = {
        constant: () => 1,
        cosine: (t: number) => (1 + Math.cos((Math.PI * t) / T)) / 2,
        steps: (t: number) => 0.2 ** Math.floor((3 * t) / T),
        warmup: (t: number) => Math.min(1, (t + 1) / 100),
      }[shape];
      const rates = Float64Array.from({ length: T }, (_, t) => lr * factor(t));
      const problem = bowl(eigenvalues, noise, batch);
      const seeds = 64;
      const { expected, loss, at } = simulate({ rates, problem, optimizer, seeds, seed, at: [] });
      at.forEach((_, k) => {
        // The mean of 64 losses; their distribution has a heavy right tail, so six standard errors.
        const error = expected!.deviation[k]! / Math.sqrt(seeds) + 1e-9 * expected!.loss[k]! + 1e-300;
        const off = (loss.mean[k]! - expected!.loss[k]!) / error;
        worst = Math.max(worst, Math.abs(off));
        expect(Math.abs(off)).toBeLessThan(7);
        const slack = 3 * error;
        expect(loss.p10[k]!).toBeLessThanOrEqual(expected!.loss[k]! + slack);
        expect(loss.p90[k]!).toBeGreaterThanOrEqual(expected!.loss[k]! - slack);
      });
    }),
    { numRuns: 80, seed: 20 },
  );
  expect(worst).toBeGreaterThan(2);
}, 60_000);
