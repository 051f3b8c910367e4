import { divide, PythonError, power as pow } from "../engine/python.js";
import { byCosine } from "../engine/oneCycle.js";
import { decay, flat, halfCosine, segments, warmup } from "../engine/segments.js";
import { everyPeriod, withTurns } from "../engine/shapes.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  flag,
  handle,
  integer,
  lr,
  lastEpoch,
  numbers,
  optimizer,
  power,
  ratio,
  schedule,
  steps,
  word,
} from "./define.js";
import { fixedGammaOf, multiStepOf, ofWhere, overSteps, paramSchedulers, warmedUp, type OfWhere } from "./fvcore.js";

const source = "detectron2 main (2026-06), detectron2/solver";

const lrMultiplier = defineSchedule({
  id: "detectron2.solver.LRMultiplier",
  aliases: ["detectron2.solver.lr_scheduler.LRMultiplier"],
  params: {
    optimizer,
    multiplier: schedule("an fvcore scheduler of the share of the run"),
    max_iter: steps("iterations of the run"),
    last_iter: integer("completed iterations when resuming; -1 for a fresh run", { default: -1 }),
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "lr · multiplier(t / max_iter)",
  source,
  compile: ({ multiplier, max_iter }, { initial_lr }) => overSteps(ofWhere(multiplier), max_iter, initial_lr),
});

const warmupParams = {
  warmup_factor: factor("factor at the first iteration", { default: 0.001 }),
  warmup_iters: steps("iterations of warm-up", { default: 1000 }),
  warmup_method: word("shape of the warm-up", { default: "linear", choices: ["linear", "constant"] }),
  last_epoch: lastEpoch,
};
type Warm = { warmup_factor: number; warmup_iters: number; warmup_method: string };
/** The factor of the deprecated classes, which multiplies the running schedule. */
function warmFactor({ warmup_factor: low, warmup_iters: W, warmup_method }: Warm): (t: number) => number {
  if (W > 0 && warmup_method !== "linear" && warmup_method !== "constant")
    throw new Raises(`ValueError: Unknown warmup method: ${warmup_method}`);
  return (t) => (t >= W ? 1 : warmup_method === "constant" ? low : low * (1 - t / W) + t / W);
}

const oldMultiStep = defineSchedule({
  id: "detectron2.solver.lr_scheduler.WarmupMultiStepLR",
  aliases: ["detectron2.solver.WarmupMultiStepLR"],
  params: {
    optimizer,
    milestones: numbers("iterations of the drops"),
    gamma: factor("factor of a drop", { default: 0.1 }),
    ...warmupParams,
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "lr · warm-up · gamma^(number of milestones ≤ t)",
  quirks: ["Milestones inside the warm-up already act."],
  source: "detectron2 1846f915, detectron2/solver/lr_scheduler.py",
  compile({ milestones, gamma, ...a }, { initial_lr: base }) {
    if (milestones.some((m, i) => i > 0 && m < milestones[i - 1]!))
      throw new Raises("ValueError: Milestones should be a list of increasing integers.");
    const warm = warmFactor(a);
    const [W, n] = [Math.ceil(a.warmup_iters), (t: number) => milestones.filter((m) => m <= t).length];
    const drops = (t: number) => milestones.map(Math.ceil).find((m) => m > t) ?? Infinity;
    const rate = (t: number) => base * warm(t) * pow(gamma, n(t));
    return segments(warmup(W, rate, drops), decay(Infinity, rate, drops));
  },
});

const oldCosine = defineSchedule({
  id: "detectron2.solver.lr_scheduler.WarmupCosineLR",
  aliases: ["detectron2.solver.WarmupCosineLR"],
  params: { optimizer, max_iters: steps("iterations of the run"), ...warmupParams },
  needs: ["initial_lr"],
  unit: "step",
  formula: "lr · warm-up · (1 + cos(π · t / max_iters)) / 2",
  quirks: ["The warm-up multiplies the running cosine.", "Past max_iters the rate rises again."],
  source: "detectron2 1846f915, detectron2/solver/lr_scheduler.py",
  compile({ max_iters: T, ...a }, { initial_lr: base }) {
    const warm = warmFactor(a);
    const rate = (t: number) => base * warm(t) * halfCosine(divide(t, T));
    return withTurns(segments(warmup(a.warmup_iters, rate, everyPeriod(T)), decay(Infinity, rate, everyPeriod(T))));
  },
});

const poly = defineSchedule({
  id: "detectron2.projects.deeplab.WarmupPolyLR",
  aliases: [
    "detectron2.projects.deeplab.lr_scheduler.WarmupPolyLR",
    "deeplab.lr_scheduler.WarmupPolyLR",
    "detectron2:WarmupPolyLR",
  ],
  params: {
    optimizer,
    max_iters: steps("iterations of the run"),
    ...warmupParams,
    power: power("exponent", { default: 0.9 }),
    constant_ending: ratio("floor as a share of the base rate", { default: 0 }),
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "lr · warm-up · (1 − t / max_iters)^power, floor lr · constant_ending",
  source: "detectron2, projects/DeepLab/deeplab/lr_scheduler.py",
  compile: ({ max_iters: T, power, constant_ending: floor, ...a }, { initial_lr }) =>
    polyCurve(initial_lr, T, power, floor, a),
});
function polyCurve(base: number, T: number, power: number, floor: number, a: Warm) {
  const warm = warmFactor(a);
  const raw = (t: number) => {
    if (t > T && !Number.isInteger(power)) throw new PythonError("ValueError: math domain error");
    return pow(1 - divide(t, T), power);
  };
  const rate = (t: number) =>
    floor > 0 && t >= a.warmup_iters && raw(t) < floor ? base * floor : base * warm(t) * raw(t);
  // The floor is reached where (1 − t / T)^power falls under it.
  const reached = floor > 0 && power > 0 ? Math.min(T, Math.floor(T * (1 - floor ** (1 / power))) + 1) : T;
  return segments(warmup(a.warmup_iters, rate), decay(reached, rate), decay(T + 1, rate), flat(Infinity, rate));
}

/** The `SOLVER` section of a configuration, as build_lr_scheduler reads it. */
const build = defineSchedule({
  id: "detectron2.solver.build_lr_scheduler",
  aliases: ["detectron2.solver.build.build_lr_scheduler", "detectron2:SOLVER"],
  params: {
    cfg: handle("the configuration"),
    optimizer,
    LR_SCHEDULER_NAME: word("the schedule", {
      default: "WarmupMultiStepLR",
      choices: ["WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR", "WarmupPolyLR"],
    }),
    BASE_LR: lr("base rate", { default: null }),
    BASE_LR_END: lr("final rate of the cosine", { default: 0 }),
    MAX_ITER: steps("iterations of the run", { default: 40000 }),
    STEPS: numbers("iterations of the drops", { default: [30000] }),
    GAMMA: factor("factor of a drop", { default: 0.1 }),
    NUM_DECAYS: integer("number of drops of WarmupStepWithFixedGammaLR", { default: 3 }),
    WARMUP_FACTOR: factor("first factor", { default: 1 / 1000 }),
    WARMUP_ITERS: steps("iterations of warm-up", { default: 1000 }),
    WARMUP_METHOD: word("shape of the warm-up", { default: "linear", choices: ["linear", "constant"] }),
    RESCALE_INTERVAL: flag("the schedule's clock starts after the warm-up", { default: false }),
    POLY_LR_POWER: power("exponent of WarmupPolyLR", { default: 0.9 }),
    POLY_LR_CONSTANT_ENDING: anything("floor of WarmupPolyLR as a share of the base rate", { default: 0 }),
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "BASE_LR · s(t / MAX_ITER), warmed up from WARMUP_FACTOR · s(0) to s(WARMUP_ITERS / MAX_ITER)",
  quirks: [
    "The warm-up aims at the schedule's value at its end.",
    "WarmupStepWithFixedGammaLR raises at the last iteration itself.",
  ],
  source,
  compile(a, { initial_lr }) {
    const base = a.BASE_LR ?? initial_lr ?? 0.001;
    if (a.LR_SCHEDULER_NAME === "WarmupPolyLR")
      return polyCurve(base, a.MAX_ITER, a.POLY_LR_POWER, a.POLY_LR_CONSTANT_ENDING as number, {
        warmup_factor: a.WARMUP_FACTOR,
        warmup_iters: a.WARMUP_ITERS,
        warmup_method: a.WARMUP_METHOD,
      });
    const inner = innerOf({ ...a, base });
    const length = Math.min(divide(a.WARMUP_ITERS, a.MAX_ITER), 1);
    return overSteps(warmedUp(inner, a.WARMUP_FACTOR, length, a.WARMUP_METHOD, a.RESCALE_INTERVAL), a.MAX_ITER, base);
  },
});

interface Solver {
  readonly LR_SCHEDULER_NAME: string;
  readonly base: number;
  readonly BASE_LR_END: number;
  readonly MAX_ITER: number;
  readonly STEPS: readonly number[];
  readonly GAMMA: number;
  readonly NUM_DECAYS: number;
}
function innerOf(a: Solver): OfWhere {
  const steps = a.STEPS.filter((s) => s <= a.MAX_ITER);
  switch (a.LR_SCHEDULER_NAME) {
    case "WarmupMultiStepLR":
      return multiStepOf(
        [1, ...steps].map((_, k) => a.GAMMA ** k),
        a.MAX_ITER,
        steps,
      );
    case "WarmupCosineLR": {
      const end = divide(a.BASE_LR_END, a.base);
      if (!(end >= 0 && end <= 1)) throw new Raises(`AssertionError: ${end}`);
      return {
        kind: "decay",
        edges: [1, 2, 3, 4].map((near) => ({ near, passed: (w) => w >= near })),
        at: (w) => byCosine(1, end, w),
      };
    }
    case "WarmupStepWithFixedGammaLR":
      return fixedGammaOf(1, a.NUM_DECAYS, a.GAMMA, a.MAX_ITER);
    default:
      throw new Raises(`ValueError: Unknown LR scheduler: ${a.LR_SCHEDULER_NAME}`);
  }
}

/** fvcore's schedulers of the share of the run, and detectron2's schedules made of them. */
export const fvcore = [...paramSchedulers, lrMultiplier, build, oldMultiStep, oldCosine, poly];
