import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { chromiumFolder, hostCache } from "../install.mjs";

/**
 * Launches a headless Chromium: the one of the host cache on Linux x64, else an installed Chrome or Edge.
 * Nothing is shown and no profile is kept.
 */
export async function launchBrowser() {
  const { chromium } = createRequire(join(hostCache, "package.json"))("playwright-core");
  const args = [
    ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    ...["--disable-component-update", "--disable-sync", "--font-render-hinting=none"],
  ];
  const executablePath = join(chromiumFolder(), "chromium");
  if (!existsSync(executablePath)) {
    const channels = process.platform === "win32" ? ["chrome", "msedge"] : ["chrome", "chromium", "msedge"];
    for (const channel of channels) {
      const browser = await chromium.launch({ channel, args }).catch(() => undefined);
      if (browser) return browser;
    }
    throw new Error("Cannot find a browser: install Chrome or Edge");
  }
  const libraries = [join(chromiumFolder(), "al2023", "lib"), process.env.LD_LIBRARY_PATH].filter(Boolean);
  return chromium.launch({
    executablePath,
    args,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraries.join(delimiter),
      FONTCONFIG_FILE: fontSettings(),
    },
  });
}

/** A machine without fonts draws code and labels all the same, and every machine draws the same pictures. */
function fontSettings() {
  const folders = [join(chromiumFolder(), "fonts"), join(hostCache, "node_modules", "dejavu-fonts-ttf", "ttf")];
  const alias = (family, font) => `<alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const tags = [
    ...folders.map((folder) => `<dir>${folder}</dir>`),
    `<cachedir>${join(hostCache, "font-cache")}</cachedir>`,
    ...[alias("monospace", "DejaVu Sans Mono"), alias("sans-serif", "Open Sans"), alias("serif", "DejaVu Serif")],
  ];
  const path = join(chromiumFolder(), "fonts.conf");
  writeFileSync(path, `<?xml version="1.0"?><fontconfig>${tags.join("")}</fontconfig>\n`);
  return path;
}
