import type { Workspace } from "../source/document.js";

const mostLookups = 3000;
const mostCharacters = 8_000_000;

/**
 * What an analysis read of the workspace, files that are not there included: each path is asked for once. Looking for a module
 * costs little and the evaluator bounds how many of them it follows; this bounds what a text that consists of imports alone could
 * make us look for.
 */
export class Reads implements Workspace {
  private readonly texts = new Map<string, string | undefined>();
  private left = mostCharacters;

  constructor(private workspace: Workspace) {}

  read(path: string): string | undefined {
    if (this.texts.has(path)) return this.texts.get(path);
    if (this.texts.size >= mostLookups || this.left <= 0) return undefined;
    const text = this.workspace.read(path);
    this.left -= text?.length ?? 0;
    this.texts.set(path, text);
    return text;
  }

  /** True when all of it is so in this workspace, which is asked from now on. */
  holdIn(workspace: Workspace): boolean {
    try {
      for (const [path, text] of this.texts) if (workspace.read(path) !== text) return false;
    } catch {
      return false;
    }
    this.workspace = workspace;
    return true;
  }
}
