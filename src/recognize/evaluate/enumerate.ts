import type { SyntaxNode } from "@lezer/common";
import type { PythonSource } from "../../source/python.js";
import { nodeOf, outlineOf, type Entry } from "./outline.js";
import { kids } from "./syntax.js";

/** A call expression. Arguments are read when asked for. */
export interface PythonCall {
  readonly from: number;
  readonly to: number;
  /** Looked up when it is asked for: a filter by name and place comes first. */
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

/** In order of text; nothing but a call's place and its name is read before it is asked for. */
export function calls(source: PythonSource): PythonCall[] {
  const found: PythonCall[] = [];
  for (const entry of outlineOf(source.tree))
    if (entry.kind === "call") found.push(new Call(entry, lastName(source.code, entry.headFrom, entry.headTo), source));
  return found;
}

/** The name that a text ends with. */
function lastName(code: string, from: number, to: number): string {
  let at = to;
  while (at > from && isWord(code.charCodeAt(at - 1))) at--;
  while (at < to && code.charCodeAt(at) < 58) at++;
  return code.slice(at, to);
}

const isWord = (c: number) => (c > 96 && c < 123) || (c > 64 && c < 91) || c === 95 || (c > 47 && c < 58);

class Call implements PythonCall {
  private made: SyntaxNode | undefined;
  constructor(
    private readonly entry: Entry,
    readonly name: string,
    private readonly source: PythonSource,
  ) {}
  get from(): number {
    return this.entry.from;
  }
  get to(): number {
    return this.entry.to;
  }
  get node(): SyntaxNode {
    return (this.made ??= nodeOf(this.source.tree, this.entry));
  }
  get callee(): SyntaxNode {
    return this.node.firstChild!;
  }
  get arguments(): readonly CallArgument[] {
    return callArguments(this.node, this.source.code);
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
  for (const entry of outlineOf(source.tree)) {
    if (entry.kind !== "assign") continue;
    const statement = nodeOf(source.tree, entry);
    const parts = kids(statement);
    const last = parts.findLastIndex((part) => part.name === "AssignOp" || part.name === "UpdateOp");
    for (const part of parts.slice(0, Math.max(0, last))) add(part, statement);
  }
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
