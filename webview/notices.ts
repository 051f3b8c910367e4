import type { Assumption, FindingItem, FromWebview, ScheduleView } from "../src/panel/protocol.js";
import { h, keyed, setAttribute, setText, type KeyedElement } from "./dom.js";
import { countText, rateText, readNumber } from "./format.js";
import { button, link, textField } from "./toolkit.js";

/** What the file does not say, each with its value to change. */
export class Assumptions {
  readonly element = h("section", { class: "assumptions", "aria-label": "Assumed values" });

  constructor(private readonly set: (name: string, value: number | string) => void) {}

  show(list: readonly Assumption[]): void {
    setAttribute(this.element, "hidden", list.length === 0);
    keyed(
      this.element,
      list,
      (a) => a.name,
      (a) => this.make(a),
    );
  }

  private make(first: Assumption): KeyedElement<Assumption> {
    let current = first;
    const shown = () =>
      typeof current.value === "number"
        ? Number.isInteger(current.value)
          ? countText(current.value)
          : rateText(current.value, 6)
        : current.value;
    const complaint = h("div", { class: "complaint", role: "status" });
    const field = textField({
      label: `assumed ${first.name}`,
      commit: (text) => {
        if (text.trim() === shown()) return setText(complaint, "");
        const value = readNumber(text);
        const wrong =
          typeof current.value === "number" &&
          (value === undefined
            ? "not a number"
            : current.integer && !Number.isInteger(value)
              ? "a whole number"
              : current.min !== undefined && value < current.min
                ? `at least ${current.min}`
                : "");
        setText(complaint, wrong || "");
        if (!wrong) this.set(current.name, value ?? text.trim());
      },
      cancel: () => (field.value = shown()),
    });
    const because = h("span", { class: "because" });
    const element: KeyedElement<Assumption> = h(
      "div",
      { class: "assumption" },
      h("span", { class: "words" }, h("b", null, "assumed "), h("code", null, first.name)),
      field,
      because,
      complaint,
    );
    element.update = (next) => {
      current = next;
      if (document.activeElement !== field) field.value = shown();
      setText(because, next.because);
    };
    return element;
  }
}

/** Problems and lint findings above the pictures; transforms and notes below. One line each. */
export function showNotices(above: HTMLElement, below: HTMLElement, view: ScheduleView): void {
  const line = (kind: string, text: string) =>
    h("p", { class: `notice ${kind}` }, h("span", { class: "mark", "aria-hidden": "true" }), text);
  above.replaceChildren(
    ...(view.problem ? [line("error", view.problem)] : []),
    ...view.diagnostics.map((d) => line(d.severity, `${d.message} (${d.rule})`)),
  );
  below.replaceChildren(
    ...view.transforms.map((words) => line("note", `then in the file: ${words}`)),
    ...view.notes.map((text) => line("note", text)),
  );
  for (const section of [above, below]) setAttribute(section, "hidden", section.childElementCount === 0);
}

/** Nothing to draw: why, and what else there is. */
export function emptyState(
  because: string,
  findings: readonly FindingItem[],
  post: (message: FromWebview) => void,
): HTMLElement {
  return h(
    "section",
    { class: "empty" },
    h("p", { class: "why" }, because),
    findings.length > 0 && h("p", null, "Schedules in this file:"),
    h(
      "ul",
      null,
      ...findings.map((f) =>
        h(
          "li",
          null,
          link(`${f.title} · line ${f.line}`, () => post({ type: "selectFinding", key: f.key })),
          h("span", { class: "summary" }, f.summary),
        ),
      ),
    ),
    h(
      "p",
      null,
      "Put the cursor on a call such as ",
      h("code", null, "StepLR(optimizer, step_size=30)"),
      ", on a function that computes a rate, or on a config's schedule.",
    ),
    button("New schedule…", () => post({ type: "action", key: "", action: "insert" }), "primary"),
  );
}

/** A message over the panel until it is closed; what is drawn stays. */
export function showToast(parent: HTMLElement, message: string): void {
  parent.replaceChildren(
    h(
      "div",
      { class: "toast", role: "alert" },
      h("span", null, message),
      button("Close", () => parent.replaceChildren(), "secondary"),
    ),
  );
}
