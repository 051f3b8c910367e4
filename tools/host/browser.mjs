import { existsSync } from "node:fs";
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
      FONTCONFIG_FILE: join(chromiumFolder(), "fonts.conf"),
    },
  });
}
