import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, pick } from "./match.js";

/** rl_games (Isaac Gym) and rsl_rl. */
export const rlGames: ConfigFormat = {
  id: "rl-games",
  syntaxes: ["yaml"],
  needs: [/\blearning_rate\s*:/, /\b(?:lr_schedule|kl_threshold|desired_kl)\s*:/],
  recognize({ root, assume }) {
    const config = root.first("params.config", "config", "train.params.config");
    const name = config?.str("lr_schedule");
    if (config && name && ["adaptive", "linear", "identity"].includes(name)) {
      const length = runLength(assume, { epochs: config.at("max_epochs") });
      return [
        found({
          schedule: `rl-games:${name}`,
          main: config.at("lr_schedule")!,
          callee: name,
          blocks: [config],
          args: pick(config, "learning_rate max_epochs min_lr kl_threshold"),
          run: {
            unit: "epoch",
            steppedPer: "epoch",
            shown: length.shown,
            ...(length.epochs && { epochs: length.epochs }),
          },
          others: ["lr_schedule", "max_epochs"],
        }),
      ];
    }
    const algorithm = root.first("algorithm", "runner.algorithm", "train.algorithm", "agent.algorithm");
    const schedule = algorithm?.str("schedule");
    if (!algorithm || !schedule || !algorithm.has("desired_kl") || !["adaptive", "fixed"].includes(schedule)) return [];
    return [
      found({
        schedule: `rsl-rl:${schedule}`,
        main: algorithm.at("schedule")!,
        callee: schedule,
        blocks: [algorithm],
        args: pick(algorithm, "learning_rate kl_threshold=desired_kl"),
        run: {
          unit: "step",
          steppedPer: "update",
          ...runLength(assume, { maxSteps: root.first("runner.max_iterations", "max_iterations") }),
        },
        others: ["schedule"],
      }),
    ];
  },
};
