import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { each, found } from "./match.js";

/** AllenNLP's `trainer.learning_rate_scheduler`. */
export const allenNlp: ConfigFormat = {
  id: "allennlp",
  syntaxes: ["jsonnet", "json"],
  needs: [/learning_rate_scheduler["']?\]?\s*\+?:/, /["']?trainer["']?\]?\s*\+?:/],
  recognize({ root, assume }) {
    const trainer = root.at("trainer") ?? root.at("train.trainer");
    const main = trainer?.at("learning_rate_scheduler");
    const type = main?.str("type");
    if (!trainer || !main || !type) return [];
    const args = each(main);
    const length = runLength(assume, { epochs: trainer.at("num_epochs"), stepsPerEpoch: args["num_steps_per_epoch"] });
    const perEpoch = ["step", "multi_step", "exponential", "cosine", "reduce_on_plateau"].includes(type);
    delete args["type"];
    const needsEpochs =
      type === "slanted_triangular" || type.endsWith("linear_with_warmup") || type === "polynomial_decay";
    return [
      found({
        schedule: `allennlp:${type}`,
        main,
        callee: type,
        blocks: [main],
        args: needsEpochs && !args["num_epochs"] ? { ...args, num_epochs: trainer.at("num_epochs") } : args,
        context: {
          initial_lr: trainer.at("optimizer.lr"),
          total_steps: length.totalSteps,
          epochs: trainer.at("num_epochs") ?? length.epochs,
          steps_per_epoch: length.stepsPerEpoch,
        },
        optimizer: trainer.str("optimizer.type"),
        run: perEpoch
          ? { unit: "epoch", steppedPer: "epoch", epochs: length.epochs, stepsPerEpoch: length.stepsPerEpoch }
          : { unit: "step", steppedPer: "batch", ...length },
        others: ["type"],
      }),
    ];
  },
};
