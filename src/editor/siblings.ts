import * as vscode from "vscode";
import type { Workspace } from "../source/document.js";

const largest = 2_000_000;

/**
 * Files named by imports and includes. Readers are synchronous, so a file that has not been read yet counts as absent, is
 * fetched, and `onDidArrive` tells that another look is worth it. Works on any file system, virtual ones too.
 */
export class Siblings implements vscode.Disposable {
  private readonly texts = new Map<string, string | undefined>();
  private readonly arrived = new vscode.EventEmitter<void>();
  readonly onDidArrive = this.arrived.event;
  private readonly watcher = vscode.workspace.createFileSystemWatcher(
    "**/*.{py,yaml,yml,json,toml,jsonnet,libsonnet,gin}",
  );
  /** Read while open in an editor: what is typed there counts before it is saved. */
  private readonly live = new Set<string>();
  private readonly subscriptions: vscode.Disposable[];
  private waiting = 0;
  private news = false;

  constructor() {
    const forget = (uri: vscode.Uri) => {
      if (this.texts.delete(uri.toString())) this.arrived.fire();
    };
    const retype = ({ uri }: vscode.TextDocument) => {
      if (this.live.has(uri.toString())) this.arrived.fire();
    };
    this.subscriptions = [
      this.watcher,
      this.arrived,
      this.watcher.onDidChange(forget),
      this.watcher.onDidCreate(forget),
      this.watcher.onDidDelete(forget),
      vscode.workspace.onDidChangeTextDocument((event) => event.contentChanges.length > 0 && retype(event.document)),
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (this.texts.has(document.uri.toString())) this.live.add(document.uri.toString());
      }),
      vscode.workspace.onDidCloseTextDocument(retype),
    ];
  }

  /** The workspace as seen from a document: paths are of its file system; nothing outside its workspace folder is read. */
  around(uri: vscode.Uri): Workspace {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const root = folder
      ? folder.uri.path.replace(/\/?$/, "/")
      : vscode.Uri.joinPath(uri, "..").path.replace(/\/?$/, "/");
    return {
      read: (path) =>
        path.startsWith(root) && !path.includes("/../")
          ? this.read(uri.with({ path, query: "", fragment: "" }))
          : undefined,
    };
  }

  private read(uri: vscode.Uri): string | undefined {
    const key = uri.toString();
    const open = vscode.workspace.textDocuments.find((d) => d.uri.toString() === key);
    if (open) {
      this.live.add(key);
      return open.getText();
    }
    if (!this.texts.has(key)) {
      this.texts.set(key, undefined);
      void this.fetch(uri, key);
    }
    return this.texts.get(key);
  }

  private async fetch(uri: vscode.Uri, key: string): Promise<void> {
    this.waiting++;
    try {
      const { size, type } = await vscode.workspace.fs.stat(uri);
      if (size <= largest && type & vscode.FileType.File) {
        this.texts.set(key, new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
        this.news = true;
      }
    } catch {
      // No such file: it stays known as absent until the watcher sees it created.
    }
    if (--this.waiting === 0 && this.news) {
      this.news = false;
      this.arrived.fire();
    }
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
