import { expect, it } from "vitest";
import { cycles, mostCycles, stepsOfAll } from "../../src/engine/cycles.js";

const never = () => undefined;

it.each([
  { first: 4, mult: 2, t: 0, expected: [0, 0, 4], why: "the first cycle" },
  { first: 4, mult: 2, t: 3, expected: [0, 0, 4], why: "its last step" },
  { first: 4, mult: 2, t: 4, expected: [1, 4, 8], why: "the next one starts where it ends" },
  { first: 4, mult: 2, t: 27, expected: [2, 12, 16], why: "each is twice as long" },
  { first: 5, mult: 1, t: 5e15, expected: [1e15, 5e15, 5], why: "equal lengths are arithmetic" },
  { first: 9, mult: 0.5, t: 14, expected: [2, 13, 2], why: "9, 4, 2" },
  { first: 9, mult: 0.5, t: 99, expected: [4, 16, 0], why: "after 9, 4, 2, 1 they are empty" },
  { first: 0, mult: 2, t: 7, expected: [0, 0, 0], why: "no steps at all" },
])("cycles of $first · $mult^i, t = $t: $why", ({ first, mult, t, expected }) => {
  expect(cycles(first, (length) => Math.trunc(length * mult), never)(t)).toEqual(expected);
});

it("asks in the same way whatever was asked before", () => {
  const length = (n: number) => Math.trunc(n * 1.5);
  const used = cycles(3, length, never);
  for (const t of [100, 2, 40, 7, 0]) expect(used(t)).toEqual(cycles(3, length, never)(t));
});

it("asks before each cycle that it leaves", () => {
  const left: number[][] = [];
  cycles(
    2,
    (length) => length * 2,
    (length, count) => void left.push([length, count]),
  )(9);
  expect(left).toEqual([
    [2, 1],
    [4, 2],
  ]);
});

it.each([
  { first: 9, mult: 0.5, expected: 16, why: "9 + 4 + 2 + 1" },
  { first: 0, mult: 0.5, expected: 0, why: "none" },
  { first: 2 * mostCycles, mult: 1 - 1e-12, expected: Infinity, why: "too many to count" },
])("all steps of $first · $mult^i: $why", ({ first, mult, expected }) => {
  expect(stepsOfAll(first, (length) => Math.trunc(length * mult))).toBe(expected);
});
