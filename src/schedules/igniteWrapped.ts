import type { Curve } from "../engine/curve.js";
import { constant, ending, sequence } from "../engine/shapes.js";
import { stepwise } from "../engine/stepwise.js";
import { compileCall } from "./compile.js";
import type { Context, ScheduleCall } from "./define.js";
import { interpolated } from "./igniteLines.js";
import { cosineAnnealingWarmRestarts } from "./torchCycles.js";
import { ruleOfCall, type Group, type Rule } from "./torchRules.js";

export const isIgnite = (call: ScheduleCall) => call.definition.id.startsWith("ignite.");

/** ignite's LRScheduler around a PyTorch one: get_lr() is called before each update, `ahead` of the scheduler's own count. */
export function wrapped(call: ScheduleCall, context: Context, ahead: number): { curve: Curve; constructed: number } {
  const of = { index: 0, count: 1, context };
  const rule = ruleOfCall(call, of);
  const group: Group = { lr: context.initial_lr };
  rule.construct?.(group);
  const base = (group.initial_lr ??= group.lr);
  const alone = rule.curve(base);
  const constructed = rule.next ? rule.next(group.lr, 0, { base, initial: true, count: 1 }) : alone.at(0);
  // CosineAnnealingWarmRestarts advances its own cycle inside get_lr, so it is one step early whatever the count says.
  const offset = call.definition === cosineAnnealingWarmRestarts ? 1 : ahead;
  const get = (rate: number, k: number) => step(rule, alone, rate, k, base);
  if (!rule.next) {
    const nextBreak = (t: number) => alone.nextBreak(t + offset) - offset;
    return { constructed, curve: { ...alone, at: (t) => alone.at(t + offset), nextBreak } };
  }
  const horizon = Math.min(context.total_steps || 0, 10_000);
  try {
    return { constructed, curve: stepwise(get(constructed, offset), (rate, t) => get(rate, t + offset), { horizon }) };
  } catch (error) {
    return { constructed, curve: ending(constant(NaN), 0, (error as Error).message) };
  }
}

const step = (rule: Rule, alone: Curve, rate: number, k: number, base: number) =>
  rule.next ? rule.next(rate, k, { base, initial: false, count: 1 }) : alone.at(k);

/** A straight line over n events, then the scheduler; where both would have the same rate one event is left out. */
export function afterLine(call: ScheduleCall, context: Context, start: number, top: number | null, n: number): Curve {
  const foreign = isIgnite(call) ? undefined : wrapped(call, context, 1);
  const after = foreign?.curve ?? compileCall(call, context).lr;
  const end = top ?? foreign?.constructed ?? context.initial_lr;
  const first = foreign?.constructed ?? after.at(0);
  const line: (readonly [number, number])[] = [
    [0, start],
    [n - 1, end],
  ];
  if (foreign && first !== end) line.push([n, first]);
  if (!foreign && first === end) line.splice(1, 1, ...(n > 2 ? [[n - 2, end - (end - start) / (n - 1)] as const] : []));
  return sequence([
    { from: 0, curve: interpolated(line), kind: "warmup" },
    { from: line.at(-1)![0] + 1, curve: after, restart: true },
  ]);
}

/** A duration is looked at before an event: 0 skips only the first scheduler, and one entered with none left stays for good. */
export function concatenated(curves: readonly Curve[], durations: readonly number[]): Curve {
  const parts: { from: number; curve: Curve; restart: true }[] = [];
  let from = 0;
  for (const [i, curve] of curves.entries()) {
    const duration = durations[i] ?? -1;
    if (i === 0 && duration === 0) continue;
    parts.push({ from, curve, restart: true });
    if (duration <= 0) break;
    from += duration;
  }
  return sequence(parts);
}
