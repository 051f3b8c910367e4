import type { SyntaxNode } from "@lezer/common";
import { force, symbolsOf } from "./access.js";
import { compileCall } from "./callExpressions.js";
import { Code } from "./code.js";
import { compare } from "./comparisons.js";
import { compileComprehension } from "./comprehensions.js";
import { compileContinued, compileDict, compileFormat, compileList } from "./displays.js";
import type { Ex, Frame } from "./frame.js";
import { iterate } from "./items.js";
import { join } from "./join.js";
import { numberLiteral, stringLiteral } from "./literals.js";
import { type Machine, NotKnown, PyError, TooComplex } from "./machine.js";
import { compileMember } from "./members.js";
import { freeName, readName, writeName } from "./names.js";
import { FunctionValue } from "./objects.js";
import { truthOf, unary } from "./operators.js";
import { combined, signed } from "./overloads.js";
import { kids, nodeKey } from "./syntax.js";
import { Library, Tracked, Unknown, type Val } from "./values.js";

/** Compiles an expression to a closure. What is not Python's becomes unknown, never an error. */
export function compile(node: SyntaxNode | null | undefined, code: Code): Ex {
  if (!node || node.type.isError) return () => new Unknown("it is not finished");
  const run = compileKind(node, code);
  if (LITERALS.has(node.name)) return run;
  const key = nodeKey(node);
  const { module } = code;
  return (frame) => {
    if (!frame.m.tracking) {
      // Looked at by the next statement or call.
      frame.m.fuel--;
      return run(frame);
    }
    let value: Val;
    try {
      value = run(frame);
    } catch (error) {
      // What is thrown costs much more than an operation.
      frame.m.pay(10);
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
      return (frame) => signed(frame.m, name, inner(frame), place);
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

export function literal(value: Val, node: SyntaxNode, code: Code): Ex {
  if (value instanceof Unknown) return () => value;
  const origin = { from: node.from, to: node.to, how: "literal", ...(code.module.file && { file: code.module.file }) };
  const tracked = new Tracked(value as never, [origin]);
  return (frame) => (frame.m.tracking ? tracked : value);
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
    return (frame) => combined(frame.m, op, left(frame), right(frame), place);
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
      const value = compare(ops[i]!, left, next);
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
