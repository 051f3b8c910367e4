import type { Phase } from "../engine/curve.js";
import { formatAxisCount, formatRate } from "./format.js";
import { linearTicks, logTicks } from "./ticks.js";

/** What to draw: the extremes of evenly spread columns, as the engine samples them (at most one a pixel). NaN: no rate. */
export interface PictureSeries {
  readonly min: ArrayLike<number>;
  readonly max: ArrayLike<number>;
}

export interface PictureSpec {
  readonly series: PictureSeries;
  /** Drawn dashed behind: the curve as written, or as committed. */
  readonly ghost?: PictureSeries;
  /** Scheduler steps at the left and right edge. */
  readonly from: number;
  readonly to: number;
  readonly unit: "step" | "epoch";
  readonly log?: boolean;
  readonly phases?: readonly Phase[];
  /** The whole picture, in CSS pixels; the series has `plotWidth(width)` columns. */
  readonly width: number;
  readonly height: number;
  readonly colors: PictureColors;
}

export interface PictureColors {
  readonly line: string;
  readonly ghost: string;
  readonly text: string;
  readonly grid: string;
  /** CSS colour of the shaded warm-up and cool-down phases. */
  readonly phase: string;
  /** Opacity of the area under the curve. */
  readonly fill: number;
}

/** For the four kinds of theme VS Code has. */
export const pictureColors: Readonly<Record<"light" | "dark" | "hcDark" | "hcLight", PictureColors>> = {
  light: { line: "#0067c0", ghost: "#767676", text: "#444444", grid: "#00000018", phase: "#0000000d", fill: 0.1 },
  dark: { line: "#4daafc", ghost: "#9d9d9d", text: "#c0c0c0", grid: "#ffffff1c", phase: "#ffffff0f", fill: 0.14 },
  hcDark: { line: "#ffd700", ghost: "#ffffff", text: "#ffffff", grid: "#ffffff55", phase: "#ffffff1c", fill: 0 },
  hcLight: { line: "#0f4a85", ghost: "#292929", text: "#292929", grid: "#29292966", phase: "#00000012", fill: 0 },
};

const margin = { left: 46, right: 12, top: 8, bottom: 18 };

/** The number of columns a picture of this width plots. */
export function plotWidth(width: number): number {
  return Math.max(2, width - margin.left - margin.right);
}

/** A self-contained SVG: axes, shaded warm-up and cool-down, the ghost dashed, the curve with its area. */
export function drawCurve(spec: PictureSpec): string {
  const { width, height, colors, from, to } = spec;
  const plot = { width: plotWidth(width), height: height - margin.top - margin.bottom };
  const y = yScale(spec, plot.height);
  const x = (t: number) => margin.left + ((t - from) / Math.max(to - from, 1e-300)) * plot.width;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui,sans-serif" font-size="10">`,
  ];
  for (const phase of spec.phases ?? []) {
    if (phase.kind !== "warmup" && phase.kind !== "cooldown") continue;
    const [left, right] = [Math.max(phase.from, from), Math.min(phase.to, to)];
    if (right > left)
      parts.push(
        `<rect x="${px(x(left))}" y="${margin.top}" width="${px(x(right) - x(left))}" height="${plot.height}" fill="${colors.phase}"/>`,
      );
  }
  for (const tick of y.ticks) {
    const at = px(y.at(tick));
    parts.push(`<path d="M${margin.left} ${at}H${width - margin.right}" stroke="${colors.grid}"/>`);
    parts.push(
      `<text x="${margin.left - 5}" y="${px(y.at(tick) + 3.5)}" text-anchor="end" fill="${colors.text}">${formatRate(tick)}</text>`,
    );
  }
  for (const tick of linearTicks(from, to, 4)) {
    const anchor = x(tick) > width - 34 ? "end" : x(tick) < margin.left + 4 ? "start" : "middle";
    const at = anchor === "end" ? width - 2 : x(tick);
    parts.push(
      `<text x="${px(at)}" y="${height - 5}" text-anchor="${anchor}" fill="${colors.text}">${formatAxisCount(tick)}</text>`,
    );
  }
  if (spec.ghost)
    parts.push(
      `<path d="${tracePath(spec.ghost, plot.width, y.at, spec.log)}" fill="none" stroke="${colors.ghost}" stroke-dasharray="3 3"/>`,
    );
  if (colors.fill > 0) parts.push(areaPath(spec.series, plot.width, y.at, margin.top + plot.height, colors, spec.log));
  parts.push(
    `<path d="${tracePath(spec.series, plot.width, y.at, spec.log)}" fill="none" stroke="${colors.line}" stroke-width="1.6" stroke-linejoin="round"/>`,
  );
  parts.push("</svg>");
  return parts.join("");
}

/** Maps rates to pixels; the axis includes 0 when linear, so that a fall is seen at its true size. */
function yScale(spec: PictureSpec, height: number): { at: (rate: number) => number; ticks: number[] } {
  let low = spec.log ? Infinity : 0;
  let high = -Infinity;
  for (const series of [spec.series, ...(spec.ghost ? [spec.ghost] : [])])
    for (let i = 0; i < series.min.length; i++) {
      const [a, b] = [series.min[i]!, series.max[i]!];
      if (Number.isFinite(a) && (!spec.log || a > 0)) low = Math.min(low, a);
      if (Number.isFinite(b)) high = Math.max(high, b);
    }
  if (!(high > low)) [low, high] = low === high && high !== 0 ? [Math.min(0, low), high > 0 ? high : 0] : [0, 1];
  if (spec.log && low > 0) {
    // Ten decades are all that a small picture can tell apart.
    low = Math.max(low, high * 1e-10) * 0.9;
    const [bottom, top] = [Math.log10(low), Math.log10(high * 1.1)];
    return {
      at: (rate) => margin.top + height * (1 - (Math.log10(Math.max(rate, low)) - bottom) / (top - bottom)),
      ticks: logTicks(low, high * 1.1, 4),
    };
  }
  const room = (high - low) * 0.06;
  return {
    at: (rate) => margin.top + height * (1 - (rate - low) / (high + room - low)),
    ticks: linearTicks(low, high + room, 3),
  };
}

/** Through both extremes of each column, nearest first, so that a spike inside one column is drawn whole. */
function tracePath(series: PictureSeries, width: number, y: (rate: number) => number, log = false): string {
  const x = columnX(series, width);
  let path = "";
  let pen = false;
  let last = NaN;
  for (let i = 0; i < series.min.length; i++) {
    const [low, high] = [series.min[i]!, series.max[i]!];
    if (!Number.isFinite(low) || !Number.isFinite(high) || (log && high <= 0)) {
      pen = false;
      continue;
    }
    const [first, second] = Math.abs(high - last) <= Math.abs(low - last) ? [high, low] : [low, high];
    path += `${pen ? "L" : "M"}${px(x(i))} ${px(y(first))}`;
    if (first !== second) path += `V${px(y(second))}`;
    last = second;
    pen = true;
  }
  return path;
}

function areaPath(
  series: PictureSeries,
  width: number,
  y: (rate: number) => number,
  floor: number,
  colors: PictureColors,
  log = false,
): string {
  const x = columnX(series, width);
  const top: string[] = [];
  let [left, right] = [NaN, NaN];
  for (let i = 0; i < series.max.length; i++) {
    const high = series.max[i]!;
    if (!Number.isFinite(high) || (log && high <= 0)) continue;
    if (Number.isNaN(left)) left = x(i);
    right = x(i);
    top.push(`L${px(right)} ${px(y(high))}`);
  }
  if (top.length < 2) return "";
  return `<path d="M${px(left)} ${px(floor)}${top.join("")}L${px(right)} ${px(floor)}Z" fill="${colors.line}" fill-opacity="${colors.fill}"/>`;
}

/** Columns spread over the plot; a run shorter than its pixels has one a step. */
function columnX({ min }: PictureSeries, width: number): (i: number) => number {
  const gap = width / Math.max(1, min.length - 1);
  return (i) => margin.left + i * gap;
}

const px = (value: number): string => String(Math.round(value * 10) / 10);
