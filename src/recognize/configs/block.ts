import type { Value } from "../../schedules/define.js";
import { entryOf, numberOf, type ConfigNode, type Entry, type Place } from "../../source/config.js";
import { evaluateExpression, type Plain } from "../../source/expression.js";
import { plainOf, resolveNode } from "../../source/references.js";
import type { Evaluated, Origin } from "../finding.js";

/** A value of a configuration with its key and its surroundings; references are followed when it is read. */
export class Block {
  readonly node: ConfigNode;

  constructor(
    readonly root: ConfigNode,
    written: ConfigNode,
    /** The key under which it stands; absent for the root and for list items. */
    readonly entry?: Entry,
    readonly parent?: Block,
  ) {
    this.node = resolveNode(written, root, parent ? [...parent.chain()] : []);
  }

  /** Nodes from the root down to this one. */
  chain(): ConfigNode[] {
    return [...(this.parent?.chain() ?? []), this.node];
  }

  /** By dotted path; a key that holds dots itself is found too. Undefined when not written. */
  at(path: string): Block | undefined {
    const whole = entryOf(this.node, path);
    if (whole) return new Block(this.root, whole.value, whole, this);
    for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1)) {
      const found = this.at(path.slice(0, dot))?.at(path.slice(dot + 1));
      if (found) return found;
    }
    return undefined;
  }

  /** The first of several paths that is written with a value other than null. */
  first(...paths: readonly string[]): Block | undefined {
    for (const path of paths) {
      const found = this.at(path);
      if (found && found.value !== null) return found;
    }
    return undefined;
  }

  has(path: string): boolean {
    return this.at(path) !== undefined;
  }

  /** A map's entries; duplicates only once, the last. */
  get entries(): Block[] {
    const node = this.node;
    if (node.kind !== "map") return [];
    const last = new Map(node.entries.map((e) => [e.key, e]));
    return node.entries.filter((e) => last.get(e.key) === e).map((e) => new Block(this.root, e.value, e, this));
  }

  /** A list's items; anything else is its own only item. */
  get items(): Block[] {
    return this.node.kind === "list" ? this.node.items.map((i) => new Block(this.root, i, undefined, this)) : [this];
  }

  /** Every entry written under this key, in order (prototxt's repeated fields). */
  all(key: string): Block[] {
    const node = this.node;
    if (node.kind !== "map") return [];
    return node.entries
      .filter((e) => e.key === key)
      .flatMap((e) =>
        e.value.kind === "list"
          ? new Block(this.root, e.value, e, this).items
          : [new Block(this.root, e.value, e, this)],
      );
  }

  get key(): string {
    return this.entry?.key ?? "";
  }

  get tag(): string {
    return this.node.tag ?? "";
  }

  /** Scalar value, list or Map; undefined where a reference leads nowhere. */
  get value(): Value | undefined {
    return valueOf(this.node, this.root, 0);
  }

  /** The number written here, also as a string, a fraction or an expression. */
  get number(): number | undefined {
    return asNumber(this.value);
  }

  num(path: string): number | undefined {
    return this.at(path)?.number;
  }

  /** The word written here; undefined for numbers, lists and maps. */
  str(path: string): string | undefined {
    const value = this.at(path)?.value;
    return typeof value === "string" ? value : undefined;
  }

  bool(path: string): boolean | undefined {
    const value = this.at(path)?.value;
    return typeof value === "boolean" ? value : undefined;
  }

  get evaluated(): Evaluated {
    return evaluatedOf(this.node, this.value);
  }
}

/** A number that a file may give as text: "1e-4", "0.001 / 64.0", "2.**16". */
export function asNumber(value: Value | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/\d/.test(value)) return undefined;
  const number = numberOf(value) ?? evaluateExpression(value.replace(/(\d)\.(?=\*)/g, "$1.0"));
  return typeof number === "number" ? number : undefined;
}

/** A list of numbers that a file may give as text: "(60000, 80000)", "30,55", "[1, 2]", or one number alone. */
export function asNumbers(value: Value | undefined): readonly number[] | undefined {
  const plain: unknown =
    typeof value === "string" && /^[\s[(]*[-\d.]/.test(value)
      ? evaluateExpression(/^[ \t]*[[(]/.test(value) ? value : `[${value}]`)
      : value;
  if (typeof plain === "number") return [plain];
  if (!Array.isArray(plain)) return undefined;
  const numbers = plain.map(asNumber);
  return numbers.every((n) => n !== undefined) ? numbers : undefined;
}

export function textOf(node: ConfigNode): string {
  return node.kind === "scalar" ? node.text : JSON.stringify(plainOf(node) ?? node.kind);
}

/** The value's own place first, then the references it was reached through. */
export function originsOf(node: ConfigNode): Origin[] {
  const origin = (place: Place, how: string): Origin => ({
    from: place.from,
    to: place.to,
    ...(place.file && { file: place.file }),
    how: place.how ?? (place.file ? "base file" : how),
  });
  return [origin(node.at, "literal"), ...(node.through ?? []).map((p) => origin(p, "reference"))];
}

function evaluatedOf(node: ConfigNode, value: Value | undefined): Evaluated {
  const text = textOf(node);
  const origins = originsOf(node);
  if (value === undefined) return { status: "unknown", text, because: node.note ?? "cannot be read", origins };
  return { status: "known", value, text, origins };
}

function valueOf(node: ConfigNode, root: ConfigNode, depth: number, budget = { left: 20_000 }): Value | undefined {
  if (depth > 8 || --budget.left < 0) return undefined;
  if (node.kind === "scalar") return node.value;
  const inner = (child: ConfigNode) => valueOf(resolveNode(child, root), root, depth + 1, budget);
  if (node.kind === "map") return new Map(node.entries.slice(0, 1000).map((e) => [e.key, inner(e.value) ?? null]));
  if (node.items.length > 10_000) return undefined;
  const items = node.items.map(inner);
  return items.every((i) => i !== undefined) ? (items as Plain[]) : undefined;
}
