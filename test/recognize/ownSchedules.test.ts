import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

interface Row {
  readonly why: string;
  readonly text: string;
  /** Other files of the workspace. */
  readonly files?: Readonly<Record<string, string>>;
  readonly assume?: Readonly<Record<string, number>>;
  /** By the text of each finding's span: rates by step, and arguments. */
  readonly found: Readonly<
    Record<
      string,
      { readonly rates?: Readonly<Record<number, number>>; readonly values?: Readonly<Record<string, unknown>> }
    >
  >;
}

const torch = "import torch\nfrom torch.optim.lr_scheduler import _LRScheduler, LambdaLR\n";
const opt = "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n";
const poly =
  "class PolyLR(_LRScheduler):\n    def __init__(self, optimizer, max_iters, power=1.0, last_epoch=-1):\n        self.power = power\n        self.max_iters = max_iters\n        super().__init__(optimizer, last_epoch)\n    def get_lr(self):\n        return [b * (1 - self.last_epoch / self.max_iters) ** self.power for b in self.base_lrs]\n";

const rows: readonly Row[] = [
  {
    why: "a base class asks its subclasses for the factor: each subclass is a schedule, the base is none",
    text: `${torch}class Warm(_LRScheduler):\n    def __init__(self, optimizer, warm=10, last_epoch=-1):\n        self.warm = warm\n        super().__init__(optimizer, last_epoch)\n    def get_lr(self):\n        return [b * self.ratio() for b in self.base_lrs]\n    def ratio(self):\n        return self.last_epoch / self.warm if self.last_epoch < self.warm else self.main()\n    def main(self):\n        raise NotImplementedError\nclass WarmExp(Warm):\n    def __init__(self, optimizer, gamma, warm=10, last_epoch=-1):\n        self.gamma = gamma\n        super().__init__(optimizer, warm, last_epoch)\n    def main(self):\n        return self.gamma ** (self.last_epoch - self.warm)\n${opt}s = WarmExp(opt, 0.5)\n`,
    found: { WarmExp: { rates: { 0: 0, 5: 0.05, 12: 0.025 }, values: { gamma: 0.5, warm: 10 } } },
  },
  {
    why: "an object of a scheduler class that another file defines stands where it is made",
    text: `import torch\nfrom schedulers import PolyLR\n${opt}s = PolyLR(opt, 100)\n`,
    files: { "schedulers.py": torch + poly },
    found: { "PolyLR(opt, 100)": { rates: { 0: 0.1, 50: 0.05 }, values: { max_iters: 100, power: 1 } } },
  },
  {
    why: "defaults of a constructor are told",
    text: `${torch}${poly}`,
    assume: { max_iters: 10, initial_lr: 1 },
    found: { get_lr: { rates: { 5: 0.5 }, values: { power: 1 } } },
  },
  {
    why: "defaults of a function are told",
    text: "def step_learning_rate_decay(init_lr, global_step, anneal_rate=0.5, anneal_interval=100):\n    return init_lr * anneal_rate ** (global_step // anneal_interval)\n",
    assume: { init_lr: 1 },
    found: {
      step_learning_rate_decay: { rates: { 0: 1, 100: 0.5 }, values: { anneal_rate: 0.5, anneal_interval: 100 } },
    },
  },
  {
    why: "a function of another name that takes a rate and a step gives a rate",
    text: "import math\ndef cyclic_cosine_annealing(init_lr, global_step, T, M):\n    return init_lr / 2 * (math.cos(math.pi * (global_step % (T // M)) / (T // M)) + 1)\n",
    assume: { init_lr: 1, T: 100, M: 2 },
    found: { cyclic_cosine_annealing: { rates: { 0: 1, 25: 0.5 } } },
  },
  {
    why: "a namespace taken apart by its pairs",
    text: `import torch, argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', default=0.1)\nargs = p.parse_args()\nstate = {k: v for k, v in args._get_kwargs()}\nopt = torch.optim.SGD(net.parameters(), lr=args.lr)\ndef adjust_learning_rate(optimizer, epoch):\n    global state\n    if epoch in [2, 4]:\n        state['lr'] *= 0.1\n        for g in optimizer.param_groups:\n            g['lr'] = state['lr']\n`,
    found: { adjust_learning_rate: { rates: { 1: 0.1, 2: 0.01, 5: 0.001 } } },
  },
];

describe("schedules of the user's own classes and functions", () => {
  it.each(rows)("$why", ({ text, files = {}, assume = {}, found }) => {
    const set = new Map(Object.entries(assume));
    const { findings } = analyze(
      { path: "train.py", languageId: "python", text },
      { read: (path) => files[path] },
      { assume: set },
    );
    expect(findings.map(({ span }) => text.slice(span.from, span.to))).toEqual(Object.keys(found));
    Object.values(found).forEach(({ rates = {}, values = {} }, i) => {
      const resolved = resolve(findings[i]!, { assume: set });
      for (const [t, rate] of Object.entries(rates)) expect(rateAt(resolved, Number(t))).toBeCloseTo(rate, 8);
      for (const [name, value] of Object.entries(values))
        expect((resolved.parameters[name] as { value?: unknown }).value).toEqual(value);
    });
  });
});
