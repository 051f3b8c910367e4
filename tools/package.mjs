/** `npm run package`: builds for production and packs lr-lens-VERSION.vsix; .vscodeignore says what goes into it. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build, isTooLarge } from "./build.mjs";
import { packing } from "./host/stage.mjs";
import { continueUnderNode24, hostCache, installHost, installProject, root } from "./install.mjs";

installProject();
installHost();
await continueUnderNode24();
const rows = await build();
if (rows.some(isTooLarge)) process.exit(1);
const manifest = createRequire(join(hostCache, "package.json")).resolve("@vscode/vsce/package.json");
const args = [...packing, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, [join(dirname(manifest), "vsce"), ...args], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
