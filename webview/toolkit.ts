/**
 * The one place that knows the component library: everything else asks for a control by what it is, so that a successor
 * of the (archived) toolkit replaces this file alone.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeLink,
  vsCodeOption,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import { h, setAttribute } from "./dom.js";

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeLink(),
  vsCodeOption(),
  vsCodeTextField(),
);

/** The components put a generic name ("Text field") in place of ours when they are connected: ours is put back. */
function keepName(element: HTMLElement, name: string): void {
  const put = () => element.getAttribute("aria-label") !== name && element.setAttribute("aria-label", name);
  put();
  new MutationObserver(put).observe(element, { attributes: true, attributeFilter: ["aria-label"] });
}

export interface Field extends HTMLElement {
  value: string;
  disabled: boolean;
}

/** A line of text. Enter and leaving it call `commit`, once for each text; Esc calls `cancel`. */
export function textField(options: {
  label: string;
  describedBy?: string;
  commit: (text: string) => void;
  cancel: () => void;
}): Field {
  const field = h("vscode-text-field", { "aria-label": options.label, class: "field", spellcheck: "false" }) as Field;
  keepName(field, options.label);
  setAttribute(field, "aria-describedby", options.describedBy);
  let typed = false;
  const commit = () => {
    if (typed) options.commit(field.value);
    typed = false;
  };
  field.addEventListener("input", () => (typed = true));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") commit();
    else if (event.key === "Escape") {
      event.stopPropagation();
      typed = false;
      options.cancel();
    }
  });
  field.addEventListener("change", commit);
  return field;
}

/** A control whose value is set from the file; `changed` is called for the user's changes alone. */
export interface Chooser<T> {
  readonly element: HTMLElement & { disabled: boolean };
  set(value: T): void;
}

export function checkbox(label: string, text: string, changed: (checked: boolean) => void): Chooser<boolean> {
  const element = h("vscode-checkbox", { "aria-label": label }, text) as HTMLElement & {
    checked: boolean;
    disabled: boolean;
  };
  keepName(element, label);
  return chooser(element, "checked", changed);
}

export function dropdown(
  label: string,
  options: readonly { value: string; text: string }[],
  changed: (value: string) => void,
): Chooser<string> {
  const element = h(
    "vscode-dropdown",
    { "aria-label": label, class: "choice" },
    ...options.map(({ value, text }) => h("vscode-option", { value }, text)),
  ) as HTMLElement & { value: string; disabled: boolean };
  keepName(element, label);
  return chooser(element, "value", changed);
}

/** The components fire `change` for values set from code too: what differs from what was set is the user's. */
function chooser<K extends string, T>(
  element: HTMLElement & { disabled: boolean } & Record<K, T>,
  property: K,
  changed: (value: T) => void,
): Chooser<T> {
  let shown: T | undefined;
  element.addEventListener("change", () => {
    const value = element[property];
    if (shown === undefined || value === shown) return;
    shown = value;
    changed(value);
  });
  return {
    element,
    set(value) {
      shown = value;
      if (element[property] !== value) (element as Record<K, T>)[property] = value;
    },
  };
}

export function button(
  text: string,
  pressed: () => void,
  appearance: "primary" | "secondary" | "icon" = "secondary",
  title?: string,
): HTMLElement {
  return h("vscode-button", { appearance, title, "aria-label": title ?? text, click: pressed }, text);
}

/** `icon`: a class of style.css that draws it. */
export function iconButton(icon: string, pressed: () => void, title: string): HTMLElement {
  const mark = h("span", { class: `icon ${icon}`, "aria-hidden": "true" });
  return h("vscode-button", { appearance: "icon", title, "aria-label": title, click: pressed }, mark);
}

export function link(text: string, pressed: () => void, title?: string): HTMLElement {
  const press = (event: Event) => {
    event.preventDefault();
    pressed();
  };
  return h("vscode-link", { href: "#", title, role: "button", click: press }, text);
}
