import { TreeFragment, type Tree } from "@lezer/common";
import { parser } from "@lezer/python";
import { normalizePython } from "./python-legacy.js";

/** Python text as a tree. Positions in the tree are positions in `text`. */
export interface PythonSource {
  /** As written. */
  readonly text: string;
  /** What was parsed: `text` with Python 2 leftovers and merge markers replaced at equal length. */
  readonly code: string;
  readonly tree: Tree;
  /** Why nothing was read ("the file is larger than 4 MB"). */
  readonly problem?: string;
}

/** Larger files are not read. */
const MAX_LENGTH = 4_000_000;

/**
 * Parses Python, also old, unfinished or conflicted. With `previous` (an earlier state of the same text) only what changed is
 * parsed again. Never throws.
 */
export function parsePython(text: string, previous?: PythonSource): PythonSource {
  if (text.length > MAX_LENGTH)
    return { text, code: "", tree: parser.parse(""), problem: "the file is larger than 4 MB" };
  if (previous?.text === text) return previous;
  const code = normalizePython(text);
  return { text, code, tree: previous && !previous.problem ? reparse(code, previous) : parser.parse(code) };
}

/** The one span that differs is found by comparing both ends, so the caller needs to know nothing of the edit. */
function reparse(code: string, previous: PythonSource): Tree {
  const old = previous.code;
  const shorter = Math.min(old.length, code.length);
  let start = 0;
  while (start < shorter && old.charCodeAt(start) === code.charCodeAt(start)) start++;
  let end = 0;
  while (end < shorter - start && old.charCodeAt(old.length - 1 - end) === code.charCodeAt(code.length - 1 - end))
    end++;
  if (start + end === old.length && old.length === code.length) return previous.tree;
  const change = { fromA: start, toA: old.length - end, fromB: start, toB: code.length - end };
  return parser.parse(code, TreeFragment.applyChanges(TreeFragment.addTree(previous.tree), [change]));
}
