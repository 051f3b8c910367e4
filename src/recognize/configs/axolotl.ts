import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { each, found, pick } from "./match.js";

/** Axolotl: trainer arguments under its own names. */
export const axolotl: ConfigFormat = {
  id: "axolotl",
  syntaxes: ["yaml"],
  needs: [/^base_model\s*:/m, /^micro_batch_size\s*:|^datasets\s*:/m, /^(?:learning_rate|lr_scheduler)\s*:/m],
  recognize({ root, assume }) {
    const rate = root.at("learning_rate");
    const scheduler = root.str("lr_scheduler")?.toLowerCase() ?? "cosine";
    const main = root.first("lr_scheduler") ?? rate;
    if (!main) return [];
    const length = runLength(assume, {
      maxSteps: root.at("max_steps"),
      epochs: root.at("num_epochs"),
      batch: root.at("micro_batch_size"),
      accumulation: root.at("gradient_accumulation_steps"),
    });
    return [
      found({
        schedule: `axolotl:${scheduler}`,
        main,
        callee: scheduler,
        blocks: [root],
        args: {
          ...pick(
            root,
            "learning_rate warmup_steps warmup_ratio cosine_min_lr_ratio cosine_constant_lr_ratio lr_quadratic_warmup",
          ),
          ...each(root.at("lr_scheduler_kwargs")),
        },
        context: { total_steps: length.totalSteps },
        run: { unit: "step", steppedPer: "optimizer step", ...length },
        others: [
          "lr_scheduler",
          "lr_scheduler_kwargs",
          "num_epochs",
          "max_steps",
          "micro_batch_size",
          "gradient_accumulation_steps",
        ],
      }),
    ];
  },
};
