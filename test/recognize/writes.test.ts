import { expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

/** A graph's variable that holds the rate, by its name or by what the optimizer is made with. */
it.each([
  {
    why: "a short name, assigned at the end of an epoch",
    text: "import tensorflow as tf\ndef train(g):\n    lr_v = tf.Variable(0.5)\n    opt = tf.optimizers.Adam(lr_v, beta_1=0.9)\n    for epoch in range(100):\n        for step in range(10):\n            opt.apply_gradients(g)\n        if epoch != 0 and epoch % 40 == 0:\n            new = 0.5 ** (epoch // 40)\n            lr_v.assign(0.5 * new)\n",
    at: "lr_v",
    rates: { 0: 0.5, 41: 0.25, 81: 0.125 },
  },
  {
    why: "any name that the optimizer takes, assigned through the session",
    text: "import tensorflow as tf\nstride = tf.Variable(0.5, trainable=False)\nstep = tf.train.AdamOptimizer(learning_rate=stride, beta1=0.9).minimize(loss)\nsess = tf.Session()\nfor epoch in range(100):\n    if epoch % 10 == 0:\n        sess.run(tf.assign(stride, 0.5 * 0.5 ** (epoch // 10)))\n    for i in range(10):\n        sess.run(step)\n",
    at: "stride",
    rates: { 0: 0.5, 10: 0.25, 25: 0.125 },
  },
])("$why", ({ text, at, rates }) => {
  const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined });
  expect(findings.map(({ span }) => text.slice(span.from, span.to))).toEqual([at]);
  const resolved = resolve(findings[0]!);
  for (const [t, rate] of Object.entries(rates)) expect(rateAt(resolved, Number(t))).toBeCloseTo(rate, 8);
});

/** What a function counts the run by, where its name alone could be the run's length. */
it.each([
  {
    why: "steps so far over the steps of the run, both given",
    text: "def adjust_lr(optimizer, init_lr, timesteps, max_timesteps):\n    lr = init_lr * (1 - (timesteps / max_timesteps))\n    for group in optimizer.param_groups:\n        group['lr'] = lr\n    return optimizer, lr\n",
    assume: { init_lr: 0.1, max_timesteps: 100 },
    rates: { 0: 0.1, 50: 0.05 },
  },
  {
    why: "in an exponent, over a number",
    text: "def adjust_lr(optimizer, init_lr, num_timesteps):\n    lr = init_lr * (0.5 ** (num_timesteps / 10))\n    for group in optimizer.param_groups:\n        group['lr'] = lr\n",
    assume: { init_lr: 0.1 },
    rates: { 0: 0.1, 10: 0.05 },
  },
  {
    why: "a step of an environment",
    text: "def set_lr(optimizer, base_lr, time_step):\n    for group in optimizer.param_groups:\n        group['lr'] = base_lr / (1 + time_step)\n",
    assume: { base_lr: 0.1 },
    rates: { 0: 0.1, 1: 0.05 },
  },
])("$why", ({ text, assume, rates }) => {
  const assumptions = new Map(Object.entries(assume));
  const { findings } = analyze(
    { path: "train.py", languageId: "python", text },
    { read: () => undefined },
    { assume: assumptions },
  );
  expect(findings).toHaveLength(1);
  for (const [t, rate] of Object.entries(rates)) expect(rateAt(resolve(findings[0]!), Number(t))).toBeCloseTo(rate, 10);
});
