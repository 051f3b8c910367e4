import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { derive, found, pick, type Given } from "./match.js";

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
    const scheduled: Given =
      steps?.number !== undefined && steps.number > 0 ? derive("steps", [steps], (n) => n) : length.totalSteps;
    return [
      found({
        schedule: `maxtext:${type}`,
        main,
        callee: type,
        blocks: [root],
        args: {
          ...pick(
            root,
            "learning_rate learning_rate_final_fraction=cosine_learning_rate_final_fraction learning_rate_final_fraction warmup_steps_fraction wsd_decay_steps_fraction wsd_decay_style steps learning_rate_schedule_steps",
          ),
          learning_rate_schedule_steps: scheduled,
        },
        context: { total_steps: length.totalSteps },
        run: { unit: "step", steppedPer: "optimizer step", ...length },
        others: ["lr_schedule_type", "steps"],
      }),
    ];
  },
};
