import type { SyntaxNode } from "@lezer/common";
import { Raises, type Value } from "../schedules/define.js";
import { Dict, dictGet, first, FunctionValue, Instance, Method, type PythonCall, type Val } from "./evaluate/index.js";
import type { Argument, Evaluated, Finding } from "./finding.js";
import { FakeOptimizer, Interpreter } from "./interpret.js";
import type { Found, Reader } from "./reader.js";
import { runOf, settingAround } from "./stepping.js";
import { functionAround, parametersOf, rateWrites, timeParameter, type RateWrite } from "./writes.js";

/** A function of the file that computes or sets the rate, and how to ask it. */
interface Candidate {
  readonly definition: SyntaxNode;
  /** It writes the rate into the optimizer; else it returns it. */
  readonly writes: boolean;
}

/** Rates computed by the file's own code: functions that set an optimizer's rate, and functions that return it to such a place. */
export function rateFunctions(reader: Reader, calls: readonly Found[]): Finding[] {
  const { program } = reader;
  const code = program.source.code;
  const candidates = new Map<number, Candidate>();
  const add = (definition: SyntaxNode | undefined, writes: boolean) => {
    if (!definition || reader.consumed.has(definition.from) || candidates.has(definition.from)) return;
    // What a library's schedule computes inside a function is that schedule's.
    if (calls.some(({ call }) => call.node && !call.module?.file && call.node.from > definition.from && call.node.to < definition.to)) return;
    candidates.set(definition.from, { definition, writes });
  };
  for (const write of rateWrites(program.source.tree, code)) {
    const found = writerOf(reader, write, 0);
    if (found) add(found.definition, found.writes);
  }
  for (const definition of namedRateFunctions(reader)) add(definition, false);
  return [...candidates.values()].flatMap((candidate) => findingOf(reader, candidate) ?? []);
}

/** The function that the written value depends on time through: the one around the write, its caller, or one it calls. */
function writerOf(reader: Reader, write: RateWrite, depth: number): Candidate | undefined {
  const code = reader.program.source.code;
  const around = functionAround(write.statement);
  const text = code.slice(write.value.from, write.value.to).trim();
  if (around?.name === "FunctionDefinition") {
    const names = parametersOf(around, code);
    if (timeParameter(names) || (names[0] === "self" && countsItself(reader.text(around)))) return { definition: around, writes: true };
    // A setter that only stores what it was given: the caller decides.
    if (names.includes(text) && depth < 3) {
      for (const site of callersOf(reader, around)) {
        const outer = writerOf(reader, { statement: site.node, value: argumentFor(site, names, text) ?? site.node, augmented: false, owner: "" }, depth + 1);
        if (outer) return outer;
      }
      return undefined;
    }
  }
  const called = calledFunction(reader, write.value, around);
  return called && { definition: called, writes: false };
}

const counts = /self\.\w+\s*\+=\s*1\b|self\.(\w+)\s*=\s*self\.\1\s*\+\s*1\b/;
function countsItself(text: string): boolean {
  return counts.test(text);
}

function argumentFor(site: PythonCall, names: readonly string[], name: string): SyntaxNode | undefined {
  const keyword = site.arguments.find((argument) => argument.name === name);
  if (keyword) return keyword.value;
  const own = names[0] === "self" ? names.slice(1) : names;
  return site.arguments.filter((argument) => argument.name === undefined)[own.indexOf(name)]?.value;
}

/** The user's function whose result reaches an expression: called there, or in the assignment of the name that stands there. */
function calledFunction(reader: Reader, value: SyntaxNode, scope: SyntaxNode | undefined): SyntaxNode | undefined {
  const direct = callIn(reader, value);
  if (direct) return direct;
  const name = /^[A-Za-z_]\w*$/.exec(reader.text(value).trim())?.[0];
  if (!name) return undefined;
  let found: SyntaxNode | undefined;
  (scope ?? reader.program.source.tree.topNode).cursor().iterate((ref) => {
    if (ref.from >= value.from) return false;
    if (ref.name === "AssignStatement" && reader.text(ref.node.firstChild!) === name) found = callIn(reader, ref.node.lastChild!) ?? found;
    return undefined;
  });
  return found;
}

/** The def behind the first call in an expression that is a function of this file with a time-like argument. */
function callIn(reader: Reader, expression: SyntaxNode): SyntaxNode | undefined {
  let found: SyntaxNode | undefined;
  expression.cursor().iterate((ref) => {
    if (found || ref.from >= expression.to) return false;
    if (ref.name !== "CallExpression") return undefined;
    const callee = ref.node.firstChild;
    const target = callee && reader.program.object(callee);
    const fn = target === undefined || target === null ? undefined : first(target);
    const definition = fn instanceof FunctionValue ? fn : fn instanceof Method ? fn.fn : undefined;
    if (definition && definition.module.file === undefined && timeParameter(parametersOf(definition.node, reader.program.source.code))) found = definition.node;
    return undefined;
  });
  return found;
}

export function callersOf(reader: Reader, definition: SyntaxNode): PythonCall[] {
  const name = definition.getChild("VariableName");
  const text = name && reader.text(name);
  if (!text) return [];
  const owner = definition.parent?.parent;
  const className = owner?.name === "ClassDefinition" ? reader.text(owner.getChild("VariableName")!) : undefined;
  return [...reader.sites.values()].filter(
    (site) => site.name === text && !(site.node.from >= definition.from && site.node.to <= definition.to) && (text !== "__init__" || className === undefined),
  );
}

const rateName =
  /^(?:get|compute|calc(?:ulate)?|update|adjust|cal)?_?(?:current_?)?(?:cosine|poly(?:nomial)?|linear|step|noam|exp(?:onential)?|warm_?up|decay(?:ed)?|triangular|cyclic(?:al)?|transformer|inverse_sqrt|rsqrt)?_?(?:lr|learning_?rate)(?:_?(?:at|for|fn|func|function|lambda|schedule|scheduler|decay|poly|scheme|policy|warmup|by_\w+|step|with_\w+|epoch|iter))*$|^(?:lr|learning_?rate)_?(?:schedule|scheduler|poly|decay|fn|func|lambda|warmup|step|cosine)\w*$|^(?:step|exp(?:onential)?|time(?:_based)?|poly|linear|cosine|noam)_(?:decay|scheme|schedule|annealing)$|^noam_scheme$|^(?:scheduler?|lrfn|lr_?fn|schedule)$/i;

/** Functions of the module that by their name and parameters give a rate for a step, and return something computed. */
function namedRateFunctions(reader: Reader): SyntaxNode[] {
  const { code, tree } = reader.program.source;
  const found: SyntaxNode[] = [];
  tree.cursor().iterate((ref) => {
    if (ref.name !== "FunctionDefinition") return undefined;
    const name = ref.node.getChild("VariableName");
    if (!name || !rateName.test(code.slice(name.from, name.to))) return undefined;
    const parameters = parametersOf(ref.node, code);
    const body = code.slice(ref.from, ref.to);
    if (!timeParameter(parameters) || !/\breturn\s+\S/.test(body)) return undefined;
    if (/^(?:schedule[r]?)$/i.test(code.slice(name.from, name.to)) && !/lr|learning/i.test(body)) return undefined;
    found.push(ref.node);
    return undefined;
  });
  return found;
}

function findingOf(reader: Reader, { definition, writes }: Candidate): Finding | undefined {
  const name = definition.getChild("VariableName");
  if (!name) return undefined;
  const { program } = reader;
  const code = program.source.code;
  const names = parametersOf(definition, code);
  const time = timeParameter(names);
  const callers = callersOf(reader, definition);
  const [site] = callers;
  const fn = functionValue(reader, definition);
  if (fn === undefined) return undefined;
  const place = program.place({ from: name.from, to: name.to });
  const area = program.place({ from: definition.from, to: definition.to });
  const args: Record<string, Argument> = {};
  const values = new Map<string, Val>();
  const own = fn instanceof Method ? names.slice(1) : names;
  for (const parameter of own) {
    if (parameter === time) continue;
    const node = site && argumentFor(site, names, parameter);
    const value = node && program.object(node);
    if (value !== undefined && node) values.set(parameter, value);
    const evaluated: Evaluated | undefined = value !== undefined && node ? program.describe(value, reader.text(node)) : undefined;
    if (evaluated && (evaluated.status !== "unknown" || !looksLikeOptimizer(parameter))) args[parameter] = { value: evaluated };
  }
  const around = site && settingAround(reader, site.node);
  const unit = time && /epoch|^ep$/i.test(time) ? "epoch" : around?.loops[0]?.kind === "epoch" ? "epoch" : "step";
  const rate = rateOf(reader, fn, own, time, values, writes);
  return {
    callee: reader.text(name),
    schedule: "function",
    confidence: writes || callers.length > 0 ? "certain" : "likely",
    span: { from: place.from, to: place.to },
    area: { from: area.from, to: area.to },
    ...(place.cell !== undefined && { cell: place.cell }),
    quantity: "lr",
    args: { ...args, ...freeNames(reader, definition, names, values) },
    rate,
    context: {},
    children: [],
    transforms: [],
    run: { unit, ...(site && around && runOf(reader, around, unit)) },
  };
}

const looksLikeOptimizer = (name: string) => /optim|^opt$|self|model|trainer|writer|logger|args|cfg|config|metric|loss|acc|best/i.test(name);

/** The function as a value: of the module, or bound to the object that the file makes of its class. */
function functionValue(reader: Reader, definition: SyntaxNode): FunctionValue | Method | undefined {
  const { program } = reader;
  const value = program.definition(definition);
  if (!(value instanceof FunctionValue)) return undefined;
  const owner = definition.parent?.parent?.name === "ClassDefinition" ? definition.parent.parent : undefined;
  if (!owner || value.role === "static") return value;
  return new Method(value, instanceOf(reader, owner) ?? null);
}

/** An object of a class of the file: as the file makes it, else as its constructor makes it without arguments. */
export function instanceOf(reader: Reader, owner: SyntaxNode): Instance | undefined {
  for (const site of reader.sites.values()) {
    const value = reader.object(site.node, true);
    const one = value === undefined ? undefined : first(value);
    if (one instanceof Instance && one.cls.node.from === owner.from && one.cls.module.file === undefined) return one;
  }
  return undefined;
}

/** The rate after t steps: stateless functions are asked directly, those that build on what they did before run from the start. */
function rateOf(
  reader: Reader,
  fn: FunctionValue | Method,
  parameters: readonly string[],
  time: string | undefined,
  values: ReadonlyMap<string, Val>,
  writes: boolean,
): (t: number, initialLr: number) => number {
  const interpreter = new Interpreter(reader.program);
  const body = reader.program.source.code.slice((fn instanceof Method ? fn.fn : fn).node.from, (fn instanceof Method ? fn.fn : fn).node.to);
  const stateful = writes && (/\bglobal\b|\*=|\[\s*['"]lr['"]\s*\](?!\s*=[^=])/.test(body) || !time || countsItself(body));
  const known: number[] = [];
  const once = (call: (fn: Val, args: readonly Val[], kwargs?: ReadonlyMap<string, Val>) => Val, optimizer: FakeOptimizer, t: number, initial: number) => {
    const kwargs = new Map<string, Val>();
    for (const parameter of parameters) {
      if (parameter === time) kwargs.set(parameter, t);
      else if (/optim|^opt$/i.test(parameter)) kwargs.set(parameter, optimizer.value);
      else {
        const value = values.get(parameter);
        if (value !== undefined) kwargs.set(parameter, value);
      }
    }
    const result = call(fn, [], kwargs);
    return writes ? optimizer.rate(initial) : interpreter.number(result);
  };
  return (t, initial) => {
    if (!stateful) return interpreter.run((call) => once(call, new FakeOptimizer(initial), t, initial));
    if (t >= known.length) {
      if (t > 2_000_000) throw new Raises("too complex to follow: more than 2,000,000 steps one after the other");
      const until = Math.max(t, Math.min(2 * known.length, t + 10_000));
      interpreter.run((call) => {
        const optimizer = new FakeOptimizer(initial);
        for (let i = 0; i <= until; i++) known[i] = once(call, optimizer, i, initial);
      });
    }
    return known[t]!;
  };
}

/** Names of the surroundings that the function reads, with what is known of them: `args.lr`, `warmup_iters`. */
function freeNames(reader: Reader, definition: SyntaxNode, own: readonly string[], given: ReadonlyMap<string, Val>): Record<string, Argument> {
  const args: Record<string, Argument> = {};
  definition.getChild("Body")?.cursor().iterate((ref) => {
    if (ref.from >= definition.to) return false;
    if (ref.name !== "VariableName" && ref.name !== "MemberExpression") return undefined;
    const text = reader.text(ref.node);
    const parent = ref.node.parent;
    if (!/^[A-Za-z_][\w.]*$/.test(text) || /^(?:math|np|numpy|tf|torch|K|jnp)\b/.test(text) || Object.hasOwn(args, text)) return undefined;
    if (parent?.name === "AssignStatement" && parent.firstChild?.from === ref.from) return undefined;
    const [root, attribute, deeper] = text.split(".") as [string, string?, string?];
    const owner = given.get(root);
    const value =
      owner !== undefined && attribute !== undefined && deeper === undefined
        ? attributeOf(owner, attribute)
        : own.includes(root)
          ? undefined
          : reader.object(ref.node, true);
    if (value === undefined) return undefined;
    const evaluated = reader.program.describe(value, text);
    if (evaluated.status === "unknown" || !isPlain(evaluated)) return undefined;
    const inside = evaluated.status === "known" && evaluated.origins.some((o) => o.from >= definition.from && o.to <= definition.to && o.file === undefined);
    if (ref.name === "VariableName" && (inside || isLocal(reader, definition, text))) return undefined;
    args[text] = { value: evaluated };
    return false;
  });
  return args;
}

function attributeOf(owner: Val, name: string): Val | undefined {
  const one = first(owner);
  if (one instanceof Dict) return dictGet(one, name);
  return one instanceof Instance ? one.attrs.get(name) : undefined;
}

/** Assigned in the function itself. */
function isLocal(reader: Reader, definition: SyntaxNode, name: string): boolean {
  return reader.program.assignmentsTo(name).some((statement) => statement.from > definition.from && statement.to <= definition.to);
}

function isPlain(evaluated: Evaluated): boolean {
  if (evaluated.status === "unknown") return false;
  const value: Value = evaluated.value;
  return typeof value === "number" || typeof value === "string" || (Array.isArray(value) && value.length < 32 && value.every((v) => typeof v === "number"));
}
