import { h } from "../dom.js";
import { countText, lossText } from "../format.js";
import { label, Plot, verticalLine, type Axes, type Drawing, type Line } from "../plot.js";
import type { Point } from "../points.js";
import { withAlpha, type Theme } from "../theme.js";
import type { XAxis } from "../curveView.js";
import type { Series } from "./simulator.js";

export interface LossLine {
  readonly series: Series;
  readonly name: string;
  readonly color: string;
  readonly dash?: readonly number[];
  readonly band: boolean;
}

export interface LossState {
  readonly lines: readonly LossLine[];
  readonly axis: XAxis;
  readonly totalSteps: number;
  readonly theme: Theme;
}

/** Loss on a log axis: medians, 10–90 % bands, exact expectations, and where a run stops being a number. */
export class LossPlot {
  readonly canvas = h("canvas", { role: "img", "aria-label": "Simulated loss" });
  readonly element = h("div", { class: "plot" }, this.canvas);
  private readonly plot = new Plot(this.canvas);
  private state: LossState | undefined;
  private cursor: number | undefined;

  constructor(moved: (step: number) => void) {
    const move = (event: PointerEvent) => {
      if (!this.state) return;
      const step = this.plot.valueAt(event.offsetX, 0).x * this.state.axis.perUnit;
      moved(Math.max(0, Math.min(this.state.totalSteps, Math.round(step))));
    };
    this.canvas.addEventListener("pointermove", move);
    this.canvas.addEventListener("pointerdown", move);
  }

  show(state: LossState): void {
    this.state = state;
    const lines = state.lines.flatMap((line) => linesOf(line, state));
    this.plot.show(lines, axesOf(state), state.theme, { over: (draw) => this.drawOver(draw, state) });
  }

  setCursor(step: number | undefined): void {
    this.cursor = step;
    this.plot.redraw();
  }

  private drawOver(draw: Drawing, { lines, axis, theme }: LossState): void {
    let row = 0;
    for (const { series, name, color } of lines) {
      const { verdict, job } = series;
      if (verdict?.kind !== "diverges" || verdict.step === undefined) continue;
      const x = draw.x((verdict.step * (job.spec.told?.stride ?? 1)) / axis.perUnit);
      verticalLine(draw, x, theme.red, [3, 3]);
      const edited = series.job.series === "edit";
      label(
        draw,
        `${edited ? "" : `${name} `}diverges`,
        x + 6,
        draw.area.top + 10 + 18 * row++,
        theme,
        edited ? theme.red : color,
      );
    }
    if (this.cursor === undefined) return;
    const px = draw.x(this.cursor / axis.perUnit);
    verticalLine(draw, px, withAlpha(theme.text, 0.45));
    const right = px > (draw.area.left + draw.area.right) / 2;
    lines.forEach(({ series, color }, i) => {
      const value = medianAt(series, this.cursor!);
      if (value === undefined) return;
      label(
        draw,
        Number.isFinite(value) ? lossText(value) : "not a number",
        px + (right ? -9 : 9),
        draw.area.top + 10 + 17 * i,
        theme,
        color,
        right ? "right" : "left",
      );
    });
  }
}

function linesOf({ series, color, dash, band }: LossLine, { axis, theme }: LossState): Line[] {
  const { summary, validation, at, job, expected } = series;
  if (!summary) return [];
  const stride = job.spec.told?.stride ?? 1;
  const points = (values: ArrayLike<number>): Point[] =>
    at.map((n, k) => ({
      x: (n * stride) / axis.perUnit,
      y: Number.isFinite(values[k]!) && values[k]! > 0 ? values[k]! : null,
    }));
  const lines: Line[] = [];
  if (band && series.records.length > 2) {
    lines.push({
      points: points(summary.p10),
      color: withAlpha(color, theme.highContrast ? 0.8 : 0.001),
      width: theme.highContrast ? 1 : 0.01,
    });
    lines.push({
      points: points(summary.p90),
      color: withAlpha(color, theme.highContrast ? 0.8 : 0.001),
      width: theme.highContrast ? 1 : 0.01,
      fillTo: 1,
      fill: withAlpha(color, 0.18),
    });
  }
  lines.push({ points: points(summary.median), color, width: theme.highContrast ? 2.5 : 1.6, ...(dash && { dash }) });
  if (validation && band) lines.push({ points: points(validation.median), color, width: 1.2, dash: [5, 3] });
  if (expected) lines.push({ points: points(expected), color: theme.text, width: 1, dash: [2, 3] });
  return lines;
}

/** From what the picture holds; a run that grows leaves at the top, where four decades above the start are shown. */
function axesOf({ lines, axis, totalSteps }: LossState): Axes {
  let low = Infinity;
  let high = 0;
  let start = 0;
  for (const { series } of lines) {
    const { summary, validation } = series;
    if (!summary) continue;
    start = Math.max(start, summary.median[0]!);
    for (let k = 0; k < summary.median.length; k++) {
      const more = validation ? validation.median[k]! : summary.p10[k]!;
      for (const value of [summary.p10[k]!, summary.p90[k]!, more]) {
        if (value > 0 && value < low) low = value;
        if (value < Infinity && value > high) high = value;
      }
    }
  }
  const x = [0, Math.max(1, totalSteps) / axis.perUnit] as const;
  if (!(low < Infinity)) return { x, y: [1e-3, 10], log: true };
  const ceiling = Math.min(high, start * 1e4);
  const floor = Math.max(low, start * 1e-16, ceiling * 1e-20);
  // A narrow range keeps a narrow margin; equal ends are drawn apart.
  const margin = Math.max(1.08, Math.min(1.6, (ceiling / floor) ** 0.06));
  return { x, y: [floor / margin, ceiling * margin], log: true };
}

/** The median at the last recorded count at or before a step of the run. */
export function medianAt({ summary, at, job }: Series, step: number): number | undefined {
  return summary?.median[indexAt(at, step / (job.spec.told?.stride ?? 1))];
}

/** Index of the last recorded count that is not after `updates`. */
export function indexAt(at: readonly number[], updates: number): number {
  let [low, high] = [0, at.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at[middle]! <= updates + 1e-9) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The loss in words and figures. */
export function lossTable(element: HTMLElement, { lines, axis, totalSteps }: LossState): void {
  const ready = lines.filter(({ series }) => series.summary);
  const head = h(
    "tr",
    null,
    h("th", { scope: "col" }, axis.name),
    ...ready.map(({ name }) => h("th", { scope: "col" }, `${name}: median (10–90 %)`)),
  );
  const rows = Array.from({ length: 6 }, (_, i) => (totalSteps * i) / 5).map((step) => {
    const cells = ready.map(({ series }) => {
      const k = indexAt(series.at, step / (series.job.spec.told?.stride ?? 1));
      const { median, p10, p90 } = series.summary!;
      const say = (x: number) => (Number.isFinite(x) ? lossText(x) : "not a number");
      return h("td", null, `${say(median[k]!)} (${say(p10[k]!)} – ${say(p90[k]!)})`);
    });
    return h("tr", null, h("th", { scope: "row" }, countText(step / axis.perUnit)), ...cells);
  });
  element.replaceChildren(
    h("table", null, h("caption", null, "Simulated loss"), h("thead", null, head), h("tbody", null, ...rows)),
  );
}
