import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "../build.mjs";
import { root } from "../install.mjs";

/**
 * Builds the extension into a folder of its own that holds what a packaged one holds besides dist/, and returns its
 * path and `remove`. An extension under development must not be loaded from the project's folder: VS Code would take
 * its own colour themes, which lie below it in .cache/, for the extension's and show the first of them.
 */
export async function stage({ production = true, quiet = true } = {}) {
  const base = join(root, ".cache", "run");
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, "extension-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await build({ production, quiet, outdir: join(folder, "dist"), wanted: (file) => file !== "cli.js" });
  } catch (error) {
    remove();
    throw error;
  }
  for (const path of ["package.json", "README.md", "CHANGELOG.md", "LICENSE", "media"]) {
    if (existsSync(join(root, path))) cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  return { folder, remove };
}
