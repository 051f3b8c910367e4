import type { SyntaxNode } from "@lezer/common";
import type { Reader } from "../reader.js";

const counter = /(?:^|[._])global_?step(?:_?(?:tensor|var|variable|op|t))?$/i;

/**
 * Calls that read how many updates were made: `sess.run(model.global_step)`, `tf.train.global_step(sess, step)`,
 * `optimizer.iterations.numpy()`. None where the file's updates do not advance a step.
 */
export function updateCounts(reader: Reader, statement: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  if (!/global_?step|\.iterations\b/i.test(reader.text(statement))) return found;
  statement.cursor().iterate((ref) => {
    if (ref.from >= statement.to) return false;
    if (ref.name === "CallExpression" && readsCount(reader, ref.node)) found.push(ref.node);
    return undefined;
  });
  return found.length > 0 && advances(reader) ? found : [];
}

function readsCount(reader: Reader, call: SyntaxNode): boolean {
  const callee = reader.text(call.firstChild!).replace(/\s+/g, "");
  const inside = reader.text(call.getChild("ArgList")!).replace(/^\(|\)$|\s+/g, "");
  if (/\.run$/.test(callee)) return /sess/i.test(callee) && counter.test(inside);
  if (/\.(?:eval|numpy)$/.test(callee)) {
    const of = callee.replace(/\.\w+$/, "");
    return counter.test(of) || /(?:^|\.)opt\w*\.iterations$/.test(of);
  }
  return /(?:^|\.)train\.global_step$/.test(callee) || (callee === "int" && /(?:^|\.)opt\w*\.iterations$/.test(inside));
}

/** What updates here are made with a step, or made elsewhere. */
function advances(reader: Reader): boolean {
  const updates = ["minimize", "apply_gradients"].flatMap((name) => reader.named(name));
  return (
    updates.length === 0 ||
    updates.some((site) => site.arguments.some(({ name, position }) => name === "global_step" || position === 1)) ||
    /\.iterations\b/.test(reader.program.source.code)
  );
}
