import type { SyntaxNode } from "@lezer/common";
import { derive, dictOf, force, stringOf, symbolsOf } from "./access.js";
import { getAttribute, lookup } from "./attributes.js";
import { callValue } from "./call.js";
import { Code } from "./code.js";
import { compileComprehension } from "./comprehensions.js";
import type { Ex, Frame } from "./frame.js";
import { format, repr, str } from "./format.js";
import { getItem, iterate } from "./items.js";
import { join } from "./join.js";
import { numberLiteral, stringLiteral, unescape } from "./literals.js";
import { LIMITS, NotKnown, PyError, TooComplex, type Machine } from "./machine.js";
import { freeName, readName, writeName } from "./names.js";
import { ClassValue, FunctionValue, Instance, Method } from "./objects.js";
import { binary, compare, truthOf, unary } from "./operators.js";
import { kids, nodeKey } from "./syntax.js";
import { Deferred, Dict, Library, List, Member, Tracked, Unknown, type Val } from "./values.js";

/** Compiles an expression to a closure. What is not Python's becomes unknown, never an error. */
export function compile(node: SyntaxNode | null | undefined, code: Code): Ex {
  if (!node || node.type.isError) return () => new Unknown("it is not finished");
  const run = compileKind(node, code);
  if (LITERALS.has(node.name)) return run;
  const key = nodeKey(node);
  const { module } = code;
  return (frame) => {
    if (!frame.m.tracking) return run(frame);
    let value: Val;
    try {
      value = run(frame);
    } catch (error) {
      value = failure(frame.m, error);
    }
    frame.m.record(module, key, value);
    return value;
  };
}

/** An expression that raises where nothing in the file catches it is unknown for that reason; the rest goes on. */
function failure(m: Machine, error: unknown): Unknown {
  if (error instanceof NotKnown) return error.unknown;
  if (error instanceof TooComplex && m.fuel >= 0) return new Unknown(`too complex to follow: ${error.message}`);
  if (error instanceof PyError && m.guarded === 0 && error.type !== "SystemExit")
    return new Unknown(`it raises ${error.type}: ${error.message}`);
  throw error;
}

const LITERALS = new Set(["Number", "Boolean", "None", "Ellipsis"]);

function compileKind(node: SyntaxNode, code: Code): Ex {
  switch (node.name) {
    case "Number":
      return literal(numberLiteral(code.text(node)), node, code);
    case "Boolean":
      return literal(code.text(node) === "True", node, code);
    case "None":
      return literal(null, node, code);
    case "String":
      return literal(stringLiteral(code.module.source.text.slice(node.from, node.to)), node, code);
    case "ContinuedString":
      return compileContinued(node, code);
    case "FormatString":
      return compileFormat(node, code);
    case "Ellipsis":
      return () => new Unknown("it is only a placeholder");
    case "VariableName": {
      const name = code.text(node);
      if (name === "None") return () => null;
      const read = readName(code, name);
      // What is called or has attributes is something of a library; anything else may be a number that the run defines.
      if (/^(?:Call|Member)Expression$/.test(node.parent?.name ?? "") && node.parent!.from === node.from) return read;
      return (frame) => {
        const value = read(frame);
        return value instanceof Library && !value.certain ? freeName(frame.m, value, name, node) : value;
      };
    }
    case "ParenthesizedExpression":
    case "AwaitExpression":
      return compile(
        kids(node).find((kid) => kid.name !== "(" && kid.name !== "await"),
        code,
      );
    case "TupleExpression":
      return compileList(node, code, "tuple");
    case "ArrayExpression":
      return compileList(node, code, "list");
    case "SetExpression":
      return compileList(node, code, "set");
    case "DictionaryExpression":
      return compileDict(node, code);
    case "BinaryExpression":
      return compileBinary(node, code);
    case "UnaryExpression": {
      const [op, operand] = kids(node);
      const name = code.text(op!);
      const inner = compile(operand, code);
      const place = { node, module: code.module };
      // A negative number is one literal to an edit.
      if (operand?.name === "Number" && name === "-")
        return literal(unary("-", numberLiteral(code.text(operand))), node, code);
      return (frame) => unary(name, inner(frame), place);
    }
    case "ConditionalExpression": {
      const [then, test, otherwise] = kids(node).filter((kid) => kid.name !== "if" && kid.name !== "else");
      const [a, condition, b] = [compile(then, code), compile(test, code), compile(otherwise, code)];
      return (frame) => choose(frame, condition(frame), a, b);
    }
    case "NamedExpression": {
      const parts = kids(node);
      const value = compile(parts.at(-1), code);
      const write = writeName(code, code.text(parts[0]!));
      return (frame) => {
        const result = value(frame);
        write(frame, result);
        return result;
      };
    }
    case "LambdaExpression":
      return compileLambda(node, code);
    case "CallExpression":
      return compileCall(node, code);
    case "MemberExpression":
      return compileMember(node, code);
    case "ComprehensionExpression":
    case "ArrayComprehensionExpression":
    case "SetComprehensionExpression":
    case "DictionaryComprehensionExpression":
      return compileComprehension(node, code);
    case "YieldExpression": {
      const parts = kids(node).slice(1);
      const value = parts.length ? compile(parts.at(-1), code) : () => null;
      const from = parts[0]?.name === "from";
      return (frame) => {
        const result = value(frame);
        frame.yields?.push(...(from ? iterate(frame.m, result) : [result]));
        return new Unknown("it is sent to a generator");
      };
    }
    default:
      return () => new Unknown("it cannot be read");
  }
}

function literal(value: Val, node: SyntaxNode, code: Code): Ex {
  if (value instanceof Unknown) return () => value;
  const origin = { from: node.from, to: node.to, how: "literal", ...(code.module.file && { file: code.module.file }) };
  const tracked = new Tracked(value as never, [origin]);
  return (frame) => (frame.m.tracking ? tracked : value);
}

function compileContinued(node: SyntaxNode, code: Code): Ex {
  const parts = kids(node).map((kid) => compile(kid, code));
  return (frame) => parts.map((part) => part(frame)).reduce((a, b) => binary("+", a, b));
}

function compileFormat(node: SyntaxNode, code: Code): Ex {
  const raw = /^[a-zA-Z]*r/i.test(code.text(node).slice(0, 3));
  const parts: ((frame: Frame, used: Val[]) => string)[] = [];
  const quote = /^[a-zA-Z]*("""|'''|"|')/.exec(code.text(node));
  let at = node.from + (quote ? quote[0].length : 0);
  const end = node.to - (quote && code.text(node).endsWith(quote[1]!) ? quote[1]!.length : 0);
  const text = (to: number) => {
    const piece = code.module.source.text.slice(at, to).replace(/\{\{/g, "{").replace(/\}\}/g, "}");
    const plainText = raw ? piece : unescape(piece);
    if (plainText) parts.push(() => plainText);
  };
  for (const kid of kids(node)) {
    if (kid.name !== "FormatReplacement") continue;
    text(kid.from);
    at = kid.to;
    const [, expression, ...rest] = kids(kid);
    const value = compile(expression, code);
    const spec = rest.find((part) => part.name === "FormatSpec");
    const nested = spec && kids(spec).some((part) => part.name === "FormatReplacement");
    const specText = spec ? code.text(spec).slice(1) : "";
    const conversion = rest.find((part) => part.name === "FormatConversion");
    const shown = conversion ? code.text(conversion) : "";
    const label = rest.some((part) => part.name === "FormatSelfDoc")
      ? code.text({ from: kid.from + 1, to: expression!.to }) + "="
      : "";
    parts.push((frame, used) => {
      const item = value(frame);
      used.push(item);
      if (nested) throw new NotKnown(new Unknown("a computed format"));
      return (
        label + (shown === "!r" || (label && !specText) ? repr(item) : specText ? format(item, specText) : str(item))
      );
    });
  }
  text(end);
  return (frame) => {
    const used: Val[] = [];
    try {
      const result = parts.map((part) => part(frame, used)).join("");
      if (result.length > LIMITS.length) throw new TooComplex("a very long text");
      return frame.m.tracking ? derive(result, used) : result;
    } catch (error) {
      if (error instanceof NotKnown && frame.m.tracking) return error.unknown;
      throw error;
    }
  };
}

/** Elements of a display or arguments: each with whether it is starred. */
export function compileElements(nodes: readonly SyntaxNode[], code: Code): { star: boolean; run: Ex }[] {
  const elements: { star: boolean; run: Ex }[] = [];
  let star = false;
  for (const node of nodes) {
    if (/^[()[\]{},]$/.test(node.name)) star = false;
    else if (node.name === "*") star = true;
    else elements.push({ star, run: compile(node, code) });
  }
  return elements;
}

function compileList(node: SyntaxNode, code: Code, type: List["type"]): Ex {
  const elements = compileElements(kids(node), code);
  const origins = [
    { from: node.from, to: node.to, how: "literal", ...(code.module.file && { file: code.module.file }) },
  ];
  return (frame) => {
    frame.m.tick(elements.length);
    const list = new List(collect(frame, elements), type);
    if (frame.m.tracking) list.origins = origins;
    return list;
  };
}

export function collect(frame: Frame, elements: readonly { star: boolean; run: Ex }[]): Val[] {
  const items: Val[] = [];
  for (const { star, run } of elements) {
    const value = run(frame);
    if (star) items.push(...iterate(frame.m, value));
    else items.push(value);
  }
  return items;
}

function compileDict(node: SyntaxNode, code: Code): Ex {
  const parts = kids(node).slice(1);
  const pairs: { key?: Ex; value: Ex }[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.name === "**") pairs.push({ value: compile(parts[++i], code) });
    else if (parts[i + 1]?.name === ":")
      pairs.push({ key: compile(part, code), value: compile(parts[(i += 2)], code) });
  }
  const origins = [
    { from: node.from, to: node.to, how: "literal", ...(code.module.file && { file: code.module.file }) },
  ];
  return (frame) => {
    frame.m.tick(pairs.length);
    const entries: [Val, Val][] = [];
    let open: string | undefined;
    for (const { key, value } of pairs) {
      if (key) entries.push([key(frame), value(frame)]);
      else {
        const other = force(value(frame));
        if (other instanceof Dict) {
          entries.push(...other.entries.values());
          open ??= other.open;
        } else open = "it takes in a dict that is not known";
      }
    }
    const dict = dictOf(entries);
    dict.open ??= open as string;
    if (frame.m.tracking) dict.origins = origins;
    return dict;
  };
}

const COMPARES = new Set(["CompareOp", "in", "is", "not"]);

function compileBinary(node: SyntaxNode, code: Code): Ex {
  const parts = kids(node);
  const place = { node, module: code.module };
  const op = parts
    .slice(1, -1)
    .map((part) => code.text(part))
    .join(" ");
  const right = compile(parts.at(-1), code);
  if (op === "and" || op === "or") {
    const left = compile(parts[0], code);
    return (frame) => logical(frame, op, left(frame), right);
  }
  if (parts.length < 3) return () => new Unknown("it is not finished");
  if (!COMPARES.has(parts[1]!.name)) {
    const left = compile(parts[0], code);
    return (frame) => binary(op, left(frame), right(frame), place);
  }
  // `a < b <= c` is written as ((a < b) <= c) in the tree and means (a < b) and (b <= c).
  const operands: Ex[] = [right];
  const ops = [op];
  let at = parts[0]!;
  while (at.name === "BinaryExpression" && COMPARES.has(kids(at)[1]?.name ?? "")) {
    const inner = kids(at);
    operands.unshift(compile(inner.at(-1), code));
    ops.unshift(
      inner
        .slice(1, -1)
        .map((part) => code.text(part))
        .join(" "),
    );
    at = inner[0]!;
  }
  operands.unshift(compile(at, code));
  return (frame) => {
    let left = operands[0]!(frame);
    let result: Val = true;
    for (let i = 0; i < ops.length; i++) {
      const next = operands[i + 1]!(frame);
      const value = compare(ops[i]!, left, next, place);
      result = i === 0 ? value : logical(frame, "and", result, () => value);
      if (truthOf(result) === false) return result;
      left = next;
    }
    return result;
  };
}

function logical(frame: Frame, op: "and" | "or", left: Val, right: Ex): Val {
  const truth = truthOf(left);
  if (typeof truth === "boolean" && (!frame.m.tracking || symbolsOf(left).size === 0))
    return truth === (op === "or") ? left : right(frame);
  if (!frame.m.tracking) throw new NotKnown(truth as Unknown);
  const other = right(frame);
  // False and unknown is false, whatever the unknown is.
  const decided = truthOf(other);
  if (
    typeof decided === "boolean" &&
    decided === (op === "or") &&
    typeof truth !== "boolean" &&
    typeof force(other) === "boolean"
  )
    return other;
  return truth === (op === "or")
    ? join(left, other)
    : typeof truth === "boolean"
      ? join(other, left)
      : join(force(left) instanceof Unknown ? other : left, force(left) instanceof Unknown ? left : other);
}

/** A conditional expression; both values when the condition is not known or only assumed, the likelier first. */
function choose(frame: Frame, test: Val, then: Ex, otherwise: Ex): Val {
  const truth = truthOf(test);
  if (!frame.m.tracking) {
    if (typeof truth !== "boolean") throw new NotKnown(truth);
    return (truth ? then : otherwise)(frame);
  }
  if (typeof truth === "boolean" && symbolsOf(test).size === 0) return (truth ? then : otherwise)(frame);
  return truth === false ? join(otherwise(frame), then(frame)) : join(then(frame), otherwise(frame));
}

function compileLambda(node: SyntaxNode, code: Code): Ex {
  const inner = new Code("lambda", node, code.module, code);
  const body = kids(node).at(-1)!;
  const defaults = compileDefaults(inner, code);
  return (frame) => {
    inner.expression ??= compile(body, inner);
    const fn = new FunctionValue("<lambda>", node, inner, code.module, frame, defaults(frame));
    if (frame.m.tracking) frame.m.modules.note(fn);
    return fn;
  };
}

export function compileDefaults(inner: Code, code: Code): (frame: Frame) => Map<string, Val> {
  const list = inner.params
    .filter((param) => param.defaultNode)
    .map((param) => ({ name: param.name, run: compile(param.defaultNode, code) }));
  return (frame) => new Map(list.map(({ name, run }) => [name, run(frame)]));
}

function compileMember(node: SyntaxNode, code: Code): Ex {
  const parts = kids(node);
  const object = compile(parts[0], code);
  const place = { node, module: code.module };
  if (parts[1]?.name === "." && parts[2] && /^super\s*\(/.test(code.text(parts[0]!))) {
    const name = code.text(parts[2]);
    return (frame) => superAttribute(frame, name);
  }
  if (parts[1]?.name === ".") {
    const name = parts[2] ? code.text(parts[2]) : "";
    if (!name) return () => new Unknown("it is not finished");
    return (frame) => {
      const of = object(frame);
      if (frame.m.tracking && of instanceof Deferred && of.foreign && of.value === undefined)
        return new Deferred(() => getAttribute(frame.m, of, name, place), of.foreign);
      return getAttribute(frame.m, of, name, place);
    };
  }
  const index = compileSubscript(parts.slice(2, parts.at(-1)?.name === "]" ? -1 : undefined), code);
  return (frame) => getItem(frame.m, object(frame), index(frame), place);
}

/** `super().name`: the attribute of the bases, bound to the method's first argument. */
function superAttribute(frame: Frame, name: string): Val {
  let method: Frame | undefined = frame;
  while (method && !method.owner) method = method.parent;
  const self = method?.slots[0];
  if (!method?.owner || self === undefined) return new Unknown("super() outside of a method");
  for (const base of method.owner.bases) {
    const value = force(base);
    const found = value instanceof ClassValue ? lookup(value, name) : undefined;
    if (found instanceof FunctionValue) return found.role === "static" ? found : new Method(found, self);
    if (found !== undefined) return found;
  }
  // The library's own method: its effect is not known, and it is taken to leave the object's attributes alone.
  return new Member(self, name);
}

/** What stands between the brackets: one value, a tuple, or slices (as tuples marked by the name "slice"). */
export function compileSubscript(parts: readonly SyntaxNode[], code: Code): Ex {
  const groups: SyntaxNode[][] = [[]];
  for (const part of parts) part.name === "," ? groups.push([]) : groups.at(-1)!.push(part);
  const trailing = groups.length > 1 && groups.at(-1)!.length === 0;
  if (trailing) groups.pop();
  const runs = groups.map((group): Ex => {
    if (!group.some((part) => part.name === ":")) return compile(group[0], code);
    const bounds: (Ex | undefined)[] = [undefined, undefined, undefined];
    let at = 0;
    for (const part of group) part.name === ":" ? at++ : (bounds[at] = compile(part, code));
    return (frame) =>
      new List(
        bounds.map((bound) => bound?.(frame) ?? null),
        "tuple",
        ["slice", "slice", "slice"],
      );
  });
  if (runs.length === 1 && !trailing) return runs[0]!;
  return (frame) =>
    new List(
      runs.map((run) => run(frame)),
      "tuple",
    );
}

function compileCall(node: SyntaxNode, code: Code): Ex {
  const list = node.getChild("ArgList");
  const callee = compile(node.firstChild, code);
  const parts = list ? kids(list) : [];
  const closed = parts.at(-1)?.name === ")";
  const args: { star: boolean; run: Ex }[] = [];
  const kwargs: { name: string; run: Ex }[] = [];
  const statementColumn = closed ? 0 : column(node.from, code);
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.name === "," || part.name === ")") continue;
    // In a call that is still being typed, what stands on the following lines belongs to the next statement.
    if (
      !closed &&
      part.from > node.from &&
      code.text({ from: node.from, to: part.from }).includes("\n") &&
      column(part.from, code) <= statementColumn
    )
      break;
    if (part.name === "*" || part.name === "**") {
      const run = compile(parts[++i], code);
      if (part.name === "*") args.push({ star: true, run });
      else kwargs.push({ name: "**", run });
    } else if (parts[i + 1]?.name === "AssignOp") {
      const value = parts[i + 2];
      const unfinished =
        !value ||
        value.name === "," ||
        value.name === ")" ||
        (!closed &&
          code.text({ from: part.from, to: value.from }).includes("\n") &&
          column(value.from, code) <= statementColumn);
      kwargs.push({
        name: code.text(part),
        run: unfinished ? () => new Unknown("it is not finished") : compile(value, code),
      });
      i += value && (value.name === "," || value.name === ")") ? 1 : 2;
    } else if (parts[i + 1]?.name === "for" || parts[i + 1]?.name === "async") {
      args.push({ star: false, run: compileComprehension(list!, code) });
      break;
    } else args.push({ star: false, run: compile(part, code) });
  }
  const place = { node, module: code.module };
  const saves = /^self\.save_hyperparameters$/.test(code.text(node.firstChild!));
  return (frame) => {
    const fn = callee(frame);
    const values: Val[] = [];
    let more = false;
    for (const { star, run } of args) {
      const value = run(frame);
      if (!star) values.push(value);
      else if (isSequence(value)) values.push(...iterate(frame.m, value));
      else more = true;
    }
    const named = new Map<string, Val>();
    for (const { name, run } of kwargs) {
      const value = run(frame);
      if (name !== "**") named.set(name, value);
      else {
        const dict = force(value);
        if (dict instanceof Dict) {
          for (const [key, item] of dict.entries.values()) named.set(str(key), item);
          if (dict.open) more = true;
        } else more = true;
      }
    }
    if (saves) saveHyperparameters(frame, values);
    return callValue(frame.m, fn, values, named, { ...place, more, frame });
  };
}

/** Lightning's `self.save_hyperparameters()`: the constructor's arguments (or those named) become `self.hparams`. */
function saveHyperparameters(frame: Frame, args: readonly Val[]): void {
  const [self, ...params] = frame.code.params;
  const object = self && frame.slots[self.slot];
  if (!(object instanceof Instance)) return;
  const whole = args.map(force).find((arg) => arg instanceof Dict || arg instanceof Instance);
  const names = new Set(args.map((arg) => stringOf(arg)).filter((name) => name !== undefined));
  const pairs: [Val, Val][] = [];
  for (const param of params) {
    const value = frame.slots[param.slot];
    const rest = param.star === "**" && value !== undefined ? force(value) : undefined;
    if (rest instanceof Dict) pairs.push(...rest.entries.values());
    else if (value !== undefined && !param.star && (names.size === 0 || names.has(param.name)))
      pairs.push([param.name, value]);
  }
  frame.m.write(object.attrs, "hparams", whole ?? dictOf(pairs, true, "", "hparams"));
}

function isSequence(value: Val): boolean {
  const v = force(value);
  return (
    typeof v === "object" &&
    v !== null &&
    (v.kind === "list" || v.kind === "range" || v.kind === "array" || v.kind === "dict")
  );
}

function column(offset: number, code: Code): number {
  const { code: text } = code.module.source;
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0].length;
}
