import type { SyntaxNode } from "@lezer/common";
import { libraryBase, lookup } from "./evaluate/attributes.js";
import {
  dictPut,
  ClassValue,
  first,
  Float,
  FunctionValue,
  Instance,
  Library,
  List,
  Method,
  nodeOf,
  numberOf,
  outlineOf,
  type Val,
} from "./evaluate/index.js";
import { buildCall } from "./calls.js";
import { fromValue } from "./evaluate/describe.js";
import type { Finding } from "./finding.js";
import { madeAt, toldWhereMade } from "./madeAt.js";
import { definitionOf } from "./names.js";
import { constructorArguments, missing, placed, startFor } from "./functionFinding.js";
import { instanceOf } from "./functionObjects.js";
import { type Call, FakeOptimizer, inOrder, Interpreter } from "./interpret.js";
import { keyOf, MOST_SCHEDULES, type Reader } from "./reader.js";
import { parametersOf } from "./writes.js";

const anyScheduler = /(?:LR|Scheduler|WarmRestarts)(?:V\d)?$/;
/** What PyTorch's scheduler keeps. */
const asTorch = /\bself\.(?:base_lrs|last_epoch|_step_count)\b/;

/** Bases that make a class of the file a schedule, and the method that gives its rate. */
const kinds: readonly {
  readonly base: RegExp;
  /** The library that the base must be of, where its name alone says too little. */
  readonly of?: RegExp;
  readonly methods: readonly string[];
  /** What the method has to speak of, where the base's name alone says too little. */
  readonly says?: RegExp;
  readonly takesStep: boolean;
}[] = [
  { base: /LearningRateSchedule$|LRSchedule$/, methods: ["__call__"], takesStep: true },
  {
    base: /(?:^|\.)(?:CosineDecay(?:Restarts)?|ExponentialDecay|PolynomialDecay|InverseTimeDecay|PiecewiseConstantDecay)$/,
    of: /keras|^(?:tf|tensorflow)\b/,
    methods: ["__call__"],
    takesStep: true,
  },
  {
    base: /(?:^|\.)_?LRScheduler$|(?:^|\.)(?:LambdaLR|StepLR|MultiStepLR|CosineAnnealingLR|ExponentialLR|LRSchedulerBase)$/,
    methods: ["get_lr"],
    takesStep: false,
  },
  { base: /(?:^|\.)LRScheduler$/, methods: ["__call__"], takesStep: true },
  { base: /(?:^|\.)Scheduler$/, methods: ["_get_lr", "get_epoch_values"], takesStep: true },
  // PyTorch schedulers of other libraries.
  { base: anyScheduler, methods: ["get_lr"], says: asTorch, takesStep: false },
];

/**
 * Classes of the file that are schedules: Keras' `__call__`, PyTorch's `get_lr`, timm's `_get_lr`. The finding is the method's name;
 * of a class that only fills in what its base asks for, the class's. And objects of such classes of other files, where they are made.
 */
export function schedulerClasses(reader: Reader): Finding[] {
  const { code } = reader.program.source;
  const found: Finding[] = [];
  if (/class[ \t]+\w+[ \t]*\([^)]{0,500}(?:Schedule|LR|Decay)/i.test(code)) {
    const classes = classesOf(reader);
    for (const owner of classes.values()) {
      const kind = kindOf(reader, owner, classes, 0);
      if (kind?.of && !kind.of.test(libraryOf(reader.program.definition(owner)))) continue;
      const own = kind && firstMethod(reader, owner, kind);
      const method = own ?? (kind && inherited(reader, owner, classes, kind, 0));
      const name = own?.getChild("VariableName") ?? owner.getChild("VariableName");
      if (kind && method && name && subclassesAsked(reader, owner, method).length === 0)
        found.push(...(findingOf(reader, owner, method, kind.takesStep, name) ?? []));
    }
  }
  return [...found, ...importedSchedulers(reader)];
}

/** The name of the library's class that a class is made from. */
function libraryOf(cls: Val | undefined): string {
  const base = cls instanceof ClassValue ? libraryBase(cls) : undefined;
  return base instanceof Library ? base.name : "";
}

type Kind = (typeof kinds)[number];
type Classes = ReadonlyMap<string, SyntaxNode>;

function basesOf(reader: Reader, owner: SyntaxNode): string[] {
  const list = owner.getChild("ArgList");
  const text = list ? reader.text(list).replace(/^\(|\)$/g, "") : "";
  return text.split(",").map((base) => base.trim());
}

/** What a class is by its bases, through those of the same file. */
function kindOf(reader: Reader, owner: SyntaxNode, classes: Classes, depth: number): Kind | undefined {
  const bases = basesOf(reader, owner);
  const fitting = kinds.filter(({ base }) => bases.some((name) => base.test(name) && !classes.has(name)));
  const own = fitting.find((kind) => firstMethod(reader, owner, kind)) ?? fitting[0];
  if (own || depth > 5) return own;
  for (const name of bases) {
    const base = classes.get(name);
    const kind = base && base.from !== owner.from ? kindOf(reader, base, classes, depth + 1) : undefined;
    if (kind) return kind;
  }
  return undefined;
}

/** The classes of the file that fill in what a method of this one, or what it calls on itself, leaves to them. */
export function subclassesAsked(reader: Reader, owner: SyntaxNode, method: SyntaxNode): SyntaxNode[] {
  const name = owner.getChild("VariableName");
  const own = method.getChild("VariableName");
  // A method that is not there at all is left to them too, where no base of another file could have it.
  const alone = basesOf(reader, owner).every((base) => /^(?:object|ABC|abc\.ABC|)$/.test(base));
  if (!name || !own || !(alone || abstract.test(reader.text(owner)))) return [];
  // The method, and what it calls on itself, through other methods too.
  const asked = new Set([reader.text(own)]);
  const open: string[] = [];
  for (const method of asked) {
    const node = methodOf(reader, owner, method);
    if (!node && alone) open.push(method);
    if (!node) continue;
    const text = reader.text(node.parent?.name === "DecoratedStatement" ? node.parent : node);
    if (abstract.test(text)) open.push(method);
    for (const [, called] of text.matchAll(/\bself\.(\w+)\s*\(/g)) asked.add(called!);
  }
  return open.length === 0 ? [] : fillers(reader, reader.text(name), open, 0);
}

/** Classes made from this one that have such a method of their own, and those made from them that fill in what these ask. */
function fillers(reader: Reader, base: string, open: readonly string[], depth: number): SyntaxNode[] {
  return [...classesOf(reader)].flatMap(([name, other]) => {
    if (!basesOf(reader, other).includes(base)) return [];
    const own = open.flatMap((method) => methodOf(reader, other, method) ?? []);
    if (!own.some((node) => !reading.test(reader.text(node)))) return [];
    const called = own.flatMap((node) =>
      [...reader.text(node).matchAll(/\bself\.(\w+)\s*\(/g)].map((match) => match[1]!),
    );
    const further = depth < 4 ? fillers(reader, name, [...new Set([...open, ...called])], depth + 1) : [];
    return [other, ...further];
  });
}

/** It hands out the rates that are there. */
const reading = /:\s*return\s+\[\s*(\w+)\[\s*['"]lr['"]\s*\]\s+for\s+\1\s+in\b[^\n]*\s*$/;
const abstract = /\braise\s+NotImplementedError\b|@(?:abc\.)?abstractmethod\b/;

function classesOf(reader: Reader): Classes {
  const { code, tree } = reader.program.source;
  const classes = new Map<string, SyntaxNode>();
  for (const entry of outlineOf(tree))
    if (entry.kind === "class") classes.set(code.slice(entry.headFrom, entry.headTo), nodeOf(tree, entry));
  return classes;
}

function firstMethod(reader: Reader, owner: SyntaxNode, kind: Kind): SyntaxNode | undefined {
  return kind.methods
    .map((name) => methodOf(reader, owner, name))
    .find((node) => node !== undefined && (!kind.says || kind.says.test(reader.text(node))));
}

/** The method of a base, when this class has methods that it may ask. */
function inherited(
  reader: Reader,
  owner: SyntaxNode,
  classes: Classes,
  kind: Kind,
  depth: number,
): SyntaxNode | undefined {
  if (depth > 5 || !/\bdef\s+(?!__)\w+/.test(reader.text(owner))) return undefined;
  for (const name of basesOf(reader, owner)) {
    const base = classes.get(name);
    if (!base || base.from === owner.from) continue;
    const method = firstMethod(reader, base, kind) ?? inherited(reader, base, classes, kind, depth + 1);
    if (method) return method;
  }
  return undefined;
}

/** Words in scheduler classes' names: looked at first, for every call of the file would have to be followed otherwise. */
const schedulerWords = /lr|sched|warm_?up|warm[A-Z]|poly|cosine|decay|anneal|cycl|restart|noam|plateau/i;

/** `WarmupPolyLR(optimizer, 30000)` of a class that another file of the workspace derives from a library's scheduler. */
function importedSchedulers(reader: Reader): Finding[] {
  const found: Finding[] = [];
  for (const site of reader.sites.values()) {
    if (found.length >= MOST_SCHEDULES) break;
    if (!/^[A-Z]/.test(site.name) || !schedulerWords.test(site.name)) continue;
    const value = reader.object(site.node);
    const one = value === undefined ? undefined : first(value);
    if (!(one instanceof Instance) || one.cls.module.file === undefined) continue;
    const rate = rateOf(reader, one);
    if (rate) found.push(madeAt(reader, site, one, rate, site.name));
  }
  return found;
}

/** An object of another file's class that something here takes its rate from: told where it is made. */
export function importedRate(reader: Reader, { fn, self }: Method): Finding | undefined {
  const one = first(self);
  const call = one instanceof Instance ? one.call : undefined;
  const site = call?.node && call.module?.file === undefined ? reader.sites.get(keyOf(call.node)) : undefined;
  if (!(one instanceof Instance) || !site) return undefined;
  return madeAt(reader, site, one, stepRate(reader, fn, one, startsElsewhere(fn, one)), site.name);
}

/** MXNet's optimizer gives its scheduler the rate to start from. */
function startsElsewhere(fn: FunctionValue, instance: Instance): boolean {
  const body = fn.text;
  return /\bself\.base_lr\b/.test(body) && !instance.attrs.has("base_lr");
}

/** The rate of an object whose class is made from PyTorch's scheduler, or from Keras' schedule. */
function rateOf(reader: Reader, one: Instance): NonNullable<Finding["rate"]> | undefined {
  const base = libraryBase(one.cls);
  const names = base instanceof Library ? [base.name, ...base.others] : [];
  const get = lookup(one.cls, "get_lr") ?? lookup(one.cls, "lr_lambda");
  const torch = /(?:^|\.)_?LRScheduler$|\.LambdaLR$/;
  if (
    get instanceof FunctionValue &&
    names.some((name) => torch.test(name) || (anyScheduler.test(name) && asTorch.test(get.text)))
  ) {
    if (get.name !== "lr_lambda") return groupRate(reader, get, one);
    const factor = stepRate(reader, get, one, false);
    return (t, initial) => initial * factor(t, initial);
  }
  const call = lookup(one.cls, "__call__");
  if (!(call instanceof FunctionValue)) return undefined;
  const keras = kinds
    .slice(0, 2)
    .some((kind) => names.some((name) => kind.base.test(name) && /keras|^(?:tf|tensorflow)\b/.test(name)));
  const mxnet = names.some((name) => /^(?:mxnet|mx)\.(?:\w+\.)*LRScheduler$/.test(name));
  return keras || mxnet ? stepRate(reader, call, one, mxnet && startsElsewhere(call, one)) : undefined;
}

function methodOf(reader: Reader, owner: SyntaxNode, name: string): SyntaxNode | undefined {
  for (let child = owner.getChild("Body")?.firstChild ?? null; child; child = child.nextSibling) {
    const definition = child.name === "DecoratedStatement" ? child.getChild("FunctionDefinition") : child;
    const own = definition?.name === "FunctionDefinition" ? definition.getChild("VariableName") : undefined;
    if (definition && own && reader.text(own) === name) return definition;
  }
  return undefined;
}

/** The schedule at its method's name, and with its own arguments at each place that makes such an object: of the one told at the method, as its twin. */
function findingOf(
  reader: Reader,
  owner: SyntaxNode,
  method: SyntaxNode,
  takesStep: boolean,
  name: SyntaxNode,
): Finding[] | undefined {
  const fn = reader.program.definition(method);
  if (!(fn instanceof FunctionValue)) return undefined;
  const cls = reader.program.definition(owner);
  const instance = instanceOf(reader, owner, cls instanceof ClassValue ? cls : fn.owner);
  if (!instance) return undefined;
  const tell = (one: Instance, place: Finding): Finding => {
    const init = lookup(one.cls, "__init__");
    const names =
      init instanceof FunctionValue && init.module.file === undefined
        ? parametersOf(init.node, reader.program.source.code).slice(1)
        : [];
    const { args, optimizer } = constructorArguments(reader, names, one.call, init);
    const made = init === undefined && one.base && buildCall(reader, one.base, undefined);
    if (made) Object.assign(args, made.finding.args);
    const given = !takesStep || startsElsewhere(fn, one);
    const rate = takesStep ? stepRate(reader, fn, one, given) : groupRate(reader, fn, one);
    return {
      ...place,
      args: { ...args, ...missing(reader, rate, args) },
      rate,
      ...(given ? startFor(reader, rate, optimizer) : { context: {} }),
      run: {
        unit: /epoch/i.test(reader.text(method)) && !/iter|step/i.test(ownWords(reader, owner)) ? "epoch" : "step",
      },
    };
  };
  const told = tell(instance, placed(reader, name, name.parent?.name === "ClassDefinition" ? owner : method));
  return [told, ...toldWhereMade(reader, owner, instance, told, tell)];
}

/** A class without what is only said of it, and without the words that every PyTorch scheduler has. */
function ownWords(reader: Reader, owner: SyntaxNode): string {
  return reader
    .text(owner)
    .replace(/("""|''')[^]*?\1|#.*|_get_lr_called_within_step|_step_count/g, "")
    .replace(/(?:\.|\bdef[ \t]+)_?step\(|"[^"\n]*"/g, "");
}

/** `schedule(step)`. */
function stepRate(
  reader: Reader,
  fn: FunctionValue,
  instance: Instance,
  given: boolean,
): (t: number, initialLr: number) => number {
  const interpreter = new Interpreter(reader.program);
  return (t, initial) => {
    const self = given ? new Instance(instance.cls, instance.call) : instance;
    if (given) {
      for (const [key, value] of instance.attrs) self.attrs.set(key, value);
      self.attrs.set("base_lr", new Float(initial));
    }
    return interpreter.run((call) => interpreter.number(call(new Method(fn, self), [t])));
  };
}

/** The numbers that the constructor of a library's scheduler keeps under its parameters' names: `self.gamma` of a StepLR's. */
function keptByBase({ base }: Instance): [string, Val][] {
  const library = base && first(base.callee);
  const definition = library instanceof Library ? definitionOf(library.name) : undefined;
  return Object.entries(definition?.params ?? {}).flatMap(([name, spec], i): [string, Val][] => {
    const given = (spec.keywordOnly ? undefined : base!.args[i]) ?? base!.kwargs.get(name);
    const value = given ?? (base!.more || typeof spec.default !== "number" ? undefined : fromValue(spec.default));
    return value !== undefined && numberOf(value) !== undefined ? [[name, value]] : [];
  });
}

/**
 * `get_lr()` of a PyTorch scheduler: base_lrs, last_epoch and the optimizer are as the base class keeps them. One that builds on
 * the group's present rate is stepped from the start.
 */
function groupRate(reader: Reader, fn: FunctionValue, instance: Instance): (t: number, initialLr: number) => number {
  const interpreter = new Interpreter(reader.program);
  const body = fn.text;
  const builds = /\[\s*['"]lr['"]\s*\]/.test(body);
  const kept = keptByBase(instance);
  const stand = (initial: number) => {
    const optimizer = new FakeOptimizer(initial);
    const self = new Instance(instance.cls, instance.call);
    for (const [key, value] of [...kept, ...instance.attrs]) self.attrs.set(key, value);
    self.attrs.set("base_lrs", new List([new Float(initial)]));
    self.attrs.set("optimizer", optimizer.value);
    // The base class asks for the rate within its step.
    self.attrs.set("_get_lr_called_within_step", true);
    return { initial, optimizer, self, method: new Method(fn, self) };
  };
  const at = (call: Call, { self, method }: ReturnType<typeof stand>, t: number) => {
    self.attrs.set("last_epoch", t);
    self.attrs.set("_step_count", t + 1);
    return interpreter.number(call(method, []));
  };
  if (!builds) {
    let one = stand(NaN);
    return (t, initial) => {
      if (!Object.is(one.initial, initial)) one = stand(initial);
      return interpreter.run((call) => at(call, one, t));
    };
  }
  return inOrder(1_000_000, (until, initial, tell) =>
    interpreter.run((call) => {
      const one = stand(initial);
      for (let i = 0; i <= until; i++) {
        const rate = at(call, one, i);
        dictPut(one.optimizer.group, "lr", new Float(rate));
        tell(rate);
      }
    }),
  );
}
