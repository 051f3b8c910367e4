import type { OptimizerKind, OptimizerSpec } from "./optimizers.js";
import { surfaces, type ProblemSpec } from "./problems/index.js";
import type { DataKind } from "./problems/data.js";
import { spectrum } from "./problems/quadratic.js";
import { count, figure } from "./words.js";

/** One simulation, checked: what a worker, the command line and a test all run. */
export interface SimulationSpec {
  /** rates[k] for update k; its length is the run's. For a metric-driven schedule only the length counts. */
  readonly rates: Float64Array;
  readonly problem: ProblemSpec;
  readonly optimizer: OptimizerSpec;
  readonly seeds: number;
  readonly seed: number;
  /** Counts of updates that are asked for. */
  readonly at: readonly number[];
  /** Updates between two metrics of a metric-driven schedule; by default the problem's own epoch. */
  readonly stepsPerEpoch?: number;
  /** How sentences tell rates and steps: a rate r of the toy as r / scale, an update n as step n · stride of the user's run. */
  readonly told?: { readonly scale: number; readonly stride: number; readonly unit?: "step" | "epoch" };
}

/** A schedule to be read from a text by the caller. */
export interface RateSource {
  readonly text: string;
  readonly path: string;
  readonly steps?: number;
}

export type Parsed =
  | { readonly ok: true; readonly spec: SimulationSpec; readonly source?: RateSource }
  | { readonly ok: false; readonly because: string };

/** More updates than this are not held in memory: the caller compresses the schedule in time and says so. */
export const MOST_STEPS = 10_000_000;
const MOST_SEEDS = 4096;

class Refused extends Error {}

/** Reads a spec as JSON gives it; unknown fields are ignored. With a `source`, `rates` is empty until the caller fills it. */
export function parseSpec(json: unknown): Parsed {
  try {
    const o = fields(json, "the specification");
    const source = rateSource(o.lr);
    const rates = source ? new Float64Array(0) : rateList(o.lr, o.steps);
    const seeds = whole(o.seeds ?? 32, "seeds", 1, MOST_SEEDS);
    const seed = whole(o.seed ?? 0, "seed", -Number.MAX_SAFE_INTEGER);
    const at = o.at === undefined ? [] : numbers(o.at, "at").map((n, i) => whole(n, `at[${i}]`, 0));
    const stepsPerEpoch = o.stepsPerEpoch === undefined ? undefined : whole(o.stepsPerEpoch, "stepsPerEpoch", 1);
    const problem = problemSpec(fields(o.problem ?? {}, "problem"));
    const optimizer = optimizerSpec(fields(o.optimizer ?? {}, "optimizer"));
    const spec = { rates, problem, optimizer, seeds, seed, at, ...(stepsPerEpoch && { stepsPerEpoch }) };
    if (!source) checkRates(spec);
    return { ok: true, spec, ...(source && { source }) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, because: error.message };
    throw error;
  }
}

/** Fills the rates that a source gave, under the same checks. */
export function withRates(spec: SimulationSpec, rates: Float64Array): Parsed {
  try {
    checkRates({ ...spec, rates });
    return { ok: true, spec: { ...spec, rates } };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, because: error.message };
    throw error;
  }
}

function checkRates({ rates, at }: SimulationSpec): void {
  if (rates.length === 0) refuse("The run has no steps: lr is empty");
  if (rates.length > MOST_STEPS)
    refuse(`The run has ${count(rates.length)} steps; at most ${count(MOST_STEPS)} are simulated`);
  const bad = rates.findIndex((lr) => !(lr >= 0 && lr < Infinity));
  if (bad >= 0) {
    const lr = rates[bad]!;
    const what = lr < 0 ? `${figure(lr, 6)}: a learning rate is not negative` : `${lr}: not a finite number`;
    refuse(`The rate at step ${count(bad)} is ${what}`);
  }
  const beyond = at.find((n) => n > rates.length);
  if (beyond !== undefined) refuse(`at asks for step ${count(beyond)}, but the run has ${count(rates.length)} steps`);
}

function rateSource(lr: unknown): RateSource | undefined {
  if (typeof lr !== "object" || lr === null || Array.isArray(lr)) return undefined;
  const o = lr as Record<string, unknown>;
  if (typeof o.text !== "string") refuse("lr must be a list of rates, or have a text");
  const steps = o.steps === undefined ? undefined : whole(o.steps, "lr.steps", 1);
  return { text: o.text as string, path: typeof o.path === "string" ? o.path : "train.py", ...(steps && { steps }) };
}

function rateList(lr: unknown, steps: unknown): Float64Array {
  if (typeof lr === "number") return new Float64Array(whole(steps, "steps", 1, MOST_STEPS)).fill(lr);
  // JSON has no NaN: null stands for it and is refused with its step.
  if (!Array.isArray(lr)) return refuse("lr must be a list of rates, one per update");
  return Float64Array.from(lr, (x, k) =>
    typeof x === "number" ? x : x === null ? NaN : refuse(`lr[${k}] must be a number, got ${JSON.stringify(x)}`),
  );
}

function problemSpec(o: Record<string, unknown>): ProblemSpec {
  const kind = oneOf(o.kind ?? "quadratic", "problem.kind", problemNames);
  if (kind === "quadratic") {
    const eigenvalues =
      o.eigenvalues === undefined
        ? spectrum(
            whole(o.dimension ?? 2, "problem.dimension", 1, 1000),
            real(o.condition ?? 20, "problem.condition", 1),
          )
        : numbers(o.eigenvalues, "problem.eigenvalues").map((h, i) => real(h, `problem.eigenvalues[${i}]`, 0, true));
    if (eigenvalues.length === 0 || eigenvalues.length > 1000)
      refuse("problem.eigenvalues must have 1 to 1,000 entries");
    const start = o.start === undefined ? eigenvalues.map(() => 1) : point(o.start, eigenvalues.length);
    return { kind, eigenvalues, start, ...noise(o, 0.1) };
  }
  if (kind === "logistic" || kind === "network") {
    const samples = whole(o.samples ?? 256, "problem.samples", 2, 10_000);
    const data = {
      data: oneOf(o.data ?? "moons", "problem.data", dataNames),
      samples,
      labelNoise: real(o.labelNoise ?? o.label_noise ?? 0, "problem.labelNoise", 0, false, 0.5),
      dataSeed: whole(o.dataSeed ?? 0, "problem.dataSeed", -Number.MAX_SAFE_INTEGER),
      batch: whole(o.batch ?? Math.min(16, samples), "problem.batch", 1),
    };
    if (data.batch > samples)
      refuse(`A batch of ${count(data.batch)} is larger than the data: ${count(samples)} training samples`);
    return kind === "logistic"
      ? { kind, ...data }
      : { kind, ...data, hidden: whole(o.hidden ?? 16, "problem.hidden", 1, 256) };
  }
  return { kind, start: o.start === undefined ? surfaces[kind].start : point(o.start, 2), ...noise(o, 0) };
}

function noise(o: Record<string, unknown>, usual: number) {
  return { noise: real(o.noise ?? usual, "problem.noise", 0), batch: whole(o.batch ?? 1, "problem.batch", 1) };
}

function point(value: unknown, size: number): number[] {
  const start = numbers(value, "problem.start");
  return start.length === size ? start : refuse(`problem.start has ${start.length} entries, expected ${size}`);
}

function optimizerSpec(o: Record<string, unknown>): OptimizerSpec {
  const name = oneOf(o.kind ?? "sgd", "optimizer.kind", optimizerNames);
  const kind: OptimizerKind = name === "heavy ball" || name === "nesterov" ? "sgd" : name;
  const decay = o.weight_decay ?? o.weightDecay;
  const spec: Record<string, unknown> = { kind };
  const put = (key: string, value: unknown, read: (value: unknown) => unknown) => {
    if (value !== undefined && value !== null) spec[key] = read(value);
  };
  const positive = (key: string) => (value: unknown) => real(value, `optimizer.${key}`, 0);
  const part = (key: string) => (value: unknown) => fraction(value, `optimizer.${key}`);
  put("weight_decay", decay, positive("weight_decay"));
  if (kind === "sgd") {
    const usual = name === "sgd" ? 0 : 0.9;
    spec.momentum = fraction(o.momentum ?? usual, "optimizer.momentum");
    spec.nesterov = name === "nesterov" || o.nesterov === true;
    put("dampening", o.dampening, (value) => real(value, "optimizer.dampening", 0, false, 1));
    if (spec.nesterov && !(Number(spec.momentum) > 0 && !spec.dampening))
      refuse("Nesterov momentum requires a momentum and zero dampening");
  } else if (kind === "adam" || kind === "adamw") {
    const given = o.betas === undefined ? [o.beta1 ?? 0.9, o.beta2 ?? 0.999] : o.betas;
    if (!Array.isArray(given) || given.length !== 2) refuse("optimizer.betas must be two numbers");
    spec.betas = (given as unknown[]).map((b, i) => fraction(b, `optimizer.betas[${i}]`));
    put("eps", o.eps, positive("eps"));
    spec.amsgrad = o.amsgrad === true;
  } else if (kind === "rmsprop") {
    put("momentum", o.momentum, part("momentum"));
    put("alpha", o.alpha, part("alpha"));
    put("eps", o.eps, positive("eps"));
    spec.centered = o.centered === true;
  } else {
    put("lr_decay", o.lr_decay, positive("lr_decay"));
    put("initial_accumulator_value", o.initial_accumulator_value, positive("initial_accumulator_value"));
    put("eps", o.eps, positive("eps"));
  }
  return spec as unknown as OptimizerSpec;
}

type OptimizerName = OptimizerKind | "heavy ball" | "nesterov";
const optimizerNames: Readonly<Record<string, OptimizerName>> = {
  sgd: "sgd",
  gradientdescent: "sgd",
  heavyball: "heavy ball",
  momentum: "heavy ball",
  sgdmomentum: "heavy ball",
  nesterov: "nesterov",
  adam: "adam",
  adamw: "adamw",
  rmsprop: "rmsprop",
  adagrad: "adagrad",
};
const problemNames: Readonly<Record<string, ProblemSpec["kind"]>> = {
  quadratic: "quadratic",
  noisyquadratic: "quadratic",
  logistic: "logistic",
  logisticregression: "logistic",
  network: "network",
  twolayernetwork: "network",
  mlp: "network",
  ravine: "ravine",
  rosenbrock: "rosenbrock",
  beale: "beale",
  himmelblau: "himmelblau",
};
const dataNames: Readonly<Record<string, DataKind>> = {
  moons: "moons",
  twomoons: "moons",
  spirals: "spirals",
  twospirals: "spirals",
  blobs: "blobs",
};

function oneOf<T>(value: unknown, name: string, table: Readonly<Record<string, T>>): T {
  const key = typeof value === "string" ? value.toLowerCase().replace(/[^a-z0-9]/g, "") : "";
  if (Object.hasOwn(table, key)) return table[key]!;
  return refuse(
    `${name} must be one of ${[...new Set(Object.values(table))].join(", ")}; got ${JSON.stringify(value)}`,
  );
}

function fields(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(`${name} must be an object`);
}

function numbers(value: unknown, name: string): number[] {
  if (!Array.isArray(value)) return refuse(`${name} must be a list of numbers`);
  return value.map((x, i) => real(x, `${name}[${i}]`, -Infinity));
}

/** A finite number from `min` (itself outside when `above`) to `max`. */
function real(value: unknown, name: string, min: number, above = false, max = Infinity): number {
  const fits =
    typeof value === "number" && Number.isFinite(value) && (above ? value > min : value >= min) && value <= max;
  if (fits) return value;
  const range = `${above ? ">" : ">="} ${min}${max < Infinity ? ` and <= ${max}` : ""}`;
  return refuse(`${name} must be a finite number${min > -Infinity ? ` ${range}` : ""}, got ${JSON.stringify(value)}`);
}

function whole(value: unknown, name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  const range = max < Number.MAX_SAFE_INTEGER ? ` from ${count(min)} to ${count(max)}` : min >= 0 ? ` >= ${min}` : "";
  return refuse(`${name} must be a whole number${range}, got ${JSON.stringify(value)}`);
}

function fraction(value: unknown, name: string): number {
  if (typeof value === "number" && value >= 0 && value < 1) return value;
  return refuse(`${name} must be in [0, 1), got ${JSON.stringify(value)}`);
}

function refuse(because: string): never {
  throw new Refused(because);
}
