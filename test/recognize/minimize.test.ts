import { expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { resolve } from "../../src/recognize/resolve.js";

const head =
  "import tensorflow as tf\nstep = tf.Variable(0, trainable=False)\nlr = tf.train.exponential_decay(0.1, step, 1000, 0.98)\n";
const sgd = "tf.train.GradientDescentOptimizer(lr)";

it.each([
  {
    rest: `train = ${sgd}.minimize(cost, global_step=step)\nwith tf.Session() as s:\n  for i in range(5000):\n    s.run([train, cost])\n`,
    total: 5000,
    per: "optimizer step",
    notes: 0,
    why: "the loop around the session's run",
  },
  {
    rest: `train = ${sgd}.minimize(cost, step)\nfor epoch in range(10):\n  for i in range(200):\n    sess.run(train)\n`,
    total: 2000,
    per: "optimizer step",
    notes: 0,
    why: "epochs times batches",
  },
  {
    rest: `train = ${sgd}.minimize(cost, global_step=step)\n`,
    total: 100_000,
    per: "optimizer step",
    notes: 0,
    why: "advanced, for an unknown time",
  },
  { rest: `train = ${sgd}.minimize(cost)\n`, total: 100_000, per: "never", notes: 1, why: "nothing advances the step" },
  {
    rest: `train = ${sgd}.minimize(cost)\nup = step.assign_add(1)\n`,
    total: 100_000,
    per: undefined,
    notes: 0,
    why: "something else does",
  },
])("$why", ({ rest, total, per, notes }) => {
  const [finding] = analyze(
    { path: "a.py", languageId: "python", text: head + rest },
    { read: () => undefined },
  ).findings;
  const { run } = resolve(finding!);
  expect([run.totalSteps, run.steppedPer, finding!.notes?.length ?? 0]).toEqual([total, per, notes]);
});
