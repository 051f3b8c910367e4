import { expect, it } from "vitest";
import { condense } from "../../src/recognize/condense.js";
import { joinCells } from "../../src/source/notebook.js";

const condensed = (text: string) => condense(joinCells({ path: "train.py", languageId: "python", text }));

it.each([
  { why: "comments and blank lines", text: "# a\nx = 1  # b\n\n\ny = 2\n", left: "x = 1\ny = 2\n" },
  { why: "no docstring, which may tell the unit", text: '"""Says."""\nx = 1\n', left: "same" },
  { why: "no comment in brackets", text: "x = [\n  1,  # one\n]\n", left: "x = [\n  1,  # one\n]\n" },
  { why: "bodies that nothing leads to", text: "def f(a=g()):\n    return a\n", left: "def f(a=g()): pass\n" },
  { why: "no body that a name leads to", text: "def f():\n    return 3\nx = f()\n", left: "same" },
  { why: "no body that speaks of rates", text: "def f():\n    return lr\n", left: "same" },
  {
    why: "no body that calls what speaks of rates",
    text: "def f(lr):\n    return lr\ndef g():\n    f(1)\ndef h():\n    g()\n",
    left: "same",
  },
  {
    why: "methods by their names, constructors by their class's",
    text: "class A:\n    def __init__(self):\n        self.n = 3\n    def f(self):\n        return 1\n    def g(self):\n        return 2\na = A().g()\n",
    left: "class A:\n    def __init__(self):\n        self.n = 3\n    def f(self): pass\n    def g(self):\n        return 2\na = A().g()\n",
  },
  {
    why: "the constructor of a class that nothing names",
    text: "class A:\n    def __init__(self):\n        self.n = 3\n",
    left: "class A:\n    def __init__(self): pass\n",
  },
  {
    why: "no constructor of a class whose method speaks of rates",
    text: "class A:\n    def __init__(self):\n        self.n = 3\n    def g(self):\n        return lr(self.n)\n",
    left: "same",
  },
  { why: "no decorated function", text: "@main\ndef f():\n    return 3\n", left: "same" },
  { why: "no body with a bracket open to the end", text: "def f():\n    g(\n\nx = 1\n", left: "same" },
  {
    why: "up to the next def where a bracket is open",
    text: "def f():\n    g(\n\ndef h():\n    1\n",
    left: "def f(): pass\ndef h(): pass\n",
  },
  { why: "nothing of a string left open", text: 'x = 1\n"""a\n# b\n', left: 'x = 1\n"""a\n# b\n\n' },
  { why: "nothing of lines that end in a return", text: "# a\rx = 1\r", left: "same" },
  { why: "nothing where a comment tells of a trainer", text: "# Trainer(max_duration='3ep')\nx = 1\n", left: "same" },
])("leaves out $why", ({ text, left }) => {
  expect(condensed(text).text).toBe(left === "same" ? text : left);
});

it("says where each place of it stands, and back", () => {
  const text = "# a\r\nimport x  # b\r\n\r\ndef f():\r\n    return 1\r\n\r\nlr = (1,  # d\r\n  2)\r\n";
  const short = condensed(text);
  for (const [, word] of [["import"], ["x"], ["def"], ["lr"], ["(1"], ["2)"]].entries()) {
    const from = short.text.indexOf(word[0]!);
    const span = { from, to: from + word[0]!.length };
    const place = short.place(span);
    expect(text.slice(place.from, place.to)).toBe(word[0]);
    expect(short.back(place)).toEqual(span);
  }
});
