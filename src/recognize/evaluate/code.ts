import type { SyntaxNode } from "@lezer/common";
import type { ModuleValue } from "./objects.js";
import type { Ex, St } from "./frame.js";
import { bindingsOf, kids } from "./syntax.js";

export interface Param {
  readonly name: string;
  readonly slot: number;
  readonly star: "" | "*" | "**";
  readonly keywordOnly: boolean;
  readonly node: SyntaxNode;
  readonly defaultNode?: SyntaxNode;
  readonly annotation?: SyntaxNode;
}

/** A function, lambda, class body or module, compiled to closures when it first runs. */
export class Code {
  readonly slots = new Map<string, number>();
  readonly globals = new Set<string>();
  readonly nonlocals = new Set<string>();
  readonly params: Param[] = [];
  /** Names of comprehension variables, innermost last, with the slot that holds each. */
  readonly renames: Map<string, number>[] = [];
  /** Comprehension variables of the outer code in sight where this one was written. */
  readonly outerRenames: readonly Map<string, number>[];
  size = 0;
  generator = false;
  body: St | undefined;
  lazyBody: (() => St) | undefined;
  /** Of a lambda. */
  expression: Ex | undefined;

  constructor(
    readonly kind: "module" | "class" | "function" | "lambda",
    readonly node: SyntaxNode,
    readonly module: ModuleValue,
    /** The code this one stands in. */
    readonly outer: Code | undefined,
  ) {
    this.outerRenames = outer ? outer.renames.slice() : [];
    if (kind !== "function" && kind !== "lambda") return;
    const list = node.getChild("ParamList");
    if (list) this.readParams(list);
  }

  private prepared = false;

  /** Finds the names that a function's body binds: before its first call, for most functions of a file are never called. */
  prepare(): void {
    if (this.prepared) return;
    this.prepared = true;
    const body = this.kind === "function" ? this.node.getChild("Body") : undefined;
    if (!body) return;
    const found = bindingsOf(body, this.module.source.code);
    for (const name of found.globals) this.globals.add(name);
    for (const name of found.nonlocals) this.nonlocals.add(name);
    for (const name of found.names) if (!this.globals.has(name) && !this.nonlocals.has(name)) this.declare(name);
    this.generator = found.generator;
  }

  declare(name: string): number {
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    this.slots.set(name, this.size);
    return this.size++;
  }

  /** A slot with no name, for a comprehension's variable. */
  fresh(): number {
    return this.size++;
  }

  text(node: { from: number; to: number }): string {
    return this.module.source.code.slice(node.from, node.to);
  }

  private readParams(list: SyntaxNode): void {
    let star: Param["star"] = "";
    let keywordOnly = false;
    const nodes = kids(list);
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!;
      const type = node.name;
      if (type === "*" || type === "**") star = type;
      else if (type === ",") {
        if (star === "*") keywordOnly = true;
        star = "";
      } else if (type === "VariableName") {
        const name = this.text(node);
        let annotation: SyntaxNode | undefined;
        let defaultNode: SyntaxNode | undefined;
        if (nodes[i + 1]?.name === "TypeDef") annotation = nodes[++i];
        if (nodes[i + 1]?.name === "AssignOp") defaultNode = nodes[(i += 2)];
        this.params.push({
          name,
          slot: this.declare(name),
          star,
          keywordOnly: keywordOnly && !star,
          node,
          ...(defaultNode && { defaultNode }),
          ...(annotation && { annotation }),
        });
        if (star === "*") keywordOnly = true;
        star = "";
      }
    }
  }
}
