import type { Curve } from "../engine/curve.js";
import { byLine } from "../engine/oneCycle.js";
import { PythonError, power as pow } from "../engine/python.js";
import {
  lagging,
  cooldown,
  cycle,
  decay,
  flat,
  halfCosine,
  segments,
  warmup,
  type Segment,
} from "../engine/segments.js";
import { countUpTo, everyPeriod, scale } from "../engine/shapes.js";
import { batches, checkWarmup, convert, parseTime, runOf, share, type Run, type Span } from "./composerTime.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  flag,
  power,
  real,
  word,
  type Definition,
  type Params,
  type ScheduleDefinition,
  type TypedArgs,
  type Value,
} from "./define.js";

/**
 * MosaicML Composer's schedules: factors of the trainer's time. The curve counts batches and lags one behind the formula, as the
 * trainer makes it.
 */
/** What a formula is given: times as spans (with or without the trainer's ratio), and the run. */
interface Clock {
  readonly run: Run;
  /** A time, shortened by scale_schedule_ratio. */
  readonly time: (text: Value) => Span;
  /** A warm-up's time, which the ratio does not shorten. */
  readonly plain: (text: Value) => Span;
}
const scaleRatio = {
  scale_schedule_ratio: real("the Trainer's scale_schedule_ratio", { default: 1, keywordOnly: true }),
};

type Declared<P extends Params> = Omit<Definition<P>, "id" | "unit" | "source" | "compile"> & {
  readonly make: (args: TypedArgs<P>, clock: Clock) => Curve;
  readonly source?: string;
  readonly home?: string;
};
function scheduler<P extends Params>(
  name: string,
  { make, home = "composer.optim", ...rest }: Declared<P>,
): ScheduleDefinition {
  return defineSchedule({
    source: "mosaicml 0.32.1, composer/optim/scheduler.py",
    ...rest,
    id: `${home}.${name}`,
    aliases: [`${home}.scheduler.${name}`, ...(rest.aliases ?? [])],
    params: { ...rest.params, ...scaleRatio } as Params,
    needs: ["initial_lr", "max_duration", "steps_per_epoch"],
    unit: "step",
    quirks: [
      ...(rest.quirks ?? []),
      "The trainer steps before its clock moves on, so every value comes one batch late.",
    ],
    compile(args, context) {
      const run = runOf(context, (args as unknown as { scale_schedule_ratio: number }).scale_schedule_ratio);
      const clock = {
        run,
        time: (t: Value) => convert(parseTime(t), run, run.ratio),
        plain: (t: Value) => convert(parseTime(t), run),
      };
      return scale(lagging(make(args as never, clock)), context.initial_lr);
    },
  });
}

const timeOf = (meaning: string, value?: string) =>
  word(`${meaning} (a time: 10ep, 100ba, 0.1dur)`, value === undefined ? {} : { default: value });
const t_max = timeOf("length of the schedule", "1dur");
const alpha_f = factor("final factor", { default: 0 });
const gamma = factor("factor of a drop", { default: 0.1 });
const scale_warmup = flag("scale_schedule_ratio shortens the warm-up too", { default: false });
const t_warmup = timeOf("length of the warm-up");

const step = scheduler("StepScheduler", {
  params: { step_size: timeOf("time between drops"), gamma },
  formula: "lr · gamma^⌊t / step_size⌋",
  make({ step_size, gamma }, { time }) {
    const every = time(step_size);
    return segments(decay(Infinity, (b) => pow(gamma, Math.trunc(share(b, every))), everyPeriod(batches(every))));
  },
});

function multiStepSegments(milestones: Value, gamma: number, { time }: Clock): Segment[] {
  const spans = (milestones as readonly Value[]).map(time);
  const edges = spans.map(batches).sort((a, b) => a - b);
  const factorAfter = (count: number) => Array.from({ length: count }).reduce<number>((f) => f * gamma, 1);
  return [...edges.map((edge, i) => decay(edge, factorAfter(i))), decay(Infinity, factorAfter(edges.length))];
}
const multiStep = scheduler("MultiStepScheduler", {
  params: { milestones: anything("times of the drops"), gamma },
  formula: "lr · gamma^(number of milestones ≤ t)",
  make: ({ milestones, gamma }, clock) => segments(...multiStepSegments(milestones, gamma, clock)),
});

const constant = scheduler("ConstantScheduler", {
  params: { alpha: factor("factor until t_max", { default: 1 }), t_max },
  formula: "lr · alpha until t_max, then lr",
  make: ({ alpha, t_max }, { time }) => segments(flat(batches(time(t_max)), alpha), flat(Infinity, 1)),
});

const linear = scheduler("LinearScheduler", {
  params: { alpha_i: factor("first factor", { default: 1 }), alpha_f, t_max },
  formula: "lr · (alpha_i + (alpha_f − alpha_i) · min(1, t / t_max))",
  make: ({ alpha_i, alpha_f, t_max }, { time }) => {
    const end = time(t_max);
    const at = (b: number) => byLine(alpha_i, alpha_f, Math.min(1, share(b, end)));
    return segments(decay(batches(end), at), cooldown(Infinity, at));
  },
});

const exponential = scheduler("ExponentialScheduler", {
  params: { gamma: factor("factor per decay_period"), decay_period: timeOf("time per factor", "1ep") },
  formula: "lr · gamma^(t / decay_period)",
  make({ gamma, decay_period }, { time }) {
    const every = time(decay_period);
    return segments(decay(Infinity, (b) => pow(gamma, share(b, every))));
  },
});

const clamped = (p: number) => Math.min(Math.max(p, 0), 1);
const anneal = (p: number, low: number) => low + (1 - low) * halfCosine(clamped(p));

const cosine = scheduler("CosineAnnealingScheduler", {
  params: { t_max, alpha_f },
  formula: "lr · (alpha_f + (1 − alpha_f) · (1 + cos(π · min(1, t / t_max))) / 2)",
  make({ t_max, alpha_f }, { time }) {
    const end = time(t_max);
    const at = (b: number) => anneal(share(b, end), alpha_f);
    return segments(decay(batches(end), at), cooldown(Infinity, at));
  },
});

const restarts = scheduler("CosineAnnealingWarmRestartsScheduler", {
  params: { t_0: timeOf("length of the first cycle"), t_mult: factor("growth of the cycle", { default: 1 }), alpha_f },
  formula: "lr · (alpha_f + (1 − alpha_f) · (1 + cos(π · t_cycle / length)) / 2), length · t_mult rounded down",
  quirks: ["Cycles that shrink to nothing raise ValueError."],
  make({ t_0, t_mult, alpha_f }, { time }) {
    const first = time(t_0);
    const ends = [first.value];
    let length = first.value;
    let steady = false;
    /** Cycles in order; once the length no longer changes the rest is arithmetic. */
    const cycleAt = (clock: number): [start: number, length: number] => {
      while (!steady && ends.at(-1)! <= clock) {
        if (length === 0)
          throw new PythonError(
            "ValueError: Interval between restarts for cosine annealing/warm restarts scheduler has decayed to 0.",
          );
        // Negative lengths would go back and forth for ever, in the library too.
        if (length < 0 || ends.length > 1e5) throw new PythonError("ValueError: the cycles do not reach this step");
        const next = Math.trunc(t_mult * length);
        steady = next === length;
        if (!steady) ends.push(ends.at(-1)! + next);
        length = next;
      }
      const last = ends.at(-1)!;
      if (clock >= last) return [last + Math.floor((clock - last) / length) * length, length];
      const i = countUpTo(ends, clock);
      return [ends[i - 1] ?? 0, ends[i]! - (ends[i - 1] ?? 0)];
    };
    const end = (clock: number) => cycleAt(clock).reduce((a, b) => a + b);
    const at = (b: number) => {
      const [start, length] = cycleAt(b * first.perBatch);
      return anneal((b * first.perBatch - start) / length, alpha_f);
    };
    const restart = (b: number) => Math.ceil(end(b * first.perBatch) / first.perBatch);
    if (!(t_mult > 0 && t_mult < 1) || first.value <= 0) return segments(cycle(Infinity, at, restart));
    let total = 0;
    for (let l = first.value; l > 0; l = Math.trunc(t_mult * l)) total += l;
    return segments(cycle(total / first.perBatch, at, restart), cycle(Infinity, at));
  },
});

const polynomial = scheduler("PolynomialScheduler", {
  params: { power: power("exponent"), t_max, alpha_f },
  formula: "lr · (alpha_f + (1 − alpha_f) · (1 − min(1, t / t_max))^power)",
  make({ power, t_max, alpha_f }, { time }) {
    const end = time(t_max);
    const at = (b: number) => alpha_f + pow(1 - Math.min(1, share(b, end)), power) * (1 - alpha_f);
    return segments(decay(batches(end), at), cooldown(Infinity, at));
  },
});

/** Linear from 0 to `top`; with scale_warmup its slope is the shortened one, but it lasts as long. */
function rise(text: Value, scaled: boolean, top: number, { plain, time }: Clock): Segment {
  const [until, slope] = [plain(text), scaled ? time(text) : plain(text)];
  return warmup(batches(until), (b) => top * Math.min(1, share(b, slope)));
}

const multiStepWarm = scheduler("MultiStepWithWarmupScheduler", {
  params: { t_warmup, milestones: anything("times of the drops"), gamma, scale_warmup },
  formula: "lr · t / t_warmup, then lr · gamma^(number of milestones ≤ t)",
  make(a, clock) {
    const first = rise(a.t_warmup, a.scale_warmup, 1, clock);
    try {
      return segments(first, ...multiStepSegments(a.milestones, a.gamma, clock));
    } catch (error) {
      // Milestones are read when the warm-up is over, so a bad one raises only then.
      const refuse = () => {
        throw error;
      };
      return segments(first, decay(Infinity, refuse));
    }
  },
});

/** Warm-up to the first factor, then f of the share of the time that is left. */
function warmThen(
  a: { t_warmup: string; t_max: string; scale_warmup: boolean },
  clock: Clock,
  top: number,
  f: (p: number) => number,
): Curve {
  const [warm, end] = [clock.plain(a.t_warmup), clock.time(a.t_max)];
  checkWarmup(warm, end, clock.run);
  const left = end.value - warm.value;
  const at = (b: number) => f(left > 0 ? Math.min(1, (b * warm.perBatch - warm.value) / left) : 0);
  return segments(rise(a.t_warmup, a.scale_warmup, top, clock), decay(batches(end), at), cooldown(Infinity, at));
}
const warmQuirk = ["t_max shorter than the run is refused."];

const constantWarm = scheduler("ConstantWithWarmupScheduler", {
  aliases: ["composer:constant_with_warmup", "llm-foundry:constant_with_warmup"],
  params: { t_warmup, alpha: factor("factor after the warm-up", { default: 1 }), t_max, scale_warmup },
  formula: "lr · alpha · t / t_warmup, then lr · alpha",
  quirks: warmQuirk,
  make: (a, clock) => warmThen(a, clock, a.alpha, () => a.alpha),
});

const linearWarm = scheduler("LinearWithWarmupScheduler", {
  aliases: ["composer:linear_decay_with_warmup", "llm-foundry:linear_decay_with_warmup"],
  params: { t_warmup, alpha_i: factor("factor after the warm-up", { default: 1 }), alpha_f, t_max, scale_warmup },
  formula: "lr · alpha_i · t / t_warmup, then linearly to lr · alpha_f at t_max",
  quirks: warmQuirk,
  make: (a, clock) => warmThen(a, clock, a.alpha_i, (p) => byLine(a.alpha_i, a.alpha_f, p)),
});

const cosineWarm = scheduler("CosineAnnealingWithWarmupScheduler", {
  aliases: ["composer:cosine_with_warmup", "llm-foundry:cosine_with_warmup"],
  params: { t_warmup, t_max, alpha_f, scale_warmup },
  formula: "lr · t / t_warmup, then half a cosine to lr · alpha_f at t_max",
  quirks: warmQuirk,
  make: (a, clock) => warmThen(a, clock, 1, (p) => anneal(p, a.alpha_f)),
});

const polynomialWarm = scheduler("PolynomialWithWarmupScheduler", {
  params: { t_warmup, power: power("exponent", { default: 2 }), t_max, alpha_f, scale_warmup },
  formula: "lr · t / t_warmup, then lr · (alpha_f + (1 − alpha_f) · (1 − p)^power)",
  quirks: warmQuirk,
  make: (a, clock) => warmThen(a, clock, 1, (p) => a.alpha_f + pow(1 - p, a.power) * (1 - a.alpha_f)),
});

const inverseSqrt = scheduler("InverseSquareRootWithWarmupScheduler", {
  home: "llmfoundry.optim",
  aliases: ["composer:inv_sqrt_with_warmup", "llm-foundry:inv_sqrt_with_warmup"],
  source: "llm-foundry 0.22.0, llmfoundry/optim/scheduler.py",
  params: {
    t_warmup,
    t_scale: timeOf("time scale of the decay"),
    t_cooldown: timeOf("length of the linear end"),
    t_max,
    alpha_f_decay: factor("factor at infinity", { default: 0 }),
    alpha_f_cooldown: factor("factor after the cooldown", { default: 0 }),
  },
  formula:
    "lr · t / t_warmup, lr · (α + (1 − α) / √((t − t_warmup + t_scale) / t_scale)), then linearly to alpha_f_cooldown",
  make(a, { run, plain, time }) {
    if (a.alpha_f_decay < a.alpha_f_cooldown)
      throw new Raises(
        `ValueError: Required: alpha_f_decay >= alpha_f_cooldown. Current: alpha_f_decay=${a.alpha_f_decay}, alpha_f_cooldown=${a.alpha_f_cooldown}.`,
      );
    for (const name of ["t_warmup", "t_scale", "t_cooldown"] as const) {
      const { unit } = parseTime(a[name]);
      if (unit === "dur") throw new Raises(`ValueError: ${name} cannot be in units of "dur".`);
      if (unit !== run.max.unit)
        throw new Raises(`ValueError: ${name} (unit ${unit}) must match max_duration unit (${run.max.unit}).`);
    }
    const [warm, size, cool, end] = [plain(a.t_warmup), time(a.t_scale), time(a.t_cooldown), time(a.t_max)];
    const start = Math.max(end.value - cool.value, warm.value);
    const at = (clock: number) =>
      a.alpha_f_decay + (1 - a.alpha_f_decay) / Math.sqrt((clock + size.value - warm.value) / size.value);
    const unit = warm.perBatch;
    const last = (b: number) =>
      cool.value === 0
        ? at(start)
        : byLine(at(start), a.alpha_f_cooldown, Math.min(1, (b * unit - start) / cool.value));
    return segments(
      warmup(batches(warm), (b) => Math.min(1, share(b, warm))),
      decay(start / unit, (b) => at(b * unit)),
      cooldown((start + cool.value) / unit, last),
      flat(Infinity, last),
    );
  },
});

export const composer = [
  step,
  multiStep,
  constant,
  linear,
  exponential,
  cosine,
  restarts,
  polynomial,
  multiStepWarm,
  constantWarm,
  linearWarm,
  cosineWarm,
  polynomialWarm,
  inverseSqrt,
];
