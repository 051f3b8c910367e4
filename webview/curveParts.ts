import type { Columns, ScheduleView } from "../src/panel/protocol.js";
import type { CurveState, XAxis } from "./curveView.js";
import { h, keyEntry, setText } from "./dom.js";
import { countText, rateText } from "./format.js";
import { label, type Drawing } from "./plot.js";
import { columnOf, columnStart } from "./points.js";
import type { Theme } from "./theme.js";

export const phaseNames = {
  warmup: "warm-up",
  hold: "hold",
  cooldown: "cool-down",
  cycle: "cycle",
  decay: "decay",
  constant: "constant",
};

/** Where a new rule begins: short strokes on the axis. */
export function drawBreaks({ ctx, area, x }: Drawing, { breaks }: ScheduleView, axis: XAxis, theme: Theme): void {
  ctx.fillStyle = theme.muted;
  for (const at of breaks) {
    const px = x(at / axis.perUnit);
    if (px >= area.left && px <= area.right) ctx.fillRect(px - 0.5, area.bottom - 4, 1, 4);
  }
}

/** Momentum where the schedule moves it too: a band of its own at the top, between its least and its largest value. */
export function drawMomentum(draw: Drawing, momentum: Columns, axis: XAxis, theme: Theme): void {
  const { ctx, area, x } = draw;
  const values = momentum.first.filter((m) => m !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (values.length === 0) return;
  const band = 24;
  ctx.strokeStyle = theme.purple;
  ctx.lineWidth = 1.25;
  ctx.beginPath();
  momentum.first.forEach((m, i) => {
    if (m === null) return;
    const y = area.top + 6 + (high > low ? ((high - m) / (high - low)) * band : band / 2);
    ctx.lineTo(x(columnStart(momentum, i) / axis.perUnit), y);
  });
  ctx.stroke();
  const range = high > low ? `${rateText(low)} – ${rateText(high)}` : rateText(low);
  label(draw, `momentum ${range}`, area.left + 6, area.top + band + 16, theme, theme.purple);
}

/** The key above the chart: which line is which. */
export function curveKey(element: HTMLElement, { view, limits, theme }: CurveState): void {
  element.replaceChildren(
    keyEntry("solid", view.ghosts.length > 0 ? "this edit" : "learning rate", theme.accent),
    ...view.ghosts.map((g) => keyEntry("dashed", g.label, g.kind === "pinned" ? theme.purple : theme.muted)),
    ...(limits.driven ? [keyEntry("solid", "under the simulated loss", theme.amber)] : []),
    ...(limits.limit ? [keyEntry("solid", limits.limit.key, theme.red)] : []),
  );
}

/** The curve in words and figures, for those who do not see it: eleven points and every phase. */
export function curveTable(element: HTMLElement, view: ScheduleView, axis: XAxis): void {
  const rows = Array.from({ length: 11 }, (_, k) => columnOf(view.curve, Math.round((view.totalSteps * k) / 10))).map(
    (i) => {
      const lr = i < 0 ? null : view.curve.first[i]!;
      const at = i < 0 ? "" : countText(columnStart(view.curve, i) / axis.perUnit);
      return h("tr", null, h("th", { scope: "row" }, at), h("td", null, lr === null ? "none" : rateText(lr, 4)));
    },
  );
  const head = h("tr", null, h("th", { scope: "col" }, axis.name), h("th", { scope: "col" }, "learning rate"));
  const phases = view.phases.map(
    ({ kind, from, to }) =>
      `${phaseNames[kind]} from step ${countText(from)}${to === null ? "" : ` to ${countText(to)}`}`,
  );
  const caption = h("caption");
  setText(caption, phases.length > 0 ? `Phases: ${phases.join("; ")}` : "The learning rate along the run");
  element.replaceChildren(h("table", null, caption, h("thead", null, head), h("tbody", null, ...rows)));
}
