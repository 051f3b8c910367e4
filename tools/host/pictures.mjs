import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launchBrowser } from "./browser.mjs";
import { startServer } from "./server.mjs";
import { stage } from "./stage.mjs";
import { openWorkbench, themes } from "./workbench.mjs";

const plot = "LR Lens: Plot Learning Rate Schedule";
const [width, height] = [1600, 1000];
const simulate = "LR Lens: Simulate Convergence Under This Schedule";

/**
 * Drives VS Code through hover, palette plot and simulation on the first example, in every theme, and saves pictures:
 * hover-THEME.png, panel-THEME.png and simulation-THEME.png of the whole window, and hover.png and panel.png cut out
 * of the dark one for the README.
 */
export async function takePictures({ examples, into }) {
  mkdirSync(into, { recursive: true });
  const extension = await stage({});
  const browser = await launchBrowser();
  try {
    for (const theme of Object.keys(themes)) {
      const server = await startServer({
        settings: { "workbench.colorTheme": themes[theme], "editor.hover.above": false },
      });
      try {
        const window = { browser, server, folder: examples, extension: extension.folder, width, height };
        await drive(await openWorkbench(window), theme, into);
      } finally {
        await server.close();
      }
    }
  } finally {
    await browser.close();
    extension.remove();
  }
}

async function drive(workbench, theme, into) {
  const { page } = workbench;
  const save = async (name, options = {}) => {
    if (!name.startsWith("hover")) await page.mouse.move(width / 2, height - 4);
    const path = join(into, `${name}.png`);
    await page.screenshot({ path, animations: "disabled", ...options });
    console.log(path);
  };
  await workbench.openFile("01_tensorflow1.py", 12, 30);
  await page.locator(".codelens-decoration").first().waitFor();
  await workbench.command("View: Toggle Primary Side Bar Visibility");
  const hover = await workbench.hover(12, 30);
  await save(`hover-${theme}`);
  if (theme === "dark") await save("hover", { clip: around(await hover.boundingBox(), await editorOf(page)) });
  await page.keyboard.press("Escape");

  await workbench.command(plot);
  const panel = await workbench.webview();
  await panel.locator(".facts dd").first().waitFor();
  await panel.locator(".verdict").filter({ hasText: /\d/ }).waitFor({ timeout: 30_000 });
  await page.waitForTimeout(1_000);
  await save(`panel-${theme}`);
  if (theme === "dark") await save("panel", { clip: await editorOf(page) });

  await workbench.command(simulate);
  await page.waitForTimeout(1_500);
  await save(`simulation-${theme}`);
  await workbench.close();
}

const editorOf = (page) => page.locator(".part.editor").first().boundingBox();

/** The hover, a few lines above it, and nothing right of both. */
function around(hover, editor) {
  const top = Math.max(editor.y, hover.y - 110);
  return {
    x: editor.x,
    y: top,
    width: hover.x + hover.width + 60 - editor.x,
    height: hover.y + hover.height + 20 - top,
  };
}
