import type { Curve, CurveEnd, PhaseKind } from "../engine/curve.js";
import { byCosine, byLine } from "../engine/oneCycle.js";
import { divide, power as pow } from "../engine/python.js";
import { firstAbove } from "../engine/shapes.js";
import { bindArguments, isScheduleCall } from "./compile.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  integer,
  lr,
  numbers,
  power,
  ratio,
  schedule,
  schedules,
  steps,
  word,
  type Context,
  type Definition,
  type Params,
  type ScheduleDefinition,
  type TypedArgs,
  type Value,
} from "./define.js";

/** A function of `where` = t / total, as fvcore has it; it throws where the library raises. */
export interface OfWhere {
  readonly at: (where: number) => number;
  /** Where another rule begins, in ascending order. */
  readonly edges: readonly Edge[];
  readonly kind: PhaseKind;
  /** Kinds of stretches between edges, when they differ: the kind that each starts. */
  readonly stretches?: readonly { readonly from: Edge; readonly kind: PhaseKind }[];
}
/** `passed` is true from about `near` on: the library's own comparison decides about the step. */
export interface Edge {
  readonly near: number;
  readonly passed: (where: number) => boolean;
}

const epsilon = 1e-6;
const atLeast = (near: number): Edge => ({ near, passed: (w) => w >= near });
const above = (near: number): Edge => ({ near, passed: (w) => w > near });

/** The curve of scheduler(t / total), ended at the first step at which it raises. `scaleBy` multiplies it. */
export function overSteps(f: OfWhere, total: number, scaleBy = 1): Curve {
  const stepOf = ({ near, passed }: Edge) => {
    let t = Math.max(0, Math.floor(near * total) - 2);
    for (const last = t + 6; t < last && !passed(t / total);) t++;
    return t;
  };
  if (!(total !== 0)) divide(0, total);
  const breaks = [...new Set(f.edges.map(stepOf))].filter((t) => t > 0).sort((a, b) => a - b);
  const at = (t: number) => scaleBy * f.at(t / total);
  const end = [0, ...breaks].map((t) => failure(at, t)).find((e) => e !== undefined);
  const starts = (f.stretches ?? [{ from: atLeast(0), kind: f.kind }]).map((s) => ({
    kind: s.kind,
    from: stepOf(s.from),
  }));
  return {
    at: (t) => {
      try {
        return at(t);
      } catch {
        return NaN; // Past the end there is no rate; nobody who draws should have to catch.
      }
    },
    nextBreak: (t) => firstAbove(breaks, t),
    phases: starts.map((s, i) => ({ ...s, to: starts[i + 1]?.from ?? Infinity })).filter((p) => p.to > p.from),
    ...(end && { end }),
  };
}
function failure(at: (t: number) => number, t: number): CurveEnd | undefined {
  try {
    at(t);
    return undefined;
  } catch (error) {
    return { at: t, because: (error as Error).message };
  }
}

type Make = (args: never) => OfWhere;
const makers = new WeakMap<ScheduleDefinition, Make>();

type Declared<P extends Params> = Omit<Definition<P>, "compile" | "unit" | "source"> & {
  readonly make: (args: TypedArgs<P>) => OfWhere;
  readonly source?: string;
};
function paramScheduler<P extends Params>({ make, ...rest }: Declared<P>): ScheduleDefinition {
  const definition = defineSchedule<P>({
    source: "fvcore 0.1.5.post20221221, fvcore/common/param_scheduler.py",
    needs: ["total_steps"],
    unit: "step",
    quantity: "factor",
    ...rest,
    compile: (args, context: Context) => overSteps(make(args), context.total_steps),
  });
  makers.set(definition, make as Make);
  return definition;
}
const named = (name: string) => ({ id: `fvcore.common.param_scheduler.${name}`, aliases: [`fvcore.common.${name}`] });

/** The function of a scheduler given as an argument. */
export function ofWhere(value: Value | undefined): OfWhere {
  const make = isScheduleCall(value) ? makers.get(value.definition) : undefined;
  if (!isScheduleCall(value) || !make)
    throw new Raises("ValueError: _LRMultiplier(multiplier=) must be an instance of fvcore ParamScheduler.");
  return make(bindArguments(value.definition, value.args) as never);
}

const value = lr("the value");
const start_value = lr("value at the start");
const end_value = lr("value at the end");
/** A cosine turns at every whole `where`; runs do not go far past 1. */
const wholes = Array.from({ length: 20 }, (_, i) => atLeast(i + 1));

const constant = paramScheduler({
  ...named("ConstantParamScheduler"),
  params: { value },
  formula: "value",
  quirks: ["Raises at the end of the run itself: t must stay below the total."],
  make: ({ value }) => ({
    kind: "constant",
    edges: [atLeast(1)],
    at(where) {
      if (where >= 1) throw outside(where);
      return value;
    },
  }),
});
const outside = (where: number) =>
  new Raises(
    `RuntimeError: where in ParamScheduler must be in [0, 1]: got ${Number.isInteger(where) ? `${where}.0` : where}`,
  );

const cosine = paramScheduler({
  ...named("CosineParamScheduler"),
  params: { start_value, end_value },
  formula: "end_value + (start_value − end_value) · (1 + cos(π · t / total)) / 2",
  quirks: ["Past the total it turns back: nothing is clamped."],
  make: ({ start_value: a, end_value: b }) => ({ kind: "decay", edges: wholes, at: (w) => byCosine(a, b, w) }),
});

const linear = paramScheduler({
  ...named("LinearParamScheduler"),
  params: { start_value, end_value },
  formula: "end_value · t / total + start_value · (1 − t / total)",
  quirks: ["Past the total the line goes on, also below zero."],
  make: ({ start_value: a, end_value: b }) => ({ kind: "decay", edges: [], at: (w) => byLine(a, b, w) }),
});

const exponential = paramScheduler({
  ...named("ExponentialParamScheduler"),
  params: { start_value, decay: factor("factor over the whole run") },
  formula: "start_value · decay^(t / total)",
  make: ({ start_value, decay }) => ({ kind: "decay", edges: [above(0)], at: (w) => start_value * pow(decay, w) }),
});

const polynomial = paramScheduler({
  ...named("PolynomialDecayParamScheduler"),
  params: { base_value: lr("value at the start"), power: power("exponent") },
  formula: "base_value · (1 − t / total)^power",
  make: ({ base_value, power }) => ({
    kind: "decay",
    edges: [atLeast(1), above(1)],
    at: (w) => base_value * pow(1 - w, power),
  }),
});

const multiStep = paramScheduler({
  ...named("MultiStepParamScheduler"),
  params: {
    values: numbers("values in order"),
    num_updates: steps("steps of the run; the last milestone when absent", { default: null }),
    milestones: numbers("steps at which the next value begins; equal parts when absent", { default: null }),
  },
  formula: "values[number of milestones ≤ ⌊(t / total + 1e-6) · num_updates⌋]",
  quirks: ["The last step of the run is allowed, one more raises."],
  make: ({ values, num_updates, milestones }) =>
    multiStepOf(values, num_updates as number | null, milestones as readonly number[] | null),
});

export function multiStepOf(
  values: readonly number[],
  updates: number | null,
  given: readonly number[] | null,
): OfWhere {
  if (updates === null && given === null)
    throw new Raises("ValueError: num_updates and milestones cannot both be None");
  const wanted = values.length - (updates === null ? 0 : 1);
  const width = Math.ceil(divide(updates ?? 0, values.length));
  if (given !== null && given.length !== wanted)
    throw new Raises(`ValueError: MultiStep scheduler requires a list of ${wanted} miletones`);
  const all = given ?? values.slice(1).map((_, i) => width * (i + 1));
  const N = updates ?? all.at(-1) ?? 0;
  const edges = updates === null ? all.slice(0, -1) : all;
  if (N < values.length)
    throw new Raises("ValueError: Total num_updates must be greater than length of param schedule");
  let before = 0;
  for (const m of edges) {
    if (m >= N)
      throw new Raises(
        `ValueError: Milestone must be smaller than total number of updates: num_updates=${N}, milestone=${m}`,
      );
    if (before >= m)
      throw new Raises(`ValueError: Milestone must be smaller than start epoch: start_epoch=${before}, milestone=${m}`);
    before = m;
  }
  const step = (w: number) => Math.trunc((w + epsilon) * N);
  return {
    kind: "decay",
    edges: [...edges.map((m) => ({ near: m / N, passed: (w: number) => step(w) >= m })), above(1)],
    at(where) {
      if (where > 1) throw outside(where);
      const k = step(where);
      return values[edges.filter((m) => m <= k).length]!;
    },
  };
}

function stepOf(values: readonly number[]): OfWhere {
  const index = (w: number) => Math.trunc((w + epsilon) * values.length);
  return {
    kind: "decay",
    edges: values.map((_, i) => ({ near: (i + 1) / values.length, passed: (w: number) => index(w) > i })),
    at(where) {
      const v = values[index(where)];
      if (v === undefined) throw new Raises("IndexError: list index out of range");
      return v;
    },
  };
}

const step = paramScheduler({
  ...named("StepParamScheduler"),
  params: {
    num_updates: steps("steps of the run; only checked"),
    values: numbers("values, each for an equal part of the run"),
  },
  formula: "values[⌊(t / total + 1e-6) · len(values)⌋]",
  quirks: ["Raises IndexError at the end of the run itself."],
  make({ num_updates, values }) {
    if (num_updates <= 0) throw new Raises("ValueError: Number of updates must be larger than 0");
    if (!Array.isArray(values) || values.length === 0)
      throw new Raises("ValueError: Step scheduler requires a list of at least one param value");
    return stepOf(values);
  },
});

const fixedGamma = paramScheduler({
  ...named("StepWithFixedGammaParamScheduler"),
  params: {
    base_value: lr("first value"),
    num_decays: integer("number of drops"),
    gamma: factor("factor of a drop"),
    num_updates: steps("steps of the run; only checked"),
  },
  formula: "base_value · gamma^⌊(t / total + 1e-6) · (num_decays + 1)⌋",
  quirks: ["Raises IndexError at the end of the run itself."],
  make: ({ base_value, num_decays, gamma, num_updates }) => fixedGammaOf(base_value, num_decays, gamma, num_updates),
});
export function fixedGammaOf(base: number, decays: number, gamma: number, updates: number): OfWhere {
  if (!(base > 0 && gamma > 0)) throw new Raises("ValueError: base_value and gamma must be positive numbers");
  if (![decays, updates].every((k) => Number.isInteger(k) && k > 0))
    throw new Raises("ValueError: num_decays and num_updates must be positive integers");
  if (decays > 1e5) throw new Raises(`MemoryError: ${decays} drops are more than the list of rates should hold`);
  const values = [base];
  for (let i = 0; i < decays; i++) values.push(values[i]! * gamma);
  return stepOf(values);
}

/** Parts one after the other; each sees `where` of its own stretch ("rescaled") or of the whole ("fixed"). */
export function composite(
  parts: readonly OfWhere[],
  lengths: readonly number[],
  scaling: readonly string[],
  kinds?: readonly PhaseKind[],
): OfWhere {
  if (parts.length !== lengths.length) throw new Raises("ValueError: Schedulers and lengths must be same length");
  if (parts.length === 0)
    throw new Raises("ValueError: There must be at least one scheduler in the composite scheduler");
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) >= 1e-3) throw new Raises("ValueError: The sum of all values in lengths must be 1");
  const own = [...lengths];
  if (sum !== 1) own[own.length - 1] = 1 - lengths.slice(0, -1).reduce((a, b) => a + b, 0);
  const unknown = scaling.find((s) => s !== "rescaled" && s !== "fixed");
  if (unknown !== undefined) throw new Raises(`ValueError: Unsupported interval_scaling: ${unknown}`);
  let total = 0;
  const totals = own.map((length) => (total += length));
  const indexAt = (w: number) => {
    let i = 0;
    while (w + epsilon > totals[i]! && i < parts.length - 1) i++;
    return i;
  };
  const inner = (w: number, i: number) => {
    if (scaling[i] === undefined) throw new Raises("IndexError: list index out of range");
    return scaling[i] === "rescaled" ? divide(w - (totals[i]! - own[i]!), own[i]!) : w;
  };
  const begins = totals.slice(0, -1).map((end, i): Edge => ({ near: end, passed: (w) => indexAt(w) > i }));
  const nested = parts.flatMap((part, i) => {
    const start = totals[i]! - own[i]!;
    const place = (near: number) => (scaling[i] === "rescaled" ? start + near * own[i]! : near);
    return part.edges
      .map((e): Edge => ({
        near: place(e.near),
        passed: (w) => indexAt(w) > i || (indexAt(w) === i && e.passed(inner(w, i))),
      }))
      .filter((e) => e.near >= start - epsilon && (i === parts.length - 1 || e.near < totals[i]!));
  });
  return {
    kind: "decay",
    edges: [...begins, ...nested],
    stretches: parts.map((part, i) => ({ from: i === 0 ? atLeast(0) : begins[i - 1]!, kind: kinds?.[i] ?? part.kind })),
    at(where) {
      const i = indexAt(where);
      return parts[i]!.at(inner(where, i));
    },
  };
}

const compositeScheduler = paramScheduler({
  ...named("CompositeParamScheduler"),
  params: {
    schedulers: schedules("schedulers in order"),
    lengths: numbers("share of the run of each; they sum to 1"),
    interval_scaling: anything("for each: rescaled to its own stretch, or fixed to the whole run"),
  },
  formula: "schedulers[i] at the share of its own stretch (rescaled) or of the run (fixed)",
  quirks: ["A boundary belongs to the scheduler after it (by 1e-6 of the run)."],
  make: ({ schedulers, lengths, interval_scaling }) =>
    composite(schedulers.map(ofWhere), lengths, interval_scaling as readonly string[]),
});

/** Linear or constant warm-up in front of a scheduler, up to the scheduler's value at its end. */
export function warmedUp(
  inner: OfWhere,
  warmupFactor: number,
  length: number,
  method: string,
  rescale: boolean,
): OfWhere {
  const [top, start] = [inner.at(rescale ? 0 : length), warmupFactor * inner.at(0)];
  if (method !== "constant" && method !== "linear") throw new Raises(`ValueError: Unknown warmup method: ${method}`);
  const end = method === "constant" ? start : top;
  const rise: OfWhere = { kind: "warmup", edges: [], at: (w) => byLine(start, end, w) };
  return composite([rise, inner], [length, 1 - length], ["rescaled", rescale ? "rescaled" : "fixed"]);
}

const warmupScheduler = paramScheduler({
  id: "detectron2.solver.WarmupParamScheduler",
  aliases: ["detectron2.solver.lr_scheduler.WarmupParamScheduler"],
  source: "detectron2 main (2026-06), detectron2/solver/lr_scheduler.py",
  params: {
    scheduler: schedule("the scheduler after the warm-up"),
    warmup_factor: factor("first value as a share of the scheduler's first"),
    warmup_length: ratio("share of the run"),
    warmup_method: word("shape of the warm-up", { default: "linear", choices: ["linear", "constant"] }),
    rescale_interval: anything("the scheduler's clock starts after the warm-up", { default: false }),
  },
  formula: "linear from warmup_factor · s(0) to s(warmup_length), then s",
  quirks: ["The warm-up aims at the value that the scheduler has at its end, not at the first one."],
  make: (a) =>
    warmedUp(ofWhere(a.scheduler), a.warmup_factor, a.warmup_length, a.warmup_method, Boolean(a.rescale_interval)),
});

export const paramSchedulers = [
  constant,
  cosine,
  linear,
  exponential,
  polynomial,
  multiStep,
  step,
  fixedGamma,
  compositeScheduler,
  warmupScheduler,
];
