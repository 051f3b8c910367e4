import { force } from "./access.js";
import { ClassValue, FunctionValue, Instance, Method } from "./objects.js";
import { typeName } from "./operators.js";
import {
  Builtin,
  CallResult,
  Choice,
  Dict,
  Float,
  Library,
  List,
  Member,
  Tracked,
  Unknown,
  type Val,
} from "./values.js";

export function isInstance(v: Val, type: Val): boolean | Unknown {
  if (type instanceof List) {
    const all = type.items.map((item) => isInstance(v, force(item)));
    return all.includes(true) ? true : (all.find((truth) => typeof truth !== "boolean") ?? false);
  }
  if (v instanceof Unknown) return v;
  if (v instanceof Choice) {
    const all = v.values.map((option) => isInstance(force(option), type));
    return all.every((truth) => truth === all[0])
      ? all[0]!
      : new Unknown("it depends on a condition that is not known");
  }
  if (type instanceof ClassValue) {
    if (v instanceof Instance) return inherits(v.cls, type);
    return v instanceof CallResult || v instanceof Member ? new Unknown("it is only known when the file runs") : false;
  }
  if (type instanceof Builtin) {
    const name = typeName(v);
    if (
      v instanceof CallResult ||
      v instanceof Member ||
      (typeof v === "object" && v !== null && v.kind === "operation")
    )
      return new Unknown("it is only known when the file runs");
    return name === type.name || (name === "bool" && type.name === "int");
  }
  if (type instanceof Library) {
    const short = type.name.split(".").at(-1)!;
    const name = typeName(v);
    if (short === "Number" || short === "Real") return name === "int" || name === "float" || name === "bool";
    if (short === "Integral") return name === "int" || name === "bool";
    if (/^(Iterable|Sequence|Collection|abc)$/.test(short))
      return name === "list" || name === "tuple" || (name === "str" && short !== "abc") || name === "dict";
    if (/^(Mapping|MutableMapping|Dict)$/.test(short)) return name === "dict";
    if (/^(Callable)$/.test(short)) return v instanceof FunctionValue || v instanceof Method;
    if (short === "basestring" || short === "string_types") return name === "str";
    if (short === "long" || short === "integer_types") return name === "int";
    const data =
      v === null ||
      typeof v !== "object" ||
      v instanceof Tracked ||
      v instanceof Float ||
      v instanceof List ||
      v instanceof Dict;
    if (data) return false;
    if (v instanceof CallResult && v.callee instanceof Library && v.callee.name === type.name) return true;
  }
  return new Unknown("it is only known when the file runs");
}

function inherits(cls: ClassValue, base: ClassValue, depth = 0): boolean {
  return (
    cls === base ||
    (depth < 20 &&
      cls.bases.some((parent) => {
        const value = force(parent);
        return value instanceof ClassValue && inherits(value, base, depth + 1);
      }))
  );
}
