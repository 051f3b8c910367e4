import type { SyntaxNode } from "@lezer/common";
import { lookup } from "./evaluate/attributes.js";
import { callValue } from "./evaluate/call.js";
import {
  type CallResult,
  ClassValue,
  first,
  FunctionValue,
  Instance,
  List,
  Method,
  type PythonCall,
  type Val,
} from "./evaluate/index.js";
import type { Reader } from "./reader.js";

/** The function as a value: of the module, or bound to the object that the file makes of its class. */
export function functionValue(
  reader: Reader,
  definition: SyntaxNode,
  of?: SyntaxNode,
): FunctionValue | Method | undefined {
  const { program } = reader;
  const value = program.definition(definition);
  if (!(value instanceof FunctionValue)) return undefined;
  const owner = definition.parent?.parent?.name === "ClassDefinition" ? definition.parent.parent : undefined;
  if (!owner || value.role === "static") return value;
  if (of) {
    const cls = program.definition(of);
    return new Method(value, instanceOf(reader, of, cls instanceof ClassValue ? cls : undefined) ?? null);
  }
  return new Method(value, instanceOf(reader, owner, value.owner, value) ?? null);
}

/**
 * An object of a class of the file: as the file makes it, or one of a class that takes `method` over from it, else as its constructor
 * makes it without arguments.
 */
export function instanceOf(
  reader: Reader,
  owner: SyntaxNode,
  cls: ClassValue | undefined,
  method?: FunctionValue,
): Instance | undefined {
  let heir: Instance | undefined;
  for (const site of reader.sites.values()) {
    const value = reader.asRun(site);
    const one = value === undefined ? undefined : first(value);
    if (!(one instanceof Instance) || one.cls.module.file !== undefined) continue;
    if (one.cls.node.from === owner.from) return asMade(reader, one);
    if (method && one.cls.bases.length > 0 && lookup(one.cls, method.name) === method) heir ??= one;
  }
  if (heir) return asMade(reader, heir);
  // Made in a function that nothing here calls: as that makes it by itself.
  const name = owner.getChild("VariableName");
  for (const site of name ? reader.named(reader.text(name)).slice(0, 5) : []) {
    const one = first(reader.object(site.node) ?? null);
    if (one instanceof Instance && one.cls.node.from === owner.from && one.cls.module.file === undefined)
      return asMade(reader, one);
  }
  return cls && constructed(reader, cls);
}

/** An object as its constructor leaves it: what its own methods have changed since, in a loop that was read, is put back. */
export function asMade(reader: Reader, one: Instance): Instance {
  const { call, cls } = one;
  const text = textOf(cls);
  const moved = new Set([...text.matchAll(/\bself\.(\w+)\s*[-+*/]=/g)].map((match) => match[1]!));
  // What it holds counts by itself: `self.phases[i].step()`.
  for (const [name, value] of one.attrs) if (holdsObjects(value)) moved.add(name);
  if (!call || ![...moved].some((name) => one.attrs.has(name))) return one;
  const begun = constructed(reader, cls, call);
  if (!begun) return one;
  const copy = new Instance(cls, call);
  for (const [name, value] of one.attrs)
    copy.attrs.set(name, (moved.has(name) ? begun.attrs.get(name) : undefined) ?? value);
  return copy;
}

/** Places looked at for objects of one class. */
const mostMade = 20;

/** Where the file makes objects of a class of its own, and these. */
export function madeOf(reader: Reader, owner: SyntaxNode): { site: PythonCall; one: Instance }[] {
  const name = owner.getChild("VariableName");
  return (name ? reader.named(reader.text(name)) : []).slice(0, mostMade).flatMap((site) => {
    const value = first(reader.asRun(site.node) ?? reader.object(site.node) ?? null);
    const here = value instanceof Instance && value.cls.module.file === undefined && value.cls.node.from === owner.from;
    return here && value.call?.node?.from === site.from ? [{ site, one: asMade(reader, value) }] : [];
  });
}

const textOf = ({ module, node }: ClassValue) => module.source.code.slice(node.from, node.to);

function holdsObjects(value: Val): boolean {
  const one = first(value);
  const items = one instanceof List ? one.items.slice(0, 8).map((item) => first(item)) : [one];
  return items.some((item) => item instanceof Instance && /\bself\.\w+\s*[-+*/]=/.test(textOf(item.cls)));
}

/** An object made as the constructor declares it: what it needs and nobody gives is unknown under the parameter's name. */
function constructed(reader: Reader, cls: ClassValue, call?: CallResult): Instance | undefined {
  const { machine } = reader.program;
  try {
    const made = machine.fresh(() =>
      first(callValue(machine, cls, [...(call?.args ?? [])], new Map(call?.kwargs), { more: call?.more ?? false })),
    );
    return made instanceof Instance ? made : undefined;
  } catch {
    return undefined;
  }
}
