import { problemOf } from "../../src/simulate/problems/index.js";
import type { Problem } from "../../src/simulate/problems/problem.js";
import { h, setAttribute } from "../dom.js";
import { rateText } from "../format.js";
import { withAlpha, type Theme } from "../theme.js";
import { indexAt } from "./lossPlot.js";
import type { LossLine } from "./lossPlot.js";

interface Window {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const GRID = 96;

/**
 * The plane of the problem at the cursor's time: paths and the cloud of all runs on contours of the loss, or the decision
 * boundary of run 0 over the data. What leaves the window is told, not clamped.
 */
export class PlaneView {
  private readonly canvas = h("canvas", { class: "plane", role: "img" });
  readonly element = h("div", { class: "plane-frame" }, this.canvas);
  private readonly backdrop = h("canvas", { width: GRID, height: GRID });
  private problem: Problem | undefined;
  private problemKey = "";
  private shown: Window | undefined;
  private lines: readonly LossLine[] = [];
  private theme: Theme | undefined;
  private cursor: number | undefined;
  zoomed = false;

  /** `start`: a point of the plane was chosen as θ₀. */
  constructor(start: (point: readonly [number, number]) => void) {
    this.canvas.addEventListener("click", (event) => {
      if (!this.shown || !this.problem?.plane) return;
      const box = this.canvas.getBoundingClientRect();
      const part = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height] as const;
      const { x, y } = this.shown;
      start([x[0] + part[0] * (x[1] - x[0]), y[0] + part[1] * (y[1] - y[0])]);
    });
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  show(lines: readonly LossLine[], theme: Theme): void {
    this.lines = lines;
    this.theme = theme;
    const spec = lines[0]?.series.job.spec.problem;
    const key = JSON.stringify(spec);
    if (spec && key !== this.problemKey) {
      this.problemKey = key;
      this.problem = problemOf(spec);
    }
    setAttribute(this.element, "hidden", !this.problem?.plane && !this.problem?.data);
    this.draw();
  }

  setCursor(step: number | undefined): void {
    this.cursor = step;
    this.draw();
  }

  private draw(): void {
    const { problem, theme, canvas } = this;
    const size = Math.round(this.element.clientWidth);
    if (!problem || !theme || size < 20 || this.element.hidden) return;
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== size * ratio) {
      canvas.width = size * ratio;
      canvas.height = size * ratio;
    }
    const ctx = canvas.getContext("2d")!;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, size, size);
    if (problem.plane) this.drawPaths(ctx, size, problem, theme);
    else if (problem.data) this.drawData(ctx, size, problem, theme);
  }

  private indexOf({ series: { at, job } }: LossLine): number {
    return this.cursor === undefined ? at.length - 1 : indexAt(at, this.cursor / (job.spec.told?.stride ?? 1));
  }

  private drawPaths(ctx: CanvasRenderingContext2D, size: number, problem: Problem, theme: Theme): void {
    const window = this.zoomed ? this.aroundRuns(problem) : { x: problem.plane!.x, y: problem.plane!.y };
    this.shown = window;
    const px = (x: number) => ((x - window.x[0]) / (window.x[1] - window.x[0])) * size;
    const py = (y: number) => size - ((y - window.y[0]) / (window.y[1] - window.y[0])) * size;
    this.drawContours(ctx, size, problem, window, theme);
    let outside = 0;
    let runs = 0;
    // The edited schedule last, so that it lies on top.
    for (const line of [...this.lines].reverse()) {
      const k = this.indexOf(line);
      line.series.records.forEach(({ theta }, r) => {
        if (!theta) return;
        if (r === 0) this.path(ctx, theta, k, px, py, line.color);
        const [x, y] = [theta[2 * k]!, theta[2 * k + 1]!];
        runs++;
        const inside = x >= window.x[0] && x <= window.x[1] && y >= window.y[0] && y <= window.y[1];
        if (!inside) return void outside++;
        ctx.fillStyle = withAlpha(line.color, r === 0 ? 1 : 0.6);
        ctx.beginPath();
        ctx.arc(px(x), py(y), r === 0 ? 3.5 : 1.8, 0, 2 * Math.PI);
        ctx.fill();
      });
    }
    for (const [x, y] of problem.plane!.minima) {
      ctx.strokeStyle = theme.text;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(px(x) - 4, py(y));
      ctx.lineTo(px(x) + 4, py(y));
      ctx.moveTo(px(x), py(y) - 4);
      ctx.lineTo(px(x), py(y) + 4);
      ctx.stroke();
    }
    const width = window.x[1] - window.x[0];
    caption(
      ctx,
      size,
      outside > 0 ? `${outside} of ${runs} points outside` : `${rateText(width, 2)} wide`,
      theme,
      outside > 0 ? theme.red : theme.muted,
    );
    setAttribute(
      this.canvas,
      "aria-label",
      `Paths on the loss surface: ${runs - outside} of ${runs} runs inside the picture`,
    );
  }

  private path(
    ctx: CanvasRenderingContext2D,
    theta: Float64Array,
    last: number,
    px: (x: number) => number,
    py: (y: number) => number,
    color: string,
  ): void {
    ctx.strokeStyle = withAlpha(color, this.zoomed ? 0.3 : 0.85);
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    for (let k = 0; k <= last; k++) {
      const [x, y] = [px(theta[2 * k]!), py(theta[2 * k + 1]!)];
      if (!Number.isFinite(x) || !Number.isFinite(y) || Math.abs(x) > 1e5 || Math.abs(y) > 1e5) break;
      if (k === 0) ctx.moveTo(x, y);
      else ctx.lineTo(x, y);
    }
    ctx.stroke();
  }

  /** A window around the minimum nearest to the runs that holds their points at the cursor. */
  private aroundRuns(problem: Problem): Window {
    const points: [number, number][] = [];
    for (const line of this.lines)
      for (const { theta } of line.series.records) {
        const k = this.indexOf(line);
        if (theta && Number.isFinite(theta[2 * k]!) && Number.isFinite(theta[2 * k + 1]!))
          points.push([theta[2 * k]!, theta[2 * k + 1]!]);
      }
    const at = points[0] ?? [0, 0];
    const far = ([x, y]: readonly [number, number]) => (x - at[0]) ** 2 + (y - at[1]) ** 2;
    const [cx, cy] = problem.plane!.minima.reduce((a, b) => (far(b) < far(a) ? b : a));
    // Nine of ten points, so that a stray one does not make the rest a dot.
    const reach = points.map(([x, y]) => Math.max(Math.abs(x - cx), Math.abs(y - cy))).sort((a, b) => a - b);
    const half = Math.max(1e-12, 1.25 * (reach[Math.floor(0.9 * (reach.length - 1))] ?? 1));
    return { x: [cx - half, cx + half], y: [cy - half, cy + half] };
  }

  /** Bands of equal width in the logarithm of the loss. */
  private drawContours(
    ctx: CanvasRenderingContext2D,
    size: number,
    problem: Problem,
    { x, y }: Window,
    theme: Theme,
  ): void {
    const back = this.backdrop.getContext("2d")!;
    const image = back.createImageData(GRID, GRID);
    const [r, g, b] = rgb(theme.text);
    const theta = new Float64Array(2);
    const values = new Float64Array(GRID * GRID);
    let [low, high] = [Infinity, -Infinity];
    for (let j = 0; j < GRID; j++)
      for (let i = 0; i < GRID; i++) {
        theta[0] = x[0] + ((i + 0.5) / GRID) * (x[1] - x[0]);
        theta[1] = y[1] - ((j + 0.5) / GRID) * (y[1] - y[0]);
        const value = Math.log(problem.loss(theta) + 1e-300);
        values[j * GRID + i] = value;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    low = Math.max(low, high - 9);
    values.forEach((value, n) => {
      const level = Math.floor((Math.max(0, value - low) / (high - low || 1)) * 10);
      image.data.set([r, g, b, theme.highContrast ? level * 8 : level * 4], 4 * n);
    });
    back.putImageData(image, 0, 0);
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(this.backdrop, 0, 0, size, size);
  }

  private drawData(ctx: CanvasRenderingContext2D, size: number, problem: Problem, theme: Theme): void {
    this.shown = undefined;
    const { points, labels } = problem.data!.train;
    const first = this.lines[0];
    const record = first?.series.records.find((r) => r.index === 0);
    const reach = 1.12 * points.reduce((far, v) => Math.max(far, Math.abs(v)), 1);
    if (first && record?.theta) {
      const k = this.indexOf(first);
      const theta = record.theta.subarray(k * problem.size, (k + 1) * problem.size);
      const back = this.backdrop.getContext("2d")!;
      const image = back.createImageData(GRID, GRID);
      const colors = [rgb(theme.amber), rgb(theme.accent)] as const;
      if (theta.every(Number.isFinite))
        for (let j = 0; j < GRID; j++)
          for (let i = 0; i < GRID; i++) {
            const p = problem.classify!(
              theta,
              ((i + 0.5) / GRID) * 2 * reach - reach,
              reach - ((j + 0.5) / GRID) * 2 * reach,
            );
            image.data.set([...colors[p > 0.5 ? 1 : 0], 18 + 110 * Math.abs(p - 0.5)], 4 * (j * GRID + i));
          }
      back.putImageData(image, 0, 0);
      ctx.imageSmoothingEnabled = true;
      ctx.drawImage(this.backdrop, 0, 0, size, size);
    }
    labels.forEach((label, i) => {
      const [x, y] = [
        ((points[2 * i]! + reach) / (2 * reach)) * size,
        size - ((points[2 * i + 1]! + reach) / (2 * reach)) * size,
      ];
      ctx.fillStyle = label ? theme.accent : theme.amber;
      ctx.beginPath();
      if (label) ctx.arc(x, y, 2, 0, 2 * Math.PI);
      else ctx.rect(x - 1.8, y - 1.8, 3.6, 3.6);
      ctx.fill();
    });
    caption(ctx, size, "decision boundary of run 1", theme, theme.muted);
    setAttribute(this.canvas, "aria-label", "Training data and the decision boundary of the first run at the cursor");
  }
}

function caption(ctx: CanvasRenderingContext2D, size: number, text: string, theme: Theme, color: string): void {
  ctx.font = `10px ${theme.font}`;
  ctx.textBaseline = "bottom";
  const width = ctx.measureText(text).width;
  ctx.fillStyle = withAlpha(theme.background, 0.8);
  ctx.fillRect(2, size - 16, width + 8, 14);
  ctx.fillStyle = color;
  ctx.fillText(text, 6, size - 4);
}

function rgb(color: string): [number, number, number] {
  const parts = /\((.*)\)/.exec(withAlpha(color, 1))?.[1]?.split(",").map(Number) ?? [128, 128, 128];
  return [parts[0]!, parts[1]!, parts[2]!];
}
