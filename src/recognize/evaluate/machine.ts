import { LIMITS, mostWalking, NotKnown, PyError, TooComplex, walk, walking } from "./errors.js";
import type { SyntaxNode } from "@lezer/common";
import { effort } from "../../engine/effort.js";
import type { Value } from "../../schedules/define.js";
import type { Workspace } from "../../source/document.js";
import type { Origin } from "../finding.js";
import { makeFlags } from "./flags.js";
import { join, same } from "./join.js";
import { Modules } from "./modules.js";
import type { ClassValue, FunctionValue, Instance, ModuleValue } from "./objects.js";
import { type CallResult, Choice, Deferred, Dict, Float, type Library, Tracked, type Val } from "./values.js";

export { LIMITS, NotKnown, PyError, TooComplex, walk };

/** What beginning a call and undoing it takes, in operations. */
const callCost = 10;

/** Writes that are remembered before those of the same places are dropped: each holds on to what stood there. */
const fewestKept = 8000;
/** Places that one run may change. */
const mostWrites = 300_000;

type Target = Map<unknown, unknown> | Record<string | number, unknown> | unknown[];
interface Write {
  readonly target: Target;
  readonly key: unknown;
  readonly old: unknown;
}

/** What one branch wrote: every place with the value it had when the branch ended. */
type Outcome = { readonly target: Target; readonly key: unknown; readonly old: unknown; readonly value: unknown }[];

/** The state of a run: fuel, whether origins are kept, and the journal that lets branches be tried, undone and merged. */
export class Machine {
  fuel: number = LIMITS.fuel;
  depth = 0;
  /** What the isolated run's present call began with. */
  private given = 0;
  /** What all runs of a file together have taken, those on numbers apart. */
  private taken = 0;
  /** True: values carry origins, unknown conditions run both branches. False: plain fast interpretation. */
  tracking = true;
  /** False while the code of the document itself runs. */
  imported = false;
  /** How many enclosing try statements of the interpreted code catch exceptions. */
  guarded = 0;
  /** How many enclosing branches surely do not run: what is read there gives way to what is read where it does. */
  ghosts = 0;
  /** Enclosing loops that are followed once with their changes unknown. */
  havoc = 0;
  /** Lists made within the loop that is not followed: what its body does to them is known. */
  inLoop: WeakSet<object> | undefined;
  forks = 0;
  /** The function whose decorator is being applied. */
  decorating: FunctionValue | undefined;
  /** Values with an origin that a rate function reads, when somebody asks. */
  touched: Set<Tracked> | undefined;
  /** The rate that a library's schedule has at a step, for code that calls the schedule it was given. */
  rateOf: ((schedule: CallResult, step: number) => number | undefined) | undefined;
  /** What `model.optimizer.lr` is in a run on numbers, where that is known. */
  optimizerRate: number | undefined;
  /** Told of an item set on a value that is not data: `param_group["lr"] = …`. */
  stored: ((target: Val, key: Val, value: Val) => void) | undefined;
  /** What the file's trainer is made with: `max_epochs` of Lightning's. */
  trainer: ((name: string) => Val | undefined) | undefined;
  /** Function values by the def that made them, objects by class, and calls that wait by where their function stands. */
  readonly functions = new Map<ModuleValue, Map<number, FunctionValue | ClassValue>>();
  readonly instances = new Map<ClassValue, Instance[]>();
  readonly postponed = new Map<number, Deferred[]>();
  /** Attributes of libraries, once asked for. */
  readonly members = new WeakMap<Library, Map<string, Val>>();
  readonly flags = makeFlags();
  readonly wandb = new Dict(true, "wandb", "wandb.config");
  readonly modules: Modules;
  private journal: Write[] | undefined;
  /** What was made since the present branch began: only the branch and what it returns know of it, and it stays as it is. */
  private born: Set<Target> | undefined;
  private branches = 0;
  /** A longer journal is made shorter. */
  private room = fewestKept;

  constructor(
    workspace: Workspace,
    readonly assume: ReadonlyMap<string, Value>,
    previous?: Machine,
  ) {
    this.modules = new Modules(this, workspace, previous?.modules);
  }

  findModule(from: ModuleValue, name: string): ModuleValue | undefined {
    return this.modules.find(from, name);
  }

  load(module: ModuleValue): void {
    this.modules.load(module);
  }

  /** False when a function can only matter through its result: then a call of it may wait until that is needed. */
  mustRun(module: ModuleValue, node: SyntaxNode, method = false): boolean {
    return this.modules.mustRun(module, node, method);
  }

  /** Keeps a call that waits, so that it can be made when something inside the function is asked for. */
  postpone(fn: FunctionValue, run: () => Val): Deferred {
    const call = new Deferred(() => this.apart(run));
    const list = this.postponed.get(fn.node.from);
    if (!list) this.postponed.set(fn.node.from, [call]);
    else if (list.length < LIMITS.alternatives) list.push(call);
    return call;
  }

  known(value: boolean | null, origins: readonly Origin[]): Val {
    return origins.length ? new Tracked(value, origins) : value;
  }

  floatOf(x: number): Float {
    return new Float(x);
  }

  /** Runs with full fuel and a clean state of control, whatever was going on. */
  fresh<T>(run: () => T): T {
    const { tracking, fuel, depth, guarded, ghosts, havoc, forks } = this;
    const given = Math.min(depth === 0 ? LIMITS.fuel : fuel, LIMITS.total - this.taken);
    const walks = walking.left;
    if (depth === 0) walking.left = mostWalking;
    this.fuel = given;
    Object.assign(this, { tracking: true, guarded: 0, ghosts: 0, havoc: 0, forks: 0 });
    try {
      return run();
    } finally {
      if (depth === 0) {
        this.taken += (mostWalking - Math.max(0, walking.left)) >> 3;
        walking.left = walks;
      }
      Object.assign(this, { tracking, fuel, depth, guarded, ghosts, havoc, forks });
    }
  }

  /** Runs a module in the midst of something else: outside of its branches and loops, with half of the fuel. */
  undisturbed(run: () => void): void {
    const { journal, guarded, ghosts, havoc, forks, tracking, fuel } = this;
    this.journal = undefined;
    Object.assign(this, { guarded: 0, ghosts: 0, havoc: 0, forks: 0, tracking: true, fuel: fuel >> 1 });
    const given = this.fuel;
    try {
      run();
    } finally {
      this.journal = journal;
      Object.assign(this, { guarded, ghosts, havoc, forks, tracking, fuel: fuel - given + Math.max(0, this.fuel) });
    }
  }

  /** Runs code of this file. */
  inside<T>(module: ModuleValue, run: () => T): T {
    const { imported } = this;
    this.imported = module.file !== undefined;
    try {
      return run();
    } finally {
      this.imported = imported;
    }
  }

  /** A call that waited: what it does is no part of the branch, loop or run that comes to need it, and is not undone with that. */
  apart<T>(run: () => T): T {
    const { journal, guarded, ghosts, havoc, forks, tracking, fuel } = this;
    this.journal = undefined;
    Object.assign(this, { guarded: 0, ghosts: 0, havoc: 0, forks: 0, tracking: true });
    // Deep in other calls little fuel is left, and that says nothing of this one.
    const given = (this.fuel = Math.max(fuel, Math.min(LIMITS.waited, LIMITS.total - this.taken)));
    try {
      return run();
    } finally {
      this.journal = journal;
      this.fuel = given > fuel ? fuel : Math.max(0, this.fuel);
      Object.assign(this, { guarded, ghosts, havoc, forks, tracking });
    }
  }

  /** Concrete interpretation from the present state, which is put back afterwards. */
  isolated<T>(fuel: number, run: () => T): T {
    if (effort.spent > effort.until) throw new TooComplex("its steps take too many operations");
    const before = { tracking: this.tracking, fuel: this.fuel, depth: this.depth, guarded: this.guarded };
    const { given } = this;
    const walks = walking.left;
    walking.left = mostWalking;
    const outer = this.journal;
    const journal: Write[] = (this.journal = []);
    this.tracking = false;
    this.given = this.fuel = fuel;
    this.depth = 0;
    this.guarded = 0;
    try {
      return run();
    } finally {
      this.charge();
      walking.left = walks;
      this.given = given;
      for (let i = journal.length - 1; i >= 0; i--) poke(journal[i]!.target, journal[i]!.key, journal[i]!.old);
      this.journal = outer;
      this.tracking = before.tracking;
      this.fuel = before.fuel;
      this.depth = before.depth;
      this.guarded = before.guarded;
    }
  }

  /** Fills up between the calls of one isolated run; gives what the one before took. Throws when the curve has had its share. */
  refuel(fuel: number): number {
    const taken = this.charge();
    [this.given, this.fuel, walking.left] = [fuel, fuel, mostWalking];
    if (effort.spent > effort.until) throw new TooComplex("its steps take too many operations");
    return taken;
  }

  /** What was taken since it was filled up last is charged to the curve. */
  private charge(): number {
    const taken = callCost + this.given - Math.max(0, this.fuel) + mostWalking - Math.max(0, walking.left);
    effort.spent += taken;
    return taken;
  }

  /** Spends fuel; throws when there is none left. */
  tick(cost = 1): void {
    this.pay(cost);
    const most = this.imported ? LIMITS.imported : LIMITS.most;
    if (this.fuel < 0 || (this.tracking && this.taken > most)) throw new TooComplex("too many operations");
  }

  pay(cost: number): void {
    this.fuel -= cost;
    if (this.tracking) this.taken += cost;
  }

  record(module: ModuleValue, key: number, value: Val): void {
    const old = module.records.get(key);
    if (old instanceof Choice && old.values.length >= LIMITS.alternatives) return;
    if (this.ghosts > 0) {
      if (old !== undefined && !module.doubtful.has(key)) return;
      module.doubtful.add(key);
    } else if (module.doubtful.delete(key)) {
      module.records.set(key, value);
      return;
    }
    if (old === undefined) module.records.set(key, value);
    else if (!same(old, value)) module.records.set(key, join(old, value));
  }

  /** Without origins, for concrete interpretation; what is read is noted when somebody asks. */
  strip(value: Val): Val {
    if (!(value instanceof Tracked)) return value;
    this.touched?.add(value);
    return value.value;
  }

  /** The only way that state is written: names, attributes, items. `undefined` removes a key of a Map. */
  write(target: Target, key: unknown, value: unknown): void {
    if (!this.tracking) this.fuel--;
    if (this.journal && this.journal.push({ target, key, old: peek(target, key) }) > this.room) {
      keepFirst(this.journal);
      if (this.journal.length > mostWrites) throw new TooComplex("too many changes");
      this.room = fewestKept + 2 * this.journal.length;
    }
    poke(target, key, value);
  }

  get speculative(): boolean {
    return this.journal !== undefined;
  }

  /** Tells of the attributes of a new object. */
  make(target: Target): void {
    if (this.branches > 0) (this.born ??= new Set()).add(target);
  }

  /** Runs a branch, then puts everything back as it was, save in what the branch made. */
  attempt<T>(run: () => T): { result: T; writes: Outcome } {
    const { journal: outer, born: known } = this;
    const journal: Write[] = (this.journal = []);
    this.born = undefined;
    this.branches++;
    try {
      const result = run();
      return { result, writes: outcome(journal) };
    } finally {
      const born = this.born as Set<Target> | undefined;
      for (let i = journal.length - 1; i >= 0; i--) {
        const { target, key, old } = journal[i]!;
        if (!born?.has(target)) poke(target, key, old);
      }
      this.journal = outer;
      this.branches--;
      this.born = known;
      if (born && this.branches > 0) for (const target of born) this.make(target);
    }
  }

  apply(writes: Outcome): void {
    for (const { target, key, value } of writes) this.write(target, key, value);
  }

  /** Both branches may have run: what they wrote differently takes both values, the first branch's first. */
  merge(first: Outcome, second: Outcome): void {
    if (first.length === 0 && second.length === 0) return;
    const others = new Map<Target, Map<unknown, Outcome[number]>>();
    for (const write of second) {
      if (!others.has(write.target)) others.set(write.target, new Map());
      others.get(write.target)!.set(write.key, write);
    }
    for (const { target, key, value, old } of first) {
      const other = others.get(target)?.get(key);
      others.get(target)?.delete(key);
      this.write(target, key, either(target, key, value, other ? other.value : old));
    }
    for (const rest of others.values())
      for (const { target, key, value, old } of rest.values()) this.write(target, key, either(target, key, old, value));
  }
}

function peek(target: Target, key: unknown): unknown {
  return target instanceof Map ? target.get(key) : (target as Record<string | number, unknown>)[key as string];
}

function poke(target: Target, key: unknown, value: unknown): void {
  if (!(target instanceof Map)) (target as Record<string | number, unknown>)[key as string] = value;
  else if (value === undefined) target.delete(key);
  else target.set(key, value);
}

/** To undo, the first write to each place is enough. */
function keepFirst(journal: Write[]): void {
  const seen = new Map<Target, Set<unknown>>();
  let kept = 0;
  for (const write of journal) {
    const keys = seen.get(write.target);
    if (keys?.has(write.key)) continue;
    if (keys) keys.add(write.key);
    else seen.set(write.target, new Set([write.key]));
    journal[kept++] = write;
  }
  journal.length = kept;
}

function outcome(journal: readonly Write[]): Outcome {
  if (journal.length <= 1) return journal.map((write) => ({ ...write, value: peek(write.target, write.key) }));
  const seen = new Map<Target, Set<unknown>>();
  const writes: Outcome = [];
  for (const { target, key, old } of journal) {
    const keys = seen.get(target);
    if (keys?.has(key)) continue;
    if (keys) keys.add(key);
    else seen.set(target, new Set([key]));
    writes.push({ target, key, old, value: peek(target, key) });
  }
  return writes;
}

/** Values of one place after two branches: interpreter values, dictionary entries, the items of a list, or why it is open. */
function either(target: Target, key: unknown, a: unknown, b: unknown): unknown {
  if (a === undefined || a === b) return b;
  if (b === undefined || (key === "open" && !(target instanceof Map))) return a;
  if (isEntry(a) && isEntry(b)) return [a[0], join(a[1], b[1])];
  if (Array.isArray(a)) return Array.isArray(b) && b.length > a.length ? b : a;
  return join(a as Val, b as Val);
}

const isEntry = (x: unknown): x is [Val, Val] => Array.isArray(x) && (x as { entry?: true }).entry === true;
/** A dictionary's entry; the mark tells it from the items of a list. */
export function entry(key: Val, value: Val): [Val, Val] {
  return Object.assign([key, value] as [Val, Val], { entry: true });
}
