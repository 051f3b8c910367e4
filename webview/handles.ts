import type { Handle, ScheduleView } from "../src/panel/protocol.js";
import { everyFrame, h, keyed, setAttribute, type KeyedElement } from "./dom.js";
import { rateText, roundTo } from "./format.js";
import type { Gesture, Gestures } from "./gestures.js";
import type { Plot } from "./plot.js";
import type { XAxis } from "./curveView.js";
import type { Theme } from "./theme.js";

/**
 * Points on the curve that move a parameter: drag with the pointer, or arrow keys (Shift: ten times finer), Esc puts back.
 * A value outside the parameter's range cannot be reached.
 */
export class HandleLayer {
  private readonly layer = h("div", { class: "handles" });
  private handles: readonly Handle[] = [];
  private axis: XAxis = { name: "steps", perUnit: 1 };

  constructor(
    frame: HTMLElement,
    private readonly plot: Plot,
    private readonly gestures: Gestures,
    private readonly dragging: (on: boolean) => void,
  ) {
    frame.append(this.layer);
  }

  show(view: ScheduleView, axis: XAxis, theme: Theme): void {
    this.handles = view.handles;
    this.axis = axis;
    this.layer.style.setProperty("--handle", theme.accent);
    keyed(
      this.layer,
      view.handles,
      (handle) => handle.id,
      (handle) => this.make(handle),
    );
    this.place();
  }

  /** Puts every handle where its point is drawn. */
  place(): void {
    const { area, x, y } = this.plot.drawing;
    if (!area) return;
    for (const element of this.layer.children) {
      const handle = this.handles.find(({ id }) => id === element.getAttribute("data-key"));
      if (!handle) continue;
      const px = x(handle.x / this.axis.perUnit);
      const py = y(handle.y);
      const inside = px >= area.left - 6 && px <= area.right + 6 && py >= area.top - 6 && py <= area.bottom + 6;
      (element as HTMLElement).style.transform = `translate(${px}px, ${Math.min(py, area.bottom)}px)`;
      setAttribute(element, "hidden", !inside);
    }
  }

  private make(first: Handle): KeyedElement<Handle> {
    let handle = first;
    const element: KeyedElement<Handle> = h("div", { class: "handle", role: "slider", tabindex: 0 });
    element.update = (next) => {
      handle = next;
      const value = valueOf(handle, handle.axis === "x" ? handle.x : handle.y);
      setAttribute(element, "data-axis", handle.axis);
      setAttribute(element, "title", `${handle.label}: drag, or arrow keys`);
      setAttribute(element, "aria-label", handle.label);
      setAttribute(element, "aria-orientation", handle.axis === "x" ? "horizontal" : "vertical");
      setAttribute(element, "aria-valuenow", value);
      setAttribute(element, "aria-valuetext", `${handle.label} ${rateText(value, 4)}`);
      setAttribute(element, "aria-valuemin", handle.min);
      setAttribute(element, "aria-valuemax", handle.max);
    };
    let gesture: Gesture | undefined;
    let value = 0;
    const begin = () => {
      if (gesture) return;
      gesture = this.gestures.begin(handle.param, handle.index);
      value = valueOf(handle, handle.axis === "x" ? handle.x : handle.y);
      this.dragging(true);
    };
    const end = (how: "commit" | "cancel") => {
      if (!gesture) return;
      if (how === "commit" && moved) gesture.commit(value);
      else gesture.cancel();
      gesture = undefined;
      moved = false;
      this.dragging(false);
    };
    let moved = false;
    const to = (next: number) => {
      value = within(handle, next);
      moved = true;
      gesture?.drag(value);
    };
    const follow = everyFrame((event: PointerEvent) => {
      if (!gesture) return;
      const box = this.plot.canvas.getBoundingClientRect();
      const at = this.plot.valueAt(event.clientX - box.left, event.clientY - box.top);
      to(roundTo(valueOf(handle, this.coordinate(handle, at)), this.resolution(handle) / (event.shiftKey ? 10 : 1)));
    });
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      begin();
      event.preventDefault();
      element.focus();
    });
    element.addEventListener(
      "pointermove",
      (event) => gesture && element.hasPointerCapture(event.pointerId) && follow(event),
    );
    element.addEventListener("pointerup", () => end("commit"));
    element.addEventListener("pointercancel", () => end("cancel"));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return end("cancel");
      if (event.key === "Enter") return end("commit");
      const sign = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
      if (!sign) return;
      event.preventDefault();
      event.stopPropagation();
      begin();
      const nudge =
        Math.max(handle.integer ? 1 : 0, 5 * this.resolution(handle)) / (event.shiftKey && !handle.integer ? 10 : 1);
      to(roundTo(value + sign * (event.shiftKey && handle.integer ? 1 : nudge), nudge / 5));
    });
    element.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && end("commit"));
    element.addEventListener("blur", () => end("commit"));
    return element;
  }

  private coordinate(handle: Handle, at: { x: number; y: number }): number {
    return handle.axis === "x" ? at.x * this.axis.perUnit : at.y;
  }

  /** How much of the parameter one pixel is, where the handle stands. */
  private resolution(handle: Handle): number {
    const { x, y } = this.plot.drawing;
    const px = x(handle.x / this.axis.perUnit);
    const py = y(handle.y);
    const here = valueOf(handle, this.coordinate(handle, this.plot.valueAt(px, py)));
    const beside = valueOf(handle, this.coordinate(handle, this.plot.valueAt(px + 1, py - 1)));
    return Math.abs(beside - here);
  }
}

const valueOf = ({ offset, scale }: Handle, coordinate: number) => offset + scale * coordinate;

function within({ min = -Infinity, max = Infinity, integer }: Handle, value: number): number {
  return Math.max(min, Math.min(max, integer ? Math.round(value) : value));
}
