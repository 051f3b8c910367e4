import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { each, found } from "./match.js";
import { runLength } from "./length.js";

/** Deeplearning4j's serialised networks: `learningRateSchedule` with a class of nd4j's schedules. */
export const dl4j: ConfigFormat = {
  id: "dl4j",
  syntaxes: ["json", "yaml"],
  needs: [/learningRateSchedule/, /(?:Exponential|Step|Inverse|Poly|Sigmoid|Map)Schedule/],
  recognize(input) {
    const findings: Finding[] = [];
    walk(input.root, input, 0, { left: 20_000 }, findings);
    return findings;
  },
};

function walk(block: Block, input: ConfigInput, depth: number, fuel: { left: number }, findings: Finding[]): void {
  if (depth > 24 || --fuel.left < 0 || findings.length > 100) return;
  const main = block.at("learningRateSchedule");
  const name = (main?.str("@class") ?? main?.str("type"))?.split(".").at(-1);
  if (main && name?.endsWith("Schedule")) {
    const byEpoch = main.str("scheduleType") === "EPOCH";
    findings.push(
      found({
        schedule: `dl4j:${name}`,
        main,
        callee: name,
        blocks: [main],
        args: each(main),
        run: {
          unit: byEpoch ? "epoch" : "step",
          steppedPer: byEpoch ? "epoch" : "iteration",
          ...(byEpoch ? {} : runLength(input.assume, {})),
        },
        others: ["@class", "type", "scheduleType"],
      }),
    );
    return;
  }
  const inner = block.node.kind === "list" ? block.items : block.entries;
  for (const e of inner) if (e.node.kind !== "scalar") walk(e, input, depth + 1, fuel, findings);
}
