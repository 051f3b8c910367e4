/**
 * `npm test`: installs what is missing and runs every suite; ends with one line, `N passed, N failed`.
 *
 *   npm test                       everything
 *   npm test -- unit host          only the named parts: types lint unit host worker page
 *   npm test -- page --only theme  only the tests of the host suites whose names contain this
 *
 * types and lint count as one check each; the other suites count their tests. A suite that breaks off counts as one
 * failed check more.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { commandOf, continueUnderNode24, installHost, installProject, root } from "./install.mjs";

installProject();
installHost();
await continueUnderNode24();
const { isTooLarge } = await import("./build.mjs");
const { prepare, runInHost, runInPage, runInWorker } = await import("./host/suites.mjs");
const { stage } = await import("./host/stage.mjs");

const names = ["types", "lint", "unit", "host", "worker", "page"];
const options = process.argv.slice(2);
const only = options.includes("--only") ? options.splice(options.indexOf("--only"), 2)[1] : "";
const unknown = options.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown part: ${unknown.join(", ")}; there are ${names.join(", ")}`);
  process.exit(2);
}
const isWanted = (name) => options.length === 0 || options.includes(name);
const total = { passed: 0, failed: 0 };
const count = (ok) => total[ok ? "passed" : "failed"]++;

/** Runs one part, tells how it went, and counts a broken-off one as failed. */
async function part(name, title, run) {
  if (!isWanted(name)) return;
  const start = Date.now();
  const before = { ...total };
  console.log(`\n\x1b[1m${title}\x1b[0m`);
  try {
    await run();
  } catch (error) {
    // A suite whose tests failed has said so already; anything else is a failure of its own.
    if (total.failed === before.failed) {
      console.log(`  ✗ ${error.stack ?? error}`);
      count(false);
    }
  }
  const passed = total.passed - before.passed;
  const failed = total.failed - before.failed;
  console.log(`  ${passed} passed, ${failed} failed in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

const program = (name, args) => {
  const { status } = spawnSync(process.execPath, [commandOf(name), ...args], { cwd: root, stdio: "inherit" });
  return status === 0;
};
await part("types", "Types", () => count(program("typescript", ["--noEmit"])));
await part("lint", "Lint", () => count(program("oxlint", ["--deny-warnings"])));
await part("unit", "Units and recorded curves", units);
await hostSuites();

console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);

function units() {
  const base = join(root, ".cache", "run");
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, "unit-"));
  const report = join(folder, "report.json");
  try {
    program("vitest", ["run", "--reporter=dot", "--reporter=json", `--outputFile.json=${report}`]);
    const { testResults } = JSON.parse(readFileSync(report, "utf8"));
    for (const { assertionResults, status } of testResults) {
      for (const each of assertionResults) count(each.status === "passed");
      // A file that could not be loaded reports no test.
      if (status === "failed" && assertionResults.every((each) => each.status === "passed")) count(false);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function hostSuites() {
  if (!["host", "worker", "page"].some(isWanted)) return;
  let staged, prepared;
  await part(["host", "worker", "page"].find(isWanted), "Build, within the limits of size", async () => {
    staged = await stage({ tolerant: Boolean(process.env.TOLERANT) });
    prepared = await prepare(staged.folder, only);
    count(!staged.rows.some(isTooLarge));
  });
  if (!staged || !prepared) return staged?.remove();
  const input = { ...prepared, extension: staged.folder, onLine };
  try {
    await part("host", "In the extension host", () => runInHost(input));
    await part("worker", "In the browser's web worker extension host", () => runInWorker(input));
    await part("page", "In VS Code's page", () => runInPage({ ...input, pictures: join(prepared.folder, "pictures") }));
  } finally {
    staged.remove();
    prepared.remove();
  }
}

/** Counts and prints one test of a host suite; other output of the host passes only when it is about us. */
function onLine(line) {
  const [, json] = /@result (\{.*\})/.exec(line) ?? [];
  if (!json) {
    if (process.env.VERBOSE || /lr-?lens/i.test(line)) console.log(`  | ${line}`);
    return;
  }
  const { name, ok, ms, message } = JSON.parse(json);
  count(ok);
  console.log(`  ${ok ? "✓" : "✗"} ${name} (${ms} ms)`);
  if (!ok) console.log(message.replace(/^/gm, "      "));
}
