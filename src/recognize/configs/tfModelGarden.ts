import type { Block } from "./block.js";
import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { each, found, known, type Given } from "./match.js";

/** TensorFlow Model Garden: `optimizer_config.learning_rate`, with a warm-up beside it. */
export const tfModelGarden: ConfigFormat = {
  id: "tf-model-garden",
  syntaxes: ["yaml"],
  needs: [/optimizer_config["']?\s*:/, /learning_rate["']?\s*:/],
  recognize({ root, assume }) {
    const config = root.first("trainer.optimizer_config", "optimizer_config");
    const main = config?.at("learning_rate");
    const type = main && chosen(main);
    if (!config || !main || !type) return [];
    const inner = main.at(type);
    const warm = config.at("warmup");
    const warmType = warm && chosen(warm);
    const warmBlock = warmType ? warm?.at(warmType) : undefined;
    const args: Record<string, Given> = { ...each(inner) };
    if (warmType) args["warmup"] = known(warmType, warmType, [warm?.first("type", warmType)]);
    for (const e of warmBlock?.entries ?? []) args[e.key === "power" ? "warmup_power" : e.key] = e;
    const length = runLength(assume, { maxSteps: root.first("trainer.train_steps", "train_steps") });
    return [
      found({
        schedule: `tf-model-garden:${type}`,
        main,
        callee: type,
        blocks: [main, ...(inner ? [inner] : []), ...(warmBlock ? [warmBlock] : [])],
        args,
        momentum: config.at("optimizer.sgd.momentum"),
        optimizer: config.str("optimizer.type"),
        run: { unit: "step", steppedPer: "optimizer step", ...length },
        others: ["type", "name", type],
      }),
    ];
  },
};

/** The `type`; where the experiment's own code has set it, the only choice that the file has settings for. */
function chosen(block: Block): string | undefined {
  const inner = block.entries.filter((e) => e.node.kind === "map");
  return block.str("type") ?? (inner.length === 1 ? inner[0]!.key : undefined);
}
