import * as vscode from "vscode";

interface Repository {
  show(ref: string, path: string): Promise<string>;
}
interface GitExtension {
  getAPI(version: 1): { getRepository(uri: vscode.Uri): Repository | null };
}

/** The file's text in the last commit; undefined without Git, outside a repository, or for a new file. */
export async function committedText(uri: vscode.Uri): Promise<string | undefined> {
  try {
    const git = vscode.extensions.getExtension<GitExtension>("vscode.git");
    if (!git) return undefined;
    const api = (git.isActive ? git.exports : await git.activate()).getAPI(1);
    return await api.getRepository(uri)?.show("HEAD", uri.fsPath);
  } catch {
    return undefined;
  }
}
