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
