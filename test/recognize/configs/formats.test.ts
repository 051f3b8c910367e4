import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formats, recognizeConfig } from "../../../src/recognize/configs/index.js";
import { rateAt, resolve } from "../../../src/recognize/resolve.js";
import { expected } from "./expected.js";

const folder = join(import.meta.dirname, "../../fixtures/configs");
const workspace = {
  read: (path: string) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : undefined),
};

describe("configuration formats", () => {
  it.each(expected)("$file: $schedule $why", ({ file, schedule, args, unit, at, rates, assume = {} }) => {
    const text = readFileSync(join(folder, file), "utf8");
    const given = new Map(Object.entries(assume));
    const findings = recognizeConfig({ path: file, languageId: "", text }, workspace, given);
    expect(findings.map((f) => f.schedule)).toEqual([schedule]);
    const resolved = resolve(findings[0]!, { assume: given });
    const values = Object.fromEntries(
      Object.entries(resolved.parameters).map(([name, v]) => [name, v.status === "unknown" ? v.because : v.value]),
    );
    expect(values).toMatchObject(args);
    expect(resolved.run.unit).toBe(unit);
    at.forEach((t, i) => {
      const rate = rateAt(resolved, t);
      // Libraries that compute in float32 are met to its precision.
      const tolerance = resolved.definition?.dtype === "float32" ? 2e-6 : 1e-9;
      expect(Math.abs((rate ?? Infinity) - rates[i]!), `t = ${t}: ${rate} for ${rates[i]}`).toBeLessThanOrEqual(
        tolerance * Math.max(...rates),
      );
    });
  });

  it("has a fixture for every format", () => {
    const tools = new Set(expected.map((e) => e.file.split("/")[0]!));
    const other: Readonly<Record<string, string>> = { transformers: "transformers", targets: "hydra" };
    expect(formats.map((f) => f.id).filter((id) => !tools.has(other[id] ?? id))).toEqual([]);
  });
});
