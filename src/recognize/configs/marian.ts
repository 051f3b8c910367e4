import { asNumber } from "./block.js";
import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, known, type Given } from "./match.js";

/** Marian: numbers with a suffix for their unit. */
export const marian: ConfigFormat = {
  id: "marian",
  syntaxes: ["yaml", "shell"],
  needs: [/\blearn[-_]rate\b/, /\blr-(?:decay|warmup|report)|lr_decay_inv_sqrt/],
  recognize({ root, assume, syntax }) {
    const key = (name: string) => root.at(syntax === "shell" ? name.replaceAll("-", "_") : name);
    const main = key("learn-rate");
    if (!main || !(key("lr-decay-inv-sqrt") || key("lr-warmup") || key("lr-decay"))) return [];
    const args: Record<string, Given> = {};
    for (const name of [
      "learn-rate",
      "lr-warmup",
      "lr-warmup-start-rate",
      "lr-decay-inv-sqrt",
      "lr-decay",
      "lr-decay-strategy",
      "lr-decay-start",
      "lr-decay-freq",
    ]) {
      const given = key(name);
      args[name] = given;
      const words = given?.items.map((i) => i.value);
      // One list in the file may hold words such as 16000 and 32k side by side.
      if (given && name === "lr-decay-start" && words)
        args[name] = known(
          words.map((w) => asNumber(w) ?? 0),
          String(words),
          [given],
        );
      if (given?.node.kind === "list" && name === "lr-decay-inv-sqrt" && words)
        args[name] = known(
          words.map((w) => w ?? 0),
          String(words),
          [given],
        );
    }
    const after = key("after-batches")?.number;
    return [
      found({
        schedule: "marian:learn-rate",
        main,
        blocks: [root],
        args,
        run: {
          unit: "step",
          steppedPer: "update",
          ...runLength(
            assume,
            after && after > 0 ? { maxSteps: key("after-batches") } : { epochs: key("after-epochs") },
          ),
        },
      }),
    ];
  },
};
