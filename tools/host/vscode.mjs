#!/usr/bin/env node
/**
 * A Visual Studio Code executable made of npm packages: takes the flags that @vscode/test-electron's `runTests` gives
 * to a desktop VS Code, runs VS Code's server and a headless browser, and exits with the suite's exit code. So the
 * same `runTests` call serves both. Understood: --extensionDevelopmentPath, --extensionTestsPath, --user-data-dir
 * (its User/settings.json), --disable-workspace-trust, and the folder to open; others are ignored.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { launchBrowser } from "./browser.mjs";
import { startServer } from "./server.mjs";
import { openWorkbench } from "./workbench.mjs";

const flags = new Map();
const positional = [];
for (const arg of process.argv.slice(2)) {
  const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
  if (name) flags.set(name, value ?? "");
  else positional.push(arg);
}

const settingsFile = join(flags.get("user-data-dir") ?? "", "User", "settings.json");
const server = await startServer({
  settings: existsSync(settingsFile) ? JSON.parse(readFileSync(settingsFile, "utf8")) : {},
  trust: !flags.has("disable-workspace-trust"),
  log: flags.has("verbose") ? (text) => process.stderr.write(text) : undefined,
});
const browser = await launchBrowser().catch(async (error) => {
  await server.close();
  throw error;
});
const close = async () => {
  await browser.close();
  await server.close();
};
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void close().then(() => process.exit(130)));

try {
  const code = await new Promise((resolve, reject) => {
    openWorkbench({
      browser,
      server,
      folder: positional[0],
      extension: flags.get("extensionDevelopmentPath"),
      payload: [["extensionTestsPath", flags.get("extensionTestsPath")]],
      // VS Code's own web integration tests listen to the same two functions.
      functions: {
        codeAutomationLog: (type, args) => process[type === "error" ? "stderr" : "stdout"].write(`${args.join(" ")}\n`),
        codeAutomationExit: (exit) => resolve(exit),
      },
    }).catch(reject);
    setTimeout(() => reject(new Error("The suite did not end in ten minutes")), 600_000).unref();
  });
  await close();
  process.exit(code);
} catch (error) {
  console.error(error);
  await close();
  process.exit(1);
}
