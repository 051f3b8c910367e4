import { runAll } from "../harness.js";
import type { Tools } from "./driver.js";
import { hoverTests } from "./hover.js";
import { panelTests } from "./panel.js";
import { restrictedTests } from "./restricted.js";

/** Opens VS Code's page and works in it as a person does; resolves to the number of tests that failed. */
export function run(tools: Tools, report: (line: string) => void): Promise<number> {
  hoverTests(tools);
  panelTests(tools);
  restrictedTests(tools);
  return runAll("page", report);
}
