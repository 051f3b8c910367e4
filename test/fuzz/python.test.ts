import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PythonProgram } from "../../src/recognize/evaluate/index.js";
import { Raises } from "../../src/schedules/define.js";

/** Reads everything that a finding could ask of a text: names, values, rates. */
function readAll(text: string): void {
  const program = new PythonProgram(
    { path: "a.py", languageId: "python", text },
    { read: (path) => (/^(a|b|utils)\.py$/.test(path) ? text : undefined) },
  );
  for (const call of [...program.calls()].slice(0, 40)) {
    program.qualifiedName(call.callee);
    for (const { value } of call.arguments) {
      program.evaluate(value);
      const rate = program.function(value);
      for (const t of rate ? [0, 1, 100] : []) {
        try {
          rate!.call([t]);
        } catch (error) {
          if (!(error instanceof Raises)) throw error;
        }
      }
    }
  }
  program.values();
  program.assignmentsTo("lr");
}

/** What fuzzing found, made small: each once threw or hung. */
it.each([
  { text: "f([i i in x])", why: "a comprehension without for" },
  { text: "f(0x, 0b, 0o, 0x_)", why: "numbers that are only begun" },
  { text: "f({**{x for}})", why: "a comprehension that is not finished" },
  { text: "f(a if b)", why: "a conditional expression without else" },
  { text: "f(a if b # c\n else d)", why: "a comment in a conditional expression" },
  { text: "[].extend()\nf([1].append())", why: "a method without the argument it needs" },
  { text: "a, *b, c, d = [1]\nf(a + d)", why: "fewer values than names around a star" },
  { text: "from . import b\nf(b)", why: "a package that imports itself" },
  { text: "from a import x\nf(x)", why: "a file that imports itself" },
  { text: "def r(n):\n  return r(n + 1)\nf(r(0))", why: "calls that wait for calls that wait" },
  { text: "a = []\na.append(a)\nf(a == [a])", why: "a list in itself" },
  { text: "class A(A): pass\nf(A().x)", why: "a class that is its own base" },
  {
    text: "class A:\n  def __getattr__(self, n):\n    return getattr(self, n)\nf(A().x)",
    why: "attributes that look for themselves",
  },
  { text: "f(lambda x: 10 ** 10 ** x, 10 ** 10 ** 10, [0] * 10 ** 9, 'a' * 10 ** 9)", why: "huge values" },
  { text: "for i in range(10 ** 12):\n  f(i)\nwhile True:\n  f(1)", why: "endless loops" },
  { text: "f(" + "(".repeat(3000) + "1", why: "three thousand open brackets" },
  { text: "f(" + "-".repeat(3000) + "1)", why: "three thousand signs" },
  { text: "x = " + "1 + ".repeat(5000) + "1\nf(x)", why: "five thousand terms" },
  { text: "if a:\n b = 1\n".repeat(300) + "f(b)", why: "three hundred open conditions" },
  {
    text: Array.from({ length: 80 }, (_, i) => " ".repeat(i) + "if a:\n").join("") + " ".repeat(80) + "f(1)",
    why: "conditions eighty deep",
  },
])("reads $text.length characters: $why", ({ text }) => {
  const start = performance.now();
  readAll(text);
  expect(performance.now() - start).toBeLessThan(5000);
});

const PIECES =
  "( ) [ ] { } : = == lambda\u0020x: else: if\u0020 *\u0020 ** ' \" \"\"\" \n \t return\u0020 yield await self. super().__init__() @ f'{ % // args =self 10**10**10 range(10**12) <<<<<<<\u0020HEAD\n print\u0020'x'\n 1. 0x 1e999 global\u0020x\n try:\n except: with\u0020a\u0020as\u0020b:\n match\u0020x:\n not\u0020 in\u0020 .append(x) .update(x) {**x} raise\n sys.exit()\n".split(
    /(?<! )(?: )(?! )/,
  );

const SEEDS = [
  "import torch.optim as optim\nimport argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', default=0.1, type=float)\nargs = p.parse_args()\ndef warm(e):\n    return e / 5 if e < 5 else 0.95 ** (e - 5)\nclass T:\n    def __init__(self, n=3, **kw):\n        self.n = n\n        self.opt = optim.SGD(net.parameters(), lr=args.lr)\n    def fit(self):\n        s = optim.lr_scheduler.LambdaLR(self.opt, warm)\n        for e in range(self.n):\n            if e > 3 and args.lr:\n                s.step()\nT().fit()\n",
  "import tensorflow as tf\nflags = tf.app.flags\nflags.DEFINE_float('lr', 0.1, '')\nFLAGS = flags.FLAGS\ncfg = {'a': [1, 2, 3], 'b': {'c': 4}}\ncfg.update(d=[x * 10 for x in cfg['a'] if x > 1])\nstep = tf.Variable(0)\nlr = tf.train.exponential_decay(FLAGS.lr, step, cfg['d'][0], 0.96, staircase=True)\nlr = tf.maximum(lr, 1e-5)\nwith tf.Session() as sess:\n    try:\n        print('%d %.2f' % (3, 0.5), f'{lr!r:>{10}}')\n    except (KeyError, ValueError) as e:\n        raise\n",
];

/** Python files below FUZZ_FILES, when that is set; FUZZ_SECONDS is how long to go on. */
function seeds(): string[] {
  const folder = process.env["FUZZ_FILES"];
  if (!folder) return SEEDS;
  const files = (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith(".py"))
    .map((file) => join(folder, file));
  return files.filter((file) => statSync(file).size < 30_000).map((file) => readFileSync(file, "utf8"));
}

it("reads mutated files without an exception, each in under a second of computing", { timeout: 1e9 }, () => {
  const texts = seeds();
  const end = performance.now() + 1000 * Number(process.env["FUZZ_SECONDS"] ?? 2);
  let state = Number(process.env["FUZZ_SEED"] ?? 1);
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let count = 0; count < 200 || performance.now() < end; count++) {
    const seed = state;
    let text = texts[random(texts.length)]!;
    for (let n = 1 + random(6); n > 0; n--) {
      const a = random(text.length + 1);
      const b = Math.min(text.length, a + 1 + random(random(2) ? 5 : 200));
      const other = texts[random(texts.length)]!;
      const at = random(other.length);
      const middle = [
        () => "",
        () => PIECES[random(PIECES.length)]!,
        () => text.slice(a, b).repeat(2),
        () => other.slice(at, at + random(400)),
      ][random(4)]!();
      text = text.slice(0, a) + middle + text.slice(b);
    }
    const before = process.cpuUsage();
    try {
      readAll(text);
    } catch (error) {
      throw new Error(`seed ${seed} throws ${String(error)} on:\n${text}`, { cause: error });
    }
    const spent = process.cpuUsage(before);
    if (spent.user + spent.system > 1e6)
      throw new Error(`seed ${seed} takes ${(spent.user + spent.system) / 1e6} s on:\n${text}`);
  }
});
