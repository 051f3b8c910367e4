import { expect, it } from "vitest";
import { below, normal, normals, shuffle, stream, uniform } from "../../src/simulate/random.js";

const draws = (seed: number, index: number, count: number) => {
  const random = stream(seed, index);
  return Array.from({ length: count }, () => normal(random));
};

it("gives the same bits for the same seed", () => {
  // Recorded on Linux x64, Node 24; any difference elsewhere is a defect.
  const hash = (xs: number[]) => {
    const words = new Int32Array(Float64Array.from(xs).buffer);
    return words.reduce((h, w) => (Math.imul(h, 31) + w) | 0, 7);
  };
  expect(hash(draws(0, 0, 20_000))).toBe(-1169597992);
  expect(draws(0, 0, 3)).toEqual(draws(0, 0, 3));
  expect(draws(0, 0, 3)).not.toEqual(draws(0, 1, 3));
  expect(draws(0, 0, 3)).not.toEqual(draws(1, 0, 3));
});

it("draws standard normal numbers: moments, tails and cumulative distribution over 2 million", () => {
  const n = 2_000_000;
  const xs = Float64Array.from(draws(42, 0, n));
  const moment = (k: number) => xs.reduce((sum, x) => sum + x ** k, 0) / n;
  const within = (value: number, expected: number, variance: number) =>
    expect(Math.abs(value - expected)).toBeLessThan(4.5 * Math.sqrt(variance / n));
  within(moment(1), 0, 1);
  within(moment(2), 1, 2);
  within(moment(3), 0, 15);
  within(moment(4), 3, 96);
  const above = (x: number) => xs.reduce((c, y) => c + (y > x ? 1 : 0), 0) / n;
  for (const [x, p] of [
    [0.5, 0.3085375387],
    [1, 0.1586552539],
    [2, 0.0227501319],
    [3, 0.001349898],
    [3.7, 0.0001078],
    [4, 3.1671e-5],
  ] as const)
    within(above(x), p, p);
});

it("neighbouring seeds and runs are uncorrelated", () => {
  const n = 20_000;
  const streams = [draws(0, 0, n), draws(0, 1, n), draws(1, 0, n), draws(2, 0, n), draws(-1, 0, n)];
  for (const [i, a] of streams.entries())
    for (const b of streams.slice(i + 1))
      expect(Math.abs(a.reduce((sum, x, k) => sum + x * b[k]!, 0) / Math.sqrt(n))).toBeLessThan(4.5);
});

it("successive draws are uncorrelated, also in size", () => {
  const xs = draws(3, 0, 200_000);
  for (const f of [(x: number) => x, (x: number) => (x * x - 1) / Math.SQRT2])
    for (const lag of [1, 2, 3])
      expect(
        Math.abs(xs.slice(lag).reduce((sum, x, k) => sum + f(x) * f(xs[k]!), 0) / Math.sqrt(xs.length)),
      ).toBeLessThan(4.5);
});

it("uniform numbers stay inside (0, 1) and indices inside [0, n)", () => {
  const random = stream(5, 0);
  for (let i = 0; i < 50_000; i++) {
    const u = uniform(random);
    expect(u > 0 && u < 1).toBe(true);
    expect(below(random, 7)).toBeLessThan(7);
  }
});

it("shuffles into a permutation", () => {
  const items = Int32Array.from({ length: 100 }, (_, i) => i);
  shuffle(stream(1, 0), items);
  expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect([...items]).not.toEqual([...items].sort((a, b) => a - b));
});

it.each([0, 1])("blocks of any length hold what single draws give (after %i single draws)", (before) => {
  const [one, other] = [stream(8, 1), stream(8, 1)];
  for (let i = 0; i < before; i++) expect(normal(one)).toBe(normal(other));
  const block = new Float64Array(5000);
  for (const count of [5000, 1, 0, 7, 2, 4999, 3]) {
    normals(one, block, count);
    expect([...block.subarray(0, count)]).toEqual(Array.from({ length: count }, () => normal(other)));
    expect([...one.subarray(0, 4), one[5]]).toEqual([...other.subarray(0, 4), other[5]]);
  }
});
