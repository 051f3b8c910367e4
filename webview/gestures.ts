import type { FromWebview } from "../src/panel/protocol.js";

type Value = Extract<FromWebview, { type: "setParameter" }>["value"];

export interface Gesture {
  drag(value: Value): void;
  commit(value: Value, text?: string): void;
  /** Puts everything back as it was. */
  cancel(): void;
}

/**
 * Changes of one parameter on their way to the host: while something is dragged only the newest value waits, and it is sent
 * when the last one has been answered, so that a slow answer never makes a queue.
 */
export class Gestures {
  private number = 0;
  private active:
    { id: number; param: string; waiting: boolean; next: Value | undefined; send: (value: Value) => void } | undefined;

  constructor(
    private readonly post: (message: FromWebview) => void,
    private readonly keyNow: () => string | undefined,
  ) {}

  /** The parameter that is being moved now, if any: its control is not overwritten from outside. */
  get moving(): string | undefined {
    return this.active?.param;
  }

  begin(param: string, index?: number): Gesture {
    const key = this.keyNow() ?? "";
    const id = ++this.number;
    const message = (value: Value, phase: "drag" | "commit" | "cancel", text?: string) =>
      this.post({
        type: "setParameter",
        key,
        name: param,
        value,
        phase,
        gesture: id,
        ...(index !== undefined && { index }),
        ...(text !== undefined && { text }),
      });
    const active = {
      id,
      param,
      waiting: false,
      next: undefined as Value | undefined,
      send: (value: Value) => message(value, "drag"),
    };
    this.active = active;
    const end = () => {
      if (this.active === active) this.active = undefined;
    };
    let last: Value = 0;
    return {
      drag: (value) => {
        last = value;
        if (active.waiting) active.next = value;
        else {
          active.waiting = true;
          active.send(value);
        }
      },
      commit: (value, text) => {
        end();
        message(value, "commit", text);
      },
      cancel: () => {
        end();
        message(last, "cancel");
      },
    };
  }

  /** The host has answered gesture `id`. */
  answered(id: number | undefined): void {
    const { active } = this;
    if (!active || id !== active.id) return;
    if (active.next === undefined) active.waiting = false;
    else {
      const value = active.next;
      active.next = undefined;
      active.send(value);
    }
  }
}
