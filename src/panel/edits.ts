import type { Value } from "../schedules/define.js";
import type { Span } from "../source/document.js";
import { formatLike } from "../source/numberStyle.js";
import type { Slot } from "./params.js";

/** A replacement of one span of one text. `file` and `cell` as in the origin it came from. */
export interface TextEdit extends Span {
  readonly file?: string;
  readonly cell?: number;
  readonly insert: string;
}

/** Gives the text an origin's offsets belong to; undefined when it is not at hand. */
export type TextOf = (at: { file?: string; cell?: number }) => string | undefined;

/**
 * The edit that makes a slot's value `value`, or why there is none. A literal is rewritten where it stands (in the call, at
 * the variable, in the config, at the argparse default), in its author's style; a default of a Python call is written out.
 * `typed`: spelled by the user, taken as it is.
 */
export function editOf(
  slot: Slot,
  value: Value,
  textOf: TextOf,
  index?: number,
  typed?: string,
): TextEdit | { whyNot: string } {
  const { value: current, finding, path } = slot;
  if (current.status === "unknown") return { whyNot: current.because };
  if (current.status === "default") return insertKeyword(slot, typed ?? spell(value), textOf);
  // A list is one literal, unless each of its entries comes from somewhere of its own.
  const entries = Array.isArray(current.value) ? (current.value as readonly Value[]) : undefined;
  if (index !== undefined && entries && current.origins.length !== entries.length)
    return editOf(
      slot,
      entries.map((v, i) => (i === index ? value : v)),
      textOf,
    );
  const wanted = index === undefined ? current.value : entries?.[index];
  const origin = current.origins[index ?? 0];
  if (!origin || wanted === undefined) return { whyNot: "it is computed; edit what it is computed from" };
  const cell = origin.cell ?? finding.cell;
  const text = textOf({ file: origin.file, cell })?.slice(origin.from, origin.to);
  if (text === undefined) return { whyNot: "its file is not at hand" };
  if (!spells(text, wanted))
    return { whyNot: `it is computed from ${path === text ? "another value" : `\`${clip(text)}\``}` };
  const insert = typed ?? (typeof value === "number" ? formatLike(text, value) : likeQuoted(text, value));
  return {
    from: origin.from,
    to: origin.to,
    insert,
    ...(origin.file && { file: origin.file }),
    ...(cell !== undefined && { cell }),
  };
}

/** Whether this literal text alone is the value: then rewriting it is enough. */
function spells(text: string, value: Value): boolean {
  const plain = text.trim().replaceAll("_", "");
  if (typeof value === "number") return plain !== "" && Number(plain) === value;
  if (typeof value === "boolean")
    return /^(true|false|yes|no|on|off)$/i.test(plain) && /^(true|yes|on)$/i.test(plain) === value;
  if (typeof value === "string") return text.trim().replace(/^(['"])(.*)\1$/s, "$2") === value;
  if (value === null) return /^(none|null|~)$/i.test(plain);
  if (Array.isArray(value)) {
    const numbers = plain
      .replace(/^[([]|[)\]]$/g, "")
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean)
      .map(Number);
    return numbers.length === value.length && numbers.every((n, i) => n === value[i]);
  }
  return false;
}

/** A word, flag or list in the spelling of what it replaces: quotes kept, `true` or `True` kept. */
function likeQuoted(old: string, value: Value): string {
  if (typeof value === "boolean") return /^[a-z]/.test(old.trim()) ? String(value) : value ? "True" : "False";
  if (typeof value === "string") {
    const quote = /^\s*(['"])/.exec(old)?.[1] ?? "";
    return `${quote}${value}${quote}`;
  }
  if (Array.isArray(value)) {
    const open = /^\s*([([])/.exec(old)?.[1] ?? "[";
    const close = open === "(" ? ")" : "]";
    const numbers = value.map((v) => spell(v as Value)).join(", ");
    return `${open}${numbers}${open === "(" && value.length === 1 ? "," : ""}${close}`;
  }
  return spell(value);
}

function spell(value: Value): string {
  if (typeof value === "number") return formatLike("", value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((v) => spell(v as Value)).join(", ")}]`;
  return "None";
}

/** `, gamma=0.5` before the closing parenthesis of the call. */
function insertKeyword({ finding, path }: Slot, spelled: string, textOf: TextOf): TextEdit | { whyNot: string } {
  const text = textOf({ cell: finding.cell });
  const call = text?.slice(finding.span.from, finding.span.to);
  if (!call?.endsWith(")")) return { whyNot: "the library's default; write the key to change it" };
  const name = path.slice(path.lastIndexOf("/") + 1);
  const inside = call.slice(0, -1).trimEnd();
  const comma = inside.endsWith("(") || inside.endsWith(",") ? (inside.endsWith(",") ? " " : "") : ", ";
  const at = finding.span.from + inside.length;
  // A trailing comma or a closing parenthesis on its own line stays where it is.
  return {
    from: at,
    to: at,
    insert: `${comma}${name}=${spelled}`,
    ...(finding.cell !== undefined && { cell: finding.cell }),
  };
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
