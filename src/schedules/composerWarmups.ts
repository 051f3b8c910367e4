import type { Curve } from "../engine/curve.js";
import { byLine } from "../engine/oneCycle.js";
import { power as pow } from "../engine/python.js";
import { cooldown, decay, flat, segments, warmup, type Segment } from "../engine/segments.js";
import { alpha_f, multiStepSegments, scheduler, t_max, timeOf, type Clock } from "./composerClock.js";
import { anneal } from "./composerRestarts.js";
import { batches, checkWarmup, parseTime, share } from "./composerTime.js";
import { anything, factor, flag, type Value } from "./define.js";
import { refuse } from "./refuse.js";

const scale_warmup = flag("scale_schedule_ratio shortens the warm-up too", { default: false });
const t_warmup = timeOf("length of the warm-up");

/** Linear from 0 to `top`; with scale_warmup its slope is the shortened one, but it lasts as long. */
function rise(text: Value, scaled: boolean, top: number, { plain, time }: Clock): Segment {
  const [until, slope] = [plain(text), scaled ? time(text) : plain(text)];
  return warmup(batches(until), (b) => top * Math.min(1, share(b, slope)));
}

const multiStepWarm = scheduler("MultiStepWithWarmupScheduler", {
  params: { t_warmup, milestones: anything("times of the drops"), gamma: 0.1, scale_warmup },
  formula: "lr · t / t_warmup, then lr · gamma^(number of milestones ≤ t)",
  make: (a, clock) => segments(rise(a.t_warmup, a.scale_warmup, 1, clock), ...dropsLater(a.milestones, a.gamma, clock)),
});

/** Milestones are read when the warm-up is over, so a bad one raises only then. */
function dropsLater(milestones: Value, gamma: number, clock: Clock): Segment[] {
  try {
    return multiStepSegments(milestones, gamma, clock);
  } catch (error) {
    const late = () => {
      throw error;
    };
    return [decay(Infinity, late)];
  }
}

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
  params: { t_warmup, power: 2, t_max, alpha_f, scale_warmup },
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
  make(a, clock) {
    checkTimes(a, clock.run.max.unit);
    return rootThenLine(a, clock);
  },
});

type Root = Readonly<Record<"alpha_f_decay" | "alpha_f_cooldown", number>> &
  Readonly<Record<"t_warmup" | "t_scale" | "t_cooldown" | "t_max", string>>;
function checkTimes({ alpha_f_decay: decayed, alpha_f_cooldown: cooled, ...a }: Root, unit: string): void {
  const current = `Current: alpha_f_decay=${decayed}, alpha_f_cooldown=${cooled}`;
  refuse(decayed < cooled, `ValueError: Required: alpha_f_decay >= alpha_f_cooldown. ${current}.`);
  for (const name of ["t_warmup", "t_scale", "t_cooldown"] as const) {
    const own = parseTime(a[name]).unit;
    refuse(own === "dur", `ValueError: ${name} cannot be in units of "dur".`);
    refuse(own !== unit, `ValueError: ${name} (unit ${own}) must match max_duration unit (${unit}).`);
  }
}

/** t / W, the inverse root from there to alpha_f_decay, and a line to alpha_f_cooldown at the end. */
function rootThenLine(a: Root, { plain, time }: Clock): Curve {
  const [warm, size, cool, end] = [plain(a.t_warmup), time(a.t_scale), time(a.t_cooldown), time(a.t_max)];
  const { value: scale } = size;
  const start = Math.max(end.value - cool.value, warm.value);
  const at = (clock: number) =>
    a.alpha_f_decay + (1 - a.alpha_f_decay) / Math.sqrt((clock + scale - warm.value) / scale);
  const unit = warm.perBatch;
  const cooled = (b: number) => Math.min(1, (b * unit - start) / cool.value);
  const last = (b: number) => (cool.value === 0 ? at(start) : byLine(at(start), a.alpha_f_cooldown, cooled(b)));
  return segments(
    warmup(batches(warm), (b) => Math.min(1, share(b, warm))),
    decay(start / unit, (b) => at(b * unit)),
    cooldown((start + cool.value) / unit, last),
    flat(Infinity, last),
  );
}

export const composerWarmups = [multiStepWarm, constantWarm, linearWarm, cosineWarm, polynomialWarm, inverseSqrt];
