import { expect, test } from "vitest";
import { libraries } from "../../src/schedules/index.js";
import { goldenLibraries, goldensOf, requestOf } from "./goldens.js";

test("every schedule of a recorded library has a curve of the library itself, recorded under its own name", () => {
  const seen = new Set<string>();
  for (const library of goldenLibraries)
    for (const golden of goldensOf(library).cases) seen.add(requestOf(library, golden).definition.id);
  const without = goldenLibraries.flatMap((l) => (libraries[l] ?? []).map((d) => d.id).filter((id) => !seen.has(id)));
  expect(without).toEqual([]);
}, 60_000);
