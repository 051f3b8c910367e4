import { expect, it } from "vitest";
import { cosineStep, unclamped } from "../../src/engine/cosine.js";
import { segments } from "../../src/engine/segments.js";
import { everyPeriod } from "../../src/engine/shapes.js";

it.each([
  { base: 0.1, low: 0, length: 10, from: 0, why: "from the first step" },
  { base: 0.1, low: 0.01, length: 7, from: 0, why: "not down to 0" },
  { base: 1, low: 0.2, length: 5, from: 3, why: "after a warm-up" },
])("stepped, the cosine follows its formula through two turns: $why", ({ base, low, length, from }) => {
  let rate = base;
  for (let k = from + 1; k <= from + 4 * length; k++) {
    rate = cosineStep(rate, k, { base, low, length, from });
    const formula = low + ((base - low) * (1 + Math.cos((Math.PI * (k - from)) / length))) / 2;
    expect(Math.abs(rate - formula), `step ${k}`).toBeLessThan(1e-12 * base);
  }
});

it("calls what comes after the fall a cycle, with a break at each turn", () => {
  const c = segments(...unclamped(10, (t) => Math.cos((Math.PI * t) / 10), everyPeriod(10)));
  expect(c.phases).toEqual([
    { kind: "decay", from: 0, to: 10 },
    { kind: "cycle", from: 10, to: Infinity },
  ]);
  expect([0, 9, 10, 25].map((t) => c.nextBreak(t))).toEqual([10, 10, 20, 30]);
});
