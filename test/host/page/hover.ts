import { contains, ok, test } from "../harness.js";
import type { Tools, Workbench } from "./driver.js";

/** The hover, the lenses and the hints as they are drawn. */
export function hoverTests(tools: Tools): void {
  let workbench: Workbench;

  test("hovering the tutorial's call with the mouse shows the curve and the facts", async () => {
    const server = await tools.startServer();
    workbench = await tools.openWorkbench({ ...tools, server, folder: tools.workspace });
    await workbench.openFile("01_tensorflow1.py", 12, 30);
    await workbench.page.locator(".codelens-decoration").first().waitFor();
    const hover = await workbench.hover(12, 30);
    const text = await hover.innerText();
    for (const part of ["0.1 → 0.0133", "decay_steps", "0.98", "Plot", "Simulate"]) contains(text, part, "hover");
    const picture = hover.locator("img").first();
    const width = await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth);
    ok(width >= 300, `the picture is ${width} pixels wide, or was not drawn`);
  }, 90_000);

  test("the lens above it and the names of its numbers are drawn", async () => {
    const lenses = await workbench.page.locator(".codelens-decoration").allInnerTexts();
    contains(lenses.join("\n"), /0\.1 → 0\.0133.*Plot.*Simulate/s, "lenses");
    const line = await workbench.page.locator(".view-lines").first().innerText();
    contains(line.replaceAll("\u00a0", " "), /decay_rate: *0\.98/, "line with hints");
  });

  test("its link opens the panel", async () => {
    const hover = await workbench.hover(12, 30);
    await hover.locator("a").filter({ hasText: "Plot" }).first().click();
    const panel = await workbench.webview();
    await panel.locator(".facts dd").first().waitFor();
    await workbench.close();
  });
}
