import type { ScheduleView } from "../src/panel/protocol.js";
import { drawBreaks, drawMomentum, phaseNames } from "./curveParts.js";
import { everyFrame, h, setAttribute } from "./dom.js";
import { countText, rateText } from "./format.js";
import { HandleLayer } from "./handles.js";
import type { Gestures } from "./gestures.js";
import { horizontalLine, label, Plot, verticalLine, type Axes, type Drawing, type Line } from "./plot.js";
import { columnOf, columnStart, extent, isStepwise, linePoints } from "./points.js";
import { withAlpha, type Theme } from "./theme.js";

export type XAxis = ScheduleView["axes"][number];

/** What the simulation knows about the rate, in the user's figures. */
export interface RateLimits {
  /** Above this the run grows. */
  readonly limit?: { readonly lr: number; readonly words: string; readonly key: string };
  /** "here the loss cannot fall below 3e-3", at a rate. */
  readonly floor?: (lr: number) => string | undefined;
  /** Rates of a metric-driven schedule in the simulation: x in steps of the run. */
  readonly driven?: readonly { readonly x: number; readonly y: number }[];
}

export interface CurveState {
  readonly view: ScheduleView;
  readonly axis: XAxis;
  readonly log: boolean;
  readonly theme: Theme;
  readonly limits: RateLimits;
}

const dashes = { committed: [4, 3], asWritten: [2, 3], pinned: [7, 3] } as const;

/** The learning-rate curve: lines, phases, stability line, cursor with its read-out, and the handles over it. */
export class CurveView {
  readonly element: HTMLElement;
  private readonly plot: Plot;
  private readonly handles: HandleLayer;
  private readonly canvas = h("canvas", { tabindex: 0, role: "slider", "aria-label": "Learning-rate curve: position" });
  private state: CurveState | undefined;
  private frozen: Axes | undefined;
  private cursor: number | undefined;
  private width = 0;

  /** `moved`: the cursor line, in steps of the run. `resized`: pixels of the plot. */
  constructor(
    gestures: Gestures,
    private readonly moved: (step: number | undefined) => void,
    private readonly resized: (width: number) => void,
  ) {
    const frame = h("div", { class: "plot" }, this.canvas);
    this.element = frame;
    this.plot = new Plot(this.canvas);
    this.handles = new HandleLayer(frame, this.plot, gestures, (dragging) => {
      this.frozen = dragging && this.state ? this.axesOf(this.state) : undefined;
      if (!dragging) this.render();
    });
    this.plot.onLayout = () => this.afterLayout();
    const move = everyFrame((x: number) => this.moved(this.stepAt(x)));
    this.canvas.addEventListener("pointermove", (event) => move(event.offsetX));
    this.canvas.addEventListener("pointerdown", (event) => move(event.offsetX));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  show(state: CurveState): void {
    this.state = state;
    this.render();
  }

  setCursor(step: number | undefined): void {
    this.cursor = step;
    this.describeCursor();
    this.plot.redraw();
  }

  get plotWidth(): number {
    const { left, right } = this.plot.drawing.area ?? { left: 0, right: 0 };
    return Math.max(40, Math.round(right - left));
  }

  private render(): void {
    const { state } = this;
    if (!state) return;
    const { view, axis, log, theme } = state;
    const ghost = (kind: keyof typeof dashes) => (kind === "pinned" ? theme.purple : theme.muted);
    const lines: Line[] = view.ghosts.map((g) => ({
      points: linePoints(g.curve, axis.perUnit, log),
      color: ghost(g.kind),
      width: theme.highContrast ? 2 : 1.25,
      dash: dashes[g.kind],
      stepped: isStepwise(g.curve),
    }));
    lines.push({
      points: linePoints(view.curve, axis.perUnit, log),
      color: theme.accent,
      width: theme.highContrast ? 3 : 2,
      stepped: isStepwise(view.curve),
    });
    if (state.limits.driven)
      lines.push({
        points: state.limits.driven.map(({ x, y }) => ({ x: x / axis.perUnit, y: y > 0 || !log ? y : null })),
        color: theme.amber,
        width: 1.5,
        stepped: true,
      });
    this.plot.show(lines, this.frozen ?? this.axesOf(state), theme, {
      under: (draw) => this.drawUnder(draw, state),
      over: (draw) => this.drawOver(draw, state),
    });
    this.handles.show(view, axis, theme);
    this.describeCursor();
  }

  private axesOf({ view, axis, log, limits }: CurveState): Axes {
    const range = extent([view.curve, ...view.ghosts.map((g) => g.curve)]);
    const x = [0, Math.max(1, view.totalSteps) / axis.perUnit] as const;
    if (!range || !(range.max > 0)) return { x, y: log ? [1e-6, 1] : [Math.min(0, range?.max ?? 0), 1], log };
    // The stability line belongs to the picture when it is near enough not to flatten the curve.
    const limit = limits.limit?.lr;
    const top =
      limit !== undefined && limit > range.max * 0.9 && limit < range.max * 2 ? Math.max(limit, range.max) : range.max;
    if (!log) return { x, y: [Math.min(0, ...view.curve.min.map((y) => y ?? 0)), top * 1.08], log };
    // Eight decades are as many as can be read; what lies deeper leaves the picture at its foot.
    const least = Math.max(range.leastPositive, range.max * 1e-8);
    return { x, y: [least < range.max ? least * 0.8 : range.max / 10, top * 1.3], log };
  }

  private drawUnder({ ctx, area, x }: Drawing, { view, axis, theme }: CurveState): void {
    view.phases.forEach(({ kind, from, to }, i) => {
      if (kind === "decay" || kind === "constant") return;
      if (kind === "cycle" && i % 2 === 1) return;
      const left = Math.max(area.left, x(from / axis.perUnit));
      const right = Math.min(area.right, x((to ?? view.totalSteps) / axis.perUnit));
      if (right <= left) return;
      ctx.fillStyle = withAlpha(
        kind === "warmup" ? theme.amber : kind === "cooldown" ? theme.purple : theme.muted,
        theme.highContrast ? 0.18 : 0.08,
      );
      ctx.fillRect(left, area.top, right - left, area.bottom - area.top);
      if (right - left < 44) return;
      ctx.fillStyle = theme.muted;
      ctx.font = `10px ${theme.font}`;
      ctx.textBaseline = "bottom";
      ctx.fillText(phaseNames[kind], left + 4, area.bottom - 3);
    });
  }

  private drawOver(draw: Drawing, { view, axis, theme, limits }: CurveState): void {
    const { limit } = limits;
    if (limit) {
      const y = draw.y(limit.lr);
      horizontalLine(draw, y, theme.red, [], theme.highContrast ? 2 : 1);
      if (y >= draw.area.top && y <= draw.area.bottom)
        label(draw, `${limit.words} ${rateText(limit.lr)}`, draw.area.right, y - 10, theme, theme.red, "right");
    }
    drawBreaks(draw, view, axis, theme);
    if (view.momentum) drawMomentum(draw, view.momentum, axis, theme);
    for (const { at } of view.events) {
      draw.ctx.fillStyle = theme.amber;
      draw.ctx.fillRect(draw.x(at / axis.perUnit) - 1, draw.area.bottom - 6, 2, 6);
    }
    if (this.cursor === undefined) return;
    const read = this.read(this.cursor);
    const px = draw.x(this.cursor / axis.perUnit);
    verticalLine(draw, px, withAlpha(theme.text, 0.45));
    if (!read) return;
    const py = draw.y(read.lr);
    if (py >= draw.area.top - 4 && py <= draw.area.bottom + 4) {
      draw.ctx.beginPath();
      draw.ctx.arc(px, py, 4.5, 0, 2 * Math.PI);
      draw.ctx.fillStyle = theme.background;
      draw.ctx.fill();
      draw.ctx.strokeStyle = theme.accent;
      draw.ctx.lineWidth = 2;
      draw.ctx.stroke();
    }
    const right = px > (draw.area.left + draw.area.right) / 2;
    const words = read.lines;
    words.forEach((text, i) =>
      label(
        draw,
        text,
        px + (right ? -9 : 9),
        Math.max(draw.area.top + 8, Math.min(py, draw.area.bottom) - 13 - 16 * (words.length - 1)) + 16 * i,
        theme,
        i === 0 ? theme.text : theme.muted,
        right ? "right" : "left",
      ),
    );
  }

  /** The exact rate at the first step of the cursor's column, and what there is to say of it. */
  private read(step: number): { lr: number; lines: readonly string[] } | undefined {
    const { view, axis, limits } = this.state!;
    const i = columnOf(view.curve, step);
    const lr = i < 0 ? null : view.curve.first[i]!;
    if (lr === null) return undefined;
    const at = columnStart(view.curve, i) / axis.perUnit;
    const event = view.events.findLast((e) => e.at <= step && step - e.at < view.totalSteps / 60);
    const floor = limits.floor?.(lr);
    const place = axis.name === "%" ? `${countText(at)} %` : `${axis.name.slice(0, -1)} ${countText(at)}`;
    const momentum =
      view.momentum && columnOf(view.momentum, step) >= 0 ? view.momentum.first[columnOf(view.momentum, step)] : null;
    const lines = [
      `${place} · ${rateText(lr, 4)}`,
      typeof momentum === "number" ? `momentum ${rateText(momentum)}` : undefined,
      floor,
      event?.because,
    ].filter((words) => words !== undefined);
    return { lr, lines };
  }

  private describeCursor(): void {
    if (!this.state) return;
    const { view } = this.state;
    const step = this.cursor ?? 0;
    setAttribute(this.canvas, "aria-valuemin", 0);
    setAttribute(this.canvas, "aria-valuemax", view.totalSteps);
    setAttribute(this.canvas, "aria-valuenow", Math.round(step));
    setAttribute(
      this.canvas,
      "aria-valuetext",
      this.read(step)?.lines.join(", ") ?? `step ${countText(step)}: no rate`,
    );
  }

  private key(event: KeyboardEvent): void {
    if (!this.state) return;
    const total = this.state.view.totalSteps;
    const from = this.cursor ?? 0;
    const stride = Math.max(1, Math.round(total / (event.shiftKey ? 1000 : 100)));
    const to = {
      ArrowLeft: from - stride,
      ArrowRight: from + stride,
      Home: 0,
      End: total,
      PageDown: from - 10 * stride,
      PageUp: from + 10 * stride,
    }[event.key];
    if (event.key === "Escape") return this.moved(undefined);
    if (to === undefined) return;
    event.preventDefault();
    this.moved(Math.max(0, Math.min(total, to)));
  }

  private stepAt(px: number): number | undefined {
    if (!this.state) return undefined;
    const { view, axis } = this.state;
    return Math.max(0, Math.min(view.totalSteps, Math.round(this.plot.valueAt(px, 0).x * axis.perUnit)));
  }

  private afterLayout(): void {
    this.handles.place();
    const width = this.plotWidth;
    if (width !== this.width) this.resized((this.width = width));
  }
}
