import type { SyntaxNode } from "@lezer/common";
import type { Workspace } from "../../source/document.js";
import { parsePython, type PythonSource } from "../../source/python.js";
import { Code } from "./code.js";
import { Frame } from "./frame.js";
import { candidatePaths, isLibrary } from "./imports.js";
import { NotKnown, PyError, TooComplex, type Machine } from "./machine.js";
import { ModuleValue, type ClassValue, type FunctionValue } from "./objects.js";
import { compileBlock } from "./statements.js";
import { nodeKey } from "./syntax.js";

const MAX_FILES = 16;
const MAX_BYTES = 250_000;

/** Files of the workspace as modules: found by their dotted names, parsed and run when something in them is asked for. */
export class Modules {
  private readonly found = new Map<string, ModuleValue | undefined>();
  private readonly sources: Map<string, PythonSource>;
  private readonly obligations = new WeakMap<ModuleValue, (node: SyntaxNode) => boolean>();
  private files = 0;
  private bytes = 0;

  constructor(
    private readonly m: Machine,
    private readonly workspace: Workspace,
    previous?: Modules,
  ) {
    this.sources = previous?.sources ?? new Map();
  }

  find(from: ModuleValue, name: string): ModuleValue | undefined {
    if (isLibrary(name)) return undefined;
    for (const path of candidatePaths(from.path, name)) {
      const module = this.at(path, name);
      if (module) return module;
    }
    return undefined;
  }

  private at(path: string, name: string): ModuleValue | undefined {
    if (this.found.has(path)) return this.found.get(path);
    this.found.set(path, undefined);
    let text: string | undefined;
    try {
      text = this.workspace.read(path);
    } catch {
      text = undefined;
    }
    if (text === undefined || text.length > MAX_BYTES) return undefined;
    const parse = () => {
      const source = parsePython(text, this.sources.get(path));
      this.sources.set(path, source);
      return source;
    };
    const module = new ModuleValue(path, name.replace(/^\.+/, ""), parse, path, text);
    this.found.set(path, module);
    return module;
  }

  /** Runs the files found so far that define flags: importing them is enough to define these. */
  loadFlags(): boolean {
    let loaded = false;
    for (const module of [...this.found.values()])
      if (module?.state === "new" && module.text.includes("DEFINE_")) {
        this.load(module);
        loaded = true;
      }
    return loaded;
  }

  load(module: ModuleValue): void {
    if (module.state !== "new") return;
    if (module.file !== undefined) {
      if (this.files >= MAX_FILES || this.bytes >= MAX_BYTES) return;
      this.files++;
      this.bytes += module.source.text.length;
    }
    module.state = "running";
    const { m } = this;
    const code = new Code("module", module.source.tree.topNode, module, undefined);
    const block = compileBlock(module.source.tree.topNode, code);
    const frame = new Frame(m, code, module, undefined, module.globals);
    module.globals.set("__name__", module.file === undefined ? "__main__" : module.name);
    try {
      if (module.file === undefined) block(frame);
      else m.undisturbed(() => block(frame));
    } catch (error) {
      if (!(
        error instanceof PyError ||
        error instanceof NotKnown ||
        error instanceof TooComplex ||
        error instanceof RangeError
      ))
        throw error;
    } finally {
      module.state = "done";
    }
  }

  note(fn: FunctionValue | ClassValue): void {
    let made = this.m.functions.get(fn.module);
    if (!made) this.m.functions.set(fn.module, (made = new Map()));
    made.set(nodeKey(fn.node), fn);
  }

  mustRun(module: ModuleValue, node: SyntaxNode, method: boolean): boolean {
    if (method && STORES.test(module.source.code.slice(node.from, node.to))) return true;
    let test = this.obligations.get(module);
    if (!test) this.obligations.set(module, (test = obligation(module.source.code)));
    return test(node);
  }
}

/** Words of what schedules are made of, or statements that write to something that is not the function's own. */
const MATTERS =
  /sched|decay|anneal|warm|learning_?rate|(?<![a-z])lr(?![a-z])|optim|setattr|\bglobal\b|\bnonlocal\b|\.update\(|\.setdefault\(|add_argument|DEFINE_|set_defaults|merge_from|\bsys\.exit|^[ \t]*(?!self\b)[a-z_]\w*[.[][^\n=()]*=(?!=)/gim;

/** A method that sets attributes of its object. */
const STORES = /\bself\.\w+(?:\[[^\]\n]*\])*\s*(?:[-+*/]|\*\*|\/\/)?=(?!=)/;

/**
 * Which defs and classes matter: what holds such a word, or a name that leads to one that does. The text is scanned once; a def
 * reaches to the next one that stands no deeper.
 */
function obligation(code: string): (node: SyntaxNode) => boolean {
  const hits = [...code.matchAll(MATTERS)].map((match) => match.index);
  const hitIn = (from: number, to: number): boolean => {
    let [low, high] = [0, hits.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (hits[middle]! < from) low = middle + 1;
      else high = middle;
    }
    return low < hits.length && hits[low]! < to;
  };
  const defs = [...code.matchAll(/^([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)/gm)].map((match) => ({
    at: match.index,
    indent: match[1]!.length,
    name: match[2]!,
    to: code.length,
  }));
  const open: typeof defs = [];
  for (const def of defs) {
    while (open.length && open.at(-1)!.indent >= def.indent) open.pop()!.to = def.at;
    open.push(def);
  }
  const matters = new Set<string>();
  const others = defs.filter((def) => !hitIn(def.at, def.to) || !matters.add(def.name));
  const names = new Set(others.map((def) => def.name));
  const mentions = (from: number, to: number): boolean =>
    matters.size > 0 && (code.slice(from, to).match(/[A-Za-z_]\w*/g) ?? []).some((word) => matters.has(word));
  for (let round = 0; round < 4; round++) {
    const before = matters.size;
    for (const def of others)
      if (names.has(def.name) && !matters.has(def.name) && mentions(def.at, def.to)) matters.add(def.name);
    if (matters.size === before) break;
  }
  const answers = new Map<number, boolean>();
  return (node) => {
    const known = answers.get(node.from);
    if (known !== undefined) return known;
    const answer = hitIn(node.from, node.to) || mentions(node.from, node.to);
    answers.set(node.from, answer);
    return answer;
  };
}
