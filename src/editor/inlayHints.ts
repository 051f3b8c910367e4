import * as vscode from "vscode";
import type { Resolved } from "../recognize/resolve.js";
import type { Located } from "./analyses.js";
import { selector } from "./documents.js";
import type { Feature } from "./feature.js";
import { settings } from "./settings.js";

/** Names what a positional number of a schedule's call means: `decay_steps: 1000`. */
export const inlayHints: Feature = ({ analyses, guard }) => {
  const provider: vscode.InlayHintsProvider = {
    onDidChangeInlayHints: analyses.onDidChange,
    provideInlayHints: guard("inlay hints", (document: vscode.TextDocument, range: vscode.Range) => {
      if (!settings.inlayHints()) return [];
      return analyses.in(document).flatMap((located) => hintsOf(located, located.resolved, range));
    }) as vscode.InlayHintsProvider["provideInlayHints"],
  };
  return vscode.languages.registerInlayHintsProvider(selector, provider);
};

function hintsOf(
  located: Located,
  { finding, definition, children }: Resolved,
  within: vscode.Range,
): vscode.InlayHint[] {
  const own = Object.entries(finding.args).flatMap(([name, { span, position }]) => {
    const spec = definition?.params[name];
    if (!span || position === undefined || !spec || spec.kind === "handle") return [];
    const at = located.document.positionAt(span.from);
    // A variable of the same name says it already.
    if (!within.contains(at) || located.document.getText().slice(span.from, span.to) === name) return [];
    const hint = new vscode.InlayHint(at, `${name}:`, vscode.InlayHintKind.Parameter);
    hint.paddingRight = true;
    hint.tooltip = spec.meaning;
    return [hint];
  });
  return [...own, ...children.flatMap((child) => hintsOf(located, child, within))];
}
