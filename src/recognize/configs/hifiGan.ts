import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found } from "./match.js";

/** HiFi-GAN (flat) and VITS (under `train`): one factor per epoch. */
export const hifiGan: ConfigFormat = {
  id: "hifi-gan",
  syntaxes: ["json", "yaml"],
  needs: [/["']?lr_decay["']?\s*:/, /["']?learning_rate["']?\s*:/],
  recognize({ root, assume }) {
    const vits = root.at("train");
    const block = vits?.has("lr_decay") ? vits : root;
    const main = block.at("lr_decay");
    const rate = block.at("learning_rate");
    const factor = main?.number;
    // The factor of an exponential decay is just under 1, and both tools name Adam's betas beside it.
    if (!main || !rate || factor === undefined || factor <= 0.5 || factor > 1) return [];
    if (
      !["adam_b1", "betas", "upsample_rates", "segment_size", "num_mels", "eps"].some(
        (k) => block.has(k) || root.has(k),
      )
    )
      return [];
    const epochs = block.first("epochs", "training_epochs");
    const length = runLength(assume, { epochs });
    return [
      found({
        schedule: block === root ? "hifi-gan:lr_decay" : "vits:lr_decay",
        main,
        blocks: [block],
        args: { learning_rate: rate, lr_decay: main },
        run: { unit: "epoch", steppedPer: "epoch", shown: [epochs], ...(length.epochs && { epochs: length.epochs }) },
        others: ["epochs"],
      }),
    ];
  },
};
