import type { ContextName } from "../schedules/define.js";
import { CallResult, first } from "./evaluate/index.js";
import type { Argument, AssumedValue, Evaluated, Finding } from "./finding.js";
import { calleeName } from "./idioms/idiom.js";
import type { Found, Reader } from "./reader.js";

/** What Composer's Trainer gives to its schedules: parameters that only it sets, and the length of the run. */
const perTrainer = ["max_duration", "scale_schedule_ratio"] as const;

/**
 * `Trainer(max_duration=…, scale_schedule_ratio=…)` for a schedule that asks for them. Where no such call is in the code, a
 * comment that writes one is better than a default: taken as an assumption, with its reason.
 */
export function trainerGiven(
  reader: Reader,
  { definition, finding }: Found,
): Pick<Finding, "args" | "context"> | undefined {
  if (!definition.needs?.includes("max_duration")) return undefined;
  const given = called(reader) ?? told(reader);
  const args: Record<string, Argument> = {};
  const context: Partial<Record<ContextName, Evaluated>> = {};
  for (const [name, value] of Object.entries(given)) {
    if (definition.params[name]) args[name] = { value };
    else context[name as ContextName] = value;
  }
  return { args: { ...args, ...finding.args }, context: { ...context, ...finding.context } };
}

function called(reader: Reader): Record<string, Evaluated> | undefined {
  for (const site of reader.sites.values()) {
    const value = reader.asRun(site);
    const call = value === undefined ? undefined : first(value);
    if (!(call instanceof CallResult) || !/(?:^|\.)Trainer$/.test(calleeName(call.callee)?.name ?? "")) continue;
    const given = perTrainer.flatMap((name) => {
      const written = call.kwargs.get(name);
      return written === undefined ? [] : [[name, reader.program.describe(written, name)] as const];
    });
    if (given.length > 0) return Object.fromEntries(given);
  }
  return undefined;
}

const comment = /^[^\n"'#]*#(?<said>[^\n]*\bTrainer\([^\n]*)$/m;
const keyword =
  /\b(?<name>max_duration|scale_schedule_ratio)\s*=\s*(?<value>'[^']*'|"[^"]*"|[\d.]+)|\blen\(\w*loader\)\s*==?\s*(?<batches>\d+)/g;

function told(reader: Reader): Record<string, Evaluated> {
  const { text } = reader.program.source;
  const match = comment.exec(text);
  const said = match?.groups!["said"] ?? "";
  const from = match ? match.index + match[0].length - said.length : 0;
  return Object.fromEntries(
    [...said.matchAll(keyword)].map((found) => {
      const { name = "steps_per_epoch", value = "", batches } = found.groups!;
      const written = batches ?? value.replace(/^['"]|['"]$/g, "");
      const plain =
        reader.assume.get(name) ?? (value.startsWith("'") || value.startsWith('"') ? written : Number(written));
      const origin = {
        ...reader.program.place({ from: from + found.index, to: from + found.index + found[0].length }),
        how: "comment",
      };
      const assumed: AssumedValue = {
        status: "assumed",
        value: plain,
        text: written,
        name,
        because: "a comment of this file says so",
        assumptions: { [name]: plain },
        origins: [origin],
      };
      return [name, assumed] as const;
    }),
  );
}
