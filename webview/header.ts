import type { FindingItem, FromWebview, ScheduleView } from "../src/panel/protocol.js";
import { h, keyed, setAttribute, setText } from "./dom.js";
import { checkbox, dropdown, link, type Chooser } from "./toolkit.js";

type Action = Extract<FromWebview, { type: "action" }>["action"];

const actions: readonly [Action, string, string, "draft"?][] = [
  ["insert", "Insert into the file", "Write this schedule where the cursor stood", "draft"],
  ["copyCode", "Copy the code", "Copy this schedule's code", "draft"],
  ["pin", "Pin", "Keep this curve as a ghost to compare with"],
  ["compare", "Compare", "Compare with the committed version"],
  ["copy", "Copy as CSV", "Copy the curve's values"],
  ["save", "Save…", "Save the curve as SVG or CSV"],
];

/** The panel's first line: which schedule, where, and what can be done with it. */
export class Header {
  readonly element: HTMLElement;
  private readonly title = h("span", { class: "title" });
  private readonly place = h("span", { class: "place" });
  private readonly chooser = h("span", { class: "chooser" });
  private readonly follow: Chooser<boolean>;
  private list: Chooser<string> | undefined;
  private readonly links: readonly HTMLElement[];
  private items = "";

  constructor(
    private readonly post: (message: FromWebview) => void,
    keyNow: () => string | undefined,
  ) {
    this.follow = checkbox("follows the cursor", "follows the cursor", (on) => post({ type: "follow", on }));
    const act = (action: Action) => () => {
      const key = keyNow();
      if (key !== undefined) post({ type: "action", key, action });
    };
    this.links = actions.map(([action, text, title]) => link(text, act(action), title));
    this.element = h(
      "header",
      null,
      h("h1", null, this.title),
      this.place,
      this.follow.element,
      this.chooser,
      h("nav", { "aria-label": "Actions" }, ...this.links),
    );
    this.place.addEventListener("click", () => {
      const key = keyNow();
      if (key !== undefined) post({ type: "revealSource", key });
    });
  }

  show(view: ScheduleView, findings: readonly FindingItem[]): void {
    setText(this.title, view.title);
    setAttribute(this.title, "title", [view.schedule, view.formula].filter(Boolean).join("\n"));
    const where = `${view.file}:${view.line}${view.cell === undefined ? "" : ` · cell ${view.cell + 1}`}`;
    if (this.place.textContent !== where)
      this.place.replaceChildren(link(where, () => undefined, "Show in the editor"));
    this.follow.set(view.followsCursor);
    this.links.forEach((each, i) => setAttribute(each, "hidden", actions[i]![3] === "draft" && !view.draft));
    const items = JSON.stringify(findings.map((f) => [f.key, f.title, f.line]));
    if (items !== this.items) {
      this.items = items;
      const options = findings.map((f) => ({ value: f.key, text: `${f.title} · line ${f.line}` }));
      this.list =
        findings.length > 1
          ? dropdown("Schedule in this file", options, (key) => this.post({ type: "selectFinding", key }))
          : undefined;
      this.chooser.replaceChildren(...(this.list ? [this.list.element] : []));
    }
    this.list?.set(view.key);
  }
}

/** Large figures over small labels. */
export function showFacts(parent: HTMLElement, facts: ScheduleView["facts"]): void {
  keyed(
    parent,
    facts.map((fact, i) => ({ ...fact, i })),
    ({ i }) => String(i),
    () => {
      const value = h("dd");
      const words = h("dt");
      const element = h("div", null, words, value) as HTMLElement & {
        update?: (fact: { value: string; label: string }) => void;
      };
      element.update = (fact) => {
        setText(value, fact.value);
        setText(words, fact.label);
      };
      return element;
    },
  );
}
