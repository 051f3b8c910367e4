import type { ConfigFormat } from "./format.js";
import { epochAxis } from "./length.js";
import { found, known, pick } from "./match.js";

/** Ultralytics' training arguments, and the hyper-parameter files of YOLOv5 and YOLOv7 (which leave the epochs to the command). */
export const ultralytics: ConfigFormat = {
  id: "ultralytics",
  syntaxes: ["yaml"],
  needs: [/^[ \t]*["']?lr0["']?\s*:/m, /^[ \t]*["']?lrf["']?\s*:/m],
  recognize({ root, assume, document }) {
    const block = root.has("lr0") ? root : root.entries.find((e) => e.has("lr0") && e.has("lrf"));
    const main = block?.at("lr0");
    if (!block || !main) return [];
    const args = pick(block, "lr0 lrf epochs cos_lr warmup_epochs warmup_bias_lr warmup_momentum momentum nbs");
    const ours = ["epochs", "cos_lr", "task", "mode", "imgsz", "nbs", "dfl"].some((k) => block.has(k));
    const seven = /yolov?7/i.test(document.path) || block.has("loss_ota") || block.has("paste_in");
    const cosine = block.bool("cos_lr") ?? (!ours && (seven || oldYolov5(block.has("fl_gamma"), document.text)));
    const epochs = block.at("epochs") ?? assumedEpochs(assume);
    const axis = epochAxis(assume, { epochs });
    const name = cosine ? "cosine" : "linear";
    return [
      found({
        schedule: `${ours ? "ultralytics" : "yolov5"}:${name}`,
        ...(ours && { definition: "ultralytics.YOLO.train" }),
        main,
        callee: name,
        blocks: [block],
        args: { ...args, ...(ours ? {} : { epochs, min_warmup: seven ? known(1000, "YOLOv7") : undefined }) },
        context: axis.context,
        momentum: block.at("momentum"),
        optimizer: block.str("optimizer"),
        run: axis.run,
        transforms: axis.transforms,
        others: ["optimizer", "cos_lr", "nbs", "momentum", "warmup_momentum"],
        notes: [
          block.str("optimizer") === "auto" &&
            "optimizer: auto chooses its own lr0 and momentum when training starts; these are used only with a named optimizer",
          !ours && `epochs and the shape (${name}) are given on the command line`,
        ],
      }),
    ];
  },
};

/** Files before YOLOv5 6.1 say so in their header; their training script used a cosine. */
function oldYolov5(hyp: boolean, text: string): boolean {
  return hyp && /final OneCycleLR learning rate/.test(text) && !/copy_paste/.test(text);
}

function assumedEpochs(assume: ReadonlyMap<string, unknown>) {
  const value = assume.get("epochs");
  const epochs = typeof value === "number" ? value : 300;
  return {
    status: "assumed",
    value: epochs,
    text: "epochs",
    name: "epochs",
    because: "given on the command line",
    assumptions: { epochs },
    origins: [],
  } as const;
}
