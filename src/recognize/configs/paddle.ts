import type { ScheduleCall } from "../../schedules/define.js";
import { scheduleNamed } from "../../schedules/index.js";
import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { epochAxis, runLength } from "./length.js";
import { derive, each, found, known, pick, type Given } from "./match.js";

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

/** PaddleSeg: `lr_scheduler.type` with Paddle's own classes, counted in iterations. */
export const paddleSeg: ConfigFormat = {
  id: "paddleseg",
  syntaxes: ["yaml"],
  needs: [/^lr_scheduler\s*:/m, /^\s+type\s*:\s*["']?\w+(?:Decay|Annealing\w*|OnPlateau)\b/m],
  recognize({ root, assume }) {
    const main = root.at("lr_scheduler");
    const type = main?.str("type");
    const definition = type ? scheduleNamed(`paddle.optimizer.lr.${type}`) : undefined;
    if (!main || !type || !definition) return [];
    const length = runLength(assume, { maxSteps: root.at("iters") });
    const warm = main.first("warmup_iters");
    const args: Record<string, Given> = each(main);
    for (const key of ["type", "warmup_iters", "warmup_start_lr"]) delete args[key];
    const span = derive("iters", [length.totalSteps, warm ?? known(0, "0")], (n, w) => n! - w!);
    const lengthKey = { PolynomialDecay: "decay_steps", CosineAnnealingDecay: "T_max" }[type];
    if (lengthKey && !args[lengthKey]) args[lengthKey] = span;
    const shared = {
      schedule: `paddleseg:${type}`, main, callee: type, blocks: [main],
      run: { unit: "step" as const, steppedPer: "iteration", ...length },
      momentum: root.at("optimizer.momentum"), optimizer: root.str("optimizer.type"), others: ["type", "warmup_iters", "warmup_start_lr"],
    };
    if (!warm) return [found({ ...shared, definition: definition.id, args })];
    // The inner schedule begins when the warm-up ends.
    const inner = found({ ...shared, definition: definition.id, args });
    const plain = Object.fromEntries(Object.entries(inner.args).flatMap(([k, a]) => (a.value.status === "unknown" ? [] : [[k, a.value.value]])));
    const call: ScheduleCall = { kind: "schedule", definition, args: plain };
    return [
      found({
        ...shared, definition: "paddle.optimizer.lr.LinearWarmup",
        args: { learning_rate: known(call, type, []), warmup_steps: warm, start_lr: main.at("warmup_start_lr") ?? known(0, "0"), end_lr: main.first("learning_rate") },
      }),
    ];
  },
};
