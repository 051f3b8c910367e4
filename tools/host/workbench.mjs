import { join } from "node:path";

/** The four kinds of theme that VS Code has, by short names. */
export const themes = {
  dark: "Dark Modern",
  light: "Light Modern",
  hc: "Default High Contrast",
  "hc-light": "Default High Contrast Light",
};

/**
 * Opens a folder in a page of VS Code and gives the means to work in it as a person does: mouse, keyboard, command
 * palette. Lines and columns count from 1, as the status bar shows them.
 *
 * browser: from `launchBrowser`. server: from `startServer`. folder: absolute path. extension: absolute path of an
 * extension under development. payload: more pairs for the page. functions: what the page may call, by name. init: code
 * that runs first in every frame.
 */
export async function openWorkbench({
  browser,
  server,
  folder,
  extension,
  payload = [],
  functions = {},
  init,
  width = 1440,
  height = 900,
  scale = 1,
}) {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  if (init) await context.addInitScript(init);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const messages = [];
  page.on("console", (message) => messages.push({ type: message.type(), text: message.text() }));
  page.on("pageerror", (error) => messages.push({ type: "pageerror", text: String(error) }));
  for (const [name, callback] of Object.entries(functions)) await page.exposeFunction(name, callback);
  const pairs = [...(extension ? [["extensionDevelopmentPath", extension]] : []), ...payload];
  await page.goto(server.pageUrl(folder, pairs));
  await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 60_000 });
  return new Workbench(page, context, messages, folder);
}

class Workbench {
  /** `messages`: what the page wrote to its console, as { type, text }. */
  constructor(page, context, messages, folder) {
    Object.assign(this, { page, context, messages, folder });
  }

  /** Opens a file of the folder (or an absolute path) in the editor on the left, with the cursor at a position. */
  async openFile(path, line = 1, column = 1) {
    await this.focusEditor();
    const absolute = path.startsWith("/") ? path : join(this.folder, path);
    await this.#quickInput(`${absolute}:${line}:${column}`);
    const row = this.page.locator(".quick-input-list .monaco-list-row").first();
    await row.waitFor({ timeout: 30_000 });
    await this.#until(async () => (await row.getAttribute("aria-label"))?.includes(absolute.split("/").at(-1)));
    await this.page.keyboard.press("Enter");
    const tab = this.page.locator(`.tab.active[data-resource-name="${absolute.split("/").at(-1)}"]`);
    await tab.first().waitFor({ timeout: 30_000 });
  }

  /** Runs a command of the palette by its whole label, such as "LR Lens: Plot Learning Rate Schedule". */
  async command(label) {
    await this.#quickInput(`>${label}`);
    // A row's accessible name is the label, followed by its key binding and group when it has them.
    const rows = this.page.locator(".quick-input-list .monaco-list-row");
    const row = rows.and(this.page.locator(`[aria-label="${label}"], [aria-label^="${label},"]`)).first();
    const found = await row.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    if (!found) {
      const listed = await this.page.locator(".quick-input-list .monaco-list-row").allInnerTexts();
      await this.page.keyboard.press("Escape");
      throw new Error(`No command "${label}" in the palette; it lists: ${listed.join(" | ").replace(/\s+/g, " ")}`);
    }
    await row.click();
  }

  /** Puts the cursor of the editor on the left at a position. */
  async goTo(line, column = 1) {
    const status = this.page.locator('.statusbar-item[id="status.editor.selection"]');
    const cursor = () => status.innerText({ timeout: 1000 }).catch(() => "not in an editor");
    // A panel that opens late may take the keyboard away in between.
    for (let attempt = 0; attempt < 4; attempt++) {
      await this.focusEditor();
      await this.#quickInput(`:${line}:${column}`);
      const row = this.page.locator(".quick-input-list .monaco-list-row").first();
      const offered = await row.waitFor({ timeout: 10_000 }).then(
        () => true,
        () => false,
      );
      if (!offered) continue;
      await this.page.keyboard.press("Enter");
      if (await this.#until(async () => (await cursor()).startsWith(`Ln ${line}, Col ${column}`), 5_000)) {
        await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
        return;
      }
    }
    throw new Error(`Cannot go to ${line}:${column}; the cursor is at ${await cursor()}`);
  }

  /** Hovers a position of the active editor with the mouse and returns the locator of the hover that came up. */
  async hover(line, column) {
    await this.goTo(line, column);
    const cursor = await this.page
      .locator(".editor-group-container.active .monaco-editor .cursor")
      .first()
      .boundingBox();
    if (!cursor) throw new Error(`Cannot find the cursor at ${line}:${column}`);
    await this.page.mouse.move(cursor.x - 40, cursor.y + 60);
    await this.page.mouse.move(cursor.x + 3, cursor.y + cursor.height / 2, { steps: 4 });
    const hover = this.page.locator(".monaco-hover:visible").filter({ has: this.page.locator(".hover-row") });
    await hover.first().waitFor({ timeout: 15_000 });
    await this.#until(async () => !(await hover.first().innerText()).startsWith("Loading"));
    await this.page.waitForTimeout(300);
    return hover.first();
  }

  /** The frame of a webview's own document, the index-th that is visible. */
  async webview(index = 0, timeout = 30_000) {
    const outer = this.page.locator("iframe.webview.ready:visible").nth(index);
    await outer.waitFor({ timeout });
    const inner = outer.contentFrame().locator("iframe#active-frame");
    await inner.waitFor({ timeout });
    const frame = await (await inner.elementHandle()).contentFrame();
    await frame.waitForLoadState();
    return frame;
  }

  /** Types into the active editor at a position, replacing `length` characters to the right of it. */
  async replace(line, column, length, text) {
    await this.goTo(line, column);
    for (let i = 0; i < length; i++) await this.page.keyboard.press("Shift+ArrowRight");
    await this.page.keyboard.type(text);
  }

  /** Switches the color theme, by a short name of `themes`. */
  async theme(name) {
    const label = { hc: "Dark High Contrast", "hc-light": "Light High Contrast" }[name] ?? themes[name];
    await this.command("Preferences: Color Theme");
    const input = this.page.locator(".quick-input-widget:visible .quick-input-box input");
    await input.fill(label);
    const row = this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${label}"]`).first();
    await row.waitFor();
    await row.click();
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    await this.page.waitForTimeout(500);
  }

  /** Gives the keyboard to the editor on the left, for what follows to work in it and not in the panel. */
  async focusEditor() {
    await this.page.keyboard.press("Control+1");
    await this.page.waitForTimeout(100);
  }

  /** Loads the page anew, as after a restart of VS Code: editors and panels come back as they were left. */
  async reload() {
    await this.page.reload();
    await this.page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 60_000 });
  }

  /** The texts of all notifications on show. */
  async notifications() {
    return this.page.locator(".notification-list-item-message").allInnerTexts();
  }

  /** The lines on show in the editor on the left, with the hints drawn between their characters. */
  async text() {
    const lines = await this.page
      .locator(".editor-instance .view-lines")
      .first()
      // Lines stand in the page in the order in which they were drawn.
      .evaluate((element) =>
        [...element.children]
          .sort((a, b) => Number.parseFloat(a.style.top) - Number.parseFloat(b.style.top))
          .map((line) => line.textContent),
      );
    return `${lines.join("\n")}\n`.replaceAll("\u00a0", " ");
  }

  /** Throws away what was not saved of the file in the editor on the left. */
  async revert() {
    await this.focusEditor();
    await this.command("File: Revert File");
  }

  async screenshot(path) {
    await this.page.screenshot({ path, animations: "disabled" });
    return path;
  }

  async close() {
    await this.context.close();
  }

  /** Opens the palette and types into it; once more when it was just about to close. */
  async #quickInput(text) {
    const input = this.page.locator(".quick-input-widget:visible .quick-input-box input");
    const typed = await this.#until(async () => {
      await this.page.keyboard.press("F1");
      await input.waitFor({ timeout: 3_000 });
      await input.fill(text, { timeout: 2_000 });
      await this.page.waitForTimeout(150);
      return (await input.inputValue({ timeout: 1_000 })) === text;
    }, 20_000);
    if (!typed) throw new Error(`Cannot type ${text} into the palette`);
  }

  async #until(check, timeout = 10_000) {
    const end = Date.now() + timeout;
    while (Date.now() < end) {
      if (await check().catch(() => false)) return true;
      await this.page.waitForTimeout(50);
    }
    return false;
  }
}
