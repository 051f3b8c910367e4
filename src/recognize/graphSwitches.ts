import { Raises } from "../schedules/define.js";
import { holds, rateOfOptimizer } from "./afterwards.js";
import { bindCall } from "./bind.js";
import { compare } from "./evaluate/comparisons.js";
import { CallResult, Choice, first, force, Library, numberOf, Operation, type Val } from "./evaluate/index.js";
import { pureOf } from "./evaluate/libraries.js";
import { binary, unary } from "./evaluate/operators.js";
import { applyPure } from "./evaluate/pure.js";
import type { Transform } from "./finding.js";
import { guarded } from "./guarded.js";
import type { Found, Reader } from "./reader.js";
import { resolve } from "./resolve.js";

type Made = Operation | CallResult;
type Given = (value: Val) => number | undefined;

/** Deeper expressions are not looked into. */
const deepest = 40;

/**
 * What a graph makes of a schedule and of its step before an optimizer takes it: a warm-up switched by `tf.cond`, two rates weighed by
 * a comparison. The whole expression is asked for each step, the schedule's own rate put in its place.
 */
export function graphSwitches(
  reader: Reader,
  found: readonly Found[],
  made: readonly Made[],
): ReadonlyMap<Found, Transform> {
  const transforms = new Map<Found, Transform>();
  if (found.length === 0) return transforms;
  const graph = new Graph(reader, found, made);
  for (const call of made) {
    const rate = call instanceof CallResult ? rateOfOptimizer(call) : undefined;
    if (rate === undefined) continue;
    for (const one of found) {
      const others = (value: Val) =>
        graph.isStep(value) || found.some((other) => other !== one && value === other.call);
      if (transforms.has(one) || !graph.reads(rate, (value) => value === one.call)) continue;
      if (!graph.reads(rate, others, one.call)) continue;
      const apply = (x: number, t: number) => graph.number(rate, t, (value) => (value === one.call ? x : undefined));
      if (guarded(() => apply(1, 0) + apply(1, 1)) === undefined) continue;
      transforms.set(one, { words: graph.text(rate), on: "lr", apply, breaks: graph.edges(rate), switches: true });
    }
  }
  return transforms;
}

/** Values of a graph as functions of its step. */
class Graph {
  private readonly steps: Val[] = [];
  private readonly curves = new Map<Found, ((t: number) => number) | undefined>();

  constructor(
    private readonly reader: Reader,
    private readonly found: readonly Found[],
    made: readonly Made[],
  ) {
    for (const one of found) this.addStep(this.stepOf(one));
    for (const call of made)
      if (call instanceof CallResult && /(?:^|\.)(?:minimize|apply_gradients)$/.test(nameOf(call.callee)))
        this.addStep(call.kwargs.get("global_step") ?? call.args[1]);
  }

  readonly isStep = (value: Val): boolean => {
    const one = first(value);
    if (one instanceof CallResult && /global_step$/.test(nameOf(one.callee))) return true;
    return this.steps.some((step) => holds(step, one));
  };

  private stepOf(one: Found): Val | undefined {
    const { handles } = bindCall(this.reader, one.definition, one.call, undefined);
    return handles["global_step"] ?? handles["step"];
  }

  private addStep(value: Val | undefined): void {
    const one = value === undefined ? undefined : first(value);
    if (one instanceof CallResult && pureOf(nameOf(one.callee))) this.addStep(one.args[0]);
    else if (one instanceof Operation) one.operands.forEach((operand) => this.addStep(operand));
    else if (one instanceof CallResult) this.steps.push(one);
  }

  /** True when the expression has such a value in it; what stands in `except` is not looked into. */
  reads(value: Val, wanted: (value: Val) => boolean, except?: Val, depth = 0): boolean {
    const one = force(value);
    if (one === except || depth > deepest) return false;
    if (wanted(one)) return true;
    if (this.found.some(({ call }) => call === one)) return false;
    return partsOf(one).some((part) => this.reads(part, wanted, except, depth + 1));
  }

  number(value: Val, t: number, given: Given): number {
    const number = numberOf(this.at(value, t, given, 0));
    if (number === undefined) throw new Raises("what the optimizer takes is not a number");
    return number;
  }

  private at(value: Val, t: number, given: Given, depth: number): Val {
    const one = force(value);
    const { machine: m, module } = this.reader.program;
    const own = given(one);
    if (own !== undefined) return m.floatOf(own);
    if (depth > deepest) throw new Raises(`too complex to follow: nested more than ${deepest} deep`);
    const inner = (part: Val) => this.at(part, t, given, depth + 1);
    if (this.isStep(one)) return t;
    const other = this.found.find(({ call }) => call === one);
    if (other) return m.floatOf(this.schedule(other, t, inner));
    if (one instanceof Choice && one.switched) {
      const { test, branches } = one.switched;
      return inner(branches[numberOf(inner(test)) ? 0 : 1]);
    }
    if (one instanceof Operation) {
      const [a, b] = one.operands;
      if (b === undefined) return unary(one.op === "neg" ? "-" : one.op, inner(a!));
      return /^[<>=!]/.test(one.op) ? compare(one.op, inner(a!), inner(b)) : binary(one.op, inner(a!), inner(b));
    }
    if (!(one instanceof CallResult)) return one;
    const name = nameOf(one.callee);
    if (/\.(?:where|where_v2|select)$/.test(name) && one.args.length > 2)
      return inner(one.args[numberOf(inner(one.args[0]!)) ? 1 : 2]!);
    const fn = pureOf(name);
    if (!fn) throw new Raises(`not known: what ${name} gives`);
    const plain = (argument: Val) => (first(argument) instanceof Library ? argument : inner(argument));
    const kwargs = new Map([...one.kwargs].map(([key, argument]) => [key, plain(argument)]));
    return applyPure(name, fn, one.args.map(plain), kwargs, { m, node: undefined, module });
  }

  private schedule(one: Found, t: number, inner: (value: Val) => Val): number {
    if (!this.curves.has(one)) {
      const curve = resolve(one.finding, { assume: this.reader.assume }).compiled?.lr;
      this.curves.set(one, curve && ((at) => curve.at(at)));
    }
    const curve = this.curves.get(one);
    if (!curve) throw new Raises(`not known: ${one.finding.callee}`);
    const step = this.stepOf(one);
    return curve(step === undefined ? t : (numberOf(inner(step)) ?? t));
  }

  /** Steps at which a comparison of the step with a number turns. */
  edges(value: Val): number[] {
    const found = new Set<number>();
    const visit = (part: Val, depth: number): void => {
      const one = force(part);
      const parts = partsOf(one);
      const compares =
        (one instanceof Operation && /^[<>]/.test(one.op)) ||
        (one instanceof CallResult && /\.(?:less|greater)(?:_equal)?$/.test(nameOf(one.callee)));
      if (compares)
        for (const side of parts) {
          const edge = guarded(() => this.number(side, 0, () => undefined)) ?? 0;
          if (edge > 0) [edge, edge + 1].forEach((t) => found.add(Math.ceil(t)));
        }
      if (depth < deepest) for (const each of parts) visit(each, depth + 1);
    };
    visit(value, 0);
    return [...found].sort((a, b) => a - b);
  }

  /** The expression as written. */
  text(value: Val): string {
    const one = force(value);
    const made =
      one instanceof Choice ? one.switched : one instanceof Operation || one instanceof CallResult ? one : undefined;
    const text = made?.node ? this.reader.text(made.node).replace(/\s+/g, " ") : "switched by the step";
    return text.length > 60 ? `${text.slice(0, 59)}…` : text;
  }
}

function partsOf(value: Val): readonly Val[] {
  if (value instanceof Operation) return value.operands;
  if (value instanceof Choice) return value.switched ? [value.switched.test, ...value.switched.branches] : [];
  return value instanceof CallResult && first(value.callee) instanceof Library
    ? [...value.args, ...value.kwargs.values()]
    : [];
}

function nameOf(callee: Val): string {
  const one = first(callee);
  return one !== null && typeof one === "object" && "name" in one ? (one.name ?? "") : "";
}
