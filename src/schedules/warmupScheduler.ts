import type { Curve, Phase } from "../engine/curve.js";
import { divide } from "../engine/python.js";
import { flat, segments, warmup } from "../engine/segments.js";
import { bindArguments, isScheduleCall } from "./compile.js";
import { defineSchedule, factor, optimizer, schedule, steps } from "./define.js";
import type { Compiled, Context, LiveSchedule, ScheduleCall } from "./define.js";
import { metricDriven, plateau, type PlateauRule } from "./plateau.js";
import { refuse } from "./refuse.js";
import { forEachGroup, type GroupOf } from "./torchGroups.js";
import type { Group } from "./torchRules.js";
import { stepped, stepperOf } from "./torchSteppers.js";

const gradualWarmup = defineSchedule({
  id: "warmup_scheduler.GradualWarmupScheduler",
  aliases: ["warmup_scheduler.scheduler.GradualWarmupScheduler"],
  params: {
    optimizer,
    multiplier: factor("peak over base_lr; at 1 the rate climbs from 0", { min: 1 }),
    total_epoch: steps("epochs of the warm-up", { min: 0 }),
    after_scheduler: schedule("the scheduler that follows", { default: null }),
  },
  unit: "epoch",
  needs: ["initial_lr"],
  formula: "lr = base_lr · ((multiplier - 1) · t / total_epoch + 1), then after_scheduler from base_lr · multiplier on",
  quirks: [
    "With multiplier 1 the rate climbs from 0: base_lr · t / total_epoch.",
    "after_scheduler is asked once without being stepped: its own t is 0 at total_epoch + 1.",
  ],
  source: "warmup-scheduler 0.3, warmup_scheduler/scheduler.py",
  compile({ multiplier, total_epoch, after_scheduler: after }, context) {
    refuse(multiplier < 1, "ValueError: multiplier should be greater thant or equal to 1.");
    const rise = { multiplier, total_epoch };
    if (!isScheduleCall(after)) return forEachGroup(context, (_, base) => ({ lr: alone(rise, base) }));
    if (after.definition.id.endsWith(".ReduceLROnPlateau")) return beforePlateau(rise, after, context);
    const phases = phasesOf(rise);
    return forEachGroup(context, (of, base) => ({
      lr: { ...stepped(base, context, (group) => followedBy(rise, after, group, of)), phases },
    }));
  },
});

interface Rise {
  readonly multiplier: number;
  readonly total_epoch: number;
}

/** base · t / T for a multiplier of 1, else base · ((multiplier − 1) · t / T + 1). */
function risen({ multiplier: m, total_epoch: T }: Rise, base: number): (t: number) => number {
  return m === 1 ? (t) => base * divide(t, T) : (t) => base * (divide((m - 1) * t, T) + 1);
}

const first = ({ total_epoch: T }: Rise) => Math.floor(T) + 1;
const phasesOf = (rise: Rise): Phase[] => [
  { kind: "warmup", from: 0, to: first(rise) },
  { kind: "decay", from: first(rise), to: Infinity },
];

function alone(rise: Rise, base: number): Curve {
  return segments(warmup(first(rise), risen(rise, base)), flat(Infinity, base * rise.multiplier));
}

/** The other scheduler is made first, on the same optimizer; past the warm-up it is asked once, and then stepped. */
function followedBy(rise: Rise, call: ScheduleCall, group: Group, of: GroupOf): () => void {
  const after = stepperOf(call, group, of);
  const rate = risen(rise, (group.initial_lr ??= group.lr));
  let k = 0;
  group.lr = rate(0);
  return () => {
    k++;
    if (k <= rise.total_epoch) group.lr = rate(k);
    else if (k === first(rise)) {
      after.rebase(rise.multiplier);
      group.lr = after.rate();
    } else after.step();
  };
}

/** Before ReduceLROnPlateau the climb begins at its first step, from base_lr whatever the multiplier; metrics count after it. */
function beforePlateau({ multiplier: m, total_epoch: T }: Rise, call: ScheduleCall, context: Context): Compiled {
  const rule = bindArguments(call.definition, call.args) as unknown as PlateauRule;
  return forEachGroup(context, (_, base) => {
    const climb = (k: number) => base * (divide((m - 1) * k, T) + 1);
    const start = (): LiveSchedule => {
      const inner = plateau(base, rule)();
      let k = 1;
      return {
        lr: climb(1),
        step(metric) {
          k++;
          inner.lr = k <= T ? climb(k) : this.lr;
          const because = k <= T ? undefined : inner.step(metric);
          this.lr = inner.lr;
          return because;
        },
      };
    };
    return metricDriven(start, context);
  });
}

export const warmupScheduler = [gradualWarmup];
