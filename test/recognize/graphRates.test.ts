import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const read = (text: string) =>
  analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined })
    .findings.filter(({ twin }) => !twin)
    .map((finding) => resolve(finding));
const tf = "import tensorflow as tf\n";
const graph = `${tf}lr = tf.placeholder(tf.float32)\ntrain = tf.train.AdamOptimizer(lr).minimize(loss)\n`;

interface Row {
  readonly text: string;
  /** Text that the finding's span covers. */
  readonly spans: string;
  readonly rates?: Readonly<Record<number, number>>;
  readonly why: string;
}

const rows: readonly Row[] = [
  {
    text: `${tf}def main():\n    base = tf.constant(0.01)\n    step_ph = tf.placeholder(tf.float32)\n    learning_rate = tf.scalar_mul(base, tf.pow(1 - step_ph / 100, 2))\n    opt = tf.train.MomentumOptimizer(learning_rate, 0.9)\nmain()\n`,
    spans: "learning_rate",
    rates: { 0: 0.01, 50: 0.0025, 90: 0.0001 },
    why: "arithmetic on a placeholder that counts steps",
  },
  {
    text: `${tf}with tf.name_scope('train'):\n    step = tf.train.get_or_create_global_step()\n    lr = 0.1\n    lr *= tf.cos(tf.to_float(step) / 100)\n    op = tf.train.GradientDescentOptimizer(learning_rate=lr).minimize(loss, global_step=step)\n`,
    spans: "lr",
    rates: { 0: 0.1, 100: 0.1 * Math.cos(1) },
    why: "a rate multiplied in place by what the global step makes of it",
  },
  {
    text: `${graph}rate = 0.01\nfor i in range(1, 5000):\n    sess.run(train, {x: batch(), lr: rate})\n    if i % 1000 == 1:\n        rate *= 0.5\n`,
    spans: "lr",
    rates: { 0: 0.01, 1: 0.005, 1000: 0.005, 1001: 0.0025 },
    why: "a rate that is fed, and moved by the loop after it was used",
  },
  {
    text: `${graph}rate = 0.01\nfor epoch in range(10):\n    for d in train_loader:\n        feed = make(d)\n        rate *= 0.9\n        feed.update({lr: rate})\n        sess.run(train, feed)\n`,
    spans: "lr",
    rates: { 0: 0.009, 1: 0.0081 },
    why: "a feed that is filled before the update runs",
  },
  {
    text: `${tf}class Model:\n    def __init__(self):\n        self.lr = tf.Variable(0.0, trainable=False)\n        self.op = tf.train.AdamOptimizer(self.lr).minimize(self.loss)\nmodel = Model()\nfor e in range(50):\n    sess.run(tf.assign(model.lr, 0.002 * (0.97 ** e)))\n    sess.run(model.op)\n`,
    spans: "model.lr",
    rates: { 0: 0.002, 10: 0.002 * 0.97 ** 10 },
    why: "a graph's variable that the loop assigns",
  },
  {
    text: `${graph}from conf import cfg\nrate = cfg.LR\ni = 0\nwhile i < 100:\n    if i == cfg.STEP:\n        rate *= cfg.GAMMA\n        sess.run(tf.assign(lr, rate))\n    i += 1\n`,
    spans: "lr",
    why: "a rate that the loop moves by what another file says",
  },
  {
    text: `${graph}def schedule_of(epoch):\n    return 0.1 if epoch < 80 else 0.01\nfor e in range(100):\n    sess.run(train, feed_dict={lr: schedule_of(e)})\n`,
    spans: "schedule_of",
    rates: { 0: 0.1, 80: 0.01 },
    why: "a function whose result is fed is told at its own name",
  },
  {
    text: `import jax.numpy as jnp\ndef create_learning_rate_schedule(base=0.5, warmup=100):\n    def step_fn(step):\n        return base * jnp.minimum(1.0, step / warmup)\n    return step_fn\n`,
    spans: "step_fn",
    rates: { 50: 0.25, 200: 0.5 },
    why: "a factory's inner def gives the rate",
  },
  {
    text: "t0, t1 = 5, 50\ndef learning_schedule(t):\n    return t0 / (t + t1)\nfor epoch in range(10):\n    eta = learning_schedule(epoch)\n",
    spans: "learning_schedule",
    rates: { 0: 0.1, 50: 0.05 },
    why: "a learning schedule by its name",
  },
  {
    text: "from keras import optimizers\nmodel.compile(loss='mse', optimizer=optimizers.rmsprop(lr=0.001, decay=0.01))\n",
    spans: "optimizers.rmsprop(lr=0.001, decay=0.01)",
    rates: { 0: 0.001, 100: 0.0005 },
    why: "an optimizer by the small name that Keras 2 has for it",
  },
  {
    text: `${tf}class Net:\n    def __init__(self, rate):\n        self.rate = tf.Variable(rate, trainable=False)\n        self.step = tf.Variable(0, trainable=False)\n        self.lr = tf.train.exponential_decay(self.rate, self.step, 1000, 0.5)\nnet = Net(0.01)\n`,
    spans: "tf.train.exponential_decay(self.rate, self.step, 1000, 0.5)",
    rates: { 0: 0.01, 1000: 0.005 },
    why: "a variable as the starting rate begins as it was made",
  },
];

describe("rates of a graph's own arithmetic, and rates that are fed to it", () => {
  it.each(rows)("$why", ({ text, spans, rates }) => {
    const found = read(text);
    expect(found.map(({ finding: { span } }) => text.slice(span.from, span.to))).toEqual([spans]);
    for (const [t, rate] of Object.entries(rates ?? {})) {
      const got = rateAt(found[0]!, Number(t));
      expect(Math.abs((got ?? NaN) - rate), `${t}: ${got}`).toBeLessThanOrEqual(1e-6 * rate);
    }
  });

  it.each([
    {
      text: `${graph}temp = 1.0\nfor i in range(9):\n    sess.run(train, {tau: temp})\n    temp *= 0.9\n`,
      why: "a temperature",
    },
    { text: `${graph}for i in range(9):\n    sess.run(train, {lr: 0.01})\n`, why: "a constant that is fed" },
    {
      text: `${tf}momentum = 0.5 + 0.4 * tf.to_float(tf.train.get_global_step()) / 100\nop = tf.train.AdamOptimizer(0.1, momentum)\n`,
      why: "another of the optimizer's numbers",
    },
  ])("is none: $why", ({ text }) => expect(read(text)).toEqual([]));
});

describe("rates that a script keeps in a variable of its own", () => {
  const numpy = "import numpy as np\nw = np.zeros(3)\n";
  it.each([
    {
      text: `${numpy}lr = 0.5\nfor epoch in range(20):\n    w -= lr * gradient(w)\n    lr *= 0.9\n`,
      rates: { 0: 0.5, 2: 0.405 },
      why: "multiplied after it was used",
    },
    {
      text: `${numpy}learning_rate = 0.5\nfor epoch in range(20):\n    learning_rate /= 2\n    w -= learning_rate * gradient(w)\n`,
      rates: { 0: 0.25, 1: 0.125 },
      why: "divided before it is used",
    },
    {
      text: `${numpy}for epoch in range(900):\n    lr = 0.01 * np.minimum(3. - epoch / 400., 1.)\n    for i in range(10):\n        train(x[i], lr)\n`,
      rates: { 0: 0.01, 1000: 0.005 },
      why: "computed of the epoch",
    },
  ])("$why", ({ text, rates }) => {
    const found = read(text);
    expect(found).toHaveLength(1);
    for (const [t, rate] of Object.entries(rates)) expect(rateAt(found[0]!, Number(t))).toBeCloseTo(rate, 12);
  });
  it("is none beside an optimizer's own schedule, nor in a loop that trains nothing with it", () => {
    expect(read(`${numpy}for lr in [0.1, 0.2]:\n    fit(lr)\n`)).toEqual([]);
    expect(read(`${numpy}for trial in range(5):\n    lr = 0.01\n    fit(lr)\n`)).toEqual([]);
  });
});

describe("values that may be another", () => {
  const torch = "import torch\nopt = torch.optim.SGD(p, lr=0.1)\n";
  it.each([
    {
      text: `${torch}gammas = [0.1, 0.5]\ndef make(k):\n    return torch.optim.lr_scheduler.StepLR(opt, 30, gammas[k])\n`,
      name: "gamma",
      expected: { status: "assumed", value: 0.1 },
      why: "an item of a list by a place that is not known",
    },
    {
      text: `${torch}def config(more=None):\n    c = {'gamma': 0.2}\n    if more is not None:\n        c.update(more)\n    return c\ns = torch.optim.lr_scheduler.StepLR(opt, 30, config(load())['gamma'])\n`,
      name: "gamma",
      expected: { status: "assumed", value: 0.2 },
      why: "a default that something not known may override",
    },
    {
      text: `${torch}data = []\nfor name in ['a', 'b']:\n    data.extend(load(name).rows)\ns = torch.optim.lr_scheduler.StepLR(opt, len(data))\n`,
      name: "step_size",
      expected: { status: "unknown" },
      why: "the length of a list that grew by what is not known",
    },
  ])("$why", ({ text, name, expected }) => expect(read(text)[0]?.parameters[name]).toMatchObject(expected));
});
