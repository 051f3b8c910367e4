import * as vscode from "vscode";
import { contains, eventually, ok, test } from "../harness.js";
import { closeAll, hoverAt } from "./files.js";

test("a notebook's cells are one program", async () => {
  const [uri] = await vscode.workspace.findFiles("07_notebook.ipynb");
  ok(uri, "no notebook");
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  await vscode.window.showNotebookDocument(notebook);
  const cell = notebook.getCells().find((each) => each.document.getText().includes("OneCycleLR"));
  ok(cell, "no such cell");
  const text = await eventually("the hover", () => hoverAt(cell.document, "OneCycleLR"));
  contains(text, "max_lr", "hover");
  // Values that stand in another cell tell which one.
  contains(text, "cell 2", "hover");
  await closeAll();
});
