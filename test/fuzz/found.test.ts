import { expect, it } from "vitest";
import { run, type Case } from "./cases.js";

const plateau = "lr_annealing: !new:speechbrain.nnet.schedulers.NewBobScheduler\n  initial_value: 0.1\n";
const cosine = (settings: string) =>
  `scheduler:\n  name: cosine\n  is_iteration_based: false\n  max_epochs: 300\n${settings}  cosine: {max_lr: 0.001, min_lr: 0.00002}\n`;
const decay = "import torch.optim as optim\nopt = optim.SGD(m.parameters(), lr=0.1)\n";
const mmengine =
  "param_scheduler = [dict(type='LinearLR', start_factor=0.1, by_epoch=True, end=5, convert_to_iter_based=True), dict(type='CosineAnnealingLR', by_epoch=True, begin=5)]\noptim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3))\n";

/** No Python: what the parser takes a hundred times as long for. */
const broken = "class A(B:\n  def f(self, x: = [1, {2: (3\n    if x for y in ) + lambda: return\n".repeat(60);
const many = (name: (i: number) => string) =>
  Object.fromEntries(Array.from({ length: 60 }, (_, i) => [name(i), broken]));

/** Holds what its base has under the same name, again and again. */
const named = `_base_ = "m0.py"\nn = dict(a=dict(n=n, m=dict(n=n)), b=dict(n=n, m=dict(n=n)), c=dict(n=n))\n${mmengine}`;

/** What mutated real files brought to light, made small: each once took seconds, hundreds of megabytes, or threw. */
const found: readonly (Case & { readonly why: string })[] = [
  ...["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"].map((name) => ({
    path: "a.py",
    text: `import torch, math\nimport torch.optim as optim\nx = ${name}(1)\ny = [math.${name}(2), torch.${name}(x), x.${name}, "a".${name}(), len(x.${name}), optim.${name}(y)]\nopt = optim.SGD(m.parameters(), lr=x.${name})\ns = optim.lr_scheduler.StepLR(opt, ${name}, gamma=args.${name})\n`,
    at: 30,
    why: `${name} is a name like any other`,
  })),
  {
    path: "a.py",
    text: `import numpy as np\n${decay}s = optim.lr_scheduler.StepLR(opt, np.array([]).max(), np.min([]))\n`,
    at: 16,
    why: "the greatest of an empty array",
  },
  {
    path: "a.py",
    text: `${decay}if a:\n  kw = {f(): 1}\nelse:\n  kw = {}\n  kw[g()] = 2\n  kw.update(h())\ns = optim.lr_scheduler.StepLR(opt, **kw)\n`,
    at: 16,
    why: "settings that two branches fill with what is not known, each for its reason",
  },
  {
    path: "a.py",
    text: `import wandb\n${decay}wandb.config.update(3)\ns = optim.lr_scheduler.StepLR(opt, wandb.config.step_size)\n`,
    at: 16,
    why: "a run's settings updated with a number",
  },
  {
    path: "a.py",
    text: `${decay}lr = ${"[x for x in ".repeat(24)}data${"]".repeat(24)}\ns = optim.lr_scheduler.StepLR(opt, lr)\n`,
    at: 16,
    why: "comprehensions over comprehensions, each read twice",
  },
  {
    path: "a.yaml",
    text: `_base_: a.yaml\n${"optimizer:\n  _inherited_: False\n  type: AdamW\n    pretrained: x\n".repeat(1500)}`,
    files: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${"../".repeat(i)}a.yaml`, ""])),
    at: 16,
    why: "thousands of errors of a broken text, each with where it was made",
  },
  {
    path: "a.py",
    text: `import numpy as np\n${decay}def f(e):\n  for i in range(10000):\n    x = np.arange(100000 + i)\n  return x.sum()\ns = optim.lr_scheduler.LambdaLR(opt, f)\n`,
    at: 16,
    why: "long arrays made again and again",
  },
  { path: "a.yaml", text: plateau, at: 16, why: "a reduction told in words at each of a million steps" },
  {
    path: "a.py",
    text: mmengine,
    at: 16,
    assume: { total_steps: 2 ** 53 },
    why: "a run so long that a step more is no other number",
  },
  {
    path: "a.py",
    text: mmengine.replace("begin=5", "T_max=[1], begin=5"),
    at: 16,
    assume: { total_steps: 1.6e6 },
    why: "a list where a number is divided by, a million times",
  },
  { path: "a.py", text: mmengine, at: 4, assume: { total_steps: Infinity }, why: "a run without end" },
  { path: "a.py", text: mmengine, at: 4, assume: { total_steps: 1e9 }, why: "four hundred thousand breaks" },
  { path: "a.yaml", text: cosine(""), at: 4, assume: { steps_per_epoch: Infinity }, why: "epochs without end" },
  {
    path: "a.yaml",
    text: cosine("  warmup_iterations: 99999999999999999999\n  warmup_init_lr: 1e-6\n"),
    at: 2,
    why: "a warm-up of 10^20 steps, halved again and again",
  },
  {
    path: "a.py",
    text: `${decay}s = optim.lr_scheduler.LambdaLR(opt, lambda e: 0.9 ** e)\n`,
    at: 16,
    assume: { epochs: 2 ** 53 },
    why: "a rate function asked for 2^53 epochs",
  },
  {
    path: "a.py",
    text: "from tensorflow import keras\ns = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr / (1.0 + epoch))\n",
    at: 16,
    why: "a rate made from the one before, asked at step 1,000,000",
  },
  {
    path: "a.sh",
    text: `A0=x\n${Array.from({ length: 40 }, (_, i) => `A${i + 1}="$A${i}$A${i}"\n`).join("")}python train.py --lr_scheduler_type cosine --learning_rate $A40\n`,
    at: 2,
    why: "a variable that doubles",
  },
  {
    path: "a.py",
    text: `import torch\nfrom fvcore.common.param_scheduler import CosineParamScheduler\nfrom detectron2.solver import LRMultiplier, WarmupParamScheduler\nopt = torch.optim.SGD([p], lr=5)\nm = WarmupParamScheduler(CosineParamScheduler(1, 0), 0.001, 5 / 30)\nsched = LRMultiplier(opt, m, total_steps)\n`,
    assume: { total_steps: Infinity },
    at: 16,
    why: "a step looked for by counting on from infinity",
  },
  {
    path: "a.py",
    text: `${decay}a = [1, 2] * len(loader)\nb = [a, a] * 20\nfor i in range(30):\n  b = [b, b] * len(other)\n  a = a * n\ns = optim.lr_scheduler.StepLR(opt, b[0][0][0])\n`,
    at: 16,
    why: "lists of lists made longer by lengths that nobody knows",
  },
  {
    path: "a.py",
    text: `${Array.from({ length: 60 }, (_, i) => `from m${i} import x${i}\n`).join("")}${decay}s = optim.lr_scheduler.StepLR(opt, x0 + x59)\n`,
    files: many((i) => `m${i}.py`),
    at: 16,
    why: "sixty imported files that are no Python",
  },
  {
    path: "a.py",
    text: `_base_ = [${Array.from({ length: 60 }, (_, i) => `"m${i}.py"`).join(", ")}]\n${mmengine}`,
    files: many((i) => `m${i}.py`),
    at: 16,
    why: "sixty bases that are no Python",
  },
  {
    path: "a.py",
    text: named,
    files: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`m${i}.py`, named.replace("m0", `m${i + 1}`)])),
    at: 16,
    why: "bases of bases that name what they are made of in many places",
  },
  {
    path: "a.yaml",
    text: `${plateau}${"x: b{a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a:\n".repeat(2000)}`,
    at: 16,
    why: "twenty thousand brackets that are never closed",
  },
  { path: "a.py", text: `${decay}def f():\n  while\nf()\nclass\n`, at: 16, why: "a loop without a condition" },
  {
    path: "a.py",
    text: `${decay}def f(t):\n  x = 1.0\n  for i in range(60):\n    x = x * 0.999 + t * 0\n  return x\n${Array.from({ length: 24 }, (_, i) => `s${i} = optim.lr_scheduler.LambdaLR(opt, lambda t: f(t) * ${i + 1})\n`).join("")}`,
    at: 16,
    why: "two dozen rate functions that take long",
  },
  {
    path: "a.py",
    text: "import math\nfrom pycocotools.coco import COCO\ncoco = COCO(file)\nfor a in coco.anns.values():\n  n = self.total * loader_len\n  lr = self.low[i] + (self.base[i] - self.low[i]) * 0.5 * (math.cos((cur - warm) * math.pi / (n - warm)) + 1.0)\n  param['lr'] = lr\n",
    at: 16,
    why: "a loop that goes on with what nobody knows",
  },
];

it.each(found)("reads $why", { timeout: 120_000 }, (one) => {
  const outcome = run(one);
  expect(outcome.message).toSatisfy((message) => message === undefined || outcome.kind === "slow");
  // Five times what is promised, for machines that do much else at the same time.
  expect(outcome.ms).toBeLessThan(5000);
});
