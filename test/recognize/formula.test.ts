import { expect, it } from "vitest";
import { formulaWithNumbers } from "../../src/recognize/formula.js";
import { scheduleNamed } from "../../src/schedules/index.js";

const decay = { learning_rate: 0.1, decay_steps: 1000, decay_rate: 0.96 };
it.each([
  {
    id: "torch.optim.lr_scheduler.StepLR",
    args: { step_size: 30 },
    is: "lr = 0.5 · 0.1^⌊t / 30⌋",
    why: "a default and the optimizer's rate",
  },
  {
    id: "tf.compat.v1.train.exponential_decay",
    args: { ...decay, staircase: true },
    is: "0.1 · 0.96^(t / 1000), the exponent floored",
    why: "a flag that is set",
  },
  {
    id: "tf.compat.v1.train.exponential_decay",
    args: decay,
    is: "0.1 · 0.96^(t / 1000)",
    why: "a flag that is not set by default",
  },
])("writes the numbers into $id's formula: $why", ({ id, args, is }) => {
  expect(formulaWithNumbers(scheduleNamed(id)!, args, { initial_lr: 0.5 })).toBe(is);
});
