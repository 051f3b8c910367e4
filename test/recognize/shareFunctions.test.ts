import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const read = (text: string) =>
  analyze({ path: "opt.py", languageId: "python", text }, { read: () => undefined }).findings;
const assume = new Map([["total_steps", 1000]]);

describe("factors by the share of the run", () => {
  it.each<[text: string, name: string, rates: Record<number, number>, why: string]>([
    [
      "def warmup_linear(x, warmup=0.1):\n    if x < warmup:\n        return x / warmup\n    return 1.0 - x\nlr_now = lr * warmup_linear(step / total, 0.1)\n",
      "warmup_linear",
      { 0: 0, 50: 0.5, 500: 0.5, 1000: 0 },
      "on numbers",
    ],
    [
      "import math\nimport tensorflow as tf\ndef warmup_cosine(x, warmup=0.5):\n    s = tf.cast(x <= warmup, tf.float32)\n    return s * (x / warmup) + (1 - s) * (0.5 * (1 + tf.cos(math.pi * x)))\nlr = 0.1\n",
      "warmup_cosine",
      { 250: 0.5, 1000: 0 },
      "on tensors",
    ],
  ])("%j: %s", (text, name, rates) => {
    const [found, ...others] = analyze(
      { path: "opt.py", languageId: "python", text },
      { read: () => undefined },
      { assume },
    ).findings;
    expect(others).toEqual([]);
    expect(text.slice(found!.span.from, found!.span.to)).toBe(name);
    const resolved = resolve(found!, { assume });
    expect(resolved.parameters["warmup"]).toMatchObject({ status: "known" });
    for (const [t, rate] of Object.entries(rates)) expect(rateAt(resolved, Number(t))).toBeCloseTo(rate, 12);
  });

  it.each([
    [
      "def warmup_linear(x, warmup=0.1):\n    return x / warmup\nbeta = warmup_linear(0.5)\n",
      "nothing speaks of a rate",
    ],
    ["lr = 0.1\ndef warmup_model(x, model):\n    return model(x)\n", "it warms up something else"],
  ])("%j is none: %s", (text) => expect(read(text)).toEqual([]));
});
