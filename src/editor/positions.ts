import * as vscode from "vscode";
import type { Span } from "../source/document.js";

/** Where offsets become ranges: the only place. */
export function toRange(document: vscode.TextDocument, span: Span): vscode.Range {
  return new vscode.Range(document.positionAt(span.from), document.positionAt(span.to));
}

export function contains(span: Span, offset: number): boolean {
  return span.from <= offset && offset <= span.to;
}
