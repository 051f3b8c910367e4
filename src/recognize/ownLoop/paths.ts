import type { SyntaxNode } from "@lezer/common";
import { kids } from "../evaluate/syntax.js";

/** Names and dotted paths that an expression or statement reads: `curr_lr`, `self.opt.lr`. Subscripts count as what they are of. */
export function pathsIn(node: SyntaxNode, code: string): Set<string> {
  const found = new Set<string>();
  const visit = (at: SyntaxNode): void => {
    const path = pathOf(at, code);
    if (path !== undefined) {
      if (path !== "self" && path !== "cls") found.add(path);
      return;
    }
    const parts = kids(at);
    parts.forEach((part, i) => {
      const keyword = at.name === "ArgList" && part.name === "VariableName" && parts[i + 1]?.name === "AssignOp";
      if (!keyword && part.name !== "PropertyName") visit(part);
    });
  };
  visit(node);
  return found;
}

/** `self.lr` of a name or a chain of attributes. */
export function pathOf(node: SyntaxNode, code: string): string | undefined {
  if (node.name === "VariableName") return code.slice(node.from, node.to);
  if (node.name !== "MemberExpression") return undefined;
  const [object, dot, name] = kids(node);
  if (dot?.name !== "." || !object || !name) return undefined;
  const base = pathOf(object, code);
  return base === undefined ? undefined : `${base}.${code.slice(name.from, name.to)}`;
}

/** What a statement gives a value: targets of assignments, of imports and definitions, what a method of a list or dict changes. */
export function targetsOf(statement: SyntaxNode, code: string): string[] {
  const found: string[] = [];
  const add = (node: SyntaxNode | null | undefined): void => {
    if (!node) return;
    if (/^(?:Tuple|Array|Parenthesized)Expression$/.test(node.name)) return kids(node).forEach(add);
    let at = node;
    while (at.name === "MemberExpression" && pathOf(at, code) === undefined && at.firstChild) at = at.firstChild;
    const path = pathOf(at, code);
    if (path !== undefined) found.push(path);
  };
  const parts = kids(statement);
  switch (statement.name) {
    case "AssignStatement":
    case "UpdateStatement":
      parts
        .slice(
          0,
          parts.findLastIndex((part) => part.name === "AssignOp" || part.name === "UpdateOp"),
        )
        .forEach(add);
      break;
    case "FunctionDefinition":
    case "ClassDefinition":
      add(statement.getChild("VariableName"));
      break;
    case "ImportStatement":
      statement.getChildren("VariableName").forEach(add);
      break;
    case "ExpressionStatement": {
      const callee = parts[0]?.name === "CallExpression" ? parts[0].firstChild : undefined;
      if (callee?.name === "MemberExpression" && changes.test(code.slice(callee.from, callee.to)))
        add(callee.firstChild);
      break;
    }
  }
  return found;
}

const changes = /\.(?:append|extend|insert|pop|popleft|remove|update|add|clear|setdefault)$/;

/** True when a value written to `target` is, holds or belongs to what `path` reads. */
export function meets(target: string, path: string): boolean {
  return target === path || path.startsWith(`${target}.`) || target.startsWith(`${path}.`);
}
