import type { SyntaxNode } from "@lezer/common";
import { argumentFor } from "../callers.js";
import { nodeOf, outlineOf, type PythonCall } from "../evaluate/index.js";
import { bindingsOf, kids, nodeKey } from "../evaluate/syntax.js";
import type { Reader } from "../reader.js";
import { parametersOf, type RateWrite } from "../writes.js";
import { headOf, overGroups, type Nest } from "./nest.js";
import { meets, pathsIn, targetsOf } from "./paths.js";

/** A statement of the nest, with what it reads and sets; of a compound one its head. */
interface Part {
  readonly node: SyntaxNode;
  readonly around: readonly Part[];
  readonly reads: ReadonlySet<string>;
  readonly targets: readonly string[];
  readonly compound: boolean;
}

/** What of the nest the rate hangs on. */
export interface Slice {
  readonly kept: ReadonlySet<number>;
  /** True when what is kept moves: it counts, or reads what a loop counts. */
  readonly moves: boolean;
  /** What is given to functions of the nest for parameters that the rate does not hang on. */
  readonly unused: readonly SyntaxNode[];
}

/** A call of a function of the nest. */
export interface NestCall {
  readonly site: PythonCall;
  readonly definition: SyntaxNode;
}

const compound = /^(?:If|For|While|With|Try|Match)Statement$/;
/** More statements than this in one nest are not sorted. */
const mostParts = 2000;

/** The statements that the `forced` ones (writes of the rate) need, however far back in an earlier turn. */
export function sliceOf(
  reader: Reader,
  nest: Nest,
  writes: readonly SyntaxNode[],
  calls: readonly NestCall[],
  fed: readonly RateWrite[],
): Slice | undefined {
  const { code } = reader.program.source;
  const parts: Part[] = [];
  const regions = [nest.loops.at(-1)!, ...nest.functions];
  for (const region of regions) collect(region, [], parts, code, region !== regions[0]);
  // Of a statement that feeds a graph, or makes an optimizer, only the rate is read.
  for (const { statement, value } of fed) {
    const at = parts.findIndex(({ node }) => nodeKey(node) === nodeKey(statement));
    if (at >= 0) parts[at] = { ...parts[at]!, reads: pathsIn(value, code), targets: [] };
  }
  if (parts.length > mostParts) return undefined;
  // Of a call of a function of the nest, what is given for the parameters that turn out to be needed.
  const given = calls.flatMap(({ site, definition }) => {
    const names = parametersOf(definition, code);
    return names.flatMap((name) => {
      const node = argumentFor(site, names, name);
      return node ? [{ name, node }] : [];
    });
  });
  for (const { site } of calls) {
    const at = parts.findLastIndex(({ node, compound }) => !compound && node.from <= site.from && node.to >= site.to);
    if (at >= 0) parts[at] = { ...parts[at]!, reads: pathsIn(site.callee, code), targets: [] };
  }
  const forced = [...writes, ...calls.map(({ site }) => site.node)];
  const kept = new Set<number>();
  const wanted = new Set<string>();
  const want = (part: Part) => {
    if (kept.has(nodeKey(part.node))) return;
    kept.add(nodeKey(part.node));
    for (const path of part.reads) wanted.add(path);
    for (const path of calledReads(reader, part.node, part.compound)) wanted.add(path);
    part.around.forEach(want);
  };
  const holds = (part: Part, node: SyntaxNode) => part.node.from <= node.from && part.node.to >= node.to;
  for (const node of forced) parts.filter((part) => holds(part, node)).forEach(want);
  const needed = (part: Part) =>
    part.targets.some((target) => [...wanted].some((path) => meets(target, path))) ||
    (part.node.name === "ExpressionStatement" && changesObject(reader, part.node, wanted));
  const loopTargets = new Set(
    parts
      .filter(
        ({ node }) =>
          !overGroups.test(
            headOf(node)
              .over.map((part) => code.slice(part.from, part.to))
              .join(),
          ),
      )
      .flatMap(({ node }) => headOf(node).targets.flatMap((target) => [...pathsIn(target, code)])),
  );
  const set = new Set(parts.flatMap(({ targets }) => targets));
  const isUsed = (name: string) => [...wanted].some((path) => path === name || path.startsWith(`${name}.`));
  for (let before = -1; before !== kept.size + wanted.size;) {
    before = kept.size + wanted.size;
    for (const { name, node } of given) if (isUsed(name)) for (const path of pathsIn(node, code)) wanted.add(path);
    for (const part of parts) {
      if (part.compound || kept.has(nodeKey(part.node))) continue;
      if (part.node.name === "ContinueStatement" ? decidable(part, wanted, loopTargets, set) : needed(part)) want(part);
    }
  }
  const counts = [...wanted].some((path) => [...loopTargets].some((target) => meets(target, path)));
  const moves =
    counts ||
    parts.some(
      (part) =>
        kept.has(nodeKey(part.node)) && !part.compound && !forced.some((node) => holds(part, node)) && needed(part),
    ) ||
    forced.some((node) => node.name === "UpdateStatement");
  return { kept, moves, unused: given.filter(({ name }) => !isUsed(name)).map(({ node }) => node) };
}

/** Statements of a block in order of text. A nested def is one of them. */
function collect(node: SyntaxNode, around: readonly Part[], parts: Part[], code: string, body: boolean): void {
  if (!body) {
    const isCompound = compound.test(node.name);
    const reads = new Set<string>();
    if (isCompound) for (const child of headParts(node)) for (const path of pathsIn(child, code)) reads.add(path);
    else for (const path of pathsIn(node, code)) reads.add(path);
    const part: Part = { node, around, reads, targets: isCompound ? [] : targetsOf(node, code), compound: isCompound };
    parts.push(part);
    if (!isCompound) return;
    around = [...around, part];
  }
  for (const block of bodiesOf(node))
    for (const child of statementsOf(block)) collect(child, around, parts, code, false);
}

/** Tests of an `if`, what a `with` opens; a `for`'s range, but not what it counts with. */
function headParts(node: SyntaxNode): SyntaxNode[] {
  if (node.name === "ForStatement") return headOf(node).over;
  return kids(node).filter(
    (kid) => !/^(?:Body|MatchBody|:|if|elif|else|while|with|try|except|finally|as)$/.test(kid.name),
  );
}

export function bodiesOf(node: SyntaxNode): SyntaxNode[] {
  const match = node.getChild("MatchBody");
  return match
    ? match.getChildren("MatchClause").flatMap((clause) => clause.getChildren("Body"))
    : node.getChildren("Body");
}

export function statementsOf(block: SyntaxNode): SyntaxNode[] {
  return kids(block)
    .flatMap((kid) =>
      kid.name === "StatementGroup" ? kids(kid) : /Statement$|Definition$/.test(kid.name) ? [kid] : [],
    )
    .filter((kid) => kid.name !== ";");
}

/** A `continue` whose condition hangs on what is followed anyway: the turns that it skips are known. */
function decidable(
  { around }: Part,
  wanted: ReadonlySet<string>,
  loopTargets: ReadonlySet<string>,
  set: ReadonlySet<string>,
): boolean {
  const guard = around.at(-1);
  return (
    guard?.node.name === "IfStatement" &&
    [...guard.reads].some((path) => loopTargets.has(path) || wanted.has(path)) &&
    [...guard.reads].every((path) => wanted.has(path) || loopTargets.has(path) || ![...set].some((t) => meets(t, path)))
  );
}

/** Defs of the file that a statement calls, by the last name of what is called. */
export function* called(reader: Reader, node: SyntaxNode): Generator<{ definition: SyntaxNode; owner: string }> {
  const { code, tree } = reader.program.source;
  const names = new Map<string, string>();
  node.cursor().iterate((ref) => {
    if (ref.from >= node.to) return false;
    const callee = ref.name === "CallExpression" ? ref.node.firstChild : undefined;
    const match = callee && /^(?:([\w.]+)\.)?(\w+)$/.exec(code.slice(callee.from, callee.to));
    if (match) names.set(match[2]!, match[1] ?? "");
    return undefined;
  });
  if (names.size > 0)
    for (const entry of outlineOf(tree)) {
      const owner = entry.kind === "def" ? names.get(code.slice(entry.headFrom, entry.headTo)) : undefined;
      if (owner !== undefined) yield { definition: nodeOf(tree, entry), owner };
    }
}

/** What the file's own functions called here read of their surroundings: attributes of their object, globals. */
function calledReads(reader: Reader, node: SyntaxNode, head: boolean): Set<string> {
  const { code } = reader.program.source;
  const found = new Set<string>();
  for (const at of head ? headParts(node) : [node])
    for (const { definition, owner } of called(reader, at)) {
      const body = definition.getChild("Body");
      if (!body || body.to - body.from > 4000) continue;
      const own = new Set([...bindingsOf(body, code).names, ...parametersOf(definition, code)]);
      for (const path of pathsIn(body, code)) {
        const root = path.split(".")[0]!;
        if (root === "self") found.add(owner && owner !== "self" ? path.replace(/^self/, owner) : path);
        else if (!own.has(root)) found.add(path);
      }
    }
  return found;
}

/** `control.step()` where what is read of `control` is set by that method; a function that sets a wanted global. */
function changesObject(reader: Reader, node: SyntaxNode, wanted: ReadonlySet<string>): boolean {
  const { code } = reader.program.source;
  for (const { definition, owner } of called(reader, node)) {
    const body = definition.getChild("Body");
    if (!body) continue;
    for (const inner of everyStatement(body))
      for (const target of targetsOf(inner, code)) {
        const seen = target.startsWith("self.") && owner ? target.replace(/^self/, owner) : target;
        if (seen === target && !target.startsWith("self.") && !bindingsOf(body, code).globals.has(target)) continue;
        if ([...wanted].some((path) => path.includes(".") && meets(seen, path)) || wanted.has(seen)) return true;
      }
  }
  return false;
}

function* everyStatement(block: SyntaxNode): Generator<SyntaxNode> {
  for (const statement of statementsOf(block)) {
    yield statement;
    for (const body of bodiesOf(statement)) yield* everyStatement(body);
  }
}
