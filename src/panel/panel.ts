import * as vscode from "vscode";
import type { Analyses, Located } from "../editor/analyses.js";
import { core } from "../editor/core.js";
import { settings } from "../editor/settings.js";
import type { Resolved } from "../recognize/resolve.js";
import type { Value } from "../schedules/define.js";
import { applyEdit } from "./apply.js";
import { editOf } from "./edits.js";
import { panelHtml } from "./html.js";
import { Ghosts } from "./ghosts.js";
import { LiveRuns } from "./live.js";
import { slotsOf, withValue } from "./params.js";
import { isFromWebview, type FromWebview, type ToWebview } from "./protocol.js";
import { Targets } from "./targets.js";
import { viewOf } from "./view.js";

export const viewType = "lrLens.panel";

/** What survives a reload: the file and which of its schedules was on show. */
interface SavedState {
  readonly uri?: string;
  readonly key?: string;
}

/**
 * The panel beside the editor: one at a time. It shows a schedule of an open document, follows the cursor and the text, and
 * turns the webview's gestures into edits of the source. Everything shown is derived from the text at that moment.
 */
export class SchedulePanel implements vscode.Disposable {
  private static current: SchedulePanel | undefined;
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly live = new LiveRuns();
  private readonly ghosts: Ghosts;
  private width = 640;
  private follow = settings.followCursor();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Opens the panel or brings it to front; `at` chooses the schedule. */
  static show(
    services: PanelServices,
    at: { document: vscode.TextDocument; offset: number } | undefined,
  ): SchedulePanel {
    const panel =
      SchedulePanel.current ??
      new SchedulePanel(
        services,
        vscode.window.createWebviewPanel(
          viewType,
          "LR Lens",
          { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
          webviewOptions(services),
        ),
      );
    if (at) panel.targets.aim(at.document, at.offset);
    panel.panel.reveal(undefined, true);
    panel.refresh();
    return panel;
  }

  /** Restores the panel after a reload of the window. */
  static serializer(services: PanelServices): vscode.WebviewPanelSerializer {
    return {
      async deserializeWebviewPanel(webviewPanel, state: unknown) {
        webviewPanel.webview.options = webviewOptions(services);
        const panel = new SchedulePanel(services, webviewPanel);
        const { uri, key } = readState(state);
        if (uri !== undefined) {
          const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
          panel.targets.aim(document, 0);
          if (key !== undefined) panel.targets.choose(key);
        }
        panel.refresh();
      },
    };
  }

  readonly targets: Targets;

  private constructor(
    private readonly services: PanelServices,
    private readonly panel: vscode.WebviewPanel,
  ) {
    SchedulePanel.current = this;
    this.targets = new Targets(services.analyses);
    this.ghosts = new Ghosts(this.targets, () => this.refreshSoon());
    panel.webview.html = panelHtml(panel.webview, services.context.extensionUri);
    const icon = (theme: string) => vscode.Uri.joinPath(services.context.extensionUri, "media", `panel-${theme}.svg`);
    panel.iconPath = { light: icon("light"), dark: icon("dark") };
    const soon = () => this.refreshSoon();
    this.subscriptions.push(
      this.targets,
      panel.onDidDispose(() => this.dispose()),
      panel.webview.onDidReceiveMessage((data: unknown) => this.receive(data)),
      services.analyses.onDidChange(soon),
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.targets.follow(event);
        if (this.targets.concerns(event.document)) soon();
      }),
      vscode.workspace.onDidSaveTextDocument(() => this.ghosts.forgetCommitted()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (
          this.follow &&
          this.targets.aimIfSchedule(textEditor.document, textEditor.document.offsetAt(textEditor.selection.active))
        )
          soon();
      }),
    );
  }

  /** The schedule on show, resolved afresh. */
  private get shown(): Located | undefined {
    return this.targets.current();
  }

  private refreshSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), 16);
  }

  refresh(gesture?: number, preview?: Resolved): void {
    const located = this.shown;
    const findings = this.targets.items();
    if (!located) {
      this.panel.title = "LR Lens";
      this.post({ type: "empty", because: this.targets.reason(), findings });
      return;
    }
    const place = { ...this.targets.placeOf(located), followsCursor: this.follow };
    this.panel.title = `LR: ${located.resolved.finding.callee.split(".").at(-1)}`;
    this.post({
      type: "show",
      view: viewOf(preview ?? located.resolved, place, this.width, this.ghosts.behind(located)),
      findings,
      preferred: { yAxis: settings.logAxis() ? "log" : "linear" },
      ...(gesture !== undefined && { gesture }),
    });
  }

  private receive(data: unknown): void {
    if (!isFromWebview(data)) {
      this.services.log.warn(
        `A message of the wrong shape from the panel was refused: ${JSON.stringify(data)?.slice(0, 200)}`,
      );
      return;
    }
    void this.services.guard("panel message", (message: FromWebview) => this.handle(message))(data);
  }

  private async handle(message: FromWebview): Promise<void> {
    switch (message.type) {
      case "ready":
      case "resize":
        this.width = Math.min(4096, Math.max(40, message.width));
        return this.refresh();
      case "follow":
        this.follow = message.on;
        return this.refresh();
      case "selectFinding":
        this.targets.choose(message.key);
        return this.refresh();
      case "setAssumption": {
        const located = this.located(message.key);
        if (located) await this.services.analyses.assumptions.set(located.unit.uri, message.name, message.value);
        return;
      }
      case "setParameter":
        return this.setParameter(message);
      case "revealSource":
        return this.reveal(message.key, message.param);
      case "openLive": {
        const located = this.located(message.key);
        const live = (message.id === undefined ? located?.resolved : this.ghosts.find(message.id)?.resolved)?.compiled
          ?.live;
        if (!live) return this.post({ type: "failed", message: "This schedule does not wait for a metric." });
        return this.post({ type: "liveRates", ...this.live.open(message.run, message.seeds, live) });
      }
      case "stepLive": {
        const rates = this.live.step(message.run, message.metrics);
        return rates && this.post({ type: "liveRates", ...rates });
      }
      case "closeLive":
        return this.live.close(message.run);
      case "action":
        return this.act(message);
      default:
        message satisfies never;
    }
  }

  private async setParameter(message: Extract<FromWebview, { type: "setParameter" }>): Promise<void> {
    const located = this.located(message.key);
    const slot = located && slotsOf(located.resolved).find(({ path }) => path === message.name);
    if (!located || !slot)
      return this.post({
        type: "failed",
        message: "The schedule has changed since; nothing was edited.",
        gesture: message.gesture,
      });
    if (message.phase === "cancel") return this.refresh(message.gesture);
    const value =
      message.index === undefined
        ? (message.value as Value)
        : replaced(slot.value, message.index, message.value as Value);
    if (message.phase === "drag") {
      const assume = this.services.analyses.assumptions.of(located.unit.uri);
      return this.refresh(
        message.gesture,
        core().resolve(withValue(located.resolved.finding, message.name, value), { assume }),
      );
    }
    if (slot.value.status === "assumed" || slot.value.status === "unknown") {
      const name = slot.value.status === "assumed" ? slot.value.name : message.name;
      if (typeof message.value !== "object")
        await this.services.analyses.assumptions.set(located.unit.uri, name, message.value);
      return this.refresh(message.gesture);
    }
    const edit = editOf(
      slot,
      message.value as Value,
      this.targets.placeOf(located).textOf,
      message.index,
      message.text,
    );
    if ("whyNot" in edit) {
      this.refresh(message.gesture);
      return this.post({
        type: "failed",
        message: `${message.name} cannot be edited here: ${edit.whyNot}.`,
        gesture: message.gesture,
      });
    }
    if (!(await applyEdit(edit, located)))
      this.post({ type: "failed", message: "The editor refused the edit.", gesture: message.gesture });
    this.refresh(message.gesture);
  }

  private async reveal(key: string, param: string | undefined): Promise<void> {
    const located = this.located(key);
    if (!located) return;
    const slot = param === undefined ? undefined : slotsOf(located.resolved).find(({ path }) => path === param);
    const origin = slot?.value.status === "known" ? slot.value.origins[0] : undefined;
    await this.targets.reveal(located, origin ?? located.resolved.finding.span);
  }

  private async act({ action, key, id }: Extract<FromWebview, { type: "action" }>): Promise<void> {
    if (action === "log") return this.services.log.show();
    if (action === "unpin") this.ghosts.unpin(id);
    const located = this.located(key);
    if (!located) return this.refresh();
    const { document, resolved } = located;
    switch (action) {
      case "pin":
        this.ghosts.pin(located);
        break;
      case "compare": {
        const nothing = await this.ghosts.compare(located);
        if (nothing) this.post({ type: "failed", message: nothing });
        break;
      }
      case "copy":
        return this.run("lrLens.copyCsv", document.uri.toString(), resolved.finding.span.from);
      case "save":
        return this.run("lrLens.saveCurve", document.uri.toString(), resolved.finding.span.from);
      case "copyCode":
        return this.run("lrLens.copyDraft", document.getText());
      case "insert":
        return this.run("lrLens.insertDraft", document.getText());
    }
    this.refresh();
  }

  private async run(command: string, ...args: unknown[]): Promise<void> {
    await vscode.commands.executeCommand(command, ...args);
  }

  private located(key: string): Located | undefined {
    const located = this.shown;
    return located && this.targets.placeOf(located).key === key ? located : undefined;
  }

  private post(message: ToWebview): void {
    void this.panel.webview.postMessage(message);
  }

  /** Brings the simulation into view. */
  simulate(): void {
    this.post({ type: "focus", part: "simulation" });
  }

  /** Draws the other schedules of the file behind the first. */
  showAll(all: readonly Located[]): void {
    this.ghosts.unpinAll();
    for (const other of all.slice(1, 9)) this.ghosts.pin(other);
    this.refresh();
  }

  dispose(): void {
    clearTimeout(this.timer);
    if (SchedulePanel.current === this) SchedulePanel.current = undefined;
    for (const subscription of this.subscriptions) subscription.dispose();
    this.panel.dispose();
  }
}

export interface PanelServices {
  readonly context: vscode.ExtensionContext;
  readonly analyses: Analyses;
  readonly log: vscode.LogOutputChannel;
  readonly guard: <A extends unknown[], R>(name: string, run: (...args: A) => R) => (...args: A) => R | undefined;
}

function webviewOptions({ context }: PanelServices): vscode.WebviewOptions & vscode.WebviewPanelOptions {
  return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, "dist")] };
}

function readState(state: unknown): SavedState {
  const { uri, key } = (typeof state === "object" && state !== null ? state : {}) as Record<string, unknown>;
  return { ...(typeof uri === "string" && { uri }), ...(typeof key === "string" && { key }) };
}

function replaced(current: { status: string; value?: Value }, index: number, entry: Value): Value {
  return Array.isArray(current.value) ? (current.value as Value[]).map((v, i) => (i === index ? entry : v)) : entry;
}
