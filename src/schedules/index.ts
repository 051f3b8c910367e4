import { configTools } from "./configTools.js";
import { mmengine } from "./mmengine.js";
import { fvcore } from "./detectron2.js";
import { fairseq } from "./fairseq.js";
import { composer } from "./composer.js";
import { nemo } from "./nemo.js";
import { espnet } from "./espnet.js";
import { llm } from "./llm.js";
import { ultralytics } from "./ultralytics.js";
import { allennlp } from "./allennlp.js";
import type { ScheduleDefinition } from "./define.js";
import { tf1 } from "./tf1.js";
import { keras } from "./keras.js";
import { keras2 } from "./keras2.js";
import { torch } from "./torch.js";
import { transformers } from "./transformers.js";
import { diffusers } from "./diffusers.js";
import { timm } from "./timm.js";
import { deepspeed } from "./deepspeed.js";
import { ignite } from "./ignite.js";
import { lightningBolts } from "./lightning-bolts.js";
import { optax } from "./optax.js";
import { jax } from "./jax.js";
import { flax } from "./flax.js";
import { tfm } from "./tfm.js";
import { tfa } from "./tfa.js";
import { paddle } from "./paddle.js";
import { trax } from "./trax.js";
import { mxnet } from "./mxnet.js";
import { chainer } from "./chainer.js";
import { thinc } from "./thinc.js";
import { sklearn } from "./sklearn.js";
import { fastai } from "./fastai.js";
import { fastai1 } from "./fastai1.js";
import { mindspore } from "./mindspore.js";
import { warmupScheduler } from "./warmupScheduler.js";

/** One line per library. */
export const libraries: Readonly<Record<string, readonly ScheduleDefinition[]>> = {
  configTools,
  allennlp,
  ultralytics,
  llm,
  espnet,
  nemo,
  composer,
  fairseq,
  fvcore,
  mmengine,
  tf1,
  keras,
  keras2,
  torch,
  transformers,
  diffusers,
  timm,
  deepspeed,
  ignite,
  "lightning-bolts": lightningBolts,
  optax,
  jax,
  flax,
  tfm,
  tfa,
  paddle,
  trax,
  mxnet,
  chainer,
  thinc,
  sklearn,
  fastai,
  fastai1,
  mindspore,
  warmup_scheduler: warmupScheduler,
};

const byName = new Map<string, ScheduleDefinition>();
for (const definition of Object.values(libraries).flat())
  for (const name of [definition.id, ...(definition.aliases ?? [])]) byName.set(name, definition);

/** The definition whose id or alias is this qualified name. */
export function scheduleNamed(qualifiedName: string): ScheduleDefinition | undefined {
  return byName.get(qualifiedName);
}

/** Every definition, in table order. */
export function allSchedules(): ScheduleDefinition[] {
  return Object.values(libraries).flat();
}
