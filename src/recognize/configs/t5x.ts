import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, pick } from "./match.js";

/** Gin files of T5X and Flax T5: `create_learning_rate_scheduler`. */
export const t5x: ConfigFormat = {
  id: "t5x",
  syntaxes: ["gin"],
  needs: [/create_learning_rate_scheduler|learning_rate_schedules?\./],
  recognize({ root, assume }) {
    const name = ["create_learning_rate_scheduler", "create_learning_rate_fn"].find((n) =>
      root.entries.some((e) => e.key.startsWith(`${n}.`)),
    );
    if (!name) return [];
    const keys =
      "factors base_learning_rate warmup_steps decay_factor steps_per_decay steps_per_cycle step_offset min_learning_rate";
    const args = pick(
      root,
      keys
        .split(" ")
        .map((k) => `${k}=${name}.${k}`)
        .join(" "),
    );
    const main = args["factors"] ?? Object.values(args)[0];
    if (!main) return [];
    const length = runLength(assume, { maxSteps: root.first("TRAIN_STEPS", "train.total_steps") });
    return [
      found({
        schedule: "t5x:create_learning_rate_scheduler",
        main,
        callee: name,
        blocks: [],
        args,
        run: { unit: "step", steppedPer: "optimizer step", ...length },
      }),
    ];
  },
};
