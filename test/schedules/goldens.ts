import { readFileSync, readdirSync } from "node:fs";
import { compileSchedule, shortName } from "../../src/schedules/compile.js";
import {
  Raises,
  writtenAsFloat,
  type Args,
  type Compiled,
  type Context,
  type ScheduleCall,
  type ScheduleDefinition,
  type Value,
} from "../../src/schedules/define.js";
import { allSchedules, libraries, scheduleNamed } from "../../src/schedules/index.js";
import { evaluate } from "./expression.js";

/** One recorded curve; test/golden/README.md describes the form. */
export interface Golden {
  readonly id: string;
  readonly callable: string;
  readonly args: Record<string, Json>;
  readonly code: string;
  readonly dtype?: string;
  readonly base_lr?: number;
  readonly initial_lr?: number;
  readonly n?: number;
  readonly steps: number[];
  readonly values: Recorded[];
  readonly momenta?: Recorded[];
  readonly values_group1?: Recorded[];
  readonly metrics?: Recorded[];
  readonly val_losses?: Recorded[];
  readonly fragile_steps?: number[];
  readonly error?: { when?: string; step?: number; type?: string; message?: string };
  readonly raises?: { step: number; error: string };
  readonly n_iter?: number;
  readonly n_samples?: number;
}
export type Recorded = number | string;
export type Json = number | string | boolean | null | Json[] | { [name: string]: Json };

const folder = new URL("../golden/", import.meta.url);
export const goldenLibraries = readdirSync(folder)
  .filter((f) => f.endsWith(".json") && f !== "preludes.json")
  .map((f) => f.slice(0, -".json".length));

/** Float literals with a whole value, which JSON.parse would not tell from ints: found by their source text. */
const wholeFloats = new WeakMap<object, Set<string>>();

/** `FILE=path` reads another recording of the library, such as the random cases that the recording scripts draw. */
export function goldensOf(library: string): { dtype: string; cases: Golden[] } {
  const text = readFileSync(process.env.FILE ?? new URL(`${library}.json`, folder), "utf8");
  const remember = function (this: object, key: string, value: unknown, context?: { source?: string }): unknown {
    if (typeof value === "number" && /^-?\d+\.0+$/.test(context?.source ?? "")) {
      const seen = wholeFloats.get(this) ?? new Set<string>();
      wholeFloats.set(this, seen.add(key));
    }
    return value;
  };
  return JSON.parse(text, remember) as { dtype: string; cases: Golden[] };
}

/** Where a recorded argument that is no parameter belongs: the surroundings of the schedule. */
const surroundings: Readonly<Record<string, keyof Context>> = {
  epochs: "epochs",
  max_epochs: "epochs",
  n_epoch: "epochs",
  batches_per_epoch: "steps_per_epoch",
  steps_per_epoch: "steps_per_epoch",
  iters_per_epoch: "steps_per_epoch",
  updates_per_epoch: "steps_per_epoch",
  epoch_length: "steps_per_epoch",
  dataloader_len: "steps_per_epoch",
  total: "total_steps",
  max_update: "total_steps",
  max_duration: "max_duration",
  group_lrs: "group_lrs",
  increment: "batch_size",
};

/** The definition, the arguments as it takes them, and the context, as one recorded case gives them. */
export function requestOf(
  library: string,
  golden: Golden,
): { definition: ScheduleDefinition; args: Args; context: Partial<Context> } {
  const definition = named(golden.callable, library);
  if (!definition) throw new Error(`no definition is named ${golden.callable}`);
  const last = golden.steps.at(-1) ?? 0;
  const optimizer = /(?:optim|torch)\.(\w+)\(/.exec(golden.code)?.[1];
  const momentum = /\bmomentum=([\d.]+)/.exec(golden.code)?.[1];
  const context: Record<string, unknown> = {
    initial_lr: golden.base_lr ?? golden.initial_lr ?? 1,
    total_steps: golden.n ?? last + 1,
    steps_per_epoch: golden.n_iter ?? 1,
    epochs: golden.n ?? last + 1,
    batch_size: 1,
    dataset_size: golden.n_samples ?? 1,
    world_size: 1,
    grad_accumulation: 1,
    ...(optimizer && { optimizer }),
    ...(momentum !== undefined && { momentum: Number(momentum) }),
  };
  const metrics = golden.metrics ?? golden.val_losses;
  if (metrics) context.metrics = metrics.map(numberOf);
  const args: Record<string, Value | undefined> = {};
  const floats = new Set(wholeFloats.get(golden.args));
  const given = { ...golden.args, ...(golden.args.defaults as object | undefined), ...golden.args };
  for (const [name, value] of Object.entries(given)) {
    if (name === "defaults" || name === "tag" || name === "by_hand") continue;
    const isParameter =
      name in definition.params || Object.values(definition.params).some((p) => p.alias?.includes(name));
    const place = surroundings[name];
    if (!isParameter && place) context[place] = value;
    else args[name] = toValue(value, definition, name, library);
  }
  return { definition, args: { ...args, [writtenAsFloat]: floats }, context: context as Partial<Context> };
}

function named(name: string, library: string): ScheduleDefinition | undefined {
  const exact =
    scheduleNamed(name) ?? scheduleNamed(name.replace(/:\w[\w-]*$/, "")) ?? scheduleNamed(`${library}:${name}`);
  if (exact) return exact;
  if (name.includes(".")) return undefined;
  const near = [...(libraries[library] ?? []), ...(libraries.torch ?? []), ...allSchedules()];
  return near.find((d) => shortName(d) === name);
}

function toValue(json: Json, definition: ScheduleDefinition, name: string, library: string): Value {
  const kind = definition.params[name]?.kind;
  const lookup = (n: string) => named(n, library);
  if (typeof json === "string") {
    const isSource = /^\s*(lambda\b|\[?[A-Z]\w*\()/.test(json) && kind !== "string";
    return isSource ? evaluate(json, lookup) : json;
  }
  if (Array.isArray(json)) return json.map((item) => toValue(item, definition, name, library));
  if (json === null || typeof json !== "object") return json;
  if (typeof json.$expr === "string") return evaluate(json.$expr, lookup);
  if (Array.isArray(json.$dict)) return new Map((json.$dict as [Value, Value][]).map(([k, v]) => [k, v]));
  const callee = json.$call ?? json.callable;
  if (typeof callee === "string") return call(callee, json.args as Record<string, Json>, library);
  return new Map(Object.entries(json).map(([k, v]) => [k, toValue(v, definition, name, library)]));
}

function call(callee: string, args: Record<string, Json>, library: string): ScheduleCall {
  const definition = named(callee, library);
  if (!definition) throw new Error(`no definition is named ${callee}`);
  const values = Object.entries(args).map(([name, value]) => [name, toValue(value, definition, name, library)]);
  return {
    kind: "schedule",
    definition,
    args: { ...Object.fromEntries(values), [writtenAsFloat]: wholeFloats.get(args) },
  };
}

/** These record the rate after metrics[i] was fed, so at i + 1 completed steps. */
const recordsAfterMetric = new Set(["keras", "keras2", "optax", "paddle", "mxnet", "mindspore", "thinc", "chainer"]);

/** What differs between a recorded case and the definition's curve; empty when it passes. */
export function differences(library: string, dtype: string, golden: Golden): string[] {
  let compiled: Compiled | undefined;
  let refusal: string | undefined;
  const request = requestOf(library, golden);
  try {
    compiled = compileSchedule(request.definition, request.args, request.context);
  } catch (e) {
    if (!(e instanceof Raises)) throw e;
    refusal = e.message;
  }
  const end = refusal !== undefined ? { at: 0, because: refusal } : compiled?.lr.end;
  const later = golden.metrics && recordsAfterMetric.has(library) ? 1 : 0;
  // step(epoch + i / iters_per_epoch): the schedule's t is a fraction of an epoch.
  const perEpoch = Number(golden.args.iters_per_epoch ?? 1);
  return [
    ...endDifferences(golden, end),
    ...(compiled
      ? curveDifferences(golden, dtype, golden.values, "lr", (t) => compiled.lr.at(t / perEpoch + later))
      : []),
    ...(compiled && golden.momenta?.length
      ? curveDifferences(golden, dtype, golden.momenta, "momentum", (t) => compiled.momentum?.at(t) ?? NaN)
      : []),
    ...(compiled && golden.values_group1?.length
      ? curveDifferences(golden, dtype, golden.values_group1, "group 1", (t) => compiled.groups?.[0]?.at(t) ?? NaN)
      : []),
  ];
}

function endDifferences(golden: Golden, end: Compiled["lr"]["end"]): string[] {
  const expected = golden.raises
    ? { at: golden.raises.step, because: golden.raises.error }
    : golden.error && { at: errorStep(golden), because: `${golden.error.type}: ${golden.error.message ?? ""}` };
  const last = golden.steps.at(-1);
  if (!expected) return end && last !== undefined && end.at <= last ? [`ends at ${end.at} (${end.because})`] : [];
  if (!end) return [`should raise at ${expected.at}: ${expected.because}`];
  const type = expected.because.split(":")[0]!;
  // A run that was sampled sparsely tells only that the library raised between its last value and the step it names.
  const early = golden.raises ? end.at > (last ?? -1) && end.at <= expected.at : end.at === expected.at;
  return [
    ...(early ? [] : [`raises at ${end.at}, recorded ${expected.at}`]),
    ...(end.because.startsWith(type) ? [] : [`says ${end.because}; recorded ${expected.because}`]),
  ];
}

function errorStep(golden: Golden): number {
  if (golden.error?.step !== undefined) return golden.error.step;
  const when = golden.error?.when ?? "";
  return when.startsWith("construction") ? 0 : Number(/\d+/.exec(when)?.[0] ?? NaN);
}

function curveDifferences(
  golden: Golden,
  dtype: string,
  recorded: Recorded[],
  what: string,
  at: (t: number) => number,
): string[] {
  const values = recorded.map(numberOf);
  const peak = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  const single = (golden.dtype ?? dtype) === "float32" || golden.dtype === "python";
  const wrong: string[] = [];
  values.forEach((expected, i) => {
    const t = golden.steps[i]!;
    if (within(at(t), expected, peak, single)) return;
    const near = golden.fragile_steps?.includes(t) && [t - 1, t + 1].some((s) => within(at(s), expected, peak, single));
    if (!near) wrong.push(`${what}(${t}) = ${at(t)}, recorded ${expected}`);
  });
  return wrong.length > 3 ? [...wrong.slice(0, 3), `${wrong.length} of ${values.length} points`] : wrong;
}

function within(actual: number, expected: number, peak: number, single: boolean): boolean {
  if (!Number.isFinite(expected)) return Object.is(actual, expected);
  const error = Math.abs(actual - expected);
  if (single) return error <= 1e-6 * peak + 1e-4 * Math.abs(expected);
  return error <= 1e-10 * peak && (Math.abs(expected) <= 1e-6 * peak || error <= 1e-9 * Math.abs(expected));
}

/** The recordings spell what JSON cannot say: "inf", "-inf", "nan". */
function numberOf(recorded: Recorded): number {
  return recorded === "inf" ? Infinity : recorded === "-inf" ? -Infinity : Number(recorded);
}
