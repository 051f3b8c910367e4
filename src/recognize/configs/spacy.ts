import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { runLength } from "./length.js";
import { each, found } from "./match.js";

/** spaCy and Thinc: `@schedules` under a `learn_rate` (the same registry also serves batch sizes). */
export const spacy: ConfigFormat = {
  id: "spacy",
  syntaxes: ["cfg"],
  needs: [/\blearn_rate\b/, /@(?:schedules|optimizers)\s*=/],
  recognize(input) {
    const rates = findRates(input.root, 0);
    return rates.flatMap((rate) => schedule(rate, input));
  },
};

function findRates(block: Block, depth: number): Block[] {
  if (depth > 8) return [];
  return block.entries.flatMap((e) => (e.key === "learn_rate" ? [e] : findRates(e, depth + 1)));
}

function schedule(rate: Block, { root, assume }: ConfigInput): Finding[] {
  const length = runLength(assume, { maxSteps: root.at("training.max_steps") });
  const run = { unit: "step" as const, steppedPer: "optimizer step", ...length };
  const inner = rate.has("@schedules") ? rate : rate.entries.find((e) => e.has("@schedules"));
  const name = inner?.str("@schedules");
  if (!inner || !name) {
    return rate.number === undefined ? [] : [found({ schedule: "thinc:constant.v1", main: rate, callee: "constant", args: { rate }, run, notes: ["a plain number: the rate is constant"] })];
  }
  return [found({ schedule: `thinc:${name.replace(/^spacy\./, "")}`, main: rate, callee: name, blocks: [inner], args: each(inner), run, others: ["@schedules"] })];
}
