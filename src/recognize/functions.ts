import type { SyntaxNode } from "@lezer/common";
import { argumentFor, callersOf } from "./callers.js";
import { first, FunctionValue, Method } from "./evaluate/index.js";
import type { Finding } from "./finding.js";
import type { Workspace } from "../source/document.js";
import { givenFinding, givenRates } from "./givenRates.js";
import { askedParameter, importedWriters } from "./importedWriters.js";
import { inlineRate } from "./inlineRates.js";
import { carriedRate } from "./ownLoop/loopRate.js";
import { moves } from "./ownLoop/moves.js";
import { findingOf, placed, twinAt, type Candidate } from "./functionFinding.js";
import { kerasCallbacks } from "./kerasCallbacks.js";
import { namedRateFunctions } from "./namedFunctions.js";
import { classAround, ownSchedulers } from "./ownSchedulers.js";
import { isHandedTable } from "./rateTables.js";
import { isSetting, rebuiltOptimizers } from "./rebuiltOptimizers.js";
import { guarded } from "./guarded.js";
import type { Found, Reader } from "./reader.js";
import { subclassesAsked } from "./schedulerClasses.js";
import {
  countsItself,
  functionAround,
  inTrainingLoop,
  MOST_WRITES,
  outermostLoop,
  parametersOf,
  rateWrites,
  readsPlace,
  timeParameter,
  type RateWrite,
} from "./writes.js";

/** Rates computed by the file's own code: functions that set an optimizer's rate, and functions that return it to such a place. */
export function rateFunctions(reader: Reader, calls: readonly Found[], workspace: Workspace): Finding[] {
  const { program } = reader;
  const code = program.source.code;
  const candidates = new Map<number, Candidate>();
  const inline: Finding[] = [];
  // What a library's schedule computes inside a function is that schedule's.
  const mayBe = ({ from, to }: SyntaxNode) =>
    !reader.consumed.has(from) &&
    !calls.some(({ call }) => call.node && !call.module?.file && call.node.from > from && call.node.to < to);
  const add = (definition: SyntaxNode | undefined, writes: boolean, remote = false, asked?: SyntaxNode) => {
    if (!definition) return;
    const known = candidates.get(definition.from);
    if (known) {
      if (asked) candidates.set(definition.from, { ...known, asked: [...(known.asked ?? []), asked] });
    } else if (mayBe(definition))
      candidates.set(definition.from, { definition, writes, remote, ...(asked && { asked: [asked] }) });
  };
  const tell = (finding: Finding | undefined) => {
    if (finding && !inline.some((other) => other.area!.from === finding.area!.from)) inline.push(finding);
  };
  const carried = (place: SyntaxNode, writer?: SyntaxNode, target?: SyntaxNode, value?: SyntaxNode) => {
    const finding = guarded(() => carriedRate(reader, workspace, place, writer, target));
    // What a graph is fed in a loop is a schedule when it moves; a placeholder may well be fed the same each time.
    const builds = (value: SyntaxNode) => setInLoop(reader, value) || reader.text(value).includes(reader.text(target!));
    if (!target || (finding?.rate && moves(finding.rate, value !== undefined && builds(value)))) tell(finding);
    return finding;
  };
  const computed: Finding[] = [];
  const tellAt = (at: SyntaxNode, finding: Finding) => {
    computed.push(twinAt(placed(reader, at, at), finding));
  };
  // What is written in a function that trains besides answers there too.
  const inTrainers = new Map<number, SyntaxNode>();
  // Where the rate that is written has a name of its own, the schedule answers at what computes it too.
  const tellWhereComputed = ({ value }: RateWrite, finding: Finding | undefined) => {
    const at = finding && inline.includes(finding) ? computedIn(reader, value) : undefined;
    if (!finding || !at || computed.some(({ area }) => area!.from === finding.area!.from)) return;
    tellAt(at, finding);
  };
  const callbacks = guarded(() => kerasCallbacks(reader)) ?? [];
  for (const { finding } of callbacks) tell(finding);
  const inCallback = ({ from, to }: SyntaxNode) =>
    callbacks.some(({ owner }) => owner && from > owner.from && to <= owner.to);
  const rates = rateWrites(program.source.tree, code);
  if (rates.length >= MOST_WRITES) reader.exhausted = true;
  for (const write of rates) {
    if (inCallback(write.statement) || isSetting(reader, write) || isHandedTable(reader, write.value)) continue;
    const found = writerOf(reader, write, 0);
    if (found) {
      add(found.definition, found.writes, found.writes && write.remote, found.asked?.[0]);
      const { from, to } = found.definition;
      const here =
        found.writes && write.statement.from > from && write.statement.to <= to && write.statement.firstChild;
      if (here && !inTrainers.has(from) && trainsItself(reader.text(found.definition))) inTrainers.set(from, here);
    } else if (inTrainingLoop(write.statement, code)) {
      const finding = inlineRate(reader, workspace, write);
      if (!finding?.rate || raises(finding.rate))
        tellWhereComputed(write, carried(write.statement, undefined, write.fed, write.value));
      tell(finding);
      tellWhereComputed(write, finding);
    } else {
      const around = functionAround(write.statement);
      // What only hands a graph the rate that it is given is told where it is given.
      const setter = write.fed && around && parametersOf(around, code).includes(reader.text(write.value).trim());
      for (const site of loopCalls(reader, write.statement, 0))
        if (setter) carried(write.statement, undefined, site.firstChild!);
        else {
          const finding = carried(site, around);
          if (finding && inline.includes(finding) && around && trainsItself(reader.text(around)))
            tellAt(write.statement.firstChild!, finding);
        }
    }
  }
  for (const site of importedWriters(reader)) carried(site.node.parent!, undefined, site.callee);
  for (const finding of rebuiltOptimizers(reader, workspace)) tell(finding);
  for (const definition of namedRateFunctions(reader)) {
    // A helper of a function that is told already is a part of it.
    if (inCallback(definition)) continue;
    const callers = callersOf(reader, definition);
    const inside = (node: SyntaxNode) =>
      [...candidates.values()].some((c) => node.from > c.definition.from && node.to <= c.definition.to);
    if (callers.length === 0 || !callers.every((site) => inside(site.node))) add(definition, false);
  }
  for (const given of givenRates(reader)) {
    const definition = (given.fn instanceof Method ? given.fn.fn : given.fn).node;
    const told = [...candidates.values()].filter(
      (c) => c.definition.from <= definition.from && c.definition.to >= definition.to,
    );
    const same = told.length === 1 && told[0]!.definition.from === definition.from && !told[0]!.writes;
    if ((told.length > 0 && !same) || !mayBe(definition)) continue;
    const finding = guarded(() => givenFinding(reader, given));
    // Of a function that its name tells as well, what it is given with says more.
    if (same && (!finding?.rate || raises(finding.rate))) continue;
    if (same) candidates.delete(definition.from);
    tell(finding);
  }
  const own = [...candidates.values()].flatMap((candidate) =>
    asked(reader, candidate).flatMap((one) => findingOf(reader, one, workspace) ?? []),
  );
  // Of two methods that the same subclass fills in the first is told.
  const once = own.filter(
    (one, i) => own.findIndex(({ span, cell }) => span.from === one.span.from && cell === one.cell) === i,
  );
  for (const finding of once)
    for (const [, at] of inTrainers) {
      const { from, to, cell } = program.place({ from: at.from, to: at.to });
      if (cell === finding.cell && from >= finding.area!.from && to <= finding.area!.to) tellAt(at, finding);
    }
  const made = guarded(() => ownSchedulers(reader, [...candidates.values()], workspace)) ?? [];
  return [...once, ...inline, ...computed, ...made];
}

/** A method that its class's subclasses fill in is theirs, one each. */
function asked(reader: Reader, candidate: Candidate): Candidate[] {
  const owner = classAround(candidate.definition);
  const subclasses = owner ? subclassesAsked(reader, owner, candidate.definition) : [];
  return subclasses.length > 0 ? subclasses.map((of) => ({ ...candidate, of })) : [candidate];
}

/** A name that the training loop around it sets anew. */
function setInLoop(reader: Reader, value: SyntaxNode): boolean {
  const [root] = /^[A-Za-z_]\w*/.exec(reader.text(value)) ?? [];
  return reader.program
    .assignmentsTo(root ?? "")
    .some(
      (one) =>
        inTrainingLoop(one, reader.program.source.code) && outermostLoop(one)?.from === outermostLoop(value)?.from,
    );
}

/** The name in the loop around a write that was given the value written there, where it is given it first. */
function computedIn(reader: Reader, value: SyntaxNode): SyntaxNode | undefined {
  const text = reader.text(value).trim();
  const loop = /^[A-Za-z_][\w.]*$/.test(text) ? outermostLoop(value)?.from : undefined;
  const statement = reader.program
    .assignmentsTo(text)
    .find(
      (one) => loop !== undefined && outermostLoop(one)?.from === loop && !/^(?:For|With)Statement$/.test(one.name),
    );
  return statement?.firstChild ?? undefined;
}

function raises(rate: NonNullable<Finding["rate"]>): boolean {
  try {
    return Number.isNaN(rate(1, 0.1));
  } catch {
    return true;
  }
}

/** Calls in training loops of the function that writes, or of one that calls it. */
function loopCalls(reader: Reader, node: SyntaxNode, depth: number): SyntaxNode[] {
  const around = functionAround(node);
  if (around?.name !== "FunctionDefinition" || depth > 2) return [];
  return callersOf(reader, around)
    .slice(0, 8)
    .flatMap(({ node: site }) =>
      inTrainingLoop(site, reader.program.source.code) ? [site] : loopCalls(reader, site, depth + 1),
    );
}

/** What puts back a state that was saved. */
const restoring = /^(?:__init__|__setstate__|load|resume|restore)(?:_|$)|_(?:load|resume|restore)$/;

const adjusting =
  /(?:adjust|decay|anneal|update|set|change|schedul).*(?:lr|learning_?rate)|(?:lr|learning_?rate).*(?:adjust|decay|anneal|update|schedul)/i;

/** The function that the written value depends on time through: the one around the write, its caller, or one it calls. */
function writerOf(reader: Reader, write: RateWrite, depth: number): Candidate | undefined {
  const code = reader.program.source.code;
  const around = functionAround(write.statement);
  const text = code.slice(write.value.from, write.value.to).trim();
  // What feeds a graph trains: the function that the rate comes from is told.
  const source = write.fed && calledFunction(reader, write.value, around);
  if (source) return told(source);
  if (around?.name === "FunctionDefinition") {
    const called = around.getChild("VariableName");
    if (called && restoring.test(reader.text(called))) return undefined;
    const names = parametersOf(around, code);
    // One that is handed the function to ask, by nobody here, is a schedule of none.
    if (askedParameter(reader.text(around), names) !== undefined && callersOf(reader, around).length === 0)
      return undefined;
    const trains = inTrainingLoop(write.statement, code);
    // A function that trains an epoch with the rate that another one tells is not where the rate is computed.
    const teller = !write.augmented && trainsItself(reader.text(around)) && tellerOf(reader, write.value, around);
    if (teller) return told(teller);
    if (
      !trains &&
      (timeParameter(names, reader.text(around)) || (names[0] === "self" && countsItself(reader.text(around))))
    )
      return { definition: around, writes: true };
    // `def adjust_lr(self)`, which reads the epoch from its object.
    if (
      !trains &&
      names.length === 1 &&
      names[0] === "self" &&
      adjusting.test(reader.text(called!)) &&
      readsPlace(reader.text(around))
    )
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
      if (!write.augmented && !/\[\s*['"]lr['"]\s*\]/.test(text)) return undefined;
    }
  }
  const called = calledFunction(reader, write.value, around);
  if (called) return told(called);
  // `group["lr"] *= decay` in a function of its own: a step of a schedule whose occasions are elsewhere.
  const own = around?.name === "FunctionDefinition" ? around.getChild("VariableName") : undefined;
  const builds = write.augmented || /\[\s*['"]lr['"]\s*\]/.test(text);
  return own &&
    builds &&
    /adjust|decay|anneal|update|reduce|schedul|step|scale|drop|lower/i.test(reader.text(own)) &&
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

interface Called {
  readonly definition: SyntaxNode;
  readonly call: SyntaxNode;
}

const told = ({ definition, call }: Called): Candidate => ({ definition, writes: false, asked: [call] });

/** The user's function whose result reaches an expression: called there, or in the assignment of the name that stands there. */
function calledFunction(reader: Reader, value: SyntaxNode, scope: SyntaxNode | undefined): Called | undefined {
  const direct = callIn(reader, value);
  if (direct) return direct;
  const name = /^[A-Za-z_]\w*$/.exec(reader.text(value).trim())?.[0];
  if (!name) return undefined;
  let found: Called | undefined;
  (scope ?? reader.program.source.tree.topNode).cursor().iterate((ref) => {
    if (ref.from >= value.from) return false;
    if (ref.name === "AssignStatement" && reader.text(ref.node.firstChild!) === name)
      found = callIn(reader, ref.node.lastChild!) ?? found;
    return undefined;
  });
  return found;
}

const trainsItself = (text: string) => /\.backward\(|\.(?:train|zero_grad|apply_gradients)\(\s*\)/.test(text);

/** The same where the value is nothing but the call's result. */
function tellerOf(reader: Reader, value: SyntaxNode, scope: SyntaxNode): Called | undefined {
  if (value.name === "CallExpression") return callIn(reader, value);
  const name = value.name === "VariableName" ? reader.text(value) : "";
  const statement = reader.program
    .assignmentsTo(name)
    .findLast(({ from, to }) => from > scope.from && to <= value.from);
  return statement?.lastChild?.name === "CallExpression" ? callIn(reader, statement.lastChild) : undefined;
}

/** The def behind the first call in an expression that is a function of this file with a time-like argument. */
function callIn(reader: Reader, expression: SyntaxNode): Called | undefined {
  let found: Called | undefined;
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
      timeParameter(parametersOf(definition.node, reader.program.source.code), reader.text(definition.node))
    )
      found = { definition: definition.node, call: ref.node };
    return undefined;
  });
  return found;
}
