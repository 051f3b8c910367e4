import type { Finding } from "../finding.js";
import type { ScheduleCall, Value } from "../../schedules/define.js";
import { scheduleNamed } from "../../schedules/index.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { runLength } from "./length.js";
import { each, found, known, read, type Given } from "./match.js";

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
    return rate.number === undefined
      ? []
      : [
          found({
            schedule: "thinc:constant.v1",
            definition: "thinc.schedules.constant",
            main: rate,
            callee: "constant",
            args: { rate },
            run,
            notes: ["a plain number: the rate is constant"],
          }),
        ];
  }
  return [
    found({
      schedule: `thinc:${name}`,
      definition: definitionOf(name),
      main: rate,
      callee: name,
      blocks: [inner],
      args: argsOf(inner),
      run,
      others: ["@schedules"],
    }),
  ];
}

const definitionOf = (name: string) => `thinc.schedules.${name.replace(/\.v\d+$/, "")}`;

/** A schedule inside another (`constant_then`) becomes a call. */
function argsOf(block: Block): Record<string, Given> {
  const args: Record<string, Given> = each(block);
  for (const e of block.entries) {
    const call = callOf(e);
    if (call) args[e.key] = known(call, e.str("@schedules") ?? e.key, []);
  }
  return args;
}

function callOf(block: Block): ScheduleCall | undefined {
  const name = block.str("@schedules");
  const definition = name ? scheduleNamed(definitionOf(name)) : undefined;
  if (!definition) return undefined;
  const args: Record<string, Value> = {};
  for (const e of block.entries) {
    const value = callOf(e) ?? read(e, definition.params[e.key]);
    if (value && "kind" in value) args[e.key] = value;
    else if (value && value.status !== "unknown" && e.key !== "@schedules") args[e.key] = value.value;
  }
  return { kind: "schedule", definition, args };
}
