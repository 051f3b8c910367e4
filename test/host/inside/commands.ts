import * as vscode from "vscode";
import { contains, equal, eventually, ok, test } from "../harness.js";
import { closeAll, hoverSoon, positionOf, show } from "./files.js";

const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
const panels = () =>
  tabs().filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes("lrLens.panel"));

async function atTutorial(): Promise<vscode.TextEditor> {
  const editor = await show("01_tensorflow1.py");
  const at = positionOf(editor.document, "exponential_decay");
  editor.selection = new vscode.Selection(at, at);
  await hoverSoon(editor.document, "exponential_decay");
  return editor;
}

test("Plot opens one panel beside the editor and leaves the keyboard in it", async () => {
  await closeAll();
  await atTutorial();
  await vscode.commands.executeCommand("lrLens.plot");
  await eventually("the panel", () => panels().length === 1);
  await eventually("its title", () => panels()[0]!.label.includes("exponential_decay"));
  equal(vscode.window.activeTextEditor?.document.uri.path.endsWith("01_tensorflow1.py"), true, "editor still active");
  await vscode.commands.executeCommand("lrLens.plot");
  equal(panels().length, 1, "panels after plotting again");
});

test("Simulate shows the same panel", async () => {
  await atTutorial();
  await vscode.commands.executeCommand("lrLens.simulate");
  await eventually("the panel", () => panels().length === 1);
});

test("the panel's title follows the cursor", async () => {
  await atTutorial();
  await vscode.commands.executeCommand("lrLens.plot");
  const editor = await show("02_pytorch.py");
  const at = positionOf(editor.document, "ReduceLROnPlateau(tuner");
  editor.selection = new vscode.Selection(at, at);
  await eventually("the other title", () => panels()[0]?.label.includes("ReduceLROnPlateau"));
  await closeAll();
  equal(panels().length, 0, "panels after closing all");
});

test("Copy as CSV puts the exact curve on the clipboard", async () => {
  await atTutorial();
  await vscode.commands.executeCommand("lrLens.copyCsv");
  const text = await vscode.env.clipboard.readText();
  const rows = text.trim().split("\n");
  ok(rows.length > 100, `only ${rows.length} rows`);
  contains(rows[1] ?? "", /^0,0\.1/, "first row");
});

test("commands given nonsense do nothing and do not throw", async () => {
  await closeAll();
  for (const args of [[], ["no uri", "no number"], [null, Number.NaN], [{}, []], ["file:///nowhere.py", 1e9]])
    await vscode.commands.executeCommand("lrLens.copyCsv", ...args);
});
