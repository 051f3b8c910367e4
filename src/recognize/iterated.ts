import type { SyntaxNode } from "@lezer/common";
import { callArguments } from "./evaluate/enumerate.js";

/** Beneath `tqdm(…)`, `enumerate(…)`, `log_every(loader, 10)`; of the second the number that it starts with. */
export function iterated(
  node: SyntaxNode,
  code: string,
  enumerated?: string,
): { node: SyntaxNode; enumerated?: string } {
  const callee = node.name === "CallExpression" ? node.firstChild : undefined;
  const text = callee ? code.slice(callee.from, callee.to) : "";
  const [inner, start] = text ? callArguments(node, code) : [];
  const loads = inner && /^[\w.]*(?:loader|data|batches|\bdl)\w*$/i.test(code.slice(inner.value.from, inner.value.to));
  if (!inner || !(loads || /(?:^|\.)(?:tqdm|enumerate|zip|progress\w*|track|iter)$/.test(text)))
    return { node, ...(enumerated !== undefined && { enumerated }) };
  const from =
    start && (start.position === 1 || start.name === "start") ? code.slice(start.value.from, start.value.to) : "0";
  return iterated(inner.value, code, /enumerate$/.test(text) ? from : enumerated);
}
