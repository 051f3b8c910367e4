import { describe, expect, it } from "vitest";
import { Raises } from "../../../src/schedules/define.js";
import { marked } from "./marked.js";

describe("rate functions", () => {
  it.each([
    { source: "LambdaLR(o, «lambda e: 0.95 ** e»)", at: 10, expected: 0.95 ** 10, why: "a lambda" },
    {
      source: "W = 5\ndef warm(step):\n  if step < W:\n    return step / W\n  return 1.0\nLambdaLR(o, «warm»)",
      at: 2,
      expected: 0.4,
      why: "a def with a global",
    },
    {
      source: "def make(n):\n  def f(e):\n    return 1 - e / n\n  return f\nLambdaLR(o, «make(10)»)",
      at: 5,
      expected: 0.5,
      why: "a closure",
    },
    {
      source:
        "class S:\n  def __init__(self, n=4):\n    self.n = n\n  def step(self, e):\n    return e * self.n\nLambdaLR(o, «S(8).step»)",
      at: 2,
      expected: 16,
      why: "a bound method",
    },
    {
      source:
        "class S:\n  def __init__(self, n=4):\n    self.n = n\n  def __call__(self, e):\n    return e + self.n\nLambdaLR(o, «S()»)",
      at: 2,
      expected: 6,
      why: "an object that can be called",
    },
    {
      source: "from functools import partial\ndef g(e, k):\n  return e * k\nLambdaLR(o, «partial(g, k=3)»)",
      at: 2,
      expected: 6,
      why: "partial",
    },
    {
      source:
        "def f(e):\n  lr = 0.1\n  for m in [30, 60]:\n    if e >= m:\n      lr *= 0.1\n  return lr\nLambdaLR(o, «f»)",
      at: 61,
      expected: 0.1 * 0.1 * 0.1,
      why: "a loop",
    },
    {
      source: "import math\ndef f(e):\n  return 0.5 * (1 + math.cos(math.pi * e / 100))\nLambdaLR(o, «f»)",
      at: 50,
      expected: 0.5,
      why: "math",
    },
    {
      source:
        "import tensorflow as tf\ndef f(e):\n  return tf.cond(tf.less(e, 10), lambda: 1.0, lambda: tf.pow(0.5, tf.cast(e, tf.float32)))\nLambdaLR(o, «f»)",
      at: 12,
      expected: 0.5 ** 12,
      why: "TensorFlow's functions on numbers",
    },
    {
      source: "import numpy as np\nT = np.linspace(1, 0, 11)\nLambdaLR(o, «lambda e: T[e]»)",
      at: 5,
      expected: 0.5,
      why: "a table",
    },
    {
      source:
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n', default=20)\nargs = p.parse_args()\nLambdaLR(o, «lambda e: e / args.n»)",
      at: 5,
      expected: 0.25,
      why: "an option captured",
    },
    {
      source:
        "def f(e):\n  print('x', e)\n  try:\n    return {1: 2}[e]\n  except KeyError:\n    return -1\nLambdaLR(o, «f»)",
      at: 5,
      expected: -1,
      why: "exceptions",
    },
    {
      source: "def f(e, *, k=2, **kw):\n  x, y = e, k\n  while x > 10:\n    x -= 10\n  return x * y\nLambdaLR(o, «f»)",
      at: 25,
      expected: 10,
      why: "while and keyword-only",
    },
    {
      source: "c = 0\ndef f(e):\n  global c\n  c += 1\n  return c\nLambdaLR(o, «f»)",
      at: 9,
      expected: 1,
      why: "every call starts from the same state",
    },
    { source: "LambdaLR(o, lr_lambda=[lambda e: 1, «lambda e: e // 2»])", at: 5, expected: 2, why: "in a list" },
    { source: "import math\nLambdaLR(o, «math.sqrt»)", at: 16, expected: 4, why: "a library's own function" },
  ])("$source at $at: $why", ({ source, at, expected }) => {
    const { program, node } = marked(source);
    expect(program.function(node)!.call([at])).toBeCloseTo(expected, 14);
  });

  it.each([
    { source: "f(«lambda e: 1 / e»)", at: 0, message: /ZeroDivisionError/, why: "what Python raises" },
    { source: "def r(e):\n  return r(e)\nf(«r»)", at: 100, message: /too complex to follow/, why: "endless recursion" },
    {
      source: "def r(e):\n  while True:\n    e += 1\nf(«r»)",
      at: 100,
      message: /too complex to follow/,
      why: "an endless loop",
    },
    {
      source: "def r(e):\n  return 10 ** 10 ** e\nf(«r»)",
      at: 100,
      message: /too complex to follow/,
      why: "huge numbers",
    },
    {
      source: "def r(e):\n  if load() > 3:\n    return 1\n  return e\nf(«r»)",
      at: 100,
      message: /cannot be followed/,
      why: "a condition that only the run knows",
    },
    {
      source: "def r(e):\n  return model.loss\nf(«r»)",
      at: 100,
      message: /cannot be followed/,
      why: "a value that only the run knows",
    },
  ])("$source raises: $why", ({ source, at, message }) => {
    const { program, node } = marked(source);
    const rate = program.function(node)!;
    expect(() => rate.call([at])).toThrow(Raises);
    expect(() => rate.call([at])).toThrow(message);
  });

  it("tells what a function reads besides its arguments", () => {
    const { program, node, text } = marked("W = 5\nN = len(train_loader)\nLambdaLR(o, «lambda e: e / (W * N)»)");
    const { origins, assumptions } = program.inputs(program.function(node)!, [1]);
    expect(origins.map(({ from, to }) => text.slice(from, to))).toContain("5");
    expect(assumptions).toEqual({ "len(train_loader)": 1000 });
  });
});
