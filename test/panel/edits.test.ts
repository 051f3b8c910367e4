import { describe, expect, it } from "vitest";
import { editOf } from "../../src/panel/edits.js";
import { slotsOf } from "../../src/panel/params.js";
import { analyze } from "../../src/recognize/analyze.js";
import { resolve } from "../../src/recognize/resolve.js";
import type { Value } from "../../src/schedules/define.js";

const tf = "import tensorflow as tf\n";
const torch = "import torch\nopt = torch.optim.SGD(p, lr=0.1)\n";

/** The text after the edit, or why there is none. */
function edited(path: string, text: string, slotPath: string, value: Value, index?: number): string {
  const [finding] = analyze(
    { path, languageId: path.endsWith("py") ? "python" : "yaml", text },
    { read: () => undefined },
  ).findings;
  const slot = slotsOf(resolve(finding!)).find((s) => s.path === slotPath);
  if (!slot) return `no slot ${slotPath}`;
  const edit = editOf(slot, value, () => text, index);
  return "whyNot" in edit ? edit.whyNot : text.slice(0, edit.from) + edit.insert + text.slice(edit.to);
}

describe("an edit lands where the value is written", () => {
  it.each([
    {
      text: `${tf}lr = tf.train.exponential_decay(0.1, step, 1000, 0.98)`,
      slot: "decay_steps",
      value: 500,
      expected: `${tf}lr = tf.train.exponential_decay(0.1, step, 500, 0.98)`,
      why: "a literal in the call",
    },
    {
      text: `${tf}lr = tf.train.exponential_decay(1e-1, step, 1_000, 0.98)`,
      slot: "decay_steps",
      value: 20000,
      expected: `${tf}lr = tf.train.exponential_decay(1e-1, step, 20_000, 0.98)`,
      why: "in its author's style",
    },
    {
      text: `${tf}RATE = 3e-4\nlr = tf.train.exponential_decay(RATE, step, 1000, 0.98)`,
      slot: "learning_rate",
      value: 0.0001,
      expected: `${tf}RATE = 1e-4\nlr = tf.train.exponential_decay(RATE, step, 1000, 0.98)`,
      why: "at the constant",
    },
    {
      text: `${torch}s = torch.optim.lr_scheduler.StepLR(opt, 30)`,
      slot: "initial_lr",
      value: 0.05,
      expected: `${torch.replace("0.1", "0.05")}s = torch.optim.lr_scheduler.StepLR(opt, 30)`,
      why: "at the optimizer",
    },
    {
      text: `${torch}s = torch.optim.lr_scheduler.StepLR(opt, 30)`,
      slot: "gamma",
      value: 0.5,
      expected: `${torch}s = torch.optim.lr_scheduler.StepLR(opt, 30, gamma=0.5)`,
      why: "a default is written out",
    },
    {
      text: `${torch}s = torch.optim.lr_scheduler.StepLR(\n    opt,\n    30,\n)`,
      slot: "gamma",
      value: 0.5,
      expected: `${torch}s = torch.optim.lr_scheduler.StepLR(\n    opt,\n    30, gamma=0.5\n)`,
      why: "after a trailing comma",
    },
    {
      text: `${torch}s = torch.optim.lr_scheduler.MultiStepLR(opt, [30, 80])`,
      slot: "milestones",
      value: 60,
      index: 1,
      expected: `${torch}s = torch.optim.lr_scheduler.MultiStepLR(opt, [30, 60])`,
      why: "one entry of a list",
    },
    {
      text: `${torch}s = torch.optim.lr_scheduler.StepLR(opt, 3 * 10)`,
      slot: "step_size",
      value: 40,
      expected: "it is computed from `3`",
      why: "a computed value is refused",
    },
  ])("$why", ({ text, slot, value, index, expected }) =>
    expect(edited("a.py", text, slot, value, index)).toBe(expected),
  );
});

it("rewrites a YAML value and keeps it a float", () => {
  const text = "learning_rate: 5.0e-5\nlr_scheduler_type: linear\nmax_steps: 1000 # all\n";
  expect(edited("a.yaml", text, "learning_rate", 2e-5)).toBe(text.replace("5.0e-5", "2.0e-5"));
});
