import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { runLength } from "./length.js";
import { each, found } from "./match.js";
import { torchSchedule } from "./torchClass.js";

/** NeMo: `optim.sched.name`, at any depth. */
export const nemo: ConfigFormat = {
  id: "nemo",
  syntaxes: ["yaml"],
  needs: [/^[ \t]*["']?sched["']?\s*:/m, /^[ \t]*["']?optim\w*["']?\s*:/m],
  recognize: (input) => optims(input.root, 0).flatMap((optim) => schedule(optim, input)),
};

function optims(block: Block, depth: number): Block[] {
  if (depth > 5) return [];
  if (block.at("sched")?.has("name")) return [block];
  return block.entries.flatMap((e) => (e.node.kind === "map" ? optims(e, depth + 1) : []));
}

function schedule(optim: Block, { root, assume }: ConfigInput): Finding[] {
  const main = optim.at("sched")!;
  const name = main.str("name");
  if (!name) return [];
  const args = each(main);
  delete args["name"];
  const steps = [main.at("max_steps"), root.at("trainer.max_steps")].find((b) => b && (b.number ?? -1) > 0);
  const length = runLength(assume, { maxSteps: steps, epochs: root.first("trainer.max_epochs") });
  const torch = torchSchedule(name);
  return [
    found({
      schedule: `nemo:${name}`,
      definition: torch ?? `nemo.core.optim.lr_scheduler.${name}`,
      main,
      callee: name,
      blocks: [main],
      args: { ...args, max_steps: length.totalSteps },
      context: { initial_lr: optim.at("lr"), total_steps: length.totalSteps },
      optimizer: optim.str("name"),
      run: { unit: "step", steppedPer: "optimizer step", ...length },
      others: ["name", "monitor", "reduce_on_plateau"],
    }),
  ];
}
