import { expect, test } from "vitest";
import { answer } from "../../src/cli/requests.js";

/** The same schedule however it is spelled: OneCycleLR's curve from each text equals that of the first. */
const head = "import torch\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n";
const texts: readonly (readonly [text: string, why: string])[] = [
  ["s = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=1000, pct_start=0.25)", "the plain call"],
  [
    "from torch.optim.lr_scheduler import OneCycleLR\ns = OneCycleLR(optimizer, 5e-2, 1000, pct_start=1 / 4)",
    "from-import, positions, exponents, a fraction",
  ],
  [
    "from torch.optim import lr_scheduler as sched\ns = sched.OneCycleLR(optimizer=optimizer, max_lr=.05, total_steps=10**3, pct_start=25e-2)",
    "a module's alias, keywords alone, a power",
  ],
  [
    "import torch.optim.lr_scheduler as S\nn = int(1e3)\npeak = 0.1 / 2\ns = S.OneCycleLR(optimizer, total_steps=n, max_lr=peak, pct_start=0.25)",
    "constants in variables, int of a float",
  ],
  ["s = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, None, 10, 100, 0.25)", "epochs times steps an epoch"],
  [
    "kw = dict(max_lr=0.05, total_steps=1_000)\nkw['pct_start'] = 0.25\ns = torch.optim.lr_scheduler.OneCycleLR(optimizer, **kw)",
    "keywords from a dict that grows",
  ],
  [
    "args = (0.05, 1000)\ns = torch.optim.lr_scheduler.OneCycleLR(optimizer, *args, pct_start=0.25)",
    "positions from a tuple",
  ],
  [
    "from functools import partial\nmake = partial(torch.optim.lr_scheduler.OneCycleLR, pct_start=0.25)\ns = make(optimizer, 0.05, total_steps=1000)",
    "a partial call",
  ],
  [
    "def make(opt, peak=0.05, n=1000):\n    return torch.optim.lr_scheduler.OneCycleLR(opt, peak, n, pct_start=0.25)\ns = make(optimizer)",
    "made in a function with defaults",
  ],
  [
    "class Config:\n    peak = 0.05\n    steps = 1000\ncfg = Config()\ns = torch.optim.lr_scheduler.OneCycleLR(optimizer, cfg.peak, cfg.steps, pct_start=0.25)",
    "attributes of a config class",
  ],
  [
    "cfg = {'sched': {'max_lr': 0.05, 'total_steps': 1000, 'pct_start': 0.25}}\ns = torch.optim.lr_scheduler.OneCycleLR(optimizer, **cfg['sched'])",
    "a nested dict",
  ],
  [
    "s = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=epochs * 100, pct_start=0.25)",
    "free names, set by their own names",
  ],
];
const at = [0, 1, 100, 249, 250, 500, 998, 999, 1000];
const values = (text: string) =>
  (
    JSON.parse(
      answer(JSON.stringify({ path: "train.py", text: head + text, at, assume: { peak: 0.05, epochs: 10 } })),
    ) as {
      findings: { schedule: string; values: (number | null)[] }[];
    }
  ).findings;

test.each(texts)("%s", (text) => {
  const found = values(text);
  expect(found.map((f) => f.schedule)).toEqual(["torch.optim.lr_scheduler.OneCycleLR"]);
  expect(found[0]!.values).toEqual(values(texts[0]![0])[0]!.values);
  expect(found[0]!.values[0]).toBeCloseTo(0.002, 12);
});

test("a free name without a value is told by its name", () => {
  const line = JSON.stringify({
    path: "train.py",
    text: head + "s = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda x: max(1 - x / 50, 0) * (1 - lrf) + lrf)",
    at: [1],
  });
  const [finding] = (JSON.parse(answer(line)) as { findings: { problem: string; values: unknown }[] }).findings;
  expect(finding).toMatchObject({
    values: [null],
    problem: expect.stringContaining("lrf is not defined in this file") as string,
  });
});

test("Composer's Trainer tells what it sets, in code or else in a comment", () => {
  const text = (trainer: string) =>
    `from composer.optim import StepScheduler\n${head}s = StepScheduler('5ep', gamma=0.5)\n${trainer}\n`;
  const rate = (trainer: string, assume: object = {}) =>
    (
      JSON.parse(
        answer(
          JSON.stringify({
            path: "train.py",
            text: text(trainer),
            at: [60],
            assume: { steps_per_epoch: 20, ...assume },
          }),
        ),
      ) as {
        findings: { values: number[] }[];
      }
    ).findings[0]!.values[0];
  expect(rate("")).toBe(0.1);
  expect(rate("from composer import Trainer\nTrainer(m, max_duration='30ep', scale_schedule_ratio=0.5)")).toBe(0.05);
  expect(rate("# Trainer(max_duration='30ep', scale_schedule_ratio=0.5)")).toBe(0.05);
  expect(rate("# Trainer(max_duration='30ep', scale_schedule_ratio=0.5)", { scale_schedule_ratio: 1 })).toBe(0.1);
});
