import type { Curve } from "../engine/curve.js";
import { byCosine } from "../engine/oneCycle.js";
import { assert, divide } from "../engine/python.js";
import { cooldown, cycle, decay, flat, halfCosine, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { defineSchedule, flag, handle, lr, optimizer, required, steps } from "./define.js";
import { megatron, megatronArguments } from "./megatron.js";

/** Schedules of language-model recipes: torchtune, LitGPT, nanoGPT, Megatron-LM. */

const wrappers = ["training.lr_schedulers", "modules", "modules.lr_schedulers"];
const torchtune = defineSchedule({
  id: "torchtune.training.get_cosine_schedule_with_warmup",
  aliases: wrappers.map((home) => `torchtune.${home}.get_cosine_schedule_with_warmup`),
  params: { optimizer, num_warmup_steps: required, num_training_steps: required, num_cycles: 0.5, last_epoch: -1 },
  needs: ["initial_lr"],
  formula: "lr · t / W, then lr · max(0, (1 + cos(2π · num_cycles · (t − W) / (T − W))) / 2)",
  quirks: ["Past the end the cosine goes on and the rate rises again."],
  source: "torchtune 0.6.1, torchtune/training/lr_schedulers.py",
  compile: (a, { initial_lr }) => waves(initial_lr, a.num_warmup_steps, a.num_training_steps, a.num_cycles),
});

/** t / W, then `cycles` cosine periods until T, and on. */
function waves(base: number, W: number, T: number, cycles: number): Curve {
  const length = Math.max(1, T - W);
  const at = (t: number) => base * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * ((t - W) / length))));
  const rise = warmup(W, (t) => (base * t) / Math.max(1, W));
  return segments(rise, decay(Infinity, at, everyPeriod(length / (2 * Math.abs(cycles)), W)));
}

/** Linear warm-up by `rise`, half a cosine to min_lr at T, min_lr past it; W = T divides by zero at that step. */
function warmCosine(base: number, W: number, T: number, low: number, rise: (t: number) => number): Curve {
  const fall = (t: number) => {
    const p = divide(t - W, T - W);
    assert(p >= 0 && p <= 1);
    return byCosine(base, low, p);
  };
  return segments(warmup(W, rise), decay(T + 1, fall), cooldown(Infinity, low));
}

const iteration = handle("the iteration");
const min_lr = lr("final rate");
const litgptPretrain = defineSchedule({
  id: "litgpt.pretrain.get_lr",
  aliases: ["litgpt.get_lr", "lit_gpt.pretrain.get_lr", "litgpt:get_lr"],
  params: { learning_rate: required, it: iteration, warmup_iters: required, max_iters: required, min_lr },
  formula: "learning_rate · t / W, then min_lr + (learning_rate − min_lr) · (1 + cos(π · (t − W) / (T − W))) / 2",
  quirks: ["Iterations are micro-batches, not optimizer steps."],
  source: "litgpt 0.5.13, litgpt/pretrain.py",
  compile: ({ learning_rate: base, warmup_iters: W, max_iters: T, min_lr }) =>
    warmCosine(base, W, T, min_lr, (t) => (base * t) / W),
});

const nanoGpt = defineSchedule({
  id: "nanoGPT.train.get_lr",
  aliases: ["nanogpt:get_lr"],
  params: {
    learning_rate: 6e-4,
    decay_lr: flag("whether the rate changes at all", { default: true }),
    warmup_iters: 2000,
    lr_decay_iters: steps("iteration at which the cosine ends", { default: 600000 }),
    min_lr: lr("final rate", { default: 6e-5 }),
  },
  formula: "learning_rate · (t + 1) / (W + 1), then min_lr + (learning_rate − min_lr) · (1 + cos(π · p)) / 2",
  quirks: ["Older copies warm up by t / W, from 0."],
  source: "karpathy/nanoGPT 3adf61e1, train.py",
  compile: ({ learning_rate: base, decay_lr, warmup_iters: W, lr_decay_iters: T, min_lr }) =>
    decay_lr ? warmCosine(base, W, T, min_lr, (t) => (base * (t + 1)) / (W + 1)) : segments(flat(Infinity, base)),
});

const [first, ...copies] = ["lora", "full", "adapter", "adapter_v2", "lora_legacy"].map(
  (home) => `litgpt.finetune.${home}.get_lr_scheduler`,
);
const litgptFinetune = defineSchedule({
  id: first!,
  aliases: [...copies, "litgpt:get_lr_scheduler"],
  params: { optimizer, warmup_steps: required, max_steps: required },
  needs: ["initial_lr"],
  formula: "lr · t / W, then lr · (1 + cos(π · (t − W) / (max_steps − W))) / 2",
  quirks: [
    "Past max_steps the rate rises again.",
    "min_lr of the configuration is not used.",
    "W = 0 divides by zero.",
  ],
  source: "litgpt 0.5.13, litgpt/finetune/lora.py",
  compile: (a, { initial_lr }) => unclampedCosine(initial_lr, a.warmup_steps, a.max_steps),
});

function unclampedCosine(base: number, W: number, T: number): Curve {
  divide(0, W);
  const wave = (t: number) => base * halfCosine(divide(t - W, T - W));
  const rise = warmup(W, (t) => (base * t) / W);
  return segments(rise, cycle(Infinity, wave, everyPeriod(Math.abs(T - W), W)));
}

export const llm = [torchtune, litgptPretrain, nanoGpt, litgptFinetune, megatron, megatronArguments];
