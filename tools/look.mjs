/**
 * Looks at the extension in a genuine VS Code, without a display: opens a file, does a few things, takes pictures.
 *
 *   node tools/look.mjs --file examples/01_tensorflow1.py --hover 12:30 --out hover.png
 *   node tools/look.mjs --file train.py --at 11:30 --command "LR Lens: Plot Learning Rate Schedule" --out panel.png
 *
 * Steps are done in the order in which they are given:
 *   --file PATH[:LINE:COL]   opens a file                  --at LINE:COL     puts the cursor there
 *   --hover LINE:COL         hovers there, prints its text --command LABEL   runs a command of the palette
 *   --type TEXT              types at the cursor           --press KEY       presses a key (Playwright's names)
 *   --click SELECTOR         clicks in the panel's page    --click-main SELECTOR  clicks in the workbench
 *   --wait MS                waits                         --out PATH        takes a picture
 *   --text                   prints the panel's text       --theme NAME      dark, light, hc, hc-light (first one counts)
 *   --select LENGTH          selects that many characters  --eval CODE       evaluates in the panel's page and prints
 * And: --folder PATH (what is opened, default: the file's folder), --size 1440x900, --scale 1,
 * --trust (keeps workspace trust on), --setting NAME=JSON, --log (server's output), --console (the page's console).
 */
import { dirname, resolve } from "node:path";
import { continueUnderNode24, installHost, installProject } from "./install.mjs";

const args = process.argv.slice(2);
const flags = new Set(["trust", "log", "console", "text"]);
const steps = [];
for (let i = 0; i < args.length; i++) {
  const name = args[i].replace(/^--/, "");
  if (!args[i].startsWith("--")) throw new Error(`Expected an option, got ${args[i]}`);
  steps.push([name, flags.has(name) ? true : args[++i]]);
}
const option = (name) => steps.find(([each]) => each === name)?.[1];
const all = (name) => steps.filter(([each]) => each === name).map(([, value]) => value);

installProject();
installHost();
await continueUnderNode24();
const { stage } = await import("./host/stage.mjs");
const { startServer } = await import("./host/server.mjs");
const { launchBrowser } = await import("./host/browser.mjs");
const { openWorkbench, themes } = await import("./host/workbench.mjs");

const file = option("file") ?? "examples/01_tensorflow1.py";
const [width, height] = (option("size") ?? "1440x900").split("x").map(Number);
const settings = Object.fromEntries(
  all("setting").map((each) => [each.split("=")[0], JSON.parse(each.slice(each.indexOf("=") + 1))]),
);
const extension = await stage({ production: false, tolerant: true });
const server = await startServer({
  settings: { "workbench.colorTheme": themes[option("theme") ?? "dark"], ...settings },
  trust: Boolean(option("trust")),
  log: option("log") && ((text) => process.stderr.write(text)),
});
const browser = await launchBrowser();
try {
  const folder = resolve(option("folder") ?? dirname(resolve(file.replace(/(:\d+)+$/, ""))));
  const workbench = await openWorkbench({
    browser,
    server,
    folder,
    extension: extension.folder,
    width,
    height,
    scale: Number(option("scale") ?? 1),
  });
  const position = (text) => text.split(":").map(Number);
  const does = {
    file: (value) => {
      const [path, line, column] = value.split(":");
      return workbench.openFile(resolve(path), Number(line ?? 1), Number(column ?? 1));
    },
    at: (value) => workbench.goTo(...position(value)),
    hover: async (value) => console.log(await (await workbench.hover(...position(value))).innerText()),
    command: (value) => workbench.command(value),
    type: (value) => workbench.page.keyboard.type(value),
    press: (value) => workbench.page.keyboard.press(value),
    select: async (value) => {
      for (let i = 0; i < Number(value); i++) await workbench.page.keyboard.press("Shift+ArrowRight");
    },
    click: async (value) => (await workbench.webview()).locator(value).first().click(),
    "click-main": (value) => workbench.page.locator(value).first().click(),
    wait: (value) => workbench.page.waitForTimeout(Number(value)),
    text: async () => console.log(await (await workbench.webview()).locator("body").innerText()),
    eval: async (value) => console.log(await (await workbench.webview()).evaluate(value)),
    out: async (value) => {
      await workbench.page.waitForTimeout(500);
      console.log(await workbench.screenshot(resolve(value)));
    },
  };
  try {
    for (const [name, value] of steps) await does[name]?.(value);
  } catch (error) {
    const picture = resolve(option("out") ?? "look.png");
    await workbench.screenshot(picture);
    console.error(`${error.message}\nPicture of that moment: ${picture}`);
    process.exitCode = 1;
  }
  if (option("console")) for (const { type, text } of workbench.messages) console.log(`${type}: ${text}`);
} finally {
  await browser.close();
  await server.close();
  extension.remove();
}
