/**
 * The panel in a plain browser page, with a host of its own: two schedules, their curves from the engine, live dragging.
 * The page's hash chooses: #exp (staircase), #cosine (warm-up), #adam, #diverges, #plateau, #million, #nan, #empty, #unknown.
 */
import { sampleColumns } from "../../../src/engine/sample.js";
import type { Curve } from "../../../src/engine/curve.js";
import { curve, everyPeriod } from "../../../src/engine/shapes.js";
import {
  parseFromWebview,
  type Columns,
  type Param,
  type ScheduleView,
  type ToWebview,
} from "../../../src/panel/protocol.js";

const choice = location.hash.slice(1) || "exp";
const total =
  choice === "million"
    ? 1_000_000
    : choice === "cosine" || choice === "adam"
      ? 20_000
      : choice === "plateau"
        ? 3000
        : 100_000;
const values: Record<string, number | boolean> = {
  learning_rate: choice === "adam" ? 3e-4 : 0.1,
  decay_steps: total / 100,
  decay_rate: 0.98,
  staircase: true,
  warmup: total / 20,
};
let width = 600;

function schedule(v: typeof values): Curve {
  const [lr, steps, rate, warmup] = [v.learning_rate, v.decay_steps, v.decay_rate, v.warmup] as number[];
  if (choice === "cosine" || choice === "adam")
    return curve(
      (t) =>
        t < warmup!
          ? (lr! * (t + 1)) / warmup!
          : (lr! / 2) * (1 + Math.cos((Math.PI * (t - warmup!)) / (total - warmup!))),
      [warmup!],
      [
        { kind: "warmup", from: 0, to: warmup! },
        { kind: "decay", from: warmup!, to: Infinity },
      ],
    );
  if (choice === "nan")
    return { ...curve((t) => (t < 40_000 ? lr! : NaN)), end: { at: 40_000, because: "ValueError: the schedule ends" } };
  if (choice === "plateau") return curve(() => lr!);
  const edges = everyPeriod(steps!);
  return curve((t) => lr! * rate! ** (v.staircase ? Math.floor(t / steps!) : t / steps!), v.staircase ? edges : [], [
    { kind: "decay", from: 0, to: Infinity },
  ]);
}

function columns(c: Curve): Columns {
  const { min, max, first } = sampleColumns(c, 0, total, width);
  const plain = (list: Float64Array) => Array.from(list, (x) => (Number.isFinite(x) ? x : null));
  return { from: 0, to: total, min: plain(min), max: plain(max), first: plain(first) };
}

function rates(c: Curve) {
  const n = Math.min(total, 50_000);
  const list = Float64Array.from({ length: n }, (_, k) => c.at(Math.floor((k * total) / n)));
  const bad = list.findIndex((x) => !Number.isFinite(x));
  return {
    rates: bad < 0 ? list : list.slice(0, bad),
    stride: total / n,
    ...(bad >= 0 && { stopped: { at: 40_000, because: "ValueError: the schedule ends" } }),
    ...(choice === "plateau" && { live: true }),
  };
}

function param(name: string, rest: Partial<Param>): Param {
  const value = values[name]!;
  return {
    name,
    meaning: `what ${name} means`,
    kind: "number",
    value,
    text: String(value),
    status: "known",
    origin: "literal",
    editable: true,
    ...rest,
  };
}

function view(v: typeof values): ScheduleView {
  const c = schedule(v);
  const committed = schedule({ ...v, learning_rate: 0.1, decay_rate: 0.96, decay_steps: total / 100 });
  const final = c.at(total);
  const lr = v.learning_rate as number;
  return {
    key: `file:///train.py#${choice}`,
    title:
      choice === "plateau"
        ? "ReduceLROnPlateau"
        : choice === "exp"
          ? "tf.train.exponential_decay"
          : "get_cosine_schedule_with_warmup",
    schedule: "tf.compat.v1.train.exponential_decay",
    formula: "0.1 · 0.98^⌊t / 1000⌋",
    uri: "file:///train.py",
    file: "train.py",
    line: 12,
    followsCursor: true,
    facts: [
      { value: String(lr), label: "initial = peak" },
      {
        value: Number.isFinite(final) ? final.toPrecision(3) : "none",
        label: `final, step ${total.toLocaleString("en")}`,
      },
      { value: `×${v.decay_rate}`, label: `every ${v.decay_steps} steps` },
      { value: "35,000", label: "steps to half" },
      { value: "114,000", label: "steps to a tenth" },
      { value: "4.34 k", label: "area Σ lr" },
    ],
    totalSteps: total,
    axes: [
      { name: "steps", perUnit: 1 },
      { name: "epochs", perUnit: total / 60 },
      { name: "samples", perUnit: 1 / 32 },
    ],
    curve: columns(c),
    phases: c.phases.map((p) => ({ kind: p.kind, from: p.from, to: Number.isFinite(p.to) ? p.to : null })),
    breaks: [],
    ghosts:
      choice === "exp"
        ? [
            {
              id: "committed",
              kind: "committed",
              label: "committed",
              curve: columns(committed),
              simulation: rates(committed),
            },
          ]
        : [],
    params: [
      param("learning_rate", {
        unit: "lr",
        origin: "line 4",
        min: 0,
        slider: { min: lr / 100, max: lr * 100, log: true },
      }),
      param("decay_steps", { unit: "step", kind: "integer", min: 1, slider: { min: 1, max: 100_000, log: true } }),
      param("decay_rate", {
        unit: "factor",
        origin: "argparse default, line 7",
        min: 0,
        max: 1,
        slider: { min: 0, max: 1, log: false },
      }),
      param("staircase", { kind: "boolean", text: v.staircase ? "True" : "False" }),
      ...(choice === "unknown"
        ? [
            {
              ...param("learning_rate", {}),
              name: "gamma",
              value: null,
              text: "cfg.gamma",
              status: "unknown" as const,
              origin: "unknown",
              because: "returned by load_config(), which is in another module",
              editable: false,
            },
          ]
        : []),
    ],
    handles: [
      {
        id: "start",
        param: "learning_rate",
        axis: "y",
        x: choice === "cosine" || choice === "adam" ? (v.warmup as number) : 0,
        y: lr,
        scale: 1,
        offset: 0,
        min: 0,
        label: "learning_rate",
      },
      ...(choice === "cosine"
        ? [
            {
              id: "warm",
              param: "warmup",
              axis: "x" as const,
              x: v.warmup as number,
              y: lr,
              scale: 1,
              offset: 0,
              min: 1,
              max: total,
              integer: true,
              label: "warmup",
            },
          ]
        : []),
    ],
    assumptions: [
      { name: "total_steps", value: total, because: "run length is not in this file", integer: true, min: 1 },
    ],
    transforms: choice === "unknown" ? ["at least 1e-5"] : [],
    notes: choice === "unknown" ? ["Past T_max the rate climbs again: the library does not clamp."] : [],
    events: [],
    diagnostics:
      choice === "unknown"
        ? [
            {
              severity: "warning",
              rule: "decay-steps-in-epochs",
              message: "decay_steps (100) is 0.3 epoch of this run: the LR is below 1e-9 after epoch 5",
            },
          ]
        : [],
    ...(choice === "nan" && { problem: "ValueError: the schedule ends at step 40,000" }),
    simulation: rates(c),
    optimizer:
      choice === "adam"
        ? { name: "torch.optim.AdamW", kind: "adamw", settings: { betas: [0.9, 0.95], weight_decay: 0.1 } }
        : { name: "GradientDescentOptimizer", kind: "sgd", settings: {} },
  };
}

const send = (message: ToWebview) => setTimeout(() => postMessage(message, "*"), 1);
const show = (v: typeof values, gesture?: number) =>
  choice === "empty"
    ? send({
        type: "empty",
        because: "No learning-rate schedule under the cursor.",
        findings: [{ key: "a", title: "StepLR", file: "train.py", line: 30, summary: "0.1 → 0.001 in 90 epochs" }],
      })
    : send({
        type: "show",
        view: view(v),
        findings: [],
        preferred: { yAxis: "linear" },
        ...(gesture !== undefined && { gesture }),
      });

interface Plateau {
  lr: number;
  best: number;
  bad: number;
}
const live = new Map<number, Plateau[]>();
const sent: unknown[] = [];
Object.assign(window, {
  sent,
  acquireVsCodeApi: () => ({
    getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null") as unknown,
    setState: (state: unknown) => sessionStorage.setItem("state", JSON.stringify(state)),
    postMessage(data: unknown) {
      const message = parseFromWebview(data);
      sent.push(message ?? { refused: data });
      if (!message) throw new Error(`refused: ${JSON.stringify(data)}`);
      if (message.type === "ready" || message.type === "resize") {
        width = Math.max(40, message.width);
        show(values);
      } else if (message.type === "setParameter") {
        const next = { ...values, [message.name]: message.value as number };
        if (message.phase === "commit") Object.assign(values, next);
        show(message.phase === "cancel" ? values : next, message.gesture);
      } else if (message.type === "openLive" || message.type === "stepLive") {
        if (message.type === "openLive")
          live.set(
            message.run,
            Array.from({ length: message.seeds }, () => ({
              lr: values.learning_rate as number,
              best: Infinity,
              bad: 0,
            })),
          );
        const states = live.get(message.run)!;
        if (message.type === "stepLive")
          states.forEach((state, i) => {
            const metric = message.metrics[i] ?? Infinity;
            if (metric < state.best * 0.999) [state.best, state.bad] = [metric, 0];
            else if (++state.bad > 2) [state.lr, state.bad] = [state.lr / 10, 0];
          });
        send({ type: "liveRates", run: message.run, rates: states.map((s) => s.lr), said: states.map(() => null) });
      } else if (message.type === "action" && message.action === "compare")
        send({ type: "failed", message: "The last commit's version draws the same curve." });
    },
  }),
});
