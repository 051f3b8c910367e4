// Generates docs/schedules.md and docs/curves/ from the schedule declarations.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { build } from "esbuild";

// Beside the recorded curves' reader, two folders below the root, so that its relative paths hold in the bundle.
const outfile = "test/schedules/.docs.mjs";
await build({
  entryPoints: ["tools/docs/schedules.ts"],
  bundle: true,
  platform: "node",
  format: "esm",
  outfile,
  logLevel: "error",
});
const { status } = spawnSync(process.execPath, [outfile], { stdio: "inherit" });
rmSync(outfile);
process.exit(status ?? 1);
