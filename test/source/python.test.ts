import { expect, it } from "vitest";
import { parsePython } from "../../src/source/python.js";

/** Text and what is parsed for it, of equal length; nothing else of the text changes. */
it.each([
  { text: "print 'a', b\nx = 1", code: "pass        \nx = 1", why: "a print statement" },
  { text: "  print >>f, x", code: "  pass        ", why: "a print statement to a file" },
  { text: "if v: print 'x'", code: "if v: pass     ", why: "after a colon" },
  { text: "print('a')\nprint ('b')", code: "print('a')\nprint ('b')", why: "a call is left alone" },
  { text: "s = 'print a b'", code: "s = 'print a b'", why: "text is left alone" },
  { text: "x.cuda(async=True)", code: "x.cuda(_sync=True)", why: "a keyword of old PyTorch" },
  { text: "n = 10L + 0xFFL", code: "n = 10  + 0xFFL", why: "long integers" },
  { text: "z = `a`", code: "z = (a)", why: "backquotes" },
  { text: "lr = 1. * 0.5", code: "lr = 1_ * 0.5", why: "a point with nothing after it" },
  { text: "lr = 1.e-3", code: "lr = 1_e-3", why: "a point before an exponent" },
  { text: "a[1:2].b", code: "a[1:2].b", why: "a point after a bracket" },
  {
    text: "<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> b",
    code: "            \na = 1\n       \na = 2\n         ",
    why: "merge markers",
  },
])("$text: $why", ({ text, code }) => {
  const source = parsePython(text);
  expect(source.code).toBe(code);
  expect(source.text).toBe(text);
  expect(source.code).toHaveLength(text.length);
});

it("gives the same tree after an edit as from the start", () => {
  const before = parsePython("import a\n" + "def f(x):\n    return x + 1\n\n".repeat(200));
  const text = before.text.replace("return x + 1", "return g(x, y=2)");
  expect(parsePython(text, before).tree.toString()).toBe(parsePython(text).tree.toString());
});

it("says when a file is too large", () =>
  expect(parsePython("x".repeat(500_001)).problem).toBe("too complex to follow: the file is larger than 500 KB"));
