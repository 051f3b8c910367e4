import { parseToWebview, type FromWebview, type ScheduleView, type ToWebview } from "../src/panel/protocol.js";
import { showControls } from "./controls.js";
import { curveKey, curveTable } from "./curveParts.js";
import { CurveView, type CurveState, type XAxis } from "./curveView.js";
import { afterQuiet, everyFrame, h, setAttribute } from "./dom.js";
import { Gestures } from "./gestures.js";
import { Header, showFacts } from "./header.js";
import { Assumptions, emptyState, showNotices, showToast } from "./notices.js";
import { SimulationView } from "./simulation/view.js";
import { save, saved, vscode } from "./state.js";
import "./style.css";
import { Switch } from "./switch.js";
import { applyTheme, onThemeChange, readTheme } from "./theme.js";

const post = (message: FromWebview) => vscode.postMessage(message);
const keyNow = () => view?.key;

let view: ScheduleView | undefined;
let log = saved.yAxis === "log";
let axisName = saved.xAxis;
let theme = readTheme();

const gestures = new Gestures(post, keyNow);
const header = new Header(post, keyNow);
const facts = h("dl", { class: "facts" });
const problems = h("section", { class: "notices", "aria-label": "Problems" });
const notes = h("section", { class: "notices", "aria-label": "Notes" });
const controls = h("section", { class: "controls", "aria-label": "Parameters" });
const toast = h("div", { class: "toasts" });
const empty = h("div", { class: "nothing" });
const keys = h("span", { class: "keys" });
const table = h("div");
const setCursor = (step: number | undefined) => {
  save({ cursor: step });
  curve.setCursor(step);
  simulation.setCursor(step);
};
const width = afterQuiet(60, (pixels: number) => post({ type: "resize", width: pixels }));
const curve = new CurveView(gestures, setCursor, width);
const simulation = new SimulationView(post, keyNow, setCursor, () => drawCurve());
const assumptions = new Assumptions(
  (name, value) => view && post({ type: "setAssumption", key: view.key, name, value }),
);
const yAxis = new Switch("Rate axis", ["linear", "log"], (name) => {
  log = name === "log";
  save({ yAxis: name as "linear" | "log" });
  drawCurve();
});
const xAxis = new Switch("Time axis", ["steps", "epochs", "samples", "%"], (name) => {
  axisName = name as XAxis["name"];
  save({ xAxis: axisName });
  draw();
});
const asTable = h(
  "details",
  { class: "as-table", open: saved.openTable === true },
  h("summary", null, "As a table"),
  h("div", { class: "tables" }, table, simulation.tableElement),
);
asTable.addEventListener("toggle", () => save({ openTable: (asTable as HTMLDetailsElement).open }));

const curveSection = h(
  "section",
  { class: "curve", "aria-label": "Learning rate", tabindex: -1 },
  h("div", { class: "bar" }, yAxis.element, xAxis.element, keys),
  curve.element,
);
const main = h(
  "main",
  null,
  header.element,
  facts,
  problems,
  h("div", { class: "halves" }, curveSection, simulation.element),
  h("div", { class: "below" }, controls, assumptions.element),
  notes,
  asTable,
);

function axisNow({ axes }: ScheduleView): XAxis {
  return axes.find((axis) => axis.name === axisName) ?? axes[0] ?? { name: "steps", perUnit: 1 };
}

function drawCurve(): void {
  if (!view) return;
  const state: CurveState = { view, axis: axisNow(view), log, theme, limits: simulation.limits() };
  curve.show(state);
  curveKey(keys, state);
  yAxis.show(log ? "log" : "linear");
}

function draw(): void {
  if (!view) return;
  const axis = axisNow(view);
  simulation.show({ view, axis, theme });
  drawCurve();
  xAxis.show(
    axis.name,
    view.axes.map(({ name }) => name),
  );
  curveTable(table, view, axis);
}

/** At most once a frame: while something is dragged the answers may come faster than the screen. */
const show = everyFrame((message: Extract<ToWebview, { type: "show" }>) => {
  const other = message.view.key !== view?.key;
  view = message.view;
  if (!main.isConnected) document.querySelector("#root")!.replaceChildren(toast, main);
  if (saved.yAxis === undefined) log = message.preferred.yAxis === "log";
  save({ uri: view.uri, key: view.key });
  header.show(view, message.findings);
  showFacts(facts, view.facts);
  showNotices(problems, notes, view);
  showControls(controls, view.params, {
    gestures,
    reveal: (param) => view && post({ type: "revealSource", key: view.key, param }),
  });
  assumptions.show(view.assumptions);
  draw();
  if (other) setCursor(saved.cursor !== undefined && saved.cursor <= view.totalSteps ? saved.cursor : undefined);
});

function receive(message: ToWebview): void {
  switch (message.type) {
    case "show":
      gestures.answered(message.gesture);
      show(message);
      break;
    case "empty":
      view = undefined;
      empty.replaceChildren(emptyState(message.because, message.findings, post));
      document.querySelector("#root")!.replaceChildren(toast, empty);
      break;
    case "liveRates":
      simulation.liveRates(message);
      break;
    case "focus": {
      const part = message.part === "simulation" ? simulation.element : curveSection;
      part.scrollIntoView({ block: "nearest" });
      part.focus({ preventScroll: true });
      break;
    }
    case "failed":
      gestures.answered(message.gesture);
      showToast(toast, message.message);
      break;
    default:
      message satisfies never;
  }
}

addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  const message = parseToWebview(data);
  if (message) receive(message);
});
onThemeChange(
  everyFrame(() => {
    theme = readTheme();
    applyTheme(theme);
    draw();
  }),
);
applyTheme(theme);
setAttribute(document.documentElement, "data-ready", "true");
post({
  type: "ready",
  width: Math.max(
    200,
    Math.round(document.documentElement.clientWidth / (document.documentElement.clientWidth > 900 ? 2 : 1)) - 90,
  ),
});
