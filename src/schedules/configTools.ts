import { configToolsBasicsr } from "./configToolsBasicsr.js";
import { configToolsCaffe } from "./configToolsCaffe.js";
import { configToolsComposer } from "./configToolsComposer.js";
import { configToolsDarknet } from "./configToolsDarknet.js";
import { configToolsDiffusion } from "./configToolsDiffusion.js";
import { configToolsDl4j } from "./configToolsDl4j.js";
import { configToolsFinetuning } from "./configToolsFinetuning.js";
import { configToolsMmcv } from "./configToolsMmcv.js";
import { configToolsModelGarden } from "./configToolsModelGarden.js";
import { configToolsObjectDetection } from "./configToolsObjectDetection.js";
import { configToolsPaddle } from "./configToolsPaddle.js";
import { configToolsPaddleDetection } from "./configToolsPaddleDetection.js";
import { configToolsPretraining } from "./configToolsPretraining.js";
import { configToolsRl } from "./configToolsRl.js";
import { configToolsSpeech } from "./configToolsSpeech.js";
import { configToolsSpeechBrain } from "./configToolsSpeechBrain.js";
import { configToolsSwin } from "./configToolsSwin.js";
import { configToolsTrainer } from "./configToolsTrainer.js";
import { configToolsVision } from "./configToolsVision.js";
import { configToolsYolo } from "./configToolsYolo.js";

/**
 * Schedules that exist only as keys of a tool's configuration: `tool:name`, parameters in the tool's own spelling.
 *
 * | tool | ids |
 * | --- | --- |
 * | caffe | fixed, step, exp, inv, multistep, poly, sigmoid |
 * | darknet | constant, steps, step, exp, poly, sig, sgdr |
 * | tf-object-detection | constant_, exponential_decay_, manual_step_, cosine_decay_learning_rate |
 * | yolox | yoloxwarmcos, cos, warmcos, multistep |
 * | yolov5 | linear, cosine |
 * | mmcv | fixed, step, exp, poly, inv, CosineAnnealing, FlatCosineAnnealing, CosineRestart, LinearAnnealing, cyclic, OneCycle |
 * | paddledetection | CosineDecay, PiecewiseDecay (each with its warm-up) |
 * | paddleclas | Constant, ConstLR, Linear, Cosine, CosineFixmatch, Step, Piecewise, MultiStepDecay, Cyclic, OneCycleLR |
 * | paddleocr | Const, Linear, Cosine, CyclicalCosine, OneCycle, DecayLearningRate, TwoStepCosine, Step, Piecewise, MultiStepDecay |
 * | fastreid | MultiStepLR, CosineAnnealingLR |
 * | swin | cosine, linear, step, multistep |
 * | basicsr | MultiStepLR, MultiStepRestartLR, CosineAnnealingRestartLR, CosineAnnealingRestartCyclicLR, TrueCosineAnnealingLR, LinearLR |
 * | openpcdet | adam_onecycle, step |
 * | cvnets | cosine, multi_step |
 * | monai | WarmupCosineSchedule, LinearLR, ExponentialLR |
 * | nnunet | PolyLRScheduler |
 * | latent-diffusion | LambdaLinearScheduler, LambdaWarmUpCosineScheduler, LambdaWarmUpCosineScheduler2 |
 * | gpt-neox | linear, cosine, exponential, constant |
 * | olmo | cosine_with_warmup, linear_with_warmup, inverse_sqrt_with_warmup, constant, constant_with_warmup, cosine_linear_envelope |
 * | torchtitan | lr_scheduler |
 * | maxtext | cosine, wsd |
 * | t5x | create_learning_rate_scheduler |
 * | litgpt | pretrain, finetune |
 * | axolotl | rex, cosine_min_lr, cosine_quadratic_warmup, one_cycle |
 * | kohya | adafactor |
 * | llama-factory | warmup_stable_decay |
 * | speechbrain | NoamScheduler, NoamIntervalScheduler, LinearNoamScheduler, LinearScheduler, LinearWarmupScheduler, StepScheduler, WarmAndExpDecayLRSchedule, CyclicCosineScheduler, CyclicLRScheduler, InverseSquareRootScheduler, WarmCoolDecayLRSchedule, TriStageLRSchedule, NewBobScheduler, ReduceLROnPlateau, IntervalScheduler |
 * | wenet | warmuplr, constantlr |
 * | opennmt | noam, noamwd, rsqrt, none |
 * | marian | learn-rate |
 * | hifi-gan, vits | lr_decay |
 * | rl-zoo | linear |
 * | rllib | lr_schedule |
 * | rl-games | linear, identity, adaptive |
 * | rsl-rl | fixed, adaptive |
 * | transformers, axolotl, kohya, diffusers | the names of Transformers' SchedulerType, under the tool's own keys |
 * | torchtune | get_cosine_schedule_with_warmup |
 * | tf-model-garden | constant, stepwise, exponential, polynomial, cosine, power, power_linear, power_with_offset, step_cosine_with_offset |
 * | dl4j | ExponentialSchedule, StepSchedule, InverseSchedule, PolySchedule, SigmoidSchedule, MapSchedule |
 */
export const configTools = [
  ...configToolsCaffe,
  ...configToolsDarknet,
  ...configToolsObjectDetection,
  ...configToolsYolo,
  ...configToolsMmcv,
  ...configToolsPaddleDetection,
  ...configToolsPaddle,
  ...configToolsSwin,
  ...configToolsBasicsr,
  ...configToolsVision,
  ...configToolsDiffusion,
  ...configToolsPretraining,
  ...configToolsFinetuning,
  ...configToolsSpeechBrain,
  ...configToolsSpeech,
  ...configToolsRl,
  ...configToolsDl4j,
  ...configToolsComposer,
  ...configToolsTrainer,
  ...configToolsModelGarden,
];
