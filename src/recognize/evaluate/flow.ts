import type { SyntaxNode } from "@lezer/common";
import { force, symbolsOf } from "./access.js";
import type { Code } from "./code.js";
import { compile } from "./expressions.js";
import { Flow, type Ex, type Frame, type St } from "./frame.js";
import { iterate, lengthOf } from "./items.js";
import { NotKnown, PyError, TooComplex } from "./machine.js";
import { writeName } from "./names.js";
import { looseEqual, truthOf } from "./operators.js";
import { compileBlock, compileTarget, compileTuple, ghost, isInteresting } from "./statements.js";
import { bindingsOf, kids } from "./syntax.js";
import { CallResult, Library, List, Member, Range, Unknown, type Val } from "./values.js";

interface Branch {
  readonly test: Ex | undefined;
  readonly body: St;
  readonly node: SyntaxNode;
}

export function compileIf(node: SyntaxNode, code: Code): St {
  const branches: Branch[] = [];
  const parts = kids(node);
  let test: Ex | undefined;
  for (const part of parts) {
    if (part.name === "Body") {
      branches.push({ test, body: compileBlock(part, code), node: part });
      test = undefined;
    } else if (part.name !== "if" && part.name !== "elif" && part.name !== "else") test = compile(part, code);
  }
  return (frame) => decide(frame, branches, 0, code);
}

function decide(frame: Frame, branches: readonly Branch[], at: number, code: Code): Flow {
  const branch = branches[at];
  if (!branch) return Flow.Next;
  if (!branch.test) return branch.body(frame);
  const value = branch.test(frame);
  const truth = truthOf(value);
  if (!frame.m.tracking) {
    if (typeof truth !== "boolean") throw new NotKnown(truth);
    return truth ? branch.body(frame) : decide(frame, branches, at + 1, code);
  }
  if (typeof truth === "boolean" && symbolsOf(value).size === 0) {
    if (truth) {
      const flow = raises(branch.node, code) ? unlessRaised(frame, branch.body) : branch.body(frame);
      // A check of the defaults that fails: whoever runs the file gives what it asks for.
      if (flow === undefined) return decide(frame, branches, at + 1, code);
      for (const other of branches.slice(at + 1))
        if (isInteresting(other.node, code)) ghost(frame, () => (other.test?.(frame), other.body(frame)));
      return flow;
    }
    if (isInteresting(branch.node, code)) ghost(frame, () => branch.body(frame));
    return decide(frame, branches, at + 1, code);
  }
  return fork(
    frame,
    (f) => branch.body(f),
    (f) => decide(f, branches, at + 1, code),
    truth === false || (typeof truth !== "boolean" && at === branches.length - 1),
  );
}

const raises = (node: SyntaxNode, code: Code) => /\braise\b|\bexit\s*\(|\bquit\s*\(|\.error\(/.test(code.text(node));

/** Runs a branch; when it ends by raising, its effects are undone and it counts as not run. */
function unlessRaised(frame: Frame, body: St): Flow | undefined {
  const { result, writes } = frame.m.attempt(() => body(frame));
  if (result === Flow.Gone && frame.m.guarded === 0) return undefined;
  frame.m.apply(writes);
  return result;
}

/** Runs both ways and merges them. With `secondFirst` the second way's values are the likelier ones. */
export function fork(frame: Frame, a: St, b: St, secondFirst = false): Flow {
  const { m } = frame;
  if (m.forks > 40) throw new TooComplex("too many open conditions");
  frame.forks++;
  m.forks++;
  const attempt = (run: St) =>
    m.attempt(() => {
      try {
        return run(frame);
      } catch (error) {
        if (error instanceof PyError && m.guarded === 0) return Flow.Gone;
        if (error instanceof NotKnown) return Flow.Next;
        throw error;
      }
    });
  try {
    const first = attempt(a);
    const second = attempt(b);
    frame.forks--;
    m.forks--;
    const [x, y] = [first.result, second.result];
    const ends = (flow: Flow) => flow === Flow.Return || flow === Flow.Gone;
    if (ends(x) && ends(y)) return x === Flow.Return || y === Flow.Return ? Flow.Return : Flow.Gone;
    if (ends(x) || ends(y)) {
      const { result, writes } = ends(x) ? second : first;
      m.apply(writes);
      return result;
    }
    if (secondFirst) m.merge(second.writes, first.writes);
    else m.merge(first.writes, second.writes);
    return x === y ? x : Flow.Next;
  } catch (error) {
    frame.forks = Math.max(0, frame.forks - 1);
    m.forks = Math.max(0, m.forks - 1);
    throw error;
  }
}

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
      write(frame, loopItem(m, sequence));
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
function loopItem(m: Frame["m"], sequence: Val): Val {
  if (sequence instanceof Unknown) return new Unknown("it changes in the loop");
  if (sequence instanceof CallResult && sequence.callee instanceof Library) {
    const name = sequence.callee.name;
    if (name === "builtins.enumerate" && sequence.args[0])
      return new List([new Unknown("it changes in the loop"), loopItem(m, force(sequence.args[0]))], "tuple");
    if (name === "builtins.zip")
      return new List(
        sequence.args.map((arg) => loopItem(m, force(arg))),
        "tuple",
      );
    if (/\b(tqdm|trange|progress_bar|track|prange)$/.test(name))
      return sequence.args[0] ? loopItem(m, force(sequence.args[0])) : new Unknown("it changes in the loop");
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
      ? [...bindingsOf(body, code.module.source.code).names].map((name) => ({ name, write: writeName(code, name) }))
      : [];
    for (const { name, write } of names) write(frame, new Unknown(`${name} changes in the loop`, name));
    frame.forks++;
    frame.m.havoc++;
    try {
      run();
    } catch (error) {
      if (!(error instanceof PyError || error instanceof NotKnown) || frame.m.guarded > 0) throw error;
    } finally {
      frame.m.havoc--;
      frame.forks--;
    }
  };
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
    if (!trains && !/^True$|^1$/.test(code.text(parts[1]!))) {
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

export function compileTry(node: SyntaxNode, code: Code): St {
  const parts = kids(node);
  let body: St = () => Flow.Next;
  const handlers: { types: string; write?: ReturnType<typeof writeName>; body: St; node: SyntaxNode }[] = [];
  let otherwise: St | undefined;
  let last: St | undefined;
  let kind = "";
  let types = "";
  let name: SyntaxNode | undefined;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.name === "try" || part.name === "except" || part.name === "else" || part.name === "finally") {
      kind = part.name;
      types = "";
      name = undefined;
    } else if (part.name === "Body") {
      const block = compileBlock(part, code);
      if (kind === "try") body = block;
      else if (kind === "except")
        handlers.push({ types, ...(name && { write: writeName(code, code.text(name)) }), body: block, node: part });
      else if (kind === "else") otherwise = block;
      else last = block;
    } else if (part.name === "as" || part.name === ",") name = parts[i + 1];
    else if (part !== name && part.name !== "*") types = code.text(part);
  }
  const handle = (frame: Frame, error: PyError): Flow => {
    for (const handler of handlers) {
      if (!catches(handler.types, error.type)) continue;
      handler.write?.(frame, new Unknown("an exception"));
      return handler.body(frame);
    }
    throw error;
  };
  return (frame) => {
    const { m } = frame;
    let flow: Flow;
    if (handlers.length) m.guarded++;
    const depth = m.guarded;
    try {
      flow = body(frame);
      m.guarded = handlers.length ? depth - 1 : depth;
      if (flow === Flow.Next && otherwise) flow = otherwise(frame);
      if (m.tracking)
        for (const handler of handlers) if (isInteresting(handler.node, code)) ghost(frame, () => handler.body(frame));
    } catch (error) {
      m.guarded = handlers.length ? depth - 1 : depth;
      if (!(error instanceof PyError) || !handlers.length) throw error;
      flow = handle(frame, error);
    }
    const ended = last ? last(frame) : Flow.Next;
    return ended === Flow.Next ? flow : ended;
  };
}

const PARENTS: Record<string, string> = {
  KeyError: "LookupError",
  IndexError: "LookupError",
  ZeroDivisionError: "ArithmeticError",
  OverflowError: "ArithmeticError",
  UnboundLocalError: "NameError",
  ModuleNotFoundError: "ImportError",
  NotImplementedError: "RuntimeError",
};

function catches(types: string, error: string): boolean {
  if (!types) return true;
  const names = types.match(/\w+/g) ?? [];
  return names.some(
    (name) =>
      name === error ||
      name === PARENTS[error] ||
      name === "BaseException" ||
      (name === "Exception" && error !== "SystemExit"),
  );
}

export function compileMatch(node: SyntaxNode, code: Code): St {
  const subject = compile(kids(node)[1], code);
  const bodyNode = node.getChild("MatchBody");
  const clauses = (bodyNode?.getChildren("MatchClause") ?? []).map((clause) => {
    const [, pattern] = kids(clause);
    const body = clause.getChild("Body");
    return {
      matches: compileCase(pattern, code),
      guarded: clause.getChild("Guard") !== null,
      body: body ? compileBlock(body, code) : () => Flow.Next,
      node: clause,
    };
  });
  const run = (frame: Frame, value: Val, at: number): Flow => {
    const clause = clauses[at];
    if (!clause) return Flow.Next;
    const match = clause.guarded ? new Unknown("a guarded case") : clause.matches(frame, value);
    if (match === false) {
      if (frame.m.tracking && isInteresting(clause.node, code)) ghost(frame, () => clause.body(frame));
      return run(frame, value, at + 1);
    }
    if (match === true) {
      const flow = clause.body(frame);
      if (frame.m.tracking)
        for (const other of clauses.slice(at + 1))
          if (isInteresting(other.node, code)) ghost(frame, () => other.body(frame));
      return flow;
    }
    if (!frame.m.tracking) throw new NotKnown(match);
    return fork(
      frame,
      (f) => clause.body(f),
      (f) => run(f, value, at + 1),
    );
  };
  return (frame) => run(frame, subject(frame), 0);
}

function compileCase(pattern: SyntaxNode | undefined, code: Code): (frame: Frame, value: Val) => boolean | Unknown {
  const inner = pattern ? kids(pattern) : [];
  switch (pattern?.name) {
    case "LiteralPattern": {
      const literal = inner.length === 1 ? compile(inner[0], code) : () => new Unknown("a signed pattern");
      return (frame, value) => looseEqual(value, literal(frame));
    }
    case "CapturePattern": {
      const name = code.text(pattern);
      if (name === "_") return () => true;
      const write = writeName(code, name);
      return (frame, value) => {
        write(frame, value);
        return true;
      };
    }
    case "OrPattern": {
      const options = inner.filter((kid) => kid.name !== "LogicOp").map((kid) => compileCase(kid, code));
      return (frame, value) => {
        let unsure: Unknown | undefined;
        for (const option of options) {
          const match = option(frame, value);
          if (match === true) return true;
          if (match !== false) unsure = match;
        }
        return unsure ?? false;
      };
    }
    default:
      return () => new Unknown("a pattern that is not followed");
  }
}
