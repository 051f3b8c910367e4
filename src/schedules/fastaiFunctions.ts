import type { Curve } from "../engine/curve.js";
import { changes } from "../engine/search.js";
import { curve } from "../engine/shapes.js";
import { isRateFunction, isScheduleCall, compileCall } from "./compile.js";
import { anything, defineSchedule, lr, power, ratio, schedules } from "./define.js";
import type { Context, Value } from "./define.js";
import { combined } from "./fastaiCombined.js";
import { line, cos, names, common } from "./fastaiNames.js";
import type { Anneal } from "./fastaiNames.js";
import { numberOf } from "./nested.js";
import { raise } from "./torchRules.js";

/** The functions know only a position; a step of theirs is a thousandth of the run. */
const thousandths = "The position runs from 0 to 1 over the run; it is shown in thousandths, and held at 1 after them.";
const after = { kind: "constant", from: 1000, to: Infinity } as const;
const byPosition = (anneal: Anneal): Curve =>
  curve((t) => anneal(Math.min(t / 1000, 1)), [1000], [{ kind: "decay", from: 0, to: 1000 }, after]);
const start = lr("value at the start");
const end = lr("value at the end");

function annealOf(value: Value, context: Context): Anneal {
  if (isRateFunction(value)) return (pos) => numberOf(value.call([pos]));
  if (!isScheduleCall(value)) return raise("TypeError: a schedule function of the position is needed");
  const inner = compileCall(value, context).lr;
  return (pos) => inner.at(pos * 1000);
}

export const functions = [
  defineSchedule({
    ...names("SchedLin"),
    ...common,
    params: { start, end },
    formula: "start + pos · (end − start)",
    quirks: [thousandths],
    compile: (a) => byPosition(line(a.start, a.end)),
  }),
  defineSchedule({
    ...names("SchedCos"),
    ...common,
    params: { start, end },
    formula: "start + (1 + cos(π · (1 − pos))) · (end − start) / 2",
    quirks: [thousandths],
    compile: (a) => byPosition(cos(a.start, a.end)),
  }),
  defineSchedule({
    ...names("SchedNo"),
    ...common,
    params: { start, end },
    formula: "start",
    compile: (a) => byPosition(() => a.start),
  }),
  defineSchedule({
    ...names("SchedExp"),
    ...common,
    params: { start, end },
    formula: "start · (end / start)^pos",
    quirks: [thousandths],
    compile(a) {
      if (a.start === 0)
        return { ...byPosition(() => NaN), end: { at: 0, because: "ZeroDivisionError: division by zero" } };
      return byPosition((pos) => a.start * (a.end / a.start) ** pos);
    },
  }),
  defineSchedule({
    ...names("SchedPoly"),
    ...common,
    params: { start, end, power: power("1 is linear") },
    formula: "start + (end − start) · pos^power",
    quirks: [thousandths],
    compile: (a) => byPosition((pos) => a.start + (a.end - a.start) * pos ** a.power),
  }),
  defineSchedule({
    ...names("combine_scheds"),
    ...common,
    params: { pcts: anything("share of the run of each schedule"), scheds: schedules("the schedules, in order") },
    formula: "scheds[i]((pos − start_i) / pcts[i]) while pos is in the i-th share",
    quirks: ["The shares must add up to exactly 1 in floating point: 0.1 + 0.2 + 0.7 fails.", thousandths],
    compile({ pcts, scheds }, context) {
      const shares = (Array.isArray(pcts) ? pcts : []).map(numberOf);
      if (scheds.length < shares.length) raise("IndexError: list index out of range");
      const all = combined(
        shares,
        scheds.map((s) => annealOf(s, context)),
      );
      const edges = changes((t) => all.index(t / 1000));
      return { ...byPosition(all.at), nextBreak: (t) => (t < 1000 ? Math.min(edges(t), 1000) : Infinity) };
    },
  }),
  defineSchedule({
    ...names("combined_cos"),
    ...common,
    params: { pct: ratio("share of the first half wave"), start, middle: lr("value between the two"), end },
    formula: "a half cosine from start to middle over pct of the run, another from middle to end over the rest",
    quirks: [thousandths],
    compile({ pct, start, middle, end }) {
      const all = combined([pct, 1 - pct], [cos(start, middle), cos(middle, end)]);
      const edges = changes((t) => all.index(t / 1000));
      const turn = Math.max(0, Math.min(1000, edges(0)));
      const phases = [
        { kind: middle > start ? "warmup" : "decay", from: 0, to: turn } as const,
        { kind: "decay", from: turn, to: 1000 } as const,
        after,
      ].filter((p) => p.to > p.from);
      return { ...byPosition(all.at), nextBreak: (t) => (t < 1000 ? Math.min(edges(t), 1000) : Infinity), phases };
    },
  }),
];
