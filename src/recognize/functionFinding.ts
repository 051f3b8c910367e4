import type { SyntaxNode } from "@lezer/common";
import { Raises } from "../schedules/define.js";
import { argumentFor, callersOf } from "./callers.js";
import { fromValue } from "./evaluate/describe.js";
import { lookup } from "./evaluate/attributes.js";
import {
  type CallResult,
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
import { freeNames } from "./freeNames.js";
import { guarded } from "./guarded.js";
import { functionValue } from "./functionObjects.js";
import { rateOf } from "./functionRate.js";
import { Interpreter } from "./interpret.js";
import { onlyOptimizer, readOptimizer } from "./optimizer.js";
import type { Reader } from "./reader.js";
import { runOf, settingAround } from "./stepping.js";
import { loopRate } from "./ownLoop/loopRate.js";
import type { Workspace } from "../source/document.js";
import { isHandedMoving } from "./writers.js";
import { countsItself, parametersOf, timeParameter } from "./writes.js";

/** A function of the file that computes or sets the rate, and how to ask it. */
export interface Candidate {
  readonly definition: SyntaxNode;
  /** It writes the rate into the optimizer; else it returns it. */
  readonly writes: boolean;
  /** The write goes through a call that is not followed. */
  readonly remote?: boolean;
  /** The calls of it whose results are written. */
  readonly asked?: readonly SyntaxNode[];
  /** The class of the file whose object is asked, when it is not the one that the method stands in. */
  readonly of?: SyntaxNode;
  /** The object that is asked, when it is not the first that the file makes. */
  readonly made?: Instance;
}

/** What is told of such a function at its name. */
export function findingOf(
  reader: Reader,
  { definition, writes, remote, of, asked, made }: Candidate,
  workspace: Workspace,
): Finding | undefined {
  const name = (of ?? definition).getChild("VariableName");
  const value = functionValue(reader, definition, of);
  const fn = made && value instanceof Method ? new Method(value.fn, made) : value;
  if (!name || fn === undefined) return undefined;
  const { program } = reader;
  const names = parametersOf(definition, program.source.code);
  const time = timeParameter(names, reader.text(definition));
  const callers = callersOf(reader, definition);
  const site = deciding(reader, callers, writes, asked);
  const own = fn instanceof Method ? names.slice(1) : names;
  const { args, values, optimizer } = argumentsAt(
    reader,
    own,
    names,
    time,
    site,
    (fn instanceof Method ? fn.fn : fn).defaults,
  );
  const around = site && settingAround(reader, site.node);
  const unit = time && /epoch|^ep$/i.test(time) ? "epoch" : around?.loops[0]?.kind === "epoch" ? "epoch" : "step";
  const only = site && around && conditionOf(reader, site.node);
  const aimless = writes && !time && !countsItself(reader.text(definition));
  const bound = only === undefined || !time ? undefined : boundOf(reader, site!, argumentFor(site!, names, time));
  const handed = site && writes && isHandedMoving(reader, definition, site, names, time);
  // When it is called, what it is given, and where a global that it moves begins, is a matter of the loop around the call.
  const looped =
    site &&
    writes &&
    (aimless || handed || (only !== undefined && !bound) || /^[ \t]*global\s/m.test(reader.text(definition)))
      ? guarded(() => loopRate(reader, workspace, site.node))
      : undefined;
  const rate = looped
    ? looped.rate
    : remote
      ? refused("it sets the rate of an object that exists only when the file runs")
      : aimless
        ? refused("it changes the rate each time it is called, and nothing here says when")
        : handed
          ? refused("it is given a rate that the loop around its call moves")
          : only === undefined
            ? rateOf(reader, fn, own, time, values, writes)
            : bound
              ? within(bound, rateOf(reader, fn, own, time, values, writes))
              : refused(`called only when ${only}`);
  const read = { ...args, ...freeNames(reader, definition, names, values), ...madeWith(reader, fn) };
  return {
    ...placed(reader, name, of ?? definition),
    confidence: writes || callers.length > 0 ? "certain" : "likely",
    args: { ...read, ...missing(reader, rate, read) },
    rate,
    ...(writes ? startFor(reader, rate, optimizer) : { context: {} }),
    run: { unit, ...lengthFromNames(read, unit), ...(looped?.run ?? (site && around && runOf(reader, around, unit))) },
  };
}

/** The call that counts: one whose result is written, and of what only tells the rate one that is made in every turn. */
function deciding(
  reader: Reader,
  callers: readonly PythonCall[],
  writes: boolean,
  asked: readonly SyntaxNode[] = [],
): PythonCall | undefined {
  if (writes || callers.length < 2) return callers[0];
  const written = callers.filter(({ from }) => asked.some((call) => call.from === from));
  const among = written.length > 0 ? written : callers;
  return among.find(({ node }) => conditionOf(reader, node) === undefined) ?? among[0];
}

/** What the object of a method is made with, as far as the method reads it. */
export function madeWith(reader: Reader, fn: FunctionValue | Method): Record<string, Argument> {
  const self = fn instanceof Method ? first(fn.self) : undefined;
  if (!(fn instanceof Method) || !(self instanceof Instance)) return {};
  const init = lookup(self.cls, "__init__");
  const names = init instanceof FunctionValue ? init.code.params.slice(1) : [];
  const read = readBy(self.cls, fn.fn);
  const all = names.map(({ name }) => name);
  const told = names.filter(
    ({ star, name }) => !star && !bystander.test(name) && new RegExp(`\\b_*${name}\\b`).test(read),
  );
  const { args } = constructorArguments(reader, all, self.call, init);
  const plain = ([key, { value }]: [string, Argument]) =>
    told.some(({ name }) => name === key) &&
    value.status !== "unknown" &&
    (typeof value.value === "number" || Array.isArray(value.value));
  return Object.fromEntries(Object.entries(args).filter(plain));
}

/** The text of a method and of the methods of its object that it calls. */
export function readBy(cls: ClassValue, fn: FunctionValue, seen = new Set<FunctionValue>()): string {
  if (seen.has(fn) || seen.size > 10) return "";
  seen.add(fn);
  const text = fn.text;
  const called = [...text.matchAll(/\bself\.(\w+)\(/g)].map((match) => lookup(cls, match[1]!));
  return text + called.map((one) => (one instanceof FunctionValue ? readBy(cls, one, seen) : "")).join("");
}

/** Where the optimizer starts: the one handed over, else the only one of the file. */
export function startOf(reader: Reader, optimizer: Val | undefined) {
  return (optimizer === undefined ? undefined : readOptimizer(reader, optimizer)) ?? onlyOptimizer(reader);
}

/** The same for a rate that is made of where the optimizer starts; unknown where the file does not say it. */
export function startFor(
  reader: Reader,
  rate: NonNullable<Finding["rate"]>,
  optimizer?: Val,
): Pick<Finding, "context" | "optimizer"> {
  const start = startOf(reader, optimizer);
  if (start?.context.initial_lr)
    return { context: start.context, ...(start.optimizer && { optimizer: start.optimizer }) };
  // A warm-up from nothing does not say at its beginning what it is made of.
  const at = (initial: number) => [0, 1, 10].map((t) => guarded(() => rate(t, initial))).join();
  const because = "the optimizer's rate is not in this file";
  return at(0.1) === at(0.2)
    ? { context: start?.context ?? {} }
    : { context: { ...start?.context, initial_lr: { status: "unknown", text: "lr", because, origins: [] } } };
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

/** The same schedule, told at another place too. */
export function twinAt({ callee, span, cell }: Finding, finding: Finding): Finding {
  const { cell: _, ...rest } = finding;
  return { ...rest, callee, span, ...(cell !== undefined && { cell }), twin: true };
}

/** What the function is given where it is called: by the call, by the user, or nothing. */
function argumentsAt(
  reader: Reader,
  own: readonly string[],
  names: readonly string[],
  time: string | undefined,
  site: PythonCall | undefined,
  defaults: ReadonlyMap<string, Val>,
) {
  const args: Record<string, Argument> = {};
  const values = new Map<string, Val>();
  let optimizer: Val | undefined;
  for (const parameter of own) {
    if (parameter === time) continue;
    const node = site && argumentFor(site, names, parameter);
    const value = node && reader.program.object(node);
    if (/optim|^opt$|trainer/i.test(parameter) && !(parameter === "opt" && isOptions(value))) {
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
    else if (defaults.has(parameter)) Object.assign(args, defaultOf(reader, parameter, defaults.get(parameter)!));
    else {
      const because = site
        ? "a parameter that nothing here gives"
        : "a parameter without default that nothing here gives";
      values.set(parameter, new Unknown(because, parameter));
    }
  }
  return { args, values, optimizer };
}

/** `opt = parser.parse_args()`: options, not an optimizer. */
function isOptions(value: Val | undefined): boolean {
  const one = value === undefined ? undefined : first(value);
  return one instanceof Dict && one.flavour === "argparse";
}

/** What a constructor was given: by its call, else by its defaults. */
export function constructorArguments(
  reader: Reader,
  names: readonly string[],
  call: CallResult | undefined,
  init: Val | undefined,
): { args: Record<string, Argument>; optimizer?: Val } {
  const args: Record<string, Argument> = {};
  let optimizer: Val | undefined;
  names.forEach((name, i) => {
    const value = call?.kwargs.get(name) ?? call?.args[i];
    const usual = init instanceof FunctionValue ? init.defaults.get(name) : undefined;
    if (value === undefined) {
      if (usual !== undefined) Object.assign(args, defaultOf(reader, name, usual));
      return;
    }
    if (/optim/i.test(name)) optimizer = value;
    else {
      const evaluated = reader.program.describe(value, name);
      if (evaluated.status !== "unknown") args[name] = { value: evaluated };
    }
  });
  return { args, ...(optimizer !== undefined && { optimizer }) };
}

/** A parameter's default, where it says something of the rate. */
export function defaultOf(reader: Reader, name: string, value: Val): Record<string, Argument> {
  if (/^(?:last_epoch|last_iter|last_step|verbose|self)$/.test(name)) return {};
  const evaluated = reader.program.describe(value, name);
  return evaluated.status !== "known" || evaluated.value === null ? {} : { [name]: { value: evaluated } };
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
    if (value.status === "known" && !value.alternatives?.length) continue;
    const text = reader.text(condition).replace(/\s+/g, " ");
    if (/epoch|iter|step|batch|\bi\b|%|\bin\b/i.test(text)) return text.slice(0, 80);
  }
  return undefined;
}

/** Until or from which value of its argument a function is called. */
interface Bound {
  readonly until?: number;
  readonly from?: number;
}

/** `if step < 400000: adjust(optimizer, step)`: the only condition around the call compares what it is given with a number. */
function boundOf(reader: Reader, { node }: PythonCall, given: SyntaxNode | undefined): Bound | undefined {
  const name = given && reader.text(given);
  if (!name || !/^[A-Za-z_][\w.]*$/.test(name)) return undefined;
  let bound: Bound | undefined;
  for (let at = node.parent, inner: SyntaxNode = node; at; inner = at, at = at.parent) {
    if (/^(?:For|While)Statement$|Definition$|Lambda/.test(at.name)) return bound;
    if (at.name !== "IfStatement" || inner.name !== "Body") continue;
    const condition = at.firstChild?.nextSibling;
    if (!condition || bound || at.getChild("Body")?.from !== inner.from) return undefined;
    const [left, operator, right] = [condition.firstChild, condition.firstChild?.nextSibling, condition.lastChild];
    if (condition.name !== "BinaryExpression" || !left || !operator || !right || reader.text(left) !== name)
      return undefined;
    const limit = reader.program.evaluate(right);
    const sign = reader.text(operator);
    if (limit.status !== "known" || typeof limit.value !== "number" || !/^[<>]=?$/.test(sign)) return undefined;
    const { value } = limit;
    bound = sign.startsWith("<")
      ? { until: sign === "<" ? Math.ceil(value) - 1 : Math.floor(value) }
      : { from: sign === ">" ? Math.floor(value) + 1 : Math.ceil(value) };
  }
  return bound;
}

/** Before the first call the rate is what the optimizer began with, after the last one it stays. */
function within({ until, from }: Bound, rate: NonNullable<Finding["rate"]>): NonNullable<Finding["rate"]> {
  return (t, initial) => (from !== undefined && t < from ? initial : rate(Math.min(t, until ?? t), initial));
}

/** Names that tell the run's length: `max_iters`, `args.epochs`. */
export function lengthFromNames(args: Readonly<Record<string, Argument>>, unit: "step" | "epoch"): Partial<Run> {
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
