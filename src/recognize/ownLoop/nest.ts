import type { SyntaxNode } from "@lezer/common";
import { first, FunctionValue, Method, Range, type PythonCall } from "../evaluate/index.js";
import { argumentFor, callersOf } from "../callers.js";
import { bindingsOf, kids } from "../evaluate/syntax.js";
import type { Reader } from "../reader.js";
import { functionAround, parametersOf } from "../writes.js";
import { pathsIn } from "./paths.js";

/** The loops that a place is run in, through the functions that hold them, from the inside out. */
export interface Nest {
  readonly loops: readonly SyntaxNode[];
  /** Functions between the place and the outermost loop. */
  readonly functions: readonly SyntaxNode[];
}

const deepest = 4;

/** The training loops around a place: those of its own function, and those that call it. Nothing when no loop runs it. */
export function nestAround(reader: Reader, node: SyntaxNode, depth = 0): Nest | undefined {
  const loops = loopsAround(reader, node);
  const around = functionAround(node);
  if (around?.name === "FunctionDefinition" && depth < deepest)
    for (const site of callersOf(reader, around).slice(0, 12)) {
      if (!calls(reader, site, around)) continue;
      const outer = nestAround(reader, site.node, depth + 1);
      if (outer && !outer.functions.some(({ from }) => from === around.from))
        return { loops: [...loops, ...outer.loops], functions: [around, ...outer.functions] };
    }
  return loops.length > 0 ? { loops, functions: [] } : undefined;
}

/** True when a call goes to this def, as far as the file shows: a method of an object that is not followed may be any. */
function calls(reader: Reader, site: PythonCall, definition: SyntaxNode): boolean {
  const target = first(reader.program.object(site.callee));
  const fn = target instanceof Method ? target.fn : target;
  if (fn instanceof FunctionValue) return fn.node.from === definition.from && fn.module.file === undefined;
  return /^(?:self|cls)\.\w+$/.test(reader.text(site.callee)) || definition.parent?.parent?.name !== "ClassDefinition";
}

/** Loops of the same function around a node; one over parameter groups or optimizers is none. */
function loopsAround(reader: Reader, node: SyntaxNode): SyntaxNode[] {
  const loops: SyntaxNode[] = [];
  for (let at = node.parent, inner: SyntaxNode = node; at; inner = at, at = at.parent) {
    if (/^(?:FunctionDefinition|LambdaExpression|ClassDefinition)$/.test(at.name)) break;
    if (inner.name !== "Body" || !/^(?:For|While)Statement$/.test(at.name)) continue;
    if (at.name === "WhileStatement" || !overGroups.test(reader.text({ from: at.from, to: inner.from })))
      loops.push(at);
  }
  return loops;
}

/** Loops that train nothing: over parameter groups, optimizers, schedulers. */
export const overGroups = /param_?groups|\bgroups\b|optimi[sz]ers|schedul|milestones|\.keys\(|items\(/;

/** What a `for` runs over, and its target's parts. */
export function headOf(loop: SyntaxNode): { readonly targets: SyntaxNode[]; readonly over: SyntaxNode[] } {
  const parts = kids(loop);
  const to = parts.findIndex((part) => part.name === "in");
  const body = parts.findIndex((part) => part.name === "Body");
  if (loop.name !== "ForStatement" || to < 0) return { targets: [], over: [] };
  return {
    targets: parts.slice(1, to).filter((part) => part.name !== ","),
    over: parts.slice(to + 1, body < 0 ? undefined : body),
  };
}

/** The first number that a loop counts, and how far apart they stand: of a range that is known, else of one as written. */
export function countOf(
  reader: Reader,
  over: SyntaxNode,
): { readonly start: number; readonly step: number } | undefined {
  const range = reader.object(over);
  if (range instanceof Range) return range;
  const callee = over.name === "CallExpression" ? over.firstChild : undefined;
  const name = callee ? reader.text(callee) : "";
  if (/(?:^|\.)tqdm$/.test(name)) {
    const [inner] = reader.program.arguments(over);
    return inner && countOf(reader, inner.value);
  }
  if (!/(?:^|\.)[xt]?range$/.test(name)) return undefined;
  const args = reader.program.arguments(over).filter(({ position }) => position !== undefined);
  const number = (at: number, otherwise: number) => {
    const value = args[at] && reader.program.evaluate(args[at].value);
    return value && value.status !== "unknown" && typeof value.value === "number" ? value.value : otherwise;
  };
  return { start: args.length > 1 ? number(0, 0) : 0, step: number(2, 1) };
}

/** Names that loops around this one move: what they set outside of it, and parameters of its function that are given such. */
export function movedAround(reader: Reader, loop: SyntaxNode): string[] {
  const { code } = reader.program.source;
  const nest = nestAround(reader, loop);
  if (!nest) return [];
  const [own] = nest.functions;
  const near = nest.loops.filter((outer) => !own || (outer.from > own.from && outer.to <= own.to));
  const set = near.flatMap((outer) => [...bindingsOf(outer, code).names]);
  const inside = bindingsOf(loop, code).names;
  const counted = near.flatMap((outer) => headOf(outer).targets.flatMap((target) => [...pathsIn(target, code)]));
  const moved = set.filter((name) => counted.includes(name) || !inside.has(name));
  if (!own) return moved;
  const names = parametersOf(own, code);
  for (const site of callersOf(reader, own)) {
    const around = new Set(movedAt(reader, site.node));
    for (const name of names) {
      const given = argumentFor(site, names, name);
      if (given && [...pathsIn(given, code)].some((path) => around.has(path.split(".")[0]!))) moved.push(name);
    }
  }
  return moved;
}

/** Names that the loops around a place set. */
function movedAt(reader: Reader, node: SyntaxNode): string[] {
  const { code } = reader.program.source;
  return (nestAround(reader, node)?.loops ?? []).flatMap((loop) => [...bindingsOf(loop, code).names]);
}
