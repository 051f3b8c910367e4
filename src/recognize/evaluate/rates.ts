import type { SyntaxNode } from "@lezer/common";
import { Raises, type RateFunction, type Value } from "../../schedules/define.js";
import type { Origin } from "../finding.js";
import { force, originsOf, symbolsOf } from "./access.js";
import { lookup } from "./attributes.js";
import { callValue } from "./call.js";
import { fromValue, toValue } from "./describe.js";
import { pureOf } from "./libraries.js";
import { LIMITS, NotKnown, PyError, TooComplex, type Machine } from "./machine.js";
import { FunctionValue, Instance, Method, type ModuleValue } from "./objects.js";
import { Builtin, Library, type Tracked, type Val } from "./values.js";

/** Rate functions made of function values: each call is interpreted on its own, from the same state, under fuel. */
export class RateFunctions {
  private readonly made = new WeakMap<object, RateFunction>();
  private readonly targets = new WeakMap<RateFunction, Val>();

  constructor(
    private readonly m: Machine,
    private readonly textOf: (value: { node: SyntaxNode; module: ModuleValue }) => string,
  ) {}

  make(value: Val): RateFunction | undefined {
    if (value === null || typeof value !== "object") return undefined;
    const known = this.made.get(value);
    if (known) return known;
    const text = this.callableText(value);
    if (text === undefined) return undefined;
    const rate: RateFunction = {
      kind: "function",
      text,
      call: (args, lr) => this.value(this.invoke(value, args.map(fromValue), new Map(), lr)),
    };
    this.made.set(value, rate);
    this.targets.set(rate, value);
    return rate;
  }

  private callableText(value: Val): string | undefined {
    if (value instanceof FunctionValue) return this.textOf(value);
    if (value instanceof Method) return this.textOf(value.fn);
    if (value instanceof Builtin)
      return value.bound ? (this.callableText(force(value.bound.fn)) ?? value.name) : value.name;
    if (value instanceof Library) return value.certain && pureOf(value.name) ? value.name : undefined;
    if (value instanceof Instance) {
      const method = lookup(value.cls, "__call__");
      return method instanceof FunctionValue ? this.textOf(method) : undefined;
    }
    return undefined;
  }

  /** Throws Raises for what the interpreted code raises and for what cannot be followed. */
  invoke(fn: Val, args: readonly Val[], kwargs: ReadonlyMap<string, Val>, lr?: number): Val {
    const { m } = this;
    const { optimizerRate } = m;
    m.optimizerRate = lr;
    try {
      return m.isolated(LIMITS.callFuel, () => force(callValue(m, fn, [...args], new Map(kwargs), {})));
    } catch (error) {
      if (error instanceof PyError) throw new Raises(`${error.type}: ${error.message}`);
      if (error instanceof TooComplex) throw new Raises(`too complex to follow: ${error.message}`);
      if (error instanceof NotKnown) throw new Raises(`it cannot be followed: ${error.message}`);
      if (error instanceof RangeError) throw new Raises("too complex to follow: nested too deep");
      throw error;
    } finally {
      m.optimizerRate = optimizerRate;
    }
  }

  private value(result: Val): Value {
    const value = toValue(result);
    if (!("value" in value)) throw new Raises(`it cannot be followed: ${value.because}`);
    return value.value;
  }

  inputs(rate: RateFunction, args: readonly Value[]): { origins: Origin[]; assumptions: Record<string, Value> } {
    const target = this.targets.get(rate);
    const touched = new Set<Tracked>();
    if (target !== undefined) {
      this.m.touched = touched;
      try {
        this.invoke(target, args.map(fromValue), new Map());
      } catch {
        // What was read before it raised is told all the same.
      } finally {
        this.m.touched = undefined;
      }
    }
    const assumptions: Record<string, Value> = {};
    for (const value of touched)
      for (const [name, x] of symbolsOf(value)) {
        const plain = toValue(x);
        if ("value" in plain) assumptions[name] = plain.value;
      }
    return { origins: [...touched].flatMap((value) => originsOf(value)), assumptions };
  }
}
