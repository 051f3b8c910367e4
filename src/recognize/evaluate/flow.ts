import type { SyntaxNode } from "@lezer/common";
import { symbolsOf } from "./access.js";
import type { Code } from "./code.js";
import { compile } from "./expressions.js";
import { type Ex, Flow, type Frame, type St } from "./frame.js";
import { type Machine, NotKnown, PyError, TooComplex } from "./machine.js";
import { truthOf } from "./operators.js";
import { compileBlock, ghost, isInteresting } from "./statements.js";
import { kids } from "./syntax.js";
import { List } from "./values.js";

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

/** What a way through the try statement that is being run raises, where another way does not. */
export const mayRaise = new WeakMap<Machine, PyError[]>();

/** Runs both ways and merges them. With `secondFirst` the second way's values are the likelier ones. */
export function fork(frame: Frame, a: St, b: St, secondFirst = false): Flow {
  const { m } = frame;
  if (m.forks > 40) throw new TooComplex("too many open conditions");
  frame.forks++;
  m.forks++;
  const failed: PyError[] = [];
  const attempt = (run: St) =>
    m.attempt(() => {
      try {
        return run(frame);
      } catch (error) {
        if (error instanceof PyError && (m.guarded === 0 || m.tracking)) {
          if (m.guarded > 0) failed.push(error);
          return Flow.Gone;
        }
        if (error instanceof NotKnown) return Flow.Next;
        throw error;
      }
    });
  try {
    const first = attempt(a);
    const second = attempt(b);
    // Where both ways raise the handler runs, where one does it may.
    if (failed.length === 2) throw failed[1]!;
    frame.forks--;
    m.forks--;
    const [x, y] = [first.result, second.result];
    if (failed.length === 1) (mayRaise.get(m) ?? []).push(failed[0]!);
    const ends = (flow: Flow) => flow === Flow.Return || flow === Flow.Gone;
    if (ends(x) && ends(y)) return x === Flow.Return || y === Flow.Return ? Flow.Return : Flow.Gone;
    if (ends(x) || ends(y)) {
      const { result, writes } = ends(x) ? second : first;
      m.apply(writes);
      return result;
    }
    if (secondFirst) m.merge(second.writes, first.writes);
    else m.merge(first.writes, second.writes);
    openUneven(frame, first.writes, second.writes);
    return x === y ? x : Flow.Next;
  } catch (error) {
    frame.forks = Math.max(0, frame.forks - 1);
    m.forks = Math.max(0, m.forks - 1);
    throw error;
  }
}

type Writes = ReturnType<Machine["attempt"]>["writes"];

/** A list that only one of two ways makes longer: nobody knows how long it is. */
function openUneven({ m }: Frame, first: Writes, second: Writes): void {
  for (const [own, others] of [
    [first, second],
    [second, first],
  ] as const)
    for (const { target, key, value, old } of own) {
      if (key !== "items" || !((target as unknown) instanceof List) || !Array.isArray(value)) continue;
      const other = others.find((write) => write.target === target && write.key === key);
      const beside = (other ? other.value : old) as unknown[];
      if (value.length !== beside.length)
        m.write(target, "open", "how many items it has depends on a condition that is not known");
    }
}
