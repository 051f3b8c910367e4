import type { SyntaxNode } from "@lezer/common";
import { Raises } from "../schedules/define.js";
import { callValue } from "./evaluate/call.js";
import { fromValue } from "./evaluate/describe.js";
import {
  type ClassValue,
  Dict,
  first,
  FunctionValue,
  Instance,
  Method,
  Unknown,
  type PythonCall,
  type Val,
} from "./evaluate/index.js";
import type { Argument, Finding, Run } from "./finding.js";
import type { Workspace } from "../source/document.js";
import { inlineRate } from "./inlineRates.js";
import { rateOf } from "./functionRate.js";
import { freeNames } from "./freeNames.js";
import { namedRateFunctions } from "./namedFunctions.js";
import { Interpreter } from "./interpret.js";
import { onlyOptimizer, readOptimizer } from "./optimizer.js";
import type { Found, Reader } from "./reader.js";
import { runOf, settingAround } from "./stepping.js";
import {
  countsItself,
  functionAround,
  inTrainingLoop,
  parametersOf,
  rateWrites,
  timeParameter,
  type RateWrite,
} from "./writes.js";

/** A function of the file that computes or sets the rate, and how to ask it. */
interface Candidate {
  readonly definition: SyntaxNode;
  /** It writes the rate into the optimizer; else it returns it. */
  readonly writes: boolean;
  /** The write goes through a call that is not followed. */
  readonly remote?: boolean;
}

/** Rates computed by the file's own code: functions that set an optimizer's rate, and functions that return it to such a place. */
export function rateFunctions(reader: Reader, calls: readonly Found[], workspace: Workspace): Finding[] {
  const { program } = reader;
  const code = program.source.code;
  const candidates = new Map<number, Candidate>();
  const inline: Finding[] = [];
  const add = (definition: SyntaxNode | undefined, writes: boolean, remote = false) => {
    if (!definition || reader.consumed.has(definition.from) || candidates.has(definition.from)) return;
    // What a library's schedule computes inside a function is that schedule's.
    if (
      calls.some(
        ({ call }) =>
          call.node && !call.module?.file && call.node.from > definition.from && call.node.to < definition.to,
      )
    )
      return;
    candidates.set(definition.from, { definition, writes, remote });
  };
  for (const write of rateWrites(program.source.tree, code)) {
    const found = writerOf(reader, write, 0);
    if (found) add(found.definition, found.writes, found.writes && write.remote);
    else if (inTrainingLoop(write.statement, code)) {
      const finding = inlineRate(reader, workspace, write);
      if (finding && !inline.some((other) => other.area!.from === finding.area!.from)) inline.push(finding);
    }
  }
  for (const definition of namedRateFunctions(reader)) {
    // A helper of a function that is told already is a part of it.
    const callers = callersOf(reader, definition);
    const inside = (node: SyntaxNode) =>
      [...candidates.values()].some((c) => node.from > c.definition.from && node.to <= c.definition.to);
    if (callers.length === 0 || !callers.every((site) => inside(site.node))) add(definition, false);
  }
  return [...[...candidates.values()].flatMap((candidate) => findingOf(reader, candidate) ?? []), ...inline];
}

/** The function that the written value depends on time through: the one around the write, its caller, or one it calls. */
function writerOf(reader: Reader, write: RateWrite, depth: number): Candidate | undefined {
  const code = reader.program.source.code;
  const around = functionAround(write.statement);
  const text = code.slice(write.value.from, write.value.to).trim();
  if (around?.name === "FunctionDefinition") {
    const names = parametersOf(around, code);
    const trains = inTrainingLoop(write.statement, code);
    if ((timeParameter(names) && !trains) || (names[0] === "self" && countsItself(reader.text(around))))
      return { definition: around, writes: true };
    // A setter that only stores what it was given: the caller decides.
    const stored = trains ? undefined : storedParameter(reader, write.value, around, names);
    if (stored !== undefined && depth < 3) {
      for (const site of callersOf(reader, around)) {
        const outer = writerOf(
          reader,
          { statement: site.node, value: argumentFor(site, names, stored) ?? site.node, augmented: false, owner: "" },
          depth + 1,
        );
        if (outer) return outer;
      }
      if (!/\[\s*['"]lr['"]\s*\]/.test(text)) return undefined;
    }
  }
  const called = calledFunction(reader, write.value, around);
  if (called) return { definition: called, writes: false };
  // `group["lr"] *= decay` in a function of its own: a step of a schedule whose occasions are elsewhere.
  const own = around?.name === "FunctionDefinition" ? around.getChild("VariableName") : undefined;
  const builds = write.augmented || /\[\s*['"]lr['"]\s*\]/.test(text);
  return own &&
    builds &&
    /adjust|decay|anneal|update|reduce|schedul|step/i.test(reader.text(own)) &&
    /lr|learning|rate/i.test(reader.text(own))
    ? { definition: around!, writes: true }
    : undefined;
}

/** The parameter that is written as it came, or scaled by what a group holds. */
function storedParameter(
  reader: Reader,
  value: SyntaxNode,
  around: SyntaxNode,
  names: readonly string[],
): string | undefined {
  const mentioned = (text: string) =>
    names.find(
      (name) => !/optim|^opt$|^self$|group|^cfg$|^args$/i.test(name) && new RegExp(`\\b${name}\\b`).test(text),
    );
  const text = reader.text(value).trim();
  const direct = mentioned(text);
  if (direct !== undefined || !/^[A-Za-z_]\w*$/.test(text)) return direct;
  for (const statement of reader.program.assignmentsTo(text))
    if (statement.from > around.from && statement.to < value.from) return mentioned(reader.text(statement));
  return undefined;
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
    if (ref.name === "AssignStatement" && reader.text(ref.node.firstChild!) === name)
      found = callIn(reader, ref.node.lastChild!) ?? found;
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
    if (
      definition &&
      definition.module.file === undefined &&
      timeParameter(parametersOf(definition.node, reader.program.source.code))
    )
      found = definition.node;
    return undefined;
  });
  return found;
}

export function callersOf(reader: Reader, definition: SyntaxNode): readonly PythonCall[] {
  const name = definition.getChild("VariableName");
  const text = name && reader.text(name);
  if (!text) return [];
  const owner = definition.parent?.parent;
  const className = owner?.name === "ClassDefinition" ? reader.text(owner.getChild("VariableName")!) : undefined;
  return reader
    .named(text)
    .filter(
      (site) =>
        !(site.from >= definition.from && site.to <= definition.to) && (text !== "__init__" || className === undefined),
    );
}

function findingOf(reader: Reader, { definition, writes, remote }: Candidate): Finding | undefined {
  const name = definition.getChild("VariableName");
  const fn = functionValue(reader, definition);
  if (!name || fn === undefined) return undefined;
  const { program } = reader;
  const names = parametersOf(definition, program.source.code);
  const time = timeParameter(names);
  const callers = callersOf(reader, definition);
  const [site] = callers;
  const own = fn instanceof Method ? names.slice(1) : names;
  const { args, values, optimizer } = argumentsAt(reader, own, names, time, site);
  const around = site && settingAround(reader, site.node);
  const unit = time && /epoch|^ep$/i.test(time) ? "epoch" : around?.loops[0]?.kind === "epoch" ? "epoch" : "step";
  const only = site && around && conditionOf(reader, site.node);
  const aimless = writes && !time && !countsItself(reader.text(definition));
  const rate = remote
    ? refused("it sets the rate of an object that exists only when the file runs")
    : aimless
      ? refused("it changes the rate each time it is called, and when that is is not told here")
      : only === undefined
        ? rateOf(reader, fn, own, time, values, writes)
        : refused(`called only when ${only}`);
  const context = writes ? startOf(reader, optimizer) : undefined;
  const read = { ...args, ...freeNames(reader, definition, names, values) };
  return {
    ...placed(reader, name, definition),
    confidence: writes || callers.length > 0 ? "certain" : "likely",
    args: { ...read, ...missing(reader, rate, read) },
    rate,
    context: context?.context ?? {},
    ...(context?.optimizer && { optimizer: context.optimizer }),
    run: { unit, ...lengthFromNames(read, unit), ...(site && around && runOf(reader, around, unit)) },
  };
}

/** Where the optimizer starts: the one handed over, else the only one of the file. */
export function startOf(reader: Reader, optimizer: Val | undefined) {
  return (optimizer === undefined ? undefined : readOptimizer(reader, optimizer)) ?? onlyOptimizer(reader);
}

/** The parts of a Finding that every rate function shares. */
export function placed(reader: Reader, name: SyntaxNode, definition: SyntaxNode): Finding {
  const place = reader.program.place({ from: name.from, to: name.to });
  const area = reader.program.place({ from: definition.from, to: definition.to });
  return {
    callee: reader.text(name),
    schedule: "function",
    confidence: "certain",
    span: { from: place.from, to: place.to },
    area: { from: area.from, to: area.to },
    ...(place.cell !== undefined && { cell: place.cell }),
    quantity: "lr",
    args: {},
    context: {},
    children: [],
    transforms: [],
    run: { unit: "step" },
  };
}

/** What the function is given where it is called: by the call, by the user, or nothing. */
function argumentsAt(
  reader: Reader,
  own: readonly string[],
  names: readonly string[],
  time: string | undefined,
  site: PythonCall | undefined,
) {
  const args: Record<string, Argument> = {};
  const values = new Map<string, Val>();
  let optimizer: Val | undefined;
  for (const parameter of own) {
    if (parameter === time) continue;
    const node = site && argumentFor(site, names, parameter);
    const value = node && reader.program.object(node);
    if (/optim|^opt$|trainer/i.test(parameter)) {
      optimizer = value;
      continue;
    }
    const set = reader.assume.get(parameter);
    if (value !== undefined && node) {
      const evaluated = reader.program.describe(value, reader.text(node));
      const lost =
        evaluated.status === "unknown" && !(first(value) instanceof Dict) && !(first(value) instanceof Instance);
      values.set(parameter, lost && set !== undefined ? fromValue(set) : value);
      if (evaluated.status !== "unknown") args[parameter] = { value: evaluated };
    } else if (set !== undefined) {
      values.set(parameter, fromValue(set));
      args[parameter] = {
        value: {
          status: "assumed",
          value: set,
          text: parameter,
          name: parameter,
          because: "a parameter without default",
          assumptions: { [parameter]: set },
          origins: [],
        },
      };
    } else if (secondary.test(parameter) || bystander.test(parameter)) values.set(parameter, 0);
    else if (site) values.set(parameter, new Unknown("a parameter that nothing here gives", parameter));
  }
  return { args, values, optimizer };
}

/** Counts inside an epoch, beside the epoch itself: the rate is told for the epoch's first. */
const secondary = /^(?:i|j|idx|index|batch_?(?:idx|index|i)?|iter(?:ation)?|i_iter|data_iter_step|step)$/;

/** What is only logged. */
const bystander = /best|pred|acc|loss|metric|score|logger|writer|verbose/i;

/** A parameter that the rate turns out to need and nobody gives. */
export function missing(
  reader: Reader,
  rate: NonNullable<Finding["rate"]>,
  args: Readonly<Record<string, Argument>>,
): Record<string, Argument> {
  const found: Record<string, Argument> = {};
  const told = new Set(
    Object.values(args).flatMap(({ value }) => (value.status === "assumed" ? Object.keys(value.assumptions) : [])),
  );
  for (const [name, symbol] of new Interpreter(reader.program).assumptions(() => rate(1, 0.1))) {
    const described = reader.program.describe(symbol, name);
    if (told.has(name) || args[name] || described.status === "unknown") continue;
    found[name] = {
      value: {
        status: "assumed",
        value: described.value,
        text: name,
        name,
        because: "not given in this file",
        assumptions: { [name]: described.value },
        origins: [],
      },
    };
  }
  try {
    rate(1, 0.1);
  } catch (error) {
    const match = /missing a required argument: '(\w+)'|^not known: ([\w.]+)(?: \((.*)\))?$/.exec(
      error instanceof Error ? error.message : "",
    );
    const name = match?.[1] ?? match?.[2];
    if (name && !args[name])
      found[name] = {
        value: {
          status: "unknown",
          text: name,
          because: match?.[3] ?? "a parameter without default that nothing here gives",
          name,
          origins: [],
        },
      };
  }
  return found;
}

function refused(because: string): NonNullable<Finding["rate"]> {
  return () => {
    throw new Raises(because);
  };
}

/** The condition under which a call stands, when it is not known to hold: then the function is no function of the step alone. */
function conditionOf(reader: Reader, node: SyntaxNode): string | undefined {
  for (let at = node.parent, inner: SyntaxNode = node; at; inner = at, at = at.parent) {
    if (/^(?:For|While)Statement$|Definition$|Lambda/.test(at.name)) return undefined;
    if (at.name !== "IfStatement" || inner.name !== "Body") continue;
    let condition = inner.prevSibling;
    while (condition && /^:|Comment$/.test(condition.name)) condition = condition.prevSibling;
    if (!condition || condition.name === "else") continue;
    const value = reader.program.evaluate(condition);
    if (value.status === "known") continue;
    const text = reader.text(condition).replace(/\s+/g, " ");
    if (/epoch|iter|step|batch|\bi\b|%|\bin\b/i.test(text)) return text.slice(0, 80);
  }
  return undefined;
}

/** Names that tell the run's length: `max_iters`, `args.epochs`. */
function lengthFromNames(args: Readonly<Record<string, Argument>>, unit: "step" | "epoch"): Partial<Run> {
  for (const [name, { value }] of Object.entries(args)) {
    if (value.status === "unknown" || typeof value.value !== "number" || !(value.value > 1)) continue;
    const last = name.slice(name.lastIndexOf(".") + 1);
    if (unit === "epoch" && /^(?:n_?|num_?|max_?|total_?)?epochs?$/i.test(last)) return { epochs: value };
    if (
      unit === "step" &&
      /^(?:max_?(?:iters?|steps?|iterations)|num_?(?:steps|iters|iterations)|total_?(?:steps?|iters?|iterations)|lr_decay_(?:iters|steps)|num_training_steps|t_total)$/i.test(
        last,
      )
    )
      return { totalSteps: value };
  }
  return {};
}

/** The function as a value: of the module, or bound to the object that the file makes of its class. */
function functionValue(reader: Reader, definition: SyntaxNode): FunctionValue | Method | undefined {
  const { program } = reader;
  const value = program.definition(definition);
  if (!(value instanceof FunctionValue)) return undefined;
  const owner = definition.parent?.parent?.name === "ClassDefinition" ? definition.parent.parent : undefined;
  if (!owner || value.role === "static") return value;
  return new Method(value, instanceOf(reader, owner, value.owner) ?? null);
}

/** An object of a class of the file: as the file makes it, else as its constructor makes it without arguments. */
export function instanceOf(reader: Reader, owner: SyntaxNode, cls: ClassValue | undefined): Instance | undefined {
  for (const site of reader.sites.values()) {
    const value = reader.asRun(site);
    const one = value === undefined ? undefined : first(value);
    if (one instanceof Instance && one.cls.node.from === owner.from && one.cls.module.file === undefined) return one;
  }
  return cls && constructed(reader, cls);
}

/** An object made as the constructor declares it: what it needs and nobody gives is unknown under the parameter's name. */
function constructed(reader: Reader, cls: ClassValue): Instance | undefined {
  const { machine } = reader.program;
  try {
    const made = machine.fresh(() => first(callValue(machine, cls, [], new Map(), {})));
    return made instanceof Instance ? made : undefined;
  } catch {
    return undefined;
  }
}
