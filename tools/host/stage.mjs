import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "../build.mjs";
import { hostCache, root } from "../install.mjs";

/**
 * Builds the extension into a folder of its own that holds what a packaged one holds besides dist/, and returns its
 * path, the rows of `build` and `remove`. An extension under development must not be loaded from the project's folder: VS Code would take
 * its own colour themes, which lie below it in .cache/, for the extension's and show the first of them.
 */
export async function stage({ production = true, quiet = true, tolerant = false } = {}) {
  const base = join(root, ".cache", "run");
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, "extension-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  let rows;
  try {
    rows = await build({
      production,
      quiet,
      tolerant,
      outdir: join(folder, "dist"),
      wanted: (file) => file !== "cli.js",
    });
  } catch (error) {
    remove();
    throw error;
  }
  for (const path of ["package.json", "README.md", "CHANGELOG.md", "LICENSE", "media"]) {
    if (existsSync(join(root, path))) cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  return { folder, rows, remove };
}

/**
 * vsce's arguments: the bundles hold all dependencies, so none is packed beside them, and there is no public repository
 * from which the README's pictures could be shown.
 */
export const packing = ["package", "--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];

/** Builds and packs the extension as users install it, into the file `vsix`, and returns its path. */
export async function packExtension(vsix) {
  const { folder, remove } = await stage();
  try {
    const manifest = createRequire(join(hostCache, "package.json")).resolve("@vscode/vsce/package.json");
    const args = [join(dirname(manifest), "vsce"), ...packing, "--out", vsix];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`Cannot package the extension:\n${stdout}${stderr}`);
    return vsix;
  } finally {
    remove();
  }
}
