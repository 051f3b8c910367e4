import { divide, int } from "../engine/python.js";
import { Raises, type Context, type Value } from "./define.js";
import { refuse } from "./refuse.js";

/** Composer's time strings: `10ep`, `100ba`, `0.5dur`, `3_000_000_000tok`. */
export interface Time {
  readonly value: number;
  readonly unit: string;
}

/** The trainer's state as the schedules see it. */
export interface Run {
  readonly max: Time;
  /** Batches of an epoch. */
  readonly length: number;
  /** Samples (or tokens) of a batch. */
  readonly size: number;
  /** Trainer's scale_schedule_ratio. */
  readonly ratio: number;
}

/** A span of time in one unit, and how much of it passes per batch. */
export interface Span {
  readonly value: number;
  readonly unit: string;
  readonly perBatch: number;
}

const units = ["iter", "ep", "ba", "sp", "tok", "dur", "sec"];

export function parseTime(text: Value | undefined): Time {
  if (typeof text !== "string") throw new Raises("AttributeError: a time must be a string such as '10ep'");
  if (/^(\d+h)?(\d+m)?(\d+s)?$/.test(text) && text !== "") return { value: 0, unit: "sec" };
  const match = /^(.+?)(iter|ep|ba|sp|tok|dur|sec)$/i.exec(text);
  const number =
    match && /^[+-]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d+)?$/i.test(match[1]!.trim())
      ? Number(match[1]!.replaceAll("_", ""))
      : NaN;
  if (!match || Number.isNaN(number)) throw new Raises(`ValueError: Invalid time string: ${text}`);
  const unit = match[2]!.toLowerCase();
  if (unit !== "dur" && !Number.isInteger(number))
    throw new Raises(`TypeError: value ${number} is not an integer. Units ${unit} require integer values.`);
  return { value: number, unit };
}

/** From the context: max_duration ("30ep", or a number of epochs), the loader's length, scale_schedule_ratio. */
export function runOf(context: Partial<Context>, ratio: number): Run {
  const given = context.max_duration ?? (context.epochs ? context.epochs : `${Math.round(context.total_steps ?? 1)}ba`);
  const max = typeof given === "number" ? { value: given, unit: "ep" } : parseTime(given);
  const scaled = ratio === 1 ? max : { value: int(max.value * ratio), unit: max.unit };
  return {
    max: scaled,
    length: Math.max(1, context.steps_per_epoch ?? 1),
    size: Math.max(1, context.batch_size ?? 1),
    ratio,
  };
}

/** _convert_time: epochs and durations become whole batches; `ratio` shortens all but durations. */
export function convert(time: Time, { max, length, size }: Run, ratio = 1): Span {
  const span = (value: number, unit: string): Span => ({ value, unit, perBatch: unit === "ba" ? 1 : size });
  if (time.unit === "sec") throw new Raises("ValueError: Wall clock time not an allowed time unit.");
  if (time.unit === "dur")
    return max.unit === "ep"
      ? span(int(time.value * length * max.value), "ba")
      : span(int(time.value * max.value), max.unit);
  const unit = time.unit === "ep" ? "ba" : time.unit;
  if (!units.includes(unit)) throw new Raises(`ValueError: ${unit} is not a valid TimeUnit`);
  return span(int((time.unit === "ep" ? time.value * length : time.value) * ratio), unit);
}

/** The first batch at which `span` has passed; not whole when a batch oversteps it. */
export const batches = (span: Span): number => span.value / span.perBatch;
/** The share of `span` that has passed after b batches; raises for an empty span. */
export const share = (b: number, span: Span): number => divide(b * span.perBatch, span.value);

/** t_max must reach the run's end, and share the warm-up's unit. */
export function checkWarmup(warm: Span, end: Span, { max, length }: Run): void {
  const text = (s: Time) => `${s.value}${s.unit}`;
  const units = `t_max ${text(end)} with units ${end.unit} and t_warmup ${text(warm)} with units ${warm.unit}`;
  const must = "t_max and t_warmup must use the same units.";
  refuse(warm.unit !== end.unit, `ValueError: Cannot use warmup scheduler with ${units}. ${must}`);
  const inBatches = end.unit === "ba" && max.unit === "ep" ? max.value * length : -Infinity;
  const reach = `t_max ${text(end)} must be greater than or equal to max_duration ${text(max)}`;
  const otherwise = "Otherwise, the LR schedule will not be defined for the entire training duration.";
  refuse(end.value < (end.unit === max.unit ? max.value : inBatches), `ValueError: ${reach}. ${otherwise}`);
}
