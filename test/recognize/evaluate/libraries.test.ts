import { describe, expect, it } from "vitest";
import { analyze } from "../../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../../src/recognize/resolve.js";

const tf = "import functools\nimport tensorflow as tf\n";
const body =
  "    rate = tf.train.exponential_decay(params['lr'], tf.train.get_global_step(), params['steps'], 0.5, staircase=True)\n    return rate\n";
const params = "params={'lr': 0.5, 'steps': 100}";

describe("what a library's function does with the functions that it is given", () => {
  it.each([
    [
      `${tf}def model_fn(features, labels, mode, params):\n${body}est = tf.estimator.Estimator(model_fn=model_fn, ${params})\n`,
      "an Estimator's parameters",
    ],
    [
      `${tf}def model_fn(features, labels, mode, params):\n${body}est = tf.estimator.Estimator(model_fn=tf.contrib.estimator.replicate_model_fn(model_fn, loss_reduction=tf.losses.Reduction.MEAN), ${params})\n`,
      "through a wrapper that hands everything on",
    ],
    [
      `${tf}def main():\n    fn = tf.contrib.estimator.replicate_model_fn(model_fn)\n    est = tf.estimator.Estimator(fn, ${params})\ndef model_fn(features, labels, mode, params):\n${body}main()\n`,
      "positional, under another name",
    ],
    [
      `${tf}class Net:\n    def model_fn(self, features, labels, mode, params):\n    ${body.replaceAll("\n    ", "\n        ")}    def fit(self):\n        est = tf.estimator.Estimator(model_fn=self.model_fn, ${params})\nNet().fit()\n`,
      "a method",
    ],
    [
      `${tf}def model_fn(features, labels, mode, params, name):\n${body}est = tf.estimator.Estimator(functools.partial(model_fn, name='a'), ${params})\n`,
      "a partial",
    ],
  ])("%j: %s", (text) => {
    const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined });
    expect(findings).toHaveLength(1);
    const resolved = resolve(findings[0]!);
    expect([0, 99, 100, 200].map((t) => rateAt(resolved, t))).toEqual([0.5, 0.5, 0.25, 0.125]);
  });
});

const schedule = "lr = tf.train.exponential_decay(hp.lr, tf.train.get_global_step(), hp.steps, 0.5, staircase=True)\n";

describe("Python 2's and 3's own things by a library's name", () => {
  it.each([
    [
      `import six\n${tf}class H(object):\n    def __init__(self, **kwargs):\n        for k, v in six.iteritems(kwargs):\n            self.add(k, v)\n    def add(self, k, v):\n        setattr(self, k, v)\nhp = H(lr=0.5, steps=100)\n${schedule}`,
      "six.iteritems",
    ],
    [
      `from six.moves import range\n${tf}class H:\n    lr = 0.5\n    steps = sum(x for x in range(5)) * 10\nhp = H()\n${schedule}`,
      "six.moves",
    ],
  ])("%j: %s", (text) => {
    const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined });
    expect([0, 99, 100, 200].map((t) => rateAt(resolve(findings[0]!), t))).toEqual([0.5, 0.5, 0.25, 0.125]);
  });
});

describe("objects that are made when they are needed", () => {
  it.each([
    [
      `${tf}class H:\n    def __init__(self, d):\n        for k, v in load(d):\n            setattr(self, k, v)\nq = H({})\ncb = tf.keras.callbacks.LearningRateScheduler(lambda epoch: q.rate * 0.5 ** epoch)\n`,
      /only known when the file runs/,
      "attributes whose names are not known may be there",
    ],
  ])("%j: %s", (text, problem) => {
    const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined });
    expect(resolve(findings[0]!).problem).toMatch(problem);
  });

  it("what a loop's run is the first to need is still there in the next", () => {
    const files: Record<string, string> = {
      "model.py":
        "class HP(object):\n    def __init__(self, **kw):\n        self.known = {}\n        for k, v in kw.items():\n            self.known[k] = type(v)\n            setattr(self, k, v)\nclass Model(object):\n    def __init__(self, hps):\n        self.hps = hps\ndef defaults():\n    return HP(rate=0.5, decay=0.5)\n",
    };
    const text =
      "import tensorflow as tf\nimport model as m\ndef train(model):\n    hps = model.hps\n    for step in range(100):\n        sess.run(model.op, {model.lr: hps.rate * hps.decay ** step})\ndef main():\n    hps = m.defaults()\n    train(m.Model(hps))\nmain()\n";
    const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read: (path) => files[path] });
    expect([0, 1, 2].map((t) => rateAt(resolve(findings[0]!), t))).toEqual([0.5, 0.25, 0.125]);
  });
});

const step = "tf.train.exponential_decay(0.5, tf.train.get_global_step(), 100, 0.5, staircase=True)\n";

describe("what a library's function completes", () => {
  it.each([
    [
      `${tf}op = tf.contrib.layers.optimize_loss(loss, gs, 0.5, 'SGD', learning_rate_decay_fn=functools.partial(tf.train.exponential_decay, decay_steps=100, decay_rate=0.5, staircase=True))\n`,
      "functools.partial(tf.train.exponential_decay, decay_steps=100, decay_rate=0.5, staircase=True)",
      "a partial for optimize_loss, which knows the rate",
    ],
    [
      `${tf}def fn(rate, step):\n    return tf.train.exponential_decay(rate, step, 100, 0.5, staircase=True)\nop = tf.contrib.layers.optimize_loss(loss, learning_rate=0.5, global_step=gs, optimizer='SGD', learning_rate_decay_fn=fn)\n`,
      "tf.train.exponential_decay(rate, step, 100, 0.5, staircase=True)",
      "a function for optimize_loss",
    ],
    [
      `${tf}make = functools.partial(tf.train.exponential_decay, 0.5, decay_steps=100, decay_rate=0.5)\nlr = make(global_step=gs, staircase=True)\n`,
      "make(global_step=gs, staircase=True)",
      "a partial that the file completes is told where that is",
    ],
    [
      `${tf}make = functools.partial(tf.train.exponential_decay, 0.5, decay_steps=100, decay_rate=0.5, staircase=True)\n`,
      "functools.partial(tf.train.exponential_decay, 0.5, decay_steps=100, decay_rate=0.5, staircase=True)",
      "one that nothing completes stands by itself",
    ],
    [`${tf}log = functools.partial(print, 'lr')\nlr = ${step}`, step.trim(), "a partial of something else"],
  ])("%j", (text, span) => {
    const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined });
    expect(findings.map((finding) => text.slice(finding.span.from, finding.span.to))).toEqual([span]);
    expect([0, 99, 100, 200].map((t) => rateAt(resolve(findings[0]!), t))).toEqual([0.5, 0.5, 0.25, 0.125]);
  });
});
