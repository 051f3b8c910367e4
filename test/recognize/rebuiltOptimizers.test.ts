import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const read = (text: string) =>
  analyze(
    { path: "train.py", languageId: "python", text: `import math\nimport torch\nfrom torch import optim\n${text}` },
    { read: () => undefined },
  ).findings;

describe("optimizers made anew with a rate that the epoch tells", () => {
  it.each([
    {
      text: "for epoch in range(1, 31):\n    rate = 0.01 / (1 + 0.1 * epoch)\n    opt = optim.SGD(net.parameters(), lr=rate)\n",
      rates: { 0: 0.01 / 1.1, 9: 0.005 },
      why: "in the loop itself, whose first epoch is 1",
    },
    {
      text: "base = 0.02\ndef train(epoch, model):\n    lr = base / math.pow(1 + 10 * (epoch - 1) / 100, 0.75)\n    opt = optim.SGD([{'params': model.a, 'lr': lr}], lr=lr / 10)\n    for batch in loader:\n        opt.step()\nfor epoch in range(1, 101):\n    train(epoch, net)\n",
      rates: { 0: 0.002, 10: 0.002 / 2 ** 0.75 },
      why: "in a function that the loop calls with its epoch",
    },
  ])("$why", ({ text, rates }) => {
    const [finding, ...more] = read(text);
    expect(more).toEqual([]);
    expect(finding?.callee).toBe("optim.SGD");
    for (const [t, rate] of Object.entries(rates))
      expect(rateAt(resolve(finding!, {}), Number(t)), `at ${t}`).toBeCloseTo(rate, 12);
  });

  it.each([
    {
      text: "for lr in [0.1, 0.01]:\n    opt = optim.SGD(net.parameters(), lr=lr)\n",
      why: "rates that are tried one after the other",
    },
    {
      text: "for fold in range(5):\n    opt = optim.SGD(net.parameters(), lr=0.1 / (fold + 1))\n",
      why: "a loop over folds",
    },
    {
      text: "def train(epochs, lr):\n    opt = optim.SGD(net.parameters(), lr=lr)\nfor lr in rates:\n    train(10, lr)\n",
      why: "a function that is given its rate",
    },
    {
      text: "lr = 0.1\nfor epoch in range(5):\n    opt = optim.SGD(net.parameters(), lr=lr)\n",
      why: "a rate that does not move",
    },
  ])("not $why", ({ text }) => {
    expect(read(text)).toEqual([]);
  });
});
