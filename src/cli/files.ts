import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { SourceDocument, Workspace } from "../source/document.js";
import { readNotebook } from "../source/notebook.js";
import { UsageError } from "./call.js";

/** VS Code's language ids by file ending. */
const languages: Readonly<Record<string, string>> = {
  ...{
    py: "python",
    pyw: "python",
    ipynb: "jupyter",
    yaml: "yaml",
    yml: "yaml",
    json: "json",
    jsonc: "jsonc",
    json5: "json5",
  },
  ...{ toml: "toml", sh: "shellscript", bash: "shellscript", slurm: "shellscript", ini: "ini", cfg: "ini", gin: "gin" },
  ...{ prototxt: "prototxt", pbtxt: "prototxt", config: "prototxt", jsonnet: "jsonnet", libsonnet: "jsonnet" },
};

export function languageOf(path: string): string {
  return languages[/\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ""] ?? "";
}

/** A text under a path: a notebook is split into its cells. */
export function documentOf(path: string, text: string, languageId = languageOf(path)): SourceDocument {
  const clean = path.split(sep).join("/");
  if (!/\.ipynb$/i.test(path)) return { path: clean, languageId, text };
  return { path: clean, languageId: "python", text: "", cells: readNotebook(text).cells };
}

const MOST_BYTES = 64 * 1024 * 1024;

/** Throws UsageError when there is no such file, it is no regular file, or larger than 64 MB. */
export function readText(path: string): string {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new UsageError(`${path} is not a file`);
    if (stat.size > MOST_BYTES) throw new UsageError(`${path} is larger than 64 MB`);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === "ENOENT" ? `${path}: no such file` : `${path} cannot be read (${code ?? String(error)})`,
    );
  }
}

/**
 * Files beside the inspected ones. Only inside `root` (after links are followed), only small regular files, each read once.
 */
export function diskWorkspace(root: string): Workspace {
  const home = realPath(resolve(root)) ?? resolve(root);
  const texts = new Map<string, string | undefined>();
  return {
    read(path) {
      // Documents are named as on the command line, imports from the project's root on.
      for (const full of isAbsolute(path) ? [path] : [resolve(path), join(root, path)]) {
        if (!texts.has(full)) texts.set(full, readInside(home, full));
        const text = texts.get(full);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

function readInside(home: string, path: string): string | undefined {
  const real = realPath(path);
  if (real === undefined) return undefined;
  const inside = relative(home, real);
  if (inside.startsWith("..") || isAbsolute(inside)) return undefined;
  try {
    const stat = statSync(real);
    return stat.isFile() && stat.size <= 4 * 1024 * 1024 ? readFileSync(real, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/**
 * The folder whose files an inspected file may import: the nearest one above it that holds a project, else the current one
 * when the file is inside, else a few levels up (configurations name their bases as `../../_base_/x`).
 */
export function workspaceRoot(path: string): string {
  const own = dirname(resolve(path));
  for (let folder = own; ; folder = dirname(folder)) {
    if ([".git", "setup.py", "pyproject.toml", "setup.cfg"].some((name) => exists(join(folder, name)))) return folder;
    if (dirname(folder) === folder)
      return own.startsWith(process.cwd() + sep) ? process.cwd() : resolve(own, "../../../..");
  }
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
