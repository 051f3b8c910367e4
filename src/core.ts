/** All that reading and computing schedules takes: parsers, evaluator, every library. Loaded when the first text may hold one. */
export { analyze } from "./recognize/analyze.js";
export { completionsAt, describeKey, unreadKeys } from "./recognize/configs/index.js";
export { resolve, resolveAll } from "./recognize/resolve.js";
