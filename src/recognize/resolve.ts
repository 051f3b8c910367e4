import type { Curve } from "../engine/curve.js";
import { effort, shared } from "../engine/effort.js";
import { compileSchedule, isScheduleCall } from "../schedules/compile.js";
import {
  Raises,
  writtenAsFloat,
  type Args,
  type Compiled,
  type Context,
  type ScheduleDefinition,
  type Value,
} from "../schedules/define.js";
import { scheduleNamed } from "../schedules/index.js";
import { contextAliases, contextDefaults } from "./assumptions.js";
import { contextOf } from "./context.js";
import { matteringDefaults } from "./defaults.js";
import type { Argument, AssumedValue, DefaultValue, Evaluated, Finding, KnownValue } from "./finding.js";
import { formulaWithNumbers } from "./formula.js";
import { sameEntries, sourceOf } from "./move.js";
import { resolveRun, type ResolvedRun } from "./run.js";
import { curveOfFunction, transformed } from "./transforms.js";

/** Something the file does not say, with the value used. */
export interface Assumption {
  /** What `--assume` and the panel set it by. */
  readonly name: string;
  readonly value: Value;
  readonly because: string;
  /** "context": the optimizer or the run; "value": a symbol in an argument; "parameter": an argument that could not be read. */
  readonly kind: "context" | "value" | "parameter";
}

/** A finding with its curve: what every view shows. */
export interface Resolved {
  readonly finding: Finding;
  /** Absent for "function". */
  readonly definition?: ScheduleDefinition;
  /** Absent when `problem` is set, or when a parameter that the curve needs is unknown. `lr` has the transforms in it. */
  readonly compiled?: Compiled;
  /** In words: what the library raises, or which parameter is unknown and why. */
  readonly problem?: string;
  /** By the library's names: the written ones (user-set values applied) and defaults that matter. */
  readonly parameters: Readonly<Record<string, Evaluated>>;
  readonly assumptions: readonly Assumption[];
  readonly run: ResolvedRun;
  /** The formula with this call's numbers in it. */
  readonly formula?: string;
  /** The curve over the run's own steps when those are not what the call was written for. */
  readonly asWritten?: Curve;
  readonly transforms: readonly string[];
  readonly children: readonly Resolved[];
}

export type Assume = ReadonlyMap<string, Value>;
export interface ResolveOptions {
  /** Values the user has set, by name (an unknown parameter by its own). */
  readonly assume?: Assume;
  /** One per scheduler step, for metric-driven schedules. */
  readonly metrics?: readonly number[];
}
const none: Assume = new Map();

/** By findings as they were first read, what they resolve to under what was assumed then. */
const known = new WeakMap<Finding, { readonly assume: Assume; readonly resolved: Resolved }>();

/** The curve of a finding. Never throws for anything a file can hold. One that an edit only moved keeps its curve. */
export function resolve(finding: Finding, { assume = none, metrics }: ResolveOptions = {}): Resolved {
  const source = sourceOf(finding);
  const before = metrics || source === finding ? undefined : known.get(source);
  if (before && sameEntries(before.assume, assume)) return movedResolved(before.resolved, finding, canonical(assume));
  const resolved = compute(finding, canonical(assume), metrics);
  if (!metrics) known.set(source, { assume, resolved });
  return resolved;
}

/** The curves of a file's findings, and what is made of them: they share what following rates may take. */
export function resolveAll<R>(
  findings: readonly Finding[],
  options: ResolveOptions,
  make: (resolved: Resolved) => R,
): R[] {
  return shared(findings, (finding) => make(resolve(finding, options)));
}

function movedResolved(resolved: Resolved, finding: Finding, set: Assume): Resolved {
  const written = withAssumed(finding.args, set, resolved.definition);
  const parameters = Object.fromEntries(
    Object.entries(resolved.parameters).map(([name, value]) => [name, written[name] ?? value]),
  );
  const children = resolved.children.map((child, i) =>
    movedResolved(child, inherit(finding.children[i]!, finding), set),
  );
  return { ...resolved, finding, parameters, children };
}

function compute(finding: Finding, set: Assume, metrics: readonly number[] | undefined): Resolved {
  const definition = scheduleNamed(finding.definition ?? finding.schedule);
  const children = finding.children.map((child) => compute(inherit(child, finding), set, metrics));
  const parameters = withAssumed(finding.args, set, definition);
  const assumptions = new Map<string, Assumption>();
  const note = (a: Assumption) => assumptions.has(a.name) || assumptions.set(a.name, a);
  for (const value of Object.values(parameters)) if (value.status === "assumed") noteAssumed(value, note);
  for (const child of children) for (const a of child.assumptions) if (a.kind !== "context") note(a);

  const unknown = Object.entries(parameters).find(
    ([name, value]) => value.status === "unknown" && definition?.params[name]?.kind !== "handle",
  );
  const stuck = children.find(isUnknown);
  const args = plainArgs(parameters, children, finding.typed);
  const run = resolveRun(finding, definition, args, set);
  const base = { finding, ...(definition && { definition }), parameters, children, run };
  const transforms = finding.transforms.map((t) => t.words);
  const done = (rest: Partial<Resolved>): Resolved => {
    for (const a of run.assumptions) note(a);
    return { ...base, transforms, assumptions: [...assumptions.values()], ...rest };
  };

  // Beside **kwargs that are not known a default is no more than likely.
  const defaultsOf = (defaults: Readonly<Record<string, DefaultValue>>): Record<string, Evaluated> =>
    finding.open
      ? Object.fromEntries(
          Object.entries(defaults).map(([name, { value }]) => {
            const because = "the library's default: *args or **kwargs that are not known may set it";
            const assumed = { value, text: name, name, because, assumptions: { [name]: value }, origins: [] };
            note({ name, value, because, kind: "value" });
            return [name, { status: "assumed", ...assumed }];
          }),
        )
      : defaults;

  const context = contextOf(finding, definition, run, set, note);
  if (metrics) context.metrics = metrics;
  if (finding.refused) return done({ problem: finding.refused });
  if (unknown) {
    const [name, value] = unknown as [string, Extract<Evaluated, { status: "unknown" }>];
    return done({ problem: `${name} is not known: ${value.because}` });
  }
  if (stuck) return done({ problem: stuck.problem });
  try {
    const compiled = finding.rate
      ? { lr: curveOfRate(finding.rate, context.initial_lr ?? NaN, run.totalSteps) }
      : definition && compileSchedule(definition, args, context as Context);
    if (!compiled) return done({ problem: `${finding.callee} is not among the known schedules` });
    const shown = transformed(compiled, finding.transforms);
    const formula = definition && formulaWithNumbers(definition, args, context);
    const end = shown.lr.end;
    return done({
      compiled: shown,
      ...(formula && { formula }),
      ...(end && end.at <= run.totalSteps && { problem: end.because }),
      ...(definition &&
        !finding.rate && {
          parameters: {
            ...parameters,
            ...defaultsOf(matteringDefaults(definition, args, context, compiled.lr, run.totalSteps)),
          },
        }),
      ...(run.asWritten && { asWritten: run.asWritten(shown.lr) }),
    });
  } catch (error) {
    return done({ problem: error instanceof Raises ? error.message : `cannot compute: ${String(error)}` });
  }
}

interface Followed {
  readonly initialLr: number;
  readonly totalSteps: number;
  /** What it might take. */
  readonly share: number;
  readonly curve: Curve;
}
const followed = new WeakMap<object, Followed>();

/** The curve of a rate of the file's own, followed once for all places that tell it; anew when it may take much more. */
function curveOfRate(rate: NonNullable<Finding["rate"]>, initialLr: number, totalSteps: number): Curve {
  const { share } = effort;
  const before = followed.get(rate);
  if (before && Object.is(before.initialLr, initialLr) && before.totalSteps === totalSteps && share <= 2 * before.share)
    return before.curve;
  const curve = curveOfFunction((t) => rate(t, initialLr), totalSteps);
  followed.set(rate, { initialLr, totalSteps, share, curve });
  return curve;
}

/** The rate after t completed steps; null where none exists (unknown parameter, the library raises, not a finite number). */
export function rateAt(resolved: Resolved, t: number): number | null {
  const lr = resolved.compiled?.lr;
  if (!lr || (lr.end && t >= lr.end.at)) return null;
  try {
    const rate = lr.at(t);
    return Number.isFinite(rate) ? rate : null;
  } catch {
    return null;
  }
}

function canonical(assume: Assume): Assume {
  let result: Map<string, Value> | undefined;
  for (const [alias, name] of Object.entries(contextAliases))
    if (assume.has(alias) && !assume.has(name)) (result ??= new Map(assume)).set(name, assume.get(alias)!);
  const devices = assume.get("devices");
  if (typeof devices === "number" && !assume.has("world_size")) {
    const nodes = assume.get("num_nodes");
    (result ??= new Map(assume)).set("world_size", devices * (typeof nodes === "number" ? nodes : 1));
  }
  return result ?? assume;
}

/** What the outer call knows of the run, its parts know too. */
function inherit(child: Finding, parent: Finding): Finding {
  return { ...child, context: { ...parent.context, ...child.context }, run: { ...parent.run, unit: child.run.unit } };
}

function withAssumed(
  args: Readonly<Record<string, Argument>>,
  assume: Assume,
  definition: ScheduleDefinition | undefined,
): Record<string, Evaluated> {
  const result: Record<string, Evaluated> = {};
  // A parameter that is not written, or made of what is assumed, may be set too, unless its name means something of the whole run.
  const setsParameter = (name: string) =>
    definition !== undefined && Object.hasOwn(definition.params, name) && !(name in contextDefaults);
  for (const [name, value] of assume)
    if (setsParameter(name) && !Object.hasOwn(args, name))
      result[name] = {
        status: "assumed",
        value,
        text: name,
        name,
        because: "set by the user",
        assumptions: { [name]: value },
        origins: [],
      };
  for (const [name, { value }] of Object.entries(args)) {
    // What it may be is no more than an assumption, told as one. A name of the whole run sets it where it is not in it already.
    const given =
      value.status === "unknown"
        ? (assume.get(name) ?? assume.get(value.name ?? value.text) ?? value.maybe)
        : value.status === "assumed" &&
            !Object.hasOwn(value.assumptions, name) &&
            (setsParameter(name) || !Object.values(value.assumptions).includes(assume.get(name)!))
          ? assume.get(name)
          : undefined;
    result[name] =
      given === undefined || (value.status !== "unknown" && value.status !== "assumed")
        ? value
        : {
            status: "assumed",
            value: given,
            text: value.text,
            name,
            because: value.because,
            assumptions: { [name]: given },
            origins: value.origins,
          };
  }
  return result;
}

/** What the user set counts as a float: `gamma=1` is meant as 1.0. */
function isFloat(value: Evaluated): boolean {
  return value.status === "known"
    ? value.isFloat === true
    : value.status === "assumed" && (value.isFloat === true || value.origins.length === 0);
}

function noteAssumed(value: AssumedValue, note: (a: Assumption) => void): void {
  for (const [name, assumed] of Object.entries(value.assumptions))
    note({ name, value: assumed, because: value.because, kind: "value" });
}

/** A parameter of this schedule, or of one of its parts, is not known. What the library raises is for the outer compile to tell. */
function isUnknown({ parameters, definition, children }: Resolved): boolean {
  const lost = Object.entries(parameters).some(
    ([name, value]) => value.status === "unknown" && definition?.params[name]?.kind !== "handle",
  );
  return lost || children.some(isUnknown);
}

/** Values for `compile`; nested calls take the children's values, in which what the user set is applied. */
function plainArgs(
  parameters: Readonly<Record<string, Evaluated>>,
  children: readonly Resolved[],
  typed = false,
): Args {
  const args: Record<string, Value | undefined> & { [writtenAsFloat]?: ReadonlySet<string> } = {};
  if (typed) args[writtenAsFloat] = new Set(Object.keys(parameters).filter((name) => isFloat(parameters[name]!)));
  const used = new Set<Resolved>();
  const replace = (value: Value): Value => {
    if (isScheduleCall(value)) {
      const from = (value as { finding?: Finding }).finding?.span.from;
      // One place may have made several, which stand in the order in which they are used.
      const same = children.filter(({ finding }) => finding.span.from === from);
      const child = same.find((one) => !used.has(one)) ?? same.at(-1);
      if (child) used.add(child);
      return child ? { ...value, args: plainArgs(child.parameters, child.children, child.finding.typed) } : value;
    }
    return Array.isArray(value) && value.some((v) => typeof v === "object") ? value.map(replace) : value;
  };
  for (const [name, value] of Object.entries(parameters))
    if (value.status !== "unknown") args[name] = replace((value as KnownValue).value);
  return args;
}
