import { describe, expect, test } from "vitest";
import { sampleColumns } from "../../src/engine/sample.js";
import { cooldown, decay, halfCosine, segments } from "../../src/engine/segments.js";
import { constant, curve, everyPeriod, piecewiseConstant } from "../../src/engine/shapes.js";
import { opaque, stepwise } from "../../src/engine/stepwise.js";

const spike = piecewiseConstant([777, 778], [0.1, 5, 0.1]);
const curves = [
  ["constant", constant(0.1)],
  ["a spike of one step", spike],
  [
    "a cosine",
    segments(
      decay(900, (t) => halfCosine(t / 900)),
      cooldown(Infinity, 0),
    ),
  ],
  ["triangles", curve((t) => Math.abs(((t / 25) % 2) - 1), everyPeriod(25))],
  ["a break at every step", curve((t) => (t * 7919) % 13, everyPeriod(1))],
  ["a user's function", opaque((t) => Math.sin(t / 3), 5000)],
  ["a recursive one", stepwise(1, (lr, t) => (t % 5 ? lr * 0.9 : lr + 0.3))],
  ["one that ends", { ...constant(1), end: { at: 321, because: "ValueError" } }],
  ["NaN", constant(NaN)],
] as const;

describe.each([
  { from: 0, to: 0, width: 10 },
  { from: 0, to: 1, width: 2 },
  { from: 0, to: 99, width: 100 },
  { from: 0, to: 1000, width: 100 },
  { from: 250, to: 999, width: 64 },
  { from: 0, to: 2000, width: 2 },
])("steps $from to $to in $width columns", ({ from, to, width }) => {
  test.each(curves)("%s: the extremes of every column are those of all its steps", (_, c) => {
    const columns = sampleColumns(c, from, to, width);
    const n = Math.min(width, to - from + 1);
    expect([columns.min.length, columns.max.length, columns.first.length]).toEqual([n, n, n]);
    const end = "end" in c ? (c.end?.at ?? Infinity) : Infinity;
    const start = (i: number) => (n === to - from + 1 ? from + i : Math.ceil(from + (i * (to - from)) / n));
    for (let i = 0; i < n; i++) {
      const values: number[] = [];
      for (let t = start(i); t < (i + 1 < n ? start(i + 1) : to + 1) && t < end; t++) values.push(c.at(t));
      const numbers = values.filter((v) => !Number.isNaN(v));
      const [min, max] = numbers.length ? [Math.min(...numbers), Math.max(...numbers)] : [NaN, NaN];
      expect([columns.min[i], columns.max[i], columns.first[i]], `column ${i}`).toEqual([min, max, values[0] ?? NaN]);
    }
  });
});

test("a spike of one step is kept out of 10⁹ of them", () => {
  const far = piecewiseConstant([777_777_777, 777_777_778], [0.1, 5, 0.1]);
  expect(Math.max(...sampleColumns(far, 0, 1e9, 1000).max)).toBe(5);
});

test.each([1e6, 1e9])("the cost does not depend on the number of steps: rates asked for, of %d", (steps) => {
  let asked = 0;
  const c = segments(
    decay(steps, (t) => (asked++, halfCosine(t / steps))),
    cooldown(Infinity, 0),
  );
  sampleColumns(c, 0, steps, 1000);
  expect(asked).toBeLessThan(4000);
});

test("more breaks than can be looked at are looked at evenly", () => {
  let asked = 0;
  const c = curve((t) => (asked++, Math.abs(((t / 50) % 2) - 1)), everyPeriod(50));
  const { min, max } = sampleColumns(c, 0, 1e9, 1000);
  expect([Math.max(...min), Math.min(...max)]).toEqual([0, 1]);
  expect(asked).toBeLessThan(1_000_000);
});

test("a width of less than two columns is our own mistake", () => {
  expect(() => sampleColumns(constant(1), 0, 10, 1)).toThrow("Cannot sample curve: width must be >= 2, got 1");
});
