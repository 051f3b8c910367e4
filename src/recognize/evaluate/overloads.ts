import { byName } from "../byName.js";
import { force } from "./access.js";
import { lookup } from "./attributes.js";
import { callValue } from "./call.js";
import type { Machine } from "./machine.js";
import { arithmetic } from "./numbers.js";
import { FunctionValue, Instance, Method } from "./objects.js";
import { binary, unary, type Place } from "./operators.js";
import { Float, type Val } from "./values.js";

const both = (name: string) => [`__${name}__`, `__r${name}__`] as const;
/** The methods behind an operator: of the left operand's class, of the right one's. */
const names: Readonly<Record<string, readonly [string, string] | undefined>> = byName({
  "+": both("add"),
  "-": both("sub"),
  "*": both("mul"),
  "/": both("truediv"),
  "//": both("floordiv"),
  "%": both("mod"),
  "**": both("pow"),
  "@": both("matmul"),
});

const isNumber = (x: Val): x is number | Float => typeof x === "number" || x instanceof Float;

/** `a op b`, by the method of the file's own class where one of them is its object. */
export function combined(m: Machine, op: string, a: Val, b: Val, place: Place): Val {
  // Almost all of what a rate function does.
  if (isNumber(a) && isNumber(b)) return arithmetic(op, a, b);
  const methods = names[op];
  const [left, right] = [force(a), force(b)];
  const own = methods && (methodOf(left, methods[0]) ?? methodOf(right, methods[1]));
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
