import * as vscode from "vscode";
import { Analyses } from "./editor/analyses.js";
import { Assumptions } from "./editor/assumptions.js";
import { guardWith, type Services } from "./editor/feature.js";
import { features } from "./editor/index.js";
import { commands } from "./panel/commands.js";

/** Registers and does nothing else: the first schedule is read when the editor asks for it. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("LR Lens", { log: true });
  const assumptions = new Assumptions(context.workspaceState);
  const analyses = new Analyses(assumptions);
  const services: Services = { context, analyses, log, guard: guardWith(log) };
  context.subscriptions.push(
    log,
    assumptions,
    analyses,
    ...[...features, commands].map((feature) => feature(services)),
  );
}
