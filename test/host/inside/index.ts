import * as vscode from "vscode";
import { runAll } from "../harness.js";
import "./activation.js";
import "./editor.js";
import "./commands.js";
import "./notebook.js";

/** What VS Code calls in its extension host: runs every suite of this folder and throws when a test failed. */
export async function run(): Promise<void> {
  const inWorker = vscode.env.uiKind === vscode.UIKind.Web && typeof process === "undefined";
  const failed = await runAll(inWorker ? "web worker host" : "extension host");
  if (failed > 0) throw new Error(`${failed} failed`);
}
