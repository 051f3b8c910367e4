import { describe, expect, it } from "vitest";
import type { FromWebview } from "../../src/panel/protocol.js";
import { Gestures } from "../../webview/gestures.js";

function recorder() {
  const sent: FromWebview[] = [];
  const gestures = new Gestures(
    (message) => void sent.push(message),
    () => "key",
  );
  const values = () => sent.map((m) => (m.type === "setParameter" ? `${m.phase} ${JSON.stringify(m.value)}` : m.type));
  return { gestures, sent, values };
}

describe("dragging", () => {
  it("sends the newest value when the last one was answered, and none between", () => {
    const { gestures, values } = recorder();
    const gesture = gestures.begin("lr");
    [1, 2, 3].forEach((value) => gesture.drag(value));
    expect(values()).toEqual(["drag 1"]);
    gestures.answered(1);
    expect(values()).toEqual(["drag 1", "drag 3"]);
    gestures.answered(1);
    gesture.commit(3);
    expect(values()).toEqual(["drag 1", "drag 3", "commit 3"]);
  });

  it("a commit does not wait, and drops what waited", () => {
    const { gestures, values } = recorder();
    const gesture = gestures.begin("lr");
    gesture.drag(1);
    gesture.drag(2);
    gesture.commit(5);
    gestures.answered(1);
    expect(values()).toEqual(["drag 1", "commit 5"]);
    expect(gestures.moving).toBeUndefined();
  });

  it("cancelling tells so", () => {
    const { gestures, values } = recorder();
    const gesture = gestures.begin("lr");
    gesture.drag(1);
    gesture.cancel();
    expect(values()).toEqual(["drag 1", "cancel 1"]);
  });

  it("an old gesture's answer does not move a new one", () => {
    const { gestures, values } = recorder();
    gestures.begin("lr").drag(1);
    const second = gestures.begin("gamma");
    second.drag(2);
    second.drag(3);
    gestures.answered(1);
    expect(values()).toEqual(["drag 1", "drag 2"]);
  });
});
