import type { SyntaxNode } from "@lezer/common";
import { first, force } from "./access.js";
import { getAttribute, libraryBase, lookup } from "./attributes.js";
import { Code } from "./code.js";
import { compile } from "./expressions.js";
import type { Ex, Frame } from "./frame.js";
import { getItem } from "./items.js";
import { BASE, ClassValue, FunctionValue, Instance, Method } from "./objects.js";
import { kids } from "./syntax.js";
import { Builtin, CallResult, Deferred, Library, List, Member, Unknown, type Val } from "./values.js";

export function compileMember(node: SyntaxNode, code: Code): Ex {
  const parts = kids(node);
  const object = compile(parts[0], code);
  const place = { node, module: code.module };
  if (parts[1]?.name === "." && parts[2] && /^super\s*\(/.test(code.text(parts[0]!))) {
    const name = code.text(parts[2]);
    return (frame) => superAttribute(frame, name);
  }
  if (parts[1]?.name === ".") {
    const name = parts[2] ? code.text(parts[2]) : "";
    if (!name) return () => new Unknown("it is not finished");
    return (frame) => {
      const of = object(frame);
      if (frame.m.tracking && of instanceof Deferred && of.foreign && of.value === undefined)
        return new Deferred(() => getAttribute(frame.m, of, name, place), of.foreign);
      return getAttribute(frame.m, of, name, place);
    };
  }
  const index = compileSubscript(parts.slice(2, parts.at(-1)?.name === "]" ? -1 : undefined), code);
  return (frame) => getItem(frame.m, object(frame), index(frame), place);
}

/** `super().name`: the attribute of the bases, bound to the method's first argument. */
function superAttribute(frame: Frame, name: string): Val {
  let method: Frame | undefined = frame;
  while (method && !method.owner) method = method.parent;
  const self = method?.slots[0];
  if (!method?.owner || self === undefined) return new Unknown("super() outside of a method");
  for (const base of method.owner.bases) {
    const value = force(base);
    const found = value instanceof ClassValue ? lookup(value, name) : undefined;
    if (found instanceof FunctionValue) return found.role === "static" ? found : new Method(found, self);
    if (found !== undefined) return found;
  }
  const one = first(self);
  const base = one instanceof Instance ? libraryBase(method.owner) : undefined;
  if (one instanceof Instance && base instanceof Library) {
    if (name === "__init__")
      return new Builtin(name, (args, kwargs, { m, node, module, more }) => {
        m.write(one.attrs, BASE, new CallResult(base, args, kwargs, node, module, more));
        return new CallResult(new Member(self, name), args, kwargs, node, module, more);
      });
    if (name === "__call__" && one.base) return one.base;
  }
  // The library's own method: its effect is not known, and it is taken to leave the object's attributes alone.
  return new Member(self, name);
}

/** What stands between the brackets: one value, a tuple, or slices (as tuples marked by the name "slice"). */
export function compileSubscript(parts: readonly SyntaxNode[], code: Code): Ex {
  const groups: SyntaxNode[][] = [[]];
  for (const part of parts) {
    if (part.name === ",") groups.push([]);
    else groups.at(-1)!.push(part);
  }
  const trailing = groups.length > 1 && groups.at(-1)!.length === 0;
  if (trailing) groups.pop();
  const runs = groups.map((group): Ex => {
    if (!group.some((part) => part.name === ":")) return compile(group[0], code);
    const bounds: (Ex | undefined)[] = [undefined, undefined, undefined];
    let at = 0;
    for (const part of group) {
      if (part.name === ":") at++;
      else bounds[at] = compile(part, code);
    }
    return (frame) =>
      new List(
        bounds.map((bound) => bound?.(frame) ?? null),
        "tuple",
        ["slice", "slice", "slice"],
      );
  });
  if (runs.length === 1 && !trailing) return runs[0]!;
  return (frame) =>
    new List(
      runs.map((run) => run(frame)),
      "tuple",
    );
}
