import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, pick } from "./match.js";

/** OpenNMT-py. */
export const openNmt: ConfigFormat = {
  id: "opennmt",
  syntaxes: ["yaml", "shell"],
  needs: [/\b(?:decay_method|start_decay_steps)\b/, /\blearning_rate\b|\btrain_steps\b/],
  recognize({ root, assume }) {
    const main = root.first("decay_method", "start_decay_steps", "learning_rate");
    if (!main || !(root.has("decay_method") || root.has("start_decay_steps"))) return [];
    const method = root.str("decay_method")?.toLowerCase() ?? "none";
    return [
      found({
        schedule: `opennmt:${method}`,
        main,
        callee: method,
        blocks: [root],
        args: {
          ...pick(root, "learning_rate warmup_steps learning_rate_decay start_decay_steps decay_steps"),
          hidden_size: root.first("hidden_size", "rnn_size", "dec_rnn_size", "enc_rnn_size", "model_dim"),
        },
        optimizer: root.str("optim"),
        run: { unit: "step", steppedPer: "optimizer step", ...runLength(assume, { maxSteps: root.at("train_steps") }) },
        others: ["decay_method", "train_steps"],
      }),
    ];
  },
};
