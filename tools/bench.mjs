/**
 * `npm run bench`: runs every bench/*.bench.ts, or those whose name contains an argument, and prints one table.
 *
 * Each file's default export (or only exported function) is called with the path of bench/ and resolves to rows
 *   { name, ours | value, unit?, peer?, ratio?, goal?, skipped? }
 * where ours and peer are measured in the same run, in `unit`; goal is { atLeast } or { atMost } for the ratio, or
 * for the value where there is no ratio; skipped says why a figure could not be measured. Ends with 1 when a goal is missed.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { continueUnderNode24, installHost, installProject, root } from "./install.mjs";

installProject();
if (!process.versions.node.startsWith("24.")) installHost();
await continueUnderNode24();

const bench = join(root, "bench");
const wanted = process.argv.slice(2);
const files = (existsSync(bench) ? readdirSync(bench) : [])
  .filter((file) => file.endsWith(".bench.ts") && (wanted.length === 0 || wanted.some((part) => file.includes(part))))
  .sort();
const base = join(root, ".cache", "run");
mkdirSync(base, { recursive: true });
const folder = mkdtempSync(join(base, "bench-"));
const table = [];
let missed = 0;
try {
  for (const file of files) {
    const outfile = join(folder, file.replace(/\.ts$/, ".cjs"));
    const { build } = createRequire(join(root, "package.json"))("esbuild");
    await build({
      entryPoints: [join(bench, file)],
      outfile,
      bundle: true,
      // jsonc-parser's "main" is UMD, whose inner requires esbuild cannot follow.
      mainFields: ["module", "main"],
      platform: "node",
      format: "cjs",
      logLevel: "warning",
    });
    const exported = (await import(pathToFileURL(outfile).href)).default;
    const run = exported.default ?? Object.values(exported).find((each) => typeof each === "function");
    if (!run) throw new Error(`bench/${file} exports no function`);
    console.log(`${file} …`);
    for (const row of await run(bench)) table.push(cells(row));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (table.length === 0)
  console.log(`Nothing to measure in bench/${wanted.length > 0 ? ` with ${wanted.join(", ")} in its name` : ""}`);
else print([["", "ours", "peer", "ratio", "goal", ""], ...table]);
if (missed > 0) console.log(`\n${missed} ${missed === 1 ? "goal" : "goals"} missed`);
process.exit(missed > 0 ? 1 : 0);

function cells({ name, ours, value, unit = "", peer, ratio, goal, skipped }) {
  const own = ours ?? value;
  const shown = (number) =>
    typeof number === "number" ? `${Number(number.toPrecision(3))}${unit && ` ${unit}`}` : (number ?? "");
  if (skipped) return [name, `not measured: ${skipped}`, "", "", "", ""];
  const measured = ratio ?? own;
  const { atLeast, atMost } = typeof goal === "object" && goal ? goal : {};
  const ok = (atLeast === undefined || measured >= atLeast) && (atMost === undefined || measured <= atMost);
  if (!ok) missed++;
  const text = atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : (goal ?? "");
  const verdict = atLeast === undefined && atMost === undefined ? "" : ok ? "met" : "MISSED";
  return [name, shown(own), shown(peer), ratio === undefined ? "" : `${ratio.toFixed(2)}×`, String(text), verdict];
}

function print(rows) {
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map((row) => (row[1].startsWith("not measured") && column ? 0 : row[column].length))),
  );
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0])))
        .join("  ")
        .trimEnd(),
    );
}
