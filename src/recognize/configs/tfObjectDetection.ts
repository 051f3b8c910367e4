import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { runLength } from "./length.js";
import { each, found, known, type Given } from "./match.js";

const NAMES = ["constant", "exponential_decay", "manual_step", "cosine_decay"].map((n) => `${n}_learning_rate`);

/** `pipeline.config` of the TensorFlow Object Detection API. */
export const tfObjectDetection: ConfigFormat = {
  id: "tf-object-detection",
  syntaxes: ["prototxt"],
  needs: [/\btrain_config\b/, /\b(?:constant|exponential_decay|manual_step|cosine_decay)_learning_rate\s*:?\s*[{<]/],
  recognize: (input) =>
    (input.root.at("train_config.optimizer")?.entries ?? []).flatMap((o) => {
      const rate = o.at("learning_rate")?.entries.find((e) => NAMES.includes(e.key));
      return rate ? [schedule(rate, o, input)] : [];
    }),
};

function schedule(rate: Block, optimizer: Block, { root, assume }: ConfigInput): Finding {
  const args: Record<string, Given> = { ...each(rate) };
  const steps = rate.all("schedule");
  if (steps.length)
    args["schedule"] = known(
      steps.map((s) => [s.num("step") ?? 0, s.num("learning_rate") ?? 0.002]),
      "schedule",
      steps.flatMap((s) => [s.at("learning_rate"), s.at("step")]),
    );
  return found({
    schedule: `tf-object-detection:${rate.key}`,
    main: rate,
    blocks: [rate],
    args,
    momentum: optimizer.at("momentum_optimizer_value"),
    run: {
      unit: "step",
      steppedPer: "optimizer step",
      ...runLength(assume, { maxSteps: root.at("train_config.num_steps") }),
    },
  });
}
