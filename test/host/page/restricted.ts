import { contains, test } from "../harness.js";
import type { Tools } from "./driver.js";

/** A folder that is not trusted: nothing of it is run, so everything works. */
export function restrictedTests(tools: Tools): void {
  test("everything works in Restricted Mode", async () => {
    const server = await tools.startServer({ trust: true });
    const workbench = await tools.openWorkbench({ ...tools, server, folder: tools.workspace });
    await workbench.page.locator("text=Restricted Mode").first().waitFor();
    await workbench.openFile("05_trainer.yaml", 8, 22);
    await workbench.page.locator(".codelens-decoration").first().waitFor();
    contains(await (await workbench.hover(8, 22)).innerText(), "warmup_steps", "hover");
    await workbench.command("LR Lens: Plot Learning Rate Schedule");
    await (await workbench.webview()).locator(".facts dd").first().waitFor();
    await workbench.close();
  }, 90_000);
}
