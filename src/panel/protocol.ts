import {
  count,
  either,
  flag,
  floats,
  list,
  maybe,
  nullable,
  number,
  object,
  record,
  tagged,
  text,
  word,
  type Of,
} from "./check.js";

/**
 * Every message between the extension and the panel's webview: plain data, finite numbers only (null where the library
 * gives none), one union per direction. Positions x are in optimizer steps of the run, from 0; rates y are learning rates.
 * User text is text, never HTML.
 *
 * Dragging: the webview sends `setParameter` with phase "drag" at most once a frame and waits for the answering `show`
 * (same `gesture`) before the next; the host recomputes without touching the file. "commit" ends the gesture: one edit,
 * one undo step. "cancel" ends it with the file untouched. Both are answered by a `show` of what is then true.
 */

/**
 * A curve for drawing. Column i covers the integer steps from its first, ceil(from + i·(to − from)/n), up to the next
 * column's first (the last column includes `to`); min and max are its exact extremes, `first` the exact rate at its first
 * step. All three have n entries; null where there is no rate. When the run has fewer steps than pixels, n = to − from + 1
 * and column i is step from + i.
 */
const columns = object({
  from: count,
  to: count,
  min: list(nullable(number)),
  max: list(nullable(number)),
  first: list(nullable(number)),
});

/**
 * The exact rates for the simulation: rates[k] is in force for simulated update k and stands for step k · stride of the run
 * (stride 1: uncompressed, rates.length = the run's steps). At most `budget` entries. A rate that is not a number ends it.
 */
const rates = object({
  rates: floats,
  stride: number,
  /** Why there are fewer rates than the run has steps: "ValueError: …", "nan from step 12 on". */
  stopped: maybe(object({ at: count, because: text })),
  /** Set when the schedule waits for a metric: `rates` then follow the assumed metric, and the simulation asks `openLive`. */
  live: maybe(flag),
});

/** A curve drawn behind the edited one. */
const ghost = object({
  id: text,
  kind: word("committed", "asWritten", "pinned"),
  label: text,
  curve: columns,
  /** Absent where a simulation of it would say nothing new (asWritten). */
  simulation: maybe(rates),
});

const scalar = either(either(number, flag), either(text, list(number)));

/** One control. `value` null: unknown. */
const param = object({
  name: text,
  meaning: text,
  kind: word("number", "integer", "boolean", "choice", "numbers", "text"),
  value: nullable(scalar),
  /** As written in the file, or the default's text. */
  text: text,
  unit: maybe(text),
  status: word("known", "assumed", "unknown", "default"),
  /** "literal", "line 4", "argparse default, line 7", "default". */
  origin: text,
  /** Why it is unknown or assumed. */
  because: maybe(text),
  editable: flag,
  /** Why not, when it is not. */
  whyNot: maybe(text),
  /** Valid range; `above`: min itself is outside. */
  min: maybe(number),
  max: maybe(number),
  above: maybe(flag),
  choices: maybe(list(text)),
  slider: maybe(object({ min: number, max: number, log: flag })),
});

/**
 * A point of the curve that moves one parameter. Dragged along `axis`, the parameter becomes
 * offset + scale · (x or y of the pointer), rounded when `integer`, kept within [min, max] (values of the parameter).
 */
const handle = object({
  id: text,
  param: text,
  /** Entry of a list parameter. */
  index: maybe(count),
  axis: word("x", "y"),
  x: number,
  y: number,
  scale: number,
  offset: number,
  min: maybe(number),
  max: maybe(number),
  integer: maybe(flag),
  label: text,
});

const assumption = object({
  name: text,
  value: either(number, text),
  because: text,
  integer: maybe(flag),
  min: maybe(number),
});

const phase = object({
  kind: word("warmup", "hold", "decay", "cooldown", "cycle", "constant"),
  from: number,
  to: nullable(number),
});

/** The optimizer that the file names, for the simulation. `kind` null: not one that is simulated. */
const optimizer = object({
  name: text,
  kind: nullable(word("sgd", "adam", "adamw", "rmsprop", "adagrad")),
  settings: record(either(either(number, flag), list(number))),
});

const scheduleView = object({
  /** Same key: the same schedule of the same file, edited. */
  key: text,
  title: text,
  /** Library's qualified name, when it says more than the title. */
  schedule: maybe(text),
  formula: maybe(text),
  uri: text,
  file: text,
  /** Counted from 1. */
  line: count,
  cell: maybe(count),
  followsCursor: flag,
  /** Not in a file yet: it can be inserted. */
  draft: maybe(flag),
  /** Large figure, small label: ["0.0133", "final, step 100,000"]. */
  facts: list(object({ value: text, label: text })),
  /** Steps of the run. */
  totalSteps: count,
  /** Axes on offer; the number shown is x / perUnit. The first is steps, with perUnit 1. */
  axes: list(object({ name: word("steps", "epochs", "samples", "%"), perUnit: number })),
  curve: columns,
  momentum: maybe(columns),
  phases: list(phase),
  /** Milestones, restarts and edges worth a mark; at most a few dozen. */
  breaks: list(number),
  ghosts: list(ghost),
  params: list(param),
  handles: list(handle),
  assumptions: list(assumption),
  /** What the file does to the rate afterwards, in words. */
  transforms: list(text),
  notes: list(text),
  events: list(object({ at: count, because: text })),
  diagnostics: list(object({ severity: word("error", "warning", "info"), message: text, rule: text })),
  /** Why there is no curve, or only a part: shown as an error. */
  problem: maybe(text),
  simulation: rates,
  optimizer: maybe(optimizer),
});

const item = object({ key: text, title: text, file: text, line: count, summary: text });

export const isToWebview = tagged({
  /** Draw this. `gesture`: the number of the setParameter message it answers. */
  show: {
    view: scheduleView,
    gesture: maybe(count),
    findings: list(item),
    preferred: object({ yAxis: word("linear", "log") }),
  },
  /** No schedule under the cursor, or none in the file: say why and offer those there are. */
  empty: { because: text, findings: list(item) },
  /** Rates of all seeds for the epoch that follows; said[i] when seed i's rate changed. */
  liveRates: { run: count, rates: list(nullable(number)), said: list(nullable(text)) },
  /** Scroll this part into view and give it the keyboard: the command was about it. */
  focus: { part: word("curve", "simulation") },
  /** A request could not be done; what is on screen stays. */
  failed: { message: text, gesture: maybe(count) },
});

export const isFromWebview = tagged({
  /** Answered by show or empty. width: pixels of the curve's plot area. */
  ready: { width: count },
  resize: { width: count },
  /** `text` when typed: the file gets it as typed if it reads as `value`. */
  setParameter: {
    key: text,
    name: text,
    index: maybe(count),
    value: scalar,
    text: maybe(text),
    phase: word("drag", "commit", "cancel"),
    gesture: count,
  },
  setAssumption: { key: text, name: text, value: either(number, text) },
  /** Put the editor's cursor on the schedule, or on the literal behind a parameter. */
  revealSource: { key: text, param: maybe(text) },
  selectFinding: { key: text },
  follow: { on: flag },
  /** compare: with the committed file; the rest open the host's own pickers. */
  action: {
    key: text,
    action: word("compare", "copy", "copyCode", "save", "insert", "pin", "unpin", "log"),
    id: maybe(text),
  },
  /** A fresh run of a metric-driven schedule, one state per seed; `id` a ghost's, absent for the edited one. */
  openLive: { key: text, run: count, seeds: count, id: maybe(text) },
  /** One metric per seed, null where the loss is no longer a number. Answered by liveRates. */
  stepLive: { run: count, metrics: list(nullable(number)) },
  closeLive: { run: count },
});

export type Columns = Of<typeof columns>;
export type Rates = Of<typeof rates>;
export type Ghost = Of<typeof ghost>;
export type Param = Of<typeof param>;
export type Handle = Of<typeof handle>;
export type Assumption = Of<typeof assumption>;
export type PhaseView = Of<typeof phase>;
export type OptimizerView = Of<typeof optimizer>;
export type ScheduleView = Of<typeof scheduleView>;
export type FindingItem = Of<typeof item>;
export type ToWebview = Of<typeof isToWebview>;
export type FromWebview = Of<typeof isFromWebview>;

/** The message, or undefined when it is not one: the caller drops it and logs that it did. */
export const parseToWebview = (data: unknown): ToWebview | undefined => (isToWebview(data) ? data : undefined);
export const parseFromWebview = (data: unknown): FromWebview | undefined => (isFromWebview(data) ? data : undefined);
