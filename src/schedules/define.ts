import type { Curve, CurveEvent } from "../engine/curve.js";
import { vocabulary, type Vocabulary } from "./vocabulary.js";

/**
 * What a schedule is: one declaration per public call of a library. From it come recognition of the call, hover, parameter
 * controls, completion, documentation and the golden test, so nothing about a schedule is written anywhere else.
 */
export interface ScheduleDefinition {
  /** The library's own public qualified name, such as `torch.optim.lr_scheduler.StepLR`; `tool:Name` for a config's own. */
  readonly id: string;
  /** Other qualified names of the same object (re-exports, older homes): `tf.train.exponential_decay`. */
  readonly aliases?: readonly string[];
  /** Parameters in the library's positional order, in the library's spelling. */
  readonly params: Readonly<Record<string, ParamSpec>>;
  /** The call is first of all something else (an optimizer): it is a schedule only when one of these arguments is written. */
  readonly onlyWith?: readonly string[];
  /** What the values of the file do not say and the curve needs: read from the optimizer and the training loop, else assumed. */
  readonly needs?: readonly ContextName[];
  /** What is assumed here when nothing tells it, where that is not what is assumed everywhere. */
  readonly usual?: Readonly<Partial<Record<ContextName, { readonly value: Value; readonly because: string }>>>;
  /** What one scheduler step usually is for this schedule when the file does not show it. */
  readonly unit: "step" | "epoch";
  /** "float32": the library computes in float32; number parameters are rounded to float32 before `compile`. */
  readonly dtype?: "float32";
  /** One line, with parameter names as written: `lr = base_lr · gamma^⌊t / step_size⌋`. */
  readonly formula: string;
  /** One sentence each, about what surprises: "Past T_max the rate climbs again: the library does not clamp." */
  readonly quirks?: readonly string[];
  /** Where the formula was read: library, version, file. */
  readonly source: string;
  /** False when the call drives something else by default (momentum); the recognizer may still find out otherwise. */
  readonly quantity?: "lr" | "momentum" | "factor";
  /** Arguments checked and defaults filled in by the caller; throws `Raises` for what the library itself refuses. */
  readonly compile: (args: Args, context: Context) => Compiled | Curve;
}

/** A compiled schedule. A bare Curve stands for `{ lr: curve }`. */
export interface Compiled {
  readonly lr: Curve;
  /** Momentum (or beta1) where the schedule moves it too. */
  readonly momentum?: Curve;
  /** The rates of parameter groups 1, 2, … where they differ from group 0. */
  readonly groups?: readonly Curve[];
  /** For metric-driven schedules: what happened and why, under `context.metrics`. */
  readonly events?: readonly CurveEvent[];
  /** For metric-driven schedules: a fresh run to be fed one metric per step (the simulation does). */
  readonly live?: () => LiveSchedule;
}

/** A metric-driven schedule in motion. `step` takes the metric of the epoch just ended; the reason is told when the rate changed. */
export interface LiveSchedule {
  lr: number;
  step(metric: number): string | undefined;
}

/** Thrown by `compile` where the library's constructor raises; the message is the library's, in its words or shorter. */
export class Raises extends Error {}

/** Values that parameters take after evaluation. Python's None is null; tuples and lists are arrays; dicts are Maps. */
export type Value =
  number | boolean | string | null | readonly Value[] | ReadonlyMap<Value, Value> | ScheduleCall | RateFunction;
export type Args = Readonly<Record<string, Value | undefined>> & { readonly [writtenAsFloat]?: ReadonlySet<string> };

/**
 * The names of the arguments that are Python floats though their value is whole (`10.0`, `len(data) / 2`). Some libraries
 * refuse them where they want an int, so whoever reads the text says it. Absent: nothing is known, whole numbers are ints.
 */
export const writtenAsFloat: unique symbol = Symbol("written as float");

/** A schedule given as an argument of another: not compiled yet, for the outer one decides with which context. */
export interface ScheduleCall {
  readonly kind: "schedule";
  readonly definition: ScheduleDefinition;
  readonly args: Args;
  /** Rates and run length found beside this call; the outer context fills the rest. */
  readonly context?: Partial<Context>;
}

/** A function of the user's file, interpreted under fuel. Throws `Raises` when it cannot be followed or raises. */
export interface RateFunction {
  readonly kind: "function";
  readonly text: string;
  /** `rate`: what the function finds when it reads its optimizer's rate, where the caller tells that. */
  readonly call: (args: readonly Value[], rate?: number) => Value;
}

/** Names with one meaning everywhere (also on the command line, `--assume NAME=VALUE`). */
export type ContextName =
  | "initial_lr"
  | "total_steps"
  | "steps_per_epoch"
  | "epochs"
  | "max_duration"
  | "batch_size"
  | "dataset_size"
  | "world_size"
  | "grad_accumulation";

/** The surroundings of a schedule: the optimizer's rates and the run. Only what the definition `needs` must be there. */
export interface Context {
  /** The optimizer's rate (PyTorch's group["lr"] before any scheduler). */
  readonly initial_lr: number;
  /** Rates of all parameter groups when the file gives several; index 0 equals initial_lr. */
  readonly group_lrs?: readonly number[];
  readonly momentum?: number;
  /** The optimizer's class, `SGD`: some have no momentum to cycle. */
  readonly optimizer?: string;
  /** Scheduler steps of the whole run. */
  readonly total_steps: number;
  readonly steps_per_epoch: number;
  readonly epochs: number;
  /** Composer's time string. */
  readonly max_duration?: string | number;
  readonly batch_size: number;
  readonly dataset_size: number;
  readonly world_size: number;
  readonly grad_accumulation: number;
  /** One metric per scheduler step, for metric-driven schedules. Past its end the last one repeats. */
  readonly metrics?: readonly number[];
}

export type ParamKind =
  | "number"
  | "integer"
  | "boolean"
  | "string"
  | "numbers" // a list of numbers
  | "schedule" // another schedule, or a number where `orNumber`
  | "schedules"
  | "function" // a rate function, or a list of them
  | "handle" // optimizer, global step, name: not part of the curve
  | "any";

export interface ParamSpec {
  readonly kind: ParamKind;
  /** One line of meaning. */
  readonly meaning: string;
  /** What a plain number counts: shown in controls and inlay hints. */
  readonly unit?: "step" | "epoch" | "lr" | "factor" | "ratio" | "power";
  /** Absent: the parameter is required. */
  readonly default?: Value;
  /** Valid range, for controls and messages; whether the library refuses outside is `compile`'s to say. */
  readonly min?: number;
  readonly max?: number;
  /** True when min itself is outside. */
  readonly above?: boolean;
  readonly choices?: readonly string[];
  readonly keywordOnly?: boolean;
  /** Older or other spellings of the keyword. */
  readonly alias?: readonly string[];
}

export * from "./parameters.js";

/** What `compile` gets for each kind. A parameter whose default is null may also be null: test it with `??` or `=== null`. */
interface ValueOfKind {
  number: number;
  integer: number;
  boolean: boolean;
  string: string;
  numbers: readonly number[];
  schedule: ScheduleCall | number;
  schedules: readonly ScheduleCall[];
  function: RateFunction;
  handle: Value;
  any: Value;
}
/**
 * A parameter as a declaration writes it: its spec, or only its default where the word of that name in `vocabulary.ts` says
 * what it means; `required` stands for no default.
 */
export type Parameter = ParamSpec | Default;
export type Params = Readonly<Record<string, Parameter>>;
type Default = undefined | number | boolean | string | null | readonly number[];
export const required = undefined;

type KindOf<Name, P> = P extends ParamSpec
  ? P["kind"]
  : Name extends keyof Vocabulary
    ? Vocabulary[Name]["kind"]
    : never;
export type TypedArgs<P extends Params> = {
  readonly [Name in keyof P]: ValueOfKind[KindOf<Name, P[Name]>];
} & {
  readonly [writtenAsFloat]?: ReadonlySet<string>;
};
export type Definition<P extends Params> = Omit<ScheduleDefinition, "params" | "compile" | "unit"> & {
  readonly params: P;
  /** "step" when absent. */
  readonly unit?: "step" | "epoch";
  readonly compile: (args: TypedArgs<P>, context: Context) => Compiled | Curve;
};

/** Types the arguments of `compile` by the kinds of `params`, and looks up the parameters that are written as a default only. */
export function defineSchedule<P extends Params>(definition: Definition<P>): ScheduleDefinition {
  const params = Object.fromEntries(Object.entries(definition.params).map(([name, p]) => [name, specOf(name, p)]));
  return { unit: "step", ...definition, params } as ScheduleDefinition;
}

function specOf(name: string, parameter: Parameter): ParamSpec {
  if (typeof parameter === "object" && parameter !== null && "kind" in parameter) return parameter;
  const word = (vocabulary as Readonly<Record<string, ParamSpec>>)[name];
  if (!word) throw new Error(`Cannot declare parameter ${name}: it is not in the vocabulary, got only a default`);
  return parameter === undefined ? word : { ...word, default: parameter };
}
