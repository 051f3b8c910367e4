import type { SyntaxNode } from "@lezer/common";
import type { PythonSource } from "../../source/python.js";
import { kids } from "./syntax.js";

/** A call expression. Arguments are read when asked for. */
export interface PythonCall {
  readonly node: SyntaxNode;
  readonly callee: SyntaxNode;
  /** Last part of the callee's name: `StepLR`; "" when the callee is no name. */
  readonly name: string;
  readonly arguments: readonly CallArgument[];
  /** The closing parenthesis is there. */
  readonly closed: boolean;
}

export interface CallArgument {
  readonly value: SyntaxNode;
  /** The keyword. */
  readonly name?: string;
  /** 0-based, for positional ones. */
  readonly position?: number;
  readonly star?: "*" | "**";
}

export function* calls(source: PythonSource, wanted?: (name: string) => boolean): Iterable<PythonCall> {
  const cursor = source.tree.cursor();
  const found: { node: SyntaxNode; name: string }[] = [];
  do {
    if (cursor.name !== "CallExpression") continue;
    cursor.firstChild();
    const end = cursor.to;
    const start = cursor.from;
    cursor.parent();
    const name = /[A-Za-z_]\w*$/.exec(source.code.slice(Math.max(start, end - 80), end))?.[0] ?? "";
    if (!wanted || wanted(name)) found.push({ node: cursor.node, name });
  } while (cursor.next());
  for (const { node, name } of found) {
    const list = node.getChild("ArgList");
    yield {
      node,
      name,
      callee: node.firstChild!,
      closed: list?.lastChild?.name === ")",
      get arguments() {
        return callArguments(node, source.code);
      },
    };
  }
}

export function callArguments(node: SyntaxNode, code: string): CallArgument[] {
  const list = node.getChild("ArgList");
  const parts = list ? kids(list) : [];
  const args: CallArgument[] = [];
  let position = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (/^[(),]$/.test(part.name)) continue;
    if (part.name === "*" || part.name === "**") {
      const value = parts[++i];
      if (value) args.push({ value, star: part.name });
    } else if (parts[i + 1]?.name === "AssignOp") {
      const value = parts[i + 2];
      if (value && !/^[,)]$/.test(value.name)) {
        args.push({ value, name: code.slice(part.from, part.to) });
        i += 2;
      } else i++;
    } else {
      args.push({ value: part, position: position++ });
      if (parts[i + 1]?.name === "for") break;
    }
  }
  return args;
}

/** Assignments by the text of their targets. */
export function assignments(source: PythonSource): Map<string, SyntaxNode[]> {
  const index = new Map<string, SyntaxNode[]>();
  const add = (target: SyntaxNode, statement: SyntaxNode): void => {
    if (
      target.name === "TupleExpression" ||
      target.name === "ArrayExpression" ||
      target.name === "ParenthesizedExpression"
    )
      return kids(target).forEach((kid) => add(kid, statement));
    if (target.name !== "VariableName" && target.name !== "MemberExpression") return;
    const text = source.code.slice(target.from, target.to).replaceAll('"', "'").replace(/\s+/g, "");
    const list = index.get(text);
    if (list) list.push(statement);
    else index.set(text, [statement]);
  };
  source.tree.iterate({
    enter(ref) {
      if (ref.name !== "AssignStatement" && ref.name !== "UpdateStatement") return;
      const statement = ref.node;
      const parts = kids(statement);
      const last = parts.findLastIndex((part) => part.name === "AssignOp" || part.name === "UpdateOp");
      for (const part of parts.slice(0, Math.max(0, last))) add(part, statement);
    },
  });
  return index;
}

/** The def around a node, the class around it, and the loops up to that def, innermost first. */
export function surroundings(node: SyntaxNode): { function?: SyntaxNode; class?: SyntaxNode; loops: SyntaxNode[] } {
  const loops: SyntaxNode[] = [];
  let def: SyntaxNode | undefined;
  for (let at = node.parent; at; at = at.parent) {
    if (!def && (at.name === "ForStatement" || at.name === "WhileStatement")) loops.push(at);
    if (at.name === "FunctionDefinition") def ??= at;
    if (at.name === "ClassDefinition") return { ...(def && { function: def }), class: at, loops };
  }
  return { ...(def && { function: def }), loops };
}
