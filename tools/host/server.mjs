import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node24, root, vscodeServer } from "../install.mjs";

/** Settings for every run: a quiet window in which nothing but the extension is new. */
export const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.ignoreRecommendations": true,
  "security.workspace.trust.startupPrompt": "never",
  "git.enabled": false,
  "window.autoDetectColorScheme": false,
};

/**
 * Starts VS Code's server on a free loopback port, with data folders of its own that go away in `close`.
 *
 * settings: user settings on top of `quietSettings`. trust: keep workspace trust on (a new folder then opens in
 * Restricted Mode). token: ask for a random connection token, as a person's server should. driver: let the page's
 * address name an extension under development and a test suite, which a built workbench ignores otherwise.
 * vsix: a packaged extension to install. log: receives the server's output.
 *
 * Returns the origin (`http://localhost:PORT`), the token, `pageUrl(folder, payload)` and `close()`.
 */
export async function startServer({
  settings = {},
  trust = false,
  token = false,
  driver = true,
  vsix,
  port = 0,
  log,
} = {}) {
  const base = join(root, ".cache", "run");
  mkdirSync(base, { recursive: true });
  const data = mkdtempSync(join(base, "server-"));
  // Sockets need short paths, and the server does not remove its own.
  const sockets = mkdtempSync(join(tmpdir(), "lr-lens-"));
  const env = { TMPDIR: sockets, XDG_RUNTIME_DIR: sockets, XDG_CACHE_HOME: join(data, "cache") };
  mkdirSync(join(data, "data", "User"), { recursive: true });
  // Driven pages are drawn with the fonts of the host cache, the same on every machine, and save when told to.
  const drawn = driver
    ? { "editor.fontFamily": "'DejaVu Sans Mono', monospace", "editor.minimap.enabled": false, "files.autoSave": "off" }
    : {};
  writeFileSync(
    join(data, "data", "User", "settings.json"),
    JSON.stringify({ ...quietSettings, ...drawn, ...settings }, null, 2),
  );
  const connectionToken = token ? randomBytes(16).toString("hex") : undefined;
  const folders = ["--server-data-dir", data, "--extensions-dir", join(data, "extensions")];
  if (vsix) await run([...folders, "--install-extension", vsix, "--accept-server-license-terms"], env, log).done();

  const server = run(
    [
      ...folders,
      ...["--host", "127.0.0.1", "--port", String(port), "--accept-server-license-terms", "--telemetry-level", "off"],
      ...(connectionToken ? ["--connection-token", connectionToken] : ["--without-connection-token"]),
      ...(trust ? [] : ["--disable-workspace-trust"]),
      ...(driver ? ["--enable-smoke-test-driver"] : []),
    ],
    env,
    log,
  );
  const remove = () => {
    for (const folder of [data, sockets])
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const listening = await server.line(/Extension host agent listening on (\d+)/, 60_000).catch((error) => {
    server.stop();
    remove();
    throw error;
  });
  const origin = `http://localhost:${listening[1]}`;
  return {
    origin,
    token: connectionToken,
    /** The page that opens a folder; `payload` holds pairs such as ["extensionDevelopmentPath", "/folder"]. */
    pageUrl(folder, payload = []) {
      const remote = payload.map(([key, value]) => [
        key,
        value.startsWith("/") ? `vscode-remote://${origin.slice(7)}${value}` : value,
      ]);
      const query = new URLSearchParams({ folder, ...(remote.length > 0 && { payload: JSON.stringify(remote) }) });
      if (connectionToken) query.set("tkn", connectionToken);
      return `${origin}/?${query}`;
    },
    async close() {
      await server.stop();
      remove();
    },
  };
}

/** Starts the server's script; `line` waits for a line of its output, `done` for its end, `stop` ends it. */
function run(args, extra, log) {
  const child = spawn(node24(), ["out/server-main.js", ...args], {
    cwd: vscodeServer(),
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, VSCODE_CLI: "", NODE_OPTIONS: "", ...extra },
  });
  let output = "";
  const waiting = [];
  const read = (chunk) => {
    output += chunk;
    log?.(String(chunk));
    for (const check of waiting) check();
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const ended = new Promise((resolve) => child.on("exit", resolve));
  return {
    async done() {
      const code = await ended;
      if (code !== 0) throw new Error(`VS Code's server ended with ${code}:\n${output}`);
    },
    line: (pattern, timeout) =>
      new Promise((resolve, reject) => {
        const check = () => pattern.exec(output) && resolve(pattern.exec(output));
        waiting.push(check);
        check();
        void ended.then((code) => reject(new Error(`VS Code's server ended with ${code}:\n${output}`)));
        setTimeout(
          () => reject(new Error(`VS Code's server did not start in ${timeout} ms:\n${output}`)),
          timeout,
        ).unref();
      }),
    async stop() {
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await ended;
      clearTimeout(killer);
    },
  };
}
