import type { SyntaxNode } from "@lezer/common";
import { relabel } from "./access.js";
import { Code } from "./code.js";
import { compile, compileDefaults } from "./expressions.js";
import { Frame, type Ex } from "./frame.js";
import { ClassValue, FunctionValue } from "./objects.js";
import { compileBlock } from "./statements.js";
import { kids } from "./syntax.js";
import { Builtin, CallResult, Library, Member, type Val } from "./values.js";

/** A decorator's value: its expression is not an expression node in the tree, so it is read from its parts. */
function compileDecorator(node: SyntaxNode, code: Code): Ex {
  const parts = kids(node).slice(1);
  const names = parts.filter((part) => part.name === "VariableName");
  const base = compile(names[0], code);
  const rest = names.slice(1).map((name) => code.text(name));
  const list = node.getChild("ArgList");
  const args = list ? compileArguments(list, code) : undefined;
  return (frame) => {
    let value = base(frame);
    for (const name of rest)
      value = value instanceof Library ? new Library(`${value.name}.${name}`, value.certain) : new Member(value, name);
    if (!args) return value;
    const { positional, named } = args(frame);
    return new CallResult(value, positional, named, node, code.module);
  };
}

function compileArguments(list: SyntaxNode, code: Code) {
  const parts = kids(list);
  const positional: Ex[] = [];
  const named: { name: string; run: Ex }[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (/^[(),]$/.test(part.name)) continue;
    if (part.name === "*" || part.name === "**") i++;
    else if (parts[i + 1]?.name === "AssignOp") {
      if (parts[i + 2]) named.push({ name: code.text(part), run: compile(parts[i + 2], code) });
      i += 2;
    } else positional.push(compile(part, code));
  }
  return (frame: Frame) => ({
    positional: positional.map((run) => run(frame)),
    named: new Map(named.map(({ name, run }) => [name, run(frame)])),
  });
}

/** Makes the function's value each time the definition runs. Its body is compiled when it is first called. */
export function compileFunction(
  node: SyntaxNode,
  decorators: readonly SyntaxNode[],
  code: Code,
): (frame: Frame) => Val {
  // Functions in a class body do not see the class's names.
  const outer = code.kind === "class" ? code.outer : code;
  const inner = new Code("function", node, code.module, outer);
  const name = node.getChild("VariableName");
  const defaults = compileDefaults(inner, code);
  const marks = decorators.map((decorator) => compileDecorator(decorator, code));
  const body = node.getChild("Body");
  inner.lazyBody = () => (body ? compileBlock(body, inner) : () => 0);
  return (frame) => {
    const given = defaults(frame);
    if (frame.m.tracking) for (const [key, value] of given) given.set(key, relabel(value, "parameter default"));
    const closure = code.kind === "class" ? frame.parent : frame;
    const fn = new FunctionValue(name ? code.text(name) : "", node, inner, code.module, closure, given, frame.class);
    for (const mark of marks) applyDecorator(fn, mark(frame));
    if (frame.m.tracking) frame.m.modules.note(fn);
    return fn;
  };
}

/** property, staticmethod, classmethod and their like change what a function is; other decorators are taken to leave it as it is. */
function applyDecorator(fn: FunctionValue, mark: Val): void {
  fn.decorators.push(mark);
  const name =
    mark instanceof Library || mark instanceof Builtin ? mark.name : mark instanceof Member ? (mark.name ?? "") : "";
  if (/(^|\.)(cached_)?property$/.test(name) || name === "setter" || name === "getter") fn.role = "property";
  else if (/(^|\.)staticmethod$/.test(name)) fn.role = "static";
  else if (/(^|\.)(classmethod|validator|field_validator)$/.test(name)) fn.role = "class";
  if (name === "setter") fn.setter = true;
}

export function compileClass(node: SyntaxNode, decorators: readonly SyntaxNode[], code: Code): (frame: Frame) => Val {
  const inner = new Code("class", node, code.module, code);
  const list = node.getChild("ArgList");
  const bases = list ? compileArguments(list, code) : undefined;
  const marks = decorators.map((decorator) => compileDecorator(decorator, code));
  const body = node.getChild("Body");
  const written = node.getChild("VariableName");
  const name = written ? code.text(written) : "";
  let run: ReturnType<typeof compileBlock> | undefined;
  return (frame) => {
    const given = bases?.(frame);
    const cls = new ClassValue(name, node, code.module, given?.positional ?? []);
    run ??= body ? compileBlock(body, inner) : undefined;
    const inside = new Frame(frame.m, inner, code.module, frame, cls.attrs);
    inside.class = cls;
    inside.fields = cls.fields;
    run?.(inside);
    for (const mark of marks) cls.decorators.push(mark(frame));
    if (frame.m.tracking) frame.m.modules.note(cls);
    return cls;
  };
}
