import type { SyntaxNode } from "@lezer/common";
import { dictOf, force, numberOf } from "./access.js";
import { annotatedDefault } from "./annotated.js";
import { construct } from "./classes.js";
import { clickDefault, clickOptions, typerDefault } from "./flags.js";
import { Flow, Frame } from "./frame.js";
import { hydraConfig } from "./hydra.js";
import { joinAll } from "./join.js";
import { batchesOf } from "./lengths.js";
import { libraryCall } from "./libraries.js";
import { LIMITS, NotKnown, PyError, TooComplex, type Machine } from "./machine.js";
import { getAttribute } from "./attributes.js";
import { ClassValue, FunctionValue, Instance, Method, type ModuleValue } from "./objects.js";
import { symbolFor } from "./symbols.js";
import {
  Builtin,
  CallResult,
  Choice,
  Deferred,
  Dict,
  Float,
  Library,
  List,
  Member,
  Unknown,
  type Val,
} from "./values.js";

export interface CallPlace {
  readonly node?: SyntaxNode | undefined;
  readonly module?: ModuleValue | undefined;
  /** True when arguments that are not known were passed too. */
  readonly more?: boolean;
  /** True when those, or what `*args` and `**kwargs` hold of a function that nobody here calls, are the matter of its callers alone. */
  readonly alone?: boolean;
  readonly frame?: Frame;
}

/** Calls whatever it is. User code is followed; what libraries do is kept as a CallResult unless the value is computable. */
export function callValue(m: Machine, callee: Val, args: Val[], kwargs: Map<string, Val>, place: CallPlace): Val {
  m.tick();
  // Something of another file: that file is read when the result is needed, or at once when it may change what it is given.
  if (
    m.tracking &&
    callee instanceof Deferred &&
    callee.foreign &&
    callee.value === undefined &&
    !(callee.foreign.changes && [...args, ...kwargs.values()].some(isConfig))
  )
    return new Deferred(() => m.apart(() => safely(m, () => force(callValue(m, force(callee), args, kwargs, place)))), {
      changes: false,
    });
  const fn = force(callee);
  if (fn instanceof FunctionValue) return callFunction(m, fn, args, kwargs, place);
  if (fn instanceof Method) return callFunction(m, fn.fn, [fn.self, ...args], kwargs, place);
  if (fn instanceof Builtin) {
    try {
      const { node, module, more = false } = place;
      return fn.run(args, kwargs, { m, node, module, more });
    } catch (error) {
      if (error instanceof NotKnown && m.tracking) return error.unknown;
      throw error;
    }
  }
  if (fn instanceof Library) return libraryCall(m, fn, args, kwargs, place);
  if (fn instanceof ClassValue) return construct(m, fn, args, kwargs, place);
  if (fn instanceof Choice) {
    if (!m.tracking) throw new NotKnown(new Unknown("which function is called is not known"));
    return joinAll(fn.values.slice(0, LIMITS.alternatives).map((value) => callValue(m, value, args, kwargs, place)))!;
  }
  if (fn instanceof Instance) {
    const method = getAttribute(m, fn, "__call__", {});
    if (method instanceof Method) return callValue(m, method, args, kwargs, place);
    if (fn.base) return callValue(m, fn.base, args, kwargs, place);
  }
  if (fn instanceof Unknown && !m.tracking) throw new NotKnown(fn);
  if (fn === null || typeof fn !== "object" || fn instanceof List || fn instanceof Dict)
    throw new PyError("TypeError", "the object is not callable");
  if (fn instanceof CallResult && m.rateOf && !m.tracking) {
    const step = numberOf(args[0] ?? kwargs.get("step") ?? kwargs.get("count") ?? null);
    const rate = step === undefined ? undefined : m.rateOf(fn, step);
    if (rate !== undefined) return new Float(rate);
  }
  const name = fn instanceof Member || fn instanceof Unknown ? fn.name : undefined;
  const batches = /(?:^|\.)cardinality$/.test(name ?? "") && args.length === 0 ? batchesOf(m, place) : undefined;
  return batches ?? new CallResult(fn, args, kwargs, place.node, place.module, place.more);
}

/** An object whose entries or attributes a function could set. */
function isConfig(value: Val): boolean {
  const v = value instanceof Deferred ? value.value : value;
  return v instanceof Instance || (v instanceof Dict && (v.attributes || v.flavour !== ""));
}

/** Calls a def or lambda. Under tracking, one that can only matter through its result waits until that is needed. */
function callFunction(m: Machine, fn: FunctionValue, args: Val[], kwargs: Map<string, Val>, place: CallPlace): Val {
  const mark = fn.decorators.find(
    (decorator) =>
      decorator instanceof FunctionValue ||
      (decorator instanceof CallResult && decorator.callee instanceof FunctionValue),
  );
  const before = mark && m.decorating !== fn ? decorated(m, fn, mark, args, kwargs, place) : undefined;
  if (before !== undefined) return before;
  if (!m.tracking) return invoke(m, fn, args, kwargs, place);
  const run = () => safely(m, () => invoke(m, fn, args, kwargs, place));
  if (m.mustRun(fn.module, fn.node, args[0] instanceof Instance && fn.owner !== undefined)) return run();
  return m.postpone(fn, () => deeper(m, run));
}

/** A call that waited may give another one that waits: each counts as a call inside the first. */
function deeper(m: Machine, run: () => Val): Val {
  m.depth++;
  try {
    return force(run());
  } finally {
    m.depth--;
  }
}

/** A decorator of the user's own: what it makes of the function is called. */
function decorated(
  m: Machine,
  fn: FunctionValue,
  mark: Val,
  args: Val[],
  kwargs: Map<string, Val>,
  place: CallPlace,
): Val | undefined {
  const outer = m.decorating;
  m.decorating = fn;
  try {
    const maker =
      mark instanceof CallResult ? callValue(m, mark.callee, [...mark.args], new Map(mark.kwargs), {}) : mark;
    const wrapped = force(callValue(m, maker, [fn], new Map(), {}));
    return wrapped instanceof FunctionValue ? callValue(m, wrapped, args, kwargs, place) : undefined;
  } finally {
    m.decorating = outer;
  }
}

/** A call under tracking gets half of what fuel is left, so that the caller can go on without its result. */
export function safely(m: Machine, run: () => Val): Val {
  const fuel = m.fuel;
  if (fuel < 0) throw new TooComplex("too many operations");
  if (m.depth >= LIMITS.depth) return new Unknown("too complex to follow: calls more than 100 deep");
  m.fuel = fuel >> 1;
  const given = m.fuel;
  try {
    return run();
  } catch (error) {
    if (error instanceof TooComplex) return new Unknown(`too complex to follow: ${error.message}`);
    if (error instanceof NotKnown) return error.unknown;
    if (error instanceof PyError && m.guarded === 0) return new Unknown(`it raises ${error.type}: ${error.message}`);
    throw error;
  } finally {
    m.fuel = fuel - given + Math.max(0, m.fuel);
  }
}

const byCallers = (name: string) => `what ${name} holds is up to its callers`;
/** True of `*args` and `**kwargs` of a function that nobody here calls. */
export const isByCallers = (open: string | undefined) => open?.endsWith("is up to its callers") ?? false;

/** Binds the arguments and runs the body. */
export function invoke(
  m: Machine,
  fn: FunctionValue,
  args: readonly Val[],
  kwargs: ReadonlyMap<string, Val>,
  place: CallPlace,
): Val {
  if (m.depth >= LIMITS.depth) throw new TooComplex("calls more than 100 deep");
  const { code } = fn;
  const frame = activation(m, fn, args, kwargs, place);
  if (m.tracking) {
    fn.entered = true;
    fn.lastFrame = frame;
  }
  m.depth++;
  try {
    if (code.kind === "lambda") return code.expression!(frame);
    code.body ??= code.lazyBody!();
    if (code.generator) frame.yields = [];
    const flow = m.tracking ? m.inside(fn.module, () => code.body!(frame)) : code.body(frame);
    if (frame.yields) {
      const list = new List(frame.yields);
      if (frame.endless) list.open = "how many items it yields is only known when the file runs";
      return list;
    }
    const results = frame.returned === undefined ? frame.maybeReturned : [...frame.maybeReturned, frame.returned];
    if (!results.length && flow === Flow.Gone) return new Unknown(`${fn.name}() ends by raising an exception`);
    // A return that may not run leaves the end of the body, which gives None; where others return a value that is not told.
    return joinAll(results) ?? null;
  } finally {
    m.depth--;
  }
}

/** A frame of the function with its parameters bound. */
export function activation(
  m: Machine,
  fn: FunctionValue,
  args: readonly Val[],
  kwargs: ReadonlyMap<string, Val>,
  place: CallPlace,
): Frame {
  fn.code.prepare();
  const frame = new Frame(m, fn.code, fn.module, fn.closure, undefined, fn.owner);
  bind(m, fn, frame, args, kwargs, place);
  return frame;
}

function bind(
  m: Machine,
  fn: FunctionValue,
  frame: Frame,
  args: readonly Val[],
  kwargs: ReadonlyMap<string, Val>,
  place: CallPlace,
): void {
  const { params } = fn.code;
  let next = 0;
  const taken = kwargs.size ? new Set<string>() : undefined;
  for (const param of params) {
    let value: Val | undefined;
    if (param.star === "*") {
      const rest = new List(args.slice(next), "tuple");
      if (place.alone) rest.open = byCallers(`*${param.name}`);
      value = rest;
      next = args.length;
    } else if (param.star === "**") {
      const options = m.tracking && fn.decorators.length ? clickOptions(fn.decorators) : [];
      const own = options.filter(([name]) => !params.some((other) => other.name === name));
      const rest = dictOf(
        [...own, ...[...kwargs].filter(([name]) => !taken?.has(name))],
        false,
        place.alone ? "kwargs" : "",
      );
      if (place.alone && own.length === 0) rest.open = byCallers(`**${param.name}`);
      else if (place.more) rest.open = "it holds arguments that are not known";
      value = rest;
    } else if (!param.keywordOnly && next < args.length) value = args[next++];
    else if (taken && kwargs.has(param.name)) {
      value = kwargs.get(param.name);
      taken.add(param.name);
    } else {
      value = m.tracking && fn.decorators.length ? clickDefault(fn.decorators, param.name) : undefined;
      if (m.tracking && fn.decorators.length && param === params[0]) value ??= hydraConfig(m, fn);
      value ??= fn.defaults.get(param.name);
      if (value instanceof CallResult) value = typerDefault(value);
      if (value !== undefined && place.more && !place.alone)
        value = new Choice([value, new Unknown(`${param.name} may be among arguments that are not known`, param.name)]);
      if (value === undefined) {
        if (!m.tracking) throw new PyError("TypeError", `${fn.name}() missing a required argument: '${param.name}'`);
        value = (place.alone ? parsedOptions(fn, param.name) : undefined) ?? annotatedDefault(m, fn, param);
        value ??= symbolFor(
          m,
          param.name,
          place.more && !place.alone
            ? "it is among arguments that are not known"
            : `${param.name} is a parameter without default`,
          param.node,
        );
      }
    }
    if (taken && kwargs.has(param.name) && !param.star) taken.add(param.name);
    frame.slots[param.slot] = m.tracking || value === undefined ? value : m.strip(force(value));
  }
}

/** `args` of a function that is called in a way that is not followed, where the module parses options under that name. */
function parsedOptions({ module }: FunctionValue, name: string): Val | undefined {
  const options = module.globals.get(name);
  const one = options === undefined ? undefined : force(options);
  return one instanceof Dict && one.flavour === "argparse" ? one : undefined;
}
