import * as vscode from "vscode";
import type { Located } from "../editor/analyses.js";
import { toRange } from "../editor/positions.js";
import { Drafts, draftScheme } from "./drafts.js";
import type { TextEdit } from "./edits.js";

/** The schedules being shaped before they are in a file. */
export const drafts = new Drafts();

/** One edit, one undo step of its own: not merged with what was typed before or is typed after. */
export async function applyEdit(edit: TextEdit, { document, unit }: Located): Promise<boolean> {
  const target = edit.file
    ? await vscode.workspace.openTextDocument(unit.uri.with({ path: edit.file }))
    : edit.cell === undefined
      ? document
      : unit.documentOf(edit.cell);
  if (!target) return false;
  if (target.uri.scheme === draftScheme) {
    await drafts.replace(target, edit.from, edit.to, edit.insert);
    return true;
  }
  const range = toRange(target, edit);
  const editor = vscode.window.visibleTextEditors.find((e) => e.document === target);
  if (editor)
    return editor.edit((builder) => builder.replace(range, edit.insert), { undoStopBefore: true, undoStopAfter: true });
  const workspaceEdit = new vscode.WorkspaceEdit();
  workspaceEdit.replace(target.uri, range, edit.insert);
  return vscode.workspace.applyEdit(workspaceEdit);
}
