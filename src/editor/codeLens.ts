import * as vscode from "vscode";
import { headline } from "../picture/words.js";
import { factsOf } from "./computed.js";
import { selector } from "./documents.js";
import type { Feature } from "./feature.js";
import { toRange } from "./positions.js";
import { settings } from "./settings.js";

/** A line of facts with links above each schedule, complete at once so that nothing jumps. */
export const codeLens: Feature = ({ analyses, guard }) => {
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: analyses.onDidChange,
    provideCodeLenses: guard("CodeLens", (document: vscode.TextDocument) => {
      if (!settings.codeLens()) return [];
      return analyses.in(document).flatMap((located) => {
        const { resolved } = located;
        if (resolved.finding.twin) return [];
        const range = toRange(document, resolved.finding.span);
        const where = [document.uri.toString(), resolved.finding.span.from];
        const facts = factsOf(resolved);
        const lens = (title: string, command: string, tooltip: string) =>
          new vscode.CodeLens(range, { title, command, tooltip, arguments: where });
        if (!facts)
          return [
            lens(
              `$(warning) ${resolved.problem ?? "no curve"}`,
              "lrLens.plot",
              "Open the panel to set what is missing",
            ),
          ];
        const assumed = resolved.run.sources.totalSteps === "assumed" && !resolved.compiled?.live ? " (assumed)" : "";
        return [
          lens(`${headline(resolved, facts)}${assumed}`, "lrLens.plot", "Plot this schedule"),
          lens("Plot", "lrLens.plot", "Plot this schedule beside the editor"),
          lens("Simulate", "lrLens.simulate", "Run gradient descent on a toy problem under this schedule"),
        ];
      });
    }) as vscode.CodeLensProvider["provideCodeLenses"],
  };
  return vscode.languages.registerCodeLensProvider(selector, provider);
};
