import { describe, expect, it } from "vitest";
import { compileSchedule } from "../../src/schedules/compile.js";
import { configTools } from "../../src/schedules/configTools.js";
import { Raises, type Args, type Context } from "../../src/schedules/define.js";
import { scheduleNamed } from "../../src/schedules/index.js";

/** Rates worked out by hand from each tool's own formula; `why` says how. Where a cosine stands, half way is the middle. */
interface Row {
  readonly id: string;
  readonly args: Args;
  readonly context?: Partial<Context>;
  readonly rates: Readonly<Record<number, number>>;
  readonly why: string;
}
const context = { initial_lr: 0.1, total_steps: 100, steps_per_epoch: 10, epochs: 10, batch_size: 8 };

const rows: readonly Row[] = [
  // Detection: integer division in C, lists read in order.
  { id: "caffe:fixed", args: { base_lr: 0.1 }, rates: { 0: 0.1, 999: 0.1 }, why: "never changes" },
  {
    id: "caffe:step",
    args: { base_lr: 0.1, gamma: 0.5, stepsize: 10 },
    rates: { 9: 0.1, 10: 0.05, 25: 0.025 },
    why: "iter / stepsize is an integer division",
  },
  { id: "caffe:exp", args: { base_lr: 0.1, gamma: 0.5 }, rates: { 0: 0.1, 2: 0.025 }, why: "0.1 · 0.5²" },
  { id: "caffe:inv", args: { base_lr: 0.1, gamma: 1, power: 2 }, rates: { 0: 0.1, 1: 0.025 }, why: "0.1 · (1 + 1)^−2" },
  {
    id: "caffe:multistep",
    args: { base_lr: 0.1, gamma: 0.5, stepvalue: [5, 5] },
    rates: { 4: 0.1, 5: 0.05, 6: 0.025 },
    why: "one value is taken per iteration",
  },
  {
    id: "caffe:poly",
    args: { base_lr: 0.1, power: 2, max_iter: 10 },
    rates: { 5: 0.025, 10: 0 },
    why: "0.1 · (1 − 0.5)²",
  },
  {
    id: "caffe:sigmoid",
    args: { base_lr: 0.1, gamma: -0.1, stepsize: 50 },
    rates: { 50: 0.05 },
    why: "the middle of the sigmoid",
  },
  {
    id: "darknet:constant",
    args: { learning_rate: 0.1, burn_in: 10 },
    rates: { 0: 0, 5: 0.00625, 10: 0.1 },
    why: "burn-in to the power 4: 0.1 · 0.5⁴",
  },
  {
    id: "darknet:steps",
    args: { learning_rate: 0.1, steps: [10, 20], scales: [0.1, 0.5] },
    rates: { 9: 0.1, 10: 0.01, 20: 0.005 },
    why: "scales multiply",
  },
  {
    id: "darknet:step",
    args: { learning_rate: 0.1, step: 10, scale: 0.5 },
    rates: { 9: 0.1, 20: 0.025 },
    why: "scale^⌊20 / 10⌋",
  },
  { id: "darknet:exp", args: { learning_rate: 0.1, gamma: 0.5 }, rates: { 2: 0.025 }, why: "gamma²" },
  { id: "darknet:poly", args: { learning_rate: 0.1, power: 4, max_batches: 10 }, rates: { 5: 0.00625 }, why: "0.5⁴" },
  { id: "darknet:sig", args: { learning_rate: 0.1, gamma: 1, step: 7 }, rates: { 7: 0.05 }, why: "1 / (1 + e⁰)" },
  {
    id: "darknet:sgdr",
    args: { learning_rate: 0.1, learning_rate_min: 0, sgdr_cycle: 10, sgdr_mult: 2 },
    rates: { 0: 0.1, 5: 0.05, 10: 0, 20: 0.05 },
    why: "the second cycle is 20 long and starts after 10",
  },
  { id: "tf-object-detection:constant_learning_rate", args: {}, rates: { 0: 0.002 }, why: "the proto's default" },
  {
    id: "tf-object-detection:exponential_decay_learning_rate",
    args: { initial_learning_rate: 0.5, decay_steps: 10, decay_factor: 0.5 },
    rates: { 9: 0.5, 10: 0.25 },
    why: "staircase is on unless written",
  },
  {
    id: "tf-object-detection:manual_step_learning_rate",
    args: {
      initial_learning_rate: 0.5,
      schedule: [
        [10, 0.25],
        [20, 0.125],
      ],
    },
    rates: { 9: 0.5, 10: 0.25, 20: 0.125 },
    why: "changes at the step itself",
  },
  {
    id: "tf-object-detection:cosine_decay_learning_rate",
    args: { learning_rate_base: 0.5, total_steps: 110, warmup_learning_rate: 0, warmup_steps: 10 },
    rates: { 5: 0.25, 10: 0.5, 60: 0.25, 111: 0 },
    why: "half way between 10 and 110; 0 past the end",
  },
  {
    id: "yolox:yoloxwarmcos",
    args: { basic_lr_per_img: 0.0125, warmup_epochs: 1, max_epoch: 12, no_aug_epochs: 1, min_lr_ratio: 0 },
    rates: { 5: 0.025, 10: 0.1, 60: 0.05, 110: 0 },
    why: "0.0125 · 8 images; (5/10)²; half way from 10 to 110",
  },
  {
    id: "yolox:cos",
    args: { basic_lr_per_img: 0.0125, max_epoch: 10, warmup_epochs: 0 },
    rates: { 50: 0.05 },
    why: "half way",
  },
  {
    id: "yolox:warmcos",
    args: { basic_lr_per_img: 0.0125, max_epoch: 11, warmup_epochs: 1 },
    rates: { 5: 0.05, 60: 0.05 },
    why: "linear warm-up; half way from 10 to 110",
  },
  {
    id: "yolox:multistep",
    args: { basic_lr_per_img: 0.0125, max_epoch: 10, warmup_epochs: 0, milestones: [5], gamma: 0.1 },
    rates: { 49: 0.1, 50: 0.01 },
    why: "epoch 5 is iteration 50",
  },
  {
    id: "yolov5:linear",
    args: { lr0: 0.1, lrf: 0, warmup_epochs: 0, epochs: 10 },
    rates: { 9: 0.1, 10: 0.09, 55: 0.05 },
    why: "1 − ⌊t / 10⌋ / 10",
  },
  {
    id: "yolov5:cosine",
    args: { lr0: 0.1, lrf: 0, warmup_epochs: 0, epochs: 10 },
    rates: { 50: 0.05 },
    why: "half way",
  },
  // OpenMMLab: the warm-up multiplies the running rate.
  {
    id: "mmcv:fixed",
    args: { warmup: "constant", warmup_iters: 5, warmup_ratio: 0.1 },
    rates: { 4: 0.01, 5: 0.1 },
    why: "× ratio before warmup_iters",
  },
  {
    id: "mmcv:step",
    args: { step: [2], warmup: "linear", warmup_iters: 40, warmup_ratio: 0.5 },
    rates: { 0: 0.05, 20: 0.0075, 40: 0.01 },
    why: "epoch 2 already drops; factor 0.75 half way",
  },
  { id: "mmcv:exp", args: { gamma: 0.5 }, rates: { 9: 0.1, 10: 0.05 }, why: "per epoch" },
  {
    id: "mmcv:poly",
    args: { by_epoch: false, max_iters: 100, min_lr: 0.02 },
    rates: { 50: 0.06 },
    why: "0.08 · 0.5 + 0.02",
  },
  { id: "mmcv:inv", args: { gamma: 1, power: 1, by_epoch: false }, rates: { 1: 0.05 }, why: "1 / (1 + 1)" },
  { id: "mmcv:CosineAnnealing", args: { min_lr: 0 }, rates: { 50: 0.05, 59: 0.05 }, why: "epoch 5 of 10" },
  {
    id: "mmcv:FlatCosineAnnealing",
    args: { min_lr: 0, start_percent: 0.5, by_epoch: false, max_iters: 100 },
    rates: { 50: 0.1, 75: 0.05 },
    why: "half way of the second half",
  },
  {
    id: "mmcv:CosineRestart",
    args: { periods: [50, 50], restart_weights: [1, 0.5], min_lr: 0, by_epoch: false },
    rates: { 25: 0.05, 50: 0.05, 75: 0.025 },
    why: "weight 0.5 in the second",
  },
  {
    id: "mmcv:LinearAnnealing",
    args: { min_lr: 0, by_epoch: false, max_iters: 100 },
    rates: { 25: 0.075 },
    why: "a quarter down",
  },
  {
    id: "mmcv:cyclic",
    args: { by_epoch: false, max_iters: 100, target_ratio: [10, 0], step_ratio_up: 0.5 },
    rates: { 0: 0.1, 25: 0.55, 50: 1, 75: 0.5 },
    why: "0.1 → 1 → 0, each half way in the middle",
  },
  {
    id: "mmcv:OneCycle",
    args: { by_epoch: false, max_lr: 1, total_steps: 11, pct_start: 6 / 11, div_factor: 10 },
    rates: { 0: 0.1, 5: 1, 10: 0.00001 },
    why: "the top at pct · N − 1, the end at N − 1",
  },
  // Paddle: the schedule's clock starts after the warm-up.
  {
    id: "paddledetection:CosineDecay",
    args: { base_lr: 0.1, max_epochs: 11, warmup: "LinearWarmup", steps: 10, start_factor: 0.5 },
    rates: { 0: 0.05, 5: 0.075, 10: 0.1, 60: 0.05 },
    why: "half way from 10 to 110",
  },
  {
    id: "paddledetection:PiecewiseDecay",
    args: { base_lr: 0.1, gamma: 0.1, milestones: [2, 3], warmup: null },
    rates: { 19: 0.1, 20: 0.01, 30: 0.001 },
    why: "gamma, gamma / 10",
  },
  {
    id: "paddleclas:Cosine",
    args: { learning_rate: 0.1, warmup_epoch: 5 },
    rates: { 0: 0, 25: 0.05, 50: 0.1, 75: 0.05 },
    why: "T = 10 − 5 epochs",
  },
  { id: "paddleclas:Linear", args: { learning_rate: 0.1 }, rates: { 50: 0.05, 100: 0 }, why: "half way" },
  {
    id: "paddleclas:Piecewise",
    args: { decay_epochs: [2], values: [0.1, 0.01] },
    rates: { 19: 0.1, 20: 0.01 },
    why: "epoch 2",
  },
  {
    id: "paddleclas:MultiStepDecay",
    args: { learning_rate: 0.1, milestones: [2] },
    rates: { 20: 0.01 },
    why: "epoch 2",
  },
  {
    id: "paddleclas:Step",
    args: { learning_rate: 0.1, step_size: 2, gamma: 0.5 },
    rates: { 40: 0.025 },
    why: "two drops",
  },
  {
    id: "paddleocr:Cosine",
    args: { learning_rate: 0.1, warmup_epoch: 5 },
    rates: { 50: 0.1, 100: 0.05 },
    why: "T is all 10 epochs",
  },
  { id: "paddleocr:DecayLearningRate", args: { learning_rate: 0.1, factor: 1 }, rates: { 50: 0.05 }, why: "1 − 0.5" },
  // Vision.
  {
    id: "fastreid:MultiStepLR",
    args: { BASE_LR: 0.1, WARMUP_ITERS: 10, WARMUP_FACTOR: 0.5, STEPS: [2] },
    rates: { 0: 0.05, 10: 0.1, 19: 0.1, 20: 0.01 },
    why: "the first epoch that ends at W already counts",
  },
  {
    id: "fastreid:CosineAnnealingLR",
    args: { BASE_LR: 0.1, WARMUP_ITERS: 0, MAX_EPOCH: 10, ETA_MIN_LR: 0 },
    rates: { 50: 0.05 },
    why: "epoch 5 of 10",
  },
  {
    id: "swin:cosine",
    args: { BASE_LR: 0.1, WARMUP_LR: 0, MIN_LR: 0, EPOCHS: 11, WARMUP_EPOCHS: 1 },
    rates: { 0: 0, 1: 0, 6: 0.05, 61: 0.05 },
    why: "one iteration late; half way from 10 to 110",
  },
  {
    id: "swin:linear",
    args: { BASE_LR: 0.1, WARMUP_EPOCHS: 0, EPOCHS: 10 },
    rates: { 51: 0.0505 },
    why: "half way to 1 % of the base",
  },
  {
    id: "swin:step",
    args: { BASE_LR: 0.1, WARMUP_EPOCHS: 0, DECAY_EPOCHS: 1 },
    rates: { 10: 0.1, 11: 0.01 },
    why: "one iteration late",
  },
  {
    id: "swin:multistep",
    args: { BASE_LR: 0.1, WARMUP_EPOCHS: 0, MULTISTEPS: [1] },
    rates: { 10: 0.1, 11: 0.01 },
    why: "one iteration late",
  },
  {
    id: "basicsr:MultiStepLR",
    args: { lr: 0.1, milestones: [10], gamma: 0.5, warmup_iter: 5 },
    rates: { 0: 0.02, 3: 0.08, 4: 0.08, 10: 0.04 },
    why: "the scheduler multiplies the last warm-up rate",
  },
  {
    id: "basicsr:CosineAnnealingRestartLR",
    args: { lr: 0.1, periods: [10, 10], restart_weights: [1, 0.5] },
    rates: { 5: 0.05, 10: 0, 15: 0.025 },
    why: "the end of a period belongs to it",
  },
  {
    id: "openpcdet:adam_onecycle",
    args: { LR: 0.1, DIV_FACTOR: 10, PCT_START: 0.5 },
    rates: { 0: 0.01, 25: 0.055, 50: 0.1 },
    why: "half way between 0.01 and 0.1",
  },
  {
    id: "openpcdet:step",
    args: { LR: 0.1, DECAY_STEP_LIST: [2, 4], LR_CLIP: 0.005 },
    rates: { 20: 0.01, 40: 0.005 },
    why: "clipped",
  },
  {
    id: "cvnets:cosine",
    args: { max_lr: 0.1, min_lr: 0, is_iteration_based: false, max_epochs: 10 },
    rates: { 50: 0.05 },
    why: "epoch 5 of 10",
  },
  {
    id: "monai:WarmupCosineSchedule",
    args: { warmup_steps: 10, t_total: 110 },
    rates: { 5: 0.05, 60: 0.05, 110: 0 },
    why: "half way",
  },
  {
    id: "nnunet:PolyLRScheduler",
    args: { initial_lr: 0.1, max_steps: 10, exponent: 1 },
    rates: { 5: 0.05 },
    why: "1 − 0.5",
  },
  {
    id: "latent-diffusion:LambdaLinearScheduler",
    args: { base_learning_rate: 0.1, warm_up_steps: [10], cycle_lengths: [100], f_start: [0], f_max: [1], f_min: [0] },
    rates: { 5: 0.05, 50: 0.05 },
    why: "the line is measured from the cycle's start",
  },
  // Language models.
  {
    id: "gpt-neox:linear",
    args: { lr: 0.1, warmup: 0.1 },
    rates: { 0: 0.01, 1: 0.01, 10: 0.1, 55: 0.05, 100: 0 },
    why: "half way from 10 to 100",
  },
  { id: "gpt-neox:cosine", args: { lr: 0.1, warmup: 0, min_lr: 0.02 }, rates: { 50: 0.06 }, why: "half way to min_lr" },
  {
    id: "olmo:cosine_with_warmup",
    args: { learning_rate: 0.1, t_warmup: 10, t_max: 110, alpha_f: 0 },
    rates: { 0: 0.01, 1: 0.019, 10: 0.1, 60: 0.05 },
    why: "the first update is step 1: 0.01 + 0.09 / 10",
  },
  {
    id: "olmo:linear_with_warmup",
    args: { learning_rate: 0.1, t_warmup: 0, t_max: 100, alpha_f: 0 },
    rates: { 50: 0.05 },
    why: "half of the way",
  },
  {
    id: "torchtitan:lr_scheduler",
    args: { lr: 0.1, warmup_steps: 10, steps: 100 },
    rates: { 0: 0.01, 9: 0.1, 10: 0.1, 55: 0.05 },
    why: "one stable step, then (t + 1 − 11) / 90",
  },
  {
    id: "maxtext:cosine",
    args: {
      learning_rate: 0.1,
      steps: 111,
      learning_rate_schedule_steps: 101,
      warmup_steps_fraction: 0,
      learning_rate_final_fraction: 0,
    },
    rates: { 50: 0.05, 100: 0, 101: 0 },
    why: "the last of 101 steps is the floor, then zero",
  },
  {
    id: "t5x:create_learning_rate_scheduler",
    args: { factors: "constant * linear_warmup * rsqrt_decay", base_learning_rate: 1, warmup_steps: 100 },
    rates: { 50: 0.05, 400: 0.05 },
    why: "0.5 / √100; 1 / √400",
  },
  {
    id: "litgpt:pretrain",
    args: { lr: 0.1, min_lr: 0, lr_warmup_steps: 10, max_steps: 110 },
    rates: { 5: 0.05, 60: 0.05, 111: 0 },
    why: "half way",
  },
  {
    id: "axolotl:rex",
    args: { learning_rate: 0.11, warmup_steps: 0 },
    rates: { 50: 0.1 },
    why: "0.5 / (0.1 + 0.45) = 1 / 1.1",
  },
  {
    id: "axolotl:cosine_min_lr",
    args: { learning_rate: 0.1, cosine_min_lr_ratio: 0.2 },
    rates: { 50: 0.06 },
    why: "0.2 + 0.8 / 2",
  },
  {
    id: "megatron:arguments",
    args: { lr: 0.1, lr_warmup_fraction: 0.1, train_iters: 100 },
    rates: { 5: 0.05, 55: 0.05 },
    why: "a tenth of the decay; half way from 10 to 100",
  },
  {
    id: "llama-factory:warmup_stable_decay",
    args: { learning_rate: 0.1 },
    rates: { 32: 0.1, 33: 0.1, 100: 0 },
    why: "stable for ⌊100 / 3⌋ steps",
  },
  // Speech and translation.
  {
    id: "speechbrain:NoamScheduler",
    args: { lr_initial: 0.1, n_warmup_steps: 4 },
    rates: { 0: 0.1, 1: 0.025, 4: 0.1, 16: 0.05 },
    why: "the first update keeps the optimizer's rate",
  },
  {
    id: "speechbrain:StepScheduler",
    args: { initial_value: 0.1 },
    rates: { 0: 0.1, 1: 0.05, 3: 0.025 },
    why: "⌊(1 + t) / 2⌋",
  },
  {
    id: "speechbrain:LinearWarmupScheduler",
    args: { initial_value: 0.1, num_warmup_steps: 10, num_training_steps: 110 },
    rates: { 5: 0.05, 60: 0.05 },
    why: "half way",
  },
  { id: "wenet:warmuplr", args: { warmup_steps: 4 }, rates: { 0: 0.025, 3: 0.1, 15: 0.05 }, why: "n = t + 1" },
  {
    id: "opennmt:noam",
    args: { learning_rate: 2, hidden_size: 4, warmup_steps: 4 },
    rates: { 0: 0.125, 3: 0.5, 15: 0.25 },
    why: "2 / √4 · min(n^−½, n / 8)",
  },
  {
    id: "opennmt:none",
    args: { learning_rate: 1, start_decay_steps: 10, decay_steps: 5 },
    rates: { 8: 1, 9: 0.5, 14: 0.25 },
    why: "n = 10 is t = 9",
  },
  {
    id: "opennmt:rsqrt",
    args: { learning_rate: 1, warmup_steps: 4 },
    rates: { 0: 0.5, 15: 0.25 },
    why: "1 / √max(n, 4)",
  },
  {
    id: "marian:learn-rate",
    args: { "learn-rate": 0.1, "lr-warmup": 10, "lr-decay-inv-sqrt": [10] },
    rates: { 5: 0.05, 10: 0.1, 40: 0.05 },
    why: "√(10 / 40)",
  },
  { id: "hifi-gan:lr_decay", args: { learning_rate: 0.1, lr_decay: 0.5 }, rates: { 2: 0.025 }, why: "per epoch" },
  // Reinforcement learning.
  {
    id: "rl-zoo:linear",
    args: { learning_rate: 0.1, n_timesteps: 100, rollout: 10 },
    rates: { 9: 0.1, 50: 0.05 },
    why: "set once per rollout",
  },
  {
    id: "rllib:lr_schedule",
    args: {
      lr_schedule: [
        [0, 0.1],
        [100, 0.05],
      ],
    },
    rates: { 50: 0.075, 200: 0.05 },
    why: "linear between, the last one after",
  },
  {
    id: "rl-games:linear",
    args: { learning_rate: 0.1, max_epochs: 10, min_lr: 0 },
    rates: { 5: 0.05, 20: 0 },
    why: "half way",
  },
  {
    id: "dl4j:StepSchedule",
    args: { initialValue: 0.1, decayRate: 0.5, step: 10 },
    rates: { 10: 0.05 },
    why: "⌊10 / 10⌋",
  },
];

describe("schedules of configuration files", () => {
  it.each(rows)("$id: $why", ({ id, args, context: own, rates }) => {
    const { lr } = compileSchedule(scheduleNamed(id)!, args, { ...context, ...own });
    for (const [t, expected] of Object.entries(rates))
      expect(lr.at(Number(t)), `t = ${t}`).toBeCloseTo(expected, scheduleNamed(id)!.dtype ? 7 : 12);
  });

  it("has at least one row for every tool", () => {
    const tool = (id: string) => id.split(/[:.]/)[0]!;
    const known = new Set(rows.flatMap((row) => [tool(row.id), tool(scheduleNamed(row.id)!.id)]));
    const without = new Set(configTools.map((d) => tool(d.id)).filter((name) => !known.has(name)));
    // These only say that the rate is the optimizer's own or somebody else's.
    const constant = ["kohya", "rsl-rl", "vits"];
    // These give another library's schedules keys of their own; fixtures and that library's recorded curves stand for them.
    const renamed = ["composer", "diffusers", "tf-model-garden", "torchtune", "transformers"];
    expect([...without].sort()).toEqual([...constant, ...renamed].sort());
  });

  it("is smooth and monotone between breaks, as far as the first hundred steps show", () => {
    for (const { id, args, context: own } of rows) {
      const { lr } = compileSchedule(scheduleNamed(id)!, args, { ...context, ...own });
      for (let from = 0, to: number; from < 100 && from < (lr.end?.at ?? Infinity); from = to) {
        to = Math.min(100, lr.nextBreak(from), lr.end?.at ?? Infinity);
        expect(to, `${id} at ${from}`).toBeGreaterThan(from);
        const signs = new Set<number>();
        for (let t = from + 1; t < to; t++) {
          const change = lr.at(t) - lr.at(t - 1);
          if (Math.abs(change) > 1e-15) signs.add(Math.sign(change));
        }
        expect(signs.size, `${id} turns between ${from} and ${to}`).toBeLessThan(2);
      }
    }
  });

  it.each([
    { id: "caffe:step", args: { base_lr: 0.1 }, why: "stepsize must be positive" },
    { id: "mmcv:CosineAnnealing", args: {}, why: "a minimum is required" },
    { id: "mmcv:step", args: { step: 1, warmup: "cosine", warmup_iters: 1 }, why: "an unknown warm-up" },
    { id: "mmcv:cyclic", args: { by_epoch: true }, why: "iterations only" },
    { id: "tf-object-detection:manual_step_learning_rate", args: { schedule: [] }, why: "an empty schedule" },
    {
      id: "tf-object-detection:cosine_decay_learning_rate",
      args: { total_steps: 5, warmup_steps: 10 },
      why: "a warm-up longer than the run",
    },
    { id: "t5x:create_learning_rate_scheduler", args: { factors: "foo" }, why: "an unknown factor" },
    {
      id: "basicsr:CosineAnnealingRestartCyclicLR",
      args: { lr: 0.1, warmup_iter: 5, periods: [] },
      why: "no cycles after the warm-up",
    },
    { id: "marian:learn-rate", args: { "lr-warmup": "4000t" }, why: "labels have no place on the axis" },
  ])("$id refuses: $why", ({ id, args }) => {
    expect(() => compileSchedule(scheduleNamed(id)!, args as Args, context)).toThrow(Raises);
  });
});
