import { Tree, type TreeBuffer, type NodeType, type SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/python";

/** A node that readers look for, by its offsets alone. */
export interface Entry {
  readonly kind: "call" | "assign" | "def" | "class";
  readonly from: number;
  readonly to: number;
  /** The callee, the first target, or the name of the def or class; empty when it is missing. */
  readonly headFrom: number;
  readonly headTo: number;
}

const kinds: Readonly<Record<string, Entry["kind"] | undefined>> = {
  CallExpression: "call",
  AssignStatement: "assign",
  UpdateStatement: "assign",
  FunctionDefinition: "def",
  ClassDefinition: "class",
};

/** The kinds by the number of a type in the buffers. */
const kindOf = parser.nodeSet.types.map(({ name }) => kinds[name]);

/** Deeper trees are not looked into; the evaluator's own depth ends long before. */
const DEEPEST = 1500;

const outlines = new WeakMap<Tree, readonly Entry[]>();

/**
 * Calls, assignments, defs and classes of a tree in the order of their text. Read off the tree's buffers without making a node for
 * anything: all that readers look for comes from this one pass, made once for each tree.
 */
export function outlineOf(tree: Tree): readonly Entry[] {
  let entries = outlines.get(tree);
  if (!entries) {
    const made: Entry[] = [];
    readTree(tree, 0, made, 0);
    outlines.set(tree, (entries = made));
  }
  return entries;
}

type Child = (type: NodeType, from: number, to: number) => boolean;

function readTree(tree: Tree, at: number, entries: Entry[], depth: number): void {
  const kind = kindOf[tree.type.id];
  if (kind) entries.push(entry(kind, at, at + tree.length, (visit) => children(tree, at, visit)));
  if (depth > DEEPEST) return;
  for (let i = 0; i < tree.children.length; i++) {
    const child = tree.children[i]!;
    const from = at + tree.positions[i]!;
    if (child instanceof Tree) readTree(child, from, entries, depth + 1);
    else readBuffer(child, from, entries);
  }
}

/** Four numbers a node: its type, its offsets, and where the next one that is not inside it begins. */
function readBuffer({ buffer, set }: TreeBuffer, at: number, entries: Entry[]): void {
  for (let i = 0; i < buffer.length; i += 4) {
    const kind = kindOf[buffer[i]!];
    if (kind)
      entries.push(
        entry(kind, at + buffer[i + 1]!, at + buffer[i + 2]!, (visit) => {
          for (let k = i + 4; k < buffer[i + 3]!; k = buffer[k + 3]!)
            if (!visit(set.types[buffer[k]!]!, at + buffer[k + 1]!, at + buffer[k + 2]!)) return;
        }),
      );
  }
}

/** Children that have a name; false when the visitor wants no more. */
function children(tree: Tree, at: number, visit: Child): boolean {
  for (let i = 0; i < tree.children.length; i++) {
    const child = tree.children[i]!;
    const from = at + tree.positions[i]!;
    if (child instanceof Tree) {
      const more = child.type.isAnonymous ? children(child, from, visit) : visit(child.type, from, from + child.length);
      if (!more) return false;
    } else {
      const { buffer, set } = child;
      for (let k = 0; k < buffer.length; k = buffer[k + 3]!)
        if (!visit(set.types[buffer[k]!]!, from + buffer[k + 1]!, from + buffer[k + 2]!)) return false;
    }
  }
  return true;
}

function entry(kind: Entry["kind"], from: number, to: number, each: (visit: Child) => void): Entry {
  let [headFrom, headTo] = [from, from];
  const named = kind === "def" || kind === "class";
  each((type, start, end) => {
    if (named && type.name !== "VariableName") return true;
    [headFrom, headTo] = [start, end];
    return false;
  });
  return { kind, from, to, headFrom, headTo };
}

/** The node of an entry. */
export function nodeOf(tree: Tree, { kind, from, to }: Entry): SyntaxNode {
  let node: SyntaxNode = tree.resolveInner(from, 1);
  while (!(node.from === from && node.to === to && kinds[node.name] === kind) && node.parent) node = node.parent;
  return node;
}
