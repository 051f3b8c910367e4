import type { Context, ScheduleDefinition, Args, Value } from "../schedules/define.js";

/**
 * The definition's formula with the call's numbers in place of the parameters' names; `, the exponent floored when staircase`
 * stays without its condition when that flag is set, and goes when it is not.
 */
export function formulaWithNumbers(definition: ScheduleDefinition, args: Args, context: Partial<Context>): string {
  const own = definition.needs?.includes("initial_lr") ? undefined : (args.learning_rate ?? args.lr);
  const initial = own ?? context.initial_lr;
  const names: Record<string, Value | undefined> = { base_lr: initial, initial_lr: initial };
  for (const [name, spec] of Object.entries(definition.params)) names[name] = args[name] ?? spec.default;
  const clauses = definition.formula.replace(/(, [^,]*) when (\w+)$/, (all, clause: string, flag: string) => {
    if (definition.params[flag]?.kind !== "boolean") return all;
    return names[flag] === true ? clause : names[flag] === false ? "" : all;
  });
  return clauses.replace(/[A-Za-z_][A-Za-z_0-9]*/g, (word) => {
    const value = Object.hasOwn(names, word) ? names[word] : undefined;
    return typeof value === "number" ? shortNumber(value) : word;
  });
}

/** 15 digits hide the tails of float32 and of decimal arithmetic. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(7)));
}
