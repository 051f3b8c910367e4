import { expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

/** Where the rate begins that the schedule goes on from. */
it.each([
  {
    why: "set on the optimizer after it is made",
    text: "import mxnet as mx\nopt = mx.optimizer.create('rmsprop')\nopt.lr = 0.5\nfor epoch in range(200):\n    train(opt)\n    if epoch % 50 == 0 and epoch > 0:\n        opt.lr *= 0.5\n",
    at: "opt.lr",
    rates: { 0: 0.5, 60: 0.25 },
  },
  {
    why: "given to what makes an optimizer by its name",
    text: "import mxnet as mx\nopt = mx.optimizer.create('sgd', learning_rate=0.5)\nfor epoch in range(200):\n    train(opt)\n    if epoch % 50 == 0 and epoch > 0:\n        opt.lr *= 0.5\n",
    at: "opt.lr",
    rates: { 0: 0.5, 60: 0.25 },
  },
  {
    why: "beside MXNet's scheduler in a call of the user's own",
    text: "import mxnet as mx\ndef tune(solver, l_rate, lr_scheduler):\n    return fit(solver, l_rate, lr_scheduler)\ntune('sgd', l_rate=0.5, lr_scheduler=mx.misc.FactorScheduler(100, 0.5))\n",
    at: "mx.misc.FactorScheduler(100, 0.5)",
    rates: { 0: 0.5, 101: 0.25 },
  },
  {
    why: "of MXNet's, for a scheduler class of another file",
    text: "import mxnet as mx\nimport _init_paths\nfrom utils.lr_scheduler import WarmupScheduler\ns = WarmupScheduler([100], 0.5, warm=2)\nmod.fit(data, optimizer='sgd', optimizer_params={'learning_rate': 0.5, 'lr_scheduler': s})\n",
    files: {
      "lib/utils/lr_scheduler.py":
        "from mxnet.lr_scheduler import LRScheduler\nclass WarmupScheduler(LRScheduler):\n    def __init__(self, steps, factor=1, warm=0):\n        super(WarmupScheduler, self).__init__()\n        self.steps = steps\n        self.factor = factor\n        self.warm = warm\n    def __call__(self, num_update):\n        if num_update < self.warm:\n            return 0.0\n        lr = self.base_lr\n        for step in self.steps:\n            if num_update > step:\n                lr *= self.factor\n        return lr\n",
    },
    at: "WarmupScheduler([100], 0.5, warm=2)",
    rates: { 0: 0 },
  },
  {
    why: "Chainer's, lowered after an epoch's data whatever is done with them",
    text: "from chainer import optimizers\noptimizer = optimizers.MomentumSGD(0.5)\nfor epoch in range(10):\n    for idx in perm:\n        queue.put(idx)\n    optimizer.lr *= 0.1\n",
    at: "optimizer.lr",
    rates: { 0: 0.5, 1: 0.05 },
  },
  {
    why: "what it is unless a file that is not there changes it",
    text: "import torch, json\nconfig = {'lr': 0.5}\nconfig.update(json.load(open('c.json')))\nopt = torch.optim.SGD(net.parameters(), lr=config['lr'])\ns = torch.optim.lr_scheduler.StepLR(opt, 10)\n",
    at: "torch.optim.lr_scheduler.StepLR(opt, 10)",
    rates: { 0: 0.5, 10: 0.05 },
  },
])("$why", ({ text, files = {}, at, rates }) => {
  const read = (path: string) => (files as Record<string, string>)[path];
  const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read });
  expect(findings.map(({ span }) => text.slice(span.from, span.to))).toEqual([at]);
  const resolved = resolve(findings[0]!);
  for (const [t, rate] of Object.entries(rates)) expect(rateAt(resolved, Number(t))).toBeCloseTo(rate, 8);
});
