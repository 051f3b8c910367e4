import type { SyntaxNode } from "@lezer/common";
import { getAttribute, setAttribute } from "./attributes.js";
import type { Code } from "./code.js";
import { augment } from "./containers.js";
import { compile } from "./expressions.js";
import { Flow, type Frame, type St } from "./frame.js";
import { getItem, iterate, setItem } from "./items.js";
import { PyError } from "./machine.js";
import { compileSubscript } from "./members.js";
import { writeName } from "./names.js";
import { combined } from "./overloads.js";
import { compileTuple } from "./statements.js";
import { kids } from "./syntax.js";
import { Dict, List, Unknown, type Val } from "./values.js";

export function targetsOf(statement: SyntaxNode): SyntaxNode[] {
  if (statement.name !== "AssignStatement" && statement.name !== "UpdateStatement") return [];
  const names: SyntaxNode[] = [];
  const add = (node: SyntaxNode) => {
    if (node.name === "VariableName") names.push(node);
    else if (node.name === "TupleExpression" || node.name === "ArrayExpression") kids(node).forEach(add);
  };
  const parts = kids(statement);
  const last = parts.findLastIndex((part) => part.name === "AssignOp" || part.name === "UpdateOp");
  parts.slice(0, last).forEach(add);
  return names;
}

export type Target = (frame: Frame, value: Val) => void;

/** Assigns to a name, attribute, item, or pattern of them. */
export function compileTarget(parts: readonly SyntaxNode[], code: Code): Target {
  const nodes = parts.filter((part) => part.name !== "," && part.name !== "async");
  if (nodes.length !== 1 || parts.some((part) => part.name === ",") || nodes[0]!.name === "*")
    return compilePattern(nodes, code);
  const node = nodes[0]!;
  switch (node.name) {
    case "VariableName": {
      const name = code.text(node);
      const write = writeName(code, name);
      return (frame, value) => {
        if (value instanceof Dict && value.flavour && !value.name) value.name = name;
        write(frame, value);
      };
    }
    case "ParenthesizedExpression":
    case "TupleExpression":
    case "ArrayExpression": {
      const inner = kids(node).filter((kid) => !/^[()[\]]$/.test(kid.name));
      return node.name === "ParenthesizedExpression"
        ? compileTarget(inner, code)
        : compilePattern(
            inner.filter((kid) => kid.name !== ","),
            code,
          );
    }
    case "MemberExpression": {
      const inner = kids(node);
      const object = compile(inner[0], code);
      if (inner[1]?.name === ".") {
        const name = inner[2] ? code.text(inner[2]) : "";
        return (frame, value) => setAttribute(frame.m, object(frame), name, value);
      }
      const index = compileSubscript(inner.slice(2, -1), code);
      return (frame, value) => setItem(frame.m, object(frame), index(frame), value);
    }
    default:
      return () => undefined;
  }
}

function compilePattern(nodes: readonly SyntaxNode[], code: Code): Target {
  const targets: { star: boolean; write: Target }[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const star = nodes[i]!.name === "*";
    if (star) i++;
    if (nodes[i]) targets.push({ star, write: compileTarget([nodes[i]!], code) });
  }
  const star = targets.findIndex((target) => target.star);
  return (frame, value) => {
    const items = iterate(frame.m, value, targets.length);
    if (star < 0) {
      if (!frame.m.tracking && items.length !== targets.length)
        throw new PyError("ValueError", "not enough or too many values to unpack");
      targets.forEach(({ write }, i) => write(frame, items[i] ?? tooFew()));
      return;
    }
    const after = targets.length - star - 1;
    targets.forEach(({ write }, i) => {
      if (i < star) write(frame, items[i] ?? tooFew());
      else if (i === star) write(frame, new List(items.slice(star, items.length - after)));
      else write(frame, items[items.length - targets.length + i] ?? tooFew());
    });
  };
}

const tooFew = () => new Unknown("there are fewer values than names");

export function compileUpdate(node: SyntaxNode, code: Code): St {
  const parts = kids(node);
  const at = parts.findIndex((part) => part.name === "UpdateOp");
  const op = code.text(parts[at]!).slice(0, -1);
  const value = compileTuple(parts.slice(at + 1), code) ?? (() => new Unknown("it is not finished"));
  const target = parts[0]!;
  const place = { node, module: code.module };
  const update = (frame: Frame, old: Val): Val => {
    const right = value(frame);
    if (frame.m.havoc > 0 && target.name !== "VariableName")
      return new Unknown(`${code.text(target)} changes in the loop`);
    return augment(frame.m, op, old, right) ?? combined(frame.m, op, old, right, place);
  };
  if (target.name === "MemberExpression") {
    const inner = kids(target);
    const object = compile(inner[0], code);
    if (inner[1]?.name === ".") {
      const name = inner[2] ? code.text(inner[2]) : "";
      return (frame) => {
        const of = object(frame);
        setAttribute(
          frame.m,
          of,
          name,
          update(frame, getAttribute(frame.m, of, name, { node: target, module: code.module })),
        );
        return Flow.Next;
      };
    }
    const index = compileSubscript(inner.slice(2, -1), code);
    return (frame) => {
      const of = object(frame);
      const key = index(frame);
      setItem(frame.m, of, key, update(frame, getItem(frame.m, of, key, { node: target, module: code.module })));
      return Flow.Next;
    };
  }
  const old = compile(target, code);
  const write = compileTarget([target], code);
  return (frame) => {
    write(frame, update(frame, old(frame)));
    return Flow.Next;
  };
}
