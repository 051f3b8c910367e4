import { dictOf } from "../evaluate/access.js";
import { CallResult, first, type FunctionValue, Instance, List, Member, Unknown, type Val } from "../evaluate/index.js";
import type { Frame } from "../evaluate/frame.js";
import type { Machine } from "../evaluate/machine.js";
import { libraryBase } from "../evaluate/attributes.js";
import { FakeOptimizer } from "../interpret.js";

/** Stand-ins for the optimizers of a run: one each, so that two of a file do not set each other's rate. */
export class StandIns {
  private readonly made = new Map<string, FakeOptimizer>();

  constructor(
    private readonly code: string,
    private readonly initial: number,
    private readonly isOptimizer: (value: Val) => boolean,
  ) {}

  /** Puts them in place of the optimizers that the function can see. Undone with everything else that the run writes. */
  place(m: Machine, fn: FunctionValue): void {
    for (const [name, value] of fn.module.globals) {
      const other = this.for(m, name, value, 0);
      if (other !== undefined) m.write(fn.module.globals, name, other);
    }
    // What the file uses and never makes.
    for (const [, name, attribute] of this.code.matchAll(
      /(?<![\w.])([A-Za-z_]\w*)\.(optimizer|param_groups|lr|learning_rate|set_lr|set_learning_rate)\b/g,
    )) {
      if (fn.module.globals.has(name!)) continue;
      if (attribute === "optimizer")
        m.write(fn.module.globals, name!, dictOf([["optimizer", this.make("model.optimizer")]], true));
      else if (named.test(name!)) m.write(fn.module.globals, name!, this.make(name!));
    }
    for (let frame: Frame | undefined = fn.closure; frame; frame = frame.parent) {
      if (frame.code.kind !== "function") continue;
      for (const [name, slot] of frame.code.slots) {
        const value = frame.slots[slot];
        const other = value === undefined ? undefined : this.for(m, name, value, 0);
        if (other !== undefined) m.write(frame.slots, slot, other);
      }
    }
  }

  /** The rate of the optimizer that the run sets first. */
  rate(): number {
    let last = this.initial;
    for (const optimizer of this.made.values()) {
      last = optimizer.rate(this.initial);
      if (last !== this.initial) break;
    }
    return last;
  }

  private for(m: Machine, name: string, value: Val, depth: number): Val | undefined {
    const one = first(value);
    if (this.isOptimizer(one)) {
      const place = one instanceof CallResult && one.node ? `${one.module?.file ?? ""}:${one.node.from}` : name;
      return this.make(place);
    }
    if (one instanceof Instance) {
      if (named.test(name) && libraryBase(one.cls) !== undefined) return this.make(name);
      if (depth < 2)
        for (const [key, attribute] of one.attrs) {
          const other = this.for(m, key, attribute, depth + 1);
          if (other !== undefined) m.write(one.attrs, key, other);
        }
      return undefined;
    }
    const open = one instanceof CallResult || one instanceof Member || one instanceof Unknown;
    if (open && named.test(name)) return this.make(name);
    if (one instanceof CallResult) m.write(one.attrs, "optimizer", this.make("model.optimizer"));
    else if (open && /model|net$|learn/i.test(name)) return dictOf([["optimizer", this.make("model.optimizer")]], true);
    if (one instanceof List && one.items.length > 0 && one.items.every((item) => this.isOptimizer(first(item))))
      return new List(one.items.map((item) => this.for(m, name, item, depth)!));
    return undefined;
  }

  private make(place: string): Val {
    let made = this.made.get(place);
    if (!made) this.made.set(place, (made = FakeOptimizer.for(this.code, this.initial)));
    return made.value;
  }
}

const named = /optim|^opt$|_opt$|trainer$/i;
