import type { SyntaxNode } from "@lezer/common";
import { Raises } from "../schedules/define.js";
import type { Workspace } from "../source/document.js";
import { fromValue } from "./evaluate/describe.js";
import { first, FunctionValue, Method, type PythonCall, Unknown, type Val } from "./evaluate/index.js";
import { Float } from "./evaluate/values.js";
import type { Finding } from "./finding.js";
import { freeNamesIn } from "./freeNames.js";
import { missing, placed } from "./functionFinding.js";
import { Interpreter } from "./interpret.js";
import { functionNamed } from "./ownLoop/follow.js";
import { meets, pathsIn, targetsOf } from "./ownLoop/paths.js";
import { bodiesOf, statementsOf } from "./ownLoop/slice.js";
import type { Found, Reader } from "./reader.js";
import { functionAround, parametersOf, timeParameter } from "./writes.js";

const name = "lr_lens_rate";
const time = "lr_lens_t";

/** What a graph counts its updates with, by its name, or by what it is made of. */
const counterNames = /^(?:self\.)?(?:global_?)?step$/i;
const counterMade =
  /^[^=]*=\s*(?:[\w.]*(?:get_or_create_global_step|get_global_step|create_global_step|placeholder)\s*\(|[\w.]*\bVariable\s*\(\s*(?:initial_value\s*=\s*)?0(?:\.0?)?\s*[,)])/;
/** More statements than this before an optimizer are not sorted. */
const mostStatements = 400;

/**
 * Rates that a TensorFlow graph computes of its step by the file's own arithmetic: `lr = base * tf.pow(1 - step / total, 0.9)`,
 * handed to an optimizer. The statements that lead to it are read as a function of the step.
 */
export function graphRates(reader: Reader, calls: readonly Found[], workspace: Workspace): Finding[] {
  const found = new Map<number, Finding>();
  for (const site of reader.sites.values()) {
    if (found.size >= 20 || !/Optimizer$/.test(site.name) || !reader.imports(/^tensorflow\b/)) continue;
    const finding = rateOf(reader, calls, workspace, site);
    if (finding && !found.has(finding.span.from)) found.set(finding.span.from, finding);
  }
  return [...found.values()];
}

function rateOf(reader: Reader, calls: readonly Found[], workspace: Workspace, site: PythonCall): Finding | undefined {
  const { code, tree } = reader.program.source;
  const given =
    site.arguments.find((argument) => /^(?:learning_rate|lr)$/.test(argument.name ?? "")) ??
    site.arguments.find(({ position }) => position === 0);
  const text = given ? reader.text(given.value).trim() : "";
  const root = /^[A-Za-z_][\w.]*/.exec(text)?.[0];
  const scope = functionAround(site.node);
  const block = scope ? scope.getChild("Body") : tree.topNode;
  if (!root || !block || scope?.name === "LambdaExpression") return undefined;
  const wanted = new Set([root]);
  const kept: SyntaxNode[] = [];
  for (const statement of before(block, site.from).reverse()) {
    const targets = [statement, ...inner(statement)].flatMap((one) => targetsOf(one, code));
    if (!targets.some((target) => [...wanted].some((path) => meets(target, path)))) continue;
    kept.unshift(statement);
    for (const path of pathsIn(statement, code)) wanted.add(path);
  }
  const last = kept.findLast((statement) => targetsOf(statement, code).includes(root));
  const counter = [...wanted].find(
    (path) =>
      counterNames.test(path) ||
      kept.some((one) => targetsOf(one, code).includes(path) && counterMade.test(reader.text(one))),
  );
  if (!last || !counter || counter === root) return undefined;
  const makes = (one: SyntaxNode) => counterMade.test(reader.text(one)) && targetsOf(one, code).includes(counter);
  const needed = kept.filter((one) => !makes(one));
  // A library's schedule tells what is made of it; a function of the file is told at its own name.
  const inside = (at: number) => needed.some(({ from, to }) => at >= from && at < to);
  if (calls.some(({ call }) => call.node && !call.module?.file && inside(call.node.from))) return undefined;
  if ([...reader.sites.values()].some((one) => inside(one.from) && callsOwn(reader, one))) return undefined;
  if (!needed.some((one) => [...pathsIn(one, code)].includes(counter))) return undefined;
  const parameters = scope ? parametersOf(scope, code).filter((own) => own !== "self" && wanted.has(own)) : [];
  const body = [...needed.map((one) => lined(one, code)), `return ${root}`].join("\n ");
  const named = new RegExp(`(?<![\\w.])${counter.replace(/\./g, "\\.")}(?![\\w(])`, "g");
  const definition = `\ndef ${name}(${[time, ...parameters].join(", ")}):\n ${body.replace(named, time)}\n`;
  const program = reader.again(code + definition, workspace);
  const fn = program && functionNamed(program, name);
  if (!fn) return undefined;
  const values = new Map<string, Val>(parameters.map((own) => [own, valueOf(reader, own)] as const));
  const interpreter = new Interpreter(program);
  const rate = (t: number) => {
    const result = interpreter.run((call) => interpreter.number(call(fn, [new Float(t)], values)));
    if (Number.isNaN(result)) throw new Raises("the rate is not a number");
    return result;
  };
  const args = freeNamesIn(reader, last, [counter]);
  return {
    ...placed(reader, last.firstChild ?? last, last),
    args: { ...args, ...missing(reader, rate, args) },
    rate,
  };
}

/** A call of a function of the file that takes a step. */
function callsOwn(reader: Reader, site: PythonCall): boolean {
  const target = first(reader.program.object(site.callee));
  const fn = target instanceof Method ? target.fn : target;
  return (
    fn instanceof FunctionValue &&
    fn.module.file === undefined &&
    timeParameter(parametersOf(fn.node, reader.program.source.code)) !== undefined
  );
}

/** A parameter of the function around: as the user set it, else unknown. */
function valueOf(reader: Reader, parameter: string): Val {
  const set = reader.assume.get(parameter);
  return set === undefined ? new Unknown("a parameter that nothing here gives", parameter) : fromValue(set);
}

/** Statements of a block up to a place, those of `with` blocks among them. */
function before(block: SyntaxNode, at: number): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (const statement of statementsOf(block)) {
    if (statement.from >= at || found.length > mostStatements) break;
    if (statement.name === "WithStatement" || (statement.to > at && bodiesOf(statement).length > 0))
      for (const body of bodiesOf(statement)) found.push(...before(body, at));
    else if (statement.to <= at) found.push(statement);
  }
  return found;
}

function inner(statement: SyntaxNode): SyntaxNode[] {
  if (!/^(?:If|Try)Statement$/.test(statement.name)) return [];
  return bodiesOf(statement).flatMap((body) => statementsOf(body).flatMap((one) => [one, ...inner(one)]));
}

/** A statement's text, as it would stand one space further in than the margin. */
function lined(statement: SyntaxNode, code: string): string {
  const start = code.lastIndexOf("\n", statement.from - 1) + 1;
  const indent = /^[ \t]*/.exec(code.slice(start, statement.from))![0];
  return code.slice(statement.from, statement.to).trimEnd().replaceAll(`\n${indent}`, "\n ");
}
