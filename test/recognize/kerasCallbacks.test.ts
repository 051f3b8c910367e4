import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const read = (text: string) =>
  analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined }).findings.map((finding) =>
    resolve(finding),
  );
const head = "import math\nfrom tensorflow import keras\nfrom tensorflow.keras import backend as K\n";

describe("Keras callbacks that set the rate", () => {
  it.each<[text: string, spans: string, rates: Record<number, number>, why: string]>([
    [
      `${head}class Clr(keras.callbacks.Callback):\n    def __init__(self, base_lr=0.001, max_lr=0.006, size=2000.):\n        super().__init__()\n        self.base_lr, self.max_lr, self.size = base_lr, max_lr, size\n        self.count = 0.\n        self.history = {}\n    def clr(self):\n        cycle = math.floor(1 + self.count / (2 * self.size))\n        x = abs(self.count / self.size - 2 * cycle + 1)\n        return self.base_lr + (self.max_lr - self.base_lr) * max(0, 1 - x)\n    def on_train_begin(self, logs={}):\n        logs = logs or {}\n        K.set_value(self.model.optimizer.lr, self.base_lr)\n    def on_batch_end(self, epoch, logs=None):\n        logs = logs or {}\n        self.count += 1\n        self.history.setdefault('lr', []).append(K.get_value(self.model.optimizer.lr))\n        for k, v in logs.items():\n            self.history.setdefault(k, []).append(v)\n        K.set_value(self.model.optimizer.lr, self.clr())\nmodel.fit(x, y, epochs=1, steps_per_epoch=500, callbacks=[Clr(0.01, 0.05, 100.)])\n`,
      "on_batch_end",
      { 0: 0.01, 50: 0.03, 100: 0.05, 200: 0.01 },
      "a count kept in self, the rate set for the next batch",
    ],
    [
      `${head}class Halve(keras.callbacks.Callback):\n    def on_epoch_end(self, epoch, logs=None):\n        if (epoch + 1) % 5 == 0:\n            lr = self.model.optimizer.learning_rate\n            self.model.optimizer.learning_rate.assign(lr * 0.5)\nmodel.compile(optimizer=keras.optimizers.Adam(0.01))\n`,
      "on_epoch_end",
      { 4: 0.01, 5: 0.005, 10: 0.0025 },
      "built on the optimizer's own rate, at the end of an epoch",
    ],
    [
      `${head}class Warm(keras.callbacks.Callback):\n    def __init__(self, warm, peak):\n        self.warm, self.peak = warm, peak\n        self.n = 0\n    def on_train_batch_begin(self, batch, logs=None):\n        self.model.optimizer.learning_rate = self.peak * min(1, self.n / self.warm)\n    def on_train_batch_end(self, batch, logs=None):\n        self.n = self.n + 1\ncallbacks = [Warm(100, 0.2)]\n`,
      "on_train_batch_begin",
      { 0: 0, 50: 0.1, 100: 0.2 },
      "counted by another hook",
    ],
    [
      `${head}class Step(keras.callbacks.Callback):\n    def on_epoch_begin(self, epoch, logs=None):\n        self.set(0.1 * 0.5 ** epoch)\n    def set(self, lr):\n        K.set_value(self.model.optimizer.lr, lr)\n`,
      "on_epoch_begin",
      { 0: 0.1, 2: 0.025 },
      "through a method of its own",
    ],
  ])("%#: %j", (text, spans, rates) => {
    const found = read(text).filter(({ finding }) => !finding.twin);
    expect(found.map(({ finding: { span } }) => text.slice(span.from, span.to))).toEqual([spans]);
    for (const [t, rate] of Object.entries(rates)) expect(rateAt(found[0]!, Number(t))).toBeCloseTo(rate, 12);
  });

  it.each<[text: string, files: Record<string, string>, spans: string, rates: Record<number, number>, why: string]>([
    [
      "from tensorflow import keras\nfrom my.callbacks import Step, Log\nmodel.compile(keras.optimizers.Adam(lr=0.1))\nmodel.fit(x, y, callbacks=[Log(), Step([2, 4], [0.5, 0.25, 0.125])])\n",
      {
        "my/callbacks.py": `${head}class Step(keras.callbacks.Callback):\n    def __init__(self, steps, rates, verbose=0):\n        self.steps, self.rates, self.verbose = steps, rates, verbose\n    def change(self, lr):\n        K.set_value(self.model.optimizer.lr, lr)\n    def on_epoch_begin(self, epoch, logs={}):\n        for i, step in enumerate(self.steps):\n            if epoch < step:\n                self.change(self.rates[i])\n                return\n        self.change(self.rates[i + 1])\nclass Log(keras.callbacks.Callback):\n    def on_epoch_end(self, epoch, logs={}):\n        print(self.model.optimizer.lr == 0.1)\n`,
      },
      "Step([2, 4], [0.5, 0.25, 0.125])",
      { 1: 0.5, 2: 0.25, 9: 0.125 },
      "where another file's callback is made; one that only reads is none",
    ],
    [
      "import callbacks\nfrom tensorflow import keras\ncbs = [callbacks.Halving(every=5)]\nmodel.compile(keras.optimizers.SGD(0.5))\nmodel.fit(x, y, callbacks=cbs)\n",
      {
        "callbacks.py": `${head}class Base(keras.callbacks.Callback):\n    def __init__(self, every):\n        super().__init__()\n        self.every = every\n    def on_epoch_end(self, epoch, logs=None):\n        if (epoch + 1) % self.every == 0:\n            self.model.optimizer.lr = self.model.optimizer.lr * 0.5\nclass Halving(Base):\n    pass\n`,
      },
      "callbacks.Halving(every=5)",
      { 4: 0.5, 5: 0.25, 10: 0.125 },
      "by the module's name, the hook in its base",
    ],
  ])("%j", (text, files, spans, rates) => {
    const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read: (path) => files[path] });
    expect(findings.map(({ span }) => text.slice(span.from, span.to))).toEqual([spans]);
    const resolved = resolve(findings[0]!);
    for (const [t, rate] of Object.entries(rates)) expect(rateAt(resolved, Number(t))).toBeCloseTo(rate, 12);
  });

  it("what hangs on a metric is told, and has no curve", () => {
    const [found] = read(
      `${head}class Patience(keras.callbacks.Callback):\n    def on_epoch_end(self, epoch, logs=None):\n        if logs['val_loss'] > 0.5:\n            self.model.optimizer.lr = self.model.optimizer.lr * 0.1\n`,
    );
    expect(found!.problem).toMatch(/val_loss/);
  });

  it.each([
    [
      `${head}class Log(keras.callbacks.Callback):\n    def on_epoch_end(self, epoch, logs=None):\n        print(K.get_value(self.model.optimizer.lr))\n`,
      "it only reads",
    ],
    [
      `${head}class Kl(keras.callbacks.Callback):\n    def on_epoch_begin(self, epoch, logs=None):\n        K.set_value(self.weight, min(1.0, epoch / 10))\n`,
      "the weight of a loss",
    ],
  ])("%j is none: %s", (text) => expect(read(text)).toEqual([]));
});

it("tells a callback where each of its objects is made, with their own arguments", () => {
  const text = `${head}class Warm(keras.callbacks.Callback):\n    def __init__(self, peak, warm=10):\n        self.peak, self.warm, self.n = peak, warm, 0\n    def on_train_begin(self, logs=None):\n        if hasattr(self.model.optimizer, 'momentum'):\n            self.momentum = self.model.optimizer.momentum\n        else:\n            raise AttributeError('momentum')\n        self.total = self.params['steps'] * self.params['epochs']\n    def on_batch_begin(self, batch, logs=None):\n        K.set_value(self.model.optimizer.lr, self.peak * min(1, self.n / self.warm, 2 - self.n / self.total))\n        K.set_value(self.momentum, 0.9)\n        self.n += 1\ncb = Warm(0.2)\nother = Warm(0.4, warm=20)\nmodel.fit(x, y, epochs=2, steps_per_epoch=100, callbacks=[cb])\n`;
  const found = read(text);
  expect(found.map(({ finding: { span, twin } }) => [text.slice(span.from, span.to), twin === true])).toEqual([
    ["on_batch_begin", false],
    ["Warm(0.2)", true],
    ["Warm(0.4, warm=20)", false],
  ]);
  expect([0, 5, 10, 300].map((t) => rateAt(found[1]!, t))).toEqual([0, 0.1, 0.2, 0.1]);
  expect([0, 5, 20, 300].map((t) => rateAt(found[2]!, t))).toEqual([0, 0.1, 0.4, 0.2]);
});

const compiled = `${head}model = keras.Sequential()\nmodel.compile(optimizer=keras.optimizers.Adam(0.5))\n`;
const scheduled = "cb = keras.callbacks.LearningRateScheduler(f)\n";

describe("functions of a LearningRateScheduler", () => {
  it.each<[text: string, rates: Record<number, number>, why: string]>([
    [
      `${compiled}def f(epoch):\n    lr = K.get_value(model.optimizer.lr)\n    if epoch and epoch % 10 == 0:\n        lr = lr * 0.5\n    return lr\n${scheduled}`,
      { 0: 0.5, 9: 0.5, 10: 0.25, 20: 0.125 },
      "reads the model's rate",
    ],
    [
      `${compiled}def f(epoch):\n    if epoch == 3:\n        K.set_value(model.optimizer.learning_rate, K.eval(model.optimizer.learning_rate) * 0.5)\n    return float(K.get_value(model.optimizer.learning_rate))\n${scheduled}`,
      { 2: 0.5, 3: 0.25, 9: 0.25 },
      "sets it too",
    ],
    [
      `${compiled}def f(epoch):\n    return float(model.optimizer.lr.numpy()) * 0.5\n${scheduled}`,
      { 0: 0.25, 1: 0.125 },
      "a variable's value",
    ],
    [
      "import keras\ndef f(epoch, decay=0.5):\n    return 0.5 * decay ** epoch\ncb = keras.callbacks.LearningRateScheduler(f)\nmodel.fit(x, y, nb_epoch=5)\n",
      { 0: 0.5, 2: 0.125 },
      "Keras 1 knows no second argument",
    ],
    [
      `${compiled}def f(epoch, decay=0.5):\n    return 0.5 * decay ** epoch\n${scheduled}`,
      { 0: 0.5, 1: 0.25, 2: 0.03125 },
      "later ones hand the rate over",
    ],
  ])("%j: %s", (text, rates) => {
    const found = read(text).filter(({ finding }) => !finding.twin);
    for (const [t, rate] of Object.entries(rates)) expect(rateAt(found[0]!, Number(t))).toBeCloseTo(rate, 12);
    expect(found[0]!.finding.notes?.length ?? 0).toBe(/decay=/.test(text) ? 1 : 0);
  });

  it("another object's rate is not the model's", () => {
    const [found] = read(
      `${compiled}def f(epoch):\n    return settings.lr * 0.5 ** epoch\ncb = keras.callbacks.LearningRateScheduler(f)\n`,
    );
    expect(found!.problem).toBeDefined();
  });
});
