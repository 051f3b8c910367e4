import { expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const head =
  "import torch, argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', default=0.1)\nopt = p.parse_args()\noptimizer = torch.optim.SGD(net.parameters(), lr=opt.lr)\n";
const trains = "    optimizer.zero_grad()\n    criterion(net(x), y).backward()\n    optimizer.step()\n";
const sets = "    for group in optimizer.param_groups:\n        group['lr'] = lr\n";
const files: Readonly<Record<string, string>> = {
  "utils.py":
    "from functools import partial\ndef get_lr_scheduler(lr, total):\n    def step_lr(lr, total, iters):\n        return lr * 0.5 ** (iters // total)\n    return partial(step_lr, lr, total)\ndef set_optimizer_lr(optimizer, lr_scheduler_func, epoch):\n    lr = lr_scheduler_func(epoch)\n" +
    sets,
};

/** By the text of the finding: rates by the function's argument. */
it.each<[why: string, text: string, found: Record<string, Record<number, number>>]>([
  [
    "a function that trains is told at the one which tells it the rate",
    `${head}def decayed(optimizer, epoch):\n    lr = opt.lr * 0.5 ** (epoch // 10)\n    return lr\ndef train(epoch):\n    lr = decayed(optimizer, epoch - 1)\n${sets}${trains}for epoch in range(1, 50):\n    train(epoch)\n`,
    { decayed: { 0: 0.1, 10: 0.05 } },
  ],
  [
    "the same by an attribute, of options that are called opt",
    `${head}def lr_scheduler(epoch, opt):\n    return opt.lr * 0.5 ** (epoch / 100)\ndef train(epoch):\n    optimizer.lr = lr_scheduler(epoch, opt)\n${trains}for epoch in range(1, 50):\n    train(epoch)\n`,
    { lr_scheduler: { 0: 0.1, 100: 0.05 } },
  ],
  [
    "a setter of another file is not told beside the function that it is handed",
    `import torch\nfrom utils import get_lr_scheduler, set_optimizer_lr\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\nfunc = get_lr_scheduler(0.2, 10)\nfor epoch in range(30):\n    set_optimizer_lr(optimizer, func, epoch)\n`,
    { "get_lr_scheduler(0.2, 10)": { 0: 0.2, 10: 0.1 } },
  ],
  [
    "one that is handed a function of this file is",
    `import torch\nfrom utils import set_optimizer_lr\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\ndef halved(epoch):\n    return 0.2 * 0.5 ** (epoch // 10)\nfor epoch in range(30):\n    set_optimizer_lr(optimizer, halved, epoch)\n`,
    { set_optimizer_lr: { 0: 0.2, 10: 0.1 } },
  ],
  [
    "a method that reads from its object how far the run has come",
    "import torch.optim as optim\nclass Trainer:\n    def __init__(self, model):\n        self.optimizer = optim.SGD(model.parameters(), lr=0.1)\n        self.base, self.epoch = 0.1, 0\n    def adjust_lr(self):\n        lr = self.base * 0.5 ** (self.epoch // 30)\n        for group in self.optimizer.param_groups:\n            group['lr'] = lr\n    def set_lr(self):\n        for group in self.optimizer.param_groups:\n            group['lr'] = self.args.step * 2\n    def train(self):\n        for self.epoch in range(90):\n            self.adjust_lr()\n            self.optimizer.step()\n",
    { adjust_lr: { 0: 0.1, 29: 0.1, 30: 0.05, 89: 0.025 } },
  ],
  [
    "of several calls the one whose result is written counts, not one that is only logged",
    `${head}def get_lr(it):\n    return 0.1 * 0.5 ** (it // 10)\nit = 0\nwhile it < 50:\n    if it % 7 == 0:\n        shown = get_lr(it)\n        print(shown)\n    new = get_lr(it)\n    for group in optimizer.param_groups:\n        group['lr'] = new\n${trains}    it += 1\n`,
    { get_lr: { 0: 0.1, 10: 0.05 } },
  ],
  ["a setter that nobody hands a function is none", `def set_lr(optimizer, f, epoch):\n    lr = f(epoch)\n${sets}`, {}],
])("%s", (_, text, found) => {
  const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read: (path) => files[path] });
  expect(findings.map(({ span }) => text.slice(span.from, span.to))).toEqual(Object.keys(found));
  Object.values(found).forEach((rates, i) => {
    for (const [t, rate] of Object.entries(rates))
      expect(rateAt(resolve(findings[i]!), Number(t)), `at ${t}`).toBeCloseTo(rate, 12);
  });
});
