import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { derive, found, known, pick, type Given } from "./match.js";

/** torchtitan's TOML. */
export const torchtitan: ConfigFormat = {
  id: "torchtitan",
  syntaxes: ["toml"],
  needs: [/^[ \t]*\[lr_scheduler\]/m, /^[ \t]*\[optimizer\]|^\s*\[training\]/m],
  recognize({ root, assume }) {
    const main = root.at("lr_scheduler");
    if (!main || main.node.kind !== "map") return [];
    const length = runLength(assume, { maxSteps: root.at("training.steps") });
    const type = main.str("decay_type") ?? main.str("lr_decay_type") ?? "linear";
    return [
      found({
        schedule: "torchtitan:lr_scheduler", main, callee: type, blocks: [main],
        args: { lr: root.at("optimizer.lr"), ...pick(main, "warmup_steps decay_ratio decay_type min_lr_factor"), ...pick(main, "decay_ratio=lr_decay_ratio decay_type=lr_decay_type min_lr_factor=lr_min min_lr_factor=min_lr_factor") , steps: root.at("training.steps") },
        context: { initial_lr: root.at("optimizer.lr"), total_steps: length.totalSteps },
        optimizer: root.str("optimizer.name"),
        run: { unit: "step", steppedPer: "optimizer step", ...length },
        others: ["decay_type", "lr_decay_type"],
      }),
    ];
  },
};

/** LitGPT: pre-training counts micro-batches, fine-tuning optimizer steps. */
export const litgpt: ConfigFormat = {
  id: "litgpt",
  syntaxes: ["yaml"],
  needs: [/^train\s*:/m, /\blr_warmup_(?:steps|fraction)\b/, /\bglobal_batch_size\b/],
  recognize({ root, assume }) {
    const train = root.at("train");
    if (!train) return [];
    const pretrain = train.first("max_tokens") !== undefined && (root.has("tokenizer_dir") || root.has("initial_checkpoint_dir") || root.has("model_config") || !root.has("checkpoint_dir"));
    const rate = root.first("optimizer.init_args.lr", "optimizer.lr", "train.learning_rate", "learning_rate");
    const length = runLength(assume, {
      maxSteps: train.first("max_steps"), epochs: train.first("epochs"), batch: train.first("global_batch_size"),
    });
    const main = train.first("lr_warmup_steps", "lr_warmup_fraction");
    if (!main || !rate) return [];
    const tokens = train.first("max_tokens");
    const devices = root.first("devices");
    const world = typeof devices?.value === "number" ? devices : typeof assume.get("devices") === "number" ? known(assume.get("devices")!, "devices") : undefined;
    return [
      found({
        schedule: pretrain ? "litgpt:pretrain" : "litgpt:finetune", main, callee: "cosine", blocks: [train],
        args: {
          lr: rate, ...pick(train, "lr_warmup_steps lr_warmup_fraction min_lr max_tokens max_steps epochs global_batch_size micro_batch_size max_seq_length"),
        },
        context: { initial_lr: rate, ...(pretrain ? {} : { total_steps: length.totalSteps }), world_size: world, epochs: train.first("epochs"), steps_per_epoch: length.stepsPerEpoch },
        run: pretrain ? { unit: "step", steppedPer: "micro-batch", shown: [tokens] } : { unit: "step", steppedPer: "optimizer step", ...length },
        others: ["max_steps", "epochs"],
      }),
    ];
  },
};

/** MaxText. */
export const maxtext: ConfigFormat = {
  id: "maxtext",
  syntaxes: ["yaml"],
  needs: [/^["']?warmup_steps_fraction["']?\s*:/m, /^["']?learning_rate["']?\s*:/m],
  recognize({ root, assume }) {
    const main = root.at("learning_rate");
    if (!main || !root.has("warmup_steps_fraction")) return [];
    const type = root.str("lr_schedule_type") ?? "cosine";
    const own = root.num("learning_rate_schedule_steps");
    const steps = own !== undefined && own > 0 ? root.at("learning_rate_schedule_steps") : root.at("steps");
    const length = runLength(assume, { maxSteps: root.at("steps") });
    const scheduled: Given = steps?.number !== undefined && steps.number > 0 ? derive("steps", [steps], (n) => n) : length.totalSteps;
    return [
      found({
        schedule: `maxtext:${type}`, main, callee: type, blocks: [root],
        args: {
          ...pick(root, "learning_rate learning_rate_final_fraction=cosine_learning_rate_final_fraction learning_rate_final_fraction warmup_steps_fraction wsd_decay_steps_fraction wsd_decay_style steps learning_rate_schedule_steps"),
          learning_rate_schedule_steps: scheduled,
        },
        context: { total_steps: length.totalSteps },
        run: { unit: "step", steppedPer: "optimizer step", ...length },
        others: ["lr_schedule_type", "steps"],
      }),
    ];
  },
};

/** trlX: `scheduler: {name, kwargs}`. */
export const trlx: ConfigFormat = {
  id: "trlx",
  syntaxes: ["yaml"],
  needs: [/^scheduler\s*:/m, /^\s+kwargs\s*:/m, /^optimizer\s*:/m],
  recognize({ root, assume }) {
    const main = root.at("scheduler");
    const name = main?.str("name");
    const kwargs = main?.at("kwargs");
    if (!main || !name || !kwargs) return [];
    const torch = { cosine_annealing: "CosineAnnealingLR", linear: "LinearLR" }[name];
    if (!torch) return [];
    const length = runLength(assume, { maxSteps: root.at("train.total_steps"), epochs: root.at("train.epochs") });
    return [
      found({
        schedule: `trlx:${name}`, definition: `torch.optim.lr_scheduler.${torch}`, main, callee: name, blocks: [kwargs],
        args: Object.fromEntries(kwargs.entries.map((e) => [e.key, e])),
        context: { initial_lr: root.at("optimizer.kwargs.lr"), total_steps: length.totalSteps },
        run: { unit: "step", steppedPer: "optimizer step", ...length },
      }),
    ];
  },
};
