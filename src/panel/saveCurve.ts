import * as vscode from "vscode";
import type { Located } from "../editor/analyses.js";
import { settings } from "../editor/settings.js";
import { sampleColumns } from "../engine/sample.js";
import { csv } from "../picture/csv.js";
import { drawCurve, pictureColors, plotWidth } from "../picture/svg.js";

const size = { width: 960, height: 400 };

/** Asks for a file and writes the curve there: a picture on white, or every step's rate. */
export async function saveCurve({ resolved, unit }: Located): Promise<void> {
  const { compiled, run, finding } = resolved;
  if (!compiled) return void vscode.window.showInformationMessage("There is no curve to save.");
  const name = finding.callee.slice(finding.callee.lastIndexOf(".") + 1);
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(unit.uri, "..", `${name}.svg`),
    filters: { "SVG picture": ["svg"], "CSV table": ["csv"] },
    title: "Save the curve",
  });
  if (!target) return;
  const to = Math.max(1, run.totalSteps);
  const text = target.path.endsWith(".csv")
    ? csv(compiled.lr, to, run.unit)
    : drawCurve({
        series: sampleColumns(compiled.lr, 0, to, plotWidth(size.width)),
        from: 0,
        to,
        unit: run.unit,
        log: settings.logAxis(),
        phases: compiled.lr.phases,
        ...size,
        colors: pictureColors.light,
      });
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
}
