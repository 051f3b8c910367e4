import type { SyntaxNode } from "@lezer/common";
import { callersOf } from "./callers.js";
import {
  ClassValue,
  Dict,
  dictPut,
  first,
  FunctionValue,
  Instance,
  Library,
  Method,
  nodeOf,
  outlineOf,
  Unknown,
  type Val,
} from "./evaluate/index.js";
import { dictOf } from "./evaluate/access.js";
import { libraryBase, lookup } from "./evaluate/attributes.js";
import type { Finding } from "./finding.js";
import { constructorArguments, missing, placed, readBy, startFor } from "./functionFinding.js";
import { instanceOf } from "./functionObjects.js";
import { FakeOptimizer, inOrder, Interpreter } from "./interpret.js";
import { toldWhereMade } from "./madeAt.js";
import type { Reader } from "./reader.js";
import { trainerRun } from "./trainers.js";
import { functionAround, rateWrites } from "./writes.js";

/** Methods that `fit` calls, in the order of a run; the rate that counts is the one between a batch's begin and end. */
const hooks = {
  start: ["on_train_begin"],
  epochBegin: ["on_epoch_begin"],
  batchBegin: ["on_train_batch_begin", "on_batch_begin"],
  batchEnd: ["on_train_batch_end", "on_batch_end"],
  epochEnd: ["on_epoch_end"],
} as const;
/** Where a callback is told: at the hook that sets the rate most often. */
const telling = [...hooks.batchBegin, ...hooks.batchEnd, ...hooks.epochBegin, ...hooks.epochEnd, ...hooks.start];
const mostTurns = 2_000_000;

interface Told {
  readonly finding: Finding;
  /** The class, when it stands in this file. */
  readonly owner?: SyntaxNode;
}

/** Keras callbacks of the file that set the rate of their model's optimizer, with what they keep in themselves. */
export function kerasCallbacks(reader: Reader): Told[] {
  return [...ownCallbacks(reader), ...importedCallbacks(reader)];
}

function ownCallbacks(reader: Reader): Told[] {
  const { code, tree } = reader.program.source;
  if (!/class[ \t]+\w+[ \t]*\([^)]{0,500}Callback/.test(code)) return [];
  const writers = rateWrites(tree, code).flatMap(({ statement }) => functionAround(statement) ?? []);
  if (writers.length === 0) return [];
  return outlineOf(tree).flatMap((entry) => {
    if (entry.kind !== "class" || !/Callback\b/.test(reader.text(entry).split("\n", 1)[0]!)) return [];
    const owner = nodeOf(tree, entry);
    return callback(reader, owner, writers).map((finding) => ({ finding, owner }));
  });
}

const setsRate =
  /\bset_value\(\s*[\w.]*\.(?:lr|learning_rate)\b|\.(?:lr|learning_rate)(?:\.assign\(|[ \t]*(?:[-+*/]|\*\*)?=(?!=))/;
/** Other files' classes that are made here are looked at, up to so many. */
const mostImported = 50;

/** `model.fit(…, callbacks=[StepDecay(0.1, 10)])` with a callback that another file of the workspace defines: told where it is made. */
function importedCallbacks(reader: Reader): Told[] {
  if (!/\bcallbacks?\b/.test(reader.program.source.code)) return [];
  const found: Told[] = [];
  let looked = 0;
  for (const site of reader.sites.values()) {
    if (!/^[A-Z]/.test(site.name)) continue;
    const cls = first(
      (site.callee.name === "VariableName" ? reader.object : reader.asRun).call(reader, site.callee) ?? null,
    );
    if (!(cls instanceof ClassValue) || cls.module.file === undefined || ++looked > mostImported) continue;
    const base = libraryBase(cls);
    if (!(base instanceof Library) || !/(?:^|\.)Callback$/.test(base.name)) continue;
    const methods = new Map<string, FunctionValue>();
    for (const name of ["__init__", ...Object.values(hooks).flat()]) {
      const fn = lookup(cls, name);
      if (fn instanceof FunctionValue) methods.set(name, fn);
    }
    const told = telling.some((name) => methods.has(name) && setsRate.test(readBy(cls, methods.get(name)!)));
    const one = told ? first(reader.object(site.node) ?? null) : null;
    if (!(one instanceof Instance)) continue;
    const place = { ...placed(reader, site.node, site.node), callee: reader.text(site.callee) };
    found.push({ finding: asked(reader, one, methods, place) });
  }
  return found;
}

/** The schedule at its hook, and with its own arguments where such an object is made: of the one told at the hook, as its twin. */
function callback(reader: Reader, owner: SyntaxNode, writers: readonly SyntaxNode[]): Finding[] {
  const methods = new Map<string, FunctionValue>();
  for (let child = owner.getChild("Body")?.firstChild ?? null; child; child = child.nextSibling) {
    const fn = child.name === "FunctionDefinition" ? reader.program.definition(child) : undefined;
    if (fn instanceof FunctionValue) methods.set(fn.name, fn);
  }
  const sets = (name: string): boolean => {
    const node = methods.get(name)?.node;
    return node !== undefined && writers.some((writer) => reaches(reader, node, writer, 0));
  };
  const told = telling.find(sets);
  const method = told === undefined ? undefined : methods.get(told);
  const instance = method && instanceOf(reader, owner, method.owner);
  if (!method || !instance) return [];
  const place = placed(reader, method.node.getChild("VariableName")!, method.node);
  const finding = asked(reader, instance, methods, place);
  return [
    finding,
    ...toldWhereMade(reader, owner, instance, finding, (one, there) => asked(reader, one, methods, there)),
  ];
}

/** What is told of a callback at its place. */
function asked(
  reader: Reader,
  instance: Instance,
  methods: ReadonlyMap<string, FunctionValue>,
  place: Finding,
): Finding {
  const perBatch = [...hooks.batchBegin, ...hooks.batchEnd].some((name) => methods.has(name));
  const trainer = trainerRun(reader);
  const steps = trainer.stepsPerEpoch;
  const given = reader.assume.get("steps_per_epoch") ?? (steps && "value" in steps ? steps.value : undefined);
  // Of two runs nobody says which is meant.
  const epochs = trainer.epochs?.status === "known" && reader.named("fit").length === 1 && trainer.epochs.value;
  const params = {
    steps: typeof given === "number" ? given : 1000,
    ...(typeof epochs === "number" && { epochs }),
  };
  const rate = followed(reader, instance, methods, perBatch, params);
  const parameters = methods.get("__init__")?.code.params.slice(1) ?? [];
  const names = parameters.filter(({ star }) => !star).map(({ name }) => name);
  const { args } = constructorArguments(reader, names, instance.call, methods.get("__init__"));
  return {
    ...place,
    args: { ...args, ...missing(reader, rate, args) },
    rate,
    ...startFor(reader, rate),
    run: { ...trainer, ...(perBatch ? { unit: "step", steppedPer: "batch" } : { unit: "epoch", steppedPer: "epoch" }) },
  };
}

/** True when the method is the one that writes, or calls it. */
function reaches(reader: Reader, method: SyntaxNode, writer: SyntaxNode, depth: number): boolean {
  if (method.from === writer.from) return true;
  return (
    depth < 3 &&
    callersOf(reader, writer).some(({ node }) => {
      const around = functionAround(node);
      return around !== undefined && reaches(reader, method, around, depth + 1);
    })
  );
}

/** What `fit` tells its callbacks of the run, as far as it is known. */
interface RunParams {
  readonly steps: number;
  readonly epochs?: number;
}

/** The rate of each turn: the hooks are called as `fit` calls them, on one object, from the start. */
function followed(
  reader: Reader,
  instance: Instance,
  methods: ReadonlyMap<string, FunctionValue>,
  perBatch: boolean,
  params: RunParams,
): (t: number, initialLr: number) => number {
  const interpreter = new Interpreter(reader.program);
  const perEpoch = params.steps;
  return inOrder(mostTurns, (until, initial, tell) =>
    interpreter.run((call) => {
      const { self, optimizer } = standIn(instance, initial, params);
      const logs = dictOf([], false, "logs", "logs");
      const at = (names: readonly string[], ...args: Val[]) => {
        for (const name of names) {
          const fn = methods.get(name);
          if (fn) call(new Method(fn, self), [...args, logs].slice(0, fn.code.params.length - 1));
        }
      };
      at(hooks.start);
      for (let t = 0; t <= until; t++) {
        const batch = perBatch ? t % perEpoch : 0;
        const epoch = perBatch ? Math.floor(t / perEpoch) : t;
        if (batch === 0) at(hooks.epochBegin, epoch);
        at(hooks.batchBegin, batch);
        tell(optimizer.rate(initial));
        at(hooks.batchEnd, batch);
        if (!perBatch || batch === perEpoch - 1) at(hooks.epochEnd, epoch);
      }
    }),
  );
}

/** The object in a copy of its own, with a model whose optimizer is the stand-in. */
function standIn(instance: Instance, initial: number, params: RunParams): { self: Instance; optimizer: FakeOptimizer } {
  const optimizer = new FakeOptimizer(initial);
  const self = new Instance(instance.cls, instance.call);
  for (const [name, value] of instance.attrs) {
    const one = first(value);
    // What the hooks fill is filled from the start again.
    self.attrs.set(name, one instanceof Dict && one.entries.size === 0 ? dictOf([]) : value);
  }
  // What some move against the rate, under the name that the optimizer has for it.
  for (const name of ["momentum", "beta_1"])
    dictPut(optimizer.value, name, new Unknown("the optimizer's momentum", name));
  self.attrs.set("model", dictOf([["optimizer", optimizer.value]], true));
  if (!self.attrs.has("params")) self.attrs.set("params", dictOf(Object.entries(params), false, "params", "params"));
  return { self, optimizer };
}
