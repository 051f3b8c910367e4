import { Raises } from "../schedules/define.js";
import { libraryBase } from "./evaluate/attributes.js";
import { callValue } from "./evaluate/call.js";
import { dictGet, dictOf, dictPut, dictSet, numberOf } from "./evaluate/access.js";
import {
  Builtin,
  CallResult,
  Dict,
  first,
  Float,
  Instance,
  Library,
  List,
  NdArray,
  Operation,
  Unknown,
  type PythonProgram,
  type Val,
} from "./evaluate/index.js";
import type { BuiltinCall } from "./evaluate/values.js";
import { optimizerOf } from "./optimizers.js";
import { LIMITS, NotKnown, PyError, TooComplex } from "./evaluate/machine.js";

/**
 * What a user's function reads and writes as its optimizer: parameter groups at the starting rate. The first is asked; others are
 * there for code that names them by number. What a run writes is undone at its end, so that one serves many runs.
 */
export class FakeOptimizer {
  readonly group: Dict;
  readonly value: Dict;
  private readonly start: Float;
  constructor(initialLr: number, momentum = 0, count = 1) {
    const lr = (this.start = new Float(initialLr));
    const group = () =>
      dictOf([
        ["lr", lr],
        ["initial_lr", lr],
        ["momentum", new Float(momentum)],
        ["params", new List([])],
      ]);
    this.group = group();
    const groups = new List([this.group, ...Array.from({ length: count - 1 }, group)]);
    this.value = dictOf(
      [
        ["param_groups", groups],
        ["defaults", dictOf([["lr", lr]])],
        ["lr", lr],
        ["learning_rate", lr],
      ],
      true,
      "optimizer",
      "optimizer",
    );
    const set = ([rate = null]: Val[], _: unknown, { m }: BuiltinCall): Val => {
      dictSet(m, this.group, "lr", rate);
      dictSet(m, this.value, "lr", rate);
      dictSet(m, this.value, "learning_rate", rate);
      return null;
    };
    for (const name of ["set_learning_rate", "set_lr"]) dictPut(this.value, name, new Builtin(name, set));
    // What a wrapper does with its optimizer besides setting the rate.
    for (const name of ["step", "zero_grad", "clip_grad_norm"])
      dictPut(this.value, name, new Builtin(name, () => null));
  }

  /** As many groups as the code names. */
  static for(code: string, initialLr: number): FakeOptimizer {
    const named = [...code.matchAll(/param_groups\[(\d)\]/g)].map((match) => Number(match[1]));
    return new FakeOptimizer(initialLr, 0, 1 + Math.max(0, ...named));
  }

  /** True once the code has set a rate, be it the one that was there. */
  get written(): boolean {
    const { group, value, start } = this;
    return lrOf(group) !== start || lrOf(value) !== start || lrOf(value, "learning_rate") !== start;
  }

  /** The rate after what the code did: the group's, or the optimizer's own attribute when that was written. */
  rate(initial: number): number {
    // Nothing was written: asked for at every turn of a loop.
    if (initial === this.start.value && !this.written) return initial;
    const written = first(lrOf(this.group));
    if (written instanceof Unknown) throw new Raises(`not known: ${written.name ?? "the rate"} (${written.because})`);
    const inGroup = numberOf(written);
    if (inGroup !== undefined && inGroup !== initial) return inGroup;
    for (const name of ["lr", "learning_rate"]) {
      const own = numberOf(lrOf(this.value, name));
      if (own === undefined) throw new Raises(`not known: what optimizer.${name} is set to`);
      if (own !== undefined && own !== initial) return own;
    }
    return inGroup ?? NaN;
  }
}

const lrOf = (dict: Dict, name = "lr"): Val => dict.entries.get(name)?.[1] ?? null;

/**
 * How far code that builds on what it did before is run when step t is asked for and `known` steps are told: a few steps first;
 * then, since each run begins anew, ten times as far as before.
 */
export function reachOf(t: number, known: number): number {
  return Math.max(t, known === 0 ? 32 : known < 1000 ? known + 1000 : 10 * known);
}

/**
 * The rates of steps that build on each other, remembered: `run` tells those of steps 0 to `until` in order, from the start. What
 * fails further on does not take back what was reached, and fails there again; another initial rate is another run.
 */
export function inOrder(
  longest: number,
  run: (until: number, initialLr: number, tell: (rate: number) => void) => void,
): (t: number, initialLr: number) => number {
  let known: number[] = [];
  let start = NaN;
  let failed: { readonly error: unknown } | undefined;
  return (t, initial) => {
    if (!Object.is(initial, start)) [start, known, failed] = [initial, [], undefined];
    if (t < known.length) return known[t]!;
    if (failed) throw failed.error;
    if (t > longest)
      throw new Raises(`too complex to follow: more than ${longest.toLocaleString("en-US")} steps one after the other`);
    const told: number[] = [];
    try {
      run(reachOf(t, known.length), initial, (rate) => told.push(rate));
    } catch (error) {
      failed = { error };
    }
    if (told.length > known.length) known = told;
    if (t < known.length) return known[t]!;
    throw failed?.error;
  };
}

/** Calls a function of the file within a run. */
export type Call = (fn: Val, args: readonly Val[], kwargs?: ReadonlyMap<string, Val>) => Val;

/** Operations of calls that build on each other. */
const runFuel = 12_000_000;

/** Calls functions of the file on concrete values, under fuel; whatever they write is undone at the end of `run`. */
export class Interpreter {
  constructor(private readonly program: PythonProgram) {}

  /** Throws Raises where the code raises, needs something that is not known, or goes on too long. */
  run<T>(work: (call: Call) => T): T {
    const { machine } = this.program;
    let left = runFuel;
    try {
      return machine.isolated(LIMITS.callFuel, () =>
        work((fn, args, kwargs = new Map()) => {
          // Each call of a long run has the fuel of one.
          left -= machine.refuel(LIMITS.callFuel);
          if (left < 0) throw new TooComplex("its steps take too many operations");
          return first(callValue(machine, fn, [...args], new Map(kwargs), {}));
        }),
      );
    } catch (error) {
      throw raised(error);
    }
  }

  /** What one trial call of `work` assumes, by symbol. */
  assumptions(work: () => unknown): Map<string, Val> {
    const { machine } = this.program;
    const touched = (machine.touched = new Set());
    try {
      work();
    } catch {
      // What was read before it raised is told all the same.
    } finally {
      machine.touched = undefined;
    }
    return new Map([...touched].flatMap((value) => [...(value.symbols ?? [])]));
  }

  /** The number that a call gives; of a list the first. */
  number(value: Val): number {
    const one = first(value);
    const number = numberOf(one);
    if (number !== undefined) return number;
    if (one instanceof List && one.items.length > 0) return this.number(one.items[0]!);
    if (one instanceof NdArray && one.data.length > 0) return one.data[0]!;
    const missing = unknownIn(one, 0);
    if (missing) throw new NotKnown(missing);
    if (one instanceof Unknown) throw new NotKnown(one);
    throw new Raises(
      `the function returned ${one === null ? "None" : one instanceof Instance ? `an object of class ${one.cls.name}` : "something that is not a number"}`,
    );
  }
}

/** What a library's call or arithmetic that has no value was asked with and nobody knows. */
function unknownIn(value: Val, depth: number): Unknown | undefined {
  const one = first(value);
  if (one instanceof Unknown) return one.name === undefined ? undefined : one;
  if (depth > 4) return undefined;
  const parts =
    one instanceof CallResult ? [...one.args, ...one.kwargs.values()] : one instanceof Operation ? one.operands : [];
  for (const part of parts) {
    const found = unknownIn(part, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function raised(error: unknown): unknown {
  if (error instanceof PyError) return new Raises(`${error.type}: ${error.message}`);
  if (error instanceof NotKnown)
    return new Raises(
      `not known: ${error.unknown.name ?? error.message}${error.unknown.name ? ` (${error.message})` : ""}`,
    );
  if (error instanceof TooComplex) return new Raises(`too complex to follow: ${error.message}`);
  if (error instanceof RangeError) return new Raises("too complex to follow: calls nested too deep");
  return error;
}

/** An object of the file whose optimizer is the stand-in, and whose model's is too. */
export function withOptimizer(self: Val, optimizer: FakeOptimizer): Val {
  if (!(self instanceof Instance)) return self;
  const copy = new Instance(self.cls, self.call);
  for (const [name, value] of self.attrs)
    copy.attrs.set(name, /optim|^opt$/i.test(name) && !(first(value) instanceof Float) ? optimizer.value : value);
  const base = libraryBase(self.cls);
  // A class that is an optimizer itself: `for group in self.param_groups`.
  if (base instanceof Library && optimizerOf(base))
    for (const name of ["param_groups", "defaults"]) copy.attrs.set(name, dictGet(optimizer.value, name) ?? null);
  if (!copy.attrs.has("model") || !(first(copy.attrs.get("model")!) instanceof Instance))
    copy.attrs.set("model", dictOf([["optimizer", optimizer.value]], true));
  return copy;
}
