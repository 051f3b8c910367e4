import { expect, it } from "vitest";
import { marked, told } from "./marked.js";

/** What the grammar does not know, or knows in part: what follows is read all the same. */
it.each<[source: string, expected: string, why: string]>([
  ["with (open(a) as b, open(c) as d):\n    x = 3\nf(«x»)", "3", "a with in brackets"],
  ["with (\n    open(a) as b,\n    open(c) as d,\n):\n    x = 3\nx += 1\nf(«x»)", "4", "the same on lines of its own"],
  ["with (lock):\n    x = 3\nf(«x»)", "3", "brackets around one value"],
  ["with (yield_lock(a, b)) as c:\n    x = 3\nf(«x»)", "3", "brackets around a call"],
  ["def g():\n    yield\n    y = yield\n    return\nx = 3\nf(«x»)", "3", "a bare yield"],
  [
    "def g():\n    x = 2\n    yield\n    x = 3\n    yield x\na = list(g())\nf(«a»)",
    "[None, 3]",
    "what a bare yield gives",
  ],
  ["if (n := 10) > 5:\n    x = n\nf(«x»)", "10", "a walrus in a condition"],
  ["x = [y := 3, y + 1]\nf(«x»)", "[3, 4]", "a walrus in a list"],
  ["print >>f, x\nx = 3\nf(«x»)", "3", "print to a file"],
  ["print >> sys.stderr, 'lr %f' % lr\nx = 3\nf(«x»)", "3", "print to a stream"],
  ["if 1: print >>f, 'a'\nx = 3\nf(«x»)", "3", "print to a file behind a colon"],
  ['exec "y = 1"\nx = 3\nf(«x»)', "3", "exec of a text"],
  ["exec code in ns\nx = 3\nf(«x»)", "3", "exec in a namespace"],
  ["def g():\n    raise ValueError, 'bad'\nx = 3\nf(«x»)", "3", "raise with a comma"],
  ["try:\n    x = 3\nexcept (A, B), e:\n    x = 4\nf(«x»)", "3", "except with a comma"],
  [
    "match 'step':\n    case 'cosine' | 'cos':\n        x = 1\n    case 'step':\n        x = 3\nf(«x»)",
    "3",
    "match of texts",
  ],
  ["match -1:\n    case -1:\n        x = 3\n    case _:\n        x = 4\nf(«x»)", "3", "match of a negative number"],
  ["match (1, 3):\n    case (1, y):\n        x = y\n    case _:\n        x = 4\nf(«x»)", "3", "match of a tuple"],
  [
    "match (1, 3):\n    case 1, 2:\n        x = 1\n    case 1, y:\n        x = y\nf(«x»)",
    "3",
    "the same without brackets",
  ],
  ["match [1, 2, 3]:\n    case [a, *rest]:\n        x = rest\nf(«x»)", "[2, 3]", "match of a list with a rest"],
  ["match {'lr': 3}:\n    case {'lr': y}:\n        x = y\nf(«x»)", "3", "match of a dict"],
  ["match 5:\n    case n if n > 9:\n        x = 1\n    case n:\n        x = 3\nf(«x»)", "3", "a guard that is known"],
  ["match 5:\n    case int():\n        x = 3\n    case _:\n        x = 4\nf(«x»)", "3", "match of a builtin's class"],
  [
    "match kind:\n    case 'a':\n        x = 3\n    case _:\n        x = 4\nf(«x»)",
    "3 or 4",
    "match of what is not known",
  ],
  ["match = 3\nx = match\nf(«x»)", "3", "match as a name"],
])("%s gives %s: %s", (source, expected) => {
  const { program, node } = marked(source);
  expect(told(program.evaluate(node))).toBe(expected);
});
