import * as vscode from "vscode";
import type { Located } from "./analyses.js";
import { core } from "./core.js";
import { selector } from "./documents.js";
import type { Feature } from "./feature.js";
import { hoverMarkdown, keyMarkdown, relatedMarkdown } from "./hoverText.js";
import { contains, toRange } from "./positions.js";
import { settings } from "./settings.js";

/** Answers anywhere in a schedule's call, function or config block. */
export const hover: Feature = ({ analyses, guard }) =>
  vscode.languages.registerHoverProvider(selector, {
    provideHover: guard("hover", (document: vscode.TextDocument, position: vscode.Position) => {
      if (!settings.hover()) return undefined;
      const offset = document.offsetAt(position);
      const located = analyses.at(document, offset);
      if (!located) {
        const related = analyses.relatedAt(document, offset);
        return related && new vscode.Hover(relatedMarkdown(related), hoverRange(related, offset));
      }
      const key = core().describeKey([located.resolved.finding], offset);
      const texts = key ? [keyMarkdown(key), hoverMarkdown(located)] : [hoverMarkdown(located)];
      return new vscode.Hover(texts, key ? toRange(document, key.span) : hoverRange(located, offset));
    }) as vscode.HoverProvider["provideHover"],
  });

/** The call when the pointer is on it; in a wider area only its line, so that other hovers keep their place. */
function hoverRange({ document, resolved: { finding } }: Located, offset: number): vscode.Range {
  if (contains(finding.span, offset)) return toRange(document, finding.span);
  return document.lineAt(document.positionAt(offset).line).range;
}
