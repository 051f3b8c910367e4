import * as vscode from "vscode";

export const draftScheme = "lrlens-draft";

/**
 * Schedules that are not in a file yet: small read-only Python texts, so that everything that works on a file (reading,
 * curve, controls, write-back) works on them. Only `replace` changes them.
 */
export class Drafts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private count = 0;

  async open(text: string): Promise<vscode.TextDocument> {
    const uri = vscode.Uri.from({ scheme: draftScheme, path: `/New schedule ${++this.count}.py` });
    this.texts.set(uri.toString(), text);
    const document = await vscode.workspace.openTextDocument(uri);
    return vscode.languages.setTextDocumentLanguage(document, "python");
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  /** Resolves when the document shows the change. */
  async replace(document: vscode.TextDocument, from: number, to: number, insert: string): Promise<void> {
    const text = document.getText();
    this.texts.set(document.uri.toString(), text.slice(0, from) + insert + text.slice(to));
    const arrived = new Promise<void>((resolve) => {
      const listener = vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document !== document) return;
        listener.dispose();
        resolve();
      });
      setTimeout(() => (listener.dispose(), resolve()), 1000);
    });
    this.changed.fire(document.uri);
    await arrived;
  }

  dispose(): void {
    this.changed.dispose();
  }
}
