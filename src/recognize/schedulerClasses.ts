import type { SyntaxNode } from "@lezer/common";
import { Raises } from "../schedules/define.js";
import {
  Float,
  FunctionValue,
  Instance,
  List,
  Method,
  nodeOf,
  outlineOf,
  type CallResult,
  type Val,
} from "./evaluate/index.js";
import type { Argument, Finding } from "./finding.js";
import { missing, placed, startOf } from "./functionFinding.js";
import { instanceOf } from "./functionObjects.js";
import { FakeOptimizer, Interpreter } from "./interpret.js";
import type { Reader } from "./reader.js";
import { parametersOf } from "./writes.js";

/** Bases that make a class of the file a schedule, and the method that gives its rate. */
const kinds: readonly { readonly base: RegExp; readonly methods: readonly string[]; readonly takesStep: boolean }[] = [
  { base: /LearningRateSchedule$|LRSchedule$/, methods: ["__call__"], takesStep: true },
  {
    base: /(?:^|\.)_?LRScheduler$|(?:^|\.)(?:LambdaLR|StepLR|MultiStepLR|CosineAnnealingLR|ExponentialLR|LRSchedulerBase)$/,
    methods: ["get_lr"],
    takesStep: false,
  },
  { base: /(?:^|\.)Scheduler$/, methods: ["_get_lr", "get_epoch_values"], takesStep: true },
];

/** Classes of the file that are schedules: Keras' `__call__`, PyTorch's `get_lr`, timm's `_get_lr`. The finding is the method's name. */
export function schedulerClasses(reader: Reader): Finding[] {
  const { code, tree } = reader.program.source;
  if (!/class[ \t]+\w+[ \t]*\([^)]{0,500}(?:Schedule|LR)/.test(code)) return [];
  const found: Finding[] = [];
  for (const entry of outlineOf(tree)) {
    if (entry.kind !== "class") continue;
    const owner = nodeOf(tree, entry);
    const list = owner.getChild("ArgList");
    const bases = list
      ? reader
          .text(list)
          .replace(/^\(|\)$/g, "")
          .split(",")
          .map((base) => base.trim())
      : [];
    const kind = kinds.find(({ base }) => bases.some((name) => base.test(name)));
    const method = kind && kind.methods.map((name) => methodOf(reader, owner, name)).find((node) => node !== undefined);
    if (kind && method) found.push(...(findingOf(reader, owner, method, kind.takesStep) ?? []));
  }
  return found;
}

function methodOf(reader: Reader, owner: SyntaxNode, name: string): SyntaxNode | undefined {
  for (let child = owner.getChild("Body")?.firstChild ?? null; child; child = child.nextSibling) {
    const definition = child.name === "DecoratedStatement" ? child.getChild("FunctionDefinition") : child;
    const own = definition?.name === "FunctionDefinition" ? definition.getChild("VariableName") : undefined;
    if (definition && own && reader.text(own) === name) return definition;
  }
  return undefined;
}

function findingOf(reader: Reader, owner: SyntaxNode, method: SyntaxNode, takesStep: boolean): Finding[] | undefined {
  const name = method.getChild("VariableName");
  const fn = reader.program.definition(method);
  if (!name || !(fn instanceof FunctionValue)) return undefined;
  const instance = instanceOf(reader, owner, fn.owner);
  if (!instance) return undefined;
  const { args, optimizer } = constructorArguments(reader, owner, instance.call);
  const rate = takesStep ? stepRate(reader, new Method(fn, instance)) : groupRate(reader, fn, instance);
  const context = takesStep ? undefined : startOf(reader, optimizer);
  return [
    {
      ...placed(reader, name, method),
      args: { ...args, ...missing(reader, rate, args) },
      rate,
      context: context?.context ?? {},
      run: { unit: /epoch/i.test(reader.text(method)) && !/iter|step/i.test(reader.text(owner)) ? "epoch" : "step" },
    },
  ];
}

function constructorArguments(
  reader: Reader,
  owner: SyntaxNode,
  call: CallResult | undefined,
): { args: Record<string, Argument>; optimizer?: Val } {
  const init = methodOf(reader, owner, "__init__");
  const names = init ? parametersOf(init, reader.program.source.code).slice(1) : [];
  const args: Record<string, Argument> = {};
  let optimizer: Val | undefined;
  names.forEach((name, i) => {
    const value = call?.kwargs.get(name) ?? call?.args[i];
    if (value === undefined) return;
    if (/optim/i.test(name)) optimizer = value;
    else {
      const evaluated = reader.program.describe(value, name);
      if (evaluated.status !== "unknown") args[name] = { value: evaluated };
    }
  });
  return { args, ...(optimizer !== undefined && { optimizer }) };
}

/** `schedule(step)`. */
function stepRate(reader: Reader, method: Method): (t: number) => number {
  const interpreter = new Interpreter(reader.program);
  return (t) => interpreter.run((call) => interpreter.number(call(method, [t])));
}

/**
 * `get_lr()` of a PyTorch scheduler: base_lrs, last_epoch and the optimizer are as the base class keeps them. One that builds on
 * the group's present rate is stepped from the start.
 */
function groupRate(reader: Reader, fn: FunctionValue, instance: Instance): (t: number, initialLr: number) => number {
  const interpreter = new Interpreter(reader.program);
  const body = reader.program.source.code.slice(fn.node.from, fn.node.to);
  const builds = /\[\s*['"]lr['"]\s*\]/.test(body);
  const known: number[] = [];
  let start = NaN;
  const at = (call: (f: Val, args: readonly Val[]) => Val, optimizer: FakeOptimizer, t: number, initial: number) => {
    const self = new Instance(instance.cls, instance.call);
    for (const [key, value] of instance.attrs) self.attrs.set(key, value);
    self.attrs.set("base_lrs", new List([new Float(initial)]));
    self.attrs.set("last_epoch", t);
    self.attrs.set("_step_count", t + 1);
    self.attrs.set("optimizer", optimizer.value);
    const rate = interpreter.number(call(new Method(fn, self), []));
    optimizer.group.entries.set("slr", Object.assign(["lr", new Float(rate)] as [Val, Val], { entry: true }));
    return rate;
  };
  return (t, initial) => {
    if (!builds) return interpreter.run((call) => at(call, new FakeOptimizer(initial), t, initial));
    if (t > 1_000_000) throw new Raises("too complex to follow: more than 1,000,000 steps one after the other");
    if (start !== initial) known.length = 0;
    start = initial;
    if (t >= known.length)
      interpreter.run((call) => {
        const optimizer = new FakeOptimizer(initial);
        for (let i = 0; i <= Math.max(t, 2 * known.length); i++) known[i] = at(call, optimizer, i, initial);
      });
    return known[t]!;
  };
}
