/**
 * Pictures of the panel without VS Code: node test/webview/page/look.mjs OUT_FOLDER [--only exp-dark] [--width 1180]
 * Needs a Chromium: CHROMIUM names the binary, else the one in the host cache of `npm test`.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const out = resolve(process.argv[2] ?? "panel-pictures");
mkdirSync(out, { recursive: true });
const { build } = createRequire(join(root, "package.json"))("esbuild");
const common = {
  bundle: true,
  platform: "browser",
  format: "iife",
  target: "es2022",
  outdir: out,
  absWorkingDir: root,
  logLevel: "warning",
};
await build({
  ...common,
  entryPoints: { webview: "webview/main.ts", worker: "webview/worker.ts", host: "test/webview/page/host.ts" },
  minify: true,
});

const themes = {
  dark: [
    "vscode-dark",
    {
      "editor-background": "#1f1f1f",
      "editor-foreground": "#cccccc",
      foreground: "#cccccc",
      descriptionForeground: "#9d9d9d",
      "charts-blue": "#3794ff",
      "charts-orange": "#d18616",
      "charts-red": "#f14c4c",
      "charts-green": "#89d185",
      "charts-purple": "#b180d7",
      "input-background": "#313131",
      "input-foreground": "#cccccc",
      "dropdown-background": "#313131",
      "dropdown-border": "#3c3c3c",
      "settings-dropdownListBorder": "#454545",
      "dropdown-foreground": "#cccccc",
      focusBorder: "#0078d4",
      "textLink-foreground": "#4daafc",
      "widget-border": "#313131",
      "button-secondaryBackground": "#313131",
      "button-secondaryForeground": "#cccccc",
      "button-background": "#0078d4",
      "button-foreground": "#ffffff",
      "checkbox-background": "#313131",
      "checkbox-border": "#3c3c3c",
      "textBlockQuote-background": "#2b2b2b",
      "toolbar-hoverBackground": "#5a5d5e50",
      "list-activeSelectionBackground": "#04395e",
      "list-activeSelectionForeground": "#ffffff",
    },
  ],
  light: [
    "vscode-light",
    {
      "editor-background": "#ffffff",
      "editor-foreground": "#3b3b3b",
      foreground: "#3b3b3b",
      descriptionForeground: "#6a6a6a",
      "charts-blue": "#1a85ff",
      "charts-orange": "#b95000",
      "charts-red": "#e51400",
      "charts-green": "#388a34",
      "charts-purple": "#652d90",
      "input-background": "#ffffff",
      "input-border": "#cecece",
      "input-foreground": "#3b3b3b",
      "dropdown-background": "#ffffff",
      "dropdown-border": "#cecece",
      "settings-dropdownListBorder": "#cecece",
      "dropdown-foreground": "#3b3b3b",
      focusBorder: "#005fb8",
      "textLink-foreground": "#005fb8",
      "widget-border": "#e5e5e5",
      "button-secondaryBackground": "#e5e5e5",
      "button-secondaryForeground": "#3b3b3b",
      "button-background": "#005fb8",
      "button-foreground": "#ffffff",
      "checkbox-background": "#f8f8f8",
      "checkbox-border": "#cecece",
      "textBlockQuote-background": "#f8f8f8",
      "toolbar-hoverBackground": "#b8b8b850",
      "list-activeSelectionBackground": "#e8e8e8",
      "list-activeSelectionForeground": "#000000",
    },
  ],
  hc: [
    "vscode-high-contrast",
    {
      "editor-background": "#000000",
      "editor-foreground": "#ffffff",
      foreground: "#ffffff",
      descriptionForeground: "#ffffffb3",
      contrastBorder: "#6fc3df",
      contrastActiveBorder: "#f38518",
      "charts-blue": "#3794ff",
      "charts-orange": "#d18616",
      "charts-red": "#f14c4c",
      "charts-green": "#89d185",
      "charts-purple": "#b180d7",
      "input-background": "#000000",
      "input-border": "#6fc3df",
      "input-foreground": "#ffffff",
      "dropdown-background": "#000000",
      "dropdown-border": "#6fc3df",
      "settings-dropdownListBorder": "#ffffff",
      "dropdown-foreground": "#ffffff",
      focusBorder: "#f38518",
      "textLink-foreground": "#21a6ff",
      "button-border": "#6fc3df",
      "button-secondaryForeground": "#ffffff",
      "button-foreground": "#ffffff",
      "checkbox-background": "#000000",
      "checkbox-border": "#6fc3df",
      "textBlockQuote-border": "#ffffff",
      "list-activeSelectionForeground": "#ffffff",
    },
  ],
};
const fonts = {
  "font-family": "system-ui, 'DejaVu Sans', sans-serif",
  "font-size": "13px",
  "editor-font-family": "'DejaVu Sans Mono', monospace",
};
const page = (name) => {
  const [kind, colors] = themes[name];
  const style = Object.entries({ ...fonts, ...colors })
    .map(([k, v]) => `--vscode-${k}: ${v};`)
    .join(" ");
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; worker-src blob:; connect-src 'self'";
  return `<!DOCTYPE html><html lang="en" style="${style.replaceAll('"', "'")}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><link rel="stylesheet" href="webview.css"></head><body class="${kind}" data-worker="worker.js"><div id="root"></div><script src="host.js"></script><script src="webview.js"></script></body></html>`;
};
const server = createServer((request, response) => {
  const name = request.url.slice(1).split(/[?#]/)[0];
  const type = name.endsWith(".js") ? "text/javascript" : name.endsWith(".css") ? "text/css" : "text/html";
  response.setHeader("content-type", type);
  response.end(name in themes ? page(name) : type === "text/html" ? "" : readFileSync(join(out, name)));
}).listen(0);

const cache = join(root, ".cache", "host");
const need = createRequire(join(process.env.BROWSER_PACKAGES ?? cache, "package.json"));
Object.assign(process.env, { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x", AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" });
const { chromium } = need("playwright-core");
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
let executablePath = process.env.CHROMIUM;
if (!executablePath) {
  const { default: packed } = await import(need.resolve("@sparticuz/chromium"));
  executablePath = await packed.executablePath();
}
const browser = await chromium.launch({ executablePath, args });
export const open = async (theme, choice, width = 1180, height = 860, reducedMotion = "no-preference") => {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion });
  const tab = await context.newPage();
  tab.on("console", (message) => console.log(`${theme} ${choice}: ${message.text()}`));
  tab.on("pageerror", (error) => console.log(`${theme} ${choice}: ERROR ${error.stack}`));
  await tab.goto(`http://localhost:${server.address().port}/${theme}#${choice}`);
  return tab;
};
const option = (name, usual) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : usual);
const rows = [
  ["dark", "exp"],
  ["light", "exp"],
  ["hc", "exp"],
  ["dark", "cosine"],
  ["light", "adam"],
  ["dark", "plateau"],
  ["dark", "nan"],
  ["light", "unknown"],
  ["dark", "empty"],
  ["dark", "million"],
  ["dark", "exp", 420, 1500],
  ["light", "cosine", 720, 1300],
  ["dark", "exp", 1800, 1000],
];
const only = option("--only");
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [theme, choice, width = 1180, height = 860] of rows) {
    if (only && !`${choice}-${theme}-${width}`.startsWith(only)) continue;
    const tab = await open(theme, choice, width, height);
    await tab.waitForTimeout(1800);
    if (choice !== "empty")
      await tab.locator(".curve canvas").hover({ position: { x: 0.42 * width * (width > 860 ? 0.5 : 1), y: 60 } });
    await tab.waitForTimeout(200);
    await tab.screenshot({ path: join(out, `${choice}-${theme}-${width}.png`) });
    await tab.context().close();
  }
  await browser.close();
  server.close();
}
