import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, pick } from "./match.js";

/** timm's saved `args.yaml`, and its training commands. */
export const timm: ConfigFormat = {
  id: "timm",
  syntaxes: ["yaml", "shell"],
  needs: [/\bsched\b/, /\b(?:warmup[-_]epochs|warmup[-_]lr|decay[-_]epochs|cooldown[-_]epochs)\b/],
  recognize({ root, assume }) {
    const main = root.at("sched");
    const name = main?.value;
    if (!main || typeof name !== "string" || !root.has("epochs")) return [];
    const rate = root.first("lr") ?? root.first("lr_base");
    const scaled = !root.first("lr");
    const axis = root.bool("sched_on_updates") ? undefined : { unit: "epoch" as const, steppedPer: "epoch" };
    const length = runLength(assume, { epochs: root.at("epochs") });
    return [
      found({
        schedule: `timm:${name}`,
        definition: "timm.scheduler.create_scheduler_v2",
        main,
        callee: name,
        blocks: [root],
        args: {
          sched: main,
          lr: rate,
          ...pick(
            root,
            "epochs num_epochs=epochs warmup_epochs warmup_lr min_lr decay_epochs decay_rate cooldown_epochs warmup_prefix cycle_mul=lr_cycle_mul cycle_decay=lr_cycle_decay cycle_limit=lr_cycle_limit k_decay=lr_k_decay decay_milestones patience_epochs",
          ),
        },
        context: { initial_lr: rate, total_steps: length.totalSteps, epochs: root.at("epochs") },
        run: {
          ...(axis ?? { unit: "step", steppedPer: "optimizer step" }),
          shown: length.shown,
          ...(length.epochs && { epochs: length.epochs }),
        },
        others: ["epochs"],
        notes: [scaled && "lr is empty: lr_base is drawn, training multiplies it by the batch size / 256"],
      }),
    ];
  },
};
