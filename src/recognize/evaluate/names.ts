import { byName } from "../byName.js";
import type { SyntaxNode } from "@lezer/common";
import type { Code } from "./code.js";
import type { Ex, Frame } from "./frame.js";
import { builtinNames } from "./builtins.js";
import { relabel } from "./access.js";
import { PyError, type Machine } from "./machine.js";
import { meaningOf, symbolFor } from "./symbols.js";
import { Library, Unknown, type Val } from "./values.js";

/** Where a name lives, seen from a code: in a slot so many frames out, or in the module. */
type Home = { readonly hops: number; readonly slot: number } | "global" | "class";

function homeOf(code: Code, name: string): Home {
  let hops = 0;
  let renames: readonly Map<string, number>[] = code.renames;
  for (let at: Code | undefined = code; at; at = at.outer, hops++) {
    for (let i = renames.length - 1; i >= 0; i--) {
      const slot = renames[i]!.get(name);
      if (slot !== undefined) return { hops, slot };
    }
    if (at.kind === "module") return "global";
    if (at.kind === "class") {
      if (at === code) return at.globals.has(name) ? "global" : "class";
    } else {
      if (at.globals.has(name)) return "global";
      const slot = at.slots.get(name);
      if (slot !== undefined) return { hops, slot };
    }
    renames = at.outerRenames;
  }
  return "global";
}

function out(frame: Frame, hops: number): Frame | undefined {
  let at: Frame | undefined = frame;
  for (; hops > 0 && at; hops--) at = at.parent;
  return at;
}

/** Reads a name. What is defined nowhere comes back as a Library value that is not certain, by its bare name. */
export function readName(code: Code, name: string): Ex {
  // Resolved at the first read, when the whole body has been compiled; inside comprehensions at once.
  let home: Home | undefined = homeOf(code, name);
  if (home === "global" && code.kind !== "module") home = undefined;
  return (frame) => {
    home ??= homeOf(code, name);
    if (home === "global") return readGlobal(frame, name);
    if (home === "class") return frame.names?.get(name) ?? readOuter(code, frame, name);
    const value = home.hops === 0 ? frame.slots[home.slot] : out(frame, home.hops)?.slots[home.slot];
    if (value !== undefined) return home.hops > 0 && !frame.m.tracking ? frame.m.strip(value) : value;
    if (frame.m.tracking) return new Unknown(`${name} is not assigned where it is used`, name);
    throw new PyError("UnboundLocalError", `cannot access local variable '${name}'`);
  };
}

function readOuter(code: Code, frame: Frame, name: string): Val {
  let hops = 1;
  for (let at = code.outer; at; at = at.outer, hops++) {
    const slot = at.kind === "function" || at.kind === "lambda" ? at.slots.get(name) : undefined;
    const value = slot === undefined ? undefined : out(frame, hops)?.slots[slot];
    if (value !== undefined) return value;
  }
  return readGlobal(frame, name);
}

/** Modules that a fragment of a file uses without importing them; nobody calls anything else so. */
const unmistakable: Readonly<Record<string, Library | undefined>> = byName({
  math: new Library("math"),
  np: new Library("numpy"),
  numpy: new Library("numpy"),
  jnp: new Library("jax.numpy"),
});

export function readGlobal(frame: Frame, name: string): Val {
  const { module } = frame;
  const value = module.globals.get(name) ?? builtinNames.get(name);
  if (value !== undefined) {
    if (!frame.m.tracking) return frame.m.strip(value);
    return frame.names === module.globals ? value : relabel(value, "module constant");
  }
  const known = unmistakable[name];
  if (known) return known;
  const candidates = module.stars.toReversed().map((star) => `${star}.${name}`);
  return candidates.length
    ? new Library(candidates[0]!, false, [...candidates.slice(1), name])
    : new Library(name, false);
}

/** A name that the file reads as a value and never defines: as the user set it, or assumed where its meaning is clear. */
export function freeName(m: Machine, value: Library, name: string, node: SyntaxNode): Val {
  if (!m.assume.has(name) && !meaningOf(name)) return value;
  const symbol = symbolFor(m, name, `${name} is not defined in this file`, node);
  return m.tracking ? symbol : m.strip(symbol);
}

/** Binds a name in the frame of `code`. */
export function writeName(code: Code, name: string): (frame: Frame, value: Val) => void {
  let home: Home | undefined;
  return (frame, value) => {
    home ??= homeOf(code, name);
    if (home === "class") frame.m.write(frame.names!, name, value);
    else if (home === "global") frame.m.write(frame.module.globals, name, value);
    else if (home.hops === 0 && !frame.m.tracking) frame.slots[home.slot] = value;
    else frame.m.write(out(frame, home.hops)!.slots, home.slot, value);
  };
}
