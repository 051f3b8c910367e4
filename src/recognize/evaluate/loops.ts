import type { SyntaxNode } from "@lezer/common";
import { force, symbolsOf } from "./access.js";
import type { Code } from "./code.js";
import { compile } from "./expressions.js";
import { Flow, type Frame, type St } from "./frame.js";
import { iterate, lengthOf } from "./items.js";
import { NotKnown, PyError, TooComplex } from "./machine.js";
import { writeName } from "./names.js";
import { truthOf } from "./operators.js";
import { compileBlock, compileTuple } from "./statements.js";
import { bindingsOf, kids } from "./syntax.js";
import { compileTarget } from "./targets.js";
import { CallResult, Library, List, Member, Range, Unknown, type Val } from "./values.js";

/** A loop that trains: followed once with what it changes unknown, not from beginning to end. */
const TRAINS =
  /\.(step|backward|zero_grad|train|eval|fit|minimize|run|train_on_batch|apply_gradients|apply)\s*\(|\byield\b|value_and_grad/;

export function compileFor(node: SyntaxNode, code: Code): St {
  const parts = kids(node);
  const to = parts.findIndex((part) => part.name === "in");
  const colon = parts.findIndex((part) => part.name === "Body");
  const start = parts[0]?.name === "async" ? 2 : 1;
  const write = compileTarget(parts.slice(start, to < 0 ? start : to), code);
  const over =
    compileTuple(parts.slice(to + 1, colon < 0 ? undefined : colon), code) ?? (() => new Unknown("it is not finished"));
  const bodies = node.getChildren("Body");
  const body = bodies[0] ? compileBlock(bodies[0], code) : () => Flow.Next;
  const otherwise = bodies[1] ? compileBlock(bodies[1], code) : undefined;
  const trains = bodies[0] ? TRAINS.test(code.text(bodies[0])) : false;
  const havoc = compileHavoc(bodies[0], code);
  const finish = (frame: Frame, flow: Flow) =>
    flow === Flow.Return || flow === Flow.Gone
      ? flow
      : flow === Flow.Break || !otherwise
        ? Flow.Next
        : otherwise(frame);
  return (frame) => {
    const { m } = frame;
    const items = over(frame);
    const sequence = force(items);
    const length = lengthOf(sequence);
    if (!m.tracking) {
      if (typeof length !== "number")
        throw new NotKnown(
          sequence instanceof Unknown ? sequence : new Unknown("a loop over something that is not known"),
        );
      return finish(frame, each(frame, sequence, write, body));
    }
    const known = typeof length === "number" && symbolsOf(sequence).size === 0;
    const short = known && length <= 8 && !(sequence instanceof Range);
    if (known && (short || (!trains && length <= 1000))) {
      const flow = unrolled(frame, () => each(frame, sequence, write, body));
      if (flow !== undefined) return finish(frame, flow);
    }
    havoc(frame, () => {
      write(frame, loopItem(sequence));
      return body(frame);
    });
    return otherwise ? otherwise(frame) : Flow.Next;
  };
}

/** Follows a loop from beginning to end; undefined (with nothing changed) when that takes too much. */
function unrolled(frame: Frame, run: () => Flow): Flow | undefined {
  const { m } = frame;
  const fuel = m.fuel;
  m.fuel = Math.min(fuel, 3000 + (fuel >> 5));
  const given = m.fuel;
  try {
    const { result, writes } = m.attempt(run);
    m.fuel = fuel - (given - m.fuel);
    m.apply(writes);
    return result;
  } catch (error) {
    m.fuel = fuel - (given - Math.max(0, m.fuel));
    if (error instanceof TooComplex || error instanceof NotKnown) return undefined;
    throw error;
  }
}

function each(frame: Frame, sequence: Val, write: (frame: Frame, value: Val) => void, body: St): Flow {
  if (sequence instanceof Range) {
    for (let i = 0; i < sequence.length; i++) {
      frame.m.tick();
      write(frame, sequence.start + i * sequence.step);
      const flow = body(frame);
      if (flow === Flow.Break || flow === Flow.Return || flow === Flow.Gone) return flow;
    }
    return Flow.Next;
  }
  for (const item of iterate(frame.m, sequence)) {
    frame.m.tick();
    write(frame, item);
    const flow = body(frame);
    if (flow === Flow.Break || flow === Flow.Return || flow === Flow.Gone) return flow;
  }
  return Flow.Next;
}

/** What one item of a loop is when the loop is not followed. */
function loopItem(sequence: Val): Val {
  if (sequence instanceof Unknown) return new Unknown("it changes in the loop");
  if (sequence instanceof CallResult && sequence.callee instanceof Library) {
    const name = sequence.callee.name;
    if (name === "builtins.enumerate" && sequence.args[0])
      return new List([new Unknown("it changes in the loop"), loopItem(force(sequence.args[0]))], "tuple");
    if (name === "builtins.zip")
      return new List(
        sequence.args.map((arg) => loopItem(force(arg))),
        "tuple",
      );
    if (/\b(tqdm|trange|progress_bar|track|prange)$/.test(name))
      return sequence.args[0] ? loopItem(force(sequence.args[0])) : new Unknown("it changes in the loop");
  }
  if (sequence instanceof CallResult || sequence instanceof Member)
    return new Member(sequence, undefined, new Unknown("it changes in the loop"));
  if (sequence instanceof List && sequence.items.length && sequence.items.every((item) => force(item) instanceof List))
    return new Unknown("it changes in the loop");
  return new Unknown("it changes in the loop");
}

/** Runs a loop's body once, with every name that it assigns unknown before. */
function compileHavoc(body: SyntaxNode | undefined, code: Code): (frame: Frame, run: () => Flow) => void {
  let names: { name: string; write: (frame: Frame, value: Val) => void }[] | undefined;
  return (frame, run) => {
    names ??= body
      ? [...bindingsOf(body, code.module.source.code).names]
          .filter((name) => !onlyGrows(name, code.text(body)))
          .map((name) => ({ name, write: writeName(code, name) }))
      : [];
    for (const { name, write } of names) write(frame, new Unknown(`${name} changes in the loop`, name));
    frame.forks++;
    frame.m.havoc++;
    const { inLoop } = frame.m;
    frame.m.inLoop = new WeakSet();
    try {
      run();
    } catch (error) {
      if (!(error instanceof PyError || error instanceof NotKnown) || frame.m.guarded > 0) throw error;
    } finally {
      frame.m.havoc--;
      frame.m.inLoop = inLoop;
      frame.forks--;
    }
  };
}

/** `params += [{…}]` is all that happens to it: the list that it is grows, as by `append`. */
function onlyGrows(name: string, text: string): boolean {
  const count = (pattern: string) => text.match(new RegExp(`(?<![\\w.])${name}[ \\t]*${pattern}`, "g"))?.length ?? 0;
  const grows = /\+=[ \t]*\[/.test(text) ? count(String.raw`\+=[ \t]*\[`) : 0;
  return (
    grows > 0 &&
    grows === count(String.raw`(?:[-+*/%&|^@]|\*\*|//|<<|>>)?=(?!=)`) &&
    !new RegExp(`\\b(?:for|as|del)\\b[^:\\n]*\\b${name}\\b|\\b${name}[ \\t]*(?:,|:=)`).test(text)
  );
}

export function compileWhile(node: SyntaxNode, code: Code): St {
  const parts = kids(node);
  const test = compile(parts[1], code);
  const bodies = node.getChildren("Body");
  const body = bodies[0] ? compileBlock(bodies[0], code) : () => Flow.Next;
  const otherwise = bodies[1] ? compileBlock(bodies[1], code) : undefined;
  const trains = bodies[0] ? TRAINS.test(code.text(bodies[0])) : false;
  const havoc = compileHavoc(bodies[0], code);
  const run = (frame: Frame): Flow => {
    for (;;) {
      frame.m.tick(2);
      const value = test(frame);
      const truth = truthOf(value);
      if (typeof truth !== "boolean") throw new NotKnown(truth);
      if (frame.m.tracking && symbolsOf(value).size) throw new NotKnown(new Unknown("its length is only assumed"));
      if (!truth) return otherwise ? otherwise(frame) : Flow.Next;
      const flow = body(frame);
      if (flow === Flow.Break) return Flow.Next;
      if (flow === Flow.Return || flow === Flow.Gone) return flow;
    }
  };
  return (frame) => {
    if (!frame.m.tracking) return run(frame);
    if (!trains && !/^True$|^1$/.test(code.text(parts[1] ?? node))) {
      const flow = unrolled(frame, () => run(frame));
      if (flow !== undefined) return flow;
    }
    havoc(frame, () => {
      test(frame);
      return body(frame);
    });
    return Flow.Next;
  };
}
