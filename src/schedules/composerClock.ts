import type { Curve } from "../engine/curve.js";
import { cooldown, decay, lagging, segments, type Segment } from "../engine/segments.js";
import { scale } from "../engine/shapes.js";
import { batches, convert, parseTime, runOf, share, type Run, type Span } from "./composerTime.js";
import { defineSchedule, factor, real, word } from "./define.js";
import type { Definition, Params, ScheduleDefinition, TypedArgs, Value } from "./define.js";

/** What a formula is given: times as spans (with or without the trainer's ratio), and the run. */
export interface Clock {
  readonly run: Run;
  /** A time, shortened by scale_schedule_ratio. */
  readonly time: (text: Value) => Span;
  /** A warm-up's time, which the ratio does not shorten. */
  readonly plain: (text: Value) => Span;
}
const late = "The trainer steps before its clock moves on, so every value comes one batch late.";
const scaleRatio = {
  scale_schedule_ratio: real("the Trainer's scale_schedule_ratio", { default: 1, keywordOnly: true }),
};

type Declared<P extends Params> = Omit<Definition<P>, "id" | "source" | "compile"> & {
  readonly make: (args: TypedArgs<P>, clock: Clock) => Curve;
  readonly source?: string;
  readonly home?: string;
};
/**
 * One of MosaicML Composer's schedules, a factor of the trainer's time. The curve counts batches and lags one behind the
 * formula, as the trainer makes it.
 */
export function scheduler<P extends Params>(name: string, declared: Declared<P>): ScheduleDefinition {
  const { make, home = "composer.optim", ...rest } = declared;
  return defineSchedule({
    source: "mosaicml 0.32.1, composer/optim/scheduler.py",
    ...rest,
    id: `${home}.${name}`,
    aliases: [`${home}.scheduler.${name}`, ...(rest.aliases ?? [])],
    params: { ...rest.params, ...scaleRatio } as Params,
    needs: ["initial_lr", "max_duration", "steps_per_epoch"],
    quirks: [...(rest.quirks ?? []), late],
    compile(args, context) {
      const run = runOf(context, args.scale_schedule_ratio as number);
      const time = (text: Value) => convert(parseTime(text), run, run.ratio);
      const plain = (text: Value) => convert(parseTime(text), run);
      const clock = { run, time, plain };
      return scale(lagging(make(args as never, clock)), context.initial_lr);
    },
  });
}

export const timeOf = (meaning: string, value?: string) =>
  word(`${meaning} (a time: 10ep, 100ba, 0.1dur)`, value === undefined ? {} : { default: value });
export const t_max = timeOf("length of the schedule", "1dur");
export const alpha_f = factor("final factor", { default: 0 });

/** f of the share of `end` that has passed; from there on it stays. */
export function upTo(end: Span, f: (p: number) => number): Curve {
  const at = (b: number) => f(Math.min(1, share(b, end)));
  return segments(decay(batches(end), at), cooldown(Infinity, at));
}

/** gamma once more at each of the times. */
export function multiStepSegments(milestones: Value, gamma: number, { time }: Clock): Segment[] {
  const spans = (milestones as readonly Value[]).map(time);
  const edges = spans.map(batches).sort((a, b) => a - b);
  const factorAfter = (count: number) => Array.from({ length: count }).reduce<number>((f) => f * gamma, 1);
  return [...edges.map((edge, i) => decay(edge, factorAfter(i))), decay(Infinity, factorAfter(edges.length))];
}
