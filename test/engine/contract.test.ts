import { describe, expect, test } from "vitest";
import { factsOf } from "../../src/engine/facts.js";
import { ratesOver } from "../../src/engine/rates.js";
import { sampleColumns } from "../../src/engine/sample.js";
import { compileSchedule } from "../../src/schedules/compile.js";
import { Raises, type Compiled } from "../../src/schedules/define.js";
import { libraries } from "../../src/schedules/index.js";
import { goldenLibraries, goldensOf, requestOf, type Golden } from "../schedules/goldens.js";

/**
 * The contract of Curve on every recorded case: monotone between breaks, and what facts and drawing conclude from that agrees
 * with looking at every single step.
 */
const asked = process.env.LIB?.split(",");
const only = process.env.CASE ?? "";

const known = new Set(Object.keys(libraries));
describe.each(goldenLibraries.filter((l) => known.has(l) && (!asked || asked.includes(l))))("%s", (library) => {
  const compiled = goldensOf(library)
    .cases.filter((c) => c.id.includes(only))
    .flatMap((golden): [Golden, Compiled][] => {
      try {
        const { definition, args, context } = requestOf(library, golden);
        return [[golden, compileSchedule(definition, args, context)]];
      } catch (e) {
        if (e instanceof Raises || /no definition/.test(String(e))) return [];
        throw e;
      }
    });
  const stepsOf = (golden: Golden, c: Compiled) =>
    Math.min((golden.steps.at(-1) ?? 1) + 50, 4000, (c.lr.end?.at ?? Infinity) - 1);

  test("turns only at breaks", () => {
    const wrong = compiled.flatMap(([golden, c]) => {
      const problem = turnsBetweenBreaks(c, stepsOf(golden, c));
      return problem ? [`${golden.id}: ${problem}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  test("facts and columns agree with every step", () => {
    const wrong = compiled.flatMap(([golden, c]) => {
      const problem = disagreement(c, stepsOf(golden, c));
      return problem ? [`${golden.id}: ${problem}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  test("the rates of a range are those of its steps", () => {
    const wrong = compiled.flatMap(([golden, { lr }]) => {
      const from = golden.steps.length % 3;
      const rates = ratesOver(lr, from, stepsOf(golden, { lr }) + 60);
      const k = rates.findIndex((rate, k) => !near(rate, k + from < (lr.end?.at ?? Infinity) ? lr.at(k + from) : NaN));
      return k < 0 ? [] : [`${golden.id}: at ${k + from} ${rates[k]} instead of ${lr.at(k + from)}`];
    });
    expect(wrong).toEqual([]);
  });
});

const near = (a: number, b: number) => Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-13 * Math.abs(b);

/** Rounding makes a constant or a slow stretch tremble by some units in the last place. */
const noise = (values: readonly number[]) => 4e-7 * Math.max(...values.filter(Number.isFinite).map(Math.abs), 0);

function turnsBetweenBreaks({ lr }: Compiled, steps: number): string | undefined {
  const values = Array.from({ length: steps + 1 }, (_, t) => lr.at(t));
  const epsilon = noise(values) * 1e-4;
  for (let from = 0; from <= steps;) {
    const to = lr.nextBreak(from);
    if (!(to > from) || !(to === Infinity || Number.isInteger(to))) return `nextBreak(${from}) = ${to}`;
    let [up, down] = [false, false];
    for (let t = from + 1; t < Math.min(to, steps + 1); t++) {
      const change = values[t]! - values[t - 1]!;
      up ||= change > epsilon;
      down ||= change < -epsilon;
      if (up && down) return `turns at ${t} inside [${from}, ${to})`;
    }
    from = to;
  }
  return undefined;
}

function disagreement({ lr }: Compiled, steps: number): string | undefined {
  if (steps < 1) return undefined;
  const values = Array.from({ length: steps + 1 }, (_, t) => lr.at(t));
  if (!values.every(Number.isFinite)) return undefined;
  const facts = factsOf(lr, steps);
  const epsilon = noise(values) * 1e-4;
  const near = (a: number, b: number, within = epsilon) => Math.abs(a - b) <= within;
  const [peak, min, area] = [
    Math.max(...values),
    Math.min(...values),
    values.slice(0, steps).reduce((s, v) => s + v, 0),
  ];
  if (!near(facts.peak, peak)) return `peak ${facts.peak}, every step says ${peak}`;
  if (!near(facts.min, min)) return `min ${facts.min}, every step says ${min}`;
  if (!near(facts.area, area, 1e-6 * values.reduce((s, v) => s + Math.abs(v), 0)))
    return `area ${facts.area}, every step says ${area}`;
  const { min: low, max: high } = sampleColumns(lr, 0, steps, 100);
  for (let i = 0, n = low.length; i < n; i++) {
    const from = n === steps + 1 ? i : Math.ceil((i * steps) / n);
    const to = n === steps + 1 ? i + 1 : i + 1 < n ? Math.ceil(((i + 1) * steps) / n) : steps + 1;
    const column = values.slice(from, to);
    if (!near(low[i]!, Math.min(...column)) || !near(high[i]!, Math.max(...column)))
      return `column ${i} is ${low[i]} to ${high[i]}`;
  }
  return undefined;
}
