import { describe, expect, it } from "vitest";
import { parseFromWebview, parseToWebview, type ScheduleView, type ToWebview } from "../../src/panel/protocol.js";

const columns = { from: 0, to: 2, min: [0.1, 0.1, null], max: [0.1, 0.1, null], first: [0.1, 0.1, null] };
const view: ScheduleView = {
  key: "file:///t.py#0",
  title: "tf.train.exponential_decay",
  uri: "file:///t.py",
  file: "t.py",
  line: 12,
  followsCursor: true,
  facts: [{ value: "0.1", label: "initial = peak" }],
  totalSteps: 2,
  axes: [{ name: "steps", perUnit: 1 }],
  curve: columns,
  phases: [{ kind: "decay", from: 0, to: null }],
  breaks: [],
  ghosts: [],
  params: [],
  handles: [],
  assumptions: [],
  transforms: [],
  notes: [],
  events: [],
  diagnostics: [],
  simulation: { rates: new Float64Array([0.1, 0.1]), stride: 1 },
};
const show = (change: object): unknown => ({
  type: "show",
  view: { ...view, ...change },
  findings: [],
  preferred: { yAxis: "linear" },
});

describe("messages to the webview", () => {
  it.each([
    { message: show({}), ok: true, why: "a whole view" },
    { message: show({ later: 1 }), ok: true, why: "an unknown field is a newer host's" },
    { message: show({ title: 3 }), ok: false, why: "a title is text" },
    { message: show({ totalSteps: -1 }), ok: false, why: "a count is not negative" },
    { message: show({ totalSteps: 1.5 }), ok: false, why: "a count is whole" },
    { message: show({ curve: { ...columns, min: [NaN] } }), ok: false, why: "no rate is null, not NaN" },
    { message: show({ simulation: { rates: [0.1], stride: 1 } }), ok: false, why: "rates are a Float64Array" },
    {
      message: show({ simulation: { rates: new Float64Array([Infinity]), stride: 1 } }),
      ok: false,
      why: "finite only",
    },
    { message: show({ curve: undefined }), ok: false, why: "the curve is required" },
    { message: { type: "empty", because: "no schedule here", findings: [] }, ok: true, why: "empty state" },
    { message: { type: "liveRates", run: 1, rates: [0.1, null], said: [null, "x"] }, ok: true, why: "null rate" },
    { message: { type: "nothing" }, ok: false, why: "an unknown type" },
    { message: null, ok: false, why: "not an object" },
    { message: "show", ok: false, why: "not an object" },
    { message: [], ok: false, why: "not an object" },
    { message: { type: "constructor" }, ok: false, why: "a name of Object.prototype is no type" },
  ])("$why", ({ message, ok }) => {
    const parsed: ToWebview | undefined = parseToWebview(message);
    expect(parsed !== undefined).toBe(ok);
  });
});

describe("messages from the webview", () => {
  const drag = { type: "setParameter", key: "k", name: "gamma", value: 0.5, phase: "drag", gesture: 1 };
  it.each([
    { message: { type: "ready", width: 640 }, ok: true, why: "ready" },
    { message: { type: "ready" }, ok: false, why: "a width is required" },
    { message: drag, ok: true, why: "a drag" },
    { message: { ...drag, value: Infinity }, ok: false, why: "finite values only" },
    { message: { ...drag, value: [1, 2] }, ok: true, why: "a list parameter" },
    { message: { ...drag, value: { toString: "x" } }, ok: false, why: "no objects" },
    { message: { ...drag, phase: "later" }, ok: false, why: "an unknown phase" },
    { message: { ...drag, text: "5e-1" }, ok: true, why: "typed" },
    { message: { type: "stepLive", run: 1, metrics: [0.5, null] }, ok: true, why: "a diverged seed" },
    { message: { type: "action", key: "k", action: "format disk" }, ok: false, why: "an unknown action" },
    { message: undefined, ok: false, why: "nothing" },
  ])("$why: $ok", ({ message, ok }) => expect(parseFromWebview(message) !== undefined).toBe(ok));
});
