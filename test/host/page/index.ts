import { ok, runAll, test } from "../harness.js";
import type { Tools } from "./driver.js";

/** Opens VS Code's page and works in it as a person does; resolves to the number of tests that failed. */
export async function run(tools: Tools, report: (line: string) => void): Promise<number> {
  test("opens an example", async () => {
    const server = await tools.startServer();
    const workbench = await tools.openWorkbench({ ...tools, server, folder: tools.workspace });
    await workbench.openFile("01_tensorflow1.py", 12, 30);
    ok(
      (await workbench.page.locator(".monaco-editor .view-lines").first().innerText()).includes("exponential"),
      "no text",
    );
    await workbench.close();
  });
  return runAll("page", report);
}
