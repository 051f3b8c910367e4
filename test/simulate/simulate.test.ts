import { describe, expect, it } from "vitest";
import { lockstep, runSeeds, setupOf } from "../../src/simulate/seeds.js";
import { simulate } from "../../src/simulate/simulate.js";
import { parseSpec, type SimulationSpec } from "../../src/simulate/spec.js";
import { quantile, summarize } from "../../src/simulate/summary.js";

const specOf = (json: object): SimulationSpec => {
  const parsed = parseSpec(json);
  if (!parsed.ok) throw new Error(parsed.because);
  return parsed.spec;
};
const settings = [
  { lr: 0.05, steps: 700 },
  { lr: 0.02, steps: 700, optimizer: { kind: "heavy ball" } },
  { lr: 0.01, steps: 300, optimizer: { kind: "adam" } },
  { lr: 0.001, steps: 300, problem: { kind: "rosenbrock", noise: 0.1 } },
  { lr: 0.5, steps: 60, problem: { kind: "logistic", samples: 64 } },
  { lr: 0.5, steps: 40, problem: { kind: "network", samples: 32, hidden: 4 } },
];

describe("runs", () => {
  it.each(settings)("same seed, same bits; split over workers, same bits: %o", (json) => {
    const spec = specOf({ ...json, seeds: 6, seed: 11 });
    const whole = simulate(spec).records;
    expect(simulate(spec).records).toEqual(whole);
    const shared = setupOf(spec);
    const split = [
      [0, 2, 4],
      [1, 3, 5],
    ].flatMap((part) => [...runSeeds(shared, spec.rates, part)].filter((r) => r));
    expect(split.sort((a, b) => a!.index - b!.index)).toEqual(whole);
    expect(simulate({ ...spec, seed: 12 }).records).not.toEqual(whole);
  });

  it("the loss at a step does not depend on which other steps are asked for", () => {
    const json = { lr: 0.05, steps: 1000, seeds: 4 };
    const [few, many] = [[500], [13, 500, 501, 777]].map((at) => simulate(specOf({ ...json, at })));
    const loss = ({ at, loss }: ReturnType<typeof simulate>) => loss.median[at.indexOf(500)];
    expect(loss(few!)).toBe(loss(many!));
  });

  it("entry k is the loss after k updates, before the next", () => {
    const { at, loss } = simulate(specOf({ lr: [0.1, 0.2], problem: { eigenvalues: [1], start: [1], noise: 0 } }));
    expect(at).toEqual([0, 1, 2]);
    [0.5, 0.5 * 0.9 ** 2, 0.5 * (0.9 * 0.8) ** 2].forEach((x, k) => expect(loss.mean[k]).toBeCloseTo(x, 15));
  });

  it("a run that is no longer finite tells its step and shows no number after it", () => {
    const { records, loss } = simulate(specOf({ lr: 1e200, steps: 8, seeds: 3 }));
    expect(records.map((r) => r.failedAt)).toEqual([2, 2, 2]);
    expect(loss.median[0]).toBe(10.5);
    expect([...loss.p10.subarray(3)].every((x) => x === Infinity)).toBe(true);
  });

  it("each step of the epoch's data is seen once an epoch", () => {
    const shared = setupOf(specOf({ lr: 0.1, steps: 10, problem: { kind: "logistic", samples: 50, batch: 16 } }));
    expect(shared.problem.stepsPerEpoch).toBe(4);
  });
});

describe("metric-driven schedules", () => {
  it("are stepped once an epoch with the validation loss, after the epoch's updates", () => {
    const spec = specOf({ lr: 0.5, steps: 40, seeds: 2, problem: { kind: "logistic", samples: 64, batch: 16 } });
    const seen: number[][] = [];
    const result = simulate(spec, () => {
      const metrics: number[] = [];
      seen.push(metrics);
      const schedule = { lr: 0.5, step: (metric: number) => (metrics.push(metric), (schedule.lr /= 2), undefined) };
      return schedule;
    });
    expect(seen.map((m) => m.length)).toEqual([10, 10]);
    const k = result.at.indexOf(4);
    expect(seen[0]![0]).toBe(result.records[0]!.validation![k]);
    expect(result.records[0]!.rates![result.at.indexOf(3)]).toBe(0.5);
    expect(result.records[0]!.rates![result.at.indexOf(5)]).toBe(0.25);
    expect(result.expected).toBeUndefined();
  });

  it("a constant live rate gives the numbers of a constant schedule", () => {
    const spec = specOf({ lr: 0.05, steps: 90, seeds: 3, problem: { kind: "network", samples: 64, hidden: 4 } });
    const live = simulate(spec, () => ({ lr: 0.05, step: () => undefined }));
    expect(live.loss).toEqual(simulate(spec).loss);
  });

  it("a run that diverged gives NaN and stops the others from nothing", () => {
    const spec = specOf({ lr: 1, steps: 6, problem: { eigenvalues: [1], noise: 0.1 } });
    const together = lockstep(setupOf(spec), [0, 1], 1);
    together.epoch([1e308, 0.1]);
    together.epoch([1e308, 0.1]);
    const [first, second] = together.epoch([1e308, 0.1]);
    expect(first).toBeNaN();
    expect(second).toBeLessThan(1);
  });
});

describe("summary", () => {
  it.each([
    { q: 0, expected: 1, why: "least" },
    { q: 0.5, expected: 2.5, why: "between two" },
    { q: 0.1, expected: 1.3, why: "numpy's linear rule" },
    { q: 1, expected: 4, why: "largest" },
  ])("quantile $q: $why", ({ q, expected }) =>
    expect(quantile(Float64Array.of(1, 2, 3, 4), q)).toBeCloseTo(expected, 12),
  );

  it("infinite losses stand at the top and are not averaged away", () => {
    const record = (loss: number) => ({ index: 0, loss: Float64Array.of(loss), drift: 0 });
    const { median, p90, mean } = summarize([1, 2, 3, Infinity].map(record));
    expect([median[0], p90[0], mean[0]]).toEqual([2.5, Infinity, Infinity]);
  });
});
