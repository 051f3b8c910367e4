import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const read = (text: string) =>
  analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined }).findings.map((finding) =>
    resolve(finding),
  );
const head = "import torch\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n";
const warm = `class WarmScheduler:\n    def __init__(self, optimizer, peak, warm):\n        self.optimizer, self.peak, self.warm = optimizer, peak, warm\n    def get_lr(self, epoch):\n        return self.peak * min(1, epoch / self.warm)\n    def step(self, epoch):\n        for group in self.optimizer.param_groups:\n            group['lr'] = self.get_lr(epoch)\n`;
const counting = `class NoamOpt:\n    def __init__(self, optimizer, factor=1.0):\n        self.optimizer, self.factor, self.n = optimizer, factor, 0\n    def step(self):\n        self.n += 1\n        for group in self.optimizer.param_groups:\n            group['lr'] = self.factor / self.n\n        self.optimizer.step()\n`;

describe("objects of schedulers of the file's own", () => {
  it.each<[text: string, spans: [span: string, twin: boolean, rates: Record<number, number>][], why: string]>([
    [
      `${head}${warm}def test():\n    s = WarmScheduler(opt, 0.2, 10)\n    for epoch in range(20):\n        s.step(epoch)\ntest()\ns = WarmScheduler(opt, peak=0.4, warm=20)\nfor epoch in range(50):\n    s.step(epoch)\n`,
      [
        ["WarmScheduler(opt, 0.2, 10)", true, { 5: 0.1, 10: 0.2 }],
        ["WarmScheduler(opt, peak=0.4, warm=20)", false, { 5: 0.1, 20: 0.4 }],
      ],
      "each with its own arguments",
    ],
    [
      `${head}${counting}opt = NoamOpt(opt, 0.5)\nfor i in range(9):\n    opt.step()\n`,
      [["NoamOpt(opt, 0.5)", true, { 1: 0.5, 2: 0.25, 5: 0.1 }]],
      "one that counts for itself",
    ],
    [
      `${head}${warm.replace("WarmScheduler", "Trainer").replace("def step", "def adjust_lr")}t = Trainer(opt, 0.2, 10)\nfor epoch in range(20):\n    t.adjust_lr(epoch)\n`,
      [],
      "what trains is no schedule",
    ],
  ])("%#: %j", (text, spans) => {
    const made = read(text).filter(({ finding: { span } }) => text[span.to - 1] === ")");
    expect(made.map(({ finding: { span, twin } }) => [text.slice(span.from, span.to), twin === true])).toEqual(
      spans.map(([span, twin]) => [span, twin]),
    );
    spans.forEach(([, , rates], i) => {
      for (const [t, rate] of Object.entries(rates)) expect(rateAt(made[i]!, Number(t))).toBeCloseTo(rate, 12);
    });
  });
});
