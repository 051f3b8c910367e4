import * as vscode from "vscode";
import { core } from "./core.js";
import { selector } from "./documents.js";
import type { Feature } from "./feature.js";
import { toRange } from "./positions.js";

/** Dims keys of a config that the chosen schedule does not read, with the reason. */
export const unreadKeys: Feature = ({ analyses, guard }) => {
  const diagnostics = vscode.languages.createDiagnosticCollection("lrLens");
  const pending = new Map<string, ReturnType<typeof setTimeout>>();
  const update = guard("unread keys", (document: vscode.TextDocument) => {
    if (vscode.languages.match(selector, document) === 0 || document.languageId === "python") return;
    const findings = analyses.in(document).map(({ resolved }) => resolved.finding);
    const found = findings.length > 0 ? core().unreadKeys(findings) : [];
    diagnostics.set(
      document.uri,
      found.map(({ span, because }) => {
        const diagnostic = new vscode.Diagnostic(toRange(document, span), because, vscode.DiagnosticSeverity.Hint);
        diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
        diagnostic.source = "LR Lens";
        return diagnostic;
      }),
    );
  });
  // After typing has paused: what is dimmed must not flicker with half-written keys.
  const soon = (document: vscode.TextDocument) => {
    const key = document.uri.toString();
    clearTimeout(pending.get(key));
    pending.set(
      key,
      setTimeout(() => (pending.delete(key), update(document)), 300),
    );
  };
  const all = () => vscode.window.visibleTextEditors.forEach(({ document }) => soon(document));
  all();
  return vscode.Disposable.from(
    diagnostics,
    vscode.workspace.onDidOpenTextDocument(soon),
    vscode.workspace.onDidChangeTextDocument(({ document }) => soon(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => diagnostics.delete(uri)),
    vscode.window.onDidChangeVisibleTextEditors(all),
    analyses.onDidChange(all),
    new vscode.Disposable(() => pending.forEach((timer) => clearTimeout(timer))),
  );
};
