import type { Finding } from "../finding.js";
import { asNumber, Block } from "./block.js";
import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, known, pick } from "./match.js";

/** RL Baselines3 Zoo: one block per environment; `learning_rate: lin_3e-4` falls to 0 over `n_timesteps`. */
export const rlZoo: ConfigFormat = {
  id: "rl-zoo",
  syntaxes: ["yaml"],
  needs: [/\blearning_rate\s*:\s*["']?lin_[\d.]/, /\bn_timesteps\b/],
  recognize: ({ root, assume }) =>
    root.entries.flatMap((env) => {
      const rate = env.at("learning_rate");
      const written = typeof rate?.value === "string" ? /^lin_(.+)$/.exec(rate.value)?.[1] : undefined;
      const start = asNumber(written);
      if (!rate || start === undefined) return [];
      const steps = env.at("n_timesteps");
      const rollout = (env.num("n_steps") ?? 1) * (env.num("n_envs") ?? 1);
      return [
        found({
          schedule: "rl-zoo:linear", main: env.at("learning_rate")!, callee: `${env.key}: lin_`, blocks: [env],
          args: { learning_rate: { ...known(start, written!, [rate]), origins: literalPart(rate) }, n_timesteps: steps, ...(env.has("n_steps") && rollout > 1 ? {} : {}) },
          run: { unit: "step", steppedPer: "timestep", ...runLength(assume, { maxSteps: steps }) },
          others: [],
          notes: [env.has("n_steps") && "set once per rollout of n_steps · n_envs timesteps"],
        }),
      ];
    }),
};

/** The number after `lin_`, so that an edit keeps the word. */
function literalPart(rate: Block) {
  const place = rate.node.at;
  const text = rate.node.kind === "scalar" ? rate.node.text : "";
  const at = text.indexOf("lin_") + 4;
  const quoted = place.to - place.from > text.length ? 1 : 0;
  return [{ from: place.from + quoted + at, to: place.from + quoted + text.length, ...(place.file && { file: place.file }), how: "literal" }];
}

/** RLlib: pairs of timestep and rate. */
export const rllib: ConfigFormat = {
  id: "rllib",
  syntaxes: ["yaml", "json"],
  needs: [/\blr(?:_schedule)?["']?\s*:/, /\[\s*\[|-\s+-|-\s*\[/],
  recognize({ root, assume }) {
    const found_: Finding[] = [];
    const walk = (block: Block, depth: number): void => {
      if (depth > 5 || found_.length > 50) return;
      const main = [block.at("lr_schedule"), block.at("lr")].find((b) => b && pairsOf(b));
      if (main) {
        const stop = root.node === block.node ? block.first("stop.timesteps_total") : (block.parent?.first("stop.timesteps_total", "stop.num_env_steps_sampled_lifetime") ?? undefined);
        found_.push(
          found({
            schedule: "rllib:lr_schedule", main, blocks: [main], args: { lr_schedule: known(pairsOf(main)!, "pairs", [main]) },
            context: { initial_lr: main.key === "lr_schedule" ? block.at("lr") : undefined },
            run: { unit: "step", steppedPer: "timestep", ...runLength(assume, { maxSteps: stop }) },
            notes: [main.key === "lr_schedule" && block.has("lr") && "with lr_schedule, lr is ignored"],
          }),
        );
        return;
      }
      for (const e of block.entries) if (e.node.kind === "map") walk(e, depth + 1);
    };
    walk(root, 0);
    return found_;
  },
};

/** At least two `[timestep, rate]` with rising timesteps from 0. */
function pairsOf(block: Block): (readonly [number, number])[] | undefined {
  if (block.node.kind !== "list") return undefined;
  const pairs = block.items.map((i) => (Array.isArray(i.value) && i.value.length === 2 ? ([asNumber(i.value[0]), asNumber(i.value[1])] as const) : undefined));
  if (pairs.length < 2 || !pairs.every((p) => p && p[0] !== undefined && p[1] !== undefined)) return undefined;
  const numbers = pairs as (readonly [number, number])[];
  return numbers.every(([t], i) => i === 0 || t > numbers[i - 1]![0]) && numbers.every(([, lr]) => lr >= 0 && lr < 10) ? numbers : undefined;
}

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
          schedule: `rl-games:${name}`, main: config.at("lr_schedule")!, callee: name, blocks: [config],
          args: pick(config, "learning_rate max_epochs min_lr kl_threshold"),
          run: { unit: "epoch", steppedPer: "epoch", shown: length.shown, ...(length.epochs && { epochs: length.epochs }) },
          others: ["lr_schedule", "max_epochs"],
        }),
      ];
    }
    const algorithm = root.first("algorithm", "runner.algorithm", "train.algorithm", "agent.algorithm");
    const schedule = algorithm?.str("schedule");
    if (!algorithm || !schedule || !algorithm.has("desired_kl") || !["adaptive", "fixed"].includes(schedule)) return [];
    return [
      found({
        schedule: `rsl-rl:${schedule}`, main: algorithm.at("schedule")!, callee: schedule, blocks: [algorithm],
        args: pick(algorithm, "learning_rate kl_threshold=desired_kl"),
        run: { unit: "step", steppedPer: "update", ...runLength(assume, { maxSteps: root.first("runner.max_iterations", "max_iterations") }) },
        others: ["schedule"],
      }),
    ];
  },
};
