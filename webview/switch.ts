import { h, setAttribute } from "./dom.js";

/** A row of alternatives, one of them on: linear | log. Arrow keys move, as in a radio group. */
export class Switch {
  readonly element: HTMLElement;
  private readonly options = new Map<string, HTMLElement>();

  constructor(label: string, names: readonly string[], chosen: (name: string) => void) {
    this.element = h("span", { class: "switch", role: "radiogroup", "aria-label": label });
    for (const name of names) {
      const option = h("button", { type: "button", role: "radio", class: "option", click: () => chosen(name) }, name);
      option.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!by) return;
        event.preventDefault();
        const usable = [...this.options].filter(([, each]) => !each.hidden).map(([each]) => each);
        const next = usable[(usable.indexOf(name) + by + usable.length) % usable.length]!;
        chosen(next);
        this.options.get(next)!.focus();
      });
      this.options.set(name, option);
      this.element.append(option);
    }
  }

  /** `usable`: the names on offer; all when absent. With one alone the switch says nothing and is hidden. */
  show(name: string, usable?: readonly string[]): void {
    for (const [each, option] of this.options) {
      setAttribute(option, "hidden", usable !== undefined && !usable.includes(each));
      setAttribute(option, "aria-checked", each === name ? "true" : "false");
      setAttribute(option, "tabindex", each === name ? 0 : -1);
    }
    setAttribute(this.element, "hidden", usable !== undefined && usable.length < 2);
  }
}
