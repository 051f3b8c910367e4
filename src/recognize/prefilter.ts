import type { SourceDocument } from "../source/document.js";

/**
 * Words without which no schedule is written in any format. One pass of one alternation: most files of a workspace stop here.
 * Broad on purpose; what it lets through is parsed and judged properly.
 */
const words =
  /lr|learning|sched|decay|anneal|_base_|read_base|SOLVER|defaults["']?\s*:|base_config|warm_?up|cycle|plateau|piecewise|_shift|Shift\(|fine_tune|\.train\(|SGD|MLPC|MLPR|compounding|triangular|combined?_|example_libraries|experimental import optimizers/i;

/** False: certainly no schedule, nothing needs parsing. */
export function mayHoldSchedule(document: SourceDocument): boolean {
  if (document.cells) return document.cells.some((cell) => words.test(cell.text));
  return words.test(document.text);
}
