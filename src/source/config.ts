import type { Span } from "./document.js";

/**
 * A configuration text of any syntax as one kind of tree. Spans are UTF-16 offsets into the text of `file`
 * (the document itself when absent). Readers never throw for bad input: what they did not understand is in `problems`.
 */
export type ConfigNode = MapNode | ListNode | ScalarNode;

export interface Place extends Span {
  /** Another file of the workspace. */
  readonly file?: string;
  /** In a word or two: "literal", "anchor", "base file", "variable". */
  readonly how?: string;
}

interface Base {
  readonly at: Place;
  /** `!new:x.Y`, `!CosineDecay`, a Python callee (`dict`), a Jsonnet or prototxt type: as written. */
  readonly tag?: string;
  /** References it was reached through (alias, `${a.b}`, `%NAME`, variable), innermost first. */
  readonly through?: readonly Place[];
  /** What is worth saying about how the value is written. */
  readonly note?: string;
}

export interface MapNode extends Base {
  readonly kind: "map";
  /** In the order of the text, duplicate keys kept: the last one counts. Merged keys stand first. */
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keyAt: Place;
  readonly value: ConfigNode;
}

export interface ListNode extends Base {
  readonly kind: "list";
  readonly items: readonly ConfigNode[];
}

export interface ScalarNode extends Base {
  readonly kind: "scalar";
  /** undefined: an expression or reference that could not be followed; `note` says why. */
  readonly value: number | boolean | string | null | undefined;
  /** As written. */
  readonly text: string;
  /** Quotes around it: the file says that it is a string. */
  readonly quoted?: boolean;
}

export interface ConfigText {
  /** One tree for each document of the text (YAML allows several). */
  readonly roots: readonly ConfigNode[];
  readonly problems: readonly string[];
}

/** Bounds of every reader: larger texts are not read, deeper trees are cut, more nodes than this are not visited. */
export const limits = { characters: 4_000_000, depth: 200, nodes: 1_000_000 } as const;

/** The last entry with this key. */
export function entryOf(node: ConfigNode | undefined, key: string): Entry | undefined {
  if (node?.kind !== "map") return undefined;
  for (let i = node.entries.length - 1; i >= 0; i--) if (node.entries[i]!.key === key) return node.entries[i];
  return undefined;
}

const NUMBER = /^[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?$/;

/** A number in any of the spellings that configuration languages share (`1e-4`, `.5`, `1_000`, `0x10`, `inf`); else undefined. */
export function numberOf(text: string): number | undefined {
  const plain = text.trim();
  if (NUMBER.test(plain)) return Number(plain.replaceAll("_", ""));
  if (/^0(?:x[\da-f]+|o[0-7]+|b[01]+)$/i.test(plain)) return Number(plain);
  const special = /^([-+]?)(?:\.inf|inf|infinity)$/i.exec(plain);
  if (special) return special[1] === "-" ? -Infinity : Infinity;
  return undefined;
}

/** A bare word: number, true/false (and True/False), null/None/~, else the string itself. */
export function wordValue(text: string): number | boolean | string | null {
  const number = numberOf(text);
  if (number !== undefined) return number;
  switch (text) {
    case "true":
    case "True":
    case "TRUE":
      return true;
    case "false":
    case "False":
    case "FALSE":
      return false;
    case "null":
    case "None":
    case "Null":
    case "NULL":
    case "~":
    case "":
      return null;
  }
  return text;
}

/** A byte order mark becomes a line of its own, so that offsets stay and the first key is not indented. Binary data gives undefined. */
export function readable(text: string): string | undefined {
  if (text.length > limits.characters) return undefined;
  if (text.slice(0, 4096).includes("\0")) return undefined;
  return text.charCodeAt(0) === 0xfeff ? "\n" + text.slice(1) : text;
}

/** Why `readable` refused. */
export function refusal(text: string): string {
  return text.length > limits.characters
    ? `the file has ${text.length} characters; at most ${limits.characters} are read`
    : "the file holds binary data";
}
