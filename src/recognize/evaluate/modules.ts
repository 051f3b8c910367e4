import type { SyntaxNode, Tree } from "@lezer/common";
import type { Workspace } from "../../source/document.js";
import { parsePython, type PythonSource } from "../../source/python.js";
import { Code } from "./code.js";
import { Frame } from "./frame.js";
import { candidatePaths, dataPaths, isLibrary, sourcePaths } from "./imports.js";
import { NotKnown, PyError, TooComplex, type Machine } from "./machine.js";
import { obligation, scanned, STORES, type Scan } from "./obligations.js";
import { ModuleValue, type ClassValue, type FunctionValue } from "./objects.js";
import { compileBlock } from "./statements.js";
import { nodeKey } from "./syntax.js";

const MAX_FILES = 40;
const MAX_BYTES = 180_000;
/** A longer file is not read. */
const MAX_FILE = 250_000;
/** Steps beside the one reading of sound code: of imported files that are no Python little is wanted. */
const BROKEN_READINGS = 20_000;
/** Files so called are read beyond that, half as much again: what sets the rate is rarely among those imported first. */
const SETS_RATE = /(?:^|[/_])(?:lrs?|learning_rates?|optim\w*|\w*sched\w*|warm_?up\w*|solver\w*)(?:_\w+)?\.py$/;
/** Paths that are looked at. */
const MAX_LOOKUPS = 5000;

/** Files of the workspace as modules: found by their dotted names, parsed and run when something in them is asked for. */
export class Modules {
  private readonly found = new Map<string, ModuleValue | undefined>();
  /** By the importing file and the name that it gives. */
  private readonly named = new Map<string, ModuleValue | undefined>();
  private readonly sources: Map<string, PythonSource>;
  private readonly obligations = new WeakMap<ModuleValue, (node: SyntaxNode) => boolean>();
  private readonly scans: Map<string, Scan>;
  private readonly trees = new WeakMap<Tree, string>();
  private files = 0;
  private bytes = 0;
  private readonly readings = { left: BROKEN_READINGS };

  constructor(
    private readonly m: Machine,
    private readonly workspace: Workspace,
    previous?: Modules,
  ) {
    this.sources = previous?.sources ?? new Map();
    this.scans = previous?.scans ?? new Map();
  }

  find(from: ModuleValue, name: string): ModuleValue | undefined {
    if (isLibrary(name)) return undefined;
    const key = `${from.path}\n${name}`;
    if (this.named.has(key)) return this.named.get(key);
    let module: ModuleValue | undefined;
    if (this.found.size < MAX_LOOKUPS) {
      for (const path of candidatePaths(from.path, name)) if ((module = this.at(path, name))) break;
      if (!module) {
        const text = from.text || from.source.text;
        for (const path of sourcePaths(from.path, name, text)) if ((module = this.at(path, name))) break;
      }
    }
    this.named.set(key, module);
    return module;
  }

  private at(path: string, name: string): ModuleValue | undefined {
    if (this.found.has(path)) return this.found.get(path);
    this.found.set(path, undefined);
    const text = this.read(path);
    if (text === undefined) return undefined;
    const parse = () => {
      const source = parsePython(text, this.sources.get(path), this.readings);
      this.sources.set(path, source);
      return source;
    };
    const module = new ModuleValue(path, name.replace(/^\.+/, ""), parse, path, text);
    this.found.set(path, module);
    return module;
  }

  private read(path: string): string | undefined {
    try {
      const text = this.workspace.read(path);
      return text !== undefined && text.length <= MAX_FILE ? text : undefined;
    } catch {
      return undefined;
    }
  }

  /** A data file that the script names by a relative path: beside it, or below a folder above it. */
  data(from: ModuleValue, path: string): { readonly path: string; readonly text: string } | undefined {
    for (const place of dataPaths(from.path, path)) {
      const text = this.read(place);
      if (text !== undefined) return { path: place, text };
    }
    return undefined;
  }

  /** Runs the files found so far that define flags: importing them is enough to define these. */
  loadFlags(): boolean {
    let loaded = false;
    for (const module of [...this.found.values()])
      if (module?.state === "new" && module.text.includes("DEFINE_")) {
        this.load(module);
        // Past the bound on files it is left alone.
        loaded ||= module.state !== "new";
      }
    return loaded;
  }

  /** The file that was parsed to this tree; undefined for the document's own. */
  fileOf(tree: Tree): string | undefined {
    return this.trees.get(tree);
  }

  load(module: ModuleValue): void {
    if (module.state !== "new") return;
    if (module.file !== undefined) {
      const more = SETS_RATE.test(module.file) ? 1.5 : 1;
      if (this.files >= MAX_FILES * more || this.bytes >= MAX_BYTES * more) return;
      if (module.file) this.trees.set(module.source.tree, module.file);
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
      else m.undisturbed(() => m.inside(module, () => block(frame)));
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
    if (!test) {
      const scan = scanned(module.source, this.scans.get(module.path));
      this.scans.set(module.path, scan);
      this.obligations.set(module, (test = obligation(module.source.code, scan)));
    }
    return test(node);
  }
}
