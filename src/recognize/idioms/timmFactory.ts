import { byName } from "../byName.js";
import {
  CallResult,
  Dict,
  dictItems,
  first,
  Instance,
  stringOf,
  type PythonCall,
  type Val,
} from "../evaluate/index.js";
import type { Argument } from "../finding.js";
import type { Reader } from "../reader.js";
import { optimizerContext } from "../optimizer.js";
import { scheduleNamed } from "../../schedules/index.js";
import { draft, type Idiom } from "./idiom.js";

/** timm's `scheduler_kwargs`: which attribute of `args` gives which parameter. */
const attributes: Readonly<Record<string, string>> = byName({
  sched: "sched",
  epochs: "num_epochs",
  decay_epochs: "decay_epochs",
  decay_milestones: "decay_milestones",
  cooldown_epochs: "cooldown_epochs",
  patience_epochs: "patience_epochs",
  decay_rate: "decay_rate",
  min_lr: "min_lr",
  warmup_lr: "warmup_lr",
  warmup_epochs: "warmup_epochs",
  warmup_prefix: "warmup_prefix",
  lr_noise: "noise",
  lr_noise_pct: "noise_pct",
  lr_noise_std: "noise_std",
  seed: "noise_seed",
  lr_cycle_mul: "cycle_mul",
  lr_cycle_decay: "cycle_decay",
  lr_cycle_limit: "cycle_limit",
  lr_k_decay: "k_decay",
});

/** `create_scheduler(args, optimizer)`, and `create_scheduler_v2(optimizer, **scheduler_kwargs(args))`. */
export const timmFactory: Idiom = {
  names: /^create_scheduler(?:_v2)?$/,
  build(input) {
    const { reader, call, site } = input;
    if (!/^timm\./.test(input.name) && input.certain) return undefined;
    const definition = scheduleNamed("timm.scheduler.create_scheduler_v2");
    const isV2 = input.name.endsWith("_v2");
    const source = isV2
      ? [...call.kwargs.values(), ...call.args, ...starred(reader, site)].find((v) =>
          /scheduler_kwargs$/.test(nameOf(v)),
        )
      : (call.args[0] ?? call.kwargs.get("args"));
    const optimizer = isV2
      ? (call.args[0] ?? call.kwargs.get("optimizer"))
      : (call.args[1] ?? call.kwargs.get("optimizer"));
    const config =
      source === undefined ? undefined : argumentsIn(isV2 ? (first(source) as CallResult).args[0] : source);
    if (!definition || !config) return undefined;
    const args: Record<string, Argument> = {};
    for (const [attribute, value] of config) {
      const name = attributes[attribute];
      if (name && name in definition.params && definition.params[name]!.kind !== "handle")
        args[name] = { value: reader.program.describe(value, attribute) };
    }
    return draft(input, {
      definition: definition.id,
      args,
      run: { unit: "epoch", steppedPer: "epoch", ...(args["num_epochs"] && { epochs: args["num_epochs"].value }) },
      rest: optimizer === undefined ? {} : optimizerContext(reader, definition, { optimizer }),
    });
  },
};

/** What stands behind a `**` that was not taken apart. */
function starred(reader: Reader, site: PythonCall | undefined): Val[] {
  const nodes = site?.arguments.filter((argument) => argument.star).map(({ value }) => value) ?? [];
  return nodes.flatMap((node) => reader.program.object(node) ?? []);
}

function nameOf(value: Val): string {
  const call = first(value);
  const callee = call instanceof CallResult ? first(call.callee) : undefined;
  return callee && typeof callee === "object" && "name" in callee ? String(callee.name) : "";
}

/** Attributes of an argparse namespace or an object of the file. */
function argumentsIn(value: Val | undefined): [string, Val][] | undefined {
  const one = value === undefined ? undefined : first(value);
  if (one instanceof Dict) return dictItems(one).map(([key, v]) => [stringOf(key) ?? "", v]);
  if (one instanceof Instance) return [...one.attrs];
  return undefined;
}
