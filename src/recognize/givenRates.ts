import type { SyntaxNode } from "@lezer/common";
import { lookup } from "./evaluate/attributes.js";
import {
  CallResult,
  Choice,
  first,
  Float,
  force,
  FunctionValue,
  Instance,
  Library,
  Method,
  type PythonCall,
  type Val,
} from "./evaluate/index.js";
import type { Evaluated, Finding } from "./finding.js";
import { freeNames } from "./freeNames.js";
import { lengthFromNames, missing, placed } from "./functionFinding.js";
import { guarded } from "./guarded.js";
import { Interpreter } from "./interpret.js";
import { closureOf } from "./makerArguments.js";
import { optimizerNamed } from "./optimizers.js";
import type { Reader } from "./reader.js";
import { importedRate } from "./schedulerClasses.js";
import { runOf, settingAround } from "./stepping.js";
import { countsItself, parametersOf, timeParameter } from "./writes.js";

/** A function of the file that a call takes its rate from: handed over, or asked for the rate that is handed over. */
export interface GivenRate {
  readonly fn: FunctionValue | Method;
  /** Where it is asked, when the file does that itself. */
  readonly site?: SyntaxNode;
}

/** Libraries' functions whose first argument may be a function of the step. */
const takers =
  /^optax\.(?:scale_by_schedule|scale_by_learning_rate)$|^jax\.(?:experimental|example_libraries)\.optimizers\.(?:sgd|momentum|nesterov|adagrad|rmsprop|rmsprop_momentum|adam|adamax|sm3)$/;
const keyword = /^(?:learning_rate|lr|step_size)$/;

/** Values of one argument looked at. */
const mostWays = 8;

/** Functions under any name that are used as a rate: `optax.sgd(schedule)`, `apply_gradient(grad, learning_rate=schedule(step))`. */
export function givenRates(reader: Reader): GivenRate[] {
  const found = new Map<SyntaxNode, GivenRate>();
  const add = (value: Val | undefined, site?: SyntaxNode) => {
    // Of the ways of an `if` each gives its own.
    const one = value === undefined ? undefined : force(value);
    if (one instanceof Choice) for (const way of one.values.slice(0, mostWays)) addOne(way, site);
    else addOne(one, site);
  };
  const addOne = (value: Val | undefined, site?: SyntaxNode) => {
    const fn = callable(value);
    const node = fn && (fn instanceof Method ? fn.fn : fn).node;
    if (fn && node && !found.has(node)) found.set(node, { fn, ...(site && { site }) });
  };
  for (const site of reader.sites.values()) {
    const run = reader.asRun(site);
    // In a constructor that nobody calls here, too.
    const call =
      !(run instanceof CallResult) && /^scale_by_(?:schedule|learning_rate)$/.test(site.name)
        ? first(reader.object(site.node) ?? null)
        : run;
    if (call instanceof CallResult) {
      for (const [name, value] of call.kwargs) if (keyword.test(name)) add(value);
      const callee = first(call.callee);
      const names = callee instanceof Library ? [callee.name, ...callee.others] : [];
      const at = names.some((name) => takers.test(name))
        ? 0
        : names.map((name) => optimizerNamed(name)?.at).find((position) => position !== undefined);
      if (at !== undefined) add(call.args[at]);
    }
    for (const argument of site.arguments)
      if (argument.name && keyword.test(argument.name)) {
        // Handed to a function of the user's own, which is followed and leaves no call behind.
        if (argument.value.name === "LambdaExpression") add(reader.program.object(argument.value));
        const asked = askedFor(reader, argument.value);
        if (asked && !callable(reader.object(asked.node)) && !ofNoTime(reader, asked))
          add(first(reader.program.object(asked.callee)), asked.node);
      }
  }
  return [...found.values()];
}

/** A def, lambda, method, or object of the file that can be called. */
function callable(value: Val | undefined): FunctionValue | Method | undefined {
  const one = value === undefined ? undefined : first(value);
  if (one instanceof Instance) {
    const method = lookup(one.cls, "__call__");
    return method instanceof FunctionValue ? new Method(method, one) : undefined;
  }
  const fn = one instanceof Method ? one.fn : one;
  if (!(fn instanceof FunctionValue) || fn.module.file !== undefined || fn.code.params.length === 0) return undefined;
  return one as FunctionValue | Method;
}

/** `scale(base_lr)`, `per_device(args.lr, world_size)`: what is asked for one number of others, none of which counts the run. */
function ofNoTime(reader: Reader, { callee, arguments: args }: PythonCall): boolean {
  const value = first(reader.program.object(callee) ?? null);
  const fn = value instanceof Method ? value.fn : value;
  if (!(fn instanceof FunctionValue) || countsItself(fn.text)) return false;
  const given = args.map(({ value }) => reader.text(value)).join(" ");
  const names = [...fn.code.params.map(({ name }) => name), ...(given.match(/[A-Za-z]\w*/g) ?? [])];
  return timeParameter(names, fn.text) === undefined && !/(?:step|epoch|iter\w*|count(?:er)?)\b/i.test(given);
}

/** `schedule(step)` that stands there, or that the name there was given last. */
function askedFor(reader: Reader, node: SyntaxNode): PythonCall | undefined {
  if (node.name === "CallExpression")
    return [...reader.sites.values()].find(({ from, to }) => from === node.from && to === node.to);
  if (node.name !== "VariableName") return undefined;
  const statement = reader.program.assignmentsTo(reader.text(node)).findLast(({ to }) => to <= node.from);
  const value = statement?.lastChild;
  return value?.name === "CallExpression" ? askedFor(reader, value) : undefined;
}

/** What is told of such a function at its name, or at the lambda. */
export function givenFinding(reader: Reader, { fn, site }: GivenRate): Finding | undefined {
  const target = fn instanceof Method ? fn.fn : fn;
  const { node, module } = target;
  if (module.file !== undefined) return fn instanceof Method ? importedRate(reader, fn) : undefined;
  const own = parametersOf(node, reader.program.source.code).slice(fn instanceof Method ? 1 : 0);
  const time = timeParameter(own) ?? own[0];
  // One that hands out the rate that is there reads it.
  if (time === undefined || /\breturn\b[^\n]{0,300}\[\s*['"]lr['"]\s*\]/.test(reader.text(node))) return undefined;
  const interpreter = new Interpreter(reader.program);
  const remains =
    /^progress_?remaining$/i.test(time) ||
    (!/epoch|step|iter/i.test(time) && reader.imports(/^(?:baselines|stable_baselines3?|sb3_contrib)\b/));
  const length = remains ? totalTimesteps(reader) : undefined;
  const total = length && length.status !== "unknown" ? Number(length.value) : NaN;
  const at = (t: number): Val => (length ? new Float(Math.max(0, 1 - t / total)) : t);
  const rate = (t: number) => interpreter.run((call) => interpreter.number(call(fn, [], new Map([[time, at(t)]]))));
  // What goes below zero is added to the parameters as it is, and is no rate.
  if ((guarded(() => rate(1)) ?? 0) < 0) return undefined;
  const read = { ...closureOf(reader, target), ...freeNames(reader, node, own, new Map()) };
  const unit = /epoch|^ep$/i.test(time) ? "epoch" : "step";
  const around = site && settingAround(reader, site);
  const assigned = node.parent?.name === "AssignStatement" ? node.parent.firstChild : undefined;
  return {
    ...placed(
      reader,
      node.getChild("ParamList") && node.name === "FunctionDefinition"
        ? node.getChild("VariableName")!
        : (assigned ?? node),
      node,
    ),
    args: { ...read, ...(length && { total_timesteps: { value: length } }), ...missing(reader, rate, read) },
    rate,
    run: {
      unit,
      ...lengthFromNames(read, unit),
      ...(length && { totalSteps: length }),
      ...(around && runOf(reader, around, unit)),
    },
  };
}

/** Baselines and its like count from 1 down to 0 over `model.learn(total_timesteps=…)`. */
function totalTimesteps(reader: Reader): Evaluated {
  for (const { arguments: args } of reader.named("learn")) {
    const given = args.find(({ name }) => name === "total_timesteps") ?? args.find(({ position }) => position === 0);
    const value = given && reader.program.evaluate(given.value);
    if (value && value.status !== "unknown" && typeof value.value === "number") return value;
  }
  const set = reader.assume.get("total_timesteps") ?? reader.assume.get("total_steps") ?? 100_000;
  const [name, because] = ["total_timesteps", "the run length is not in this file"];
  return { status: "assumed", value: set, text: name, name, because, assumptions: { [name]: set }, origins: [] };
}
