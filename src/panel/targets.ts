import * as vscode from "vscode";
import type { Analyses, Located } from "../editor/analyses.js";
import { core } from "../editor/core.js";
import { toRange } from "../editor/positions.js";
import type { Origin } from "../recognize/finding.js";
import type { Resolved } from "../recognize/resolve.js";
import type { Span } from "../source/document.js";
import type { FindingItem } from "./protocol.js";
import { draftScheme } from "./drafts.js";
import { itemOf, type Place } from "./view.js";

/** Which schedule the panel shows: a place in a document that moves with its edits. */
export class Targets implements vscode.Disposable {
  private document: vscode.TextDocument | undefined;
  private offset = 0;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly analyses: Analyses) {
    this.subscription = vscode.workspace.onDidCloseTextDocument((document) => {
      // The text stays readable after its tab is closed; what is shown stays until another schedule is chosen.
      if (document === this.document)
        this.document =
          vscode.workspace.textDocuments.find((d) => d.uri.toString() === document.uri.toString()) ?? document;
    });
  }

  aim(document: vscode.TextDocument, offset: number): void {
    this.document = document;
    this.offset = offset;
  }

  /** True when there is a schedule at the offset; else nothing changes. */
  aimIfSchedule(document: vscode.TextDocument, offset: number): boolean {
    if (document.uri.scheme === "output") return false;
    const located = this.analyses.at(document, offset);
    if (!located || (document === this.document && located.resolved.finding.span.from === this.offset)) return false;
    this.aim(document, located.resolved.finding.span.from);
    return true;
  }

  /** Moves the place with the text before it. */
  follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (document !== this.document) return;
    for (const { rangeOffset, rangeLength, text } of contentChanges)
      if (rangeOffset + rangeLength <= this.offset) this.offset += text.length - rangeLength;
  }

  /** Whether a change of this document may change what is shown: the document itself, a cell beside it, an imported file. */
  concerns(document: vscode.TextDocument): boolean {
    return this.document !== undefined && document.uri.scheme !== "output";
  }

  current(): Located | undefined {
    if (!this.document) return undefined;
    const all = this.analyses.in(this.document);
    return (
      all.find(({ resolved }) => resolved.finding.span.from === this.offset) ??
      this.analyses.at(this.document, this.offset) ??
      all.reduce<Located | undefined>(
        (best, one) => (!best || this.distance(one) < this.distance(best) ? one : best),
        undefined,
      )
    );
  }

  private distance({ resolved: { finding } }: Located): number {
    return Math.abs(finding.span.from - this.offset);
  }

  reason(): string {
    if (!this.document) return "Put the cursor on a learning-rate schedule to see its curve.";
    const name = nameOf(this.document.uri);
    return `No learning-rate schedule was found in ${name}.`;
  }

  items(): FindingItem[] {
    if (!this.document) return [];
    const told = this.analyses.around(this.document).filter(({ resolved }) => !resolved.finding.twin);
    return told.map((located) => itemOf(located.resolved, this.placeOf(located)));
  }

  choose(key: string): void {
    if (!this.document) return;
    const located = this.analyses.around(this.document).find((one) => this.placeOf(one).key === key);
    if (located) this.aim(located.document, located.resolved.finding.span.from);
  }

  placeOf(located: Located): Place {
    const { document, unit, resolved } = located;
    const { span, cell } = resolved.finding;
    const ordinal = this.analyses
      .around(document)
      .findIndex(({ resolved: { finding } }) => finding.span.from === span.from && finding.cell === cell);
    const holder = (origin: { file?: string; cell?: number }) =>
      origin.file !== undefined
        ? vscode.workspace.textDocuments.find((d) => d.uri.path === origin.file)
        : origin.cell === undefined
          ? document
          : unit.documentOf(origin.cell);
    return {
      key: `${unit.uri.toString()}#${ordinal}`,
      uri: document.uri.toString(),
      file: nameOf(unit.uri),
      line: document.positionAt(span.from).line + 1,
      ...(cell !== undefined && { cell }),
      followsCursor: true,
      draft: document.uri.scheme === draftScheme,
      lineOf: (origin) => lineWords(origin, holder(origin)),
      textOf: (at) => holder(at)?.getText(),
    };
  }

  async reveal({ document, unit }: Located, to: Span | Origin): Promise<void> {
    const origin: Partial<Origin> = to;
    const target = origin.file
      ? await vscode.workspace.openTextDocument(unit.uri.with({ path: origin.file }))
      : ((origin.cell === undefined ? undefined : unit.documentOf(origin.cell)) ?? document);
    const range = toRange(target, to);
    const visible = vscode.window.visibleTextEditors.find((editor) => editor.document === target);
    const editor = await vscode.window.showTextDocument(target, {
      viewColumn: visible?.viewColumn ?? vscode.ViewColumn.One,
      preserveFocus: false,
    });
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  /** The same schedule in another version of the file: the one of the same name at the same place in the order. */
  inOtherText({ unit, resolved, document }: Located, text: string): Resolved | undefined {
    const assume = this.analyses.assumptions.of(unit.uri);
    const other = core().analyze({ ...unit.read(), text }, { read: () => undefined }, { assume });
    const same = (finding: { schedule: string; callee: string }) => finding.callee === resolved.finding.callee;
    const ordinal = this.analyses
      .around(document)
      .filter(({ resolved: r }) => same(r.finding))
      .findIndex(({ resolved: r }) => r === resolved);
    const finding = other.findings.filter(same)[ordinal];
    return finding && core().resolve(finding, { assume });
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf("/") + 1);
}

function lineWords(origin: Origin, document: vscode.TextDocument | undefined): string {
  const line = document ? `line ${document.positionAt(origin.from).line + 1}` : "";
  const where = origin.file
    ? nameOf(vscode.Uri.file(origin.file))
    : origin.cell !== undefined
      ? `cell ${origin.cell + 1}`
      : "";
  return [where, line].filter(Boolean).join(", ");
}
