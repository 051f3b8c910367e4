import { describe, expect, test } from "vitest";
import { effort, shared } from "../../src/engine/effort.js";
import { factsOf } from "../../src/engine/facts.js";
import { opaque } from "../../src/engine/stepwise.js";

/** A rate of t that takes so many operations, within what the curve may take. */
const taking = (operations: (t: number) => number) => (t: number) => {
  effort.spent += operations(t);
  if (effort.spent > effort.until) throw new Error("too many operations");
  return 1 / (1 + t);
};

describe("a formula whose steps take so many operations that not all are followed", () => {
  test("is looked at here and there past those that are", () => {
    const c = opaque(
      taking(() => 100),
      100_000,
    );
    expect(c.walk).toBeGreaterThan(30_000);
    expect(c.walk).toBeLessThan(100_000);
    expect([c.end, c.at(100_000)]).toEqual([undefined, 1 / 100_001]);
    expect(factsOf(c, 100_000)).toMatchObject({ final: 1 / 100_001, exact: false });
  });
  test.each([
    { name: "each takes much", operations: () => 10_000 },
    { name: "each builds on those before", operations: inOrder(100) },
  ])("ends there when $name", ({ operations }) => {
    const c = opaque(taking(operations), 100_000);
    expect(c.end?.because).toContain("too many operations");
    expect(c.at(99_999)).toBeNaN();
  });
});

/** Each step that was not made yet takes so many operations, also those between. */
function inOrder(each: number): (t: number) => number {
  let made = -1;
  return (t) => {
    const more = Math.max(0, t - made);
    made = Math.max(made, t);
    return each * more;
  };
}

describe("the curves of a file", () => {
  test("share what they may take, the later ones what the earlier leave", () => {
    const before = effort.spent;
    const curves = shared([100, 100, 100, 100, 1, 1], (each) => {
      const c = opaque(
        taking(() => each),
        100_000,
      );
      return [each, c.end?.at ?? c.walk] as const;
    });
    expect(effort.spent - before).toBeLessThan(1.3 * effort.share);
    expect(curves.slice(4)).toEqual([
      [1, 100_000],
      [1, 100_000],
    ]);
  });
  test("alone it may take all", () => {
    const heavy = taking(() => 55);
    const [alone] = shared([0], () => opaque(heavy, 100_000).walk);
    expect(alone).toBe(100_000);
    expect(shared([0, 0], () => opaque(heavy, 100_000).walk)).not.toContain(100_000);
  });
});
