import type { SyntaxNode } from "@lezer/common";
import { CallResult, first, Library, Member, type PythonCall } from "./evaluate/index.js";
import type { Reader } from "./reader.js";

/** Calls of a def by its name, those inside itself left out: `x.train()` is none of a function, `train()` none of a method. */
export function callersOf(reader: Reader, definition: SyntaxNode): readonly PythonCall[] {
  const name = definition.getChild("VariableName");
  const text = name && reader.text(name);
  if (!text) return [];
  const owner = definition.parent?.parent;
  const method = (owner?.name === "DecoratedStatement" ? owner.parent?.parent : owner)?.name === "ClassDefinition";
  if (method && text === "__init__") return [];
  const kind = method ? "MemberExpression" : "VariableName";
  return reader
    .named(text)
    .filter((site) => !(site.from >= definition.from && site.to <= definition.to) && site.callee.name === kind)
    .filter((site) => !method || !ofLibrary(reader, site));
}

/** `scheduler.step()` of a library's scheduler is no call of a method of this file. */
function ofLibrary(reader: Reader, site: PythonCall): boolean {
  const value = reader.asRun(site);
  const call = value === undefined ? undefined : first(value);
  const called = call instanceof CallResult ? first(call.callee) : undefined;
  const owner = called instanceof Member ? first(called.of) : undefined;
  const maker = owner instanceof CallResult ? first(owner.callee) : undefined;
  return maker instanceof Library && (maker.certain || reader.found(owner as CallResult) !== undefined);
}

/** The argument that a call gives for a parameter. */
export function argumentFor(site: PythonCall, names: readonly string[], name: string): SyntaxNode | undefined {
  const keyword = site.arguments.find((argument) => argument.name === name);
  if (keyword) return keyword.value;
  const own = names[0] === "self" ? names.slice(1) : names;
  return site.arguments.filter((argument) => argument.name === undefined)[own.indexOf(name)]?.value;
}
