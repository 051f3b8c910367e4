import { asNumber, Block } from "./block.js";
import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { found, known } from "./match.js";

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
          schedule: "rl-zoo:linear",
          main: env.at("learning_rate")!,
          callee: `${env.key}: lin_`,
          blocks: [env],
          args: {
            learning_rate: { ...known(start, written!, [rate]), origins: literalPart(rate) },
            n_timesteps: steps,
            ...(env.has("n_steps") && rollout > 1 ? {} : {}),
          },
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
  return [
    {
      from: place.from + quoted + at,
      to: place.from + quoted + text.length,
      ...(place.file && { file: place.file }),
      how: "literal",
    },
  ];
}
