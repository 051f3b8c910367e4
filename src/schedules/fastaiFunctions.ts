import type { Curve, Phase } from "../engine/curve.js";
import { changes } from "../engine/search.js";
import { curve, ending } from "../engine/shapes.js";
import { isRateFunction, isScheduleCall, compileCall } from "./compile.js";
import { anything, lr, power, ratio, schedules, type Context, type Value } from "./define.js";
import { combined } from "./fastaiCombined.js";
import { cos, line, ofFunctions, type Anneal } from "./fastaiNames.js";
import { numberOf } from "./nested.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

/** The functions know only a position; a step of theirs is a thousandth of the run. */
const thousandths = "The position runs from 0 to 1 over the run; it is shown in thousandths, and held at 1 after them.";
const after = { kind: "constant", from: 1000, to: Infinity } as const;
const falling: readonly Phase[] = [{ kind: "decay", from: 0, to: 1000 }, after];
const byPosition = (anneal: Anneal): Curve => curve((t) => anneal(Math.min(t / 1000, 1)), [1000], falling);
const ends = { start: lr("value at the start"), end: lr("value at the end") };

function annealOf(value: Value, context: Context): Anneal {
  if (isRateFunction(value)) return (pos) => numberOf(value.call([pos]));
  if (!isScheduleCall(value)) return raise("TypeError: a schedule function of the position is needed");
  const inner = compileCall(value, context).lr;
  return (pos) => inner.at(pos * 1000);
}

/** Anneals by their shares of the run, with a break where the next one begins. */
function inShares(shares: readonly number[], anneals: readonly Anneal[]): Curve {
  const all = combined(shares, anneals);
  const edges = changes((t) => all.index(t / 1000));
  return { ...byPosition(all.at), nextBreak: (t) => (t < 1000 ? Math.min(edges(t), 1000) : Infinity) };
}

export const functions = [
  ofFunctions({
    name: "SchedLin",
    params: ends,
    formula: "start + pos · (end − start)",
    quirks: [thousandths],
    rule: (a) => byPosition(line(a.start, a.end)),
  }),
  ofFunctions({
    name: "SchedCos",
    params: ends,
    formula: "start + (1 + cos(π · (1 − pos))) · (end − start) / 2",
    quirks: [thousandths],
    rule: (a) => byPosition(cos(a.start, a.end)),
  }),
  ofFunctions({
    name: "SchedNo",
    params: ends,
    formula: "start",
    rule: (a) => byPosition(() => a.start),
  }),
  ofFunctions({
    name: "SchedExp",
    params: ends,
    formula: "start · (end / start)^pos",
    quirks: [thousandths],
    rule(a) {
      if (a.start === 0)
        return ending(
          byPosition(() => NaN),
          0,
          "ZeroDivisionError: division by zero",
        );
      return byPosition((pos) => a.start * (a.end / a.start) ** pos);
    },
  }),
  ofFunctions({
    name: "SchedPoly",
    params: { ...ends, power: power("1 is linear") },
    formula: "start + (end − start) · pos^power",
    quirks: [thousandths],
    rule: (a) => byPosition((pos) => a.start + (a.end - a.start) * pos ** a.power),
  }),
  ofFunctions({
    name: "combine_scheds",
    params: { pcts: anything("share of the run of each schedule"), scheds: schedules("the schedules, in order") },
    formula: "scheds[i]((pos − start_i) / pcts[i]) while pos is in the i-th share",
    quirks: ["The shares must add up to exactly 1 in floating point: 0.1 + 0.2 + 0.7 fails.", thousandths],
    rule({ pcts, scheds }, context) {
      const shares = (Array.isArray(pcts) ? pcts : []).map(numberOf);
      refuse(scheds.length < shares.length, "IndexError: list index out of range");
      const anneals = scheds.map((s) => annealOf(s, context));
      return inShares(shares, anneals);
    },
  }),
  ofFunctions({
    name: "combined_cos",
    params: {
      pct: ratio("share of the first half wave"),
      start: ends.start,
      middle: lr("value between the two"),
      end: ends.end,
    },
    formula: "a half cosine from start to middle over pct of the run, another from middle to end over the rest",
    quirks: [thousandths],
    rule({ pct, start, middle, end }) {
      const c = inShares([pct, 1 - pct], [cos(start, middle), cos(middle, end)]);
      const turn = Math.max(0, Math.min(1000, c.nextBreak(0)));
      const first = { kind: middle > start ? "warmup" : "decay", from: 0, to: turn } as const;
      const phases = [first, { kind: "decay", from: turn, to: 1000 } as const, after];
      return { ...c, phases: phases.filter((p) => p.to > p.from) };
    },
  }),
];
