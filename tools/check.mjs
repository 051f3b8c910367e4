/** `npm run check`: types, lint, format, unit tests, build: what a change must pass before it is pushed. */
import { spawnSync } from "node:child_process";
import { build, isTooLarge } from "./build.mjs";
import { commandOf, continueUnderNode24, installHost, installProject, root } from "./install.mjs";

installProject();
if (!process.versions.node.startsWith("24.")) installHost();
await continueUnderNode24();

const steps = [
  ["Types", "typescript", ["--noEmit"]],
  ["Lint", "oxlint", ["--deny-warnings"]],
  ["Format", "prettier", ["--check", "--log-level=warn", "."]],
  ["Units", "vitest", ["run", "--reporter=dot"]],
];
const failed = [];
for (const [title, name, args] of steps) {
  console.log(`\x1b[1m${title}\x1b[0m`);
  if (spawnSync(process.execPath, [commandOf(name), ...args], { cwd: root, stdio: "inherit" }).status !== 0)
    failed.push(title);
}
console.log("\x1b[1mBuild\x1b[0m");
try {
  if ((await build()).some(isTooLarge)) failed.push("Build");
} catch (error) {
  console.error(error.message);
  failed.push("Build");
}
console.log(failed.length > 0 ? `\nFailed: ${failed.join(", ")}` : "\nAll passed");
process.exit(failed.length > 0 ? 1 : 0);
