import type * as Core from "../core.js";

declare const require: (path: string) => typeof Core;
let loaded: typeof Core | undefined;

/**
 * The reader and the engine, on first use: activation registers and a file without schedule words costs a scan of its text.
 * On the desktop it is a file of its own beside the entry; in a browser's host, which loads one file, a part not yet run.
 */
export function core(): typeof Core {
  return (loaded ??= require("../core.js"));
}
