import { byCosine } from "../engine/oneCycle.js";
import { PythonError, assert, divide } from "../engine/python.js";
import { cooldown, cycle, decay, flat, halfCosine, hold, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import {
  Raises,
  defineSchedule,
  flag,
  handle,
  integer,
  lastEpoch,
  lr,
  optimizer,
  ratio,
  real,
  steps,
  word,
} from "./define.js";

/** Schedules of language-model recipes: torchtune, LitGPT, nanoGPT, Megatron-LM. */

const torchtune = defineSchedule({
  id: "torchtune.training.get_cosine_schedule_with_warmup",
  aliases: [
    "torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup",
    "torchtune.modules.get_cosine_schedule_with_warmup",
    "torchtune.modules.lr_schedulers.get_cosine_schedule_with_warmup",
  ],
  params: {
    optimizer,
    num_warmup_steps: steps("steps of linear warm-up"),
    num_training_steps: steps("steps of the run"),
    num_cycles: real("cosine periods in the decay", { default: 0.5 }),
    last_epoch: lastEpoch,
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "lr · t / W, then lr · max(0, (1 + cos(2π · num_cycles · (t − W) / (T − W))) / 2)",
  quirks: ["Past the end the cosine goes on and the rate rises again."],
  source: "torchtune 0.6.1, torchtune/training/lr_schedulers.py",
  compile({ num_warmup_steps: W, num_training_steps: T, num_cycles }, { initial_lr: base }) {
    const N = Math.max(1, T - W);
    const at = (t: number) => base * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * num_cycles * 2 * ((t - W) / N))));
    return segments(
      warmup(W, (t) => (base * t) / Math.max(1, W)),
      decay(Infinity, at, everyPeriod(N / (2 * Math.abs(num_cycles)), W)),
    );
  },
});

/** Linear warm-up by `rise`, half a cosine to min_lr at T, min_lr past it; W = T divides by zero at that step. */
function warmCosine(base: number, W: number, T: number, low: number, rise: (t: number) => number) {
  return segments(
    warmup(W, rise),
    decay(T + 1, (t) => {
      const p = divide(t - W, T - W);
      assert(p >= 0 && p <= 1);
      return byCosine(base, low, p);
    }),
    cooldown(Infinity, low),
  );
}

const litgptPretrain = defineSchedule({
  id: "litgpt.pretrain.get_lr",
  aliases: ["litgpt.get_lr", "lit_gpt.pretrain.get_lr", "litgpt:get_lr"],
  params: {
    learning_rate: lr("peak rate"),
    it: handle("the iteration"),
    warmup_iters: steps("iterations of warm-up"),
    max_iters: steps("iterations of the run"),
    min_lr: lr("final rate"),
  },
  unit: "step",
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
    learning_rate: lr("peak rate", { default: 6e-4 }),
    decay_lr: flag("whether the rate changes at all", { default: true }),
    warmup_iters: steps("iterations of warm-up", { default: 2000 }),
    lr_decay_iters: steps("iteration at which the cosine ends", { default: 600000 }),
    min_lr: lr("final rate", { default: 6e-5 }),
  },
  unit: "step",
  formula: "learning_rate · (t + 1) / (W + 1), then min_lr + (learning_rate − min_lr) · (1 + cos(π · p)) / 2",
  quirks: ["Older copies warm up by t / W, from 0."],
  source: "karpathy/nanoGPT 3adf61e1, train.py",
  compile: ({ learning_rate: base, decay_lr, warmup_iters: W, lr_decay_iters: T, min_lr }) =>
    decay_lr ? warmCosine(base, W, T, min_lr, (t) => (base * (t + 1)) / (W + 1)) : segments(flat(Infinity, base)),
});

const finetune = ["lora", "full", "adapter", "adapter_v2", "lora_legacy"];
const litgptFinetune = defineSchedule({
  id: "litgpt.finetune.lora.get_lr_scheduler",
  aliases: [...finetune.slice(1).map((home) => `litgpt.finetune.${home}.get_lr_scheduler`), "litgpt:get_lr_scheduler"],
  params: { optimizer, warmup_steps: steps("steps of warm-up"), max_steps: steps("steps of the run") },
  needs: ["initial_lr"],
  unit: "step",
  formula: "lr · t / W, then lr · (1 + cos(π · (t − W) / (max_steps − W))) / 2",
  quirks: [
    "Past max_steps the rate rises again.",
    "min_lr of the configuration is not used.",
    "W = 0 divides by zero.",
  ],
  source: "litgpt 0.5.13, litgpt/finetune/lora.py",
  compile({ warmup_steps: W, max_steps: T }, { initial_lr: base }) {
    divide(0, W);
    return segments(
      warmup(W, (t) => (base * t) / W),
      cycle(Infinity, (t) => base * halfCosine(divide(t - W, T - W)), everyPeriod(Math.abs(T - W), W)),
    );
  },
});

const styles = ["constant", "linear", "cosine", "inverse-square-root", "WSD"];
const wsdStyles = ["linear", "cosine", "exponential", "minus_sqrt"];
interface Megatron {
  readonly init_lr: number;
  readonly max_lr: number;
  readonly min_lr: number;
  readonly warm: number;
  readonly decay: number;
  readonly style: string;
  readonly wsdSteps: number | null;
  readonly wsdStyle: string | null;
}
/** What remains of max − min at the share p of the WSD decay. */
function wsdLeft(style: string | null, p: number): number {
  if (style === "linear") return 1 - p;
  if (style === "cosine") return halfCosine(p);
  if (style === "exponential") return 2 * 0.5 ** p - 1;
  if (style === "minus_sqrt") return 1 - Math.sqrt(p);
  throw new PythonError("AssertionError");
}
/** `each`: what the counter moves by per optimizer step. */
function megatronCurve(
  { init_lr, max_lr, min_lr, warm, decay: end, style, wsdSteps, wsdStyle }: Megatron,
  each: number,
) {
  assert(
    min_lr >= 0 &&
      max_lr >= min_lr &&
      init_lr <= max_lr &&
      end > 0 &&
      warm < end &&
      (style !== "WSD" || wsdSteps !== null),
  );
  const counted = (f: (n: number) => number) => (t: number) => f(t * each);
  const after = (n: number) => Math.floor(n / each) + 1;
  const rise = warmup(
    warm > 0 ? after(warm) : 0,
    counted((n) => init_lr + ((max_lr - init_lr) * n) / warm),
  );
  const fade = (left: (n: number) => number) => counted((n) => min_lr + left(n) * (max_lr - min_lr));
  const share = (n: number) => (n - warm) / (end - warm);
  const last = cooldown(Infinity, min_lr);
  switch (style) {
    case "constant":
      return segments(rise, hold(Infinity, max_lr));
    case "linear":
      return segments(
        rise,
        decay(
          after(end),
          fade((n) => 1 - share(n)),
        ),
        last,
      );
    case "cosine":
      return segments(
        rise,
        decay(
          after(end),
          fade((n) => halfCosine(share(n))),
        ),
        last,
      );
    case "inverse-square-root": {
      const root = counted((n) => Math.max(min_lr, (max_lr * Math.max(warm, 1) ** 0.5) / Math.max(n, 1) ** 0.5));
      return segments(rise, decay(after(end), root), last);
    }
    case "WSD": {
      const start = end - wsdSteps!;
      return segments(
        rise,
        hold(after(start), max_lr),
        decay(
          after(end),
          fade((n) => wsdLeft(wsdStyle, divide(n - start, wsdSteps!))),
        ),
        last,
      );
    }
    default: {
      const refuse = () => {
        throw new PythonError(`Exception: ${style} decay style is not supported.`);
      };
      return segments(rise, decay(after(end), refuse), last);
    }
  }
}

const wd = (meaning: string) => real(meaning, { default: 0 });
const megatron = defineSchedule({
  id: "megatron.core.optimizer_param_scheduler.OptimizerParamScheduler",
  aliases: [
    "megatron.training.optimizer_param_scheduler.OptimizerParamScheduler",
    "megatron.optimizer_param_scheduler.OptimizerParamScheduler",
  ],
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
    wd_incr_style: word("how the weight decay changes", {
      default: "constant",
      choices: ["constant", "linear", "cosine"],
    }),
    use_checkpoint_opt_param_scheduler: flag("take the values of the checkpoint", { default: true }),
    override_opt_param_scheduler: flag("overrule the values of the checkpoint", { default: false }),
    wsd_decay_steps: steps("samples of the WSD decay", { default: null }),
    lr_wsd_decay_style: word("shape of the WSD decay", { default: null, choices: wsdStyles }),
  },
  needs: ["batch_size"],
  usual: { batch_size: { value: 1, because: "step(increment) counts the global batch, which is not in this file" } },
  unit: "step",
  formula:
    "init_lr + (max_lr − init_lr) · n / W up to W, the style's decay to min_lr at lr_decay_steps, n = t · global batch",
  quirks: [
    "Steps are samples: each optimizer step counts the global batch.",
    "Past lr_decay_steps the rate is min_lr: a jump for inverse-square-root; constant never drops.",
    "The optimizer's rate is ignored.",
  ],
  source: "megatron-core 0.16.1, megatron/core/optimizer_param_scheduler.py",
  compile(a, { batch_size }) {
    const { init_lr, max_lr, min_lr } = a;
    const curve = megatronCurve(
      {
        init_lr,
        max_lr,
        min_lr,
        warm: a.lr_warmup_steps,
        decay: a.lr_decay_steps,
        style: a.lr_decay_style,
        wsdSteps: a.wsd_decay_steps,
        wsdStyle: a.lr_wsd_decay_style,
      },
      batch_size || 1,
    );
    assert(a.start_wd >= 0 && a.end_wd >= a.start_wd);
    if (curve.end?.at === 0) return curve; // The rate is set before the weight decay, and so refused first.
    if (a.override_opt_param_scheduler)
      assert(!a.use_checkpoint_opt_param_scheduler, "both override and use-checkpoint are set.");
    if (a.wd_incr_style === "constant") assert(a.start_wd === a.end_wd || a.wd_incr_steps < 0);
    else if (a.wd_incr_style === "linear" || a.wd_incr_style === "cosine") divide(0, a.wd_incr_steps);
    else throw new Raises(`Exception: ${a.wd_incr_style} weight decay increment style is not supported.`);
    return curve;
  },
});

/** Megatron-LM's command line: iterations (or samples) become the scheduler's samples. */
const megatronArguments = defineSchedule({
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
  unit: "step",
  formula: "OptimizerParamScheduler with iterations times the global batch",
  quirks: ["lr_warmup_fraction is a share of the decay's length, not of the run's."],
  source: "NVIDIA/Megatron-LM, megatron/training/training.py get_optimizer_param_scheduler",
  compile(a, { total_steps, batch_size }) {
    const batch = a.global_batch_size ?? batch_size ?? 1;
    const samples = a.train_samples !== null;
    const end = samples
      ? (a.lr_decay_samples ?? a.train_samples)
      : (a.lr_decay_iters ?? a.train_iters ?? total_steps) * batch;
    const given = samples ? a.lr_warmup_samples : a.lr_warmup_iters * batch;
    const wsdSteps = samples
      ? a.lr_wsd_decay_samples
      : a.lr_wsd_decay_iters === null
        ? null
        : a.lr_wsd_decay_iters * batch;
    return megatronCurve(
      {
        init_lr: a.lr_warmup_init,
        max_lr: a.lr,
        min_lr: a.min_lr,
        warm: a.lr_warmup_fraction === null ? given : a.lr_warmup_fraction * end,
        decay: end,
        style: a.lr_decay_style,
        wsdSteps,
        wsdStyle: a.lr_wsd_decay_style,
      },
      batch,
    );
  },
});

export const llm = [torchtune, litgptPretrain, nanoGpt, litgptFinetune, megatron, megatronArguments];
