import type { Rates, ScheduleView } from "../../src/panel/protocol.js";
import { fitCondition, fitNoise, fitScale } from "../../src/simulate/fit.js";
import { problemOf, type ProblemKind } from "../../src/simulate/problems/index.js";
import { parseSpec, type Parsed, type SimulationSpec } from "../../src/simulate/spec.js";
import { stabilityLimit } from "../../src/simulate/theory.js";
import { countText } from "../format.js";

export type OptimizerChoice = "file" | "sgd" | "heavy ball" | "nesterov" | "adam" | "adamw" | "rmsprop" | "adagrad";

/** What the user can set of the simulation. */
export interface SimulationSettings {
  readonly problem: ProblemKind;
  readonly optimizer: OptimizerChoice;
  /** Absent: fitted to the run's length. */
  readonly condition?: number;
  readonly dimension: number;
  /** Absent: in proportion to the steepest curvature. */
  readonly noise?: number;
  /** Absent: the file's, else 32. */
  readonly batch?: number;
  readonly data: "moons" | "spirals" | "blobs";
  readonly labelNoise: number;
  readonly seed: number;
  /** The user's rate above which the toy grows; absent: fitted to the schedule. Counts for SGD with a known curvature. */
  readonly growsAbove?: number;
  /** θ₀ in the plane, as clicked. */
  readonly start?: readonly number[];
}

export const defaults: SimulationSettings = {
  problem: "quadratic",
  optimizer: "file",
  dimension: 2,
  data: "moons",
  labelNoise: 0.05,
  seed: 0,
};

export const SEEDS = 32;

/** Updates simulated at most: a compressed schedule keeps its shape, and the panel says by how much. */
const budgets: Readonly<Record<ProblemKind, number>> = {
  quadratic: 1_000_000,
  ravine: 20_000,
  rosenbrock: 20_000,
  beale: 20_000,
  himmelblau: 20_000,
  logistic: 4_000,
  network: 2_000,
};

/** Settings of an older version or a damaged state: each field that does not fit is the default again. */
export function cleanSettings(old: unknown): SimulationSettings {
  const given = (typeof old === "object" && old !== null ? old : {}) as Record<string, unknown>;
  const settings: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(defaults))
    if (typeof given[name] === typeof value && (typeof value !== "number" || Number.isFinite(given[name])))
      settings[name] = given[name];
  for (const name of ["batch", "growsAbove", "condition", "noise"])
    if (typeof given[name] === "number" && (given[name] as number) >= 0) settings[name] = given[name];
  if (!((settings.problem as string) in budgets)) settings.problem = defaults.problem;
  return settings as unknown as SimulationSettings;
}

/** Samples of one update in the file, where it says so. */
export function fileBatch({ axes }: ScheduleView): number | undefined {
  const samples = axes.find((axis) => axis.name === "samples");
  return samples && Math.max(1, Math.round(1 / samples.perUnit));
}

export function batchOf(view: ScheduleView, settings: SimulationSettings): number {
  if (settings.batch !== undefined) return settings.batch;
  const batch = fileBatch(view) ?? 32;
  return settings.problem === "logistic" || settings.problem === "network" ? Math.min(batch, 32) : batch;
}

/** The optimizer in the words of a specification. */
export function optimizerOf(view: ScheduleView, { optimizer }: SimulationSettings): Record<string, unknown> {
  if (optimizer !== "file") return { kind: optimizer };
  const own = view.optimizer;
  if (!own?.kind) return { kind: "sgd" };
  const { settings } = own;
  // TensorFlow's and Keras' names of the same settings.
  const betas =
    settings.betas ?? (settings.beta_1 === undefined ? undefined : [settings.beta_1, settings.beta_2 ?? 0.999]);
  const momentum =
    own.kind === "sgd" && /momentum/i.test(own.name) && settings.momentum === undefined ? 0.9 : settings.momentum;
  const all = {
    ...settings,
    kind: own.kind,
    ...(betas !== undefined && { betas }),
    ...(momentum !== undefined && { momentum }),
    nesterov: settings.nesterov === true || settings.use_nesterov === true,
  };
  return parseSpec({ lr: [0], optimizer: all }).ok ? all : { kind: own.kind };
}

/**
 * How the toy is fitted to the schedule. Taken once and held while the schedule is edited, so that a raised rate comes nearer
 * to the limit instead of taking it along.
 */
export interface Fit {
  readonly condition: number;
  readonly noise: number;
  /** How many times the user's rate the toy runs at; the same for all lines of a picture. */
  readonly scale: number;
}

export function fitTo(view: ScheduleView, settings: SimulationSettings, rates: Rates): Fit {
  const optimizer = optimizerOf(view, settings);
  const momentum = typeof optimizer.momentum === "number" ? optimizer.momentum : 0;
  const condition = settings.condition ?? fitCondition(used(view, settings, rates), momentum);
  const draft = parseSpec({ lr: [0], problem: problemJson(view, settings, { condition, noise: 0 }), optimizer });
  if (!draft.ok) return { condition, noise: 0, scale: 1 };
  const problem = problemOf(draft.spec.problem);
  const steepest = problem.curvature?.max;
  const noise = settings.noise ?? (steepest === undefined ? 0 : fitNoise(steepest));
  const limit = steepest === undefined ? undefined : stabilityLimit(draft.spec.optimizer, steepest);
  const set = settings.growsAbove !== undefined && limit !== undefined;
  return {
    condition,
    noise,
    scale: set ? limit / settings.growsAbove! : fitScale(problem, draft.spec.optimizer, used(view, settings, rates)),
  };
}

function problemJson(
  view: ScheduleView,
  settings: SimulationSettings,
  { condition, noise }: Omit<Fit, "scale">,
): Record<string, unknown> {
  const { problem: kind, dimension, data, labelNoise, start } = settings;
  const batch = batchOf(view, settings);
  if (kind === "quadratic")
    return { kind, condition, dimension, noise, batch, ...(start?.length === dimension && { start }) };
  if (kind === "logistic" || kind === "network") return { kind, data, labelNoise, batch };
  return { kind, noise, batch, ...(start?.length === 2 && { start }) };
}

/** When an epoch's length is not known, a run of few epochs is simulated with at least this many updates. */
const FEWEST = 2000;

/** Whether the rates count epochs because nobody knows how many updates an epoch has. */
export function countsEpochs({ axes }: ScheduleView): boolean {
  return axes.some((axis) => axis.name === "epochs" && axis.perUnit === 1);
}

/** The rates, one for each update: thinned to the problem's budget, or each epoch's repeated. */
function used(view: ScheduleView, { problem }: SimulationSettings, { rates }: Rates): Float64Array {
  const { length } = rates;
  const enough = countsEpochs(view)
    ? length * Math.max(1, Math.ceil(Math.min(FEWEST, budgets[problem]) / Math.max(1, length)))
    : length;
  const updates = Math.min(enough, budgets[problem]);
  if (updates === length) return rates;
  return Float64Array.from({ length: updates }, (_, k) => rates[Math.floor((k * length) / updates)]!);
}

/** The specification for one line of rates. */
export function specFor(view: ScheduleView, settings: SimulationSettings, rates: Rates, fit: Fit): Parsed {
  const length = rates.rates.length;
  if (length === 0) return { ok: false, because: rates.stopped?.because ?? "The run has no steps to simulate" };
  const parsed = parseSpec({
    lr: [0],
    problem: problemJson(view, settings, fit),
    optimizer: optimizerOf(view, settings),
    seeds: SEEDS,
    seed: settings.seed,
  });
  if (!parsed.ok) return parsed;
  const scaled = used(view, settings, rates).map((lr) => lr * fit.scale);
  const stride = (rates.stride * length) / scaled.length;
  const negative = scaled.findIndex((lr) => !(lr >= 0));
  if (negative >= 0)
    return {
      ok: false,
      because: `The rate at step ${countText(Math.round(negative * stride))} is negative: no optimizer takes that`,
    };
  const perEpoch = view.axes.find((axis) => axis.name === "epochs")?.perUnit;
  const stepsPerEpoch = perEpoch && Math.max(1, Math.round(perEpoch / stride));
  const told = { scale: fit.scale, stride, ...(countsEpochs(view) && { unit: "epoch" as const }) };
  return { ok: true, spec: { ...parsed.spec, rates: scaled, told, ...(stepsPerEpoch && { stepsPerEpoch }) } };
}

/** The same run at the highest rate of the schedule, all along. */
export function constantOf(spec: SimulationSpec): SimulationSpec {
  let peak = 0;
  for (const lr of spec.rates) if (lr > peak) peak = lr;
  return { ...spec, rates: new Float64Array(spec.rates.length).fill(peak) };
}
