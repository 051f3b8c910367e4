import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { each, found } from "./match.js";
import { torchSchedule } from "./torchClass.js";

/** SpeechBrain: `name: !new:speechbrain.nnet.schedulers.X` with its arguments indented below. */
export const speechbrain: ConfigFormat = {
  id: "speechbrain",
  syntaxes: ["yaml"],
  needs: [/!new:speechbrain\.nnet\.schedulers\.\w+|!(?:new|name):torch\.optim\.lr_scheduler\.\w+/],
  recognize: ({ root, assume }) =>
    root.entries.flatMap((main) => {
      // torch's own classes, which the recipes' code steps once per epoch.
      const torch = torchSchedule(/^!(?:new|name):(torch\.optim\.lr_scheduler\.\w+)$/.exec(main.tag)?.[1] ?? "");
      if (torch) {
        const { epochs, shown } = runLength(assume, { epochs: root.first("number_of_epochs", "epochs") });
        // `sch_class_x` belongs to `opt_class_x`.
        const twin = root.at(main.key.replace(/^(?:lr_)?sch\w*?_(class_\w+)$/, "opt_$1"));
        return [
          found({
            schedule: torch,
            main,
            callee: torch.slice(torch.lastIndexOf(".") + 1),
            blocks: [main],
            args: each(main),
            context: {
              initial_lr: (twin === undefined ? undefined : twin.at("lr")) ?? root.first("lr", "learning_rate"),
            },
            run: { unit: "epoch", steppedPer: "epoch", shown, ...(epochs && { epochs }) },
          }),
        ];
      }
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
