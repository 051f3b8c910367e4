import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const torch = "import torch\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n";
const train = "for x in loader:\n        loss(x).backward()\n        opt.step()";
const setter = "def update_lr(optimizer, lr):\n    for g in optimizer.param_groups:\n        g['lr'] = lr\n";
const all = (text: string) =>
  analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined }).findings;
const read = (text: string) =>
  all(text)
    .filter(({ twin }) => !twin)
    .map((finding) => resolve(finding));

interface Row {
  readonly text: string;
  /** Text that the finding's span covers. */
  readonly spans: string;
  readonly rates: Readonly<Record<number, number>>;
  readonly why: string;
}

const rows: readonly Row[] = [
  {
    text: `${torch}def adjust(optimizer, epoch):\n    global lr\n    lr = lr * 0.5\n    for g in optimizer.param_groups:\n        g['lr'] = lr\nlr = 0.1\nfor epoch in range(1, 21):\n    adjust(opt, epoch)\n    ${train}\n`,
    spans: "adjust",
    rates: { 0: 0.05, 1: 0.025 },
    why: "a global that a function moves begins where the loop finds it, not where the script ends",
  },
  {
    text: `${torch}${setter}lr = 0.1\nfor epoch in range(80):\n    ${train}\n    if (epoch + 1) % 20 == 0:\n        lr /= 4\n        update_lr(opt, lr)\n`,
    spans: "update_lr",
    rates: { 0: 0.1, 19: 0.1, 20: 0.025, 79: 0.0015625 },
    why: "a name that is moved at the end of an epoch counts from the next one on",
  },
  {
    text: `${torch}for epoch in range(90):\n    if epoch in [30, 60]:\n        for g in opt.param_groups:\n            g['lr'] *= 0.1\n    ${train}\n`,
    spans: "g['lr']",
    rates: { 29: 0.1, 30: 0.01, 60: 0.001 },
    why: "the group's own rate, before the epoch's training",
  },
  {
    text: "from keras import backend as K\nmodel.compile(optimizer=SGD(lr=0.05))\nlr = 0.05\nfor epoch in range(30):\n    model.fit(x, y, epochs=1)\n    if epoch % 10 == 9:\n        lr *= 0.5\n        K.set_value(model.optimizer.lr, lr)\n",
    spans: "K.set_value",
    rates: { 9: 0.05, 10: 0.025, 20: 0.0125 },
    why: "set through Keras' backend",
  },
  {
    text: "from mxnet import gluon\ntrainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.4})\nsteps = [40, 60, 1e9]\nat = 0\nfor epoch in range(100):\n    if epoch == steps[at]:\n        trainer.set_learning_rate(trainer.learning_rate * 0.1)\n        at += 1\n    for i, batch in enumerate(data):\n        trainer.step(32)\n",
    spans: "trainer.set_learning_rate",
    rates: { 0: 0.4, 40: 0.04, 60: 0.004 },
    why: "Gluon's trainer, with a counter of its own",
  },
  {
    text: "import tensorflow as tf\noptimizer = tf.keras.optimizers.Adam(learning_rate=0.01)\nstep = 0\nwhile step < 1000:\n    train_step(next(it))\n    step += 1\n    if step % 100 == 0:\n        optimizer.learning_rate.assign(optimizer.learning_rate * 0.5)\n",
    spans: "optimizer.learning_rate.assign",
    rates: { 99: 0.01, 100: 0.005, 200: 0.0025 },
    why: "a variable's assign in a while loop",
  },
  {
    text: "import torch\nclass T:\n    def __init__(self, lr=0.01):\n        self.lr = lr\n        self.optimizer = torch.optim.Adam(net.parameters(), lr=self.lr)\n    def decay(self):\n        self.lr = self.lr * 0.5\n        for g in self.optimizer.param_groups:\n            g['lr'] = self.lr\n    def run(self):\n        for epoch in range(50):\n            self.epoch()\n            if epoch >= 10:\n                self.decay()\n    def epoch(self):\n        for x in self.loader:\n            self.optimizer.step()\nif __name__ == '__main__':\n    T().run()\n",
    spans: "decay",
    rates: { 10: 0.01, 11: 0.005, 12: 0.0025 },
    why: "a rate kept in self, moved by a method that the loop calls now and then",
  },
  {
    text: `${torch}it, lr = 0, 0.1\nfor epoch in range(5):\n    for x in loader:\n        opt.step()\n        it += 1\n        if it in (100, 1500):\n            lr = lr * 0.1\n            for g in opt.param_groups:\n                g['lr'] = lr\n`,
    spans: "g['lr']",
    rates: { 99: 0.1, 100: 0.01, 1500: 0.001 },
    why: "a count of batches that goes on through the epochs",
  },
  {
    text: `${torch}lr = 0.1\nfor epoch in range(1, 31):\n    if epoch % 10 == 0:\n        lr *= 0.5\n        opt.param_groups[0]['lr'] = lr\n    ${train}\n`,
    spans: "opt.param_groups[0]['lr']",
    rates: { 8: 0.1, 9: 0.05, 19: 0.025 },
    why: "a loop that counts from one",
  },
  {
    text: `${torch}lr = 0.1\nfor i, x in tqdm(enumerate(loader, 1)):\n    if i % 10 == 0:\n        lr *= 0.5\n        opt.param_groups[0]['lr'] = lr\n    opt.step()\n`,
    spans: "opt.param_groups[0]['lr']",
    rates: { 8: 0.1, 9: 0.05, 19: 0.025 },
    why: "batches counted from one",
  },
  {
    text: "import torch, math\nimport numpy as np\ndef train(loader, optimizer, epoch, schedule):\n    for it, x in enumerate(log.log_every(loader, 10)):\n        for group in optimizer.param_groups:\n            group['lr'] = schedule[epoch * len(loader) + it]\n        loss(x).backward()\n        optimizer.step()\n    return 1, 2\ndef main(epochs=10):\n    loader = torch.utils.data.DataLoader(data, batch_size=320)\n    optimizer = torch.optim.SGD(params, lr=4.0)\n    warm = np.linspace(0, 4.0, 2 * len(loader))\n    left = len(loader) * (epochs - 2)\n    down = np.array([2.0 * (1 + math.cos(math.pi * t / left)) for t in np.arange(left)])\n    schedule = np.concatenate((warm, down))\n    for epoch in range(epochs):\n        a, b = train(loader, optimizer, epoch, schedule)\nmain()\n",
    spans: "group['lr']",
    rates: { 0: 0, 199: 4, 200: 4, 600: 2, 1000: 0.000015421237058887982 },
    why: "an array as long as the run, made before it and read by epoch and batch",
  },
  {
    text: `${torch}def train(loader, optimizer, epoch, sched, queue):\n    for it, x in enumerate(loader):\n        timer.update(1)\n        optimizer.param_groups[0]['lr'] = sched[epoch * 10 + it]\n        optimizer.step()\n    return queue\nsched, queue = [0.1 * 0.5 ** i for i in range(50)], None\nfor epoch in range(5):\n    if is_ready(queue):\n        queue = make(epoch)\n    queue = train(loader, opt, epoch, sched, queue)\n`,
    spans: "optimizer.param_groups[0]['lr']",
    rates: { 0: 0.1, 3: 0.0125 },
    why: "what a function of the loop is given beside what the rate hangs on",
  },
  {
    text: `${torch}def decay_lr(optimizer):\n    for g in optimizer.param_groups:\n        g['lr'] *= 0.5\nfor epoch in range(30):\n    if epoch > 0 and epoch % 10 == 0:\n        decay_lr(opt)\n    ${train}\n`,
    spans: "decay_lr",
    rates: { 9: 0.1, 10: 0.05, 20: 0.025 },
    why: "a function that builds on the rate, called now and then",
  },
  {
    text: `${torch}def adjust_learning_rate(optimizer, epoch):\n    for g in optimizer.param_groups:\n        g['lr'] = 0.1 * 0.5 ** epoch\nfor epoch in range(30):\n    if epoch % 5 == 0:\n        adjust_learning_rate(opt, epoch // 5)\n    ${train}\n`,
    spans: "adjust_learning_rate",
    rates: { 0: 0.1, 4: 0.1, 5: 0.05, 14: 0.025 },
    why: "a function of the epoch, called every fifth",
  },
  {
    text: `${torch}class Solver:\n    def __init__(self):\n        self.epoch, self.optim_config = 0, {'learning_rate': 0.1}\n    def train(self):\n        for t in range(100):\n            self.step()\n            if (t + 1) % 10 == 0:\n                self.epoch += 1\n                self.optim_config['learning_rate'] *= 0.5\nSolver().train()\n`,
    spans: "self.optim_config['learning_rate']",
    rates: {},
    why: "a method that trains and counts epochs is not what sets the rate",
  },
  {
    text: "import tensorflow as tf\nclass Model:\n    def __init__(self):\n        self.epoch = 0\n        self.new_lr = tf.placeholder(tf.float32)\n    def set_lr(self, sess, lr):\n        sess.run(self.update, feed_dict={self.new_lr: lr})\n    def train(self, sess, base=0.1):\n        while self.epoch <= 100:\n            rate = base * 0.5 ** (self.epoch // 10)\n            self.set_lr(sess=sess, lr=rate)\n            sess.run(self.train_op)\n            self.epoch += 1\nModel().train(tf.Session())\n",
    spans: "self.set_lr",
    rates: { 0: 0.1, 10: 0.05 },
    why: "what only feeds a graph is told where it is given the rate",
  },
  {
    text: "import tensorflow as tf\ndef train(sess, model, base=0.5):\n    for _ in range(1000):\n        step = sess.run(model.global_step)\n        rate = base * 0.5 ** step\n        sess.run(model.train_op, {model.x: next(data), model.lr: rate})\n",
    spans: "model.lr",
    rates: { 0: 0.5, 1: 0.25, 3: 0.0625 },
    why: "a session's count of updates is the turn's",
  },
  {
    text: "import tensorflow as tf\nopt = tf.keras.optimizers.SGD(0.5)\nfor batch in data:\n    step = opt.iterations.numpy()\n    opt.learning_rate = 0.5 / (1 + step)\n    opt.apply_gradients(zip(grads, weights))\n",
    spans: "opt.learning_rate",
    rates: { 0: 0.5, 1: 0.25, 3: 0.125 },
    why: "an optimizer's count of updates is the turn's",
  },
  {
    text: "import torch\ndef train(loader, optimizer, epochs, warmup, low=1e-5):\n    step = -1\n    peak = optimizer.param_groups[0]['lr']\n    total = 10 * epochs\n    rise = (peak - low) / warmup\n    for epoch in range(epochs):\n        for x in loader:\n            step += 1\n            lr = low + step * rise if step < warmup else peak * (1 - step / total)\n            for group in optimizer.param_groups:\n                group['lr'] = lr\n            optimizer.step()\nfirst = torch.optim.AdamW(net.parameters())\nopt = torch.optim.SGD(net.parameters(), lr=0.2)\ntrain(loader, opt, 10, warmup=10, low=0.1)\n",
    spans: "group['lr']",
    rates: { 0: 0.1, 5: 0.15, 10: 0.18, 50: 0.1 },
    why: "what the function reads of its own optimizer before the loop, and makes of it",
  },
  {
    text: `${torch}base = [g['lr'] for g in opt.param_groups]\nfor epoch in range(30):\n    for i, group in enumerate(opt.param_groups):\n        group['lr'] = base[i] * 0.5 ** (epoch // 10)\n    ${train}\n`,
    spans: "group['lr']",
    rates: { 9: 0.1, 10: 0.05, 20: 0.025 },
    why: "the rates of all groups as they stand before the loop",
  },
];

describe("rates that the script's own loop carries", () => {
  it.each([
    ["lr = base * 0.5 ** epoch\n    for g in opt.param_groups:\n        g['lr'] = lr", ["lr", "g['lr']"], "a name"],
    ["for g in opt.param_groups:\n        g['lr'] = base * 0.5 ** epoch", ["g['lr']"], "the formula itself"],
  ])("%j answers where the rate is computed, too: %s", (body, spans) => {
    const text = `${torch}base = 0.1\nfor epoch in range(10):\n    ${body}\n    ${train}\n`;
    const found = all(text);
    expect(found.map(({ span }) => text.slice(span.from, span.to))).toEqual(spans);
    expect(found.map(({ twin }) => twin === true)).toEqual(spans.map((_, i) => i < spans.length - 1));
    for (const finding of found) expect(rateAt(resolve(finding), 1)).toBeCloseTo(0.05, 12);
  });

  it.each(rows)("$why", ({ text, spans, rates }) => {
    const found = read(text);
    expect(found.map(({ finding: { span } }) => text.slice(span.from, span.to))).toEqual([spans]);
    for (const [t, rate] of Object.entries(rates)) expect(rateAt(found[0]!, Number(t))).toBeCloseTo(rate, 12);
  });
});

it("a rate that hangs on a metric is told, and has no curve", () => {
  const [found, ...others] = read(
    `${torch}${setter}lr, best = 0.1, 9\nfor epoch in range(80):\n    v = validate()\n    if v > best:\n        lr /= 4\n        update_lr(opt, lr)\n    best = min(best, v)\n`,
  );
  expect(others).toEqual([]);
  expect(found!.problem).toMatch(/not known/);
});

describe("what does not move", () => {
  it.each([
    [`${torch}${setter}for epoch in range(9):\n    update_lr(opt, 0.5)\n    opt.step()\n`, "the same rate each time"],
    [`${torch}eps = 1.0\nfor epoch in range(9):\n    eps *= 0.9\n    opt.step()\n`, "epsilon"],
    [
      `${torch}wd = 0.1\nfor epoch in range(9):\n    wd *= 0.9\n    for g in opt.param_groups:\n        g['weight_decay'] = wd\n`,
      "weight decay",
    ],
    [
      `${torch}for epoch in range(9):\n    lr = opt.param_groups[0]['lr']\n    print(lr)\n    opt.step()\n`,
      "it is only read",
    ],
    [
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', default=0.1)\nopt = p.parse_args()\nfor epoch in range(9):\n    opt.lr = opt.lr * 0.5\n    train(opt)\n",
      "an option of the command line",
    ],
  ])("%j is none: %s", (text) => expect(read(text)).toEqual([]));
});
