import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { each, found } from "./match.js";

/** Latent diffusion: `scheduler_config` of the model, factors of `base_learning_rate`. */
export const latentDiffusion: ConfigFormat = {
  id: "latent-diffusion",
  syntaxes: ["yaml"],
  needs: [/scheduler_config\s*:/, /lr_scheduler\.\w+/],
  recognize({ root, assume }) {
    const main =
      root.at("model.params.scheduler_config") ?? root.at("model.scheduler_config") ?? root.at("scheduler_config");
    const target = main?.str("target");
    if (!main || !target || !/lr_scheduler\.\w+$/.test(target)) return [];
    const name = target.slice(target.lastIndexOf(".") + 1);
    const params = main.at("params");
    const rate = root.first("model.base_learning_rate", "base_learning_rate");
    const length = runLength(assume, { maxSteps: root.first("lightning.trainer.max_steps") });
    return [
      found({
        schedule: `latent-diffusion:${name}`,
        main,
        callee: name,
        blocks: params ? [main, params] : [main],
        args: {
          ...each(params),
          base_learning_rate: rate ?? {
            status: "assumed",
            value: 1,
            text: "",
            name: "initial_lr",
            because: "the model's rate is not in this file: factors are shown",
            assumptions: { initial_lr: 1 },
            origins: [],
          },
        },
        context: { initial_lr: rate, total_steps: length.totalSteps },
        run: { unit: "step", steppedPer: "optimizer step", ...length },
        others: ["target", "params"],
        notes: ["drawn unscaled: training multiplies the rate by GPUs · batch · accumulation unless scale_lr is false"],
      }),
    ];
  },
};
