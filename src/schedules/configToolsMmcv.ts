import type { Curve } from "../engine/curve.js";
import { int, round } from "../engine/python.js";
import { byCosine, byLine, oneCycle } from "../engine/oneCycle.js";
import { cycle, decay, flat, halfCosine, hold, perEpoch, segments } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  flag,
  integer,
  lr,
  numbers,
  power,
  ratio,
  steps,
  word,
} from "./define.js";
import type { ParamSpec, ScheduleDefinition } from "./define.js";

/**
 * OpenMMLab's `lr_config = dict(policy=...)` (mmcv 1.x). The curve counts iterations; with by_epoch the regular rate changes
 * at epochs only. The warm-up multiplies the regular rate while t < warmup_iters.
 */
const source = "mmcv 1.7.2, mmcv/runner/hooks/lr_updater.py";

const common = {
  by_epoch: flag("count in epochs, not iterations", { default: true }),
  warmup: word("warm-up shape", { default: null, choices: ["constant", "linear", "exp"] }),
  warmup_iters: steps("iterations of warm-up (epochs with warmup_by_epoch)", { default: 0 }),
  warmup_ratio: ratio("factor at the first iteration", { default: 0.1, min: 0, above: true, max: 1 }),
  warmup_by_epoch: flag("warmup_iters counts epochs", { default: false }),
  max_epochs: integer("epochs of the runner", { default: null }),
  max_iters: integer("iterations of the runner", { default: null }),
};
type Common = {
  [K in keyof typeof common]: K extends "warmup"
    ? string | null
    : K extends "by_epoch" | "warmup_by_epoch"
      ? boolean
      : number | null;
};

/** What a policy sees: base rate, and the run's length D in the unit it counts in. */
interface Run {
  readonly base: number;
  readonly total: number;
  readonly byEpoch: boolean;
}

const minimum = {
  min_lr: lr("final rate", { default: null }),
  min_lr_ratio: ratio("final rate as a share of the base rate", { default: null }),
};
function target(a: { min_lr: number | null; min_lr_ratio: number | null }, base: number): number {
  if ((a.min_lr === null) === (a.min_lr_ratio === null))
    throw new Raises("AssertionError: exactly one of min_lr and min_lr_ratio must be given");
  return a.min_lr ?? base * a.min_lr_ratio!;
}

type Values<P extends Readonly<Record<string, ParamSpec>>> = Parameters<
  Parameters<typeof defineSchedule<P>>[0]["compile"]
>[0];

function policy<P extends Readonly<Record<string, ParamSpec>>>(
  id: string,
  params: P,
  formula: string,
  regular: (args: Values<P>, run: Run) => Curve,
  quirks: readonly string[] = [],
): ScheduleDefinition {
  return defineSchedule({
    id: `mmcv:${id}`,
    params: { ...params, ...common, ...params } as Readonly<Record<string, ParamSpec>>,
    needs: ["initial_lr", "steps_per_epoch", "epochs"],
    unit: "step",
    formula,
    quirks: ["The warm-up multiplies the running schedule instead of replacing it.", ...quirks],
    source,
    compile(args, context) {
      const a = args as unknown as Values<P> & Common;
      const spe = Math.max(1, context.steps_per_epoch || 1);
      const epochs = a.max_epochs ?? (a.max_iters === null ? context.epochs : Math.ceil(a.max_iters / spe));
      const total = a.by_epoch ? epochs : (a.max_iters ?? epochs * spe);
      const own = regular(a, { base: context.initial_lr, total, byEpoch: a.by_epoch });
      return warmed(a.by_epoch ? perEpoch(own, spe) : own, a, spe);
    },
  });
}

function warmed(c: Curve, a: Common, spe: number): Curve {
  if (a.warmup === null) return c;
  const shape = shapes[a.warmup];
  if (!shape)
    throw new Raises(
      `ValueError: "${a.warmup}" is not a supported type for warming up, valid types are "constant", "linear" and "exp"`,
    );
  const W = (a.warmup_iters ?? 0) * (a.warmup_by_epoch ? spe : 1);
  const low = a.warmup_ratio ?? 0.1;
  if (!(W > 0)) throw new Raises('AssertionError: "warmup_iters" must be a positive integer');
  if (!(low > 0 && low <= 1)) throw new Raises('AssertionError: "warmup_ratio" must be in range (0,1]');
  return {
    ...c,
    at: (t) => (t < W ? c.at(t) * shape(t / W, low) : c.at(t)),
    nextBreak: (t) => Math.min(c.nextBreak(t), t < W ? Math.ceil(W) : Infinity),
    phases: [
      { kind: "warmup", from: 0, to: W },
      ...c.phases.filter((p) => p.to > W).map((p) => ({ ...p, from: Math.max(p.from, W) })),
    ],
  };
}
const shapes: Readonly<Record<string, (p: number, low: number) => number>> = {
  constant: (_, low) => low,
  linear: (p, low) => 1 - (1 - p) * (1 - low),
  exp: (p, low) => low ** (1 - p),
};

const easing = (name: string) => (name === "linear" ? byLine : byCosine);
const iterations = flag("count in epochs; refused here", { default: false });

export const configToolsMmcv = [
  policy("fixed", {}, "B", (_, { base }) => segments(flat(Infinity, base))),
  policy(
    "step",
    {
      step: anything("epochs between drops, or the list of epochs of the drops"),
      gamma: factor("factor of a drop", { default: 0.1 }),
      min_lr: lr("floor", { default: null }),
    },
    "B · gamma^⌊t / step⌋, or gamma^(number of steps ≤ t)",
    ({ step, gamma, min_lr }, { base }) => {
      const rate = (drops: number) => Math.max(base * gamma ** drops, min_lr ?? -Infinity);
      if (!Array.isArray(step)) {
        const every = step as number;
        if (!(every > 0)) throw new Raises("AssertionError: step must be positive");
        return segments(decay(Infinity, (t) => rate(Math.floor(t / every)), everyPeriod(every)));
      }
      const edges = step as readonly number[];
      if (edges.some((s) => !(s > 0))) throw new Raises("AssertionError: every step must be positive");
      return segments(...edges.map((edge, i) => decay(edge, rate(i))), decay(Infinity, rate(edges.length)));
    },
  ),
  policy("exp", { gamma: factor("factor per epoch") }, "B · gamma^t", ({ gamma }, { base }) =>
    segments(decay(Infinity, (t) => base * gamma ** t)),
  ),
  policy(
    "poly",
    { power: power("exponent", { default: 1 }), min_lr: lr("final rate", { default: 0 }) },
    "(B − min_lr) · (1 − t / D)^power + min_lr",
    ({ power, min_lr }, { base, total }) =>
      segments(
        decay(total + 1, (t) => (base - min_lr) * (1 - t / total) ** power + min_lr),
        flat(Infinity, NaN),
      ),
  ),
  policy(
    "inv",
    { gamma: factor("slope"), power: power("exponent", { default: 1 }) },
    "B · (1 + gamma · t)^−power",
    ({ gamma, power }, { base }) => segments(decay(Infinity, (t) => base * (1 + gamma * t) ** -power)),
  ),
  policy("CosineAnnealing", minimum, "min + (B − min) · (1 + cos(π · t / D)) / 2", (a, { base, total }) => {
    const low = target(a, base);
    return segments(decay(Infinity, (t) => byCosine(base, low, t / total), everyPeriod(total)));
  }),
  policy(
    "FlatCosineAnnealing",
    { start_percent: ratio("share of the run at the base rate", { default: 0.75, min: 0, max: 1 }), ...minimum },
    "B until round(start_percent · D), then half a cosine to min",
    (a, { base, total }) => {
      if (a.start_percent < 0 || a.start_percent > 1)
        throw new Raises(`ValueError: expected float between 0 and 1 start_percent, but got ${a.start_percent}`);
      const [low, start] = [target(a, base), round(total * a.start_percent)];
      return segments(
        hold(start, base),
        decay(Infinity, (t) => byCosine(base, low, (t - start) / (total - start)), everyPeriod(total - start, start)),
      );
    },
  ),
  policy(
    "CosineRestart",
    {
      periods: numbers("lengths of the cycles"),
      restart_weights: numbers("height of each cycle", { default: [1] }),
      ...minimum,
    },
    "min + weight · (B − min) · (1 + cos(π · t_cycle / period)) / 2",
    ({ periods, restart_weights, ...a }, { base }) => {
      if (periods.length !== restart_weights.length)
        throw new Raises("AssertionError: periods and restart_weights should have the same length.");
      const low = target(a as never, base);
      let from = 0;
      const parts = periods.map((period, i) => {
        const start = from;
        from += period;
        return cycle(
          from,
          (t) => low + restart_weights[i]! * (base - low) * halfCosine(Math.min((t - start) / period, 1)),
        );
      });
      const past = `ValueError: Current iteration exceeds cumulative_periods ${from}`;
      return { ...segments(...parts), end: { at: from, because: past } };
    },
  ),
  policy("LinearAnnealing", minimum, "B + (min − B) · t / D", (a, { base, total }) => {
    const low = target(a, base);
    return segments(decay(Infinity, (t) => byLine(base, low, t / total)));
  }),
  policy(
    "cyclic",
    {
      target_ratio: anything("highest and lowest rate as multiples of the base", { default: [10, 1e-4] }),
      cyclic_times: integer("cycles in the run", { default: 1 }),
      step_ratio_up: ratio("rising share of a cycle", { default: 0.4 }),
      anneal_strategy: word("shape of the two halves", { default: "cos", choices: ["cos", "linear"] }),
      gamma: factor("shrink of a cycle", { default: 1 }),
      by_epoch: iterations,
    },
    "B up to target_ratio[0] · B over step_ratio_up of the cycle, then down to target_ratio[1] · B",
    (a, { base, total, byEpoch }) => {
      if (byEpoch) throw new Raises('AssertionError: currently only support "by_epoch" = False');
      const given = a.target_ratio as number | readonly number[];
      const [top, bottom] = Array.isArray(given)
        ? [given[0] as number, (given[1] as number | undefined) ?? (given[0] as number) / 1e5]
        : [given as number, (given as number) / 1e5];
      const [period, ease] = [Math.floor(total / a.cyclic_times), easing(a.anneal_strategy)];
      const up = int(a.step_ratio_up * period);
      const rate = (t: number) => {
        const [i, scale] = [t % period, a.gamma ** Math.floor(t / period)];
        const high = base * (1 - scale + top * scale);
        return i < up ? ease(base, high, i / up) : ease(high, base * bottom, (i - up) / (period - up));
      };
      const breaks = (t: number) => Math.min(everyPeriod(period)(t), everyPeriod(period, up - period)(t));
      return segments(cycle(Infinity, rate, breaks));
    },
  ),
  policy(
    "OneCycle",
    {
      max_lr: lr("peak rate"),
      total_steps: steps("iterations of the cycle; the run's when absent", { default: null }),
      pct_start: ratio("rising share", { default: 0.3 }),
      anneal_strategy: word("shape of the phases", { default: "cos", choices: ["cos", "linear"] }),
      div_factor: factor("max_lr / initial rate", { default: 25 }),
      final_div_factor: factor("initial rate / final rate", { default: 1e4 }),
      by_epoch: iterations,
      three_phase: flag("fall back to the initial rate before the last phase", { default: false }),
    },
    "max_lr / div_factor → max_lr over pct_start, then to max_lr / div_factor / final_div_factor",
    (a, { total, byEpoch }) => {
      if (byEpoch) throw new Raises('AssertionError: currently only support "by_epoch" = False');
      const [N, first] = [a.total_steps ?? total, a.max_lr / a.div_factor];
      const last = first / a.final_div_factor;
      return segments(
        ...oneCycle({
          total: N,
          rise: a.pct_start,
          first,
          peak: a.max_lr,
          last,
          ease: easing(a.anneal_strategy),
          threePhase: a.three_phase,
        }),
      );
    },
  ),
];
