import type { SyntaxNode } from "@lezer/common";
import { dictKey, dictOf, derive, force, numberOf, symbolsOf } from "./access.js";
import { element } from "./arrays.js";
import type { Code } from "./code.js";
import { compile } from "./expressions.js";
import type { Ex, Frame } from "./frame.js";
import { iterate, lengthOf } from "./items.js";
import { LIMITS, NotKnown, TooComplex } from "./machine.js";
import { truthOf } from "./operators.js";
import { kids } from "./syntax.js";
import { List, NdArray, Range, Unknown, type Val } from "./values.js";

type Clause = { kind: "for"; write: (frame: Frame, value: Val) => void; over: Ex } | { kind: "if"; test: Ex };

/** List, set, dict comprehensions and generator expressions (read at once, as a list). */
export function compileComprehension(node: SyntaxNode, code: Code): Ex {
  const parts = kids(node);
  const start = parts.findIndex((part) => part.name === "for");
  if (start < 1) return () => new Unknown("it is not finished");
  const scope = new Map<string, number>();
  code.renames.push(scope);
  const clauses: Clause[] = [];
  for (let i = start; i < parts.length;) {
    const part = parts[i]!;
    if (part.name === "for") {
      const to = parts.findIndex((other, j) => j > i && other.name === "in");
      if (to < 0) break;
      // The sequence is read before the variable exists.
      const over = compile(parts[to + 1], code);
      clauses.push({ kind: "for", write: compilePattern(parts.slice(i + 1, to), code, scope), over });
      i = to + 2;
    } else if (part.name === "if") {
      clauses.push({ kind: "if", test: compile(parts[i + 1], code) });
      i += 2;
    } else i++;
  }
  const from = parts[0]!.name.length === 1 ? 1 : 0;
  const head = parts.slice(from, start).filter((part) => part.name !== "async");
  const dict = node.name.startsWith("Dictionary");
  const key = dict ? compile(head[0], code) : undefined;
  const value = compile(head.at(-1), code);
  code.renames.pop();
  const type = node.name.startsWith("Set") ? "set" : "list";
  const origins = [
    { from: node.from, to: node.to, how: "comprehension", ...(code.module.file && { file: code.module.file }) },
  ];
  const long = type === "list" && !dict && clauses.length === 1 ? compileLong(clauses[0]!, value, origins) : undefined;
  return (frame) => {
    const [clause] = clauses;
    // Read once: it may hold a comprehension itself.
    const over = clause?.kind === "for" ? force(clause.over(frame)) : null;
    const made = frame.m.tracking ? long?.(frame, over) : undefined;
    if (made) return made;
    const items: Val[] = [];
    const pairs: [Val, Val][] = [];
    const conditions: Val[] = [];
    try {
      run(frame, clauses, 0, over, conditions, () => {
        if (key) pairs.push([key(frame), value(frame)]);
        else items.push(value(frame));
        if (items.length + pairs.length > LIMITS.length)
          throw new TooComplex("a comprehension of more than 100,000 items");
      });
    } catch (error) {
      if (error instanceof NotKnown && frame.m.tracking) return error.unknown;
      throw error;
    }
    if (key) return dictOf(pairs);
    const list = new List(type === "set" ? unique(items) : items, type);
    if (frame.m.tracking) list.origins = origins;
    return conditions.length && frame.m.tracking ? derive(list, conditions) : list;
  };
}

/** From this length on, items are computed as plain numbers: where they come from is told by the first. */
const LONG = 500;

/** `[f(t) for t in steps]` of many numbers: the first item as everything is, the rest as a run on numbers would make them. */
function compileLong(
  clause: Clause,
  value: Ex,
  origins: List["origins"],
): ((frame: Frame, over: Val) => List | undefined) | undefined {
  if (clause.kind !== "for") return undefined;
  return (frame, over) => {
    const { m } = frame;
    const length = lengthOf(over);
    if (typeof length !== "number" || length < LONG) return undefined;
    const list = over instanceof List ? over.items : undefined;
    const plain = over instanceof Range || (over instanceof NdArray && over.shape.length === 1);
    if (!plain && !list?.every((one) => numberOf(one) !== undefined)) return undefined;
    if (length > LIMITS.length) throw new TooComplex("a comprehension of more than 100,000 items");
    m.tick(length >> 3);
    const item = (at: number) =>
      list?.[at] ??
      (over instanceof Range ? over.start + at * over.step : element(over as NdArray, (over as NdArray).data[at]!));
    clause.write(frame, item(0));
    const first = value(frame);
    if (numberOf(first) === undefined) return undefined;
    const items = m.isolated(8 * LIMITS.callFuel, () =>
      Array.from({ length }, (_, i) => {
        m.tick();
        clause.write(frame, m.strip(item(i)));
        const x = force(value(frame));
        if (numberOf(x) === undefined) throw new NotKnown(new Unknown("an item that is not a number"));
        return m.strip(x);
      }),
    );
    const made = new List(items);
    made.origins = origins;
    const symbols = new Map([...symbolsOf(over), ...symbolsOf(first)]);
    if (symbols.size > 0) made.symbols = symbols;
    return made;
  };
}

/** The clauses from `at` on; `read` is what that one goes over, when that is known already. */
function run(
  frame: Frame,
  clauses: readonly Clause[],
  at: number,
  read: Val | undefined,
  conditions: Val[],
  emit: () => void,
): void {
  const clause = clauses[at];
  if (!clause) return emit();
  if (clause.kind === "if") {
    const test = clause.test(frame);
    const truth = truthOf(test);
    if (typeof truth !== "boolean") throw new NotKnown(new Unknown(truth.because, truth.name));
    if (truth) run(frame, clauses, at + 1, undefined, conditions, emit);
    return;
  }
  const over = read ?? force(clause.over(frame));
  // How many items there are hangs on these.
  if (frame.m.tracking && (over instanceof Range || (over instanceof List && over.symbols))) conditions.push(over);
  for (const item of iterate(frame.m, over)) {
    frame.m.tick();
    clause.write(frame, item);
    run(frame, clauses, at + 1, undefined, conditions, emit);
  }
}

/** Targets of a comprehension: names in slots of their own. */
function compilePattern(
  nodes: readonly SyntaxNode[],
  code: Code,
  scope: Map<string, number>,
): (frame: Frame, value: Val) => void {
  const targets = nodes.filter((node) => node.name !== "," && node.name !== "async");
  if (targets.length === 1) {
    const [target] = targets as [SyntaxNode];
    if (target.name === "VariableName") {
      const slot = code.fresh();
      scope.set(code.text(target), slot);
      return (frame, value) => {
        if (frame.m.tracking) frame.m.write(frame.slots, slot, value);
        else frame.slots[slot] = value;
      };
    }
    return compilePattern(
      kids(target).filter((kid) => !/^[()[\]]$/.test(kid.name)),
      code,
      scope,
    );
  }
  const writes = targets.map((target) => compilePattern([target], code, scope));
  return (frame, value) => {
    const items = iterate(frame.m, value);
    writes.forEach((write, i) => write(frame, items[i] ?? new Unknown("there are fewer values than names")));
  };
}

function unique(items: readonly Val[]): Val[] {
  const seen = new Set<unknown>();
  return items.filter((item) => {
    const key = dictKey(item);
    if (key === undefined || !seen.has(key)) {
      seen.add(key);
      return true;
    }
    return false;
  });
}
