import type { FromWebview, Param } from "../src/panel/protocol.js";
import { h, keyed, setAttribute, setText, type KeyedElement } from "./dom.js";
import { countText, rateText, readNumber, readNumbers, threeDigits } from "./format.js";
import type { Gesture, Gestures } from "./gestures.js";
import { checkbox, dropdown, link, textField } from "./toolkit.js";

type Value = Extract<FromWebview, { type: "setParameter" }>["value"];

export interface ControlActions {
  readonly gestures: Gestures;
  readonly reveal: (param: string) => void;
}

/** One control for each parameter that the schedule reads; those that stay keep focus and caret. */
export function showControls(parent: HTMLElement, params: readonly Param[], actions: ControlActions): void {
  keyed(
    parent,
    params,
    (p) => `${p.name}:${p.kind}:${p.choices?.join() ?? ""}`,
    (p) => makeControl(p, actions),
  );
}

let controls = 0;

function makeControl(first: Param, actions: ControlActions): KeyedElement<Param> {
  const id = `param${controls++}`;
  const name = h("span", { class: "name" }, nameOf(first.name));
  const origin = h("span", { class: "origin" });
  const complaint = h("div", { class: "complaint", id: `${id}-complaint`, role: "status" });
  const editor =
    first.kind === "boolean"
      ? booleanEditor(first, actions)
      : first.kind === "choice"
        ? choiceEditor(first, actions)
        : textEditor(first, actions, complaint);
  const element: KeyedElement<Param> = h(
    "div",
    { class: "control", title: first.meaning },
    h("div", { class: "heading" }, name, origin),
    ...editor.elements,
    complaint,
  );
  element.update = (param) => {
    setAttribute(element, "data-status", param.status);
    const locked = !isEditable(param);
    setAttribute(element, "title", [param.meaning, locked ? param.whyNot : param.because].filter(Boolean).join("\n"));
    if (origin.textContent !== param.origin) {
      const known = param.status === "known";
      origin.replaceChildren(
        known
          ? link(param.origin, () => actions.reveal(param.name), `Show where ${param.name} is written`)
          : param.origin,
      );
    }
    if (actions.gestures.moving !== param.name) {
      editor.update(param, locked);
      if (!element.contains(document.activeElement)) setText(complaint, "");
    }
  };
  return element;
}

/** What the file does not say can be set too: the host keeps it as an assumption. */
const isEditable = ({ editable, status }: Param) => editable || status === "assumed" || status === "unknown";

/** `1/T_max` is T_max of the second part. */
function nameOf(path: string): string {
  const parts = path.split("/");
  const last = parts.pop()!;
  return parts.length === 0 ? last : `${last} · part ${parts.map((p) => Number(p) + 1).join(".")}`;
}

interface Editor {
  readonly elements: readonly HTMLElement[];
  update(param: Param, locked: boolean): void;
}

function booleanEditor(first: Param, { gestures }: ControlActions): Editor {
  const box = checkbox(first.name, "", (checked) => gestures.begin(first.name).commit(checked));
  return {
    elements: [box.element],
    update({ value, text }, locked) {
      box.set(value === true);
      box.element.disabled = locked;
      setText(box.element, text || String(value));
    },
  };
}

function choiceEditor(first: Param, { gestures }: ControlActions): Editor {
  const options = (first.choices ?? []).map((value) => ({ value, text: value }));
  const list = dropdown(first.name, options, (value) => gestures.begin(first.name).commit(value));
  return {
    elements: [list.element],
    update({ value }, locked) {
      list.set(String(value ?? ""));
      list.element.disabled = locked;
    },
  };
}

function textEditor(first: Param, { gestures }: ControlActions, complaint: HTMLElement): Editor {
  let param = first;
  const shownText = () =>
    param.value === null
      ? ""
      : param.kind === "numbers" || param.status !== "known"
        ? plainText(param)
        : literal(param);
  const field = textField({
    label: first.name,
    describedBy: complaint.id,
    commit(text) {
      if (text.trim() === shownText().trim()) return setText(complaint, "");
      const read = readValue(param, text);
      if ("complaint" in read) {
        setText(complaint, read.complaint);
        setAttribute(field, "aria-invalid", "true");
        return;
      }
      setText(complaint, "");
      setAttribute(field, "aria-invalid", null);
      gestures.begin(param.name).commit(read.value, text.trim());
    },
    cancel() {
      field.value = shownText();
      setText(complaint, "");
      setAttribute(field, "aria-invalid", null);
    },
  });
  const slider = sliderFor(
    () => param,
    gestures,
    (value) => (field.value = rateText(value, 6)),
  );
  const unit = first.unit && h("span", { class: "unit", "aria-hidden": "true" }, unitWords[first.unit] ?? first.unit);
  return {
    elements: [h("div", { class: "with-unit" }, field, unit), slider.element],
    update(next, locked) {
      param = next;
      if (document.activeElement !== field) field.value = shownText();
      field.disabled = locked;
      setAttribute(field, "placeholder", param.status === "unknown" ? "not known" : null);
      slider.update(locked);
    },
  };
}

const unitWords: Readonly<Record<string, string>> = {
  lr: "per step",
  step: "steps",
  epoch: "epochs",
  factor: "factor",
  ratio: "ratio",
  power: "power",
};

/** A literal as its author wrote it; anything longer than a number by its value. */
function literal(param: Param): string {
  return readNumber(param.text) !== undefined && readNumber(param.text) === param.value ? param.text : plainText(param);
}

function plainText({ value }: Param): string {
  if (Array.isArray(value)) return (value as readonly number[]).map((v) => rateText(v, 6)).join(", ");
  return typeof value === "number"
    ? Number.isInteger(value) && Math.abs(value) < 1e15
      ? String(value)
      : rateText(value, 12)
    : String(value);
}

/** What was typed, checked against the parameter's kind and range. */
export function readValue(
  param: Pick<Param, "kind" | "min" | "max" | "above">,
  text: string,
): { value: Value } | { complaint: string } {
  const { kind, min, max, above } = param;
  if (kind === "text") return { value: text.trim() };
  const values = kind === "numbers" ? readNumbers(text) : [readNumber(text)];
  if (!values || values.some((v) => v === undefined))
    return { complaint: kind === "numbers" ? "a list of numbers, such as 30, 60, 90" : "not a number" };
  for (const value of values as number[]) {
    if (kind === "integer" && !Number.isInteger(value)) return { complaint: "a whole number" };
    if (min !== undefined && (above ? value <= min : value < min))
      return { complaint: `${above ? "more than" : "at least"} ${rateText(min)}` };
    if (max !== undefined && value > max) return { complaint: `at most ${rateText(max)}` };
  }
  return { value: kind === "numbers" ? (values as number[]) : values[0]! };
}

const SLIDER_STEPS = 1000;

/** A slider over the parameter's range: live while it moves, one edit when it is let go, Esc puts back, Shift is fine. */
function sliderFor(paramNow: () => Param, gestures: Gestures, shown: (value: number) => void) {
  const element = h("input", { type: "range", min: 0, max: SLIDER_STEPS, step: "any", class: "slider" });
  let gesture: Gesture | undefined;
  let value = 0;
  const range = () => paramNow().slider!;
  const valueAt = (place: number) => {
    const { min, max, log } = range();
    const part = place / SLIDER_STEPS;
    const raw = log ? min * (max / min) ** part : min + (max - min) * part;
    return paramNow().kind === "integer" ? Math.round(raw) : Math.max(min, Math.min(max, threeDigits(raw)));
  };
  const placeOf = (x: number) => {
    const { min, max, log } = range();
    return SLIDER_STEPS * (log ? Math.log(x / min) / Math.log(max / min) : (x - min) / (max - min));
  };
  const moveTo = (next: number) => {
    gesture ??= gestures.begin(paramNow().name);
    value = next;
    shown(value);
    describe(value);
    gesture.drag(value);
  };
  const describe = (x: number) =>
    setAttribute(element, "aria-valuetext", Number.isInteger(x) ? countText(x) : rateText(x, 4));
  const commit = () => {
    gesture?.commit(value);
    gesture = undefined;
  };
  element.addEventListener("input", () => moveTo(valueAt(Number(element.value))));
  element.addEventListener("change", commit);
  element.addEventListener("blur", commit);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && gesture) {
      gesture.cancel();
      gesture = undefined;
      return;
    }
    const sign = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
    if (!sign) return;
    event.preventDefault();
    const place = Math.max(0, Math.min(SLIDER_STEPS, Number(element.value) + sign * (event.shiftKey ? 1 : 10)));
    let next = valueAt(place);
    const now = paramNow().value as number;
    if (paramNow().kind === "integer" && next === (gesture ? value : now)) next += sign;
    element.value = String(place);
    moveTo(next);
  });
  element.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && commit());
  return {
    element,
    update(locked: boolean) {
      const param = paramNow();
      const has = param.slider !== undefined && typeof param.value === "number";
      setAttribute(element, "hidden", !has);
      setAttribute(element, "aria-label", `${param.name}, slider`);
      element.disabled = locked;
      if (!has || gesture) return;
      element.value = String(placeOf(param.value as number));
      element.style.setProperty("--part", `${(Number(element.value) / SLIDER_STEPS) * 100}%`);
      describe(param.value as number);
    },
  };
}
