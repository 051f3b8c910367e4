/**
 * Builds dist/ with esbuild: `node tools/build.mjs` for production (minified), `--dev` with source maps, `--watch` to
 * go on building. Prints each bundle's size and fails when one is over its limit.
 */
import { chmodSync, existsSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installProject, root } from "./install.mjs";

const bundles = [
  // What activation loads on the desktop, and what the first file with schedule words loads; a browser's host takes one file.
  { from: "src/extension.ts", to: "extension.js", limit: 150_000, ...host(), plugins: [coreBeside()] },
  { from: "src/core.ts", to: "core.js", limit: 1_200_000, ...host() },
  { from: "src/extension.ts", to: "web/extension.js", limit: 1_300_000, ...host() },
  { from: "webview/main.ts", to: "webview.js", limit: 700_000, ...page() },
  { from: "webview/worker.ts", to: "worker.js", limit: 200_000, ...page() },
  {
    ...{ from: "src/cli/main.ts", to: "cli.js", limit: 1_300_000, platform: "node", format: "cjs", target: "node20" },
    banner: { js: "#!/usr/bin/env node" },
  },
];

/**
 * The extension host's bundles: CommonJS, with `vscode` given by the host and nothing of Node in either, so that both
 * hosts run the same code.
 */
function host() {
  return { platform: "browser", format: "cjs", target: "es2022", external: ["vscode"] };
}

/** Leaves the reader and the engine in a bundle of their own, required on first use. */
function coreBeside() {
  const setup = ({ onResolve }) =>
    onResolve({ filter: /^\.\.\/core\.js$/ }, () => ({ path: "./core.js", external: true }));
  return { name: "core-beside", setup };
}

/** What runs in the webview's page or its worker. */
function page() {
  return { platform: "browser", format: "iife", target: "es2022", loader: { ".svg": "text", ".ttf": "dataurl" } };
}

/**
 * Builds every bundle whose entry exists and which is `wanted` into `outdir`; resolves to rows { to, bytes, limit }. Throws
 * when a bundle does not compile, or leaves it out when `tolerant`.
 */
export async function build({
  production = true,
  watch = false,
  quiet = false,
  outdir = join(root, "dist"),
  wanted = () => true,
  tolerant = false,
} = {}) {
  const esbuild = createRequire(join(root, "package.json"))("esbuild");
  rmSync(outdir, { recursive: true, force: true });
  if (watch) console.log("Building");
  const rows = [];
  for (const { from, to, limit, ...options } of bundles) {
    if (!wanted(to)) continue;
    if (!existsSync(join(root, from))) {
      console.log(`${to}: skipped, there is no ${from} yet`);
      continue;
    }
    const all = {
      ...options,
      absWorkingDir: root,
      entryPoints: [from],
      outfile: join(outdir, to),
      bundle: true,
      minify: production,
      sourcemap: production ? false : "linked",
      // jsonc-parser's "main" is UMD, whose inner requires esbuild cannot follow.
      mainFields: options.platform === "node" ? ["module", "main"] : ["browser", "module", "main"],
      legalComments: "none",
      charset: "utf8",
      logLevel: "warning",
      define: { "process.env.NODE_ENV": production ? '"production"' : '"development"' },
    };
    if (watch) {
      const context = await esbuild.context(all);
      await context.rebuild().catch(() => undefined);
      await context.watch();
      continue;
    }
    try {
      await esbuild.build(all);
    } catch (error) {
      if (!tolerant) throw error;
      console.log(`${to}: left out, it does not compile`);
      continue;
    }
    const bytes = statSync(join(outdir, to)).size;
    if (to === "cli.js") chmodSync(join(outdir, to), 0o755);
    rows.push({ to, bytes, limit });
    const over = production && isTooLarge({ bytes, limit });
    if (!quiet || over) {
      console.log(
        `${to.padEnd(24)}${(bytes / 1000).toFixed(1).padStart(8)} KB of ${limit / 1000}${over ? "  OVER THE LIMIT" : ""}`,
      );
    }
  }
  if (watch) console.log("Watching for changes");
  return rows;
}

/** Whether a row of a production build is over its limit. */
export const isTooLarge = ({ bytes, limit }) => bytes > limit;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  installProject();
  const has = (flag) => process.argv.includes(flag);
  const production = !has("--dev") && !has("--watch");
  try {
    const rows = await build({ production, watch: has("--watch") });
    if (production && rows.some(isTooLarge)) process.exit(1);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
