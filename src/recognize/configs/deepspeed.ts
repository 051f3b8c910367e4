import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { fallback, runLength } from "./length.js";
import { assumed, found, type Given } from "./match.js";
import { torchSchedule } from "./torchClass.js";

const OWN = ["WarmupLR", "WarmupDecayLR", "WarmupCosineLR", "OneCycle", "LRRangeTest"];

/** `scheduler: {type, params}` of a DeepSpeed configuration; `auto` is what the Hugging Face Trainer fills in. */
export function deepspeedSchedule(
  root: Block,
  input: Pick<ConfigInput, "assume">,
  trainer?: Readonly<Record<string, Given>>,
): Finding[] {
  const type = root.at("scheduler.type");
  const name = type && root.str("scheduler.type");
  if (!type || !name) return [];
  const params = root.at("scheduler.params");
  const lr = root.at("optimizer.params.lr");
  const fill = (given: Block): Given =>
    given.value === "auto" ? (trainer?.[given.key] ?? automatic(given, input.assume)) : given;
  const args = Object.fromEntries((params?.entries ?? []).map((e) => [e.key, fill(e)]));
  const rate = lr && fill(lr);
  const total = args["total_num_steps"];
  const length = runLength(input.assume, { maxSteps: total });
  const shared = {
    main: root.at("scheduler")!,
    callee: name,
    blocks: [root.at("scheduler")!, ...(params ? [params] : [])],
    context: { initial_lr: rate, total_steps: length.totalSteps },
    optimizer: root.str("optimizer.type"),
    others: ["type", "params"],
  };
  if (OWN.includes(name))
    return [
      found({
        ...shared,
        schedule: `deepspeed:${name}`,
        definition: `deepspeed.runtime.lr_schedules.${name}`,
        args,
        run: { unit: "step", steppedPer: "optimizer step", ...length },
      }),
    ];
  const torch = torchSchedule(name);
  return torch
    ? [found({ ...shared, schedule: torch, args, run: { unit: "step", steppedPer: "optimizer step", ...length } })]
    : [];
}

/** What the trainer fills in is not in this file; 0 is the only value it gives itself. */
function automatic(given: Block, assume: ConfigInput["assume"]): Given {
  const because = "auto: filled in by the trainer";
  switch (given.key) {
    case "warmup_min_lr":
      return assumed(assume, "warmup_min_lr", 0, because);
    case "warmup_max_lr":
    case "lr":
      return assumed(assume, "initial_lr", 0.001, because);
    case "warmup_num_steps":
      return assumed(assume, "warmup_num_steps", 1000, because);
    case "total_num_steps":
      return assumed(assume, "total_steps", fallback.total_steps, because);
  }
  return given;
}

export const deepspeed: ConfigFormat = {
  id: "deepspeed",
  syntaxes: ["json", "yaml"],
  needs: [
    /["']?scheduler["']?\s*:/,
    /["']?(?:params|type)["']?\s*:/,
    /train_(?:micro_)?batch_size|zero_optimization|WarmupLR|WarmupDecayLR|WarmupCosineLR|OneCycle|LRRangeTest/,
  ],
  recognize: (input) => {
    const { root } = input;
    const name = root.str("scheduler.type");
    const ours =
      root.has("train_batch_size") ||
      root.has("train_micro_batch_size_per_gpu") ||
      root.has("zero_optimization") ||
      root.has("optimizer.params") ||
      root.has("fp16") ||
      root.has("bf16") ||
      root.has("gradient_accumulation_steps");
    return name && (ours || OWN.includes(name)) ? deepspeedSchedule(root, input) : [];
  },
};
