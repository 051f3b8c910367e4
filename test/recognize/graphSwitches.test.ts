import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const read = (text: string) =>
  analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined }).findings.map((finding) =>
    resolve(finding),
  );
const head = "import tensorflow as tf\nstep = tf.train.get_or_create_global_step()\n";
const tail = "opt = tf.train.MomentumOptimizer(lr, 0.9)\nopt.minimize(loss, global_step=step)\n";

describe("rates that a graph switches by its step", () => {
  it.each<[text: string, spans: string, rates: Record<number, number>, why: string]>([
    [
      "lr = tf.train.exponential_decay(0.1, step, 1000, 0.5)\nlr = tf.cond(step < 500, lambda: 0.01, lambda: lr)\n",
      "tf.train.exponential_decay(0.1, step, 1000, 0.5)",
      { 0: 0.01, 499: 0.01, 1000: 0.05 },
      "cond around a schedule",
    ],
    [
      "def early(): return tf.constant(0.001)\ndef late(): return tf.train.exponential_decay(0.1, step, 1000, 0.5)\nlr = tf.cond(tf.less(step, 2000), true_fn=early, false_fn=late)\n",
      "tf.train.exponential_decay(0.1, step, 1000, 0.5)",
      { 1999: 0.001, 2000: 0.025 },
      "cond of functions, the test a library's",
    ],
    [
      "warm = 0.1 * tf.cast(step, tf.float32) / 1000.\nlr = tf.where(step < 1000, warm, tf.train.cosine_decay(0.1, step - 1000, 9000))\n",
      "tf.train.cosine_decay(0.1, step - 1000, 9000)",
      { 0: 0, 500: 0.05, 1000: 0.1, 5500: 0.05 },
      "where, the schedule on a step of its own",
    ],
    [
      "lr = tf.train.polynomial_decay(0.1, step, 1000, end_learning_rate=0.0, power=1.0)\nwarm = tf.cast(tf.cast(step, tf.int32) < tf.constant(100, dtype=tf.int32), tf.float32)\nlr = (1.0 - warm) * lr + warm * (0.1 * tf.cast(step, tf.float32) / 100.0)\n",
      "tf.train.polynomial_decay(0.1, step, 1000, end_learning_rate=0.0, power=1.0)",
      { 50: 0.05, 99: 0.099, 100: 0.09, 500: 0.05 },
      "two rates weighed by a comparison",
    ],
    [
      "lr = tf.case([(step < 100, lambda: 0.1), (step < 200, lambda: 0.01)], default=lambda: 0.001)\n",
      "lr",
      { 0: 0.1, 99: 0.1, 100: 0.01, 200: 0.001 },
      "case of constants",
    ],
    [
      "t = tf.cast(step, tf.float32) + 1.0\nlr = 0.5 * tf.minimum(t ** -0.5, t * 100 ** -1.5)\n",
      "lr",
      { 0: 0.0005, 99: 0.05, 399: 0.025 },
      "of the step alone",
    ],
    [
      "lr = tf.cond(step < 500, lambda: tf.train.exponential_decay(0.1, step, 100, 0.5), lambda: tf.train.exponential_decay(0.2, step, 1000, 0.5))\n",
      "tf.train.exponential_decay(0.1, step, 100, 0.5)|tf.train.exponential_decay(0.2, step, 1000, 0.5)",
      { 100: 0.05, 1000: 0.1 },
      "cond between two schedules: both tell the same curve",
    ],
  ])("%#: %j", (text, spans, rates) => {
    const all = head + text + tail;
    const found = read(all);
    expect(found.map(({ finding: { span } }) => all.slice(span.from, span.to)).join("|")).toBe(spans);
    for (const one of found)
      for (const [t, rate] of Object.entries(rates)) expect(rateAt(one, Number(t))).toBeCloseTo(rate, 7);
  });

  it.each([
    [`${head}lr = tf.cond(training, lambda: 0.1, lambda: 0.0)\n${tail}`, "a condition that is no matter of the step"],
    [`${head}keep = tf.cond(step < 100, lambda: 0.5, lambda: 1.0)\nlr = 0.1\n${tail}`, "another quantity"],
  ])("%j has none: %s", (text) => expect(read(text)).toEqual([]));
});
