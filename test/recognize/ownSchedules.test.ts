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
const factory =
  "import numpy as np\ndef get_expon_lr_func(lr_init, lr_final, lr_delay_steps=0, max_steps=100):\n    def helper(step):\n        t = np.clip(step / max_steps, 0, 1)\n        return np.exp(np.log(lr_init) * (1 - t) + np.log(lr_final) * t)\n    return helper\n";
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
  {
    why: "a function that makes a rate function is told where another file calls it",
    text: "from util import get_expon_lr_func\nlr_func = get_expon_lr_func(1e-2, 1e-4)\nfor step in range(100):\n    fit(lr_func(step))\n",
    files: { "util.py": factory },
    found: {
      "get_expon_lr_func(1e-2, 1e-4)": {
        rates: { 0: 0.01, 50: 0.001, 200: 1e-4 },
        values: { lr_init: 0.01, max_steps: 100 },
      },
    },
  },
  {
    why: "a function that makes a rate function and that nothing here calls is told at its name",
    text: factory,
    found: { get_expon_lr_func: { values: { max_steps: 100 } } },
  },
  {
    why: "a step of the base class that asks its subclasses for the rate is theirs, with what they are made with",
    text: "class Base:\n    def __init__(self, optimizer):\n        self.optimizer = optimizer\n        self.step_num = 0\n    def _get_lr(self):\n        raise NotImplementedError\n    def step(self):\n        self.step_num += 1\n        lr = self._get_lr()\n        for group in self.optimizer.param_groups:\n            group['lr'] = lr\nclass Noam(Base):\n    def __init__(self, optimizer, d_model=64, warmup_steps=100):\n        super().__init__(optimizer)\n        self.d_model = d_model\n        self.warmup_steps = warmup_steps\n    def _get_lr(self):\n        return self.d_model ** -0.5 * min(self.step_num ** -0.5, self.step_num * self.warmup_steps ** -1.5)\n",
    found: { Noam: { rates: { 0: 0.125 * 0.001, 99: 0.0125 }, values: { d_model: 64, warmup_steps: 100 } } },
  },
  {
    why: "scaled for one batch and put back, or restored with a state: none",
    text: "def train():\n    for batch, x in enumerate(data):\n        saved = optimizer.param_groups[0]['lr']\n        optimizer.param_groups[0]['lr'] = saved * len(x) / 70\n        optimizer.step()\n        optimizer.param_groups[0]['lr'] = saved\nclass Wrapped:\n    def load_state_dict(self, state):\n        print(self.current_lr)\n        for group in self.optimizer.param_groups:\n            group['lr'] = self.current_lr\n        self.current_lr = state['current_lr']\n",
    found: {},
  },
];

describe("schedules of the user's own classes and functions", () => {
  it.each(rows)("$why", ({ text, files = {}, assume = {}, found }) => {
    const set = new Map(Object.entries({ total_steps: 200, ...assume }));
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
