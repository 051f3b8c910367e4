import type { SyntaxNode } from "@lezer/common";

/** A loop of the text that encloses a place, from the inside out. */
export interface Loop {
  readonly node: SyntaxNode;
  readonly kind: "epoch" | "batch" | "step" | "other";
  /** What is iterated; absent for `while`. */
  readonly over?: SyntaxNode;
  /** The loop variable's text. */
  readonly target: string;
}

/** Where a statement runs: its loops up to the enclosing function, the guards between it and the innermost loop, the function. */
export interface Setting {
  readonly loops: readonly Loop[];
  /** Conditions of the `if`s between the place and its innermost loop. */
  readonly guards: readonly string[];
  readonly function?: SyntaxNode;
}

type Text = (node: { from: number; to: number }) => string;

export function settingOf(node: SyntaxNode, text: Text): Setting {
  const loops: Loop[] = [];
  const guards: string[] = [];
  let inside = node;
  for (let at = node.parent; at; inside = at, at = at.parent) {
    if (at.name === "FunctionDefinition" || at.name === "LambdaExpression") return { loops, guards, function: at };
    if (at.name === "ClassDefinition") break;
    const inBody = inside.name === "Body";
    if (at.name === "ForStatement" && inBody) loops.push(forLoop(at, text));
    else if (at.name === "WhileStatement" && inBody) loops.push(whileLoop(at, text));
    else if (at.name === "IfStatement" && inBody && loops.length === 0) {
      const condition = inside.prevSibling?.prevSibling;
      const test = inside.prevSibling?.name === ":" || !condition ? inside.prevSibling : condition;
      if (test) guards.push(text({ from: at.from, to: inside.from }));
    }
  }
  return { loops, guards };
}

function forLoop(node: SyntaxNode, text: Text): Loop {
  const parts: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) parts.push(child);
  const at = parts.findIndex((part) => part.name === "in");
  const over = parts[at + 1];
  const target = at > 0 ? text({ from: parts[1]!.from, to: parts[at - 1]!.to }) : "";
  const header = over ? text(over) : "";
  return { node, kind: kindOf(target, header), ...(over && { over }), target };
}

function whileLoop(node: SyntaxNode, text: Text): Loop {
  const body = node.getChild("Body");
  const header = text({ from: node.from, to: body?.from ?? node.to });
  return { node, kind: /epoch/i.test(header) ? "epoch" : "step", target: "" };
}

const epochName = /(^|_|\b)(n_?)?(ep|epoch|epochs?|epoch_?(num|idx|i|id)?)(\b|_|$)|epoch/i;
const batches =
  /loader|dataset|enumerate\(|iterator|batches|generator|prefetch|_iter\b|\biter\b|train_dl|\bdl\b|data_?iter/i;
const stepName =
  /(^|_|\b)(step|steps|iter|iters|iteration|iterations|it|update|batch|global_step|n_iter|i_iter)(\b|_|$)/i;

/** By the loop variable first, then by what it runs over. */
function kindOf(target: string, header: string): Loop["kind"] {
  if (epochName.test(target)) return "epoch";
  if (/epoch/i.test(header) && !batches.test(header)) return "epoch";
  if (batches.test(header)) return "batch";
  if (stepName.test(target)) return /range/.test(header) ? "step" : "batch";
  return "other";
}
