import type { Curve } from "../engine/curve.js";
import { byFactor, byInverse, byPower } from "../engine/decays.js";
import { byCosine, byLine, cosineFall, oneCycle } from "../engine/oneCycle.js";
import { int, round } from "../engine/python.js";
import { cycle, decay, drops, flat, halfCosine, hold, perEpoch, segments } from "../engine/segments.js";
import { earliest, ending, everyPeriod } from "../engine/shapes.js";
import { anything, factor, flag, integer, numbers, ratio, required, steps } from "./define.js";
import { library } from "./library.js";
import { warmupParams, warmedUp } from "./mmcvWarmup.js";
import { refuse } from "./refuse.js";

/**
 * OpenMMLab's `lr_config = dict(policy=...)` (mmcv 1.x). The curve counts iterations; with by_epoch the regular rate changes
 * at epochs only: the rule counts in whatever D, the run's length, is counted in. B is the base rate.
 */
const mmcv = library({
  homes: ["mmcv:"],
  needs: ["initial_lr", "steps_per_epoch", "epochs"],
  quirks: ["The warm-up multiplies the running schedule instead of replacing it."],
  source: "mmcv 1.7.2, mmcv/runner/hooks/lr_updater.py",
  last: {
    by_epoch: true,
    ...warmupParams,
    max_epochs: null,
    max_iters: null,
  },
  run(a, context) {
    const spe = Math.max(1, context.steps_per_epoch || 1);
    const iterations = a.max_iters as number | null;
    const epochs =
      (a.max_epochs as number | null) ?? (iterations === null ? context.epochs : Math.ceil(iterations / spe));
    return { base: context.initial_lr, D: a.by_epoch ? epochs : (iterations ?? epochs * spe), spe };
  },
  finish: (regular: Curve, a, { spe }) => warmedUp(a.by_epoch ? perEpoch(regular, spe) : regular, a, spe),
});

const minimum = {
  min_lr: null,
  min_lr_ratio: null,
};
interface Minimum {
  readonly min_lr: number | null;
  readonly min_lr_ratio: number | null;
}
function target({ min_lr, min_lr_ratio }: Minimum, base: number): number {
  const isOne = (min_lr === null) !== (min_lr_ratio === null);
  refuse(!isOne, "AssertionError: exactly one of min_lr and min_lr_ratio must be given");
  return min_lr ?? base * min_lr_ratio!;
}

const easing = (name: string) => (name === "linear" ? byLine : byCosine);
const iterations = flag("count in epochs; refused here", { default: false });
const iterationsOnly = 'AssertionError: currently only support "by_epoch" = False';

export const configToolsMmcv = [
  mmcv({
    name: "fixed",
    params: {},
    formula: "B",
    rule: (_, { base }) => segments(flat(Infinity, base)),
  }),
  mmcv({
    name: "step",
    params: {
      step: anything("epochs between drops, or the list of epochs of the drops"),
      gamma: 0.1,
      min_lr: null,
    },
    formula: "B · gamma^⌊t / step⌋, or gamma^(number of steps ≤ t)",
    rule({ step, gamma, min_lr }, { base }) {
      const rate = (passed: number) => Math.max(base * gamma ** passed, (min_lr as number | null) ?? -Infinity);
      const edges = (Array.isArray(step) ? step : []) as readonly number[];
      refuse(!edges.every((edge) => edge > 0), "AssertionError: every step must be positive");
      if (Array.isArray(step)) return segments(...drops(edges, rate));
      const every = step as number;
      refuse(!(every > 0), "AssertionError: step must be positive");
      return segments(decay(Infinity, (t) => rate(Math.floor(t / every)), everyPeriod(every)));
    },
  }),
  mmcv({
    name: "exp",
    params: { gamma: factor("factor per epoch") },
    formula: "B · gamma^t",
    rule: ({ gamma }, { base }) => segments(byFactor(base, gamma)),
  }),
  mmcv({
    name: "poly",
    params: { power: 1, min_lr: 0 },
    formula: "(B − min_lr) · (1 − t / D)^power + min_lr",
    rule: ({ power, min_lr }, { base, D }) => segments(...byPower(base, D, power, min_lr)),
  }),
  mmcv({
    name: "inv",
    params: { gamma: factor("slope"), power: 1 },
    formula: "B · (1 + gamma · t)^−power",
    rule: ({ gamma, power }, { base }) => segments(byInverse(base, gamma, power)),
  }),
  mmcv({
    name: "CosineAnnealing",
    params: minimum,
    formula: "min + (B − min) · (1 + cos(π · t / D)) / 2",
    rule: (a, { base, D }) => segments(cosineFall(base, target(a, base), 0, D)),
  }),
  mmcv({
    name: "FlatCosineAnnealing",
    params: {
      start_percent: ratio("share of the run at the base rate", { default: 0.75, min: 0, max: 1 }),
      ...minimum,
    },
    formula: "B until round(start_percent · D), then half a cosine to min",
    rule({ start_percent: share, ...a }, { base, D }) {
      const outside = share < 0 || share > 1;
      refuse(outside, `ValueError: expected float between 0 and 1 start_percent, but got ${share}`);
      const [low, start] = [target(a, base), round(D * share)];
      return segments(hold(start, base), cosineFall(base, low, start, D - start));
    },
  }),
  mmcv({
    name: "CosineRestart",
    params: {
      periods: numbers("lengths of the cycles"),
      restart_weights: numbers("height of each cycle", { default: [1] }),
      ...minimum,
    },
    formula: "min + weight · (B − min) · (1 + cos(π · t_cycle / period)) / 2",
    rule: ({ periods, restart_weights, ...a }, { base }) =>
      restarting(periods, restart_weights, base, () => target(a, base)),
  }),
  mmcv({
    name: "LinearAnnealing",
    params: minimum,
    formula: "B + (min − B) · t / D",
    rule(a, { base, D }) {
      const low = target(a, base);
      return segments(decay(Infinity, (t) => byLine(base, low, t / D)));
    },
  }),
  mmcv({
    name: "cyclic",
    params: {
      target_ratio: anything("highest and lowest rate as multiples of the base", { default: [10, 1e-4] }),
      cyclic_times: integer("cycles in the run", { default: 1 }),
      step_ratio_up: ratio("rising share of a cycle", { default: 0.4 }),
      anneal_strategy: "cos",
      gamma: factor("shrink of a cycle", { default: 1 }),
      by_epoch: iterations,
    },
    formula: "B up to target_ratio[0] · B over step_ratio_up of the cycle, then down to target_ratio[1] · B",
    rule(a, { base, D }) {
      refuse(a.by_epoch, iterationsOnly);
      return cyclic(a, base, Math.floor(D / a.cyclic_times));
    },
  }),
  mmcv({
    name: "OneCycle",
    params: {
      max_lr: required,
      total_steps: steps("iterations of the cycle; the run's when absent", { default: null }),
      pct_start: 0.3,
      anneal_strategy: "cos",
      div_factor: 25,
      final_div_factor: 1e4,
      by_epoch: iterations,
      three_phase: false,
    },
    formula: "max_lr / div_factor → max_lr over pct_start, then to max_lr / div_factor / final_div_factor",
    rule({ max_lr: peak, pct_start: rise, three_phase: threePhase, ...a }, { D }) {
      refuse(a.by_epoch, iterationsOnly);
      const total = (a.total_steps as number | null) ?? D;
      const first = peak / a.div_factor;
      const [last, ease] = [first / a.final_div_factor, easing(a.anneal_strategy)];
      return segments(...oneCycle({ total, rise, first, peak, last, ease, threePhase }));
    },
  }),
];

/** Half cosines one after the other, each from its own height; the library fails past the last one. */
function restarting(periods: readonly number[], weights: readonly number[], base: number, lowest: () => number): Curve {
  const fits = periods.length === weights.length;
  refuse(!fits, "AssertionError: periods and restart_weights should have the same length.");
  const low = lowest();
  let from = 0;
  const parts = periods.map((period, i) => {
    const [start, height] = [from, weights[i]! * (base - low)];
    from += period;
    return cycle(from, (t) => low + height * halfCosine(Math.min((t - start) / period, 1)));
  });
  return ending(segments(...parts), from, `ValueError: Current iteration exceeds cumulative_periods ${from}`);
}

interface Cyclic {
  readonly target_ratio: unknown;
  readonly step_ratio_up: number;
  readonly anneal_strategy: string;
  readonly gamma: number;
}

/** Up and down in each period, whose height shrinks by gamma from one to the next. */
function cyclic(a: Cyclic, base: number, period: number): Curve {
  const given = (Array.isArray(a.target_ratio) ? a.target_ratio : [a.target_ratio]) as number[];
  const [top, bottom = given[0]! / 1e5] = given as [number, number?];
  const [up, ease] = [int(a.step_ratio_up * period), easing(a.anneal_strategy)];
  const rate = (t: number) => {
    const [i, scale] = [t % period, a.gamma ** Math.floor(t / period)];
    const high = base * (1 - scale + top * scale);
    return i < up ? ease(base, high, i / up) : ease(high, base * bottom, (i - up) / (period - up));
  };
  return segments(cycle(Infinity, rate, earliest(everyPeriod(period), everyPeriod(period, up - period))));
}
