import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, listOf, pick } from "./match.js";

/** Caffe's `solver.prototxt`. */
export const caffe: ConfigFormat = {
  id: "caffe",
  syntaxes: ["prototxt"],
  needs: [/\blr_policy\s*:/, /\bbase_lr\s*:/],
  recognize({ root, assume }) {
    const main = root.at("lr_policy");
    const policy = root.str("lr_policy");
    if (!main || !policy) return [];
    const length = runLength(assume, { maxSteps: root.at("max_iter") });
    return [
      found({
        schedule: `caffe:${policy}`,
        main,
        callee: policy,
        blocks: [root],
        args: { ...pick(root, "base_lr gamma power stepsize max_iter"), stepvalue: listOf(root.all("stepvalue")) },
        momentum: root.at("momentum"),
        run: { unit: "step", steppedPer: "iteration", ...length },
        others: ["lr_policy"],
        notes: [root.has("warmup_iter") && "warmup_* keys belong to forks of Caffe: the warm-up is not drawn"],
      }),
    ];
  },
};
