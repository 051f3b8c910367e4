import { byName } from "../byName.js";
import type { SyntaxNode } from "@lezer/common";
import { dictGet, plain } from "./access.js";
import { getAttribute } from "./attributes.js";
import type { Code } from "./code.js";
import { looseEqual } from "./comparisons.js";
import { compile } from "./expressions.js";
import { fork } from "./flow.js";
import { type Ex, Flow, type Frame, type St } from "./frame.js";
import { NotKnown } from "./machine.js";
import { writeName } from "./names.js";
import { truthOf, unary } from "./operators.js";
import { compileBlock, ghost, isInteresting } from "./statements.js";
import { kids } from "./syntax.js";
import { Choice, Dict, Float, List, Unknown, type Val } from "./values.js";

export function compileMatch(node: SyntaxNode, code: Code): St {
  const subject = compile(kids(node)[1], code);
  const bodyNode = node.getChild("MatchBody");
  const clauses = (bodyNode?.getChildren("MatchClause") ?? []).map((clause) => {
    const patterns = kids(clause).filter(({ name }) => name.endsWith("Pattern"));
    const body = clause.getChild("Body");
    return {
      // `case 1, x:` is a tuple without brackets.
      matches: patterns.length > 1 ? compileSequence(patterns, code) : compileCase(patterns[0], code),
      guard: guardOf(clause, code),
      body: body ? compileBlock(body, code) : () => Flow.Next,
      node: clause,
    };
  });
  const run = (frame: Frame, value: Val, at: number): Flow => {
    const clause = clauses[at];
    if (!clause) return Flow.Next;
    const fits = clause.matches(frame, value);
    const match = fits === false || !clause.guard ? fits : both(fits, truthOf(clause.guard(frame)));
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

function guardOf(clause: SyntaxNode, code: Code): Ex | undefined {
  const guard = clause.getChild("Guard");
  return guard ? compile(kids(guard)[1], code) : undefined;
}

const both = (a: boolean | Unknown, b: boolean | Unknown): boolean | Unknown =>
  a === false || b === false ? false : a === true ? b : a;

type Case = (frame: Frame, value: Val) => boolean | Unknown;

/** Every part against its value; what is not sure stays so. */
function every(cases: readonly Case[], frame: Frame, values: readonly (Val | undefined)[]): boolean | Unknown {
  let sure: boolean | Unknown = true;
  cases.forEach((one, i) => {
    const value = values[i];
    sure = both(sure, value === undefined ? false : one(frame, value));
  });
  return sure;
}

/** `[a, 1, *rest]`: as long as its parts say. */
function compileSequence(parts: readonly SyntaxNode[], code: Code): Case {
  const star = parts.findIndex(({ name }) => name === "StarPattern");
  const cases = parts.map((part) => compileCase(part.name === "StarPattern" ? kids(part)[1] : part, code));
  return (frame, value) => {
    const list = plain(value);
    if (list instanceof Unknown || list instanceof Choice) return new Unknown("it is not known what it is");
    if (!(list instanceof List))
      return typeof list === "object" && list !== null ? new Unknown("it may be a sequence") : false;
    const { items } = list;
    if (star < 0) return items.length === cases.length && every(cases, frame, items);
    if (items.length < cases.length - 1) return false;
    const after = cases.length - star - 1;
    const middle = new List(items.slice(star, items.length - after));
    return every(cases, frame, [...items.slice(0, star), middle, ...items.slice(items.length - after)]);
  };
}

/** `{"lr": x}`: the entries that it names. */
function compileMapping(parts: readonly SyntaxNode[], code: Code): Case {
  const entries: { key: Ex; one: Case }[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2)
    if (parts[i]!.name === "LiteralPattern")
      entries.push({ key: compile(kids(parts[i]!)[0], code), one: compileCase(parts[i + 1], code) });
  return (frame, value) => {
    const dict = plain(value);
    if (!(dict instanceof Dict) || dict.open) return new Unknown("it is not known what it holds");
    const found = entries.map(({ key }) => dictGet(dict, key(frame)));
    return every(
      entries.map(({ one }) => one),
      frame,
      found,
    );
  };
}

const builtinTypes: Readonly<Record<string, (value: Val) => boolean>> = byName({
  int: (value) => typeof value === "number" || typeof value === "bigint" || typeof value === "boolean",
  float: (value) => value instanceof Float,
  str: (value) => typeof value === "string",
  bool: (value) => typeof value === "boolean",
  list: (value) => value instanceof List && value.type === "list",
  tuple: (value) => value instanceof List && value.type === "tuple",
  dict: (value) => value instanceof Dict,
});

/** `int()`, `str(name)` of Python's own types; of other classes it is not known. */
function compileClassPattern(pattern: SyntaxNode, code: Code): Case {
  const is = builtinTypes[code.text(pattern.firstChild!)];
  const args = pattern.getChild("PatternArgList");
  const given = args ? kids(args).filter(({ name, from, to }) => name.endsWith("Pattern") && to > from) : [];
  const inner = given.map((part) => compileCase(part, code));
  return (frame, value) => {
    const one = plain(value);
    const known =
      one === null || typeof one !== "object" || one instanceof Float || one instanceof List || one instanceof Dict;
    if (!is || !known || inner.length > 1) return new Unknown("a pattern that is not followed");
    return is(one) && every(inner, frame, [value]);
  };
}

function compileCase(pattern: SyntaxNode | undefined, code: Code): Case {
  const inner = pattern ? kids(pattern) : [];
  const parts = inner.filter(({ name }) => name.endsWith("Pattern"));
  switch (pattern?.name) {
    case "LiteralPattern": {
      const literal = compile(inner.at(-1), code);
      const signed = inner.length > 1;
      return (frame, value) => looseEqual(value, signed ? unary("-", literal(frame)) : literal(frame));
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
    case "SequencePattern":
      return compileSequence(parts, code);
    case "MappingPattern":
      return compileMapping(parts, code);
    case "ClassPattern":
      return compileClassPattern(pattern, code);
    case "AsPattern": {
      const one = compileCase(inner[0], code);
      const write = writeName(code, code.text(inner.at(-1)!));
      return (frame, value) => {
        write(frame, value);
        return one(frame, value);
      };
    }
    case "AttributePattern": {
      const [object, ...rest] = inner.filter(({ name }) => name !== ".");
      const base = compile(object, code);
      const names = rest.map((part) => code.text(part));
      return (frame, value) =>
        looseEqual(
          value,
          names.reduce((of, name) => getAttribute(frame.m, of, name, {}), base(frame)),
        );
    }
    case "ParenthesizedPattern":
      return compileCase(parts[0], code);
    default:
      return () => new Unknown("a pattern that is not followed");
  }
}
