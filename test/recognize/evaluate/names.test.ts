import { expect, it } from "vitest";
import { CallResult, first, Library, stringOf } from "../../../src/recognize/evaluate/index.js";
import { marked } from "./marked.js";

const S = "torch.optim.lr_scheduler.StepLR";

it.each([
  { source: "import torch\n«torch.optim.lr_scheduler.StepLR»(o)", expected: S, why: "in full" },
  { source: "import torch.optim as optim\n«optim.lr_scheduler.StepLR»(o)", expected: S, why: "a module alias" },
  {
    source: "from torch.optim import lr_scheduler\n«lr_scheduler.StepLR»(o)",
    expected: S,
    why: "a module from a package",
  },
  { source: "from torch.optim.lr_scheduler import StepLR as Step\n«Step»(o)", expected: S, why: "a renamed class" },
  {
    source: "import torch.optim.lr_scheduler\n«torch.optim.lr_scheduler.StepLR»(o)",
    expected: S,
    why: "a dotted import binds its root",
  },
  { source: "from torch import optim\nsched = optim.lr_scheduler\n«sched.StepLR»(o)", expected: S, why: "rebound" },
  {
    source: "def f():\n  from torch.optim.lr_scheduler import StepLR\n  «StepLR»(o)",
    expected: S,
    why: "imported in a function",
  },
  {
    source:
      "try:\n  import tensorflow.compat.v1 as tf\nexcept ImportError:\n  import tensorflow as tf\n«tf.train.exponential_decay»(1)",
    expected: "tensorflow.compat.v1.train.exponential_decay",
    why: "the first import that works",
  },
  {
    source: "from torch.optim.lr_scheduler import *\n«StepLR»(o)",
    expected: S,
    confidence: "likely",
    why: "a library's star import",
  },
  { source: "«StepLR»(o)", expected: "StepLR", confidence: "possible", why: "no import in sight" },
  {
    source: "import torch.optim as optim\n«getattr(optim.lr_scheduler, 'StepLR')»(o)",
    expected: S,
    why: "getattr by a known name",
  },
  {
    source:
      "import torch.optim.lr_scheduler as L\nname = 'step'\nD = {'step': L.StepLR, 'cos': L.CosineAnnealingLR}\n«D[name]»(o)",
    expected: S,
    why: "chosen from a dict",
  },
  {
    source:
      "import torch.optim.lr_scheduler as L\nclass T:\n  sched_cls = L.StepLR\n  def f(self):\n    «self.sched_cls»(o)",
    expected: S,
    why: "a class attribute",
  },
  {
    source: "import torch.optim.lr_scheduler as L\ndef f(cls=L.StepLR):\n  «cls»(o)",
    expected: S,
    why: "a parameter default",
  },
  {
    source:
      "from functools import partial\nfrom torch.optim.lr_scheduler import StepLR\nmake = partial(StepLR, gamma=0.5)\n«make»(o)",
    expected: S,
    why: "partial",
  },
  {
    source: "from torch.optim.lr_scheduler import StepLR\nclass StepLR:\n  pass\n«StepLR»(o)",
    expected: undefined,
    why: "the user's own class of that name",
  },
  {
    source: "def exponential_decay(x):\n  return x\n«exponential_decay»(1)",
    expected: undefined,
    why: "the user's own function",
  },
  {
    source: "from chemistry import exponential_decay\n«exponential_decay»(1)",
    expected: "chemistry.exponential_decay",
    why: "another library",
  },
])("$source: $why", ({ source, expected, confidence }) => {
  const { program, node } = marked(source);
  const name = program.qualifiedName(node);
  expect(name?.name).toBe(expected);
  if (expected) expect(name?.confidence).toBe(confidence ?? "certain");
});

it.each([
  { source: "import torch.optim as optim\no = optim.SGD(p, lr=0.1)\nf(«o»)", why: "a variable" },
  {
    source:
      "import torch.optim as optim\nclass T:\n  def __init__(self):\n    self.optimizer = optim.SGD(p, lr=0.1)\n  def g(self):\n    f(«self.optimizer»)",
    why: "an attribute",
  },
  {
    source: "import torch.optim as optim\ndef build():\n  return optim.SGD(p, lr=0.1), 3\no, n = build()\nf(«o»)",
    why: "a returned tuple",
  },
  { source: "import torch.optim as optim\ndef g(opt):\n  f(«opt»)\ng(optim.SGD(p, lr=0.1))", why: "a parameter" },
  { source: "import torch.optim as optim\nd = {'opt': optim.SGD(p, lr=0.1)}\nf(«d['opt']»)", why: "a dict's entry" },
  {
    source:
      "import torch.optim as optim\nif big:\n  o = optim.SGD(p, lr=0.1)\nelse:\n  o = optim.Adam(p, lr=0.2)\nf(«o»)",
    why: "the first of two branches",
  },
])("$source is the constructor call: $why", ({ source }) => {
  const { program, node } = marked(source);
  const call = first(program.object(node));
  expect(call).toBeInstanceOf(CallResult);
  const { callee, kwargs, node: made } = call as CallResult;
  expect((callee as Library).name).toBe("torch.optim.SGD");
  expect(program.text(made!)).toBe("optim.SGD(p, lr=0.1)");
  expect(stringOf(kwargs.get("lr")!)).toBeUndefined();
});
