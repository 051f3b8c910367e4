import type { Evaluated, Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { epochAxis, runLength } from "./length.js";
import { found, pick } from "./match.js";

/** `SOLVER:` files: Detectron2 and its projects, and FastReID with epochs in the same keys. */
export const detectron2: ConfigFormat = {
  id: "detectron2",
  syntaxes: ["yaml"],
  needs: [
    /^["']?SOLVER["']?\s*:/m,
    /\b(?:BASE_LR|STEPS|MAX_ITER|MAX_EPOCH|LR_SCHEDULER_NAME|SCHED|WARMUP_\w+|GAMMA)\b/,
  ],
  recognize(input) {
    const solver = input.root.at("SOLVER");
    if (!solver || solver.node.kind !== "map") return [];
    // SlowFast and others use the same section with rules of their own.
    if (solver.has("LR_POLICY") || (!solver.has("MAX_ITER") && (solver.has("MAX_EPOCHS") || solver.has("EPOCHS"))))
      return [];
    return solver.has("MAX_EPOCH") || solver.has("SCHED") ? fastReid(solver, input) : solverFinding(solver, input);
  },
};

const usual = (value: number): Evaluated => ({ status: "default", value });

function solverFinding(solver: Block, { root, assume, missing }: ConfigInput): Finding[] {
  const name = solver.str("LR_SCHEDULER_NAME") ?? "WarmupMultiStepLR";
  // maskrcnn-benchmark has the same keys and other defaults of the warm-up; it spells WEIGHT, not WEIGHTS.
  const older = root.has("MODEL.WEIGHT") && !root.has("MODEL.WEIGHTS");
  const main = solver.first("BASE_LR", "LR_SCHEDULER_NAME", "STEPS", "MAX_ITER");
  if (!main) return [];
  return [
    found({
      schedule: `${older ? "maskrcnn-benchmark" : "detectron2"}:${name}`,
      definition: "detectron2.solver.build_lr_scheduler",
      main: solver,
      callee: name,
      blocks: [solver],
      args: {
        ...(older && { WARMUP_FACTOR: usual(1 / 3), WARMUP_ITERS: usual(500) }),
        ...pick(
          solver,
          "LR_SCHEDULER_NAME BASE_LR BASE_LR_END MAX_ITER STEPS GAMMA NUM_DECAYS WARMUP_FACTOR WARMUP_ITERS WARMUP_METHOD RESCALE_INTERVAL POLY_LR_POWER POLY_LR_CONSTANT_ENDING",
        ),
      },
      momentum: solver.at("MOMENTUM"),
      optimizer: solver.str("OPTIMIZER"),
      run: { unit: "step", steppedPer: "iteration", ...runLength(assume, { maxSteps: solver.at("MAX_ITER") }) },
      others: ["LR_SCHEDULER_NAME"],
      notes: [
        missing.length > 0 && `not found: ${missing.join(", ")}; keys that stand there are taken at their defaults`,
        solver.num("REFERENCE_WORLD_SIZE")
          ? "the rate and the iterations are scaled when the number of workers is not REFERENCE_WORLD_SIZE"
          : false,
      ],
    }),
  ];
}

function fastReid(solver: Block, { assume }: ConfigInput): Finding[] {
  const name = solver.str("SCHED") ?? "MultiStepLR";
  const axis = epochAxis(assume, { epochs: solver.at("MAX_EPOCH") });
  return [
    found({
      schedule: `fastreid:${name}`,
      main: solver,
      callee: name,
      blocks: [solver],
      args: pick(solver, "BASE_LR MAX_EPOCH STEPS GAMMA ETA_MIN_LR DELAY_EPOCHS WARMUP_FACTOR WARMUP_ITERS"),
      ...axis,
      others: ["SCHED", "MAX_EPOCH"],
    }),
  ];
}
