import { divide } from "../engine/python.js";
import { decay, hold, segments, warmup } from "../engine/segments.js";
import { combined } from "./allennlpCombined.js";
import { named } from "./allennlpCommon.js";
import { cosine } from "./allennlpCosine.js";
import { linear, noam, polynomial } from "./allennlpPolynomial.js";
import { slanted } from "./allennlpSlanted.js";
import { defineSchedule, factor, handle, integer, optimizer, type ScheduleDefinition } from "./define.js";
import { exponentialLR, multiStepLR, reduceLROnPlateau, stepLR } from "./torch.js";
import { transformers } from "./transformers.js";

/** PyTorch's and Transformers' schedulers under AllenNLP's names, stepped once an epoch. */
const wrapped =
  (module: string) =>
  (name: string, registered: string, inner: ScheduleDefinition): ScheduleDefinition => ({
    ...inner,
    ...named(module, `${name}LearningRateScheduler`, registered),
    unit: "epoch",
    quirks: [...(inner.quirks ?? []), "AllenNLP steps it once an epoch."],
  });
const ofTorch = wrapped("pytorch_lr_schedulers");
const ofTransformers = (name: string, registered: string, made: string) =>
  wrapped("learning_rate_scheduler")(
    name,
    registered,
    transformers.find((d) => d.id === `transformers.${made}`)!,
  );
const hardRestarts = "get_cosine_with_hard_restarts_schedule_with_warmup";
const gamma = { ...exponentialLR.params.gamma!, default: 0.1 };
const exponential = { ...exponentialLR, params: { ...exponentialLR.params, gamma } };

const invertedTriangular = defineSchedule({
  id: "allennlp.training.momentum_schedulers.InvertedTriangular",
  aliases: [
    "allennlp.training.momentum_schedulers.inverted_triangular.InvertedTriangular",
    "allennlp:inverted_triangular",
  ],
  params: {
    optimizer,
    cool_down: integer("epochs of the fall"),
    warm_up: integer("epochs of the rise"),
    ratio: factor("highest / lowest momentum", { default: 10 }),
    last_epoch: handle("completed epochs when resuming"),
  },
  unit: "epoch",
  quantity: "momentum",
  formula: "momentum falls to momentum / ratio over cool_down, rises back over warm_up, then stays",
  source: "allennlp 2.10.1, training/momentum_schedulers/inverted_triangular.py",
  compile({ cool_down: C, warm_up: W, ratio }, { momentum: m = 0.9 }) {
    const low = divide(m, ratio);
    const fall = decay(C + 1, (e) => m - (e && (m - low) * (e / C)));
    const rise = warmup(C + W + 1, (e) => low + ((m - low) * (e - C)) / W);
    return segments(fall, rise, hold(Infinity, m));
  },
});

export const allennlp = [
  slanted,
  polynomial,
  linear,
  noam,
  cosine,
  combined,
  ofTransformers("Constant", "constant", "get_constant_schedule"),
  ofTransformers("ConstantWithWarmup", "constant_with_warmup", "get_constant_schedule_with_warmup"),
  ofTransformers("CosineWithWarmup", "cosine_with_warmup", "get_cosine_schedule_with_warmup"),
  ofTransformers("CosineHardRestartsWithWarmup", "cosine_hard_restarts_with_warmup", hardRestarts),
  ofTorch("Step", "step", stepLR),
  ofTorch("MultiStep", "multi_step", multiStepLR),
  ofTorch("Exponential", "exponential", exponential),
  ofTorch("ReduceOnPlateau", "reduce_on_plateau", reduceLROnPlateau),
  invertedTriangular,
];
