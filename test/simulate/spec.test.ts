import { describe, expect, it } from "vitest";
import { parseSpec } from "../../src/simulate/spec.js";

const lr = [0.1, 0.05];
describe("a specification", () => {
  it("the documented example, with its meaning", () => {
    const parsed = parseSpec({
      lr: [0.1, 0.0999, 0.0998],
      problem: { kind: "quadratic", eigenvalues: [1, 20], start: [1, 1], noise: 0.1, batch: 1 },
      optimizer: { kind: "sgd", momentum: 0.0, nesterov: false },
      seeds: 32,
      seed: 0,
      at: [0, 1, 3],
    });
    expect(parsed).toEqual({
      ok: true,
      spec: {
        rates: Float64Array.of(0.1, 0.0999, 0.0998),
        problem: { kind: "quadratic", eigenvalues: [1, 20], start: [1, 1], noise: 0.1, batch: 1 },
        optimizer: { kind: "sgd", momentum: 0, nesterov: false },
        seeds: 32,
        seed: 0,
        at: [0, 1, 3],
      },
    });
  });

  it.each([
    { optimizer: { kind: "SGD", momentum: 0.5 }, expected: { kind: "sgd", momentum: 0.5 }, why: "capitals" },
    { optimizer: { kind: "heavy ball" }, expected: { kind: "sgd", momentum: 0.9 }, why: "the panel's name" },
    {
      optimizer: { kind: "Nesterov" },
      expected: { kind: "sgd", momentum: 0.9, nesterov: true },
      why: "the panel's name",
    },
    {
      optimizer: { kind: "AdamW", weight_decay: 0.1 },
      expected: { kind: "adamw", weight_decay: 0.1 },
      why: "PyTorch's spelling",
    },
    { optimizer: { kind: "adam", beta1: 0.8 }, expected: { betas: [0.8, 0.999] }, why: "Keras' spelling" },
    { optimizer: { kind: "RMSprop", alpha: 0.9 }, expected: { kind: "rmsprop", alpha: 0.9 }, why: "RMSprop" },
    { optimizer: undefined, expected: { kind: "sgd", momentum: 0 }, why: "plain SGD when none is given" },
  ])("optimizer, $why", ({ optimizer, expected }) =>
    expect(parseSpec({ lr, optimizer })).toMatchObject({ ok: true, spec: { optimizer: expected } }),
  );

  it.each([
    {
      problem: undefined,
      expected: { kind: "quadratic", eigenvalues: [1, 20], noise: 0.1 },
      why: "the default problem",
    },
    {
      problem: { kind: "quadratic", dimension: 3, condition: 100 },
      expected: { eigenvalues: [1, 10, 100] },
      why: "by condition",
    },
    {
      problem: { kind: "two-layer network" },
      expected: { kind: "network", hidden: 16, batch: 16 },
      why: "the panel's name",
    },
    {
      problem: { kind: "logistic", data: "two moons" },
      expected: { kind: "logistic", data: "moons" },
      why: "the data's name",
    },
    { problem: { kind: "Rosenbrock" }, expected: { kind: "rosenbrock", start: [-1.2, 1] }, why: "the usual start" },
  ])("problem, $why", ({ problem, expected }) =>
    expect(parseSpec({ lr, problem })).toMatchObject({ ok: true, spec: { problem: expected } }),
  );

  it.each([
    { spec: { lr: [] }, says: "no steps" },
    { spec: { lr: 0.1, steps: 0 }, says: "steps must be a whole number" },
    { spec: { lr: 0.1, steps: 1e9 }, says: "10,000,000" },
    { spec: { lr: [0.1, -0.1] }, says: "step 1 is -0.1: a learning rate is not negative" },
    { spec: { lr: [0.1, null] }, says: "step 1 is NaN: not a finite number" },
    { spec: { lr: ["0.1"] }, says: 'lr[0] must be a number, got "0.1"' },
    { spec: {}, says: "lr must be a list" },
    { spec: null, says: "must be an object" },
    { spec: [], says: "must be an object" },
    {
      spec: { lr, problem: { kind: "logistic", samples: 100, batch: 101 } },
      says: "A batch of 101 is larger than the data",
    },
    { spec: { lr, problem: { kind: "banana" } }, says: "problem.kind must be one of quadratic" },
    { spec: { lr, problem: { kind: "constructor" } }, says: "problem.kind must be one of quadratic" },
    { spec: { lr, problem: { eigenvalues: [1, 0] } }, says: "eigenvalues[1]" },
    { spec: { lr, problem: { eigenvalues: [1, 2], start: [1] } }, says: "problem.start has 1 entries, expected 2" },
    { spec: { lr, problem: { noise: -1 } }, says: "problem.noise" },
    { spec: { lr, optimizer: { kind: "sgd", momentum: 1 } }, says: "[0, 1)" },
    { spec: { lr, optimizer: { kind: "sgd", nesterov: true } }, says: "Nesterov momentum requires a momentum" },
    { spec: { lr, optimizer: { kind: "lion" } }, says: "optimizer.kind must be one of" },
    { spec: { lr, seeds: 0 }, says: "seeds" },
    { spec: { lr, seeds: 1e9 }, says: "seeds" },
    { spec: { lr, at: [3] }, says: "at asks for step 3, but the run has 2 steps" },
    { spec: { lr, at: [0.5] }, says: "at[0]" },
  ])("is refused: $says", ({ spec, says }) => {
    const parsed = parseSpec(spec);
    expect(parsed.ok ? "accepted" : parsed.because).toContain(says);
  });

  it("a text to read the rate from is left to the caller", () =>
    expect(parseSpec({ lr: { text: "s = StepLR(o, 3)", path: "a.py", steps: 10 } })).toMatchObject({
      ok: true,
      source: { text: "s = StepLR(o, 3)", path: "a.py", steps: 10 },
    }));
});
