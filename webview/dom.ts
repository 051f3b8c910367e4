type Child = Node | string | null | undefined | false;
type Props = Readonly<Record<string, string | number | boolean | null | undefined | ((event: never) => void)>>;

/**
 * An element: functions become listeners of the event they are named after (`click`, `keydown`), true and false set and
 * leave out an attribute, the rest are attributes. Strings among the children are text, never markup.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props?: Props | null,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export function h(tag: string, props?: Props | null, ...children: Child[]): HTMLElement;
export function h(tag: string, props?: Props | null, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (typeof value === "function") element.addEventListener(name, value as (event: Event) => void);
    else setAttribute(element, name, value);
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | null | undefined,
): void {
  if (value === undefined || value === null || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** Sets text only when it differs, so that screen readers and selections are left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Children by key: those that stay keep their element (and so focus, caret and open menus); `update` brings each up to date.
 */
export function keyed<T>(
  parent: Element,
  items: readonly T[],
  keyOf: (item: T) => string,
  make: (item: T) => KeyedElement<T>,
): void {
  const old = new Map(
    [...parent.children].map((child) => [child.getAttribute("data-key") ?? "", child as KeyedElement<T>]),
  );
  let place: Element | null = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let element = old.get(key);
    if (element) old.delete(key);
    else {
      element = make(item);
      element.setAttribute("data-key", key);
    }
    element.update?.(item);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const element of old.values()) element.remove();
}

export type KeyedElement<T> = HTMLElement & { update?: (item: T) => void };

/** Calls `run` at most once a frame, with the latest arguments. */
export function everyFrame<A extends unknown[]>(run: (...args: A) => void): (...args: A) => void {
  let latest: A | undefined;
  return (...args) => {
    if (!latest)
      requestAnimationFrame(() => {
        const now = latest!;
        latest = undefined;
        run(...now);
      });
    latest = args;
  };
}

/** Calls `run` when no further call came for `ms`. */
export function afterQuiet<A extends unknown[]>(ms: number, run: (...args: A) => void): (...args: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(run, ms, ...args);
  };
}

/** An entry of a chart's key: a piece of the line in its color and dash (`solid`, `dashed`, `dotted`), and its name. */
export function keyEntry(line: "solid" | "dashed" | "dotted", name: string, color: string): HTMLElement {
  const entry = h("span", { class: "key" }, h("span", { class: `swatch ${line}`, "aria-hidden": "true" }), name);
  entry.style.color = color;
  return entry;
}
