import type { SyntaxNode } from "@lezer/common";

/** Children that mean something: no comments, no error marks. */
export function kids(node: SyntaxNode): SyntaxNode[] {
  const list: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (!child.type.isError && child.name !== "Comment") list.push(child);
  return list;
}

/** One number for a node: its span. */
export function nodeKey(node: { from: number; to: number }): number {
  return node.from * 67_108_864 + node.to;
}

interface Bindings {
  readonly names: Set<string>;
  readonly globals: Set<string>;
  readonly nonlocals: Set<string>;
  generator: boolean;
}

/** The names that a function's body binds itself. */
export function bindingsOf(body: SyntaxNode, code: string): Bindings {
  const found: Bindings = { names: new Set(), globals: new Set(), nonlocals: new Set(), generator: false };
  const text = (node: SyntaxNode) => code.slice(node.from, node.to);
  const add = (node: SyntaxNode | null | undefined): void => {
    if (!node) return;
    if (node.name === "VariableName") found.names.add(text(node));
    else if (
      node.name === "TupleExpression" ||
      node.name === "ArrayExpression" ||
      node.name === "ParenthesizedExpression"
    )
      kids(node).forEach(add);
  };
  const statement = (node: SyntaxNode): void => {
    switch (node.name) {
      case "AssignStatement": {
        const parts = kids(node);
        const last = parts.findLastIndex((part) => part.name === "AssignOp");
        const end = last < 0 ? parts.length : last;
        parts.slice(0, end).forEach(add);
        break;
      }
      case "UpdateStatement":
        add(node.firstChild);
        break;
      case "ForStatement": {
        const parts = kids(node);
        parts
          .slice(
            0,
            parts.findIndex((part) => part.name === "in"),
          )
          .forEach(add);
        break;
      }
      case "WithStatement":
      case "TryStatement": {
        const parts = kids(node);
        parts.forEach((part, i) =>
          parts[i - 1]?.name === "as" || (parts[i - 1]?.name === "," && node.name === "TryStatement")
            ? add(part)
            : undefined,
        );
        break;
      }
      case "ImportStatement":
        for (const { name } of importedNames(node, text)) if (name !== "*") found.names.add(name.split(".")[0]!);
        return;
      case "FunctionDefinition":
      case "ClassDefinition":
        add(node.getChild("VariableName"));
        return;
      case "DecoratedStatement":
        add((node.getChild("FunctionDefinition") ?? node.getChild("ClassDefinition"))?.getChild("VariableName"));
        return;
      case "ScopeStatement": {
        const into = node.getChild("nonlocal") ? found.nonlocals : found.globals;
        for (const name of node.getChildren("VariableName")) into.add(text(name));
        return;
      }
    }
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (
        child.name === "Body" ||
        child.name === "MatchBody" ||
        child.name === "MatchClause" ||
        child.name.endsWith("Statement") ||
        child.name === "StatementGroup" ||
        child.name.endsWith("Definition") ||
        /(?<!Capture)Pattern$/.test(child.name)
      )
        statement(child);
      else if (child.name === "CapturePattern") add(child.firstChild);
    }
  };
  statement(body);
  const source = code.slice(body.from, body.to);
  if (source.includes(":=")) for (const match of source.matchAll(/\b([A-Za-z_]\w*)\s*:=/g)) found.names.add(match[1]!);
  if (/\byield\b/.test(source)) {
    body.cursor().iterate((node) => {
      if (node.name === "YieldStatement" || node.name === "YieldExpression") found.generator = true;
      return node.name !== "FunctionDefinition" && node.name !== "LambdaExpression";
    });
  }
  return found;
}

export interface Imported {
  /** Dotted module, with leading dots when relative. */
  readonly module: string;
  /** What is taken from it; absent for `import module`. */
  readonly member?: string;
  /** The name bound here ("*" for all); for `import a.b` without `as`, the dotted name. */
  readonly name: string;
  readonly as: boolean;
}

/** What an import statement binds. */
export function importedNames(node: SyntaxNode, text: (node: SyntaxNode) => string): Imported[] {
  const parts = kids(node);
  const list: Imported[] = [];
  const from = parts[0]?.name === "from";
  let i = 1;
  let module = "";
  if (from) {
    for (; i < parts.length && parts[i]!.name !== "import"; i++) module += text(parts[i]!);
    i++;
  }
  for (; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.name === "*") list.push({ module, member: "*", name: "*", as: false });
    if (part.name !== "VariableName") continue;
    let dotted = text(part);
    while (parts[i + 1]?.name === "." && parts[i + 2]?.name === "VariableName") dotted += "." + text(parts[(i += 2)]!);
    const as = parts[i + 1]?.name === "as" && parts[i + 2]?.name === "VariableName";
    const name = as ? text(parts[(i += 2)]!) : dotted;
    list.push(from ? { module, member: dotted, name, as } : { module: dotted, name, as });
  }
  return list;
}

/** The statement around a node that stands directly in a body. */
export function enclosing(node: SyntaxNode, names: ReadonlySet<string>): SyntaxNode | undefined {
  for (let at = node.parent; at; at = at.parent) if (names.has(at.name)) return at;
  return undefined;
}
