import { expect, it } from "vitest";
import { documentOf } from "../../src/cli/files.js";
import { type Analysis } from "../../src/recognize/analyze.js";
import { resolve } from "../../src/recognize/resolve.js";
import { readAsUser } from "../fuzz/reading.js";

const none = { read: () => undefined };
const lines = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join("");
const step = "import torch.optim as optim\nopt = optim.SGD(m.parameters(), lr=0.1)\n";
const period = (value: string) => `s = optim.lr_scheduler.StepLR(opt, ${value}, 0.1)\n`;
const options = (count: number) => lines(count, (i) => `p.add_argument('--o${i}', default=${i})\n`);
const cells = (count: number, source: (i: number) => string) =>
  JSON.stringify({ cells: Array.from({ length: count }, (_, i) => ({ cell_type: "code", source: [source(i)] })) });
const noam = (value: string) =>
  `{ trainer: { learning_rate_scheduler: { type: 'noam', model_size: 8, warmup_steps: ${value} } } }`;

interface Row {
  readonly path?: string;
  readonly text: string;
  readonly why: string;
  /** What is said of it: in the file's problem, a parameter's reason or the curve's. */
  readonly says?: RegExp;
}

const complex = /too complex to follow: /;

/** What somebody could write to make the reader work for ever. Each takes less than a second of computing. */
const rows: readonly Row[] = [
  {
    text: `${step}x = ${"[".repeat(40)}1${lines(40, (i) => ` for a${i} in range(9)]`)}\n${period("len(x)")}`,
    why: "comprehensions in comprehensions",
  },
  {
    text: `${step}import argparse\np = argparse.ArgumentParser()\n${options(20_000)}a = p.parse_args()\n${period("a.o7")}`,
    why: "20,000 options",
    says: complex,
  },
  {
    text: `${step}import argparse\np = argparse.ArgumentParser()\n${options(4000)}a = p.parse_args()\n${period("a.o7")}`,
    why: "4,000 options",
  },
  { text: step + lines(100_000, (i) => `import m${i}\n`) + period("m7.x"), why: "100,000 imports", says: complex },
  {
    text: step + lines(10_000, (i) => `from .m${i} import x${i}\n`) + period("x7"),
    why: "10,000 imports of neighbours",
  },
  { text: `${step}${lines(5000, (i) => `@d${i}\n`)}def f(): return 3\n${period("f()")}`, why: "5,000 decorators" },
  { text: `${step}d = {}\nfor i in range(100000):\n  d[i] = i\n${period("d[7]")}`, why: "a dict filled 100,000 times" },
  {
    text: `${step}d = {${lines(20_000, (i) => `'k${i}': ${i},\n`)}}\n${period("d['k7']")}`,
    why: "a dict of 20,000 entries",
  },
  {
    text: `${step}a = 'x'\nfor i in range(60):\n  a = f'{a}{a}'\n${period("len(a)")}`,
    why: "a text that doubles",
    says: complex,
  },
  {
    text: `${step}x = [0]\ny = [0]\nfor i in range(99):\n  x = [x, x]\n  y = [y, y]\n${period("3 if x == y else 4")}`,
    why: "lists that share their parts compared",
  },
  {
    text: `${step}${lines(3000, (i) => `class A${i}: x${i} = ${i}\n`)}class B(${lines(3000, (i) => `A${i}, `)}): pass\n${period("B.x2999")}`,
    why: "3,000 bases",
  },
  {
    text: `${step}class A0: x = 3\nclass B0: x = 3\n${lines(60, (i) => `class A${i + 1}(A${i}, B${i}): pass\nclass B${i + 1}(A${i}, B${i}): pass\n`)}${period("A60().y")}`,
    why: "sixty diamonds",
  },
  {
    text: `${step}def a(t): return b(t - 1) + b(t - 2)\ndef b(t): return a(t - 1) + a(t - 2)\ns = optim.lr_scheduler.LambdaLR(opt, a)\n`,
    why: "rate functions that call each other",
    says: complex,
  },
  {
    text: `${step}def f(t):\n  x = 0\n  for i in range(10000): x += i * t\n  return x\ns = optim.lr_scheduler.LambdaLR(opt, f)\nfor t in range(50000): s.step()\n`,
    why: "a rate that takes a loop",
    says: complex,
  },
  {
    text:
      step +
      lines(100, (k) => `s${k} = optim.lr_scheduler.LambdaLR(opt, lambda t: sum([t * ${k} for i in range(100)]))\n`),
    why: "a hundred of them",
  },
  {
    text: "def adjust_learning_rate(optimizer, epoch):\n  for i in range(2000):\n    for g in optimizer.param_groups: g['lr'] *= 0.999\nfor epoch in range(100000):\n  adjust_learning_rate(optimizer, epoch)\n",
    why: "a rate that is made from the one before by a loop",
    says: complex,
  },
  { text: `${step}def g():\n  while True: yield 3\n${period("sum(g())")}`, why: "a generator without end" },
  { text: `${step}x = 'exec(x)'\nexec(x)\n${period("len(x)")}`, why: "a text that runs itself" },
  { text: `${step}x = ${"f'{".repeat(400)}1${"}'".repeat(400)}\n${period("len(x)")}`, why: "texts in texts" },
  {
    text: "range = len = int = print = lambda *a: range(*a)\n" + step + period("len(range(3))"),
    why: "built-ins that call themselves",
    says: complex,
  },
  {
    text: lines(
      300,
      (i) =>
        `for epoch in range(100):\n  for g in optimizer.param_groups: g['lr'] = 0.1 * 0.9 ** (epoch // ${i + 1})\n`,
    ),
    why: "300 loops that set the rate",
    says: complex,
  },
  {
    text: `${step}s = ${"optim.lr_scheduler.SequentialLR(opt, [".repeat(60)}optim.lr_scheduler.StepLR(opt, 3)${"], [])".repeat(60)}`,
    why: "sixty schedules, one in another",
    says: complex,
  },
  {
    text: `${step}s0 = optim.lr_scheduler.StepLR(opt, 3)\n${lines(60, (i) => `s${i + 1} = optim.lr_scheduler.ChainedScheduler([s${i}, s${i}])\n`)}`,
    why: "a schedule twice in one that is twice in one",
    says: complex,
  },
  {
    text: "import tensorflow as tf\nlr = tf.train.piecewise_constant(step, list(range(9000)), [0.1 * i for i in range(9001)])\n",
    why: "9,000 boundaries",
  },
  { text: `${step}x = [${"1,".repeat(240_000)}]\n${period("len(x)")}`, why: "240,000 numbers" },
  { text: `lr = 1\n${"a`".repeat(100_000)}`, why: "back quotes", says: complex },
  { text: `lr = 1\nf(${", \n".repeat(100_000)}async`, why: "commas with nothing between them", says: complex },
  { text: `lr = ${"1.".repeat(200_000)}e\n`, why: "a number of 200,000 points", says: complex },
  { text: `lr = 1 ${"\\\n".repeat(100_000)}`, why: "100,000 lines that go on" },
  { text: `lr = 1\n${"from .a import b\n".repeat(20_000)}`, why: "20,000 times the same import" },
  {
    path: "a.yaml",
    text: `lr_annealing: !new:speechbrain.nnet.schedulers.NoamScheduler\n  lr_initial: !ref <a0>\n  n_warmup_steps: 3\n${lines(3000, (i) => `a${i}: !ref <a${i + 1}> + <a${i + 1}>\n`)}`,
    why: "references to two references",
    says: complex,
  },
  {
    path: "a.yaml",
    text: `lol: &l0 [1]\n${lines(30, (i) => `l${i}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]\n`)}optimizer: {name: adam, lr: 1, momentum: 0}\nsolver_type: x\nscheduler: {name: cosine, warmup_iterations: *l30, max_epochs: *l30}\nlr_annealing: !new:speechbrain.nnet.schedulers.NoamScheduler\n  lr_initial: *l30\n  n_warmup_steps: 3\n`,
    why: "a billion laughs",
  },
  {
    path: "a.yaml",
    text: `scheduler:\n  name: cosine\n  is_iteration_based: false\n  max_epochs: 300\n  warmup_iterations: 99999999999999999999\n  warmup_init_lr: 1e-6\n  cosine: {max_lr: 0.001, min_lr: 0.00002}\n`,
    why: "a warm-up of more steps than doubles tell apart",
  },
  { path: "a.yaml", text: `lr_scheduler: cosine\nlr: ${"[".repeat(20_000)}`, why: "20,000 brackets" },
  {
    path: "a.json",
    text: `{"scheduler": {"type": "WarmupLR"}, "optimizer": ${'{"a":'.repeat(50_000)}`,
    why: "50,000 objects",
  },
  {
    path: "a.json",
    text: `{"scheduler": {"type": "WarmupLR", "params": {}}, "x": [${"1,".repeat(2_500_000)}1]}`,
    why: "JSON of 5 MB",
    says: complex,
  },
  { path: "a.cfg", text: `[net]\nlearning_rate=1\n${"x=2\n".repeat(900_000)}`, why: "sections of 4 MB", says: complex },
  { path: "a.prototxt", text: `base_lr: 0.1\nlr_policy: "step"\n${"a {".repeat(50_000)}`, why: "50,000 messages" },
  { path: "a.toml", text: `[lr_scheduler]\nlearning_rate = ${"[".repeat(50_000)}`, why: "50,000 arrays" },
  {
    path: "a.gin",
    text: `X0 = 1\n${lines(5000, (i) => `X${i + 1} = [%X${i}, %X${i}]\n`)}utils.create_learning_rate_scheduler.base_learning_rate = %X5000\n`,
    why: "macros that double",
  },
  {
    path: "a.jsonnet",
    text: `local a0 = 'x';\n${lines(60, (i) => `local a${i + 1} = a${i} + a${i};\n`)}${noam("a60")}`,
    why: "a text that doubles, in Jsonnet",
  },
  { path: "a.jsonnet", text: `local f(x) = f(x) + f(x);\n${noam("f(1)")}`, why: "a function that calls itself twice" },
  {
    path: "a.sh",
    text: `A0=x\n${lines(60, (i) => `A${i + 1}="$A${i}$A${i}"\n`)}python train.py --lr_scheduler_type cosine --learning_rate $A60\n`,
    why: "a variable that doubles",
  },
  {
    path: "a.sh",
    text: `python train.py --lr_scheduler_type cosine --learning_rate ${"${A:-".repeat(30_000)}`,
    why: "30,000 defaults",
  },
  { path: "a.ipynb", text: cells(10_000, (i) => `lr${i} = ${i}\n`), why: "10,000 cells" },
  { path: "a.ipynb", text: `{"cells":${"[".repeat(100_000)}`, why: "a notebook of brackets" },
  { path: "a.ipynb", text: cells(1, () => "lr = 1\n".repeat(7_000_000)), why: "a notebook of 50 MB", says: complex },
  { path: "a.yaml", text: `learning_rate: 1\n${"x: 2\n".repeat(10_000_000)}`, why: "YAML of 50 MB" },
];

it.each(rows)("$why", { timeout: 120_000 }, ({ path = "train.py", text, says }) => {
  const document = documentOf(path, text);
  readAsUser(documentOf(path, "lr_scheduler: 1"), none); // What the first reading loads is not counted.
  const start = process.cpuUsage();
  const analysis = readAsUser(document, none, { at: 2 });
  const { user, system } = process.cpuUsage(start);
  if (says) expect(reasons(analysis).find((reason) => says.test(reason))).toBeDefined();
  // A second is promised; a machine that does much else at the same time takes several times as long.
  expect((user + system) / 1e6).toBeLessThan(8);
});

/** Everything that is said of why something could not be followed. */
function reasons({ problem, findings }: Analysis): string[] {
  const told = findings.flatMap((finding) => {
    const { problem: own, parameters, compiled } = resolve(finding);
    const unknown = Object.values(parameters).map((value) => (value.status === "unknown" ? value.because : ""));
    return [own ?? "", compiled?.lr.end?.because ?? "", ...unknown];
  });
  return [problem ?? "", ...told];
}
