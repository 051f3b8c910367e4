import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The import boundaries are lint rules: each row is a one-line file and whether the linter must refuse it. */
const rows = [
  { file: "src/engine/a.ts", line: 'import "../schedules/define.js";', refused: true, why: "engine knows no library" },
  { file: "src/engine/b.ts", line: 'import "./curve.js";', refused: false, why: "a room imports from itself" },
  { file: "src/engine/c.ts", line: 'import "vscode";', refused: true, why: "engine runs without an editor" },
  { file: "src/engine/d.ts", line: 'import "node:fs";', refused: true, why: "engine reads no files" },
  { file: "src/engine/e.ts", line: "export const now = Date.now();", refused: true, why: "no clock" },
  { file: "src/simulate/a.ts", line: "export const x = Math.random();", refused: true, why: "no unseeded randomness" },
  { file: "src/simulate/b.ts", line: 'import "../engine/curve.js";', refused: false, why: "engine <- simulate" },
  {
    file: "src/simulate/problems/c.ts",
    line: 'import "../../recognize/finding.js";',
    refused: true,
    why: "deep files too",
  },
  { file: "src/schedules/a.ts", line: 'import "../engine/shapes.js";', refused: false, why: "engine <- schedules" },
  { file: "src/schedules/b.ts", line: 'import "../recognize/finding.js";', refused: true, why: "against the arrow" },
  { file: "src/source/a.ts", line: 'import "../recognize/finding.js";', refused: true, why: "source <- recognize" },
  { file: "src/recognize/a.ts", line: 'import "../source/document.js";', refused: false, why: "source <- recognize" },
  { file: "src/recognize/configs/b.ts", line: 'import "../../editor/hover.js";', refused: true, why: "no editor" },
  { file: "src/recognize/c.ts", line: 'import type { Range } from "vscode";', refused: true, why: "not even a type" },
  { file: "src/recognize/d.ts", line: 'import { readFileSync } from "fs";', refused: true, why: "strings, not files" },
  { file: "src/lint/a.ts", line: 'import "../panel/panel.js";', refused: true, why: "lint <- panel" },
  {
    file: "src/editor/a.ts",
    line: 'import * as vscode from "vscode"; void vscode;',
    refused: false,
    why: "its business",
  },
  { file: "src/editor/b.ts", line: 'import "node:path";', refused: true, why: "also runs in a browser" },
  { file: "src/panel/a.ts", line: 'import "../../webview/main.js";', refused: true, why: "another process" },
  { file: "src/panel/protocol.ts", line: 'import "vscode";', refused: true, why: "the webview imports it" },
  { file: "src/panel/protocol.ts", line: 'import "../engine/curve.js";', refused: false, why: "names engine types" },
  { file: "src/cli/a.ts", line: 'import "vscode";', refused: true, why: "headless" },
  { file: "src/cli/b.ts", line: 'import "node:fs";', refused: false, why: "reads files" },
  { file: "src/cli/c.ts", line: 'import "../panel/protocol.js";', refused: true, why: "no panel in a terminal" },
  { file: "webview/a.ts", line: 'import "../src/recognize/finding.js";', refused: true, why: "text stays in the host" },
  { file: "webview/b.ts", line: 'import "../src/panel/panel.js";', refused: true, why: "the protocol alone" },
  { file: "webview/c.ts", line: 'import "../src/panel/protocol.js";', refused: false, why: "the protocol alone" },
  { file: "webview/d.ts", line: 'import "../src/simulate/run.js";', refused: false, why: "simulates" },
  { file: "webview/e.ts", line: 'import "@vscode/webview-ui-toolkit";', refused: true, why: "one file alone" },
  { file: "webview/toolkit.ts", line: 'import "@vscode/webview-ui-toolkit";', refused: false, why: "that file" },
].map((row, index) => ({ ...row, file: row.file.replace(/^(.*\/)?/, (folder) => `case${index}/${folder}`) }));

describe("import boundaries", () => {
  const folder = mkdtempSync(join(tmpdir(), "boundaries-"));
  let refused: Set<string>;

  beforeAll(() => {
    const binary = join(dirname(createRequire(import.meta.url).resolve("oxlint/package.json")), "bin", "oxlint");
    for (const { file, line } of rows) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      cpSync(".oxlintrc.json", join(folder, file.split("/")[0]!, ".oxlintrc.json"));
      writeFileSync(path, `${line}\n`);
    }
    refused = new Set();
    for (const { file } of rows) {
      const reports = lint(binary, join(folder, file.split("/")[0]!));
      if (reports.some(({ code }) => code.startsWith("eslint(no-restricted-"))) refused.add(file);
    }
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(rows)("$file: $line ($why)", ({ file, refused: expected }) => expect(refused.has(file)).toBe(expected));
});

function lint(binary: string, cwd: string): { code: string }[] {
  try {
    return JSON.parse(execFileSync(process.execPath, [binary, "--format=json"], { cwd, encoding: "utf8" })).diagnostics;
  } catch (error) {
    // Exit status 1 means that something was reported, on standard output.
    return JSON.parse((error as { stdout: string }).stdout).diagnostics;
  }
}
