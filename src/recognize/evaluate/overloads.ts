import { byName } from "../byName.js";
import { force } from "./access.js";
import { lookup } from "./attributes.js";
import { callValue } from "./call.js";
import type { Machine } from "./machine.js";
import { FunctionValue, Instance, Method } from "./objects.js";
import { binary, unary, type Place } from "./operators.js";
import type { Val } from "./values.js";

const names: Readonly<Record<string, string | undefined>> = byName({
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "truediv",
  "//": "floordiv",
  "%": "mod",
  "**": "pow",
  "@": "matmul",
});

/** `a op b`, by the method of the file's own class where one of them is its object. */
export function combined(m: Machine, op: string, a: Val, b: Val, place: Place): Val {
  const name = names[op];
  const [left, right] = [force(a), force(b)];
  const own = name === undefined ? undefined : (methodOf(left, `__${name}__`) ?? methodOf(right, `__r${name}__`));
  if (!own) return binary(op, a, b, place);
  return force(callValue(m, own, [own.self === left ? b : a], new Map(), place));
}

/** `-a`, `+a`, `~a`, `not a`, the same way. */
export function signed(m: Machine, op: string, a: Val, place: Place): Val {
  const own = op === "-" ? methodOf(force(a), "__neg__") : undefined;
  return own ? force(callValue(m, own, [], new Map(), place)) : unary(op, a, place);
}

function methodOf(value: Val, name: string): Method | undefined {
  const method = value instanceof Instance ? lookup(value.cls, name) : undefined;
  return method instanceof FunctionValue ? new Method(method, value) : undefined;
}
