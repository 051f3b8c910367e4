import type { ConfigFormat } from "./format.js";
import { epochAxis } from "./length.js";
import { each, found, known, pick, type Given } from "./match.js";

/** PaddleDetection: `LearningRate.base_lr` with `schedulers`, tagged (`!CosineDecay`) or named. */
export const paddleDetection: ConfigFormat = {
  id: "paddledetection",
  syntaxes: ["yaml"],
  needs: [/^LearningRate\s*:/m, /\bschedulers?\s*:/],
  recognize(input) {
    const { root, assume, missing } = input;
    const main = root.at("LearningRate");
    const list = main?.at("schedulers") ?? main?.at("scheduler");
    if (!main || !list) return [];
    const parts = list.items.map((item) => ({
      name: item.tag.replace("!", "") || (item.str("name") ?? ""),
      block: item,
    }));
    const warm = parts.find((p) => /Warmup$/.test(p.name));
    const decay = parts.find((p) => p !== warm);
    if (!decay) return [];
    const args: Record<string, Given> = { ...pick(main, "base_lr"), ...each(decay.block) };
    delete args["name"];
    if (warm)
      Object.assign(args, pick(warm.block, "steps epochs start_factor power"), {
        warmup: known(warm.name, warm.name, [warm.block]),
      });
    const axis = epochAxis(assume, { epochs: root.at("epoch") ?? args["max_epochs"] });
    return [
      found({
        schedule: `paddledetection:${decay.name}`,
        main,
        callee: decay.name,
        blocks: [main, decay.block, ...(warm ? [warm.block] : [])],
        args,
        ...axis,
        others: ["schedulers", "name"],
        notes: [missing.length > 0 && `not found: ${missing.join(", ")}`],
      }),
    ];
  },
};
