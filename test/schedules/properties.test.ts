import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Curve } from "../../src/engine/curve.js";
import { factsOf } from "../../src/engine/facts.js";
import { sampleColumns } from "../../src/engine/sample.js";
import { compileSchedule } from "../../src/schedules/compile.js";
import {
  Raises,
  type Args,
  type Context,
  type ParamSpec,
  type ScheduleDefinition,
  type Value,
} from "../../src/schedules/define.js";
import { allSchedules, libraries, scheduleNamed } from "../../src/schedules/index.js";

/** No values of a schedule's parameters make the engine throw (other than Raises), hang, or take memory without bound. */
const awkward = [0, 1, -1, 2, 0.5, 1e-8, 1e9, 2 ** 53, -1e9, NaN, Infinity, -Infinity, 1e308, 5e-324];
const number = fc.oneof(
  fc.constantFrom(...awkward),
  fc.integer({ min: -10, max: 2000 }),
  fc.double({ min: -2, max: 2 }),
);
const wrong: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ maxLength: 5 }),
  fc.constant([]),
  fc.constant(new Map()),
);
const rate = fc.constantFrom(
  ...[
    (t: number) => 0.9 ** t,
    (t: number) => t % 3,
    () => NaN,
    (t: number) => (t > 20 ? fail() : 1),
    (t: number) => 1 / t,
  ].map((f) => ({
    kind: "function" as const,
    text: "lambda t: …",
    call: (args: readonly Value[]) => f(Number(args[0])),
  })),
);
function fail(): never {
  throw new Raises("ValueError: the user's own");
}

const parts = ["StepLR", "LinearLR", "CosineAnnealingLR", "ReduceLROnPlateau", "ExponentialLR"]
  .map((name) => scheduleNamed(`torch.optim.lr_scheduler.${name}`)!)
  .concat(scheduleNamed("optax.linear_schedule") ?? [], scheduleNamed("ignite.handlers.PiecewiseLinear") ?? []);

function valueFor(spec: ParamSpec, depth: number): fc.Arbitrary<Value> {
  const usual: Record<ParamSpec["kind"], fc.Arbitrary<Value>> = {
    number,
    integer: number,
    boolean: fc.boolean(),
    string: spec.choices ? fc.constantFrom(...spec.choices) : fc.string({ maxLength: 8 }),
    numbers: fc.array(number, { maxLength: 5 }),
    schedule: depth > 0 ? callOf(depth) : number,
    schedules: fc.array(depth > 0 ? callOf(depth) : number, { maxLength: 3 }),
    function: rate,
    handle: fc.constant(null),
    any: fc.oneof(
      number,
      fc.array(number, { maxLength: 3 }),
      fc.array(fc.tuple(number, number), { maxLength: 3 }),
      fc.string({ maxLength: 8 }),
    ),
  };
  return fc.oneof(
    { weight: 8, arbitrary: usual[spec.kind] },
    { weight: 1, arbitrary: wrong },
    { weight: 1, arbitrary: number },
  );
}

function argsOf(definition: ScheduleDefinition, depth = 1): fc.Arbitrary<Args> {
  const entries = Object.entries(definition.params).map(([name, spec]) => {
    const value = valueFor(spec, depth);
    return [name, spec.default === undefined ? value : fc.option(value, { nil: undefined, freq: 1 })] as const;
  });
  return fc.record(Object.fromEntries(entries));
}

function callOf(depth: number): fc.Arbitrary<Value> {
  return fc
    .constantFrom(...parts)
    .chain((definition) =>
      argsOf(definition, depth - 1).map((args) => ({ kind: "schedule" as const, definition, args })),
    );
}

const context: fc.Arbitrary<Context> = fc.record({
  initial_lr: fc.constantFrom(0.1, 1e-3, 0, -0.1, NaN, 1e300),
  total_steps: fc.oneof(
    { weight: 14, arbitrary: fc.constantFrom(0, 1, 100, 1000, 5000, 20_000) },
    { weight: 1, arbitrary: fc.constant(1e9) },
  ),
  steps_per_epoch: fc.constantFrom(1, 10, 1000),
  epochs: fc.constantFrom(1, 10, 1e6),
  max_duration: fc.constantFrom("10ep", "100ba", "2ep", "x"),
  batch_size: fc.constantFrom(1, 32),
  dataset_size: fc.constantFrom(1, 1000),
  world_size: fc.constant(1),
  grad_accumulation: fc.constant(1),
  metrics: fc.array(fc.double({ min: -1, max: 1 }), { maxLength: 20 }),
});

/** `RUNS=200 npx vitest run test/schedules/properties.test.ts` looks longer. */
const runs = Number(process.env.RUNS ?? 8);
const only = process.env.LIB?.split(",");
describe.each(Object.keys(libraries).filter((l) => !only || only.includes(l)))("%s", (library) => {
  test.each(libraries[library]!.map((d) => [d.id, d] as const))(
    "%s",
    (_, definition) => {
      fc.assert(
        fc.property(argsOf(definition), context, (args, surroundings) => {
          const before = process.cpuUsage();
          const compiled = compiledOrRaised(definition, args, surroundings);
          if (!compiled) return;
          for (const curve of [compiled.lr, compiled.momentum, ...(compiled.groups ?? [])]) if (curve) look(curve);
          // What is known only by stepping takes its time, once: the longest walk has a test of its own.
          const steps = Math.min(surroundings.total_steps, compiled.lr.walk === undefined ? Infinity : 50_000);
          factsOf(compiled.lr, steps);
          sampleColumns(compiled.lr, 0, Math.max(1000, steps), 100);
          compiled.events?.slice(0, 3);
          // Of the processor, not of the clock: others may be at work.
          expect(process.cpuUsage(before).user / 1000, "milliseconds").toBeLessThan(2500);
        }),
        { numRuns: runs, seed: 1 },
      );
    },
    60_000,
  );
});

function look(curve: Curve): void {
  for (const t of [0, 1, 2, 10, 99, 1000, 1e5, 1e9]) {
    expect(typeof curve.at(t)).toBe("number");
    const next = curve.nextBreak(t);
    expect(next > t && (next === Infinity || Number.isInteger(next)), `nextBreak(${t}) = ${next}`).toBe(true);
  }
  let end = 0;
  for (const phase of curve.phases) {
    expect([phase.from, phase.to > phase.from], "phases follow each other").toEqual([end, true]);
    end = phase.to;
  }
}

function compiledOrRaised(definition: ScheduleDefinition, args: Args, surroundings: Context) {
  try {
    return compileSchedule(definition, args, surroundings);
  } catch (e) {
    if (e instanceof Raises) return undefined;
    throw e;
  }
}

test("names are unique", () => {
  const seen = new Map<string, string>();
  for (const { id, aliases = [] } of allSchedules())
    for (const name of [id, ...aliases]) {
      expect(seen.get(name) ?? id, `${name} names two schedules`).toBe(id);
      seen.set(name, id);
    }
});
