import { remembered } from "../byName.js";
import { dictGet, dictItems, dictOf, dictSet, force, plain, stringOf } from "./access.js";
import { attributesOf, construct, allFields } from "./classes.js";
import { copyDict, updateDict } from "./containers.js";
import { dataclassParserMethod } from "./argparse.js";
import { entry, type Machine } from "./machine.js";
import { ClassValue } from "./objects.js";
import { evalLiteral } from "./convert.js";
import { loadedFile, parsedData } from "./dataFiles.js";
import { Builtin, CallResult, Choice, Dict, Library, List, Unknown, type Val } from "./values.js";

/** Classes whose objects are dicts with attributes, by the last part of their name. */
const NAMESPACES =
  /(^|\.)(SimpleNamespace|Namespace|EasyDict|edict|AttrDict|AttributeDict|ConfigDict|FrozenConfigDict|Munch|Bunch|DotMap|DotDict|Box|ConfigBox|CfgNode|CN|HParams|OmegaConf\.create|OmegaConf\.structured|addict\.Dict|config_dict\.create|placeholder|create_config|munchify|Config|Struct|DictConfig)$/;
const isNamespace = remembered((name) => NAMESPACES.test(name));

/** A config object made by a library: its attributes are its entries. Undefined when the library makes no such thing. */
export function makeConfig(
  m: Machine,
  library: Library,
  args: readonly Val[],
  kwargs: ReadonlyMap<string, Val>,
): Val | undefined {
  if (!isNamespace(library.name)) return undefined;
  const [from] = args;
  const given = from === undefined ? undefined : force(from);
  const written = given !== undefined && library.name.endsWith("OmegaConf.create") ? stringOf(given) : undefined;
  const source = written === undefined ? given : force(parsedData(written, "yaml 1.2") ?? null);
  // Config.fromfile and Config("path") read a file.
  if (
    source !== undefined &&
    !(source instanceof Dict) &&
    !(source instanceof ClassValue) &&
    !(typeof source === "object" && source !== null && source.kind === "instance")
  ) {
    if (library.name.endsWith("Config")) return undefined;
    const dict = dictOf([...kwargs], true, flavourOf(library.name));
    dict.open =
      source instanceof Unknown ? source.because : "it is made of values that are only known when the file runs";
    return dict;
  }
  let pairs: [Val, Val][] = [];
  if (source instanceof ClassValue) pairs = fieldsOf(m, source);
  else if (source !== undefined) pairs = dictItems(attributesOf(source) as Dict);
  const dict = dictOf(
    [...pairs, ...kwargs].map(([key, value]) => [key, deep(value)] as const),
    true,
    flavourOf(library.name),
  );
  if (source instanceof Dict) {
    dict.open = source.open as string;
    dict.origins = source.origins;
  }
  return dict;
}

const flavourOf = (name: string) => (/CfgNode$|CN$/.test(name) ? "config node" : "");

function fieldsOf(m: Machine, cls: ClassValue): [Val, Val][] {
  const made = construct(m, cls, [], new Map(), {});
  const values = attributesOf(made);
  return values instanceof Dict
    ? dictItems(values)
    : [...allFields(cls)].map(([name, value]) => [name, value ?? new Unknown(`${name} has no default`)]);
}

/** Nested dicts get attributes too. */
export function deep(value: Val): Val {
  const v = force(value);
  if (!(v instanceof Dict) || v.attributes || v.flavour === "parser") return value;
  const dict = dictOf(
    dictItems(v).map(([key, item]) => [key, deep(item)] as const),
    true,
  );
  dict.open = v.open as string;
  dict.origins = v.origins;
  return dict;
}

type Run = Builtin["run"];

/** Methods of config objects that change or copy them. */
export function configMethod(m: Machine, v: Dict, name: string): Run | undefined {
  const parser = dataclassParserMethod(v, name);
  if (parser) return parser;
  if (!v.attributes) return undefined;
  switch (name) {
    case "clone":
    case "copy":
    case "deepcopy":
      return () => deepCopy(v);
    case "defrost":
    case "freeze":
    case "lock":
    case "unlock":
    case "unlocked":
    case "set_new_allowed":
    case "dump":
    case "pretty":
      return () => v;
    case "merge_from_list":
    case "set_from_list":
      return ([list]) => {
        const words = list === undefined ? undefined : force(list);
        if (words instanceof List)
          for (let i = 0; i + 1 < words.items.length; i += 2)
            setPath(m, v, stringOf(words.items[i]!) ?? "", words.items[i + 1]!);
        return null;
      };
    case "merge_from_other_cfg":
    case "update":
    case "update_from_flattened_dict":
    case "merge":
      return ([other], kwargs) => {
        if (other !== undefined) merge(m, v, other);
        for (const [key, value] of kwargs) dictSet(m, v, key, value);
        return null;
      };
    case "merge_from_file":
    case "load":
      return ([path], _, { module }) => {
        const given = force(path ?? null);
        const read = given instanceof Choice ? undefined : loadedFile(m, module, given, "yaml");
        const file = read === undefined ? undefined : force(read);
        // A file that builds on another one is not followed.
        if (file instanceof Dict && !dictGet(file, "_BASE_")) {
          merge(m, v, file);
          return null;
        }
        overridden(
          m,
          v,
          `it may be overridden by the file given to ${name}()${stringOf(path ?? null) ? ` (${stringOf(path ?? null)})` : ""}`,
        );
        return null;
      };
    case "add_hparam":
      return ([key, value]) => (dictSet(m, v, key ?? null, value ?? null), null);
    case "get_ref":
    case "get_oneway_ref":
      return ([key]) => v.entries.get(stringOf(key ?? null) ?? "")?.[1] ?? new Unknown("no such entry");
    default:
      return undefined;
  }
}

export function deepCopy(v: Dict): Dict {
  const copy = copyDict(v);
  for (const [key, [name, value]] of copy.entries) {
    const inner = force(value);
    if (inner instanceof Dict) copy.entries.set(key, entry(name, deepCopy(inner)));
  }
  return copy;
}

/** `cfg.merge_from_list(["SOLVER.BASE_LR", 0.1])`, OmegaConf.update. Text is read as yacs does. */
function setPath(m: Machine, v: Dict, path: string, value: Val): void {
  const parts = path.split(".");
  let at = v;
  for (const part of parts.slice(0, -1)) {
    const next = at.entries.get(part)?.[1];
    const inner = next === undefined ? undefined : force(next);
    if (!(inner instanceof Dict)) return;
    at = inner;
  }
  const text = plain(value);
  dictSet(m, at, parts.at(-1)!, typeof text === "string" ? (evalLiteral(text) ?? value) : value);
}

/** Nested update: dicts into dicts, everything else replaces. */
export function merge(m: Machine, v: Dict, other: Val): void {
  const from = force(attributesOf(other));
  if (!(from instanceof Dict)) return updateDict(m, v, from);
  for (const [key, value] of dictItems(from)) {
    const old = v.entries.get(stringOf(key) ?? "")?.[1];
    const [a, b] = [old === undefined ? undefined : force(old), force(value)];
    if (a instanceof Dict && b instanceof Dict) merge(m, a, b);
    else dictSet(m, v, key, v.attributes ? deep(value) : value);
  }
}

function overridden(m: Machine, v: Dict, because: string, depth = 0): void {
  for (const [key, [name, value]] of v.entries) {
    const inner = force(value);
    if (inner instanceof Dict && depth < 10) overridden(m, inner, because, depth + 1);
    else m.write(v.entries, key, entry(name, new Choice([value, new Unknown(because)])));
  }
  m.write(v as never, "open", because);
}

/** OmegaConf.merge(a, b, …): a new config. */
export function merged(m: Machine, args: readonly Val[]): Val {
  const result = new Dict(true);
  for (const arg of args) merge(m, result, arg);
  return result;
}

/** wandb.config: what wandb.init(config=…) was given; the service may change it. */
export function wandbInit(
  m: Machine,
  library: Library,
  args: readonly Val[],
  kwargs: ReadonlyMap<string, Val>,
  made: CallResult,
): Val {
  void library;
  void args;
  const config = kwargs.get("config");
  const from = config === undefined ? undefined : force(attributesOf(config));
  if (from instanceof Dict) for (const [key, value] of dictItems(from)) dictSet(m, m.wandb, key, deep(value));
  made.attrs.set("config", m.wandb);
  return made;
}
