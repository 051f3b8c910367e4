import type { Curve } from "../engine/curve.js";
import { cosineFall } from "../engine/oneCycle.js";
import { cycle, decay, halfCosine, segments, warmed } from "../engine/segments.js";
import { ending } from "../engine/shapes.js";
import { lr, numbers, required, steps } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

/** BasicSR's `train.scheduler`, and those of its forks; the warm-up is the tool's own. */

const first = {
  lr: lr("rate of the optimizer (optim_g.lr)"),
  warmup_iter: steps("iterations of linear warm-up from 0; -1 for none", { default: -1 }),
};
const restart_weights = numbers("height of each cycle", { default: [1] });

const basicsr = library({
  homes: ["basicsr:"],
  source: "XPixelGroup/BasicSR, basicsr/models/lr_scheduler.py and base_model.py",
  first: { ...first, restart_weights },
  // The warm-up overrides the schedule while t + 1 < W.
  finish: (c: Curve, { lr: base, warmup_iter: W }) => (W > 1 ? warmed(W - 1, (t) => (base / W) * (t + 1), c) : c),
});
/** Restormer and NAFNet, whose warm-up counts from 0. */
const fork = library({
  homes: ["basicsr:"],
  first,
  finish: (c: Curve, { lr: base, warmup_iter: W }) => warmed(W, (t) => (base / W) * t, c),
});
const restormer = "swz30/Restormer, basicsr/models/lr_scheduler.py";
const lateRestart =
  "The restart comes one step after the period's end: the end itself still belongs to the cycle before.";

export const configToolsBasicsr = [
  ...["MultiStepLR", "MultiStepRestartLR"].map((name) =>
    basicsr({
      name,
      params: {
        milestones: required,
        gamma: 0.1,
        restarts: numbers("iterations of the restarts", { default: [0] }),
      },
      formula:
        "lr · gamma^(milestones ≤ t since the last restart), lr · weight at a restart; lr · (t + 1) / warmup_iter before",
      quirks: [
        "After a warm-up the rate stays at (W − 1) / W of lr until a restart: the schedule multiplies what it finds.",
      ],
      rule: multiStep,
    }),
  ),
  basicsr({
    name: "CosineAnnealingRestartLR",
    params: { periods: numbers("lengths of the cycles"), eta_min: 0 },
    formula: "eta_min + weight · (lr − eta_min) · (1 + cos(π · t_cycle / period)) / 2",
    quirks: [lateRestart],
    rule({ lr: base, periods, restart_weights: weights, eta_min }) {
      const fits = periods.length === weights.length;
      refuse(!fits, "AssertionError: periods and restart_weights should have the same length.");
      return cycles(base, periods, (i) => ({ low: eta_min, weight: weights[i] ?? 1 }));
    },
  }),
  fork({
    name: "CosineAnnealingRestartCyclicLR",
    params: {
      periods: numbers("lengths of the cycles"),
      restart_weights,
      eta_mins: numbers("lowest rate of each cycle", { default: [0] }),
    },
    formula: "eta_mins[i] + weight · (lr − eta_mins[i]) · (1 + cos(π · t_cycle / period)) / 2",
    quirks: [lateRestart],
    source: restormer,
    rule: ({ lr: base, periods, restart_weights, eta_mins }) =>
      cycles(base, periods, (i) => ({ low: eta_mins[i] ?? 0, weight: restart_weights[i] ?? 1 })),
  }),
  fork({
    name: "TrueCosineAnnealingLR",
    params: { T_max: steps("iterations of half a cosine"), eta_min: 0 },
    formula: "eta_min + (lr − eta_min) · (1 + cos(π · t / T_max)) / 2",
    quirks: ["Past T_max the rate climbs again."],
    source: "megvii-research/NAFNet, basicsr/models/base_model.py; torch CosineAnnealingLR",
    rule: ({ lr: base, T_max, eta_min }) => segments(cosineFall(base, eta_min, 0, T_max)),
  }),
  fork({
    name: "LinearLR",
    needs: ["total_steps"],
    params: { total_iter: steps("iterations of the run", { default: null }) },
    formula: "lr · (1 − t / total_iter)",
    source: restormer,
    rule({ lr: base, total_iter }, { total_steps }) {
      const T = (total_iter as number | null) ?? total_steps;
      return segments(decay(Infinity, (t) => base * (1 - t / T)));
    },
  }),
];

/** Half cosines one after the other, each from its height to its low; the library fails past the last one. */
function cycles(base: number, periods: readonly number[], of: (i: number) => { low: number; weight: number }): Curve {
  let from = 0;
  const parts = periods.map((period, i) => {
    const [start, { low, weight }] = [from, of(i)];
    from += period;
    return cycle(from + 1, (t) => low + weight * (base - low) * halfCosine((t - start) / period));
  });
  return ending(segments(...parts), from + 1, "TypeError: the iteration is past the last period");
}

interface MultiStep {
  readonly lr: number;
  readonly warmup_iter: number;
  readonly milestones: readonly number[];
  readonly gamma: number;
  readonly restarts: readonly number[];
  readonly restart_weights: readonly number[];
}

function multiStep({ lr: base, warmup_iter, milestones, gamma, restarts, restart_weights: weights }: MultiStep): Curve {
  const fits = restarts.length === weights.length;
  refuse(!fits, "AssertionError: restarts and their weights do not match.");
  const weightAt = new Map(restarts.map((r, i) => [r, weights[i] ?? 1]));
  const edges = [...new Set([...milestones, ...restarts.filter((r) => r > 0)])].sort((a, b) => a - b);
  const W = Math.max(0, warmup_iter);
  // The schedule goes on from the rate that the warm-up left, one step short of the base.
  let rate = W > 1 ? (base * (W - 1)) / W : base * (weightAt.get(0) ?? 1);
  const parts = edges.map((edge) => {
    const part = decay(edge, rate);
    if (edge < W - 1) return part;
    const weight = weightAt.get(edge);
    rate = weight === undefined ? rate * gamma ** milestones.filter((m) => m === edge).length : base * weight;
    return part;
  });
  return segments(...parts, decay(Infinity, rate));
}
