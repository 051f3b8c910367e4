import { dictGet, dictItems, dictPut, force, plain, stringOf } from "./access.js";
import { deep, merge } from "./configs.js";
import { loadedFile } from "./dataFiles.js";
import { entry, type Machine } from "./machine.js";
import type { FunctionValue } from "./objects.js";
import { CallResult, Dict, Library, List, Tracked, Unknown, type Val } from "./values.js";

/** The configuration that `@hydra.main(config_path="conf", config_name="config")` hands over, composed of the files it names. */
export function hydraConfig(m: Machine, fn: FunctionValue): Val | undefined {
  const mark = fn.decorators.find(
    (one): one is CallResult =>
      one instanceof CallResult && one.callee instanceof Library && one.callee.name === "hydra.main",
  );
  if (!mark) return undefined;
  const at = (name: string, position: number) => stringOf(mark.kwargs.get(name) ?? mark.args[position] ?? null);
  const name = at("config_name", 1);
  const root = name === undefined ? undefined : composed(m, fn, at("config_path", 0) ?? ".", name);
  if (!root) return undefined;
  root.name = fn.code.params[0]?.name ?? "cfg";
  interpolate(root, root, 0);
  return root;
}

function composed(m: Machine, fn: FunctionValue, folder: string, name: string): Dict | undefined {
  const path = `${folder}/${name.replace(/\.ya?ml$/, "")}.yaml`.replace(/^\.\//, "");
  const own = force(loadedFile(m, fn.module, path, "yaml 1.2") ?? null);
  if (!(own instanceof Dict)) return undefined;
  const defaults = force(dictGet(own, "defaults") ?? null);
  const config = new Dict(true, "config");
  const rest = new Dict();
  for (const [key, value] of dictItems(own)) {
    const text = stringOf(key);
    if (text !== undefined && text !== "defaults") rest.entries.set(text, entry(key, value));
  }
  let told = false;
  for (const item of defaults instanceof List ? defaults.items : []) {
    const one = plain(item);
    if (one === "_self_") {
      merge(m, config, rest);
      told = true;
    } else if (typeof one === "string") add(config, undefined, one);
    else if (one instanceof Dict)
      for (const [key, value] of dictItems(one)) add(config, stringOf(key), stringOf(value));
  }
  // What the file says itself comes last, unless it says otherwise.
  if (!told) merge(m, config, rest);
  return config;

  function add(into: Dict, group: string | undefined, option: string | undefined): void {
    const plainGroup = group === undefined || /^[\w/]+$/.test(group);
    const inner =
      option === undefined || !plainGroup ? undefined : composed(m, fn, group ? `${folder}/${group}` : folder, option);
    if (!inner) into.open = "it is composed of files that are not followed";
    else if (!group) merge(m, into, inner);
    else {
      const holder = new Dict();
      dictPut(holder, group.split("/").at(-1)!, inner);
      merge(m, into, holder);
    }
  }
}

/** `${optim.lr}` stands for what stands there; any other interpolation is not followed. */
function interpolate(root: Dict, dict: Dict, depth: number): void {
  for (const [key, [name, value]] of dict.entries) {
    const one = force(value);
    if (one instanceof Dict && depth < 10) interpolate(root, one, depth + 1);
    const text = one instanceof Tracked || typeof one === "string" ? stringOf(one) : undefined;
    if (!text?.includes("${")) continue;
    const path = /^\$\{([\w.]+)\}$/.exec(text)?.[1]?.split(".");
    let found: Val | undefined = path && root;
    for (const part of path ?? []) {
      const at: Val | null = found === undefined ? null : force(found);
      found = at instanceof Dict ? dictGet(at, part) : undefined;
    }
    const known = found !== undefined && !stringOf(found)?.includes("${");
    dict.entries.set(key, entry(name, known ? deep(found!) : new Unknown(`the interpolation ${text}`)));
  }
}
