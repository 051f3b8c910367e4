import { optimizerOf, type OptimizerSpec } from "./optimizers.js";
import { problemOf, type ProblemSpec } from "./problems/index.js";
import type { Problem } from "./problems/problem.js";
import { stream } from "./random.js";
import { linearStepper } from "./stepper.js";

/** What the runs of one simulation share. */
export interface Setup {
  readonly spec: ProblemSpec;
  readonly problem: Problem;
  readonly optimizer: OptimizerSpec;
  readonly seed: number;
  /** Counts of updates after which the loss is recorded: ascending, from 0; the last one is the run's length. */
  readonly at: readonly number[];
}

export function setup(spec: ProblemSpec, optimizer: OptimizerSpec, seed: number, at: readonly number[]): Setup {
  return { spec, problem: problemOf(spec), optimizer, seed, at };
}

/** One finished run. Arrays have the length of `at`. After a failure every entry is Infinity. */
export interface RunRecord {
  readonly index: number;
  readonly loss: Float64Array;
  readonly validation?: Float64Array;
  /** θ at each recorded count, one after the other: for every run in a plane, else for run 0 alone. */
  readonly theta?: Float64Array;
  /** The rate in force at each recorded count, where each run has its own. */
  readonly rates?: Float64Array;
  /** Updates done when a parameter was no longer finite. */
  failedAt?: number;
  /** First-order change of the loss in one update, |∇f · Δθ|, averaged over samples of the last half. */
  drift: number;
}

export interface Run {
  readonly step: number;
  readonly record: RunRecord;
  /** Goes on until `to` updates are done, update k with rates[k] or with the one rate given. Cuts change no number. */
  advance(rates: ArrayLike<number> | number, to: number): void;
  /** What a metric-driven schedule is fed: the validation loss, or the loss where there is no validation set. */
  metric(): number;
}

const DRIFT_SAMPLES = 40;

export function startRun({ spec, problem, optimizer, seed, at }: Setup, index: number, ownRates = false): Run {
  const random = stream(seed, index);
  const theta = problem.start(random);
  const stepper =
    linearStepper(spec, optimizer, theta, random) ?? generalStepper(problem, optimizer, theta, problem.sampler(random));
  const size = problem.size;
  const last = at[at.length - 1]!;
  const record: RunRecord = {
    index,
    loss: new Float64Array(at.length).fill(Infinity),
    ...(problem.validation && { validation: new Float64Array(at.length).fill(Infinity) }),
    ...((problem.plane || index === 0) && { theta: new Float64Array(at.length * size).fill(NaN) }),
    ...(ownRates && { rates: new Float64Array(at.length).fill(NaN) }),
    drift: 0,
  };
  const every = Math.max(1, Math.ceil(at.length / 2 / DRIFT_SAMPLES));
  let driftSamples = 0;
  let step = 0;
  let next = 0;

  const note = (rate: number) => {
    record.loss[next] = orInfinity(problem.loss(theta));
    if (record.validation) record.validation[next] = orInfinity(problem.validation!(theta));
    record.theta?.set(theta, next * size);
    if (record.rates) record.rates[next] = rate;
    next++;
  };
  const go = (rates: ArrayLike<number> | number, to: number) => {
    const failed = stepper(rates, step, to);
    step = to;
    if (failed) record.failedAt = failed;
  };
  const goMeasured = (rates: ArrayLike<number> | number) => {
    const gradient = new Float64Array(size);
    problem.gradient(theta, gradient);
    const before = theta.slice();
    go(rates, step + 1);
    let fall = 0;
    for (let i = 0; i < size; i++) fall -= gradient[i]! * (theta[i]! - before[i]!);
    record.drift += (Math.abs(fall) - record.drift) / ++driftSamples;
  };
  return {
    get step() {
      return step;
    },
    record,
    advance(rates, to) {
      while (record.failedAt === undefined) {
        if (next < at.length && step === at[next]) {
          note(typeof rates === "number" ? rates : rates[step]!);
          const measured = step >= last / 2 && step < last && next % every === 0;
          if (measured && step < to) goMeasured(rates);
        } else if (step < to) go(rates, Math.min(to, at[next] ?? to));
        else return;
      }
      step = Math.max(step, to);
    },
    metric: () => (record.failedAt === undefined ? (problem.validation ?? problem.loss)(theta) : NaN),
  };
}

function orInfinity(x: number): number {
  return x === x ? x : Infinity;
}

/** Does updates from…to and returns how many were done when θ was no longer finite; 0 when it still is. */
export type Stepper = (rates: ArrayLike<number> | number, from: number, to: number) => number;

function generalStepper(
  problem: Problem,
  optimizer: OptimizerSpec,
  theta: Float64Array,
  sample: (theta: Float64Array, out: Float64Array) => void,
): Stepper {
  const update = optimizerOf(optimizer, problem.size);
  const g = new Float64Array(problem.size);
  return (rates, from, to) => {
    for (let k = from; k < to; k++) {
      sample(theta, g);
      update(theta, g, typeof rates === "number" ? rates : rates[k]!);
      let check = 0;
      // x − x is 0 for every finite x and NaN otherwise.
      for (let i = 0; i < theta.length; i++) check += theta[i]! - theta[i]!;
      if (check !== 0) return k + 1;
    }
    return 0;
  };
}
