import type { Value } from "../../../src/schedules/define.js";

/** A file of test/fixtures/configs, what it holds, and rates worked out from the tool's formula by hand. */
export interface Expected {
  readonly file: string;
  readonly schedule: string;
  readonly args: Readonly<Record<string, Value>>;
  readonly unit: "step" | "epoch";
  readonly at: readonly number[];
  readonly rates: readonly number[];
  readonly assume?: Readonly<Record<string, Value>>;
  readonly why?: string;
}

export const expected: readonly Expected[] = [
  { file: "caffe/solver.prototxt", schedule: "caffe:step", args: { base_lr: 0.005, gamma: 0.2, stepsize: 12000, max_iter: 60000 }, unit: "step", at: [0, 11999, 12000, 30000], rates: [0.005, 0.005, 0.001, 0.00020000000000000004] },
  { file: "caffe/multistep_solver.prototxt", schedule: "caffe:multistep", args: { stepvalue: [8000, 16000, 18000] }, unit: "step", at: [7999, 8000, 16000, 19000], rates: [0.01, 0.001, 0.00010000000000000002, 1.0000000000000003e-05], why: "repeated fields are one list" },
  { file: "tf-object-detection/pipeline.config", schedule: "tf-object-detection:cosine_decay_learning_rate", args: { learning_rate_base: 0.04, total_steps: 20000, warmup_steps: 1500 }, unit: "step", at: [0, 750, 1500, 10750, 20000], rates: [0.01333, 0.026664999999999998, 0.04, 0.02, 0], why: "focal-loss gamma and batch-norm decay are not taken" },
  { file: "tf-object-detection/manual.config", schedule: "tf-object-detection:manual_step_learning_rate", args: { initial_learning_rate: 0.0002 }, unit: "step", at: [0, 8999, 9000, 12000], rates: [0.0002, 0.0002, 2e-05, 2e-06] },
  { file: "darknet/fruit.cfg", schedule: "darknet:steps", args: { learning_rate: 0.00261, burn_in: 1000, steps: [4800, 5400], scales: [0.1, 0.1], max_batches: 6000 }, unit: "step", at: [500, 1000, 4799, 4800, 5500], rates: [0.000163125, 0.00261, 0.00261, 0.000261, 2.6100000000000004e-05] },
  { file: "spacy/config.cfg", schedule: "thinc:warmup_linear.v1", args: { warmup_steps: 250, total_steps: 8000, initial_rate: 5e-05 }, unit: "step", at: [0, 125, 250, 4125], rates: [0, 2.5e-05, 5e-05, 2.5e-05], why: "a compounding batch size is not a learning rate" },
  { file: "t5x/finetune.gin", schedule: "t5x:create_learning_rate_scheduler", args: { base_learning_rate: 0.8, warmup_steps: 2000, factors: "constant * linear_warmup * rsqrt_decay" }, unit: "step", at: [1000, 2000, 8000], rates: [0.00894427190999916, 0.01788854381999832, 0.00894427190999916], why: "macros are followed" },
  { file: "allennlp/tagger.jsonnet", schedule: "allennlp:linear_with_warmup", args: { warmup_steps: 100, num_epochs: 8, num_steps_per_epoch: 300 }, unit: "step", at: [], rates: [], why: "locals and std functions" },
  { file: "deepspeed/ds_config.json", schedule: "deepspeed:WarmupDecayLR", args: { total_num_steps: 5000, warmup_max_lr: 3e-05, warmup_num_steps: 500, warmup_type: "linear", lr: 3e-05 }, unit: "step", at: [0, 1, 251, 501, 2501], rates: [0, 0, 1.5e-05, 3e-05, 1.6666666666666667e-05], why: "comments and trailing commas; the first update uses the constructor's rate" },
  { file: "transformers/sft.yaml", schedule: "transformers:cosine", args: { learning_rate: 0.0002, warmup_ratio: 0.05, max_steps: 2000 }, unit: "step", at: [0, 50, 100, 1050, 2000], rates: [0, 0.0001, 0.0002, 0.0001, 0] },
  { file: "transformers/epochs.json", schedule: "transformers:linear", args: { learning_rate: 5e-05, warmup_steps: 30, num_train_epochs: 3 }, unit: "step", at: [15, 30, 165, 300], rates: [2.5e-05, 5e-05, 2.5e-05, 0], assume: { steps_per_epoch: 100 } },
  { file: "transformers/min_lr.yaml", schedule: "transformers:cosine_with_min_lr", args: { min_lr_rate: 0.1, warmup_steps: 10 }, unit: "step", at: [5, 10, 60, 110], rates: [5e-05, 0.0001, 5.500000000000001e-05, 1e-05], why: "1e-4 without a dot is a number here" },
  { file: "llama-factory/lora.yaml", schedule: "llama-factory:warmup_stable_decay", args: { learning_rate: 0.0001 }, unit: "step", at: [10, 20, 79, 80, 200], rates: [5e-05, 0.0001, 0.0001, 0.0001, 0], assume: { steps_per_epoch: 100 }, why: "a third of the rest is stable, the remainder decays" },
  { file: "axolotl/qlora.yml", schedule: "axolotl:cosine", args: { learning_rate: 0.0002, cosine_min_lr_ratio: 0.1, warmup_steps: 10 }, unit: "step", at: [5, 10, 110, 210], rates: [0.0001, 0.0002, 0.00011000000000000002, 2e-05] },
  { file: "kohya/lora.toml", schedule: "kohya:cosine_with_restarts", args: { learning_rate: 0.0001, lr_scheduler_num_cycles: 4, lr_warmup_steps: 0.05 }, unit: "step", at: [40, 80, 270, 460, 1600], rates: [5e-05, 0.0001, 5e-05, 0.0001, 0], why: "a warm-up below 1 is a share" },
  { file: "diffusers/train.sh", schedule: "diffusers:constant_with_warmup", args: { learning_rate: 1e-05, lr_warmup_steps: 200 }, unit: "step", at: [0, 100, 200, 9000], rates: [0, 5e-06, 1e-05, 1e-05], why: "variables set above are followed" },
  { file: "torchtune/full.yaml", schedule: "torchtune:get_cosine_schedule_with_warmup", args: { num_warmup_steps: 100, lr: 0.0003 }, unit: "step", at: [50, 100, 600, 1100], rates: [0.00015, 0.0003, 0.00015, 0] },
  { file: "ultralytics/args.yaml", schedule: "ultralytics:linear", args: { lr0: 0.01, lrf: 0.01, epochs: 50 }, unit: "epoch", at: [10, 25, 49], rates: [0.008020000000000001, 0.00505, 0.0002980000000000002] },
  { file: "yolov5/hyp.yaml", schedule: "yolov5:linear", args: { lr0: 0.01, lrf: 0.1, epochs: 300 }, unit: "epoch", at: [3, 150, 299], rates: [0.00991, 0.0055000000000000005, 0.0010299999999999999], assume: { epochs: 300 } },
  { file: "hydra/model.yaml", schedule: "torch.optim.lr_scheduler.StepLR", args: { step_size: 10, gamma: 0.1, lr: 0.001 }, unit: "epoch", at: [0, 9, 10, 25], rates: [0.001, 0.001, 0.0001, 1.0000000000000003e-05] },
  { file: "lightning/fit.yaml", schedule: "torch.optim.lr_scheduler.CosineAnnealingLR", args: { T_max: 40, eta_min: 1e-05, lr: 0.002 }, unit: "epoch", at: [0, 20, 40], rates: [0.002, 0.001005, 1e-05] },
  { file: "monai/train.json", schedule: "torch.optim.lr_scheduler.StepLR", args: { step_size: 50, gamma: 0.5, lr: 0.0008 }, unit: "epoch", at: [0, 49, 50, 149], rates: [0.0008, 0.0008, 0.0004, 0.0002], why: "@id and $expression" },
  { file: "mmcv/schedule.py", schedule: "mmcv:step", args: { step: [8, 11], lr: 0.01, max_epochs: 12 }, unit: "epoch", at: [0, 7, 8, 11], rates: [0.01, 0.01, 0.001, 0.00010000000000000002] },
  { file: "mmcv/child.py", schedule: "mmcv:step", args: { step: [16, 22], lr: 0.005, max_epochs: 24 }, unit: "epoch", at: [15, 16, 22], rates: [0.005, 0.0005, 5.000000000000001e-05], why: "the rest stands in the base file" },
  { file: "mmengine/schedule.py", schedule: "mmengine:param_scheduler", args: { lr: 0.02, max_epochs: 36 }, unit: "epoch", at: [1, 26, 27, 33], rates: [0.02, 0.02, 0.002, 0.00020000000000000004] },
  { file: "detectron2/Base.yaml", schedule: "detectron2:WarmupMultiStepLR", args: { BASE_LR: 0.02, STEPS: [60000, 80000], MAX_ITER: 90000 }, unit: "step", at: [0, 500, 1000, 59999, 60000, 80000], rates: [2e-05, 0.01001, 0.02, 0.02, 0.002, 0.00020000000000000004], why: "a tuple is a string to YAML" },
  { file: "detectron2/child.yaml", schedule: "detectron2:WarmupMultiStepLR", args: { BASE_LR: 0.02, STEPS: [210000, 250000], MAX_ITER: 270000 }, unit: "step", at: [1000, 210000, 250000], rates: [0.02, 0.002, 0.00020000000000000004], why: "the rate stands in the base file" },
  { file: "fastreid/bot.yml", schedule: "fastreid:MultiStepLR", args: { BASE_LR: 0.00035, STEPS: [40, 90], MAX_EPOCH: 120 }, unit: "epoch", at: [0, 39, 40, 90], rates: [0.00035, 0.00035, 3.5000000000000004e-05, 3.500000000000001e-06] },
  { file: "swin/tiny.yaml", schedule: "swin:cosine", args: { EPOCHS: 100, WARMUP_EPOCHS: 10, BASE_LR: 0.001, MIN_LR: 1e-05 }, unit: "epoch", at: [0, 5, 10, 55], rates: [0, 0.0004999, 0.0009999000000000002, 0.0005050172787595912], why: "one iteration behind: the schedule is stepped after the optimizer" },
  { file: "yolox/exp.py", schedule: "yolox:yoloxwarmcos", args: { basic_lr_per_img: 0.00015625, max_epoch: 100, warmup_epochs: 5, no_aug_epochs: 10 }, unit: "epoch", at: [0, 5, 95], rates: [0, 0.00015625, 7.8125e-06], why: "a Python fraction" },
  { file: "nanogpt/train_small.py", schedule: "nanogpt:cosine", args: { learning_rate: 0.001, min_lr: 0.0001, warmup_iters: 100, lr_decay_iters: 5000 }, unit: "step", at: [0, 50, 100, 2550, 5000], rates: [9.900990099009901e-06, 0.000504950495049505, 0.001, 0.00055, 0.0001] },
  { file: "tf-model-garden/experiment.yaml", schedule: "tf-model-garden:stepwise", args: { boundaries: [30000, 60000], values: [0.8, 0.08, 0.008], warmup_steps: 5000 }, unit: "step", at: [0, 2500, 5000, 30000, 30001, 60001], rates: [0, 0.4, 0.8, 0.8, 0.08, 0.008] },
  { file: "keras/compile.json", schedule: "keras:CosineDecay", args: { initial_learning_rate: 0.001, decay_steps: 10000, alpha: 0.1 }, unit: "step", at: [0, 5000, 10000], rates: [0.001, 0.00055, 0.0001] },
  { file: "basicsr/train.yml", schedule: "basicsr:MultiStepLR", args: { lr: 0.0003, milestones: [92000, 208000], gamma: 0.5 }, unit: "step", at: [0, 91999, 92000, 208000], rates: [0.0003, 0.0003, 0.00015, 7.5e-05], why: "!!float" },
  { file: "openpcdet/car.yaml", schedule: "openpcdet:adam_onecycle", args: { LR: 0.003, PCT_START: 0.4, DIV_FACTOR: 10, NUM_EPOCHS: 80 }, unit: "epoch", at: [0, 32, 80], rates: [0.0003, 0.003, 3e-08] },
  { file: "latent-diffusion/ldm.yaml", schedule: "latent-diffusion:LambdaLinearScheduler", args: { base_learning_rate: 1e-06, warm_up_steps: [10000], f_max: [1] }, unit: "step", at: [0, 5000, 20000], rates: [1e-12, 5.000004999999999e-07, 1e-06] },
  { file: "cvnets/mobile.yaml", schedule: "cvnets:cosine", args: { max_lr: 0.002, min_lr: 0.0002, max_epochs: 300 }, unit: "epoch", at: [150, 300], rates: [0.0011, 0.0002] },
  { file: "timm/args.yaml", schedule: "timm:cosine", args: { lr: 0.5, epochs: 200, warmup_epochs: 5, min_lr: 1e-05 }, unit: "epoch", at: [0, 1, 5, 100], rates: [1e-06, 0.1000008, 0.49922934884661335, 0.250005] },
  { file: "fairseq/finetune.yaml", schedule: "fairseq:tri_stage", args: { phase_ratio: [0.1, 0.4, 0.5], final_lr_scale: 0.05, max_update: 80000 }, unit: "step", at: [0, 4000, 8000, 39999, 60000], rates: [3.0000000000000004e-07, 1.515e-05, 3e-05, 3e-05, 6.70820393249937e-06] },
  { file: "fairseq/train.sh", schedule: "fairseq:inverse_sqrt", args: { warmup_updates: 4000, lr: 0.0005 }, unit: "step", at: [0, 2000, 4000, 16000], rates: [0, 0.00025, 0.0005, 0.00025] },
  { file: "nemo/asr.yaml", schedule: "nemo:CosineAnnealing", args: { warmup_steps: 1000, min_lr: 1e-06, max_steps: 100000, lr: 0.002 }, unit: "step", at: [0, 500, 1000, 50500], rates: [1.998001998001998e-06, 0.001000999000999001, 0.002, 0.0010004999999999999] },
  { file: "paddledetection/ppyolo.yml", schedule: "paddledetection:CosineDecay", args: { base_lr: 0.001, max_epochs: 96, epochs: 5, start_factor: 0 }, unit: "epoch", at: [0, 5, 50], rates: [0, 0.001, 0.0005086303204526943], why: "unknown tags" },
  { file: "paddleclas/resnet.yaml", schedule: "paddleclas:Cosine", args: { learning_rate: 0.1, warmup_epoch: 20 }, unit: "epoch", at: [0, 10, 20, 70], rates: [0, 0.05, 0.1, 0.05] },
  { file: "paddleocr/rec.yml", schedule: "paddleocr:Cosine", args: { learning_rate: 0.0005, warmup_epoch: 10 }, unit: "epoch", at: [5, 10, 60], rates: [0.00025, 0.0005, 0.00025], why: "the cosine spans all epochs" },
  { file: "espnet/train.yaml", schedule: "espnet:warmuplr", args: { warmup_steps: 40000, lr: 0.0025 }, unit: "step", at: [0, 39999, 159999], rates: [6.25e-08, 0.0025, 0.00125] },
  { file: "wenet/conformer.yaml", schedule: "wenet:warmuplr", args: { warmup_steps: 25000, lr: 0.001 }, unit: "step", at: [0, 24999, 99999], rates: [4e-08, 0.001, 0.0005] },
  { file: "speechbrain/train.yaml", schedule: "speechbrain:NoamScheduler", args: { lr_initial: 0.4, n_warmup_steps: 25000 }, unit: "step", at: [1000, 25000, 100000], rates: [0.016, 0.4, 0.2], why: "!ref arithmetic" },
  { file: "opennmt/transformer.yaml", schedule: "opennmt:noam", args: { learning_rate: 2, warmup_steps: 8000, hidden_size: 512 }, unit: "step", at: [0, 7999, 31999], rates: [1.2352647110032733e-07, 0.0009882117688026187, 0.0004941058844013093] },
  { file: "marian/config.yml", schedule: "marian:learn-rate", args: { "learn-rate": 0.0003, "lr-warmup": 16000 }, unit: "step", at: [8000, 16000, 64000], rates: [0.00015, 0.0003, 0.00015] },
  { file: "composer/pretrain.yaml", schedule: "composer:cosine_with_warmup", args: { t_warmup: "100ba", alpha_f: 0.1 }, unit: "step", at: [0, 51, 101, 2451], rates: [0, 0.0003, 0.0006, 0.00033], why: "the trainer steps before its clock moves on" },
  { file: "olmo/tiny.yaml", schedule: "olmo:cosine_with_warmup", args: { learning_rate: 0.0006, t_warmup: 2000, alpha_f: 0.1 }, unit: "step", at: [0, 1000, 1999, 204466], rates: [6.0270000000000004e-05, 0.00033026999999999997, 0.0006, 0.00032999999999999994], why: "the warm-up starts at a tenth" },
  { file: "gpt-neox/small.yml", schedule: "gpt-neox:cosine", args: { lr: 0.0006, min_lr: 6e-05, warmup: 0.01 }, unit: "step", at: [1600, 3200, 163200], rates: [0.0003, 0.0006, 0.00032571618976460186], why: "hyphens, quotes and trailing comma" },
  { file: "megatron/pretrain.sh", schedule: "megatron:cosine", args: { lr: 0.00015, min_lr: 1e-05, lr_decay_iters: 320000, lr_warmup_fraction: 0.01 }, unit: "step", at: [1600, 3200, 161600, 400000], rates: [7.5e-05, 0.00015, 7.999999999999999e-05, 1e-05], why: "an array put into the command" },
  { file: "torchtitan/debug.toml", schedule: "torchtitan:lr_scheduler", args: { lr: 0.0008, warmup_steps: 2, decay_ratio: 0.8 }, unit: "step", at: [0, 1, 2, 5, 9], rates: [0.0004, 0.0008, 0.0008, 0.0005, 0.0001] },
  { file: "litgpt/finetune.yaml", schedule: "litgpt:finetune", args: { lr: 0.0002, lr_warmup_steps: 10 }, unit: "step", at: [5, 10, 210, 410], rates: [0.0001, 0.0002, 0.0001, 0], why: "min_lr is not used" },
  { file: "maxtext/run.yml", schedule: "maxtext:cosine", args: { learning_rate: 0.0003, warmup_steps_fraction: 0.1 }, unit: "step", at: [50, 100, 999, 1100], rates: [0.00015, 0.00030000000000000003, 3e-05, 0] },
  { file: "trlx/ppo.yml", schedule: "trlx:cosine_annealing", args: { T_max: 10000, eta_min: 1e-06, lr: 3e-05 }, unit: "step", at: [0, 5000, 10000], rates: [3e-05, 1.55e-05, 1e-06] },
  { file: "hifi-gan/config.json", schedule: "hifi-gan:lr_decay", args: { learning_rate: 0.0002, lr_decay: 0.999 }, unit: "epoch", at: [0, 1, 100], rates: [0.0002, 0.0001998, 0.0001809584294227418] },
  { file: "vits/base.json", schedule: "vits:lr_decay", args: { learning_rate: 0.0002, lr_decay: 0.999875 }, unit: "epoch", at: [0, 1000], rates: [0.0002, 0.00017649800150596942] },
  { file: "rl-zoo/ppo.yml", schedule: "rl-zoo:linear", args: { learning_rate: 0.001, n_timesteps: 100000 }, unit: "step", at: [0, 50000, 75000], rates: [0.001, 0.0005, 0.00025], why: "only the rate that falls; the discount is not a decay" },
  { file: "rllib/impala.yaml", schedule: "rllib:lr_schedule", args: {}, unit: "step", at: [0, 500000, 2000000], rates: [0.0006, 0.000305, 1.0000000000000026e-05] },
  { file: "rl-games/ant.yaml", schedule: "rl-games:linear", args: { learning_rate: 0.0003, max_epochs: 500 }, unit: "epoch", at: [0, 250], rates: [0.0003, 0.00015049999999999997] },
  { file: "paddleseg/unet.yml", schedule: "paddleseg:PolynomialDecay", args: { learning_rate: 0.01, power: 0.9, end_lr: 0 }, unit: "step", at: [0, 40000, 79999], rates: [0.01, 0.005358867312681466, 3.8656186838792874e-07] },
  { file: "t5x/block.gin", schedule: "t5x:create_learning_rate_scheduler", args: { factors: "constant * rsqrt_decay", warmup_steps: 10000 }, unit: "step", at: [100, 10000, 22500], rates: [0.01, 0.01, 0.006666666666666667] },
];
