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

export interface Field extends HTMLElement {
  value: string;
  disabled: boolean;
}

/** A line of text. Enter and leaving it call `commit`, Esc calls `cancel`. */
export function textField(options: {
  label: string;
  describedBy?: string;
  commit: (text: string) => void;
  cancel: () => void;
}): Field {
  const field = h("vscode-text-field", { "aria-label": options.label, class: "field", spellcheck: "false" }) as Field;
  setAttribute(field, "aria-describedby", options.describedBy);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") options.commit(field.value);
    else if (event.key === "Escape") {
      event.stopPropagation();
      options.cancel();
    }
  });
  field.addEventListener("change", () => options.commit(field.value));
  return field;
}

export interface Check extends HTMLElement {
  checked: boolean;
  disabled: boolean;
}

export function checkbox(label: string, text: string, changed: (checked: boolean) => void): Check {
  const box = h("vscode-checkbox", { "aria-label": label }, text) as Check;
  // The component fires `change` for values set from code too: only what differs from what was set is the user's.
  box.addEventListener("click", () => queueMicrotask(() => changed(box.checked)));
  box.addEventListener("keyup", (event) => event.key === " " && changed(box.checked));
  return box;
}

export interface Choice extends HTMLElement {
  value: string;
  disabled: boolean;
}

export function dropdown(
  label: string,
  options: readonly { value: string; text: string }[],
  changed: (value: string) => void,
): Choice {
  const list = h(
    "vscode-dropdown",
    { "aria-label": label, class: "choice" },
    ...options.map(({ value, text }) => h("vscode-option", { value }, text)),
  ) as Choice;
  list.addEventListener("change", () => changed(list.value));
  return list;
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
