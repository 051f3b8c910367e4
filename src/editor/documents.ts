import * as vscode from "vscode";
import type { SourceDocument } from "../source/document.js";

/** Languages and file patterns whose texts may hold a schedule; a cheap scan of the text then decides. */
export const selector: vscode.DocumentSelector = [
  ...["python", "yaml", "json", "jsonc", "toml", "shellscript", "jsonnet", "gin", "prototxt"].map((language) => ({
    language,
  })),
  { pattern: "**/*.{prototxt,pbtxt,config,cfg,ini,gin,jsonnet,libsonnet,sh,bash}" },
];

/** What is read as one text: a file, or the whole notebook of a cell. */
export interface Unit {
  readonly uri: vscode.Uri;
  /** Changes whenever any of the texts does. */
  readonly version: string;
  readonly read: () => SourceDocument;
  /** The cell of a notebook unit that is this document; undefined for a file. */
  readonly cell?: number;
  /** The text document that holds the finding of this cell. */
  readonly documentOf: (cell: number | undefined) => vscode.TextDocument | undefined;
}

export function unitOf(document: vscode.TextDocument): Unit {
  const notebook = vscode.workspace.notebookDocuments.find((n) =>
    n.getCells().some((cell) => cell.document === document),
  );
  if (!notebook)
    return {
      uri: document.uri,
      version: String(document.version),
      read: () => ({ path: document.uri.path, languageId: document.languageId, text: document.getText() }),
      documentOf: () => document,
    };
  const cells = notebook.getCells();
  return {
    uri: notebook.uri,
    version: cells.map((cell) => `${cell.document.uri.fragment}:${cell.document.version}`).join(),
    read: () => ({
      path: notebook.uri.path,
      languageId: "python",
      text: "",
      cells: cells
        .filter((cell) => cell.kind === vscode.NotebookCellKind.Code)
        .map((cell) => ({ index: cell.index, languageId: cell.document.languageId, text: cell.document.getText() })),
    }),
    cell: cells.find((cell) => cell.document === document)?.index,
    documentOf: (index) => cells.find((cell) => cell.index === index)?.document,
  };
}
