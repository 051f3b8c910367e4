import type { SyntaxNode } from "@lezer/common";
import { meets, pathsIn, targetsOf } from "./paths.js";
import { bodiesOf, statementsOf } from "./slice.js";

/**
 * True when one of these statements of a loop's body, or the value after them, reads what an earlier turn left: a name that the
 * turn sets, but not surely before it is read.
 */
export function carries(needed: readonly SyntaxNode[], value: SyntaxNode, body: SyntaxNode, code: string): boolean {
  const all = needed.flatMap((node) => [...simple(node)]);
  const set = all.flatMap((node) => targetsOf(node, code));
  const fresh = new Set<string>();
  const stale = (node: SyntaxNode) =>
    [...pathsIn(node, code)].some(
      (path) =>
        set.some((target) => meets(target, path)) &&
        ![...fresh].some((target) => path === target || path.startsWith(`${target}.`)),
    );
  for (const node of needed.toSorted((a, b) => a.from - b.from)) {
    if (walk(node)) return true;
    const direct = node.parent?.from === body.from && node.parent.to === body.to;
    if (direct) for (const path of surelySet(node, code)) fresh.add(path);
  }
  return stale(value);

  function walk(node: SyntaxNode): boolean {
    if (node.name === "AssignStatement") return node.lastChild !== null && stale(node.lastChild);
    if (bodiesOf(node).length === 0) return stale(node);
    const before = new Set(fresh);
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name !== "Body" && stale(child)) return true;
      if (child.name !== "Body") continue;
      for (const inner of statementsOf(child)) {
        if (walk(inner)) return true;
        for (const path of surelySet(inner, code)) fresh.add(path);
      }
      fresh.clear();
      before.forEach((path) => fresh.add(path));
    }
    return false;
  }
}

function* simple(node: SyntaxNode): Generator<SyntaxNode> {
  const bodies = bodiesOf(node);
  if (bodies.length === 0) yield node;
  for (const body of bodies) for (const inner of statementsOf(body)) yield* simple(inner);
}

/** Paths that a statement sets whichever way it goes. */
function surelySet(node: SyntaxNode, code: string): string[] {
  if (node.name === "AssignStatement") return targetsOf(node, code);
  if (node.name !== "IfStatement" || !node.getChild("else")) return [];
  const [first = [], ...others] = bodiesOf(node).map((body) =>
    statementsOf(body).flatMap((inner) => surelySet(inner, code)),
  );
  return first.filter((path) => others.every((paths) => paths.includes(path)));
}
