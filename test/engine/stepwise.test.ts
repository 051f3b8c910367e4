import { describe, expect, test } from "vitest";
import { factsOf } from "../../src/engine/facts.js";
import { recursive } from "../../src/engine/recursive.js";
import { longestWalk, opaque, stepwise, turns } from "../../src/engine/stepwise.js";

describe("a rate made from the one before", () => {
  test("is stepped once and kept", () => {
    let stepped = 0;
    const c = stepwise(1, (rate) => (stepped++, rate * 0.5));
    expect([c.at(3), c.at(1), c.at(3), c.at(2.9)]).toEqual([0.125, 0.5, 0.125, 0.25]);
    expect(stepped).toBe(3);
  });
  test("ends where its rule throws, with the reason", () => {
    const fails = (rate: number, t: number) => {
      if (t === 7) throw new Error("ValueError: enough");
      return rate;
    };
    expect(stepwise(1, fails, { horizon: 100 }).end).toEqual({ at: 7, because: "ValueError: enough" });
  });
  test("ends with a reason where it is not followed further, and is never a silent NaN", () => {
    const c = stepwise(1, (rate) => rate * 0.999999);
    expect(c.end?.at).toBe(longestWalk);
    expect(c.end?.because).toContain("1,700,000 steps");
    expect(c.at(longestWalk - 1)).toBeCloseTo(0.999999 ** (longestWalk - 1), 9);
    expect(factsOf(c, 1e9).finalAt).toBe(longestWalk - 1);
  });
  test("past what is kept a closed form answers where there is one", () => {
    const at = recursive(
      1,
      (v) => v + 1,
      (t) => 1 + t,
    );
    expect([at(10), at(2 ** 21), at(1e9)]).toEqual([11, 2 ** 21 + 1, 1e9 + 1]);
  });
});

test("a formula's end is where it throws", () => {
  const c = opaque((t) => (t > 20 ? fail() : t), 100);
  expect([c.end, c.at(20), c.at(21)]).toEqual([{ at: 21, because: "ValueError" }, 20, NaN]);
});
function fail(): never {
  throw new Error("ValueError");
}

describe("turns of an unknown function", () => {
  test.each([
    { name: "a zigzag", at: (t: number) => Math.abs((t % 10) - 5), pieces: 20 },
    { name: "stairs", at: (t: number) => Math.floor(t / 10), pieces: 40 },
    { name: "a constant", at: () => 1, pieces: 2 },
    { name: "NaN here and there", at: (t: number) => (t % 7 === 3 ? NaN : t), pieces: 90 },
  ])("$name is monotone between them", ({ at, pieces }) => {
    const next = turns(at, () => 1000);
    let found = 0;
    for (let from = 0; from < 100; from = next(from), found++) {
      const to = Math.min(next(from), 100);
      const signs = new Set<number>();
      for (let t = from + 1; t < to; t++) signs.add(Math.sign(at(t) - at(t - 1)) || 0);
      expect(signs.has(1) && signs.has(-1), `[${from}, ${to})`).toBe(false);
    }
    expect(found).toBeLessThanOrEqual(pieces);
  });
  test("there are none past the walk", () =>
    expect(
      turns(
        (t) => t % 2,
        () => 100,
      )(100),
    ).toBe(Infinity));
});
