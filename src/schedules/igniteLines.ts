import type { Curve } from "../engine/curve.js";
import { repr } from "../engine/python.js";
import { countUpTo, firstAbove } from "../engine/shapes.js";
import type { Value } from "./define.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

type Pair = readonly [event: number, value: number];

/** PiecewiseLinear's milestones, refused as the library refuses them. */
export function pairsOf(value: Value): Pair[] {
  if (!Array.isArray(value)) raise("TypeError: Argument milestones_values should be a list or tuple");
  const list = value as Value[];
  const none = `Argument milestones_values should be with at least one value, but given ${repr(value)}`;
  refuse(!list.length, `ValueError: ${none}`);
  const pairs: Pair[] = [];
  for (const pair of list) {
    if (!Array.isArray(pair) || pair.length !== 2)
      raise("ValueError: Argument milestones_values should be a list of pairs (milestone, param_value)");
    const [milestone, lrThere] = pair as [number, number];
    refuse(typeof lrThere !== "number", "TypeError: unsupported operand type(s) for -");
    const whole = "TypeError: Value of a milestone should be integer, but given <class 'float'>";
    refuse(!Number.isInteger(milestone), whole);
    const before = pairs.at(-1)?.[0] ?? -Infinity;
    const rising = `Milestones should be increasing integers, but given ${milestone} is smaller than the previous milestone`;
    refuse(milestone < before, `ValueError: ${rising} ${before}`);
    pairs.push([milestone, lrThere]);
  }
  return pairs;
}

/** Straight lines between the pairs, flat outside. */
export function interpolated(pairs: readonly Pair[]): Curve {
  const edges = pairs.map(([milestone]) => milestone);
  const values = pairs.map(([, value]) => value);
  const at = (t: number) => {
    const i = countUpTo(edges, t) - 1;
    if (i < 0) return values[0]!;
    if (i === edges.length - 1) return values[i]!;
    return values[i]! + ((values[i + 1]! - values[i]!) * (t - edges[i]!)) / (edges[i + 1]! - edges[i]!);
  };
  return { at, nextBreak: (t) => firstAbove(edges, t), phases: [] };
}
