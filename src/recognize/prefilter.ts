import type { SourceDocument } from "../source/document.js";

/**
 * Words without which no schedule is written in any format. One pass of one alternation: most files of a workspace stop here.
 * Broad on purpose; what it lets through is parsed and judged properly.
 */
const words =
  /lr_|_lr|learning_?rate|schedul|lr\b|_decay|decay_|anneal|warm_?up|one_?cycle|milestones|base_lr|lr0|lrf|fine_tune|\.train\(/i;

/** False: certainly no schedule, nothing needs parsing. */
export function mayHoldSchedule(document: SourceDocument): boolean {
  if (document.cells) return document.cells.some((cell) => words.test(cell.text));
  return words.test(document.text);
}
