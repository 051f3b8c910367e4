import { byLine } from "../engine/oneCycle.js";
import { divide, power as pow } from "../engine/python.js";
import { everyPeriod } from "../engine/shapes.js";
import { flag, integer, lr, power, ratio, steps } from "./define.js";
import { annealed, noamCurve, poly, rootConstant } from "./nemoCurves.js";
import { constants, endless, holding, holds, max_steps, only, optional } from "./nemoPolicies.js";
import { policy, scheduler, tail, warm } from "./nemoPolicies.js";
import { refuse } from "./refuse.js";

const warmupPolicy = scheduler("WarmupPolicy", {
  params: { ...warm, max_steps: endless, ...tail },
  formula: "lr · (t + 1) / (W + 1) up to W, then lr; min_lr past max_steps",
  make: (a, base) => policy(a, base, () => base),
});

const warmupHoldPolicy = scheduler("WarmupHoldPolicy", {
  params: { ...warm, ...holds, max_steps: endless, ...tail },
  formula: "lr · (t + 1) / (W + 1) up to W, then lr; min_lr past max_steps",
  make: (a, base) => holding(a, base, () => base),
});

const squareQuirk = ["min_lr is a floor as well as the rate past max_steps."];
const square = scheduler("SquareAnnealing", {
  params: { max_steps, ...warm, ...tail, min_lr: lr("floor", { default: 1e-5, ...only }) },
  formula: "lr · ((T − t) / (T − W))², floor min_lr",
  quirks: ["min_lr is 1e-5 unless written.", ...squareQuirk],
  make: (a, base) => policy(a, base, (t, W, T) => Math.max(base * divide(T - t, T - W) ** 2, a.min_lr)),
});

const squareRoot = scheduler("SquareRootAnnealing", {
  params: { max_steps, ...warm, ...tail },
  formula: "lr · √((T − t) / T), floor min_lr",
  quirks: ["The warm-up is not taken off: the rate drops right after it.", ...squareQuirk],
  make: (a, base) => policy(a, base, (t, _, T) => Math.max(base * pow(divide(T - t, T), 0.5), a.min_lr)),
});

const cosine = scheduler("CosineAnnealing", {
  params: { max_steps, ...warm, ...constants, ...tail },
  formula: "min_lr + (lr − min_lr) · (1 + cos(π · (t − W) / (T − W))) / 2",
  quirks: ["With constant_steps the warm-up is lr · t / W, from 0, and the cosine ends constant_steps early."],
  make: (a, base) => annealed(a, base, false),
});

/** The policy beneath CosineAnnealing, by itself constant between warm-up and min_lr. */
const warmupAnnealHold = scheduler("WarmupAnnealHoldPolicy", {
  params: { ...warm, ...constants, max_steps: endless, ...tail },
  formula: "lr · (t + 1) / (W + 1) up to W, lr, then min_lr for the last constant_steps and past max_steps",
  make: (a, base) => annealed(a, base, true),
});

const noam = scheduler("NoamAnnealing", {
  params: { d_model: integer("width of the model", only), ...warm, max_steps: endless, ...tail },
  formula: "lr · d_model^−½ · min(t^−½, t · W^−3/2), floor min_lr after the warm-up",
  quirks: ["Steps 0 and 1 are equal.", "max_steps is only used by warmup_ratio."],
  make: noamCurve,
});

const decay_rate = power("exponent of the decay", { default: 0.5, ...only });
const noamHold = scheduler("NoamHoldAnnealing", {
  params: { max_steps, decay_rate, ...warm, ...holds, ...tail },
  formula: "lr · W^decay_rate / (t − hold)^decay_rate after warm-up and hold, floor min_lr",
  quirks: ["A warm-up is required."],
  make: (a, base) =>
    holding(a, base, (t, H, _, W) => {
      refuse(W === 0, "ValueError: Noam scheduler cannot be used without warmup steps");
      const held = H > 0 ? H - W : 0;
      return Math.max((base * Math.max(1, pow(W, a.decay_rate))) / Math.max(1, pow(t - held, a.decay_rate)), a.min_lr);
    }),
});

const warmupAnnealing = scheduler("WarmupAnnealing", {
  params: { max_steps, ...warm, ...tail },
  formula: "lr to min_lr linearly from W to T",
  make: (a, base) => policy(a, base, (t, W, T) => byLine(base, a.min_lr, divide(t - W, T - W))),
});

const inverseSquareRoot = scheduler("InverseSquareRootAnnealing", {
  params: { max_steps, ...warm, ...tail },
  formula: "lr · √((W + 1) / (t + 1))",
  make: (a, base) => policy(a, base, (t, W) => base / ((t + 1) / (W + 1)) ** 0.5),
});

const constant_ratio = ratio("refused by the library", optional);
const t5Params = { max_steps, constant_steps: steps("steps at the first rate", optional), constant_ratio, ...tail };
const t5 = scheduler("T5InverseSquareRootAnnealing", {
  params: t5Params,
  formula: "1 / √max(t, constant_steps)",
  quirks: ["The optimizer's rate is ignored.", "constant_ratio crashes the library."],
  make: (a) => rootConstant(a, (t) => 1 / t ** 0.5),
});
const rootPolicy = scheduler("SquareRootConstantPolicy", {
  params: t5Params,
  formula: "1 / √constant_steps, then lr",
  make: (a, base) => rootConstant(a, () => base),
});

const polyParams = {
  power: power("exponent", { default: 1, ...only }),
  cycle: flag("start over at the end, longer", { default: false, ...only }),
};

const polynomial = scheduler("PolynomialDecayAnnealing", {
  params: { max_steps, ...polyParams, ...warm, ...tail },
  formula: "min_lr + (lr − min_lr) · (1 − (t − W) / (T − W))^power",
  make: (a, base) => {
    const restarts = (W: number) => (a.cycle ? everyPeriod(a.max_steps - W, W + 1) : () => Infinity);
    return policy(a, base, (t, W, T) => poly(a, base, t - W, T - W), restarts);
  },
});

const jump = ["Without a hold the decay measures from step 0: the rate jumps when the warm-up ends."];
const polynomialHold = scheduler("PolynomialHoldDecayAnnealing", {
  params: { max_steps, ...polyParams, ...warm, ...holds, ...tail },
  formula: "min_lr + (lr − min_lr) · (1 − (t − H) / (T − max(W, H)))^power after warm-up and hold",
  quirks: jump,
  make: (a, base) => {
    const kink = (H: number, T: number, W: number) => H + T - Math.max(W, H);
    return holding(a, base, (t, H, T, W) => poly(a, base, t - H, T - Math.max(W, H)), kink);
  },
});

const holdLinear = scheduler("WarmupHoldAnnealLinear", {
  params: { max_steps, ...warm, ...holds, ...tail },
  formula: "lr − (lr − min_lr) · (t − H) / (T − H) after warm-up and hold",
  quirks: jump,
  make: (a, base) => holding(a, base, (t, H, T) => byLine(base, a.min_lr, divide(t - H, T - H))),
});

const holdRoot = scheduler("WarmupHoldAnnealOneMinusSquareRoot", {
  params: { max_steps, ...warm, ...holds, ...tail },
  formula: "max(min_lr, lr · (1 − √((t − H) / (T − H)))) after warm-up and hold",
  quirks: jump,
  make: (a, base) => holding(a, base, (t, H, T) => Math.max(a.min_lr, base * (1 - pow(divide(t - H, T - H), 0.5)))),
});

export const nemo = [
  warmupPolicy,
  warmupHoldPolicy,
  warmupAnnealHold,
  rootPolicy,
  square,
  squareRoot,
  cosine,
  noam,
  noamHold,
  warmupAnnealing,
  inverseSquareRoot,
  t5,
  polynomial,
  polynomialHold,
  holdLinear,
  holdRoot,
];
