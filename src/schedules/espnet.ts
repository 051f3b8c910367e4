import { PythonError, assert, divide, floorDivide, int, log, modulo, power as pow } from "../engine/python.js";
import { cooldown, cycle, decay, flat, halfCosine, hold, segments, warmup } from "../engine/segments.js";
import { countUpTo, everyPeriod } from "../engine/shapes.js";
import { stepwise } from "../engine/stepwise.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  flag,
  handle,
  integer,
  lastEpoch,
  lr,
  numbers,
  optimizer,
  ratio,
  real,
  steps,
  word,
  type Definition,
  type Params,
} from "./define.js";
import { plateau } from "./plateau.js";

/** ESPnet's batch schedulers; their own step number n is t + 1. */
function scheduler<P extends Params>(
  module: string,
  name: string,
  declaration: Omit<Definition<P>, "id" | "unit" | "source">,
) {
  return defineSchedule<P>({
    ...(declaration as Definition<P>),
    id: `espnet2.schedulers.${module}.${name}`,
    aliases: [`espnet2.schedulers.${name}`, `espnet:${name.toLowerCase()}`],
    params: { optimizer, ...declaration.params, last_epoch: lastEpoch } as unknown as P,
    needs: ["initial_lr", ...(declaration.needs ?? [])],
    unit: "step",
    source: `espnet 202511, espnet2/schedulers/${module}.py`,
  });
}
const warmup_steps = steps("steps of warm-up; fractions are taken", { default: 25000 });

/** min(n^−½, n · W^−3/2), at its highest at n = W. */
const noam = (W: number) => (t: number) => Math.min(pow(t + 1, -0.5), (t + 1) * pow(W, -1.5));

const warmupLr = scheduler("warmup_lr", "WarmupLR", {
  params: { warmup_steps },
  formula: "lr · √W · min(n^−½, n · W^−3/2), n = t + 1",
  quirks: ["warmup_steps = 0 divides by zero."],
  compile({ warmup_steps: W }, { initial_lr }) {
    const f = noam(W);
    const rate = (t: number) => initial_lr * pow(W, 0.5) * f(t);
    return segments(warmup(W, rate), decay(Infinity, rate));
  },
});

const noamLr = scheduler("noam_lr", "NoamLR", {
  params: { model_size: real("width of the model", { default: 320 }), warmup_steps },
  formula: "lr · model_size^−½ · min(n^−½, n · W^−3/2), n = t + 1",
  compile({ model_size, warmup_steps: W }, { initial_lr }) {
    divide(divide(initial_lr, pow(model_size, 0.5)), pow(W, 0.5));
    const f = noam(W);
    const rate = (t: number) => initial_lr * pow(model_size, -0.5) * f(t);
    return segments(warmup(W, rate), decay(Infinity, rate));
  },
});

const warmupStep = scheduler("warmup_step_lr", "WarmupStepLR", {
  params: {
    warmup_steps,
    steps_per_epoch: steps("steps of an epoch, as the schedule counts them", { default: 10000 }),
    step_size: integer("epochs between drops", { default: 1 }),
    gamma: factor("factor of a drop", { default: 0.1 }),
  },
  formula: "lr · n / W up to W, then lr · gamma^⌊(⌊n / L⌋ − ⌊W / L⌋) / step_size⌋, n = t + 1",
  compile({ warmup_steps: W, steps_per_epoch: L, step_size, gamma }, { initial_lr: base }) {
    const [first, rise] = [floorDivide(W, L), pow(W, -1)];
    const rate = (t: number) => base * pow(gamma, floorDivide(floorDivide(t + 1, L) - first, step_size));
    modulo(1, L);
    return segments(
      warmup(Math.floor(W), (t) => base * rise * (t + 1)),
      decay(Infinity, rate, everyPeriod(L, -1)),
    );
  },
});

const piecewise = scheduler("piecewise_linear_warmup_lr", "PiecewiseLinearWarmupLR", {
  params: {
    warmup_steps_list: numbers("steps of the corners", { default: [0, 25000] }),
    warmup_lr_list: numbers("rates at the corners", { default: [0, 0.001] }),
  },
  formula: "linear between the corners, then lr · √(last corner / n), n = t + 1",
  quirks: ["The rate jumps at the last corner unless its rate is the optimizer's."],
  compile({ warmup_steps_list: xs, warmup_lr_list: ys }, { initial_lr: base }) {
    if (xs.length === 0) throw new Raises("ValueError: array of sample points is empty");
    if (xs.length !== ys.length) throw new Raises("ValueError: fp and xp are not of the same length.");
    const last = xs.at(-1)!;
    const line = (n: number) => {
      const i = Math.min(countUpTo(xs, n), xs.length - 1);
      if (n <= xs[0]!) return ys[0]!;
      const [x0, x1, y0, y1] = [xs[i - 1]!, xs[i]!, ys[i - 1]!, ys[i]!];
      return n >= x1 ? y1 : ((y1 - y0) / (x1 - x0)) * (n - x0) + y0;
    };
    return segments(
      // A corner at x is reached at n = x, the step t = x − 1, where both lines meet.
      ...xs.map((x) => warmup(Math.floor(x), (t) => line(t + 1))),
      decay(Infinity, (t) => base * pow(last, 0.5) * pow(t + 1, -0.5)),
    );
  },
});

const tristage = scheduler("tristage_lr", "TristageLR", {
  params: {
    max_steps: steps("steps of the schedule", { default: 25000 }),
    warmup_ratio: ratio("rising share", { default: 0.1 }),
    hold_ratio: ratio("holding share", { default: 0.4 }),
    decay_ratio: ratio("decaying share", { default: 0.5 }),
    init_lr_scale: ratio("first factor", { default: 0.01, min: 0, above: true, max: 1 }),
    final_lr_scale: ratio("last factor", { default: 0.01, min: 0, above: true, max: 1 }),
  },
  formula: "linear from lr · init_lr_scale, hold, then lr · final_lr_scale^(n_decay / decay_steps), n = t + 1",
  compile(a, { initial_lr: base }) {
    const sum = a.warmup_ratio + a.hold_ratio + a.decay_ratio;
    assert(
      Math.abs(sum - 1) <= 1e-9 * Math.max(Math.abs(sum), 1),
      "The sum of warmup_ratio, hold_ratio, and decay_ratio must be 1.0.",
    );
    assert(a.init_lr_scale > 0 && a.init_lr_scale <= 1, "init_lr_scale must be in (0, 1].");
    assert(a.final_lr_scale > 0 && a.final_lr_scale <= 1, "final_lr_scale must be in (0, 1].");
    const T = int(a.max_steps);
    const [W, H] = [int(T * a.warmup_ratio), int(T * a.hold_ratio)];
    const D = T - W - H;
    const fall = D === 0 ? 0 : -log(a.final_lr_scale) / D;
    const first = a.init_lr_scale * base;
    const end = (t: number) => base * Math.exp(-fall * (Math.min(t + 1, T) - W - H));
    return segments(
      warmup(Math.min(W, T) - 1, (t) => first + ((base - first) / W) * (t + 1)),
      hold(Math.min(W + H, T) - 1, base),
      decay(T, end),
      cooldown(Infinity, T < W ? first + ((base - first) / W) * T : T < W + H ? base : end(T)),
    );
  },
});

const exponential = scheduler("exponential_decay_warmup", "ExponentialDecayWarmup", {
  params: {
    max_lr: lr("rate when the decay begins"),
    min_lr: lr("rate at total_steps"),
    total_steps: steps("steps of the run"),
    warmup_steps: steps("steps of warm-up", { default: 0 }),
    warm_from_zero: flag("rise from 0", { default: false }),
  },
  formula: "max_lr · (min_lr / max_lr)^((t − W) / (total_steps − W))",
  quirks: [
    "During a warm-up that does not start from zero the optimizer's own rate is used.",
    "The first update is at max_lr (0 with warm_from_zero), whatever the formula says.",
  ],
  compile({ max_lr, min_lr, total_steps: T, warmup_steps: W, warm_from_zero }, { initial_lr }) {
    assert(W < T);
    const slope = log(divide(min_lr, max_lr));
    const grow = (t: number) => Math.exp((slope * (t - W)) / (T - W));
    const overflow = () => {
      throw new PythonError("OverflowError: math range error");
    };
    return segments(
      flat(1, warm_from_zero ? 0 : max_lr),
      warmup(W, warm_from_zero ? (t) => max_lr * ((t + 1) / W) : initial_lr),
      // A growing rate overflows where the exponent passes ln(1.8e308).
      decay(slope > 0 ? W + (709.782712893384 * (T - W)) / slope : Infinity, (t) => max_lr * grow(t)),
      decay(Infinity, overflow),
    );
  },
});

const cosine = scheduler("cosine_anneal_warmup_restart", "CosineAnnealingWarmupRestarts", {
  params: {
    first_cycle_steps: steps("steps of the first cycle"),
    cycle_mult: factor("growth of the cycle without its warm-up", { default: 1 }),
    max_lr: lr("peak of the first cycle", { default: 0.1 }),
    min_lr: lr("lowest rate", { default: 0.001 }),
    warmup_steps: steps("steps of warm-up of each cycle", { default: 0 }),
    gamma: factor("factor of the peak per cycle", { default: 1 }),
  },
  formula: "min_lr + (max_lr · gamma^cycle − min_lr) · t / W, then half a cosine back to min_lr",
  quirks: ["The optimizer's rate is ignored.", "The first update is at min_lr, also without warm-up."],
  compile({ first_cycle_steps, cycle_mult, max_lr, min_lr, warmup_steps: W, gamma }) {
    assert(W < first_cycle_steps);
    const starts = [0];
    const lengths = [first_cycle_steps];
    /** The cycle of step t. Lengths that no longer change repeat; a length of 0 (no warm-up) divides by zero. */
    const cycleAt = (t: number): [index: number, start: number, length: number] => {
      for (;;) {
        const [i, length] = [starts.length - 1, lengths.at(-1)!];
        const start = starts[i]!;
        if (t < start + length) break;
        const next = int((length - W) * cycle_mult) + W;
        if (starts.length > 100_000) throw new PythonError("ValueError: more than 100000 restarts");
        if (next === length || length <= 0) {
          const more = length > 0 ? Math.floor((t - start) / length) : 0;
          return [i + more, start + more * length, length];
        }
        starts.push(start + length);
        lengths.push(next);
      }
      const i = countUpTo(starts, t) - 1;
      return [i, starts[i]!, lengths[i]!];
    };
    const rate = (t: number) => {
      const [i, start, length] = cycleAt(t);
      const [top, s] = [max_lr * pow(gamma, i), t - start];
      return s < W
        ? ((top - min_lr) * s) / W + min_lr
        : min_lr + (top - min_lr) * halfCosine(divide(s - W, length - W));
    };
    const breaks = (t: number) => {
      const [, start, length] = cycleAt(t);
      return t < start + W ? Math.ceil(start + W) : length > 0 ? Math.ceil(start + length) : Infinity;
    };
    // With shrinking cycles and no warm-up the length reaches 0; that step is the last segment's first.
    let ending = Infinity;
    if (W === 0 && cycle_mult < 1) {
      ending = 0;
      let left = 100_000;
      for (let length = first_cycle_steps; length > 0 && left > 0; left--, length = int(length * cycle_mult))
        ending += length;
      if (left === 0) ending = Infinity;
    }
    return segments(
      flat(1, min_lr),
      cycle(ending, rate, (t) => Math.min(breaks(t), ending)),
      cycle(Infinity, rate, breaks),
    );
  },
});

const onPlateau = scheduler("warmup_reducelronplateau", "WarmupReduceLROnPlateau", {
  params: {
    warmup_steps,
    mode: word("whether less or more is better", { default: "min", choices: ["min", "max"] }),
    factor: factor("factor of a reduction", { default: 0.1 }),
    patience: steps("epochs without improvement that are tolerated", { default: 10 }),
    threshold: real("least improvement that counts", { default: 1e-4 }),
    threshold_mode: word("relative or absolute threshold", { default: "rel", choices: ["rel", "abs"] }),
    cooldown: integer("epochs of rest after a reduction", { default: 0 }),
    min_lr: anything("floor, or one per group", { default: 0 }),
    eps: real("smaller changes are not made", { default: 1e-8 }),
    verbose: handle("prints each change"),
  },
  needs: ["steps_per_epoch"],
  formula: "lr · t / W up to W; then lr · factor after more than patience epochs without improvement",
  quirks: [
    "The first update is at the full rate.",
    "During the warm-up a reduction lasts one step: the next one overwrites it.",
  ],
  compile(a, { initial_lr: base, steps_per_epoch, metrics = [1], total_steps }) {
    const [W, L, rise] = [a.warmup_steps, Math.max(1, steps_per_epoch || 1), pow(a.warmup_steps, -1)];
    const min_lr = Array.isArray(a.min_lr) ? (a.min_lr[0] as number) : (a.min_lr as number);
    const start = plateau(base, { ...a, min_lr });
    let run = start();
    const events: { at: number; because: string }[] = [];
    const lr = stepwise(
      base,
      (_, t) => {
        if (t === 1) run = start();
        if (t <= W) run.lr = base * rise * t;
        const because = t % L === 0 ? run.step(metrics[Math.min(t / L, metrics.length) - 1]!) : undefined;
        if (because !== undefined) events.push({ at: t, because });
        return run.lr;
      },
      {
        phases: [
          { kind: "warmup", from: 0, to: Math.floor(W) },
          { kind: "hold", from: Math.floor(W), to: Infinity },
        ],
        horizon: Math.min(total_steps || 0, metrics.length * L),
      },
    );
    return {
      lr,
      live: start,
      get events() {
        return (lr.at(Math.min(metrics.length * L, 1e5)), events);
      },
    };
  },
});

const espnet1 = (
  name: string,
  params: Params,
  formula: string,
  rate: (a: Readonly<Record<string, number>>) => (t: number) => number,
  edges: (a: Readonly<Record<string, number>>) => ReturnType<typeof warmup>["breaks"],
  quirks: readonly string[] = [],
) =>
  defineSchedule({
    id: `espnet.scheduler.scheduler.${name}`,
    aliases: [`espnet.scheduler.scheduler.${name}.build`],
    params: { key: handle("the hyper-parameter's name"), ...params } as Params,
    needs: ["initial_lr"],
    unit: "step",
    formula,
    quirks,
    source: "espnet 202511, espnet/scheduler/scheduler.py",
    compile(args, { initial_lr: base }) {
      const a = args as unknown as Readonly<Record<string, number>>;
      const f = rate(a);
      const W = name === "NoamScheduler" ? a.warmup! : 0;
      return segments(
        warmup(W, (t) => base * f(t)),
        decay(Infinity, (t) => base * f(t), edges(a)),
      );
    },
  });
const warmupOf = (value: number) => integer("iterations of warm-up", { default: value });

export const espnet = [
  warmupLr,
  noamLr,
  warmupStep,
  piecewise,
  tristage,
  exponential,
  cosine,
  onPlateau,
  espnet1(
    "NoScheduler",
    {},
    "lr",
    () => () => 1,
    () => undefined,
  ),
  espnet1(
    "NoamScheduler",
    { warmup: warmupOf(1000) },
    "lr · √W · min(n^−½, n · W^−3/2), n = t + 1",
    ({ warmup: W = 1000 }) => {
      const [f, norm] = [noam(W), divide(1, W * pow(W, -1.5))];
      return (t) => norm * f(t);
    },
    () => undefined,
  ),
  espnet1(
    "CyclicCosineScheduler",
    { warmup: warmupOf(1000), total: steps("iterations of half a period", { default: 100000 }) },
    "lr · (1 + cos(π · (t − warmup) / total)) / 2",
    ({ warmup: W = 1000, total: T = 100000 }) =>
      (t) =>
        halfCosine(divide(t - W, T)),
    ({ warmup: W = 1000, total: T = 100000 }) => everyPeriod(T, (W % T) - T),
    ["There is no warm-up: the value only shifts the cosine."],
  ),
];
