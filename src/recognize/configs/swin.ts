import type { ConfigFormat } from "./format.js";
import { epochAxis } from "./length.js";
import { found, pick } from "./match.js";

/** Swin-style `TRAIN:` files. */
export const swin: ConfigFormat = {
  id: "swin",
  syntaxes: ["yaml"],
  needs: [/^["']?TRAIN["']?\s*:/m, /\b(?:WARMUP_EPOCHS|BASE_LR|LR_SCHEDULER)\b/],
  recognize({ root, assume }) {
    const train = root.at("TRAIN");
    if (!train || !(train.has("WARMUP_EPOCHS") || train.has("BASE_LR") || train.has("LR_SCHEDULER"))) return [];
    const scheduler = train.at("LR_SCHEDULER");
    const name = scheduler?.str("NAME") ?? "cosine";
    const axis = epochAxis(assume, { epochs: train.at("EPOCHS") });
    return [
      found({
        schedule: `swin:${name}`,
        main: train,
        callee: name,
        blocks: [train, ...(scheduler ? [scheduler] : [])],
        args: {
          ...pick(train, "BASE_LR WARMUP_LR MIN_LR EPOCHS WARMUP_EPOCHS"),
          ...pick(scheduler, "DECAY_EPOCHS DECAY_RATE MULTISTEPS GAMMA WARMUP_PREFIX"),
        },
        ...axis,
        others: ["LR_SCHEDULER", "NAME"],
        notes: ["drawn unscaled: training multiplies the rates by the total batch size / 512"],
      }),
    ];
  },
};
