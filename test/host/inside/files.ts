import * as vscode from "vscode";
import { eventually, ok } from "../harness.js";

/** Opens a file of the workspace in an editor. */
export async function show(name: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await open(name));
}

export async function open(name: string): Promise<vscode.TextDocument> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  ok(folder, "No folder is open");
  return vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, name));
}

/** Shows a text that is in no file; the tab goes away with the next `closeAll`. */
export async function showText(content: string, language = "python"): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language }));
}

export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}

/** The position of the first character of `mark` in the document. */
export function positionOf(document: vscode.TextDocument, mark: string): vscode.Position {
  const offset = document.getText().indexOf(mark);
  ok(offset >= 0, `${document.uri.path} does not contain ${mark}`);
  return document.positionAt(offset);
}

/** The markdown of our hover at `mark`; empty when there is none. */
export async function hoverAt(document: vscode.TextDocument, mark: string): Promise<string> {
  const position = positionOf(document, mark);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    position,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === "string" ? content : content.value))
    .filter((text) => /command:lrLens\.|A schedule of/.test(text))
    .join("\n\n");
}

/** The hover at `mark` as soon as there is one: providers register a moment after the extension's activation. */
export async function hoverSoon(document: vscode.TextDocument, mark: string): Promise<string> {
  await vscode.extensions.getExtension("lr-lens.lr-lens")?.activate();
  return eventually(`a hover at ${mark}`, () => hoverAt(document, mark), 3_000);
}

export async function lensesOf(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    document.uri,
    100,
  );
  return lenses.filter(({ command }) => command?.command.startsWith("lrLens."));
}

/** The picture in a hover's markdown, as SVG text. */
export function pictureIn(markdown: string): string {
  const [, data] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(markdown) ?? [];
  ok(data, `No picture in:\n${markdown}`);
  return atob(data);
}
