import { codeLens } from "./codeLens.js";
import { configCompletion } from "./configCompletion.js";
import type { Feature } from "./feature.js";
import { hover } from "./hover.js";
import { inlayHints } from "./inlayHints.js";
import { unreadKeys } from "./unreadKeys.js";

/** One line per editor feature. */
export const features: readonly Feature[] = [hover, codeLens, inlayHints, configCompletion, unreadKeys];
