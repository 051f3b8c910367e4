import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const read = (text: string) =>
  analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined }).findings.map((finding) =>
    resolve(finding),
  );
const head =
  "import torch\nfrom torch.optim.lr_scheduler import *\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nwarm = LinearLR(opt, start_factor=0.1, total_iters=5)\n";
const cosine = (t: number) => 0.05 * (1 + Math.cos((Math.PI * t) / 45));

describe("several schedulers on one optimizer, stepped by hand", () => {
  it.each<[text: string, rates: Record<number, number>, why: string]>([
    [
      `${head}main = CosineAnnealingLR(opt, T_max=45)\nfor epoch in range(50):\n    train(epoch)\n    if epoch < 5:\n        warm.step()\n    else:\n        main.step()\n`,
      { 0: 0.01, 1: 0.028, 5: 0.1, 6: cosine(1), 20: cosine(15) },
      "one after the other",
    ],
    [
      `${head}main = ExponentialLR(opt, gamma=0.9)\nfor epoch in range(50):\n    train(epoch)\n    warm.step()\n    main.step()\n`,
      { 0: 0.01, 1: 0.0252, 5: 0.1 * 0.9 ** 5 },
      "both each epoch",
    ],
    [
      `${head}main = StepLR(opt, 10, gamma=0.5)\ndef run():\n    for epoch in range(50):\n        for x in range(4):\n            opt.step()\n            if epoch == 0:\n                warm.step()\n        if epoch > 0:\n            main.step()\nrun()\n`,
      { 0: 0.01, 1: 0.028, 4: 0.082, 43: 0.082, 44: 0.041 },
      "one for each batch of the first epoch, the other for each epoch after it",
    ],
  ])("%#: %j", (text, rates) => {
    const found = read(text);
    expect(found).toHaveLength(2);
    for (const one of found)
      for (const [t, rate] of Object.entries(rates)) expect(rateAt(one, Number(t))).toBeCloseTo(rate, 12);
  });

  it("leaves schedulers of two optimizers, and one that is not stepped here, as they are", () => {
    const two = read(
      `${head}other = torch.optim.SGD(net.parameters(), lr=0.2)\nmain = ExponentialLR(other, gamma=0.5)\nfor epoch in range(9):\n    warm.step()\n    main.step()\n`,
    );
    expect(rateAt(two[1]!, 1)).toBeCloseTo(0.1, 12);
    const one = read(`${head}main = ExponentialLR(opt, gamma=0.5)\nfor epoch in range(9):\n    warm.step()\n`);
    expect(one.every(({ transforms }) => transforms.length === 0)).toBe(true);
  });
});
