import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, pick } from "./match.js";

/** nanoGPT-style files of bare assignments. */
export const nanoGpt: ConfigFormat = {
  id: "nanogpt",
  syntaxes: ["python"],
  needs: [/^(?:learning_rate|max_iters)\s*=/m, /^(?:lr_decay_iters|warmup_iters|min_lr|decay_lr)\s*=/m],
  recognize({ root, assume, document }) {
    // A script that trains is read as a script.
    if (/^[ \t]*(?:def |class |for |while |import torch\b)/m.test(document.text)) return [];
    const rate = root.at("learning_rate") ?? root.at("lr_decay_iters");
    if (
      !rate ||
      !(root.has("lr_decay_iters") || root.has("warmup_iters") || root.has("max_iters") || root.has("decay_lr"))
    )
      return [];
    const constant = root.bool("decay_lr") === false;
    return [
      found({
        schedule: constant ? "nanogpt:constant" : "nanogpt:cosine",
        definition: "nanoGPT.train.get_lr",
        main: rate,
        callee: constant ? "constant" : "cosine",
        blocks: [root],
        args: pick(root, "learning_rate decay_lr warmup_iters lr_decay_iters min_lr"),
        run: { unit: "step", steppedPer: "optimizer step", ...runLength(assume, { maxSteps: root.at("max_iters") }) },
        others: ["decay_lr"],
      }),
    ];
  },
};
