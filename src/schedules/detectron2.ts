import { byCosine } from "../engine/oneCycle.js";
import { divide, power as pow } from "../engine/python.js";
import { decay, flat, halfCosine, segments, warmup } from "../engine/segments.js";
import { countUpTo, everyPeriod, firstAbove, withTurns } from "../engine/shapes.js";
import { anything, factor, flag, handle, integer, lr, numbers, optimizer, power, ratio, required } from "./define.js";
import { schedule, steps, word } from "./define.js";
import { paramSchedulers } from "./fvcore.js";
import { warmedUp } from "./fvcoreComposite.js";
import { fixedGammaOf, multiStepOf } from "./fvcoreSteps.js";
import { atLeast, ofWhere, overSteps, type OfWhere } from "./fvcoreWhere.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

const source = "detectron2 main (2026-06), detectron2/solver";
const ofSolver = library({
  homes: (name) => [`detectron2.solver.${name}`, `detectron2.solver.lr_scheduler.${name}`],
  needs: ["initial_lr"],
  source,
});

const lrMultiplier = ofSolver({
  name: "LRMultiplier",
  params: {
    optimizer,
    multiplier: schedule("an fvcore scheduler of the share of the run"),
    max_iter: steps("iterations of the run"),
    last_iter: integer("completed iterations when resuming; -1 for a fresh run", { default: -1 }),
  },
  formula: "lr · multiplier(t / max_iter)",
  rule: ({ multiplier, max_iter }, { initial_lr }) => overSteps(ofWhere(multiplier), max_iter, initial_lr),
});

const warmupParams = {
  warmup_factor: factor("factor at the first iteration", { default: 0.001 }),
  warmup_iters: 1000,
  warmup_method: word("shape of the warm-up", { default: "linear", choices: ["linear", "constant"] }),
  last_epoch: -1,
};
type Warm = { warmup_factor: number; warmup_iters: number; warmup_method: string };
/** The factor of the deprecated classes, which multiplies the running schedule. */
function warmFactor({ warmup_factor: low, warmup_iters: W, warmup_method: method }: Warm): (t: number) => number {
  const unknown = W > 0 && method !== "linear" && method !== "constant";
  refuse(unknown, `ValueError: Unknown warmup method: ${method}`);
  return (t) => (t >= W ? 1 : method === "constant" ? low : low * (1 - t / W) + t / W);
}

const old = library({
  homes: (name) => [`detectron2.solver.lr_scheduler.${name}`, `detectron2.solver.${name}`],
  needs: ["initial_lr"],
  source: "detectron2 1846f915, detectron2/solver/lr_scheduler.py",
  first: { optimizer },
  last: warmupParams,
});

const oldMultiStep = old({
  name: "WarmupMultiStepLR",
  params: { milestones: required, gamma: 0.1 },
  formula: "lr · warm-up · gamma^(number of milestones ≤ t)",
  quirks: ["Milestones inside the warm-up already act."],
  rule: ({ milestones, gamma, ...a }, { initial_lr }) => warmSteps(initial_lr, milestones, gamma, a),
});

function warmSteps(base: number, milestones: readonly number[], gamma: number, a: Warm) {
  const falls = milestones.some((m, i) => i > 0 && m < milestones[i - 1]!);
  refuse(falls, "ValueError: Milestones should be a list of increasing integers.");
  const warm = warmFactor(a);
  const edges = milestones.map(Math.ceil);
  const rate = (t: number) => base * warm(t) * pow(gamma, countUpTo(milestones, t));
  const drops = (t: number) => firstAbove(edges, t);
  return segments(warmup(Math.ceil(a.warmup_iters), rate, drops), decay(Infinity, rate, drops));
}

const oldCosine = old({
  name: "WarmupCosineLR",
  params: { max_iters: required },
  formula: "lr · warm-up · (1 + cos(π · t / max_iters)) / 2",
  quirks: ["The warm-up multiplies the running cosine.", "Past max_iters the rate rises again."],
  rule({ max_iters: T, ...a }, { initial_lr: base }) {
    const warm = warmFactor(a);
    const rate = (t: number) => base * warm(t) * halfCosine(divide(t, T));
    return withTurns(segments(warmup(a.warmup_iters, rate, everyPeriod(T)), decay(Infinity, rate, everyPeriod(T))));
  },
});

const poly = library({
  homes: ["detectron2.projects.deeplab.", "detectron2.projects.deeplab.lr_scheduler.", "deeplab.lr_scheduler."],
})({
  name: "WarmupPolyLR",
  aliases: ["detectron2:WarmupPolyLR"],
  params: {
    optimizer,
    max_iters: required,
    ...warmupParams,
    power: 0.9,
    constant_ending: ratio("floor as a share of the base rate", { default: 0 }),
  },
  needs: ["initial_lr"],
  formula: "lr · warm-up · (1 − t / max_iters)^power, floor lr · constant_ending",
  source: "detectron2, projects/DeepLab/deeplab/lr_scheduler.py",
  rule: ({ max_iters: T, power, constant_ending: floor, ...a }, { initial_lr }) =>
    polyCurve(initial_lr, T, power, floor, a),
});
/** base · warm-up · (1 − t / T)^power, from the warm-up's end not below base · floor. */
function polyCurve(base: number, T: number, power: number, floor: number, a: Warm) {
  const warm = warmFactor(a);
  const raw = (t: number) => {
    refuse(t > T && !Number.isInteger(power), "ValueError: math domain error");
    return pow(1 - divide(t, T), power);
  };
  const rate = (t: number) =>
    floor > 0 && t >= a.warmup_iters && raw(t) < floor ? base * floor : base * warm(t) * raw(t);
  // The floor is reached where (1 − t / T)^power falls under it.
  const reached = floor > 0 && power > 0 ? Math.min(T, Math.floor(T * (1 - floor ** (1 / power))) + 1) : T;
  const W = a.warmup_iters;
  const parts = [warmup(Math.min(W, T + 1), rate), decay(reached, rate), decay(T + 1, rate), warmup(W, rate)];
  // A long warm-up rises at first, and falls with the rate beneath it before it is over.
  return withTurns(segments(...parts, flat(Infinity, rate)));
}

const kinds = ["WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR", "WarmupPolyLR"];
/** The `SOLVER` section of a configuration, as build_lr_scheduler reads it. */
const build = library({ homes: ["detectron2.solver.", "detectron2.solver.build."] })({
  name: "build_lr_scheduler",
  aliases: ["detectron2:SOLVER"],
  params: {
    cfg: handle("the configuration"),
    optimizer,
    LR_SCHEDULER_NAME: word("the schedule", { default: kinds[0]!, choices: kinds }),
    BASE_LR: lr("base rate", { default: null }),
    BASE_LR_END: lr("final rate of the cosine", { default: 0 }),
    MAX_ITER: steps("iterations of the run", { default: 40000 }),
    STEPS: numbers("iterations of the drops", { default: [30000] }),
    GAMMA: factor("factor of a drop", { default: 0.1 }),
    NUM_DECAYS: integer("number of drops of WarmupStepWithFixedGammaLR", { default: 3 }),
    WARMUP_FACTOR: factor("first factor", { default: 1 / 1000 }),
    WARMUP_ITERS: steps("iterations of warm-up", { default: 1000 }),
    WARMUP_METHOD: warmupParams.warmup_method,
    RESCALE_INTERVAL: flag("the schedule's clock starts after the warm-up", { default: false }),
    POLY_LR_POWER: power("exponent of WarmupPolyLR", { default: 0.9 }),
    POLY_LR_CONSTANT_ENDING: anything("floor of WarmupPolyLR as a share of the base rate", { default: 0 }),
  },
  needs: ["initial_lr"],
  formula: "BASE_LR · s(t / MAX_ITER), warmed up from WARMUP_FACTOR · s(0) to s(WARMUP_ITERS / MAX_ITER)",
  quirks: [
    "The warm-up aims at the schedule's value at its end.",
    "WarmupStepWithFixedGammaLR raises at the last iteration itself.",
  ],
  source,
  rule: (a, { initial_lr }) =>
    built({ ...a, ending: a.POLY_LR_CONSTANT_ENDING as number, base: a.BASE_LR ?? initial_lr ?? 0.001 }),
});

interface Solver {
  readonly LR_SCHEDULER_NAME: string;
  readonly base: number;
  readonly BASE_LR_END: number;
  readonly MAX_ITER: number;
  readonly STEPS: readonly number[];
  readonly GAMMA: number;
  readonly NUM_DECAYS: number;
  readonly WARMUP_FACTOR: number;
  readonly WARMUP_ITERS: number;
  readonly WARMUP_METHOD: string;
  readonly RESCALE_INTERVAL: boolean;
  readonly POLY_LR_POWER: number;
  readonly ending: number;
}
function built(a: Solver) {
  const { base, MAX_ITER: T, WARMUP_FACTOR: low, WARMUP_ITERS: W, WARMUP_METHOD: method } = a;
  if (a.LR_SCHEDULER_NAME === "WarmupPolyLR")
    return polyCurve(base, T, a.POLY_LR_POWER, a.ending, {
      warmup_factor: low,
      warmup_iters: W,
      warmup_method: method,
    });
  const inner = innerOf(a);
  return overSteps(warmedUp(inner, low, Math.min(divide(W, T), 1), method, a.RESCALE_INTERVAL), T, base);
}
function innerOf(a: Solver): OfWhere {
  const drops = a.STEPS.filter((s) => s <= a.MAX_ITER);
  switch (a.LR_SCHEDULER_NAME) {
    case "WarmupMultiStepLR": {
      const values = [1, ...drops].map((_, k) => a.GAMMA ** k);
      return multiStepOf(values, a.MAX_ITER, drops);
    }
    case "WarmupCosineLR": {
      const end = divide(a.BASE_LR_END, a.base);
      refuse(!(end >= 0 && end <= 1), `AssertionError: ${end}`);
      return { kind: "decay", edges: [1, 2, 3, 4].map(atLeast), at: (w) => byCosine(1, end, w) };
    }
    case "WarmupStepWithFixedGammaLR":
      return fixedGammaOf(1, a.NUM_DECAYS, a.GAMMA, a.MAX_ITER);
    default:
      return raise(`ValueError: Unknown LR scheduler: ${a.LR_SCHEDULER_NAME}`);
  }
}

/** fvcore's schedulers of the share of the run, and detectron2's schedules made of them. */
export const fvcore = [...paramSchedulers, lrMultiplier, build, oldMultiStep, oldCosine, poly];
