import { describe, expect, test } from "vitest";
import type { Curve } from "../../src/engine/curve.js";
import { factsOf } from "../../src/engine/facts.js";
import { cooldown, decay, halfCosine, segments, warmup } from "../../src/engine/segments.js";
import { constant, curve, everyPeriod, piecewiseConstant, product, scale } from "../../src/engine/shapes.js";
import { opaque, stepwise } from "../../src/engine/stepwise.js";
import { compileSchedule } from "../../src/schedules/compile.js";
import { Raises } from "../../src/schedules/define.js";
import { goldenLibraries, goldensOf, requestOf } from "../schedules/goldens.js";

const T = 5000;
const exponential = segments(decay(Infinity, (t) => 0.1 * 0.999 ** t));
const cosine = segments(
  decay(T, (t) => 0.1 * halfCosine(t / T)),
  cooldown(Infinity, 0),
);
const warmed = segments(
  warmup(500, (t) => t / 500),
  decay(T, (t) => halfCosine((t - 500) / (T - 500))),
  cooldown(Infinity, 0),
);
const curves: readonly (readonly [string, Curve])[] = [
  ["constant", constant(0.1)],
  ["exponential", exponential],
  ["cosine to zero", cosine],
  ["warm-up and cosine", warmed],
  ["stairs", piecewiseConstant([100, 1000, 3000], [1, 0.1, 0.01, 1e-4])],
  ["rising stairs", piecewiseConstant([7, 8], [1, 2, 3])],
  ["root", segments(decay(Infinity, (t) => 1 / Math.sqrt(t + 1)))],
  ["triangles", curve((t) => Math.abs(((t / 250) % 2) - 1), everyPeriod(250))],
  ["warm-up times decay", product(warmed, exponential)],
  ["negative", scale(exponential, -1)],
  ["a user's sine", opaque((t) => 1 + Math.sin(t / 40), 10_000)],
  ["recursive", stepwise(1, (lr, t) => (t % 3 === 0 ? lr * 0.5 : lr * 1.2))],
  ["single precision", segments(decay(Infinity, (t) => Math.fround(0.1 * 0.9997 ** t)))],
];

/** Every step looked at. */
function byHand({ at, end }: Curve, steps: number) {
  const last = Math.max(0, Math.min(steps, (end?.at ?? Infinity) - 1));
  const values = Array.from({ length: last + 1 }, (_, t) => at(t));
  const peak = Math.max(...values);
  const peakAt = values.indexOf(peak);
  const after = (under: (lr: number) => boolean) => {
    const t = values.findIndex((lr, i) => i > peakAt && under(lr));
    return peak > 0 && t >= 0 ? t : undefined;
  };
  const [up, down] = [
    values.some((v, i) => i > 0 && v > values[i - 1]!),
    values.some((v, i) => i > 0 && v < values[i - 1]!),
  ];
  return {
    initial: values[0],
    peak,
    peakAt,
    final: values[last],
    finalAt: last,
    min: Math.min(...values),
    minAt: values.indexOf(Math.min(...values)),
    // Half up to rounding is half: 0.05 of 0.1 counts though a library computes 0.05000000000000001.
    halfAt: after((lr) => lr <= (peak / 2) * (1 + 1e-12)),
    tenthAt: after((lr) => lr <= peak * 0.1 * (1 + 1e-12)),
    vanishesAt: after((lr) => lr < peak * 1e-3),
    trend: up && down ? "both" : up ? "rising" : down ? "falling" : "constant",
    area: values.slice(0, Math.min(steps, last + 1)).reduce((sum, v) => sum + v, 0),
  };
}

describe.each([0, 1, 2, 99, 500, 501, T, 9999])("a run of %i steps", (steps) => {
  test.each(curves)("%s", (_, c) => {
    const { area, ...expected } = byHand(c, steps);
    const facts = factsOf(c, steps);
    expect({
      ...expected,
      ...facts,
      halfAt: facts.halfAt,
      tenthAt: facts.tenthAt,
      vanishesAt: facts.vanishesAt,
    }).toEqual({
      ...facts,
      ...expected,
    });
    expect(Math.abs(facts.area - area)).toBeLessThanOrEqual(1e-9 * Math.abs(area));
    expect(facts.exact).toBe(true);
  });
});

/** Rounding makes some recorded curves tremble by units in the last place, which no figure of a fact hangs on. */
test.each(goldenLibraries)("the facts of %s's recorded curves are those of every step", (library) => {
  const wrong: string[] = [];
  for (const golden of goldensOf(library).cases) {
    const c = (() => {
      try {
        const { definition, args, context } = requestOf(library, golden);
        return compileSchedule(definition, args, context).lr;
      } catch (e) {
        if (e instanceof Raises) return undefined;
        throw e;
      }
    })();
    if (!c) continue;
    const steps = Math.min((golden.steps.at(-1) ?? 1) + 10, 3000);
    const expected = byHand(c, steps);
    const values = Array.from({ length: expected.finalAt + 1 }, (_, t) => c.at(t));
    if (!values.every(Number.isFinite)) continue;
    const facts = factsOf(c, steps);
    const near = (t: number | undefined, level: number, strict: boolean) =>
      t === undefined
        ? !values.some((v, i) => i > expected.peakAt && v < level * (1 - 1e-6))
        : strict
          ? values[t]! < level * (1 + 1e-6)
          : values[t]! <= level * (1 + 1e-6);
    const problems = [
      ...(["initial", "final", "finalAt"] as const).filter((k) => facts[k] !== expected[k]),
      ...(["peak", "min"] as const).filter(
        (k) => Math.abs(facts[k] - expected[k]) > 1e-9 * Math.abs(expected.peak) + 4e-11 * Math.abs(expected.min),
      ),
      ...(Math.abs(facts.area - expected.area) <= 1e-9 * values.reduce((s, v) => s + Math.abs(v), 0) ? [] : ["area"]),
      ...(facts.peakAt === expected.peakAt
        ? [
            ...(near(facts.halfAt, expected.peak / 2, false) ? [] : ["half"]),
            ...(near(facts.tenthAt, expected.peak / 10, false) ? [] : ["tenth"]),
            ...(near(facts.vanishesAt, expected.peak / 1000, true) ? [] : ["vanishes"]),
            ...(["halfAt", "tenthAt", "vanishesAt"] as const).filter((k) => {
              const [is, should] = [facts[k], expected[k]];
              return (
                is !== should &&
                !(
                  is !== undefined &&
                  should !== undefined &&
                  Math.abs(values[is]! - values[should]!) <= 1e-6 * expected.peak
                )
              );
            }),
          ]
        : Math.abs(values[facts.peakAt]! - expected.peak) <= 1e-6 * expected.peak
          ? []
          : ["peakAt"]),
    ];
    if (problems.length)
      wrong.push(`${golden.id}: ${problems.join(", ")} ${JSON.stringify(facts)} by hand ${JSON.stringify(expected)}`);
  }
  expect(wrong).toEqual([]);
});

describe("jumps", () => {
  test.each([
    { c: constant(1), expected: 0, why: "nothing happens" },
    { c: piecewiseConstant([10, 20], [1, 0.5, 0.1]), expected: 2, why: "two drops" },
    { c: piecewiseConstant([10, 20], [1, 0.96, 0.92]), expected: 0, why: "drops of under 5 % of the peak" },
    { c: warmed, expected: 0, why: "a warm-up meets its cosine" },
    {
      c: curve((t) => 1 - (t % 100) / 100, everyPeriod(100)),
      expected: 10,
      why: "ten restarts, the last at the end of the run",
    },
    {
      c: segments(
        warmup(2, (t) => t / 2),
        decay(Infinity, () => 1),
      ),
      expected: 0,
      why: "a short steep warm-up is no jump",
    },
  ])("$expected: $why", ({ c, expected }) => expect(factsOf(c, 1000).jumps).toBe(expected));
});

describe("what cannot be looked at step by step", () => {
  const timed = <R>(run: () => R) => {
    const before = process.cpuUsage();
    return { result: run(), ms: process.cpuUsage(before).user / 1000 };
  };
  test("10⁹ steps of a cosine, at once and exact", () => {
    const long = segments(
      decay(1e9, (t) => halfCosine(t / 1e9)),
      cooldown(Infinity, 0),
    );
    const { result, ms } = timed(() => factsOf(long, 1e9));
    expect(result).toMatchObject({ peak: 1, peakAt: 0, final: 0, exact: true, trend: "falling" });
    expect([result.halfAt, result.tenthAt]).toEqual([5e8, Math.ceil((1e9 * Math.acos(-0.8)) / Math.PI)]);
    // The mean of a half cosine is 1/2, and the sum over its steps has half a step more.
    expect(Math.abs(result.area - (5e8 + 0.5))).toBeLessThan(5e8 * 1e-9);
    expect(ms).toBeLessThan(200);
  });
  test("300,000 breaks are all looked at", () => {
    const { result, ms } = timed(() =>
      factsOf(
        curve((t) => 0.999999 ** t, everyPeriod(1)),
        300_000,
      ),
    );
    expect(result.exact).toBe(true);
    expect(Math.abs(result.area - (1 - 0.999999 ** 3e5) / 1e-6) / result.area).toBeLessThan(1e-9);
    expect(ms).toBeLessThan(3000);
  });
  test.each([1e6, 1e9])("of %d breaks the figures are said not to be exact", (breaks) => {
    const { result, ms } = timed(() =>
      factsOf(
        curve((t) => 1 - (t % 2) / 3, everyPeriod(1)),
        breaks,
      ),
    );
    expect(result).toMatchObject({ peak: 1, exact: false });
    expect(ms).toBeLessThan(3000);
  });
  test("a user's function is stepped as far as it may be", () => {
    const { result } = timed(() =>
      factsOf(
        opaque((t) => (t === 777 ? 5 : 1), 1000),
        1e9,
      ),
    );
    expect(result).toMatchObject({ peak: 5, peakAt: 777, exact: false });
  });
});

describe("rates that are no numbers", () => {
  test.each([
    { name: "NaN everywhere", c: constant(NaN), expected: { initial: NaN, peak: NaN, min: NaN, area: NaN, jumps: 0 } },
    { name: "infinite", c: constant(Infinity), expected: { initial: Infinity, peak: Infinity, area: Infinity } },
    {
      name: "NaN from step 10 on",
      c: segments(
        decay(10, (t) => 1 - t / 10),
        decay(Infinity, NaN),
      ),
      expected: { initial: 1, peak: 1, final: NaN, area: NaN },
    },
  ])("$name", ({ c, expected }) => {
    const facts = factsOf(c, 100);
    expect(facts).toMatchObject(expected);
    expect(facts.halfAt === undefined || facts.halfAt < 10).toBe(true);
  });
  test("a run ends where the library raises", () => {
    const c = { ...exponential, end: { at: 50, because: "ValueError" } };
    expect(factsOf(c, 100)).toMatchObject({ finalAt: 49, final: 0.1 * 0.999 ** 49 });
    const sum = Array.from({ length: 50 }, (_, t) => exponential.at(t)).reduce((a, b) => a + b, 0);
    expect(factsOf(c, 100).area).toBeCloseTo(sum, 12);
  });
  test("a curve that raises at once has no rate", () => {
    expect(() => factsOf({ ...constant(NaN), end: { at: 0, because: "ValueError" } }, 100)).not.toThrow();
  });
});
