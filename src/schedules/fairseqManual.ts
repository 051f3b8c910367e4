import { hold, segments } from "../engine/segments.js";
import { countUpTo, earliest, firstAbove } from "../engine/shapes.js";
import { anything, type Value } from "./define.js";
import { epochOf, lengthOf, rate, rates, scheduler } from "./fairseqCommon.js";
import { raise } from "./torchRules.js";

export const manual = scheduler("manual", "manual_lr_scheduler.ManualSchedule", {
  params: {
    epoch2lr: anything("rates by epoch, as a dict in a string: {'1-2':0.1,'3':0.05}", { default: "{}" }),
    update2lr: anything("rates by update, likewise", { default: "{}" }),
    ...rate,
  },
  needs: ["initial_lr", "steps_per_epoch"],
  formula: "the rate of the last update ≤ t in update2lr, else of the last epoch in epoch2lr, else the first rate",
  quirks: ["From the first update2lr entry on, epochs no longer matter."],
  compile(a, context) {
    const [byEpoch, byUpdate] = [manualKeys(a.epoch2lr), manualKeys(a.update2lr)];
    const first = byEpoch.values.get(1) ?? byUpdate.values.get(1) ?? rates(a.lr, context)[0]!;
    const last = ({ keys, values }: Keys, t: number) => values.get(keys[countUpTo(keys, t) - 1]!);
    const at = (t: number) => last(byUpdate, t) ?? last(byEpoch, epochOf(t, context)) ?? first;
    const starts = byEpoch.keys.map((epoch) => (epoch - 1) * lengthOf(context));
    const breaks = [byUpdate.keys, starts].map((edges) => (t: number) => firstAbove(edges, t));
    return segments(hold(Infinity, at, earliest(...breaks)));
  },
});

interface Keys {
  readonly keys: readonly number[];
  readonly values: ReadonlyMap<number, number>;
}
/** `{'1':0.1,'5-8':0.05,'9,10':0.01}`; a range stands for every number in it. */
function manualKeys(given: Value): Keys {
  const text = String(given).replaceAll(" ", "");
  const pairs: [string, number][] =
    given instanceof Map
      ? [...(given as ReadonlyMap<Value, Value>)].map(([k, v]) => [String(k), Number(v)])
      : [...text.matchAll(/(?:'([^']*)'|"([^"]*)"|([^\s,:{]+)):([^,}]+)/g)].map((m) => [
          m[1] ?? m[2] ?? m[3]!,
          Number(m[4]),
        ]);
  if (!(given instanceof Map) && !/^\{.*\}$/.test(text))
    raise("ValueError: epoch2lr/update2lr must be abel to evaluated to a dict");
  const values = new Map<number, number>();
  for (const [key, value] of pairs) {
    const [from, to] = key.split("-").map(Number) as [number, number?];
    const all = key.includes(",") ? key.split(",").map(Number) : to === undefined ? [from] : range(from, to);
    for (const k of all) {
      if (!Number.isInteger(k) || Number.isNaN(value))
        raise(`ValueError: invalid literal for int() with base 10: '${key}'`);
      values.set(k, value);
    }
  }
  return { keys: [...values.keys()].sort((x, y) => x - y), values };
}
function range(from: number, to: number): number[] {
  if (to - from > 1e6) raise(`${from}-${to} names more than a million steps`);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
