import type { SyntaxNode } from "@lezer/common";
import type { ContextName, Value } from "../../schedules/define.js";
import { remembered } from "../byName.js";
import type { Machine } from "./machine.js";
import { fromValue } from "./describe.js";
import { Tracked, Unknown, type Val } from "./values.js";

/** What is assumed of a run about which a file says nothing. 100 epochs of 1,000 steps. */
export const DEFAULTS: Readonly<Partial<Record<ContextName, number>>> = {
  total_steps: 100_000,
  steps_per_epoch: 1000,
  epochs: 100,
  batch_size: 32,
  dataset_size: 32_000,
  world_size: 1,
  grad_accumulation: 1,
};

const MEANINGS: readonly [RegExp, ContextName][] = [
  [
    /^(world_?size|num_?(gpus|replicas|processes|workers_total|devices)|n_?gpus?|ngpus(_per_node)?|hvd_size|num_shards|nprocs|device_count)$/i,
    "world_size",
  ],
  [
    /^(gradient_accumulation(_steps)?|grad_accum(ulation)?(_steps|_iter)?|accum(ulation|ulate)?_(steps|iter|grad_batches)|accumulate_grad_batches|update_freq)$/i,
    "grad_accumulation",
  ],
  [
    /^((num|n|max|total|nb|train|training)_?(train_?|training_?|max_?)?epochs?|epochs?|epoch_num|epoch_count|max_epoch_num|niter_epochs|num_epochs_train)$/i,
    "epochs",
  ],
  [
    /^((num_?)?(train_?|training_?)?(steps?|iters?|iterations|batches|updates)_?(per|in|an|each)_?(an_?)?epoch|n(um)?_?batch(es)?(_per_epoch)?|epoch_?(len|length|size|steps|iters)|iters?_?(in|per)_?epoch|len_?(train_?)?(loader|dataloader)|train_?steps_per_epoch|dataset_steps|niter_per_ep|n_iter_per_epoch|num_steps_per_epoch)$/i,
    "steps_per_epoch",
  ],
  [
    /^((num|n|max|total|nb)_?(train_?|training_?|opt_?|optimization_?|update_?)?(steps?|iters?|iterations?|updates?)|train_?(steps?|iters?|iterations)|training_?(steps|iters)|t_?total|total_?num_?steps|max_?iterations?|total_?training_?steps|num_?train_?optimization_?steps|num_?train_?steps|num_?updates)$/i,
    "total_steps",
  ],
  [
    /^((train_?|per_?device_?train_?|per_?gpu_?train_?|global_?|total_?|mini_?)?batch_?size|bs|bsz|batchsize)$/i,
    "batch_size",
  ],
  [
    /^(num_?(train_?|training_?)?(examples|samples|images|data|instances)|dataset_?(size|len)|train_?(size|data_?size|set_?size|num|samples|examples)|n_?train|n_?samples|data_?size|num_?examples_per_epoch(_for_train)?)$/i,
    "dataset_size",
  ],
];

/** The meaning of a name when it is clear: `args.num_epochs` counts epochs. Looked for once for each name. */
export const meaningOf = remembered((name): ContextName | undefined => {
  const last = name
    .split(".")
    .at(-1)!
    .replace(/^_+|_+$/g, "");
  return MEANINGS.find(([pattern]) => pattern.test(last))?.[1];
});

/** The value that the user set for a symbol: under its own name, without `self.`, or under the name of its meaning. */
function assumed(m: Machine, name: string, meaning: ContextName | undefined): Val | undefined {
  const value: Value | undefined = m.assume.get(name) ?? (meaning && m.assume.get(meaning));
  return value === undefined ? undefined : fromValue(value);
}

/**
 * Something outside the file. Set by the user, or with a default where the meaning is clear: assumed, under this name.
 * Otherwise unknown, and the name is what would make it known.
 */
export function symbolFor(
  m: Machine,
  text: string,
  because: string,
  node?: SyntaxNode,
  known?: Val,
  meaning = meaningOf(text),
): Val {
  const name = text.replace(/^(self|cls)\./, "");
  const value = assumed(m, name, meaning) ?? known ?? (meaning && DEFAULTS[meaning]);
  const file = node && fileOf(m, node);
  const origins = node
    ? [{ from: node.from, to: node.to, how: "assumption", ...(file !== undefined && { file }) }]
    : [];
  if (value === undefined) return new Unknown(because, name, origins);
  const symbols = new Map([[name, value]]);
  if (value === null || typeof value !== "object") return new Tracked(value, origins, symbols, because);
  return value.kind === "float" ? new Tracked(value, origins, symbols, because) : value;
}

/** The file of the workspace that a node stands in; undefined for the document itself. */
function fileOf(m: Machine, node: SyntaxNode): string | undefined {
  let top = node;
  while (top.parent) top = top.parent;
  return top.tree === null ? undefined : m.modules.fileOf(top.tree);
}
