import type { Finding } from "../finding.js";
import { asNumber, Block } from "./block.js";
import type { ConfigFormat } from "./format.js";
import { runLength } from "./length.js";
import { assumed, found, known, type Assumptions } from "./match.js";

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
        const stop =
          root.node === block.node
            ? block.first("stop.timesteps_total")
            : (block.parent?.first("stop.timesteps_total", "stop.num_env_steps_sampled_lifetime") ?? undefined);
        found_.push(
          found({
            schedule: "rllib:lr_schedule",
            main,
            blocks: [main],
            args: { lr_schedule: known(pairsOf(main)!, "pairs", [main]) },
            context: { initial_lr: main.key === "lr_schedule" ? block.at("lr") : undefined },
            run: {
              unit: "step",
              steppedPer: "timestep",
              ...runLength(assume, { maxSteps: stop ?? lastTime(main, assume) }),
            },
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
  const pairs = block.items.map((i) =>
    Array.isArray(i.value) && i.value.length === 2
      ? ([asNumber(i.value[0]), asNumber(i.value[1])] as const)
      : undefined,
  );
  if (pairs.length < 2 || !pairs.every((p) => p && p[0] !== undefined && p[1] !== undefined)) return undefined;
  const numbers = pairs as (readonly [number, number])[];
  return numbers.every(([t], i) => Number.isInteger(t) && (i === 0 ? t === 0 : t > numbers[i - 1]![0])) &&
    numbers.every(([, lr]) => lr >= 0 && lr < 10)
    ? numbers
    : undefined;
}

/** Without a stop in the file, the run is taken to last as long as the schedule. */
const lastTime = (main: Block, assume: Assumptions) =>
  assumed(assume, "total_steps", pairsOf(main)!.at(-1)![0], "the schedule's last timestep");
