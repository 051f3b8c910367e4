import * as vscode from "vscode";
import type { Analysis } from "../recognize/analyze.js";
import type { Finding } from "../recognize/finding.js";
import { mayHoldSchedule } from "../recognize/prefilter.js";
import type { Resolved } from "../recognize/resolve.js";
import { Assumptions } from "./assumptions.js";
import { factsOf } from "./computed.js";
import { core } from "./core.js";
import { selector, unitOf, type Unit } from "./documents.js";
import { contains } from "./positions.js";
import { Siblings } from "./siblings.js";

/** A schedule of an open file, resolved, with the document its spans are offsets of. */
export interface Located {
  readonly resolved: Resolved;
  readonly document: vscode.TextDocument;
  readonly unit: Unit;
}

interface Entry {
  /** Of the text; undefined when something else that it may depend on has changed since. */
  readonly version: string | undefined;
  readonly analysis: Analysis;
  /** Resolved on first use: most edits need the lens of one schedule. */
  readonly resolved: Map<Finding, Resolved>;
}

/** The schedules of open files, computed when somebody asks and kept until the text or an assumption changes. */
export class Analyses implements vscode.Disposable {
  private readonly entries = new Map<string, Entry>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** Something else than a document's text changed: assumptions, settings, a sibling file. */
  readonly onDidChange = this.changed.event;
  private readonly siblings = new Siblings();
  private readonly subscriptions: vscode.Disposable[];

  constructor(readonly assumptions: Assumptions) {
    const reset = () => {
      for (const [key, entry] of this.entries) this.entries.set(key, { ...entry, version: undefined });
      this.changed.fire();
    };
    this.subscriptions = [
      this.siblings,
      this.siblings.onDidArrive(reset),
      assumptions.onDidChange(reset),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("lrLens") && reset()),
      vscode.workspace.onDidCloseTextDocument((document) => this.entries.delete(document.uri.toString())),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.entries.delete(notebook.uri.toString())),
    ];
  }

  /** The schedules written in this document (of a notebook cell: in this cell), in the order of the text. */
  in(document: vscode.TextDocument): Located[] {
    if (!mayBeRead(document)) return [];
    const unit = unitOf(document);
    return this.all(unit).filter(({ resolved }) => unit.cell === undefined || resolved.finding.cell === unit.cell);
  }

  /** The schedules of the whole file or notebook that this document belongs to. */
  around(document: vscode.TextDocument): Located[] {
    if (!mayBeRead(document)) return [];
    return this.all(unitOf(document));
  }

  /** The innermost schedule whose call, block or function holds this offset. */
  at(document: vscode.TextDocument, offset: number): Located | undefined {
    return innermost(this.in(document), offset);
  }

  /** The same for a schedule of something else than the learning rate: momentum, weight decay, a probability. */
  relatedAt(document: vscode.TextDocument, offset: number): Located | undefined {
    if (!mayBeRead(document)) return undefined;
    const unit = unitOf(document);
    return innermost(this.located(unit, this.entry(unit).analysis.related), offset);
  }

  private all(unit: Unit): Located[] {
    return this.located(unit, this.entry(unit).analysis.findings);
  }

  private located(unit: Unit, findings: readonly Finding[]): Located[] {
    const { resolved: known } = this.entry(unit);
    const assume = this.assumptions.of(unit.uri);
    const news = findings.filter((finding) => !known.has(finding));
    // A file without schedules does not load the core.
    if (news.length > 0)
      core().resolveAll(news, { assume }, (resolved) => {
        known.set(resolved.finding, resolved);
        factsOf(resolved);
      });
    return findings.flatMap((finding) => {
      const document = unit.documentOf(finding.cell);
      return document ? [{ resolved: known.get(finding)!, document, unit }] : [];
    });
  }

  private entry(unit: Unit): Entry {
    const key = unit.uri.toString();
    const old = this.entries.get(key);
    if (old?.version === unit.version) return old;
    const assume = this.assumptions.of(unit.uri);
    const source = unit.read();
    const analysis = mayHoldSchedule(source)
      ? core().analyze(source, this.siblings.around(unit.uri), { assume, previous: old?.analysis })
      : { document: source, findings: [], related: [] };
    const entry = { version: unit.version, analysis, resolved: new Map() };
    this.entries.set(key, entry);
    return entry;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }
}

/** A language or file name that some format has; the text decides the rest. */
function mayBeRead(document: vscode.TextDocument): boolean {
  return vscode.languages.match(selector, document) > 0;
}

function innermost(all: readonly Located[], offset: number): Located | undefined {
  return all
    .filter(
      ({ resolved: { finding } }) => contains(finding.span, offset) || (finding.area && contains(finding.area, offset)),
    )
    .sort((a, b) => width(a, offset) - width(b, offset))[0];
}

/** The size of what holds the offset: the call when it does, else the wider area. */
function width({ resolved: { finding } }: Located, offset: number): number {
  const span = contains(finding.span, offset) ? finding.span : (finding.area ?? finding.span);
  return span.to - span.from;
}
