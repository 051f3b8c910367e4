import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, pick } from "./match.js";

/** Darknet's network files: the first section, `[net]`. */
export const darknet: ConfigFormat = {
  id: "darknet",
  syntaxes: ["cfg"],
  needs: [/^[ \t]*\[(?:net|network)\]/m, /^[ \t]*learning_rate\s*=/m],
  recognize({ root, assume }) {
    const net = root.entries.length ? (root.at("net") ?? root.at("network")) : undefined;
    const rate = net?.at("learning_rate");
    if (!net || !rate) return [];
    const policy = net.str("policy")?.toLowerCase() ?? "constant";
    const name = policy === "sigmoid" ? "sig" : policy;
    return [
      found({
        schedule: `darknet:${name}`,
        main: net.at("policy") ?? rate,
        callee: name,
        blocks: [net],
        args: pick(
          net,
          "learning_rate burn_in power steps scales step scale gamma max_batches learning_rate_min sgdr_cycle sgdr_mult",
        ),
        momentum: net.at("momentum"),
        run: { unit: "step", steppedPer: "batch", ...runLength(assume, { maxSteps: net.at("max_batches") }) },
        others: ["policy"],
      }),
    ];
  },
};
