import { expect, it } from "vitest";
import { curve } from "../../src/engine/shapes.js";
import { sampleColumns } from "../../src/engine/sample.js";
import { drawCurve, pictureColors, plotWidth } from "../../src/picture/svg.js";

const size = { width: 320, height: 140, colors: pictureColors.dark, unit: "step" as const };

it("draws a spike inside one pixel column whole", () => {
  const spike = curve((t) => (t === 777_777 ? 1 : 0.1), [777_777, 777_778]);
  const series = sampleColumns(spike, 0, 1_000_000, plotWidth(320));
  const svg = drawCurve({ ...size, series, from: 0, to: 1_000_000 });
  const heights = [...svg.matchAll(/V([\d.]+)/g)].map(([, y]) => Number(y));
  expect(Math.min(...heights)).toBeLessThan(20);
});

it("leaves a gap where there is no rate", () => {
  const series = sampleColumns({ ...curve(() => 0.1), end: { at: 50, because: "ends" } }, 0, 100, plotWidth(320));
  const trace = /<path d="([^"]*)" fill="none" stroke="#4daafc"/.exec(
    drawCurve({ ...size, series, from: 0, to: 100 }),
  )![1]!;
  const right = Math.max(...[...trace.matchAll(/[ML]([\d.]+)/g)].map(([, x]) => Number(x)));
  expect(right).toBeLessThan(185);
});

it.each([
  { lr: 0, why: "all zero" },
  { lr: NaN, why: "never a number" },
  { lr: Infinity, why: "infinite" },
  { lr: -0.1, why: "negative" },
])("draws axes for a curve that is $why", ({ lr }) => {
  const series = sampleColumns(
    curve(() => lr),
    0,
    10,
    plotWidth(320),
  );
  for (const log of [false, true])
    expect(drawCurve({ ...size, series, from: 0, to: 10, log })).not.toMatch(/NaN|Infinity/);
});
