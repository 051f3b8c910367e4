import { describe, expect, it } from "vitest";
import { columnOf, columnStart, extent, linePoints } from "../../webview/points.js";
import type { Columns } from "../../src/panel/protocol.js";

const spiky: Columns = { from: 0, to: 40, first: [1, 1, 1, 1], min: [1, 0.2, 1, 1], max: [1, 1, 5, 1] };

describe("columns", () => {
  it.each([
    { columns: spiky, step: 0, expected: 0, why: "the first" },
    { columns: spiky, step: 9, expected: 0, why: "the last step of a column" },
    { columns: spiky, step: 10, expected: 1, why: "the first step of the next" },
    { columns: spiky, step: 40, expected: 3, why: "the last column holds the end" },
    { columns: spiky, step: 41, expected: -1, why: "outside" },
    {
      columns: { from: 0, to: 2, first: [1, 2, 3], min: [1, 2, 3], max: [1, 2, 3] },
      step: 2,
      expected: 2,
      why: "one step each",
    },
    { columns: { from: 0, to: 5, first: [], min: [], max: [] }, step: 0, expected: -1, why: "nothing to show" },
  ])("step $step: $why", ({ columns, step, expected }) => expect(columnOf(columns, step)).toBe(expected));

  it("every column's first step is in that column", () => {
    for (const [to, n] of [
      [1000, 7],
      [1e9, 613],
      [37, 36],
    ] as const) {
      const columns: Columns = {
        from: 0,
        to,
        first: new Array(n).fill(1),
        min: new Array(n).fill(1),
        max: new Array(n).fill(1),
      };
      for (let i = 0; i < n; i++) expect(columnOf(columns, columnStart(columns, i))).toBe(i);
    }
  });
});

describe("the line through columns", () => {
  it("keeps a spike and a dip between two columns' first steps", () => {
    const ys = linePoints(spiky, 1, false).map((p) => p.y);
    expect(Math.max(...(ys as number[]))).toBe(5);
    expect(Math.min(...(ys as number[]))).toBe(0.2);
  });
  it("breaks where there is no rate, and where a log axis cannot show it", () => {
    const columns: Columns = { from: 0, to: 2, first: [0.1, 0, null], min: [0.1, 0, null], max: [0.1, 0, null] };
    expect(linePoints(columns, 1, false).map((p) => p.y)).toEqual([0.1, 0, null]);
    expect(linePoints(columns, 1, true).map((p) => p.y)).toEqual([0.1, null, null]);
  });
  it("counts x in the axis' units", () => expect(linePoints(spiky, 10, false).at(-1)!.x).toBe(3));
});

it.each([
  { list: [spiky], expected: { max: 5, leastPositive: 0.2 }, why: "both ends" },
  { list: [], expected: undefined, why: "nothing" },
])("extent: $why", ({ list, expected }) => expect(extent(list)).toEqual(expected));
