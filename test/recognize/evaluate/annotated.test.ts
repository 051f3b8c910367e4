import { expect, it } from "vitest";
import { marked, told } from "./marked.js";

const config =
  "import dataclasses\nfrom dataclasses import dataclass, field\nfrom typing import Optional, Tuple\n@dataclass(frozen=True)\nclass Optim:\n    warmup: int = 512\n    lr: float = 0.5\n    milestones: Tuple[int, ...] = (10, 20)\n    last: Optional[int] = None\n@dataclass\nclass Config:\n    path: str\n    optim: Optim = Optim()\n    other: Optim = field(default_factory=lambda: Optim(warmup=2))\n    steps: int = 30\n";

/** What a parameter's annotation tells of it where nobody here calls the function. */
it.each<[source: string, expected: string, why: string]>([
  ["def make(c: Config):\n    f(«c.steps»)\n", "assumed 30 [c.steps]", "a field's default"],
  ["def make(c: 'Config'):\n    f(«c.optim.warmup»)\n", "assumed 512 [c.optim.warmup]", "of a field's default"],
  ["def make(c: Optional[Config]):\n    f(«c.other.warmup * 2»)\n", "assumed 4 [c.other.warmup]", "of a factory"],
  ["def make(c: Config):\n    f(«c.optim.milestones»)\n", "assumed [10, 20] [c.optim.milestones]", "a tuple"],
  ["def make(c: Config):\n    f(«c.path»)\n", "unknown: path is a field without default", "a field without default"],
  ["def make(c: Config):\n    f(«c.steps»)\nmake(Config('x', steps=7))\n", "7", "what a caller gives is known"],
  [
    "class T:\n    def __init__(self, c: Config):\n        self.c = c\n    def run(self):\n        f(«self.c.optim.lr»)\n",
    "assumed 0.5 [c.optim.lr]",
    "kept in an object",
  ],
  [
    "def make(c: Missing):\n    f(«c.steps»)\n",
    "unknown: c is a parameter without default",
    "a class that is not here",
  ],
  [
    "class Net:\n    def __init__(self):\n        self.warmup = 3\ndef make(c: Net):\n    f(«c.warmup»)\n",
    "unknown: c is a parameter without default",
    "an object that is no settings",
  ],
])("%s is %s: %s", (source, expected) => {
  const { program, node } = marked(`${config}${source}`);
  expect(told(program.evaluate(node))).toBe(expected);
});

it.each([
  ["a field's default", "lr: float = 0.5", "args.lr", "0.5"],
  [
    "what is set once the command line is read",
    "lr: float = 0.5\n    def process_args(self):\n        self.half = self.lr / 2",
    "args.half",
    "0.25",
  ],
])("a Tap's parse_args gives %s", (_, fields, read, expected) => {
  const { program, node } = marked(
    `from tap import Tap\nclass Args(Tap):\n    ${fields}\nargs = Args().parse_args()\nf(«${read}»)\n`,
  );
  expect(told(program.evaluate(node))).toBe(expected);
});

it("takes what the user sets in the default's place", () => {
  const { program, node } = marked(
    `${config}def make(c: Config):\n    f(«c.optim.warmup»)\n`,
    {},
    { "c.optim.warmup": 9 },
  );
  expect(told(program.evaluate(node))).toBe("assumed 9 [c.optim.warmup]");
});
