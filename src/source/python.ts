import { Tree, type TreeBuffer, TreeFragment, type PartialParse } from "@lezer/common";
import { parser } from "@lezer/python";
import { opensMore } from "./brackets.js";
import { closeUnclosed } from "./python-unclosed.js";
import { normalizePython } from "./python-legacy.js";

/** Python text as a tree. Positions in the tree are positions in `text`. */
export interface PythonSource {
  /** As written. */
  readonly text: string;
  /** What was parsed: `text` with Python 2 leftovers and merge markers replaced at equal length. */
  readonly code: string;
  readonly tree: Tree;
  /** Why nothing was read ("too complex to follow: the file is larger than 500 KB"). */
  readonly problem?: string;
  /** The latest state of the text, this one too, in which all of it is Python: what the next one is parsed on. */
  readonly sound?: PythonSource;
}

/** Larger files are not read. */
const MAX_LENGTH = 500_000;
/** Nor is what stands in more brackets than anybody writes: the parser takes quadratic time for it. */
const MAX_BRACKETS = 300;
/** `not not not …`: each one nests the tree deeper. */
const prefixChain = /(?:\bnot[ \t\\\r\n]+){1000}|(?:\blambda[ \t]*:[ \t]*){1000}|(?:\bawait[ \t]+){1000}/;
/** Steps on readings of text that is not sound; a thousand times what unfinished code takes. */
const MAX_READINGS = 200_000;
export interface Readings {
  left: number;
}
/** What a step counts while the parser looks for a way on. */
const recovery = 3;

/**
 * Parses Python, also old, unfinished or conflicted. With `previous` (an earlier state of the same text) only what changed is
 * parsed again. Never throws. `readings.left`: how many steps beside the one reading of sound code it may take; what it took is taken away.
 */
export function parsePython(
  text: string,
  previous?: PythonSource,
  readings: Readings = { left: MAX_READINGS },
): PythonSource {
  if (text.length > MAX_LENGTH) return unread(text, "too complex to follow: the file is larger than 500 KB");
  if (previous?.text === text) return previous;
  if (nestsDeeper(text, MAX_BRACKETS))
    return unread(text, `too complex to follow: more than ${MAX_BRACKETS} open brackets`);
  if (prefixChain.test(text)) return unread(text, "too complex to follow: a thousand operators before one value");
  const normal = normalizePython(text);
  const base = previous?.sound;
  const again = base && reparse(normal, base, readings);
  // Around an error the parser may read on otherwise than from the start: what it then makes of a text must not hang on edits before.
  if (again && isSound(again)) return soundSource(text, normal, again);
  const { code, tree } = read(normal, readings);
  if (tree && isSound(tree)) return soundSource(text, code, tree);
  if (!tree || isCut(tree)) return unread(text, "too complex to follow: hardly anything in it is Python", base);
  return { text, code, tree, ...(base && { sound: base }) };
}

/** Code that is not sound is read with what is half-typed in it closed, where that can be told. */
function read(normal: string, readings: Readings): { code: string; tree: Tree | undefined } {
  const tree = parsed(normal, readings);
  if (!tree || isSound(tree)) return { code: normal, tree };
  const code = closeUnclosed(normal);
  return code === normal ? { code, tree } : { code, tree: parsed(code, readings) };
}

function soundSource(text: string, code: string, tree: Tree): PythonSource {
  const source: { -readonly [K in keyof PythonSource]: PythonSource[K] } = { text, code, tree };
  source.sound = source;
  return source;
}

const soundParts = new WeakSet<Tree | TreeBuffer>();

/** No part of it is an error. Parts that an earlier tree had too are known; what nests deeper than anybody writes is not looked through. */
function isSound(part: Tree | TreeBuffer, depth = 0): boolean {
  if (soundParts.has(part)) return true;
  if (part instanceof Tree) {
    if (part.type.isError || depth > 1500 || !part.children.every((child) => isSound(child, depth + 1))) return false;
  } else
    for (let i = 0; i < part.buffer.length; i += 4)
      if (part.set.types[part.buffer[i]!]?.isError !== false) return false;
  soundParts.add(part);
  return true;
}

/** Past some thousand levels the parser leaves nodes that are of no type. */
function isCut(tree: Tree): boolean {
  const left: (Tree | TreeBuffer)[] = [tree];
  for (let part = left.pop(); part; part = left.pop())
    if (part instanceof Tree) left.push(...part.children);
    else for (let i = 0; i < part.buffer.length; i += 4) if (!part.set.types[part.buffer[i]!]) return true;
  return false;
}

/** A text that is left alone, and why. */
export function unread(text: string, problem: string, sound?: PythonSource): PythonSource {
  return { text, code: "", tree: parser.parse(""), problem, ...(sound && { sound }) };
}

/**
 * Where text is no Python the parser follows several readings at once, and takes ten times as long. What it follows beside the one
 * reading of sound code is counted, by its stacks; past the bound the text is given up.
 */
function parsed(code: string, readings: Readings, fragments: readonly TreeFragment[] = []): Tree | undefined {
  const parse = parser.startParse(code, fragments) as PartialParse & {
    readonly stacks?: readonly unknown[];
    readonly recovering?: number;
  };
  while (readings.left > 0) {
    const tree = parse.advance();
    if (tree) return tree;
    const open = parse.stacks?.length ?? 1;
    if (open > 1) readings.left -= open;
    if (parse.recovering) readings.left -= recovery;
  }
  return undefined;
}

/** Strings and comments, in which brackets open nothing. */
const quoted = /("""|''')[^]*?(?:\1|$)|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|#.*/g;

/** The parser takes brackets that are never closed to be open to the end. */
function nestsDeeper(text: string, most: number): boolean {
  return opensMore(text, most) && opensMore(text.replace(quoted, ""), most);
}

/** The one span that differs is found by comparing both ends, so the caller needs to know nothing of the edit. */
function reparse(code: string, previous: PythonSource, readings: Readings): Tree | undefined {
  const old = previous.code;
  const shorter = Math.min(old.length, code.length);
  let start = 0;
  while (start < shorter && old.charCodeAt(start) === code.charCodeAt(start)) start++;
  let end = 0;
  while (end < shorter - start && old.charCodeAt(old.length - 1 - end) === code.charCodeAt(code.length - 1 - end))
    end++;
  if (start + end === old.length && old.length === code.length) return previous.tree;
  const change = { fromA: start, toA: old.length - end, fromB: start, toB: code.length - end };
  return parsed(code, readings, TreeFragment.applyChanges(TreeFragment.addTree(previous.tree), [change]));
}
