import { contains, equal, eventually, ok, test } from "../harness.js";
import type { Frame, ThemeName, Tools, Workbench } from "./driver.js";
import { contrastOf, fingerprint, inkOf } from "./looks.js";

/** Keeps the function that a webview posts its messages with where a test can call it. */
const tapMessages = `
  Object.defineProperty(globalThis, "acquireVsCodeApi", {
    configurable: true,
    set(acquire) { this.__acquire = acquire; },
    get() { return this.__acquire && (() => (this.__api ??= this.__acquire())); },
  });`;

const call = "learning_rate = tf.train.exponential_decay(0.1, global_step, 1000, 0.98)";
const columnOf = (part: string): number => 1 + call.indexOf(part);
const curve = ".curve canvas";

/** The panel, clicked and looked at. */
export function panelTests(tools: Tools): void {
  let window: Promise<Workbench> | undefined;
  let panel: Frame;

  /** The window with the panel on the tutorial's call, its file as it was; opened once. */
  const opened = (): Promise<Workbench> => (window ??= open());
  async function open(): Promise<Workbench> {
    const server = await tools.startServer();
    const options = { init: tapMessages, width: 1600, height: 1000 };
    const workbench = await tools.openWorkbench({ ...tools, ...options, server, folder: tools.workspace });
    await workbench.openFile("01_tensorflow1.py", 12, 30);
    await workbench.page.locator(".codelens-decoration").first().waitFor();
    await workbench.command("LR Lens: Plot Learning Rate Schedule");
    panel = await workbench.webview();
    await shown("0.0133");
    return workbench;
  }

  const facts = async () => (await panel.locator(".facts").innerText()).replace(/\s+/g, " ");
  const shown = (part: string) =>
    eventually(`${part} in the facts`, async () => (await facts()).includes(part), 20_000);
  const verdict = () => panel.locator(".verdict").innerText();
  const place = (part: string) =>
    eventually(`${part} as the place`, async () => (await panel.locator(".place").innerText()).includes(part));
  const title = (part: string) =>
    eventually(`${part} as the title`, async () => (await panel.locator("h1").innerText()).includes(part));
  const control = (name: string) => panel.locator(`.control[data-key^="${name}:"] vscode-text-field input`);
  const hints = /(?:learning_rate|decay_steps|decay_rate|staircase):\s*(?=[\d'])/g;
  const text = async () => (await (await opened()).text()).replace(hints, "");
  const handle = async () => {
    await panel.evaluate(`document.querySelector(".handle:not([hidden])").scrollIntoView({ block: "center" })`);
    const box = await panel.locator(".handle:not([hidden])").first().boundingBox();
    ok(box, "no handle");
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };

  /** A test that may leave the file changed: it is put back whether it passed or not. */
  function editing(name: string, body: (workbench: Workbench) => Promise<void>): void {
    const whole = async () => {
      const window = await opened();
      try {
        await body(window);
      } finally {
        await window.revert();
      }
      await shown("0.0133");
    };
    test(name, whole, 60_000);
  }

  test("the palette's Plot opens the panel with title, facts, curve and controls", async () => {
    await opened();
    await title("exponential_decay");
    await place(":12");
    await eventually("a drawn curve", async () => (await inkOf(panel, curve)) > 200);
    for (const name of ["learning_rate", "decay_steps", "decay_rate"])
      await eventually(`a control for ${name}`, async () => (await control(name).count()) === 1);
  }, 90_000);

  editing("editing a number in the file moves the panel, unsaved, and so does undoing", async (window) => {
    await window.replace(12, columnOf("0.98"), 4, "0.97");
    // 0.1 · 0.97^100
    await shown("0.00476");
    for (let i = 0; i < 8 && !(await text()).includes("0.98)"); i++) await window.page.keyboard.press("Control+z");
    await shown("0.0133");
  });

  editing("typing into a control edits the literal in the file, as typed, in one undo step", async (window) => {
    await control("decay_steps").click();
    await control("decay_steps").fill("2_000");
    await control("decay_steps").press("Enter");
    await eventually("the edit", async () => (await text()).includes("2_000, 0.98)"));
    // 0.1 · 0.98^50
    await shown("0.0364");
    await window.goTo(12);
    await window.page.keyboard.press("Control+z");
    await eventually("the undo", async () => (await text()).includes("global_step, 1000, 0.98)\n"));
    await shown("0.0133");
  });

  editing("a value that is no number is refused with a word and not written", async () => {
    await control("decay_rate").click();
    await control("decay_rate").fill("fast");
    await control("decay_rate").press("Enter");
    await eventually("a complaint", async () => (await panel.locator(".complaint").allInnerTexts()).join("").trim());
    ok((await text()).includes("1000, 0.98)"), "the file changed");
    await control("decay_rate").press("Escape");
  });

  editing("dragging the handle changes the literal once, when it is let go", async (window) => {
    const { mouse, keyboard } = window.page;
    const { x, y } = await handle();
    const before = await facts();
    await mouse.move(x, y);
    await mouse.down();
    await mouse.move(x, y + 60, { steps: 8 });
    await eventually("the facts to follow", async () => (await facts()) !== before);
    ok((await text()).includes("(0.1, global_step, 1000, 0.98)\n"), "edited before it was let go");
    await mouse.up();
    await eventually("the edit", async () =>
      /exponential_decay\(0\.0\d+, global_step, 1000, 0\.98\)\n/.test(await text()),
    );
    await window.goTo(12);
    await keyboard.press("Control+z");
    await eventually("the undo", async () => (await text()).includes("(0.1, global_step, 1000, 0.98)\n"));
  });

  editing("Esc while dragging puts everything back", async (window) => {
    const { x, y } = await handle();
    const before = await facts();
    await window.page.mouse.move(x, y);
    await window.page.mouse.down();
    await window.page.mouse.move(x, y + 80, { steps: 8 });
    await eventually("the facts to follow", async () => (await facts()) !== before);
    await window.page.keyboard.press("Escape");
    await window.page.mouse.up();
    await eventually("the old facts", async () => (await facts()) === before);
    ok((await text()).includes("(0.1, global_step, 1000, 0.98)\n"), "the file changed");
  });

  test("the panel follows the cursor", async () => {
    const window = await opened();
    await window.goTo(14, 30);
    await place(":14");
    contains(await panel.locator(".controls").innerText(), "staircase", "controls");
    await window.goTo(12, 30);
    await place(":12");
  }, 60_000);

  test("the axis switches to logarithmic and back", async () => {
    await opened();
    const axis = (name: string) => panel.locator('[aria-label="Rate axis"]').locator(`text=${name}`).click();
    await axis("linear");
    const linear = await fingerprint(panel, curve);
    await axis("log");
    await eventually("another drawing", async () => (await fingerprint(panel, curve)) !== linear);
    await axis("linear");
    await eventually("the first drawing", async () => (await fingerprint(panel, curve)) === linear);
  }, 60_000);

  editing("Simulate shows the runs and a verdict with its figures, and both follow the text", async (window) => {
    await window.goTo(12, 30);
    await window.command("LR Lens: Simulate Convergence Under This Schedule");
    await eventually("a verdict", async () => /converges|wanders|stalls|diverges/i.test(await verdict()), 30_000);
    contains(await verdict(), /constant.*\d/is, "verdict");
    await eventually("drawn runs", async () => (await inkOf(panel, ".simulation canvas")) > 200);
    const before = await verdict();
    await window.replace(12, columnOf("0.1,"), 3, "9.5");
    await eventually(
      "another verdict",
      async () => (await verdict()) !== before && /diverges|grows/i.test(await verdict()),
      30_000,
    );
  });

  for (const theme of ["light", "hc", "hc-light", "dark"] as ThemeName[]) {
    test(`the panel takes on the ${theme} theme and stays legible`, async () => {
      const window = await opened();
      const drawn = await fingerprint(panel, curve);
      await window.theme(theme);
      const body = panel.locator("body");
      await eventually("the body's class", async () =>
        (await body.getAttribute("class"))?.split(" ").includes(classOf[theme]),
      );
      await eventually("another drawing", async () => (await fingerprint(panel, curve)) !== drawn);
      const contrast = await contrastOf(panel, "h1");
      ok(contrast >= 4.5, `text has a contrast of ${contrast}`);
    }, 60_000);
  }

  test("messages of the wrong shape are refused and logged, and the panel goes on", async () => {
    const window = await opened();
    await panel.evaluate(`
      for (const message of [null, 1, "x", [], {}, { type: "no such" }, { type: "setParameter", key: 1 },
        { type: "setParameter", key: "x", name: "decay_rate", value: "NaN", phase: "commit", gesture: -1 },
        { type: "ready", width: Infinity }]) __api.postMessage(message);
      for (const message of [null, 1, { type: "show" }, { type: "show", view: {}, findings: [] }, { type: "no such" }])
        window.postMessage(message, "*");`);
    await window.command("LR Lens: Show Log");
    const log = async () =>
      (await window.page.locator(".part.panel").allInnerTexts()).join("").replaceAll("\u00a0", " ");
    await eventually("the log", async () => (await log()).includes("was refused"), 30_000);
    await window.command("View: Toggle Panel Visibility");
    await window.goTo(14, 30);
    await place(":14");
    await window.goTo(12, 30);
    await place(":12");
  }, 90_000);

  editing("a bad number is told in the panel, and the panel recovers", async (window) => {
    await window.replace(12, columnOf("1000"), 4, "0");
    await eventually("a notice", async () =>
      (await panel.locator(".notice.error, .empty .because").allInnerTexts()).join(""),
    );
  });

  editing("a syntax error elsewhere in the file leaves the panel as it is", async (window) => {
    await window.goTo(5, 1);
    await window.page.keyboard.type("def broken(:\n");
    await place(":13");
    await shown("0.0133");
  });

  test("the panel shows another file's schedule when the cursor goes there, and comes back", async () => {
    const window = await opened();
    await window.openFile("02_pytorch.py", 16, 15);
    await title("SequentialLR");
    await window.openFile("06_ds_config.json", 8, 16);
    await title("WarmupDecayLR");
    await window.openFile("01_tensorflow1.py", 12, 30);
    await title("exponential_decay");
  }, 60_000);

  test("a cell of a notebook can be plotted", async () => {
    const window = await opened();
    await window.openFile("07_notebook.ipynb");
    const cell = window.page
      .locator(".notebookOverlay .cell-editor-container")
      .filter({ hasText: "OneCycleLR" })
      .first();
    await cell.locator("text=OneCycleLR").first().click();
    await title("OneCycleLR");
    contains(await panel.locator(".place").innerText(), "cell", "place");
    await window.openFile("01_tensorflow1.py", 12, 30);
    await title("exponential_decay");
  }, 60_000);

  test("the panel is there again after a reload of the window, on the same schedule", async () => {
    const window = await opened();
    await window.goTo(14, 30);
    await place(":14");
    // The page of VS Code keeps what it has to remember every five seconds.
    await window.page.waitForTimeout(7_000);
    await window.reload();
    panel = await window.webview();
    await place(":14");
    await eventually("a drawn curve", async () => (await inkOf(panel, curve)) > 200);
    await window.goTo(12, 30);
    await place(":12");
  }, 90_000);

  test("New Learning Rate Schedule is shaped in the panel and inserted into the file", async () => {
    const window = await opened();
    await window.openFile("02_pytorch.py", 35, 1);
    await window.command("LR Lens: New Learning Rate Schedule…");
    const rows = window.page.locator(".quick-input-list .monaco-list-row");
    await rows
      .filter({ hasText: /cosine/i })
      .first()
      .click();
    await eventually("the draft", async () => /Cosine/i.test(await panel.locator("h1").innerText()));
    await panel.locator("vscode-link, vscode-button").filter({ hasText: "Insert into the file" }).first().click();
    await eventually("the code", async () =>
      /\n.*Cosine\w+\(optimizer/.test((await text()).split("plateau =")[1] ?? ""),
    );
    await window.revert();
  }, 60_000);

  test("nothing of ours failed in the page or in the extension host", async () => {
    const workbench = await opened();
    const failures = workbench.messages.filter(({ type }) => type === "error" || type === "pageerror");
    equal(
      failures.filter(({ text }) => /lr-?lens|dist\/(extension|webview|worker)\.js/i.test(text)),
      [],
      "errors",
    );
    await workbench.close();
  });
}

const classOf: Record<ThemeName, string> = {
  dark: "vscode-dark",
  light: "vscode-light",
  hc: "vscode-high-contrast",
  "hc-light": "vscode-high-contrast-light",
};
