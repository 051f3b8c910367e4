import { defineSchedule, integer, lastEpoch, optimizer, steps } from "./define.js";
import type { Context, Definition, Params, ScheduleDefinition } from "./define.js";

const home = "allennlp.training.learning_rate_schedulers";
export function named(module: string, name: string, registered: string) {
  const aliases = [`allennlp.training.${name}`, `${home}.${module}.${name}`, `allennlp:${registered}`];
  return { id: `${home}.${name}`, aliases, source: `allennlp 2.10.1, training/learning_rate_schedulers/${module}.py` };
}

type Declared<P extends Params> = Omit<Definition<P>, "id" | "aliases" | "source">;

/** One of AllenNLP's own, by its class within its module: the trainer calls step_batch(t + 1) before the update after t batches. */
export function scheduler<P extends Params>(path: string, declared: Declared<P>): ScheduleDefinition {
  const [module = "", name = ""] = path.split(".");
  return defineSchedule<P>({
    needs: ["initial_lr", "epochs", "steps_per_epoch"],
    ...(declared as Definition<P>),
    ...named(module, name, module),
    params: { optimizer, ...declared.params, last_epoch: lastEpoch } as unknown as P,
  });
}

/** The length of the run, which the trainer fills in. */
export const length = {
  num_epochs: integer("epochs of the run; the trainer's when absent", { default: null }),
  num_steps_per_epoch: steps("batches of an epoch; the data loader's when absent", { default: null }),
};
export const epochsOf = (given: number | null, { epochs }: Context) => Math.max(0, given ?? (epochs || 1));
export const batchesOf = (given: number | null, context: Context) =>
  Math.max(0, given ?? (context.steps_per_epoch || 1));
