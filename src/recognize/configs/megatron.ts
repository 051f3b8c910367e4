import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { runLength } from "./length.js";
import { derive, found, known, type Given } from "./match.js";

const KEYS =
  "lr min_lr lr_decay_style lr_decay_iters lr_decay_samples lr_warmup_iters lr_warmup_samples lr_warmup_fraction lr_warmup_init lr_wsd_decay_style lr_wsd_decay_iters lr_wsd_decay_samples train_iters train_samples global_batch_size";

/** Megatron-LM's flags, in a script or in YAML. */
export const megatron: ConfigFormat = {
  id: "megatron",
  syntaxes: ["shell", "yaml"],
  needs: [/lr[-_]decay[-_]style|lr[-_]warmup[-_](?:fraction|iters|samples)/, /train[-_](?:iters|samples)|min[-_]lr/],
  recognize(input) {
    const { root, syntax } = input;
    const keys = syntax === "yaml" ? flatKeys(root) : (k: string) => root.at(k);
    const style = keys("lr_decay_style");
    if (!keys("lr") || !(style || keys("lr_warmup_fraction") || keys("lr_warmup_iters") || keys("lr_decay_iters")))
      return [];
    if (!(
      keys("train_iters") ||
      keys("train_samples") ||
      keys("min_lr") ||
      keys("lr_decay_iters") ||
      keys("lr_decay_samples")
    ))
      return [];
    return [megatronFinding(keys, style ?? keys("lr")!, root, input)];
  },
};

function flatKeys(root: Block): (key: string) => Block | undefined {
  const blocks = [root, ...root.entries.filter((e) => e.node.kind === "map")];
  return (key) =>
    blocks
      .map((b) => b.at(key) ?? b.at(key.replaceAll("_", "-")) ?? b.at(`--${key.replaceAll("_", "-")}`))
      .find(Boolean);
}

function megatronFinding(
  keys: (k: string) => Block | undefined,
  main: Block,
  root: Block,
  { assume, syntax }: ConfigInput,
): Finding {
  const args: Record<string, Given> = {};
  for (const key of KEYS.split(" ")) args[key] = keys(key);
  // ms-swift's `megatron sft` has the flags, and a cosine where Megatron-LM itself has a line.
  const words = syntax === "shell" ? (root.at("0")?.items.map((w) => w.value) ?? []) : [];
  const swift = words.some((w, i) => w === "megatron" && /^(?:sft|pt|rlhf)$/.test(String(words[i + 1])));
  if (swift && typeof main.value !== "string") args["lr_decay_style"] = known("cosine", "ms-swift's default");
  const style = typeof main.value === "string" ? main.value : swift ? "cosine" : "linear";
  const samples = args["train_samples"];
  const steps =
    args["train_iters"] ??
    (samples && args["global_batch_size"]
      ? derive("train_samples / global_batch_size", [samples, args["global_batch_size"]], (n, b) => Math.floor(n! / b!))
      : undefined);
  const length = runLength(assume, { maxSteps: steps });
  return found({
    schedule: `megatron:${style}`,
    definition: "megatron:arguments",
    main,
    callee: style,
    blocks: syntax === "shell" ? [root] : main.parent ? [main.parent] : [],
    args,
    context: { total_steps: length.totalSteps, batch_size: args["global_batch_size"] },
    run: { unit: "step", steppedPer: "optimizer step", ...length },
    others: ["lr_decay_style", "train_iters", "train_samples", "global_batch_size"],
  });
}
