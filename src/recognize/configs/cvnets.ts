import type { ConfigFormat } from "./format.js";
import { epochAxis, runLength } from "./length.js";
import { each, found, pick } from "./match.js";

/** CVNets: `scheduler` with the shape's own block inside. */
export const cvnets: ConfigFormat = {
  id: "cvnets",
  syntaxes: ["yaml"],
  needs: [/^scheduler\s*:/m, /\bis_iteration_based\b|\bwarmup_init_lr\b/],
  recognize({ root, assume }) {
    const main = root.at("scheduler");
    const name = main?.str("name");
    if (!main || !name || !main.has(name)) return [];
    const axis =
      main.bool("is_iteration_based") === false
        ? epochAxis(assume, { epochs: main.at("max_epochs") })
        : {
            run: {
              unit: "step" as const,
              steppedPer: "iteration",
              ...runLength(assume, { maxSteps: main.at("max_iterations"), epochs: main.at("max_epochs") }),
            },
          };
    return [
      found({
        schedule: `cvnets:${name}`,
        main,
        callee: name,
        blocks: [main, main.at(name)!],
        args: {
          ...pick(main, "max_epochs max_iterations is_iteration_based warmup_iterations warmup_init_lr"),
          ...each(main.at(name)),
        },
        ...axis,
        others: ["name", name],
      }),
    ];
  },
};
