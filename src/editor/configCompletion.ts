import * as vscode from "vscode";
import { core } from "./core.js";
import { selector, unitOf } from "./documents.js";
import type { Feature } from "./feature.js";
import { toRange } from "./positions.js";

/** In a recognized config: names of schedules, and keys that this one reads and the file does not have yet. */
export const configCompletion: Feature = ({ analyses, guard }) =>
  vscode.languages.registerCompletionItemProvider(selector, {
    provideCompletionItems: guard("completion", (document: vscode.TextDocument, position: vscode.Position) => {
      const findings = analyses.in(document).map(({ resolved }) => resolved.finding);
      const found =
        findings.length > 0
          ? core().completionsAt(unitOf(document).read(), findings, document.offsetAt(position))
          : undefined;
      if (!found) return undefined;
      const range = toRange(document, found.span);
      return found.items.map(({ label, detail }, i) => {
        const item = new vscode.CompletionItem({ label, description: "LR Lens" }, vscode.CompletionItemKind.Property);
        item.detail = detail;
        item.range = range;
        item.sortText = String(i).padStart(4, "0");
        return item;
      });
    }) as vscode.CompletionItemProvider["provideCompletionItems"],
  });
