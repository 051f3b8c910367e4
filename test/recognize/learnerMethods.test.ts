import { expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { resolve } from "../../src/recognize/resolve.js";

const [first, second] = ["fastai.train.fit_one_cycle", "fastai.learner.Learner.fit_one_cycle"];

it.each([
  { head: "from fastai.vision import *", call: "fit_one_cycle(4)", schedule: first, total: 4000, why: "a star of 1" },
  {
    head: "from fastai.vision.all import *",
    call: "fit_one_cycle(4)",
    schedule: second,
    total: 4000,
    why: "2 has it all",
  },
  {
    head: "from fastai import *\nfrom fastai.text import *",
    call: "fit_one_cycle(1, 1e-2)",
    schedule: first,
    total: 1000,
    why: "1's own star",
  },
  {
    head: "from fastai.basics import *\nfrom fastai.vision import models",
    call: "fit_one_cycle(2)",
    schedule: second,
    total: 2000,
    why: "2's basics",
  },
  { head: "", call: "fit_one_cycle(3, max_lr=0.01)", schedule: first, total: 3000, why: "an argument that 2 refuses" },
  { head: "", call: "fit_one_cycle(3, lr_max=0.01)", schedule: second, total: 3000, why: "an argument of 2" },
  {
    head: "from fastai.vision.all import *",
    call: "fine_tune(5, freeze_epochs=2)",
    schedule: "fastai.learner.Learner.fine_tune",
    total: 7000,
    why: "frozen epochs come first",
  },
  {
    head: "from fastai.vision.all import *",
    call: "fine_tune(n)",
    schedule: "fastai.learner.Learner.fine_tune",
    total: 100_000,
    why: "nobody knows how long",
  },
])("$call: $why", ({ head, call, schedule, total }) => {
  const text = `${head}\nlearn = cnn_learner(data, models.resnet34)\nlearn.${call}\n`;
  const { findings } = analyze({ path: "a.py", languageId: "python", text }, { read: () => undefined });
  expect(findings.map((finding) => finding.schedule)).toEqual([schedule]);
  expect(resolve(findings[0]!).run.totalSteps).toBe(total);
});

it("says that the second version refuses an argument of the first", () => {
  const text = "from fastai.vision.all import *\nlearn.fit_one_cycle(2, max_lr=0.01)\n";
  const [finding] = analyze({ path: "a.py", languageId: "python", text }, { read: () => undefined }).findings;
  expect(finding!.schedule).toBe(second);
  expect(resolve(finding!).problem).toBe("TypeError: fit_one_cycle() got an unexpected keyword argument 'max_lr'");
});
