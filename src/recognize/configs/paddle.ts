import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
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
    const parts = list.items.map((item) => ({ name: item.tag.replace("!", "") || (item.str("name") ?? ""), block: item }));
    const warm = parts.find((p) => /Warmup$/.test(p.name));
    const decay = parts.find((p) => p !== warm);
    if (!decay) return [];
    const args: Record<string, Given> = { ...pick(main, "base_lr"), ...each(decay.block) };
    delete args["name"];
    if (warm) Object.assign(args, pick(warm.block, "steps epochs start_factor power"), { warmup: known(warm.name, warm.name, [warm.block]) });
    const axis = epochAxis(assume, { epochs: root.at("epoch") ?? args["max_epochs"] });
    return [
      found({
        schedule: `paddledetection:${decay.name}`, main, callee: decay.name, blocks: [main, decay.block, ...(warm ? [warm.block] : [])], args, ...axis,
        others: ["schedulers", "name"],
        notes: [missing.length > 0 && `not found: ${missing.join(", ")}`],
      }),
    ];
  },
};

/** PaddleClas (`Global.epochs`) and PaddleOCR (`Global.epoch_num`): `Optimizer.lr`. */
export const paddleClas: ConfigFormat = {
  id: "paddleclas",
  syntaxes: ["yaml"],
  needs: [/^Optimizer\s*:/m, /^\s+lr\s*:/m],
  recognize: (input) => {
    const optimizer = input.root.at("Optimizer");
    const lr = optimizer?.at("lr");
    return optimizer && lr?.node.kind === "map" ? named(lr, optimizer, input) : [];
  },
};

function named(lr: Block, optimizer: Block, { root, assume }: ConfigInput): Finding[] {
  const ocr = root.has("Global.epoch_num") || root.has("PostProcess") && !root.has("Global.epochs");
  const tool = ocr ? "paddleocr" : "paddleclas";
  const name = lr.str("name") ?? (ocr ? "Const" : "Constant");
  const epochs = root.at(ocr ? "Global.epoch_num" : "Global.epochs");
  const axis = epochAxis(assume, { epochs });
  const args: Record<string, Given> = { ...each(lr), epochs };
  delete args["name"];
  const steady = name === "Piecewise" && args["learning_rate"] && tool === "paddleclas";
  return [
    found({
      schedule: `${tool}:${name}`, ...(name === "ReduceOnPlateau" && { definition: "paddle.optimizer.lr.ReduceOnPlateau" }), main: lr, callee: name, blocks: [lr], args, ...axis,
      momentum: optimizer.at("momentum"), optimizer: optimizer.str("name"),
      others: ["name", "epochs", "epoch_num"],
      notes: [steady && "with learning_rate set, values may be replaced by a tenth every 30 epochs, depending on the version"],
    }),
  ];
}
