import { assert, divide } from "../engine/python.js";
import { defineSchedule, flag, integer, lr, optimizer, ratio, real, steps, word } from "./define.js";
import { megatronCurve, styles, wsdStyles, type Megatron } from "./megatronCurve.js";
import { raise } from "./torchRules.js";

const wd = (meaning: string) => real(meaning, { default: 0 });
const wdStyles = { default: "constant", choices: ["constant", "linear", "cosine"] };
export const megatron = defineSchedule({
  id: "megatron.core.optimizer_param_scheduler.OptimizerParamScheduler",
  aliases: ["training.", ""].map((home) => `megatron.${home}optimizer_param_scheduler.OptimizerParamScheduler`),
  params: {
    optimizer,
    init_lr: lr("rate at step 0"),
    max_lr: lr("peak rate"),
    min_lr: lr("final rate"),
    lr_warmup_steps: steps("samples of warm-up"),
    lr_decay_steps: steps("samples up to the end of the decay"),
    lr_decay_style: word("shape of the decay", { choices: styles }),
    start_wd: wd("weight decay at step 0"),
    end_wd: wd("weight decay at the end"),
    wd_incr_steps: steps("samples over which the weight decay changes", { default: 0 }),
    wd_incr_style: word("how the weight decay changes", wdStyles),
    use_checkpoint_opt_param_scheduler: flag("take the values of the checkpoint", { default: true }),
    override_opt_param_scheduler: flag("overrule the values of the checkpoint", { default: false }),
    wsd_decay_steps: steps("samples of the WSD decay", { default: null }),
    lr_wsd_decay_style: word("shape of the WSD decay", { default: null, choices: wsdStyles }),
  },
  needs: ["batch_size"],
  usual: { batch_size: { value: 1, because: "step(increment) counts the global batch, which is not in this file" } },
  formula:
    "init_lr + (max_lr − init_lr) · n / W up to W, the style's decay to min_lr at lr_decay_steps, n = t · global batch",
  quirks: [
    "Steps are samples: each optimizer step counts the global batch.",
    "Past lr_decay_steps the rate is min_lr: a jump for inverse-square-root; constant never drops.",
    "The optimizer's rate is ignored.",
  ],
  source: "megatron-core 0.16.1, megatron/core/optimizer_param_scheduler.py",
  compile(a, { batch_size }) {
    const { init_lr, max_lr, min_lr, lr_warmup_steps: warm, lr_decay_steps: decay, lr_decay_style: style } = a;
    const wsd = { wsdSteps: a.wsd_decay_steps, wsdStyle: a.lr_wsd_decay_style };
    const curve = megatronCurve({ init_lr, max_lr, min_lr, warm, decay, style, ...wsd }, batch_size || 1);
    // The rate is set before the weight decay, and so refused first.
    if (curve.end?.at !== 0) checkWeightDecay(a);
    return curve;
  },
});

interface WeightDecay {
  readonly start_wd: number;
  readonly end_wd: number;
  readonly wd_incr_steps: number;
  readonly wd_incr_style: string;
  readonly use_checkpoint_opt_param_scheduler: boolean;
  readonly override_opt_param_scheduler: boolean;
}
function checkWeightDecay({ start_wd, end_wd, wd_incr_steps, wd_incr_style: style, ...a }: WeightDecay): void {
  assert(start_wd >= 0 && end_wd >= start_wd);
  const both = a.override_opt_param_scheduler && a.use_checkpoint_opt_param_scheduler;
  assert(!both, "both override and use-checkpoint are set.");
  if (style === "constant") assert(start_wd === end_wd || wd_incr_steps < 0);
  else if (wdStyles.choices.includes(style)) divide(0, wd_incr_steps);
  else raise(`Exception: ${style} weight decay increment style is not supported.`);
}

/** Megatron-LM's command line: iterations (or samples) become the scheduler's samples. */
export const megatronArguments = defineSchedule({
  id: "megatron:arguments",
  params: {
    lr: lr("peak rate"),
    min_lr: lr("final rate", { default: 0 }),
    lr_decay_style: word("shape of the decay", { default: "linear", choices: styles }),
    lr_decay_iters: steps("iterations of the decay; the run's when absent", { default: null }),
    lr_decay_samples: integer("samples of the decay", { default: null }),
    lr_warmup_iters: steps("iterations of warm-up", { default: 0 }),
    lr_warmup_samples: integer("samples of warm-up", { default: 0 }),
    lr_warmup_fraction: ratio("warm-up as a share of the decay", { default: null }),
    lr_warmup_init: lr("rate at iteration 0", { default: 0 }),
    lr_wsd_decay_style: word("shape of the WSD decay", { default: "exponential", choices: wsdStyles }),
    lr_wsd_decay_iters: steps("iterations of the WSD decay", { default: null }),
    lr_wsd_decay_samples: integer("samples of the WSD decay", { default: null }),
    train_iters: steps("iterations of the run", { default: null }),
    train_samples: integer("samples of the run", { default: null }),
    global_batch_size: integer("samples of an iteration", { default: null }),
  },
  needs: ["total_steps", "batch_size"],
  formula: "OptimizerParamScheduler with iterations times the global batch",
  quirks: ["lr_warmup_fraction is a share of the decay's length, not of the run's."],
  source: "NVIDIA/Megatron-LM, megatron/training/training.py get_optimizer_param_scheduler",
  compile(a, { total_steps, batch_size }) {
    const batch = a.global_batch_size ?? batch_size ?? 1;
    return megatronCurve(ofArguments(a, total_steps, batch), batch);
  },
});

type Lengths = Readonly<
  Record<`lr_${"decay" | "wsd_decay"}_${"iters" | "samples"}` | "lr_warmup_fraction", number | null> &
    Record<`train_${"iters" | "samples"}`, number | null> &
    Record<"lr" | "min_lr" | `lr_warmup_${"iters" | "samples" | "init"}`, number> &
    Record<`lr_${"decay" | "wsd_decay"}_style`, string>
>;
/** With train_samples all lengths are in samples; else they are iterations, a batch of samples each. */
function ofArguments(a: Lengths, total: number, batch: number): Megatron {
  const samples = a.train_samples !== null;
  const run = a.lr_decay_iters ?? a.train_iters ?? total;
  const end = samples ? (a.lr_decay_samples ?? a.train_samples!) : run * batch;
  const given = samples ? a.lr_warmup_samples : a.lr_warmup_iters * batch;
  const iterations = a.lr_wsd_decay_iters;
  return {
    init_lr: a.lr_warmup_init,
    max_lr: a.lr,
    min_lr: a.min_lr,
    warm: a.lr_warmup_fraction === null ? given : a.lr_warmup_fraction * end,
    decay: end,
    style: a.lr_decay_style,
    wsdSteps: samples ? a.lr_wsd_decay_samples : iterations === null ? null : iterations * batch,
    wsdStyle: a.lr_wsd_decay_style,
  };
}
