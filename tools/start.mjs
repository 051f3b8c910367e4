/**
 * `npm start`: installs what is missing, builds, and opens a genuine VS Code with LR Lens, and nothing else, on a copy
 * of examples/. That is the desktop VS Code where there is one, else one in the browser, served on the loopback address
 * under a random token. Runs until it is interrupted and leaves nothing but caches.
 *
 *   npm start -- --browser            the one in the browser, also where there is a desktop VS Code
 *   npm start -- --port 8123          on this port
 *   npm start -- --screenshot DIR     drives it without a display through hover, plot and simulation, and saves pictures
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { continueUnderNode24, installHost, installProject, root, say } from "./install.mjs";

const args = process.argv.slice(2);
const value = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const pictures = value("--screenshot");
if (args.includes("--screenshot") && !pictures) fail("--screenshot needs a folder");

installProject();
const desktop = pictures || args.includes("--browser") ? undefined : desktopCode();
if (!desktop) {
  installHost();
  await continueUnderNode24();
}

const base = join(root, ".cache", "run");
mkdirSync(base, { recursive: true });
const folder = mkdtempSync(join(base, "start-"));
const examples = join(folder, "examples");
cpSync(join(root, "examples"), examples, { recursive: true });
const closers = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })];
let closing = false;
async function close(code) {
  if (closing) return;
  closing = true;
  for (const each of closers.reverse()) await each();
  process.exit(code);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void close(0));

try {
  if (pictures) {
    const { takePictures } = await import("./host/pictures.mjs");
    await takePictures({ examples, into: resolve(pictures) });
    await close(0);
  } else if (desktop) await openDesktop(desktop);
  else await openInBrowser();
} catch (error) {
  console.error(error.message);
  await close(1);
}

async function openInBrowser() {
  const { packExtension } = await import("./host/stage.mjs");
  const { startServer } = await import("./host/server.mjs");
  say("Building and packaging the extension");
  const vsix = await packExtension(join(folder, "lr-lens.vsix"));
  say("Starting Visual Studio Code");
  const server = await startServer({ vsix, token: true, driver: false, port: Number(value("--port") ?? 0) });
  closers.push(() => server.close());
  const address = server.pageUrl(examples, [["openFile", join(examples, "01_tensorflow1.py")]]);
  console.log(
    `\nLR Lens is ready in Visual Studio Code. Open this address in a browser on this machine:\n\n    ${address}\n${tour()}`,
  );
}

async function openDesktop(code) {
  const { stage } = await import("./host/stage.mjs");
  const { quietSettings } = await import("./host/server.mjs");
  say("Building the extension");
  const extension = await stage({});
  closers.push(extension.remove);
  const data = join(folder, "data");
  mkdirSync(join(data, "User"), { recursive: true });
  writeFileSync(join(data, "User", "settings.json"), JSON.stringify(quietSettings, null, 2));
  const flags = [
    ...["--new-window", "--wait", "--disable-workspace-trust", "--user-data-dir", data],
    ...["--extensions-dir", join(folder, "extensions"), `--extensionDevelopmentPath=${extension.folder}`],
    ...[examples, join(examples, "01_tensorflow1.py")],
  ];
  const child = spawn(code, flags, { stdio: "ignore", shell: process.platform === "win32" });
  closers.push(() => child.kill());
  child.on("exit", () => void close(0));
  console.log(`\nLR Lens is open in Visual Studio Code (a window of its own, with settings of its own).\n${tour()}`);
}

function tour() {
  return `
What to try
  1. In 01_tensorflow1.py, hover exponential_decay on line 12: the curve, the facts, the numbers and where they come from.
  2. Press F1 and run "LR Lens: Plot Learning Rate Schedule", then change 0.98 to 0.9 in the file: the panel follows.
  3. Run "LR Lens: Simulate Convergence Under This Schedule": gradient descent under this rate, beside a constant one.
  4. Open the other examples: PyTorch, Keras, Optax, a trainer's YAML, a DeepSpeed config, a notebook.

Press Ctrl+C to end it.`;
}

/** The command of a desktop VS Code (1.90 or newer) that can open a window here, or undefined. */
function desktopCode() {
  const hasDisplay = process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!hasDisplay) return undefined;
  const mac = "/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code";
  const windows = join(process.env.LOCALAPPDATA ?? "", "Programs", "Microsoft VS Code", "bin", "code.cmd");
  const places = { darwin: ["code", mac], win32: ["code.cmd", windows] }[process.platform] ?? ["code"];
  return places.find((place) => {
    if (basename(place) !== place && !existsSync(place)) return false;
    const shell = process.platform === "win32";
    const { status, stdout } = spawnSync(shell ? `"${place}"` : place, ["--version"], { encoding: "utf8", shell });
    const [, major, minor] = /^(\d+)\.(\d+)\./.exec(stdout ?? "") ?? [];
    return status === 0 && (Number(major) > 1 || Number(minor) >= 90);
  });
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
