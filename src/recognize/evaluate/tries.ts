import { byName } from "../byName.js";
import type { SyntaxNode } from "@lezer/common";
import type { Code } from "./code.js";
import { fork, mayRaise } from "./flow.js";
import { Flow, type Frame, type St } from "./frame.js";
import { PyError } from "./machine.js";
import { writeName } from "./names.js";
import { compileBlock, ghost, isInteresting } from "./statements.js";
import { kids } from "./syntax.js";
import { Unknown } from "./values.js";

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
    const outer = mayRaise.get(m);
    const raised: PyError[] = [];
    if (handlers.length) mayRaise.set(m, raised);
    try {
      flow = body(frame);
      m.guarded = handlers.length ? depth - 1 : depth;
      if (outer) mayRaise.set(m, outer);
      const [error] = raised;
      if (error && flow === Flow.Next && handlers.some(({ types }) => catches(types, error.type)))
        flow = fork(
          frame,
          () => Flow.Next,
          (f) => handle(f, error),
        );
      if (flow === Flow.Next && otherwise) flow = otherwise(frame);
      if (m.tracking)
        for (const handler of handlers) if (isInteresting(handler.node, code)) ghost(frame, () => handler.body(frame));
    } catch (error) {
      if (outer) mayRaise.set(m, outer);
      m.guarded = handlers.length ? depth - 1 : depth;
      if (!(error instanceof PyError) || !handlers.length) throw error;
      flow = handle(frame, error);
    }
    const ended = last ? last(frame) : Flow.Next;
    return ended === Flow.Next ? flow : ended;
  };
}

const PARENTS: Record<string, string> = byName({
  KeyError: "LookupError",
  IndexError: "LookupError",
  ZeroDivisionError: "ArithmeticError",
  OverflowError: "ArithmeticError",
  UnboundLocalError: "NameError",
  ModuleNotFoundError: "ImportError",
  NotImplementedError: "RuntimeError",
});

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
