import type { SyntaxNode } from "@lezer/common";
import { callValue } from "./evaluate/call.js";
import { ClassValue, first, FunctionValue, Instance, Method } from "./evaluate/index.js";
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
  return new Method(value, instanceOf(reader, owner, value.owner) ?? null);
}

/** An object of a class of the file: as the file makes it, else as its constructor makes it without arguments. */
export function instanceOf(reader: Reader, owner: SyntaxNode, cls: ClassValue | undefined): Instance | undefined {
  for (const site of reader.sites.values()) {
    const value = reader.asRun(site);
    const one = value === undefined ? undefined : first(value);
    if (one instanceof Instance && one.cls.node.from === owner.from && one.cls.module.file === undefined) return one;
  }
  // Made in a function that nothing here calls: as that makes it by itself.
  const name = owner.getChild("VariableName");
  for (const site of name ? reader.named(reader.text(name)).slice(0, 5) : []) {
    const one = first(reader.object(site.node) ?? null);
    if (one instanceof Instance && one.cls.node.from === owner.from && one.cls.module.file === undefined) return one;
  }
  return cls && constructed(reader, cls);
}

/** An object made as the constructor declares it: what it needs and nobody gives is unknown under the parameter's name. */
function constructed(reader: Reader, cls: ClassValue): Instance | undefined {
  const { machine } = reader.program;
  try {
    const made = machine.fresh(() => first(callValue(machine, cls, [], new Map(), {})));
    return made instanceof Instance ? made : undefined;
  } catch {
    return undefined;
  }
}
