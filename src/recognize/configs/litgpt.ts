import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, known, pick } from "./match.js";

/** LitGPT: pre-training counts micro-batches, fine-tuning optimizer steps. */
export const litgpt: ConfigFormat = {
  id: "litgpt",
  syntaxes: ["yaml"],
  needs: [/^train\s*:/m, /\blr_warmup_(?:steps|fraction)\b/, /\bglobal_batch_size\b/],
  recognize({ root, assume }) {
    const train = root.at("train");
    if (!train) return [];
    const pretrain =
      train.first("max_tokens") !== undefined &&
      (root.has("tokenizer_dir") ||
        root.has("initial_checkpoint_dir") ||
        root.has("model_config") ||
        !root.has("checkpoint_dir"));
    const rate = root.first("optimizer.init_args.lr", "optimizer.lr", "train.learning_rate", "learning_rate");
    const length = runLength(assume, {
      maxSteps: train.first("max_steps"),
      epochs: train.first("epochs"),
      batch: train.first("global_batch_size"),
    });
    const main = train.first("lr_warmup_steps", "lr_warmup_fraction");
    if (!main || !rate) return [];
    const tokens = train.first("max_tokens");
    const devices = root.first("devices");
    const world =
      typeof devices?.value === "number"
        ? devices
        : typeof assume.get("devices") === "number"
          ? known(assume.get("devices")!, "devices")
          : undefined;
    return [
      found({
        schedule: pretrain ? "litgpt:pretrain" : "litgpt:finetune",
        main,
        callee: "cosine",
        blocks: [train],
        args: {
          lr: rate,
          ...pick(
            train,
            "lr_warmup_steps lr_warmup_fraction min_lr max_tokens max_steps epochs global_batch_size micro_batch_size max_seq_length",
          ),
        },
        context: {
          initial_lr: rate,
          ...(pretrain ? {} : { total_steps: length.totalSteps }),
          world_size: world,
          epochs: train.first("epochs"),
          steps_per_epoch: length.stepsPerEpoch,
        },
        run: pretrain
          ? { unit: "step", steppedPer: "micro-batch", shown: [tokens] }
          : { unit: "step", steppedPer: "optimizer step", ...length },
        others: ["max_steps", "epochs"],
      }),
    ];
  },
};
