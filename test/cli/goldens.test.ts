import { describe, expect, it } from "vitest";
import { answer } from "../../src/cli/requests.js";
import { goldenCases, raisedBy, type GoldenCase } from "./goldenRequests.js";

interface Answered {
  readonly error?: string;
  readonly findings?: readonly {
    readonly schedule: string;
    readonly values?: readonly (number | null)[];
    readonly problem?: string;
  }[];
}

/** Where the text alone cannot lead to the recorded curve, and why. */
const untold: readonly (readonly [RegExp, string])[] = [
  [/^torch\.SWALR\/.*-then-swa/, "two schedulers take turns in a loop that is not in the text"],
  [
    /^torch\.ChainedScheduler\/two-schedulers-stepped-by-hand/,
    "both schedulers are stepped in a loop that is not in the text",
  ],
  [
    /^torch\.CosineAnnealingWarmRestarts\/fractional-epochs/,
    "it is stepped with fractional epochs in a loop that is not in the text",
  ],
];

/** Undefined when the finding has the recorded values and says what the library raises; else the first difference. */
function difference({ golden, float32 }: GoldenCase, answered: Answered): string | undefined {
  if (answered.error !== undefined) return answered.error;
  const findings = answered.findings ?? [];
  // `inspect` tells rates: a momentum's own schedule is none of them.
  if (golden.quantity === "momentum") return findings.length ? "a momentum told as a rate" : undefined;
  if (findings.length !== 1) return `found ${findings.length} schedules`;
  const wanted = golden.values.map((v) => (typeof v === "string" ? NaN : v));
  const peak = Math.max(0, ...wanted.filter(Number.isFinite).map(Math.abs));
  const differences = findings.map(({ schedule, values = [], problem }) => {
    for (const [i, want] of wanted.entries()) {
      const got = values[i] ?? null;
      if (golden.fragile_steps?.includes(golden.steps[i]!)) continue;
      const miss = `${schedule} at ${golden.steps[i]}: expected ${golden.values[i]}, got ${got}${problem ? ` (${problem})` : ""}`;
      if (typeof golden.values[i] === "string") {
        if (got !== null) return miss;
        continue;
      }
      if (got === null) return miss;
      const error = Math.abs(got - want);
      if (error > (float32 ? 1e-6 * peak + 1e-4 * Math.abs(want) : 1e-10 * peak)) return miss;
      if (!float32 && Math.abs(want) > 1e-6 * peak && error > 1e-9 * Math.abs(want)) return miss;
    }
    const raised = raisedBy(golden);
    if (!raised) return undefined;
    if (values.at(-1) !== null) return `${schedule}: a rate where the library raises ${raised.type}`;
    return problem?.startsWith(raised.type)
      ? undefined
      : `${schedule}: the library raises ${raised.type}, told is ${problem ?? "nothing"}`;
  });
  return differences[0];
}

describe("every recorded schedule, from its text to its values", () => {
  const cases = goldenCases();
  const libraries = [...new Set(cases.map(({ library }) => library))];
  it.each(libraries)(
    "%s",
    (library) => {
      const own = cases.filter((c) => c.library === library && !untold.some(([pattern]) => pattern.test(c.golden.id)));
      const misses = own.flatMap((c) => {
        const miss = difference(c, JSON.parse(answer(JSON.stringify(c.request))) as Answered);
        return miss === undefined ? [] : [`${c.golden.id}: ${miss}`];
      });
      expect(misses).toEqual([]);
    },
    60_000,
  );
});
