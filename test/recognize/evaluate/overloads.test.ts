import { expect, it } from "vitest";
import { marked, told } from "./marked.js";

const rate =
  "class Rate:\n  def __init__(self, x):\n    self.x = x\n  def __mul__(self, k):\n    return Rate(self.x * k)\n  __rmul__ = __mul__\n  def __add__(self, other):\n    return Rate(self.x + other.x)\n  def __rsub__(self, n):\n    return n - self.x\n  def __neg__(self):\n    return Rate(-self.x)\n  def __getitem__(self, i):\n    return self.x * i\n  def __call__(self, t):\n    return self.x / t\n";

/** Operators that the file's own classes define. */
it.each<[source: string, expected: string, why: string]>([
  ["f(«(Rate(0.5) * 2).x»)", "1.0", "a product"],
  ["f(«(4 * Rate(0.5)).x»)", "2.0", "from the right, by another name"],
  ["f(«(Rate(1) + Rate(2)).x»)", "3", "a sum of two"],
  ["f(«10 - Rate(4)»)", "6", "a difference from the right"],
  ["f(«(-Rate(4)).x»)", "-4", "a sign"],
  ["r = Rate(2)\nr *= 5\nf(«r.x»)", "10", "in place"],
  ["f(«Rate(3)[4]»)", "12", "an item"],
  ["f(«Rate(3)(2)»)", "1.5", "a call"],
])("%s gives %s: %s", (source, expected) => {
  const { program, node } = marked(rate + source);
  expect(told(program.evaluate(node))).toBe(expected);
});
