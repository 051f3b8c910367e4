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

/** In order of text; nothing but the call's node and its name is read before it is asked for. */
export function calls(source: PythonSource): PythonCall[] {
  const cursor = source.tree.cursor();
  const found: PythonCall[] = [];
  do {
    if (cursor.name !== "CallExpression") continue;
    const node = cursor.node;
    cursor.firstChild();
    const end = cursor.to;
    cursor.parent();
    const name = /[A-Za-z_]\w*$/.exec(source.code.slice(Math.max(node.from, end - 80), end))?.[0] ?? "";
    found.push(new Call(node, name, source.code));
  } while (cursor.next());
  return found;
}

class Call implements PythonCall {
  constructor(
    readonly node: SyntaxNode,
    readonly name: string,
    private readonly code: string,
  ) {}
  get callee(): SyntaxNode {
    return this.node.firstChild!;
  }
  get arguments(): readonly CallArgument[] {
    return callArguments(this.node, this.code);
  }
  get closed(): boolean {
    return this.node.getChild("ArgList")?.lastChild?.name === ")";
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
