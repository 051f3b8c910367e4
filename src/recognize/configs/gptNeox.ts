import type { ConfigFormat } from "./format.js";
import { fallback, runLength } from "./length.js";
import { assumed, found, pick, type Given } from "./match.js";

/** GPT-NeoX: `optimizer.params.lr`, keys with hyphens or underscores. */
export const gptNeox: ConfigFormat = {
  id: "gpt-neox",
  syntaxes: ["yaml", "json"],
  needs: [/lr[-_]decay[-_]style/, /train[-_]iters/],
  recognize({ root, assume }) {
    const key = (name: string) => root.at(name) ?? root.at(name.replaceAll("_", "-"));
    const main = key("lr_decay_style");
    const rate = root.at("optimizer.params.lr");
    // Flat rates and warm-ups in iterations are Megatron-LM's own spelling.
    if (key("lr") || ["lr_warmup_fraction", "lr_warmup_iters", "lr_warmup_samples"].some(key)) return [];
    if (!main || typeof main.value !== "string" || !key("train_iters")) return [];
    // Runs may be split over several files; the optimizer may stand in another.
    const args: Record<string, Given> = {
      lr: rate ?? assumed(assume, "initial_lr", fallback.initial_lr, "the optimizer stands in another file"),
    };
    for (const name of "min_lr warmup train_iters lr_decay_iters lr_decay_fraction lr_decay_style".split(" "))
      args[name] = key(name);
    const length = runLength(assume, { maxSteps: key("train_iters") });
    return [
      found({
        schedule: `gpt-neox:${main.value}`,
        main,
        callee: main.value,
        blocks: [root],
        args,
        context: { initial_lr: rate, total_steps: length.totalSteps },
        run: { unit: "step", steppedPer: "optimizer step", ...length },
        others: [
          "lr_decay_style",
          "lr-decay-style",
          "train_iters",
          "train-iters",
          ...Object.keys(pick(root, "lr-decay-iters")),
        ],
      }),
    ];
  },
};
