import type { SyntaxNode } from "@lezer/common";
import { List, NdArray, Range } from "../evaluate/index.js";
import { bindingsOf, kids, nodeKey } from "../evaluate/syntax.js";
import { iterated } from "../iterated.js";
import type { Reader } from "../reader.js";
import type { RateWrite } from "../writes.js";
import { aheadOf } from "./ahead.js";
import { countOf, headOf, overGroups, type Nest } from "./nest.js";
import { bodiesOf, called, statementsOf, type Slice } from "./slice.js";
import { updateCounts } from "./updates.js";

/** Names that the rewritten text uses. */
export const names = {
  function: "lr_lens_run",
  turn: "lr_lens_turn",
  item: "lr_lens_item",
  optimizer: "lr_lens_optimizer",
  endless: "lr_lens_endless",
  updates: "lr_lens_updates",
};

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The optimizer's step: the rate that counts in a turn is the one at this place. */
const strong =
  /(?<!sched\w{0,60})\.step\s*\(|apply_gradients|\.minimize\s*\(|train_on_batch|\.fit(?:_generator)?\s*\(|\bsess\w*\.run\s*\(|(?:\b\w*optim\w*|\bopt\w*|\btx|trainer|updater)\.update\s*\(/i;
const weak = /\btrain\w*\s*\(|\.backward\s*\(|\.train\s*\(/i;

/**
 * The text with the outermost loop of the nest made a function: only what the slice keeps, endless, and telling each turn of the
 * innermost loop at the place where the optimizer steps. What stands after the loop is left out, so that its names are as the loop
 * finds them.
 */
export function rewritten(
  reader: Reader,
  nest: Nest,
  { kept, unused }: Slice,
  writes: readonly RateWrite[],
): string | undefined {
  const { code } = reader.program.source;
  const edits: Edit[] = [];
  const fed = new Map(writes.map((w) => [nodeKey(w.statement), w] as const));
  const top = nest.loops.at(-1)!;
  for (const definition of nest.functions) {
    const body = definition.getChild("Body");
    if (!body) return undefined;
    block(body);
  }
  statement(top);

  function block(body: SyntaxNode): void {
    statementsOf(body).forEach(statement);
  }
  function statement(node: SyntaxNode): void {
    if (!kept.has(nodeKey(node))) {
      edits.push({ from: node.from, to: endOf(node, code), text: "pass" });
      return;
    }
    const write = fed.get(nodeKey(node));
    // What a graph is fed, or an optimizer is made with, is set on a stand-in.
    if (write)
      edits.push({
        from: node.from,
        to: endOf(node, code),
        text: `${names.optimizer}.lr = (${code.slice(write.value.from, write.value.to)})`,
      });
    else if (!/^(?:If|For|While|With|Try|Match)Statement$/.test(node.name))
      for (const { from, to } of updateCounts(reader, node)) edits.push({ from, to, text: `${names.updates}()` });
    // What a function of the nest returns is left out with the rest of it.
    const result = node.name === "AssignStatement" ? node.lastChild : undefined;
    if (result?.name === "CallExpression" && nest.functions.length > 0 && isOwn(result))
      edits.push({ from: node.from, to: result.from, text: "" });
    if (node.name === "ForStatement") forHead(node);
    if (node.name === "WhileStatement" && node.from === top.from) {
      const test = kids(node)[1]!;
      edits.push({ from: test.from, to: test.to, text: "True" });
    }
    if (/^(?:If|For|While|With|Try|Match)Statement$/.test(node.name)) bodiesOf(node).forEach(block);
  }
  function isOwn(call: SyntaxNode): boolean {
    return [...called(reader, call)].some(({ definition }) =>
      nest.functions.some(({ from }) => from === definition.from),
    );
  }
  function forHead(node: SyntaxNode): void {
    const { targets, over } = headOf(node);
    const [from, to] = [over[0], over.at(-1)];
    if (!from || !to || !targets[0] || overGroups.test(code.slice(from.from, to.to))) return;
    const value = reader.object(from);
    if (value instanceof List || value instanceof NdArray) return;
    const put = (text: string) => edits.push({ from: from.from, to: to.to, text });
    const isTop = node.from === top.from;
    const inner = iterated(from, code);
    const source = code.slice(inner.node.from, inner.node.to);
    const count = countOf(reader, inner.node);
    if (count && !isTop && !inner.enumerated) return;
    const first = { from: targets[0]!.from, to: targets.at(-1)!.to };
    const [only] = targets.length === 1 ? targets : [];
    const pair = only?.name === "TupleExpression" ? kids(only).filter((kid) => /^[A-Z]/.test(kid.name)) : targets;
    // Of `for i, batch in enumerate(loader)` the count alone.
    const counts = inner.enumerated !== undefined && pair.length > 1;
    if (counts) edits.push({ ...first, text: code.slice(pair[0]!.from, pair[0]!.to) });
    else if (!count || inner.enumerated !== undefined) edits.push({ ...first, text: names.item });
    // The outermost loop goes on as long as it is asked.
    const start = counts ? inner.enumerated : count ? String(count.start) : "0";
    const endless = `range(${start}, 2 ** 50, ${counts ? 1 : (count?.step ?? 1)})`;
    const ends = value instanceof Range && value.length > 1 && !counts;
    if (isTop) put(ends ? `(${endless} if ${names.endless} else ${code.slice(from.from, to.to)})` : endless);
    else put(`range(${start}, ${start} + len(${source}))`);
  }

  for (const { from, to } of unused) edits.push({ from, to, text: "None" });
  const turn = nest.loops[0]!.getChild("Body");
  if (!turn || !tick(turn)) return undefined;
  function tick(body: SyntaxNode): boolean {
    const statements = statementsOf(body);
    const text = (node: SyntaxNode) =>
      [node, ...[...called(reader, node)].map(({ definition }) => definition)]
        .map(({ from, to }) => code.slice(from, to))
        .join("\n");
    for (const pattern of [strong, weak])
      for (const node of statements) {
        if (!pattern.test(text(node)) || /^(?:Function|Class)Definition$/.test(node.name)) continue;
        if (!kept.has(nodeKey(node))) {
          const edit = edits.findIndex(({ from, to }) => from === node.from && to === endOf(node, code));
          edits[edit] = { ...edits[edit]!, text: `${names.turn}()` };
          return true;
        }
        if (bodiesOf(node).some((inner) => pattern.test(text(inner)) && tick(inner))) return true;
      }
    const last = statements.at(-1);
    if (body !== turn || !last) return false;
    // An epoch's data, whatever is done with them.
    const data = statements.find((node) => /^(?:For|While)Statement$/.test(node.name) && !kept.has(nodeKey(node)));
    if (data && !overGroups.test(code.slice(data.from, data.getChild("Body")?.from ?? data.to))) {
      const edit = edits.findIndex(({ from, to }) => from === data.from && to === endOf(data, code));
      edits[edit] = { ...edits[edit]!, text: `${names.turn}()` };
      return true;
    }
    const [first] = statements;
    const lineStart = code.lastIndexOf("\n", first!.from - 1) + 1;
    const indent = code.slice(lineStart, first!.from);
    const at = endOf(last, code);
    edits.push({ from: at, to: at, text: /\S/.test(indent) ? `; ${names.turn}()` : `\n${indent}${names.turn}()` });
    return true;
  }

  // The loop's text, one step further in, within a function of the names that it sets.
  const inside = edits.filter(({ from, to }) => from >= top.from && to <= top.to);
  const outside = edits.filter((edit) => !inside.includes(edit));
  const lineStart = code.lastIndexOf("\n", top.from - 1) + 1;
  const indent = code.slice(lineStart, top.from);
  if (/\S/.test(indent)) return undefined;
  const step = indent.startsWith("\t") ? "\t" : " ";
  const body = applied(code.slice(top.from, top.to), inside, top.from).replace(/\n(?=[^\n])/g, `\n${step}`);
  const within = enclosingFunction(top);
  const ahead = aheadOf(top, within, code);
  const bound = [...new Set([...bindingsOf(top, code).names, ...ahead.map(({ name }) => name)])].filter(
    (name) => name !== names.item,
  );
  const scope = bound.length > 0 ? `${indent}${step}${within ? "nonlocal" : "global"} ${bound.join(", ")}\n` : "";
  const again = ahead.map((one) => `${indent}${step}${one.text}\n`).join("");
  const loop = `def ${names.function}():\n${scope}${again}${indent}${step}${body}\n`;
  outside.push({ from: top.from, to: top.to, text: loop }, ...laterThan(top, within, indent, code));
  return applied(code, outside, 0);
}

function applied(text: string, edits: readonly Edit[], base: number): string {
  const pieces: string[] = [];
  const sorted = edits.toSorted((a, b) => b.from - a.from || b.to - a.to);
  let limit = base + text.length;
  for (const { from, to, text: put } of sorted) {
    if (to > limit) continue;
    pieces.push(text.slice(to - base, limit - base), put);
    limit = from;
  }
  pieces.push(text.slice(0, limit - base));
  return pieces.reverse().join("");
}

/** A statement's end without the line ends that the grammar counts to it. */
function endOf(node: SyntaxNode, code: string): number {
  let to = node.to;
  while (to > node.from && /\s/.test(code[to - 1]!)) to--;
  return to;
}

function enclosingFunction(node: SyntaxNode): SyntaxNode | undefined {
  for (let at = node.parent; at; at = at.parent) if (at.name === "FunctionDefinition") return at;
  return undefined;
}

/** What follows the loop in its own blocks, up to its function or module; definitions and imports stay. */
function laterThan(top: SyntaxNode, within: SyntaxNode | undefined, indent: string, code: string): Edit[] {
  void indent;
  const edits: Edit[] = [];
  for (let at: SyntaxNode = top; at.parent && at.from !== within?.from; at = at.parent)
    for (let next = at.nextSibling; next; next = next.nextSibling)
      if (
        /Statement$/.test(next.name) &&
        !/^(?:Import|Decorated|Return)Statement$/.test(next.name) &&
        !keeps(next, code)
      )
        edits.push({ from: next.from, to: endOf(next, code), text: "pass" });
  return edits;
}

/** `if __name__ == "__main__":` and calls of `main()` bring the run to functions. */
function keeps(node: SyntaxNode, code: string): boolean {
  return /^if\s+__name__|^\s*main\s*\(|\bmain\b/.test(code.slice(node.from, Math.min(node.to, node.from + 200)));
}
