import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const read = (text: string) =>
  analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined }).findings.map((finding) =>
    resolve(finding),
  );
const torch = "import torch\nfrom torch.optim import lr_scheduler\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n";

describe("a keyword that the library does not know", () => {
  it("is told in Python's words, and there is no curve", () => {
    const [found] = read(`${torch}s = lr_scheduler.StepLR(opt, 30, gama=0.1)\n`);
    expect(found!.problem).toBe("TypeError: StepLR.__init__() got an unexpected keyword argument 'gama'");
    expect(rateAt(found!, 0)).toBeNull();
  });

  it.each([
    [
      `${torch}s = lr_scheduler.StepLR(opt, 30, gamma=0.1, last_epoch=-1, verbose=False)\n`,
      "parameters of older versions",
    ],
    [`${torch}s = lr_scheduler.StepLR(opt, 30, **options)\n`, "keywords that nobody knows"],
    ["import tensorflow as tf\ns = tf.keras.optimizers.schedules.CosineDecay(0.1, 100, extra=1)\n", "another library"],
    [
      "from other.scheduler import StepLR\ns = StepLR(opt, step_size=30, gama=1)\n",
      "a class of the same name elsewhere",
    ],
  ])("%j is not refused: %s", (text) => expect(read(text).every(({ finding }) => !finding.refused)).toBe(true));
});

it("a default beside **kwargs that are not known is assumed", () => {
  const [found] = read(`${torch}s = lr_scheduler.StepLR(opt, 30, **options)\n`);
  expect(found!.parameters["gamma"]).toMatchObject({ status: "assumed", value: 0.1, name: "gamma" });
  expect(found!.assumptions.map(({ name }) => name)).toContain("gamma");
});

describe("a function given to LearningRateScheduler", () => {
  const text =
    "import tensorflow as tf\nmodel.compile(optimizer=tf.keras.optimizers.Adam(0.01))\ndef decay(epoch, lr):\n    return lr if epoch < 5 else lr * 0.5\ncb = tf.keras.callbacks.LearningRateScheduler(decay)\n";
  it("is told at its own def and at the call, with one curve and one lens", () => {
    const found = read(text);
    expect(found.map(({ finding: { span } }) => text.slice(span.from, span.to))).toEqual([
      "decay",
      "tf.keras.callbacks.LearningRateScheduler(decay)",
    ]);
    for (const one of found) expect(rateAt(one, 6)).toBeCloseTo(0.0025, 8);
    expect(found.map(({ finding }) => finding.twin === true)).toEqual([true, false]);
  });
});
