import type { Curve } from "../engine/curve.js";
import { decay, flat, halfCosine, segments } from "../engine/segments.js";
import { isScheduleCall } from "./compile.js";
import { integer, lr, schedule } from "./define.js";
import type { Args, Context, ScheduleDefinition, Value } from "./define.js";
import { refuse } from "./refuse.js";
import { type GroupOf } from "./torchGroups.js";
import { isInt, torchSchedule, type Rule } from "./torchRules.js";
import { stepped, stepperOf } from "./torchSteppers.js";

const ofLoop = { default: null, keywordOnly: true };

export const swalr: ScheduleDefinition = torchSchedule({
  id: "torch.optim.swa_utils.SWALR",
  params: {
    swa_lr: lr("rate to go to, or a list with one per group"),
    anneal_epochs: integer("epochs on the way", { default: 10, min: 0 }),
    anneal_strategy: "cos",
    scheduler: schedule("not an argument: the scheduler that the loop steps until swa_start", ofLoop),
    swa_start: integer("not an argument: the last epoch after which the loop steps `scheduler`", ofLoop),
  },
  perGroup: ["swa_lr"],
  inLoop: ({ scheduler, swa_start, ...args }, context) => thenSwa(scheduler, args, swa_start, context),
  formula: "lr = lr_at_start + (swa_lr - lr_at_start) · a(min(1, t / anneal_epochs))",
  quirks: [
    "It undoes its own previous blend from the rate it finds, so a scheduler acting before it shifts the start.",
    "anneal_epochs = 0 jumps to swa_lr at construction.",
  ],
  source: "torch 2.15.0, torch/optim/swa_utils.py",
  rule: (a) => blended(a, a.swa_lr, a.anneal_epochs, a.anneal_strategy),
});

/** From the group's rate to `to` in n steps: each step takes its last blend out of the rate that it finds, and mixes anew. */
function blended(a: object, to: number, n: number, strategy: string): Rule {
  const unknown = strategy !== "cos" && strategy !== "linear";
  refuse(unknown, `ValueError: anneal_strategy must be one of 'cos' or 'linear', instead got ${strategy}`);
  const wrong = n < 0 || !isInt(a, "anneal_epochs");
  refuse(wrong, `ValueError: anneal_epochs must be equal or greater than 0, got ${n}`);
  const blend = strategy === "cos" ? (p: number) => 1 - halfCosine(p) : (p: number) => p;
  const share = (step: number) => blend(Math.max(0, Math.min(1, step / Math.max(1, n))));
  const mix = (start: number, step: number) => to * share(step) + start * (1 - share(step));
  return {
    curve: (base) =>
      segments(
        decay(n, (t) => mix(base, t)),
        flat(Infinity, to),
      ),
    next: (rate, _, { count }) => {
      const step = n === 0 ? Math.max(1, count - 1) : count - 1;
      const before = share(step - 1);
      return mix(before === 1 ? to : (rate - before * to) / (1 - before), step);
    },
  };
}

/** One scheduler until step `from`, SWALR after it, as PyTorch's guide on weight averaging drives them; if there is one. */
function thenSwa(main: Value, args: Args, from: Value, context: Context): Curve | undefined {
  if (!isScheduleCall(main) || typeof from !== "number") return undefined;
  const of: GroupOf = { index: 0, count: 1, context };
  return stepped(context.initial_lr, context, (group) => {
    const first = stepperOf(main, group, of);
    const second = stepperOf({ kind: "schedule", definition: swalr, args }, group, of);
    return (k) => (k - 1 > from ? second : first).step();
  });
}
