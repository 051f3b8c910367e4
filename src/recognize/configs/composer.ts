import { byName } from "../byName.js";
import type { Value } from "../../schedules/define.js";
import { scheduleNamed } from "../../schedules/index.js";
import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { each, found, known, type Given } from "./match.js";

/** LLM Foundry and Composer: `scheduler.name`, times as strings (`10ep`, `100ba`, `0.1dur`). */
export const composer: ConfigFormat = {
  id: "composer",
  syntaxes: ["yaml"],
  needs: [/^[ \t]*["']?schedulers?["']?\s*:/m, /t_warmup|t_max|alpha_f|max_duration/],
  recognize({ root, assume }) {
    const block =
      root.has("scheduler") || root.has("schedulers") ? root : (root.at("parameters") ?? root.at("train") ?? root);
    const main = block.at("scheduler") ?? block.entries.find((e) => e.key === "schedulers");
    if (!main) return [];
    const named = main.str("name") ? main : main.entries.find((e) => e.node.kind === "map");
    const name = main.str("name") ?? named?.key;
    const optimizer = block.at("optimizer") ?? block.at("optimizers");
    if (!named || !name || optimizer?.has("learning_rate")) return [];
    if (!CLASSES[name] && !scheduleNamed(`composer:${name}`)) return [];
    const rate = optimizer?.at("lr") ?? optimizer?.entries.map((e) => e.at("lr")).find(Boolean);
    const duration = block.at("max_duration") ?? block.at("train_duration");
    const stated =
      typeof duration?.value === "string" || typeof duration?.value === "number"
        ? duration.value
        : assume.get("max_duration");
    const steps = inBatches(stated);
    const epochs = inEpochs(stated);
    const length = runLength(assume, {
      ...(steps ? { maxSteps: known(steps, String(stated), [duration]) } : {}),
      ...(epochs ? { epochs: known(epochs, String(stated), [duration]) } : {}),
    });
    const args: Record<string, Given> = { ...each(named) };
    delete args["name"];
    return [
      found({
        schedule: `composer:${name}`,
        ...(CLASSES[name] && { definition: `composer.optim.${CLASSES[name]}` }),
        main,
        callee: name,
        blocks: [named],
        args,
        context: {
          initial_lr: rate,
          total_steps: length.totalSteps,
          steps_per_epoch: length.stepsPerEpoch,
          ...(stated !== undefined && {
            max_duration: duration
              ? known(stated as Value, String(stated), [duration])
              : known(stated as Value, String(stated)),
          }),
          batch_size: block.at("global_train_batch_size"),
        },
        optimizer: optimizer?.str("name"),
        run: { unit: "step", steppedPer: "batch", ...length, shown: [duration] },
        others: ["name"],
      }),
    ];
  },
};

const CLASSES: Readonly<Record<string, string>> = byName({
  step: "StepScheduler",
  multistep: "MultiStepScheduler",
  multistep_with_warmup: "MultiStepWithWarmupScheduler",
  constant: "ConstantScheduler",
  linear_decay: "LinearScheduler",
  exponential_decay: "ExponentialScheduler",
  cosine_decay: "CosineAnnealingScheduler",
  cosine_warmrestart: "CosineAnnealingWarmRestartsScheduler",
  polynomial_decay: "PolynomialScheduler",
});

const amount = (value: Value | undefined, unit: RegExp): number | undefined => {
  const match = typeof value === "string" ? /^[ \t]*([\d_.eE+]+)\s*([a-z]+)\s*$/.exec(value) : undefined;
  return match && unit.test(match[2]!) ? Number(match[1]!.replaceAll("_", "")) : undefined;
};
const inBatches = (value: Value | undefined) =>
  typeof value === "number" ? undefined : amount(value, /^(?:ba|iter)$/);
const inEpochs = (value: Value | undefined) => (typeof value === "number" ? value : amount(value, /^ep$/));
