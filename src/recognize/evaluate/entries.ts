import type { SyntaxNode } from "@lezer/common";
import { force, numberOf } from "./access.js";
import { lookup } from "./attributes.js";
import { activation, callValue, invoke } from "./call.js";
import { Code } from "./code.js";
import { compile } from "./expressions.js";
import { Frame } from "./frame.js";
import { NotKnown, PyError, TooComplex, type Machine } from "./machine.js";
import { ClassValue, FunctionValue, Instance, type ModuleValue } from "./objects.js";
import { nodeKey } from "./syntax.js";
import { type Val } from "./values.js";

/**
 * Brings the run to a node: the module itself, then what calls the function around it, then that function on its own with the
 * parameters that it declares. Each is tried once.
 */
export class Entries {
  private readonly tried = new Set<number>();

  constructor(
    private readonly m: Machine,
    private readonly main: ModuleValue,
  ) {}

  reach(node: SyntaxNode, module: ModuleValue): void {
    this.guard(() => this.m.load(module));
    if (module.records.has(nodeKey(node))) return;
    const chain: SyntaxNode[] = [];
    for (let at: SyntaxNode | null = node; at; at = at.parent)
      if (at.name === "FunctionDefinition" || at.name === "LambdaExpression") chain.push(at);
    // From the outermost function inwards: the inner ones exist once the outer one has run.
    const done = () => module.records.has(nodeKey(node));
    for (const def of chain.reverse()) {
      this.enter(def, module, 0, done);
      if (done()) return;
    }
    this.guard(() => this.alone(node, module, chain.at(-1)));
  }

  /** The expression by itself, with what its function and module know without running up to it. */
  private alone(node: SyntaxNode, module: ModuleValue, def: SyntaxNode | undefined): void {
    const { m } = this;
    const fn = def && this.definition(def, module);
    m.ghosts++;
    if (fn instanceof FunctionValue && fn.lastFrame) compile(node, fn.code)(fn.lastFrame);
    else if (fn instanceof FunctionValue) {
      const self =
        fn.owner && fn.role === "" && fn.code.kind === "function" ? this.instancesOf(fn.owner).slice(0, 1) : [];
      compile(node, fn.code)(activation(m, fn, self, new Map(), {}));
    } else {
      const outer = new Code("module", module.source.tree.topNode, module, undefined);
      const top = new Frame(m, outer, module, undefined, module.globals);
      if (!def) return void compile(node, outer)(top);
      // A function that the run did not come to: its own names are not the module's.
      const code = new Code(def.name === "FunctionDefinition" ? "function" : "lambda", def, module, outer);
      code.prepare();
      compile(node, code)(new Frame(m, code, module, top));
    }
  }

  start(module: ModuleValue): void {
    this.guard(() => this.m.load(module));
  }

  instance(cls: ClassValue): Instance | undefined {
    let made: Val | undefined;
    this.guard(() => {
      made = force(this.instancesOf(cls)[0] ?? null);
    });
    return made instanceof Instance ? made : undefined;
  }

  /** The value of a def or class. */
  definition(def: SyntaxNode, module: ModuleValue): FunctionValue | ClassValue | undefined {
    this.guard(() => this.m.load(module));
    const key = nodeKey(def);
    if (!this.m.functions.has(module)) return undefined;
    const made = () => this.m.functions.get(module)!.get(key);
    if (!made()) {
      for (let at = def.parent; at && !made(); at = at.parent)
        if (at.name === "FunctionDefinition") this.enter(at, module, 0, () => made() !== undefined);
    }
    return made();
  }

  /** Runs a function: by calls of it that wait, by its callers, and when `done` still says no, by itself. */
  private enter(def: SyntaxNode, module: ModuleValue, depth: number, done: () => boolean): void {
    const key = nodeKey(def);
    if (this.tried.has(key) || depth > 4 || module !== this.main) return;
    this.tried.add(key);
    this.callWaiting(def);
    if (done()) return;
    for (const caller of this.callers(def, module)) this.enter(caller, module, depth + 1, done);
    this.callWaiting(def);
    if (done()) return;
    const fn = this.definition(def, module);
    // One that has run with the arguments of its callers is not run with unknown ones beside.
    if (!(fn instanceof FunctionValue) || fn.entered) return;
    this.guard(() => this.run(fn));
  }

  private callWaiting(def: SyntaxNode): void {
    for (const call of this.m.postponed.get(def.from) ?? []) this.guard(() => force(call));
  }

  private run(fn: FunctionValue): void {
    const { m } = this;
    const owner = fn.owner;
    if (!owner || fn.role === "static" || fn.code.kind === "lambda") {
      invoke(m, fn, [], new Map(), { alone: true });
      return;
    }
    if (fn.role === "class") {
      invoke(m, fn, [owner], new Map(), { alone: true });
      return;
    }
    for (const self of this.instancesOf(owner)) {
      const counts = numbersOf(self);
      invoke(m, fn, [self], new Map(), { alone: true });
      // How often it would have run is not told by this: what the constructor began to count begins there.
      if (self instanceof Instance) for (const [name, value] of counts) self.attrs.set(name, value);
    }
  }

  /** Objects of the class that the run made; without any, one made with what its constructor declares. */
  private instancesOf(cls: ClassValue): Val[] {
    const { m } = this;
    const init = lookup(cls, "__init__");
    if (init instanceof FunctionValue) this.callWaiting(init.node);
    const made = m.instances.get(cls);
    if (made?.length) return made.slice(0, 4);
    for (const [other, instances] of m.instances) if (inherits(other, cls)) return instances.slice(0, 4);
    const instance = force(callValue(m, cls, [], new Map(), {}));
    return [instance instanceof Instance ? instance : new Instance(cls)];
  }

  /** Functions of the file whose body mentions a call of this one. */
  private callers(def: SyntaxNode, module: ModuleValue): SyntaxNode[] {
    const code = module.source.code;
    const nameNode = def.name === "FunctionDefinition" ? def.getChild("VariableName") : null;
    if (!nameNode) return [];
    const name = code.slice(nameNode.from, nameNode.to);
    const owner =
      def.parent?.parent?.name === "ClassDefinition"
        ? def.parent.parent
        : def.parent?.parent?.parent?.name === "ClassDefinition"
          ? def.parent.parent.parent
          : undefined;
    const className = owner?.getChild("VariableName");
    const names = name === "__init__" && className ? [code.slice(className.from, className.to)] : [name];
    const found: SyntaxNode[] = [];
    for (const text of names) {
      const pattern = new RegExp(`\\b${text}(?<!def\\s+${text})\\s*[(,)]`, "g");
      for (let match = pattern.exec(code); match && found.length < 8; match = pattern.exec(code)) {
        let at: SyntaxNode | null = module.source.tree.resolveInner(match.index, 1);
        if (at.name === "Comment" || at.name === "String") continue;
        for (; at; at = at.parent)
          if (at.name === "FunctionDefinition" && nodeKey(at) !== nodeKey(def)) {
            if (!found.some((other) => nodeKey(other) === nodeKey(at!))) found.push(at);
            break;
          }
      }
    }
    return found;
  }

  private guard(run: () => void): void {
    try {
      this.m.fresh(run);
    } catch (error) {
      if (!(
        error instanceof PyError ||
        error instanceof NotKnown ||
        error instanceof TooComplex ||
        error instanceof RangeError
      ))
        throw error;
    }
  }
}

function inherits(cls: ClassValue, base: ClassValue, depth = 0): boolean {
  return (
    depth < 20 &&
    cls.bases.some((parent) => {
      const value = force(parent);
      return value === base || (value instanceof ClassValue && inherits(value, base, depth + 1));
    })
  );
}

/** The attributes of an object that are plain numbers. */
function numbersOf(self: Val): [string, Val][] {
  return self instanceof Instance ? [...self.attrs].filter(([, value]) => numberOf(value) !== undefined) : [];
}
