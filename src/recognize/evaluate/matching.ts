import type { SyntaxNode } from "@lezer/common";
import type { Code } from "./code.js";
import { looseEqual } from "./comparisons.js";
import { compile } from "./expressions.js";
import { fork } from "./flow.js";
import { Flow, type Frame, type St } from "./frame.js";
import { NotKnown } from "./machine.js";
import { writeName } from "./names.js";
import { compileBlock, ghost, isInteresting } from "./statements.js";
import { kids } from "./syntax.js";
import { Unknown, type Val } from "./values.js";

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
