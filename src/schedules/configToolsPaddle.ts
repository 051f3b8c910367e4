import type { Curve } from "../engine/curve.js";
import { byCosine, byLine, oneCycle } from "../engine/oneCycle.js";
import { round } from "../engine/python.js";
import { cooldown, cycle, decay, flat, halfCosine, hold, perEpoch, segments, warmup } from "../engine/segments.js";
import { everyPeriod, sequence } from "../engine/shapes.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  flag,
  integer,
  lr,
  numbers,
  power,
  ratio,
  real,
  steps,
  word,
} from "./define.js";
import type { ParamSpec, ScheduleDefinition } from "./define.js";

/** Schedules of PaddleDetection, PaddleClas and PaddleOCR config files. The curves count iterations. */

/** Milestones in order: base · factors[i] from the i-th on. */
const drops = (edges: readonly number[], base: number, gamma: number) =>
  segments(...edges.map((e, i) => decay(e, base * gamma ** i)), decay(Infinity, base * gamma ** edges.length));
const byStep = (every: number, base: number, gamma: number) =>
  segments(decay(Infinity, (t) => base * gamma ** Math.floor(t / every), everyPeriod(every)));
const piecewise = (edges: readonly number[], values: readonly number[]) =>
  segments(...edges.map((e, i) => hold(e, values[i] ?? NaN)), hold(Infinity, values[edges.length] ?? NaN));
const cosine = (base: number, low: number, T: number) =>
  segments(decay(Infinity, (t) => low + (base - low) * halfCosine(t / T), everyPeriod(T)));
const polynomial = (base: number, low: number, T: number, power: number, repeat = false) =>
  repeat
    ? segments(
        cycle(
          Infinity,
          (t) => (base - low) * (1 - t / (T * Math.max(1, Math.ceil(t / T)))) ** power + low,
          everyPeriod(T, 1),
        ),
      )
    : segments(
        decay(T, (t) => (base - low) * (1 - t / T) ** power + low),
        cooldown(Infinity, low),
      );

/** Linear from start to end over W steps; then the schedule, its own clock starting at W. */
const warmed = (inner: Curve, W: number, start: number, end: number): Curve =>
  W > 0
    ? sequence([
        { from: 0, curve: segments(warmup(W, (t) => start + ((end - start) * t) / W)) },
        { from: W, curve: inner, restart: true },
      ])
    : inner;

interface Run {
  /** Iterations of an epoch (1 where the schedule counts epochs), and epochs of the run. */
  readonly spe: number;
  readonly epochs: number;
  readonly warm: number;
}

const commonParams = {
  learning_rate: lr("base rate", { default: null }),
  warmup_epoch: real("epochs of warm-up", { default: 0 }),
  warmup_start_lr: lr("rate at the start of the warm-up", { default: 0 }),
  by_epoch: flag("count in epochs, not iterations", { default: false }),
  epochs: integer("epochs of the run", { default: null }),
};
type Params = Readonly<Record<string, ParamSpec>>;
type Values<P extends Params> = Parameters<Parameters<typeof defineSchedule<P>>[0]["compile"]>[0];

/** One entry of `Optimizer.lr.name`, in both tools when `tools` says so; they differ in what the schedule's length excludes. */
function named<P extends Params>(
  tool: "paddleclas" | "paddleocr",
  name: string,
  params: P,
  formula: string,
  inner: (args: Values<P & typeof commonParams>, run: Run & { base: number }) => Curve,
  quirks: readonly string[] = [],
): ScheduleDefinition {
  return defineSchedule({
    id: `${tool}:${name}`,
    params: { ...commonParams, ...params } as Params,
    needs: ["steps_per_epoch", "epochs"],
    unit: "step",
    formula,
    quirks: ["The schedule's own clock starts when the warm-up ends.", ...quirks],
    source:
      tool === "paddleclas"
        ? "PaddlePaddle/PaddleClas, ppcls/optimizer/learning_rate.py"
        : "PaddlePaddle/PaddleOCR, ppocr/optimizer/learning_rate.py",
    compile(given, context) {
      const a = given as unknown as Values<P & typeof commonParams> & {
        learning_rate: number | null;
        warmup_epoch: number;
        warmup_start_lr: number;
        by_epoch: boolean;
        epochs: number | null;
        values?: readonly number[];
        max_lr?: number;
      };
      const spe = a.by_epoch ? 1 : Math.max(1, context.steps_per_epoch || 1);
      const epochs = a.epochs ?? context.epochs;
      const warm = tool === "paddleclas" ? Math.min(a.warmup_epoch, epochs) : a.warmup_epoch;
      const base = a.learning_rate ?? a.values?.[0] ?? a.max_lr ?? 0;
      const c = warmed(inner(a, { spe, epochs, warm, base }), round(warm * spe), a.warmup_start_lr, base);
      return a.by_epoch ? perEpoch(c, Math.max(1, context.steps_per_epoch || 1)) : c;
    },
  });
}

const stepParams = { step_size: integer("epochs between drops"), gamma: factor("factor of a drop", { default: 0.1 }) };
const milestoneParams = {
  milestones: numbers("epochs of the drops"),
  gamma: factor("factor of a drop", { default: 0.1 }),
};
const piecewiseParams = {
  decay_epochs: numbers("epochs of the changes"),
  values: numbers("rates, one more than decay_epochs"),
};
const linearParams = { end_lr: lr("final rate", { default: 0 }), power: power("exponent", { default: 1 }) };

const shared = (tool: "paddleclas" | "paddleocr") => [
  named(tool, "Step", stepParams, "B · gamma^⌊epoch / step_size⌋", (a, { base, spe }) =>
    byStep(a.step_size * spe, base, a.gamma),
  ),
  named(tool, "Piecewise", piecewiseParams, "values[number of decay_epochs ≤ epoch]", (a, { spe }) =>
    piecewise(
      a.decay_epochs.map((e) => e * spe),
      a.values,
    ),
  ),
  named(tool, "MultiStepDecay", milestoneParams, "B · gamma^(number of milestones ≤ epoch)", (a, { base, spe }) =>
    drops(
      a.milestones.map((m) => m * spe),
      base,
      a.gamma,
    ),
  ),
];

const clas = [
  ...["Constant", "ConstLR"].map((name) =>
    named("paddleclas", name, {}, "B", (_, { base }) => segments(flat(Infinity, base))),
  ),
  named(
    "paddleclas",
    "Linear",
    { ...linearParams, cycle: flag("start over at the end", { default: false }) },
    "(B − end_lr) · (1 − t / T)^power + end_lr, T = epochs − warmup_epoch",
    (a, { base, spe, epochs, warm }) =>
      epochs > warm
        ? polynomial(base, a.end_lr, (epochs - warm) * spe, a.power, a.cycle)
        : segments(flat(Infinity, base)),
  ),
  named(
    "paddleclas",
    "Cosine",
    { eta_min: lr("final rate", { default: 0 }) },
    "eta_min + (B − eta_min) · (1 + cos(π · t / T)) / 2, T = epochs − warmup_epoch",
    (a, { base, spe, epochs, warm }) =>
      epochs > warm ? cosine(base, a.eta_min, (epochs - warm) * spe) : segments(flat(Infinity, base)),
  ),
  named(
    "paddleclas",
    "CosineFixmatch",
    { num_cycles: real("cosine periods in the run", { default: 7 / 16 }) },
    "B · max(0, cos(π · num_cycles · t / T))",
    (a, { base, spe, epochs, warm }) => {
      const T = (epochs - warm) * spe;
      return segments(
        decay(
          Infinity,
          (t) => base * Math.max(0, Math.cos((Math.PI * a.num_cycles * t) / Math.max(1, T))),
          everyPeriod(T / a.num_cycles / 2),
        ),
      );
    },
  ),
  named(
    "paddleclas",
    "Cyclic",
    {
      base_learning_rate: lr("lowest rate"),
      max_learning_rate: lr("highest rate"),
      step_size_up: steps("iterations of the rise"),
      step_size_down: steps("iterations of the fall", { default: null }),
      mode: word("shape of the cycles", { default: "triangular", choices: ["triangular", "triangular2", "exp_range"] }),
      exp_gamma: factor("shrink per iteration (exp_range)", { default: 1 }),
    },
    "base + (max − base) · max(0, 1 − |x − 1|) · scale",
    (a) => {
      const [up, down] = [a.step_size_up, a.step_size_down ?? a.step_size_up];
      const [period, low, high] = [up + down, a.base_learning_rate, a.max_learning_rate];
      const scale = (t: number) =>
        a.mode === "triangular2" ? 0.5 ** Math.floor(t / period) : a.mode === "exp_range" ? a.exp_gamma ** t : 1;
      const rate = (t: number) => {
        const i = t % period;
        return low + (high - low) * (i <= up ? i / up : (period - i) / down) * scale(t);
      };
      return segments(
        cycle(Infinity, rate, (t) => Math.min(everyPeriod(period)(t), everyPeriod(period, up - period)(t))),
      );
    },
  ),
  named(
    "paddleclas",
    "OneCycleLR",
    {
      max_learning_rate: lr("peak rate"),
      divide_factor: factor("peak / initial rate", { default: 25 }),
      end_learning_rate: lr("final rate", { default: 0.0001 }),
      phase_pct: ratio("rising share", { default: 0.3 }),
      anneal_strategy: word("shape of the phases", { default: "cos", choices: ["cos", "linear"] }),
      three_phase: flag("fall back to the initial rate before the last phase", { default: false }),
    },
    "max / divide_factor → max over phase_pct, then to end_learning_rate",
    (a, { spe, epochs }) =>
      segments(
        ...oneCycle({
          total: epochs * spe,
          rise: a.phase_pct,
          first: a.max_learning_rate / a.divide_factor,
          peak: a.max_learning_rate,
          last: a.end_learning_rate,
          ease: a.anneal_strategy === "linear" ? byLine : byCosine,
          threePhase: a.three_phase,
        }),
      ),
  ),
];

const ocr = [
  named("paddleocr", "Const", {}, "B", (_, { base }) => segments(flat(Infinity, base))),
  named(
    "paddleocr",
    "Linear",
    linearParams,
    "(B − end_lr) · (1 − t / T)^power + end_lr, T = epochs",
    (a, { base, spe, epochs }) => polynomial(base, a.end_lr, epochs * spe, a.power),
  ),
  named(
    "paddleocr",
    "Cosine",
    {},
    "B · (1 + cos(π · t / T)) / 2, T = epochs",
    (_, { base, spe, epochs }) => cosine(base, 0, epochs * spe),
    ["T is the whole run although the clock starts after the warm-up, so the end is not reached."],
  ),
  named(
    "paddleocr",
    "CyclicalCosine",
    { cycle: real("epochs of a cycle") },
    "B · (1 + cos(π · (t mod cycle) / cycle)) / 2",
    (a, { base, spe }) => {
      const period = round(a.cycle * spe);
      return segments(cycle(Infinity, (t) => base * halfCosine((t % period) / period), everyPeriod(period)));
    },
  ),
  named(
    "paddleocr",
    "OneCycle",
    {
      max_lr: lr("peak rate"),
      anneal_strategy: word("shape of the phases", { default: "cos", choices: ["cos", "linear"] }),
      three_phase: flag("fall back to the initial rate before the last phase", { default: false }),
    },
    "max_lr / 25 → max_lr over 30 % of the run, then to max_lr / 250000",
    (a, { spe, epochs }) => {
      const ease = a.anneal_strategy === "linear" ? byLine : byCosine;
      const first = a.max_lr / 25;
      return segments(
        ...oneCycle({
          total: epochs * spe,
          rise: 0.3,
          first,
          peak: a.max_lr,
          last: first / 1e4,
          ease,
          threePhase: a.three_phase,
        }),
      );
    },
  ),
  named(
    "paddleocr",
    "DecayLearningRate",
    { factor: power("exponent", { default: 0.9 }) },
    "B · (1 − t / T)^factor",
    (a, { base, spe, epochs }) => polynomial(base, 0, epochs * spe, a.factor),
  ),
  named(
    "paddleocr",
    "TwoStepCosine",
    {},
    "B · (1 + cos(π · t / T)) / 2 with T = 200 epochs up to epoch 200, T = epochs past it",
    (a, { base, spe, epochs }) => {
      const [T1, T2] = [200 * spe, epochs * spe];
      const tail = a.warmup_epoch > 0 ? (t: number) => base * halfCosine(t / T2) : 0;
      return segments(
        decay(T1 + 1, (t) => base * halfCosine(t / T1)),
        decay(Infinity, tail, everyPeriod(T2)),
      );
    },
    ["Without warm-up the recursion has reached 0 at epoch 200 and stays there; with warm-up the rate jumps up again."],
  ),
];

const detectionParams = {
  base_lr: lr("base rate", { default: 0.01 }),
  use_warmup: flag("the second scheduler is used", { default: true }),
  warmup: word("the second scheduler", { default: null, choices: ["LinearWarmup", "ExpWarmup"] }),
  steps: steps("iterations of warm-up: 500 linear, 1000 exponential", { default: null }),
  epochs: real("epochs of warm-up; before `steps`", { default: null }),
  start_factor: ratio("first factor of LinearWarmup", { default: 1 / 3 }),
  power: power("exponent of ExpWarmup", { default: 2 }),
};
type Detection = { [K in "base_lr" | "start_factor" | "power"]: number } & {
  use_warmup: boolean;
  warmup: string | null;
  steps: number | null;
  epochs: number | null;
};

/** The warm-up in front, which replaces the first W iterations and leaves the decay's clock to `decayed`. */
function detection(a: Detection, spe: number, decayed: (W: number) => Curve): Curve {
  if (!a.use_warmup || a.warmup === null) return decayed(0);
  const linear = a.warmup === "LinearWarmup";
  const W = Math.max(1, a.epochs !== null ? a.epochs * spe : (a.steps ?? (linear ? 500 : 1000)));
  if (!Number.isFinite(W)) throw new Raises("the warm-up must be finite");
  const factor = linear ? (p: number) => a.start_factor * (1 - p) + p : (p: number) => p ** a.power;
  return sequence([
    { from: 0, curve: segments(warmup(W, (t) => a.base_lr * factor(t / W))) },
    { from: Math.ceil(W), curve: decayed(W) },
  ]);
}
const detectionSource = "PaddlePaddle/PaddleDetection, ppdet/optimizer/optimizer.py";

const detectionCosine = defineSchedule({
  id: "paddledetection:CosineDecay",
  params: {
    ...detectionParams,
    max_epochs: integer("epochs of the cosine", { default: 1000 }),
    min_lr_ratio: ratio("floor as a share of base_lr", { default: 0 }),
    last_plateau_epochs: integer("last epochs at the floor", { default: 0 }),
  },
  needs: ["steps_per_epoch"],
  unit: "step",
  formula: "min + (B − min) · (1 + cos(π · (t − W) / (T − W − plateau))) / 2, min in the last plateau epochs",
  quirks: ["max_epochs may exceed the run on purpose, so that the cosine stops early."],
  source: detectionSource,
  compile(a, { steps_per_epoch: spe }) {
    const [base, low, T, plateau] = [
      a.base_lr,
      a.base_lr * a.min_lr_ratio,
      a.max_epochs * spe,
      a.last_plateau_epochs * spe,
    ];
    const shape = (t: number, W: number) => low + (base - low) * halfCosine((t - W) / (T - W - plateau));
    return detection(a, spe, (W) =>
      W > 0 || plateau > 0
        ? segments(
            decay(T - plateau, (t) => shape(t, W)),
            cooldown(Infinity, plateau > 0 ? low : shape(T - 1, W)),
          )
        : cosine(base, low, T),
    );
  },
});

const detectionPiecewise = defineSchedule({
  id: "paddledetection:PiecewiseDecay",
  params: {
    ...detectionParams,
    gamma: anything("factor of a drop, or the absolute factor after each", { default: [0.1, 0.01] }),
    milestones: numbers("epochs of the drops", { default: [8, 11] }),
    values: numbers("rates, one more than milestones", { default: null }),
  },
  needs: ["steps_per_epoch"],
  unit: "step",
  formula: "base_lr · gamma[i] from milestone i on; a scalar gamma becomes gamma, gamma / 10, …",
  quirks: ["A scalar gamma is divided by 10 at every further milestone, not multiplied by itself."],
  source: detectionSource,
  compile(a, { steps_per_epoch: spe }) {
    const edges = a.milestones.map((m) => Math.trunc(m) * spe);
    if (a.values !== null && a.values.length !== edges.length + 1)
      throw new Raises("AssertionError: values must have one entry more than milestones");
    const gammas = Array.isArray(a.gamma) ? (a.gamma as number[]) : edges.map((_, i) => (a.gamma as number) / 10 ** i);
    return detection(a, spe, () => piecewise(edges, a.values ?? [a.base_lr, ...gammas.map((g) => a.base_lr * g)]));
  },
});

export const configToolsPaddle = [
  detectionCosine,
  detectionPiecewise,
  ...shared("paddleclas"),
  ...shared("paddleocr"),
  ...clas,
  ...ocr,
];
