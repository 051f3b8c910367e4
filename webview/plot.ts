import {
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type ChartDataset,
  type Scale,
} from "chart.js";
import { axisCount, rateText } from "./format.js";
import type { Point } from "./points.js";
import type { Theme } from "./theme.js";
import { decades } from "./ticks.js";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler);

export interface Line {
  readonly points: readonly Point[];
  readonly color: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly stepped?: boolean;
  /** Filled down to the line this many places before it. */
  readonly fillTo?: number;
  readonly fill?: string;
}

export interface Axes {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly log: boolean;
}

export interface Overlay {
  /** Under the lines: shading. */
  readonly under?: (draw: Drawing) => void;
  /** Over them: cursor, marks, labels. */
  readonly over?: (draw: Drawing) => void;
}

export interface Drawing {
  readonly ctx: CanvasRenderingContext2D;
  readonly area: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** A line chart of numbers on Chart.js: no animation, no legend of its own, overlays drawn by the caller. */
export class Plot {
  private readonly chart: Chart<"line", Point[]>;
  private overlay: Overlay = {};
  /** Told after every layout: handles stand at pixel positions. */
  onLayout: () => void = () => undefined;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.chart = new Chart<"line", Point[]>(canvas, {
      type: "line",
      data: { datasets: [] },
      options: {
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        parsing: false,
        normalized: true,
        events: [],
        elements: { point: { radius: 0 } },
        layout: { padding: { top: 10, right: 14 } },
        scales: { x: { type: "linear" }, y: { type: "linear" } },
      },
      plugins: [
        {
          id: "overlay",
          beforeDatasetsDraw: () => this.draw(this.overlay.under),
          afterDatasetsDraw: () => this.draw(this.overlay.over),
          afterRender: () => this.onLayout(),
        },
      ],
    });
  }

  show(lines: readonly Line[], axes: Axes, theme: Theme, overlay: Overlay): void {
    this.overlay = overlay;
    this.chart.data.datasets = lines.map(dataset);
    const font = { family: theme.font, size: 11 };
    const common = { border: { display: false }, grid: { color: theme.grid, drawTicks: false } };
    this.chart.options.scales = {
      x: {
        ...common,
        type: "linear",
        min: axes.x[0],
        max: axes.x[1],
        grid: { display: false },
        ticks: {
          color: theme.muted,
          font,
          includeBounds: false,
          maxTicksLimit: 6,
          maxRotation: 0,
          padding: 8,
          callback: (v: number | string) => axisCount(Number(v)),
        },
      },
      y: {
        ...common,
        type: axes.log ? "logarithmic" : "linear",
        min: axes.y[0],
        max: axes.y[1],
        ...(axes.log && {
          afterBuildTicks: (scale: Scale) =>
            void (scale.ticks = decades(axes.y[0], axes.y[1]).map((value) => ({ value }))),
        }),
        ticks: {
          color: theme.muted,
          font,
          includeBounds: false,
          maxTicksLimit: 6,
          padding: 8,
          autoSkip: false,
          callback: (v: number | string) => yLabel(Number(v), axes.log),
        },
      },
    } as never;
    this.chart.update("none");
  }

  /** Draws again what is there: for a moved cursor. */
  redraw(): void {
    this.chart.draw();
  }

  resize(): void {
    this.chart.resize();
  }

  get drawing(): Drawing {
    const { ctx, chartArea: area, scales } = this.chart;
    return { ctx, area, x: (v) => scales.x!.getPixelForValue(v), y: (v) => scales.y!.getPixelForValue(v) };
  }

  /** Axis values at a position in the canvas' CSS pixels. */
  valueAt(px: number, py: number): { x: number; y: number } {
    const { scales } = this.chart;
    return { x: scales.x!.getValueForPixel(px) ?? NaN, y: scales.y!.getValueForPixel(py) ?? NaN };
  }

  private draw(overlay: ((draw: Drawing) => void) | undefined): void {
    if (!overlay) return;
    const drawing = this.drawing;
    drawing.ctx.save();
    overlay(drawing);
    drawing.ctx.restore();
  }
}

function dataset(line: Line, index: number): ChartDataset<"line", Point[]> {
  return {
    data: line.points as Point[],
    borderColor: line.color,
    borderWidth: line.width ?? 1.5,
    borderDash: [...(line.dash ?? [])],
    stepped: line.stepped ? "before" : false,
    fill: line.fillTo === undefined ? false : { target: index - line.fillTo, above: line.fill!, below: line.fill! },
    spanGaps: false,
    tension: 0,
    borderJoinStyle: "round",
  };
}

const yLabel = (value: number, log: boolean) =>
  log && (value < 1e-2 || value >= 1e4) ? value.toExponential(0).replace("e+", "e") : rateText(value, 3);

/** A short text on a patch of background, kept inside the plot. */
export function label(
  { ctx, area }: Drawing,
  text: string,
  x: number,
  y: number,
  theme: Theme,
  color: string,
  align: CanvasTextAlign = "left",
): void {
  ctx.font = `11px ${theme.font}`;
  const width = ctx.measureText(text).width;
  const left = Math.max(area.left + 2, Math.min(area.right - width - 2, align === "right" ? x - width : x));
  const top = Math.max(area.top + 8, Math.min(area.bottom - 8, y));
  ctx.fillStyle = theme.background;
  ctx.globalAlpha = 0.85;
  ctx.fillRect(left - 3, top - 8, width + 6, 16);
  ctx.globalAlpha = 1;
  ctx.fillStyle = color;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, left, top);
}

export function verticalLine({ ctx, area }: Drawing, x: number, color: string, dash: number[] = [], width = 1): void {
  if (x < area.left - 0.5 || x > area.right + 0.5) return;
  line(ctx, x, area.top, x, area.bottom, color, dash, width);
}

export function horizontalLine({ ctx, area }: Drawing, y: number, color: string, dash: number[] = [], width = 1): void {
  if (y < area.top - 0.5 || y > area.bottom + 0.5) return;
  line(ctx, area.left, y, area.right, y, color, dash, width);
}

function line(
  ctx: CanvasRenderingContext2D,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  color: string,
  dash: number[],
  width: number,
): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
  ctx.setLineDash([]);
}
