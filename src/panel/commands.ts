import * as vscode from "vscode";
import type { Located } from "../editor/analyses.js";
import { factsOf } from "../editor/computed.js";
import type { Feature } from "../editor/feature.js";
import { csv } from "../picture/csv.js";
import { headline, valueText } from "../picture/words.js";
import { drafts } from "./apply.js";
import { draftScheme } from "./drafts.js";
import { draftText, insertion, pickStrategy } from "./newSchedule.js";
import { SchedulePanel, viewType } from "./panel.js";
import { saveCurve } from "./saveCurve.js";

/** The commands of the palette, the context menu, the lens and the hover. Each takes a place or uses the cursor's. */
export const commands: Feature = (services) => {
  const { analyses, context, guard, log } = services;
  let insertAt: { uri: vscode.Uri; position: vscode.Position } | undefined;

  const register = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`lrLens.${name}`, guard(name, run as (...args: unknown[]) => unknown));

  /** The schedule a link names, else the one at the cursor, else the file's only one or the one picked. */
  const target = async (uri?: unknown, offset?: unknown): Promise<Located | undefined> => {
    if (typeof uri === "string" && typeof offset === "number") {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
      return analyses.at(document, offset);
    }
    const editor = vscode.window.activeTextEditor;
    if (!editor) return void vscode.window.showInformationMessage("Open a file with a learning-rate schedule first.");
    const here = analyses.at(editor.document, editor.document.offsetAt(editor.selection.active));
    const all = analyses.around(editor.document);
    if (here || all.length === 1) return here ?? all[0];
    if (all.length === 0)
      return void vscode.window.showInformationMessage("No learning-rate schedule was found in this file.");
    const items = all.map((located) => ({
      label: located.resolved.finding.callee,
      description: `line ${located.document.positionAt(located.resolved.finding.span.from).line + 1}`,
      detail: summary(located),
      located,
    }));
    return (await vscode.window.showQuickPick(items, { title: "Which schedule?", matchOnDetail: true }))?.located;
  };
  const open = (located: Located | undefined, simulate = false) => {
    if (!located) return;
    const panel = SchedulePanel.show(services, {
      document: located.document,
      offset: located.resolved.finding.span.from,
    });
    if (simulate) panel.simulate();
  };

  return vscode.Disposable.from(
    drafts,
    vscode.workspace.registerTextDocumentContentProvider(draftScheme, drafts),
    vscode.window.registerWebviewPanelSerializer(viewType, SchedulePanel.serializer(services)),
    register("plot", async (uri: unknown, offset: unknown) => open(await target(uri, offset))),
    register("simulate", async (uri: unknown, offset: unknown) => open(await target(uri, offset), true)),
    register("plotAll", async () => {
      const editor = vscode.window.activeTextEditor;
      const all = editor ? analyses.around(editor.document) : [];
      if (all.length === 0)
        return vscode.window.showInformationMessage("No learning-rate schedule was found in this file.");
      const panel = SchedulePanel.show(services, {
        document: all[0]!.document,
        offset: all[0]!.resolved.finding.span.from,
      });
      return panel.showAll(all);
    }),
    register("assume", async (uri: unknown, offset: unknown, name: unknown) => {
      const located = await target(uri, offset);
      if (!located) return;
      await askAssumption(located, typeof name === "string" ? name : undefined, services);
    }),
    register("forgetAssumptions", async () => {
      const editor = vscode.window.activeTextEditor;
      const unit = editor && analyses.around(editor.document)[0]?.unit;
      if (unit) await analyses.assumptions.forget(unit.uri);
    }),
    register("copyCsv", async (uri: unknown, offset: unknown) => {
      const located = await target(uri, offset);
      const { compiled, run } = located?.resolved ?? {};
      if (!compiled || !run) return;
      await vscode.env.clipboard.writeText(csv(compiled.lr, run.totalSteps, run.unit));
      vscode.window.setStatusBarMessage("$(check) Curve copied as CSV", 3000);
    }),
    register("saveCurve", async (uri: unknown, offset: unknown) => {
      const located = await target(uri, offset);
      if (located) await saveCurve(located);
    }),
    register("copyDraft", async (text: unknown) => {
      if (typeof text !== "string") return;
      await vscode.env.clipboard.writeText(insertion(text, ""));
      vscode.window.setStatusBarMessage("$(check) Code copied", 3000);
    }),
    register("new", async () => {
      const editor = vscode.window.activeTextEditor;
      if (editor) insertAt = { uri: editor.document.uri, position: editor.selection.active };
      const picked = await pickStrategy(editor?.document.getText() ?? "");
      if (!picked) return;
      const draft = await drafts.open(draftText(picked));
      SchedulePanel.show(services, { document: draft, offset: draft.getText().trimEnd().length - 1 });
    }),
    register("insertDraft", async (text: unknown) => {
      if (typeof text !== "string") return;
      const file = insertAt && (await vscode.workspace.openTextDocument(insertAt.uri));
      if (!file || !insertAt) {
        await vscode.env.clipboard.writeText(insertion(text, ""));
        return vscode.window.showInformationMessage("No editor to insert into: the code was copied.");
      }
      const editor = await vscode.window.showTextDocument(
        file,
        vscode.window.visibleTextEditors.find((e) => e.document === file)?.viewColumn ?? vscode.ViewColumn.One,
      );
      const line = file.lineAt(Math.min(insertAt.position.line, file.lineCount - 1));
      const indent = /^\s*/.exec(line.text)![0];
      const code = insertion(text, file.getText());
      await editor.edit((builder) => builder.insert(line.range.start, code.replace(/^(?=.)/gm, indent)));
      // The panel goes on with the schedule now in the file.
      const start = file.offsetAt(line.range.start);
      open(
        analyses
          .around(file)
          .find(({ document, resolved }) => document === file && resolved.finding.span.from >= start),
      );
    }),
    register("showLog", () => log.show()),
    keepContext(context, services),
  );
};

function summary({ resolved }: Located): string {
  const facts = factsOf(resolved);
  return facts ? headline(resolved, facts) : (resolved.problem ?? "");
}

/** Lets menus and the palette offer what the active file has something for. */
function keepContext(_: vscode.ExtensionContext, { analyses, guard }: Parameters<Feature>[0]): vscode.Disposable {
  let last: boolean | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const update = guard("context", () => {
    const editor = vscode.window.activeTextEditor;
    if (!editor && last !== undefined) return; // A focused panel keeps what its editor had.
    const has = editor !== undefined && analyses.around(editor.document).length > 0;
    if (has === last) return;
    last = has;
    void vscode.commands.executeCommand("setContext", "lrLens.fileHasSchedule", has);
  });
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(update, 150);
  };
  soon();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(soon),
    vscode.workspace.onDidChangeTextDocument(
      ({ document }) => document === vscode.window.activeTextEditor?.document && soon(),
    ),
    analyses.onDidChange(soon),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
}

async function askAssumption(
  located: Located,
  name: string | undefined,
  { analyses }: Parameters<Feature>[0],
): Promise<void> {
  const { assumptions, parameters } = located.resolved;
  const choices = [
    ...assumptions.map(({ name, value, because }) => ({ label: name, description: valueText(value), detail: because })),
    ...Object.entries(parameters).flatMap(([label, value]) =>
      value.status === "unknown" ? [{ label, description: "not known", detail: value.because }] : [],
    ),
  ];
  if (choices.length === 0)
    return void vscode.window.showInformationMessage(
      "Nothing is assumed: the file tells all that this schedule needs.",
    );
  const chosen =
    choices.find(({ label }) => label === name) ??
    (await vscode.window.showQuickPick(choices, { title: "Which assumption?" }));
  if (!chosen) return;
  const typed = await vscode.window.showInputBox({
    title: `Assume ${chosen.label}`,
    prompt: `${chosen.detail}. Leave empty to go back to the default.`,
    value: chosen.description === "not known" ? "" : chosen.description,
    validateInput: (text) => (text.length > 200 ? "Too long" : undefined),
  });
  if (typed === undefined) return;
  const number = Number(typed.replaceAll(/[_,\s]/g, ""));
  await analyses.assumptions.set(
    located.unit.uri,
    chosen.label,
    typed.trim() === "" ? undefined : Number.isFinite(number) ? number : typed,
  );
}
