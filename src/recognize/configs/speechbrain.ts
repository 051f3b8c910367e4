import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { each, found } from "./match.js";

/** SpeechBrain: `name: !new:speechbrain.nnet.schedulers.X` with its arguments indented below. */
export const speechbrain: ConfigFormat = {
  id: "speechbrain",
  syntaxes: ["yaml"],
  needs: [/!new:speechbrain\.nnet\.schedulers\.\w+/],
  recognize: ({ root, assume }) =>
    root.entries.flatMap((main) => {
      const name = /^!new:speechbrain\.nnet\.schedulers\.(\w+)$/.exec(main.tag)?.[1];
      if (!name || name === "ScheduledLoss") return [];
      const length = runLength(assume, { epochs: root.at("number_of_epochs") });
      const perEpoch = /^(?:LinearScheduler|StepScheduler|NewBobScheduler|ReduceLROnPlateau)$/.test(name);
      const args = each(main);
      return [
        found({
          schedule: `speechbrain:${name}`,
          main,
          callee: name,
          blocks: [main],
          args,
          context: {
            initial_lr: args["initial_value"] ?? args["lr_initial"] ?? root.at("lr"),
            total_steps: length.totalSteps,
          },
          run: perEpoch
            ? { unit: "epoch", steppedPer: "epoch", epochs: length.epochs, shown: length.shown }
            : { unit: "step", steppedPer: "optimizer step", ...length },
        }),
      ];
    }),
};
