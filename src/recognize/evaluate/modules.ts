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
const MAX_BYTES = 400_000;

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

/** Words of what schedules are made of, or writes to something that is not the function's own. */
const MATTERS =
  /sched|decay|anneal|warm|learning_?rate|(?:^|[^a-zA-Z])lr(?:[^a-zA-Z]|$)|optim|setattr|\bglobal\b|\bnonlocal\b|\.update\(|\.setdefault\(|add_argument|DEFINE_|set_defaults|merge_from|\bsys\.exit|(?<![\w.])(?!self\b)[A-Za-z_]\w*(?:\.\w+|\[[^\]\n]+\])+\s*(?:[-+*/]|\*\*|\/\/)?=(?!=)/i;

/** A method that sets attributes of its object. */
const STORES = /\bself\.\w+(?:\[[^\]\n]*\])*\s*(?:[-+*/]|\*\*|\/\/)?=(?!=)/;

function obligation(code: string): (node: SyntaxNode) => boolean {
  const defs = [...code.matchAll(/^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)/gm)].map((match) => match[1]!);
  const names = new Set(defs);
  const answers = new Map<number, boolean>();
  const bodies = new Map<string, string[]>();
  // Which names lead to something that matters: a fixed point over the names that each body mentions.
  const starts = [...code.matchAll(/^([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)/gm)];
  const matters = new Set<string>();
  starts.forEach((match, i) => {
    const indent = match[1]!.length;
    const next = starts.slice(i + 1, i + 200).find((other) => other[1]!.length <= indent);
    const body = code.slice(match.index, next?.index ?? Math.min(code.length, match.index + 100_000));
    if (MATTERS.test(body)) matters.add(match[2]!);
    else
      bodies.set(
        match[2]!,
        [...new Set(body.match(/[A-Za-z_]\w*/g))].filter((word) => names.has(word) && word !== match[2]),
      );
  });
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, words] of bodies)
      if (!matters.has(name) && words.some((word) => matters.has(word))) {
        matters.add(name);
        changed = true;
      }
  }
  return (node) => {
    const key = nodeKey(node);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const text = code.slice(node.from, node.to);
    const answer = MATTERS.test(text) || (text.match(/[A-Za-z_]\w*/g) ?? []).some((word) => matters.has(word));
    answers.set(key, answer);
    return answer;
  };
}
