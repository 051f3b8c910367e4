import { expect, test } from "vitest";
import { libraries } from "../../src/schedules/index.js";
import { differences, goldenLibraries, goldensOf } from "./goldens.js";

/**
 * Every recorded curve against the definition, by its arguments. `LIB=optax,torch npx vitest run test/schedules/goldens.test.ts`
 * runs some of the libraries; `CASE=substring` some of the cases.
 */
const asked = process.env.LIB?.split(",");
const only = process.env.CASE ?? "";

test.each(goldenLibraries.filter((l) => !asked || asked.includes(l)))("%s", (library) => {
  const { dtype, cases } = goldensOf(library);
  const failures: string[] = [];
  const chosen = cases.filter((c) => c.id.includes(only));
  for (const golden of chosen) {
    let wrong: string[];
    try {
      wrong = differences(library, dtype, golden);
    } catch (e) {
      wrong = [`throws ${String(e)}`];
    }
    if (wrong.length) failures.push(`${golden.id}\n    ${wrong.join("\n    ")}`);
  }
  console.log(`${library.padEnd(16)} ${chosen.length - failures.length} / ${chosen.length}`);
  if (failures.length) throw new Error(`\n${failures.join("\n")}`);
});

test("every library with recordings is in the table", () => {
  const known = new Set(Object.keys(libraries));
  expect(goldenLibraries.filter((l) => !known.has(l) && (!asked || asked.includes(l)))).toEqual([]);
});
