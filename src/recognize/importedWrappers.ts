import { libraryBase, lookup } from "./evaluate/attributes.js";
import { ClassValue, first, FunctionValue, Instance, Library, Method, plain } from "./evaluate/index.js";
import type { Finding } from "./finding.js";
import { readBy } from "./functionFinding.js";
import { asMade } from "./functionObjects.js";
import { rateOf } from "./functionRate.js";
import { guarded } from "./guarded.js";
import { madeAt } from "./madeAt.js";
import { moves } from "./ownLoop/moves.js";
import { optimizerOf } from "./optimizers.js";
import { MOST_SCHEDULES, type Reader } from "./reader.js";
import { countsItself, timeParameter } from "./writes.js";

/** Words in the names of classes that set a rate: looked at first, for every call of the file would have to be followed otherwise. */
const words = /lr|sched|warm_?up|warm[A-Z]|poly|cosine|decay|anneal|cycl|noam|opt(?:im|$)/i;
/** Of these a class that sets a rate is a schedule, even when it cannot be followed. */
const sure = /lr|sched|warm_?up|cosine|anneal|cycl|noam/i;
const sets =
  /\[\s*['"](?:lr|learning_rate)['"]\s*\]\s*=(?!=)|\boptim\w*\.(?:lr|learning_rate)\s*=(?!=)|\.set_(?:lr|learning_rate)\(/;
/** Bases that bring no behaviour. */
const plainBase = /^(?:abc\.ABC|typing(?:_extensions)?\.(?:Generic|Protocol)|(?:builtins\.)?object)$/;
const setter = /step|lr|learning_rate|update|adjust|__call__|schedule/i;
/**
 * `NoamOpt(512, 1, 4000, Adam(…))` of a class that another file of the workspace writes: no library's scheduler, but one of its methods,
 * which counts its own calls or is given the step, sets the optimizer's rate. Told where it is made.
 */
export function importedWrappers(reader: Reader): Finding[] {
  const found: Finding[] = [];
  for (const site of reader.sites.values()) {
    if (found.length >= MOST_SCHEDULES) break;
    if (!/^[A-Z]/.test(site.name) || !words.test(site.name)) continue;
    const made = first(reader.object(site.node) ?? null);
    if (!(made instanceof Instance) || made.cls.module.file === undefined) continue;
    // `class Noam(Adam)` sets its own rate; what builds on another class of a library is that library's matter.
    const base = libraryBase(made.cls);
    if (base instanceof Library && !optimizerOf(base) && !plainBase.test(base.name)) continue;
    const fn = setterOf(made.cls);
    if (!fn || withoutOptimizer(made)) continue;
    const one = asMade(reader, made);
    const params = fn.code.params.slice(1).flatMap(({ name, star }) => (star ? [] : [name]));
    const rate = rateOf(reader, new Method(fn, one), params, timeParameter(params, fn.text), new Map(), true);
    // One that begins, and then moves or fails.
    if (!sure.test(site.name) && (guarded(() => rate(0, 0.1)) === undefined || !moves(rate, true))) continue;
    found.push(madeAt(reader, site, one, rate, params.join()));
  }
  return found;
}

/** Made without the optimizer that it could be given: it computes some other value. */
function withoutOptimizer({ cls, call }: Instance): boolean {
  const init = lookup(cls, "__init__");
  if (!(init instanceof FunctionValue)) return false;
  const names = init.code.params.slice(1).map(({ name }) => name);
  const at = names.findIndex((name) => /optim|^opt$/i.test(name));
  if (at < 0) return false;
  const given = call?.kwargs.get(names[at]!) ?? call?.args[at] ?? init.defaults.get(names[at]!);
  return given !== undefined && plain(first(given)) === null;
}

/** The method that sets the rate, as it is called: one that is given the step, or that counts. */
function setterOf(cls: ClassValue, depth = 0): FunctionValue | undefined {
  for (const [name, fn] of cls.attrs) {
    if (!(fn instanceof FunctionValue) || !setter.test(name) || name === "__init__") continue;
    const text = readBy(cls, fn);
    const params = fn.code.params.slice(1).map((param) => param.name);
    if (sets.test(text) && (countsItself(text) || timeParameter(params, fn.text) !== undefined)) return fn;
  }
  for (const base of depth < 5 ? cls.bases : []) {
    const one = first(base);
    const found = one instanceof ClassValue ? setterOf(one, depth + 1) : undefined;
    if (found) return found;
  }
  return undefined;
}
