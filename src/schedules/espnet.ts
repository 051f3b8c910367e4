import type { Curve } from "../engine/curve.js";
import { assert, divide, floorDivide, int, log, modulo, power as pow } from "../engine/python.js";
import { cooldown, decay, flat, halfCosine, hold, segments, warmup, type Segment } from "../engine/segments.js";
import { countUpTo, everyPeriod } from "../engine/shapes.js";
import { flag, handle, integer, lr, numbers, ratio, real, required, steps } from "./define.js";
import { noam, scheduler } from "./espnetCommon.js";
import { onPlateau } from "./espnetPlateau.js";
import { cosine } from "./espnetRestarts.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

const warmup_steps = steps("steps of warm-up; fractions are taken", { default: 25000 });
/** The warm-up up to W and the decay after it in one formula. */
const peaked = (W: number, rate: (t: number) => number) => segments(warmup(W, rate), decay(Infinity, rate));

const warmupLr = scheduler("warmup_lr.WarmupLR", {
  params: { warmup_steps },
  formula: "lr · √W · min(n^−½, n · W^−3/2), n = t + 1",
  quirks: ["warmup_steps = 0 divides by zero."],
  compile({ warmup_steps: W }, { initial_lr }) {
    const f = noam(W);
    return peaked(W, (t) => initial_lr * pow(W, 0.5) * f(t));
  },
});

const noamLr = scheduler("noam_lr.NoamLR", {
  params: { model_size: real("width of the model", { default: 320 }), warmup_steps },
  formula: "lr · model_size^−½ · min(n^−½, n · W^−3/2), n = t + 1",
  compile({ model_size, warmup_steps: W }, { initial_lr }) {
    divide(divide(initial_lr, pow(model_size, 0.5)), pow(W, 0.5));
    const f = noam(W);
    return peaked(W, (t) => initial_lr * pow(model_size, -0.5) * f(t));
  },
});

const warmupStep = scheduler("warmup_step_lr.WarmupStepLR", {
  params: {
    warmup_steps,
    steps_per_epoch: steps("steps of an epoch, as the schedule counts them", { default: 10000 }),
    step_size: integer("epochs between drops", { default: 1 }),
    gamma: 0.1,
  },
  formula: "lr · n / W up to W, then lr · gamma^⌊(⌊n / L⌋ − ⌊W / L⌋) / step_size⌋, n = t + 1",
  compile({ warmup_steps: W, steps_per_epoch: L, step_size, gamma }, { initial_lr: base }) {
    const [first, rise] = [floorDivide(W, L), pow(W, -1)];
    const rate = (t: number) => base * pow(gamma, floorDivide(floorDivide(t + 1, L) - first, step_size));
    modulo(1, L);
    const up = warmup(Math.floor(W), (t) => base * rise * (t + 1));
    return segments(up, decay(Infinity, rate, everyPeriod(L, -1)));
  },
});

const piecewise = scheduler("piecewise_linear_warmup_lr.PiecewiseLinearWarmupLR", {
  params: {
    warmup_steps_list: numbers("steps of the corners", { default: [0, 25000] }),
    warmup_lr_list: numbers("rates at the corners", { default: [0, 0.001] }),
  },
  formula: "linear between the corners, then lr · √(last corner / n), n = t + 1",
  quirks: ["The rate jumps at the last corner unless its rate is the optimizer's."],
  compile: ({ warmup_steps_list, warmup_lr_list }, { initial_lr }) =>
    corners(warmup_steps_list, warmup_lr_list, initial_lr),
});

function corners(xs: readonly number[], ys: readonly number[], base: number): Curve {
  refuse(xs.length === 0, "ValueError: array of sample points is empty");
  refuse(xs.length !== ys.length, "ValueError: fp and xp are not of the same length.");
  const last = xs.at(-1)!;
  const line = (n: number) => {
    const i = Math.min(countUpTo(xs, n), xs.length - 1);
    if (n <= xs[0]!) return ys[0]!;
    const [x0, x1, y0, y1] = [xs[i - 1]!, xs[i]!, ys[i - 1]!, ys[i]!];
    return n >= x1 ? y1 : ((y1 - y0) / (x1 - x0)) * (n - x0) + y0;
  };
  // A corner at x is reached at n = x, the step t = x − 1, where both lines meet.
  const lines = xs.map((x) => warmup(Math.floor(x), (t) => line(t + 1)));
  return segments(
    ...lines,
    decay(Infinity, (t) => base * pow(last, 0.5) * pow(t + 1, -0.5)),
  );
}

const share = (value: number) => ({ default: value, min: 0, above: true, max: 1 });
const tristage = scheduler("tristage_lr.TristageLR", {
  params: {
    max_steps: steps("steps of the schedule", { default: 25000 }),
    warmup_ratio: ratio("rising share", { default: 0.1 }),
    hold_ratio: ratio("holding share", { default: 0.4 }),
    decay_ratio: ratio("decaying share", { default: 0.5 }),
    init_lr_scale: ratio("first factor", share(0.01)),
    final_lr_scale: ratio("last factor", share(0.01)),
  },
  formula: "linear from lr · init_lr_scale, hold, then lr · final_lr_scale^(n_decay / decay_steps), n = t + 1",
  compile: (a, { initial_lr }) => threeStages(a, initial_lr),
});

type TriStage = Readonly<
  Record<"max_steps" | `${"warmup" | "hold" | "decay"}_ratio` | `${"init" | "final"}_lr_scale`, number>
>;
function threeStages(a: TriStage, base: number): Curve {
  const sum = a.warmup_ratio + a.hold_ratio + a.decay_ratio;
  const isOne = Math.abs(sum - 1) <= 1e-9 * Math.max(Math.abs(sum), 1);
  assert(isOne, "The sum of warmup_ratio, hold_ratio, and decay_ratio must be 1.0.");
  for (const name of ["init_lr_scale", "final_lr_scale"] as const)
    assert(a[name] > 0 && a[name] <= 1, `${name} must be in (0, 1].`);
  const T = int(a.max_steps);
  const [W, H] = [int(T * a.warmup_ratio), int(T * a.hold_ratio)];
  const fall = T === W + H ? 0 : -log(a.final_lr_scale) / (T - W - H);
  const first = a.init_lr_scale * base;
  const rise = (n: number) => first + ((base - first) / W) * n;
  const end = (n: number) => base * Math.exp(-fall * (n - W - H));
  return segments(
    warmup(Math.min(W, T) - 1, (t) => rise(t + 1)),
    hold(Math.min(W + H, T) - 1, base),
    decay(T, (t) => end(Math.min(t + 1, T))),
    cooldown(Infinity, T < W ? rise(T) : T < W + H ? base : end(T)),
  );
}

const exponential = scheduler("exponential_decay_warmup.ExponentialDecayWarmup", {
  params: {
    max_lr: lr("rate when the decay begins"),
    min_lr: lr("rate at total_steps"),
    total_steps: required,
    warmup_steps: 0,
    warm_from_zero: flag("rise from 0", { default: false }),
  },
  formula: "max_lr · (min_lr / max_lr)^((t − W) / (total_steps − W))",
  quirks: [
    "During a warm-up that does not start from zero the optimizer's own rate is used.",
    "The first update is at max_lr (0 with warm_from_zero), whatever the formula says.",
  ],
  compile({ max_lr: top, min_lr, total_steps: T, warmup_steps: W, warm_from_zero: zero }, { initial_lr }) {
    assert(W < T);
    const rise = warmup(W, zero ? (t) => top * ((t + 1) / W) : initial_lr);
    return exponentially(log(divide(min_lr, top)), W, T - W, top, [flat(1, zero ? 0 : top), rise]);
  },
});

/** top · e^(slope · (t − W) / length) after the segments before it. */
function exponentially(slope: number, W: number, length: number, top: number, before: readonly Segment[]): Curve {
  const overflow = () => raise("OverflowError: math range error");
  // A growing rate overflows where the exponent passes ln(1.8e308).
  const last = slope > 0 ? W + (709.782712893384 * length) / slope : Infinity;
  const fall = decay(last, (t) => top * Math.exp((slope * (t - W)) / length));
  return segments(...before, fall, decay(Infinity, overflow));
}

const chainer = library({
  homes: (name) => [`espnet.scheduler.scheduler.${name}`, `espnet.scheduler.scheduler.${name}.build`],
  source: "espnet 202511, espnet/scheduler/scheduler.py",
  needs: ["initial_lr"],
  first: { key: handle("the hyper-parameter's name") },
});
const iterations = integer("iterations of warm-up", { default: 1000 });

const unchanged = chainer({
  name: "NoScheduler",
  params: {},
  formula: "lr",
  rule: (_, { initial_lr }) => segments(decay(Infinity, initial_lr)),
});

const noamScheduler = chainer({
  name: "NoamScheduler",
  params: { warmup: iterations },
  formula: "lr · √W · min(n^−½, n · W^−3/2), n = t + 1",
  rule({ warmup: W }, { initial_lr }) {
    const [f, norm] = [noam(W), divide(1, W * pow(W, -1.5))];
    return peaked(W, (t) => initial_lr * (norm * f(t)));
  },
});

const cyclicCosine = chainer({
  name: "CyclicCosineScheduler",
  params: { warmup: iterations, total: steps("iterations of half a period", { default: 100000 }) },
  formula: "lr · (1 + cos(π · (t − warmup) / total)) / 2",
  quirks: ["There is no warm-up: the value only shifts the cosine."],
  rule: ({ warmup: W, total: T }, { initial_lr }) =>
    segments(decay(Infinity, (t) => initial_lr * halfCosine(divide(t - W, T)), everyPeriod(T, (W % T) - T))),
});

export const espnet = [
  warmupLr,
  noamLr,
  warmupStep,
  piecewise,
  tristage,
  exponential,
  cosine,
  onPlateau,
  unchanged,
  noamScheduler,
  cyclicCosine,
];
