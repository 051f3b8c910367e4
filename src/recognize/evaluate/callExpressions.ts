import { iterate } from "./items.js";
import type { SyntaxNode } from "@lezer/common";
import { dictOf, force, stringOf } from "./access.js";
import { callValue, isByCallers } from "./call.js";
import { Code } from "./code.js";
import { compileComprehension } from "./comprehensions.js";
import { compile } from "./expressions.js";
import { str } from "./format.js";
import type { Ex, Frame } from "./frame.js";
import { Instance } from "./objects.js";
import { kids } from "./syntax.js";
import { compileTarget } from "./targets.js";
import { Dict, List, Unknown, type Val } from "./values.js";

export function compileCall(node: SyntaxNode, code: Code): Ex {
  const list = node.getChild("ArgList");
  const callee = compile(node.firstChild, code);
  const parts = list ? kids(list) : [];
  const closed = parts.at(-1)?.name === ")";
  const args: { star: boolean; run: Ex }[] = [];
  const kwargs: { name: string; run: Ex }[] = [];
  const statementColumn = closed ? 0 : column(node.from, code);
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.name === "," || part.name === ")") continue;
    // In a call that is still being typed, what stands on the following lines belongs to the next statement.
    if (
      !closed &&
      part.from > node.from &&
      code.text({ from: node.from, to: part.from }).includes("\n") &&
      column(part.from, code) <= statementColumn
    )
      break;
    if (part.name === "*" || part.name === "**") {
      const run = compile(parts[++i], code);
      if (part.name === "*") args.push({ star: true, run });
      else kwargs.push({ name: "**", run });
    } else if (parts[i + 1]?.name === "AssignOp") {
      const value = parts[i + 2];
      const unfinished =
        !value ||
        value.name === "," ||
        value.name === ")" ||
        (!closed &&
          code.text({ from: part.from, to: value.from }).includes("\n") &&
          column(value.from, code) <= statementColumn);
      kwargs.push({
        name: code.text(part),
        run: unfinished ? () => new Unknown("it is not finished") : compile(value, code),
      });
      i += value && (value.name === "," || value.name === ")") ? 1 : 2;
    } else if (parts[i + 1]?.name === "for" || parts[i + 1]?.name === "async") {
      args.push({ star: false, run: compileComprehension(list!, code) });
      break;
    } else args.push({ star: false, run: compile(part, code) });
  }
  const place = { node, module: code.module };
  const sets = compileSetter(node, parts, code);
  const saves = /^self\.save_hyperparameters$/.test(code.text(node.firstChild!));
  return (frame) => {
    if (sets && !frame.m.tracking) return sets(frame);
    const fn = callee(frame);
    const values: Val[] = [];
    let more = false;
    let alone = true;
    for (const { star, run } of args) {
      const value = run(frame);
      const list = star ? force(value) : undefined;
      if (!star) values.push(value);
      else if (list instanceof List && isByCallers(list.open)) more = true;
      else if (isSequence(value)) values.push(...iterate(frame.m, value));
      else [more, alone] = [true, false];
    }
    const named = new Map<string, Val>();
    for (const { name, run } of kwargs) {
      const value = run(frame);
      if (name !== "**") named.set(name, value);
      else {
        const dict = force(value);
        if (dict instanceof Dict) {
          for (const [key, item] of dict.entries.values()) named.set(str(key), item);
          if (dict.open) [more, alone] = [true, alone && isByCallers(dict.open)];
        } else [more, alone] = [true, false];
      }
    }
    if (saves) saveHyperparameters(frame, values);
    return callValue(frame.m, fn, values, named, { ...place, more, alone: more && alone, frame });
  };
}

/** `K.set_value(optimizer.lr, x)`, `optimizer.learning_rate.assign(x)`: in a run on numbers the attribute takes the value. */
function compileSetter(node: SyntaxNode, parts: readonly SyntaxNode[], code: Code): Ex | undefined {
  const callee = node.firstChild!;
  const name = code.text(callee);
  const given = parts.filter((part) => !/^[(),]$/.test(part.name));
  const assigned = /\.(?:lr|learning_rate|_lr)\.assign$/.test(name) && callee.name === "MemberExpression";
  const [target, value] = assigned ? [callee.firstChild, given[0]] : [given[0], given[1]];
  if (!assigned && !(/(?:^|\.)set_value$/.test(name) && given.length === 2)) return undefined;
  if (!value || target?.name !== "MemberExpression") return undefined;
  const write = compileTarget([target], code);
  const run = compile(value, code);
  return (frame) => {
    write(frame, run(frame));
    return null;
  };
}

/** Lightning's `self.save_hyperparameters()`: the constructor's arguments (or those named) become `self.hparams`. */
function saveHyperparameters(frame: Frame, args: readonly Val[]): void {
  const [self, ...params] = frame.code.params;
  const object = self && frame.slots[self.slot];
  if (!(object instanceof Instance)) return;
  const whole = args.map(force).find((arg) => arg instanceof Dict || arg instanceof Instance);
  const names = new Set(args.map((arg) => stringOf(arg)).filter((name) => name !== undefined));
  const pairs: [Val, Val][] = [];
  for (const param of params) {
    const value = frame.slots[param.slot];
    const rest = param.star === "**" && value !== undefined ? force(value) : undefined;
    if (rest instanceof Dict) pairs.push(...rest.entries.values());
    else if (value !== undefined && !param.star && (names.size === 0 || names.has(param.name)))
      pairs.push([param.name, value]);
  }
  frame.m.write(object.attrs, "hparams", whole ?? dictOf(pairs, true, "", "hparams"));
}

function isSequence(value: Val): boolean {
  const v = force(value);
  return (
    typeof v === "object" &&
    v !== null &&
    (v.kind === "list" || v.kind === "range" || v.kind === "array" || v.kind === "dict")
  );
}

function column(offset: number, code: Code): number {
  const { code: text } = code.module.source;
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0].length;
}
