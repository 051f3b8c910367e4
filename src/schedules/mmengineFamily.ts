import { defineSchedule, flag, handle, integer, optimizer, word } from "./define.js";
import type { Compiled, Context, Params, ScheduleDefinition, TypedArgs } from "./define.js";
import { INF, active, combined, type Active, type Rule } from "./mmengineRules.js";
import { refuse } from "./refuse.js";
import { forEachGroup } from "./torchGroups.js";

const source = "mmengine 0.10.7, mmengine/optim/scheduler/param_scheduler.py";
export const span = {
  begin: integer("first active step", { default: 0 }),
  end: integer("first step no longer active", { default: INF }),
  last_step: integer("last completed step when resuming; -1 for a fresh run", { default: -1 }),
  by_epoch: flag("a step is an epoch, not an iteration", { default: true }),
  verbose: handle("prints each change"),
};
export const tail = (order: readonly (keyof typeof span)[]) =>
  Object.fromEntries(order.map((name) => [name, span[name]]));
export const usual = tail(["begin", "end", "last_step", "by_epoch", "verbose"]);

type Lengths = { begin: number; end: number; total: number };
export type Make = (args: never, lengths: Lengths) => Rule;

/** How a definition acts within a list of schedulers, and which of its parameters count epochs when converted to iterations. */
export const made = new Map<ScheduleDefinition, { make: Make; scaled: readonly string[] }>();

interface Family<P extends Params> {
  /** `Cosine…` of CosineAnnealingLR, CosineAnnealingMomentum, CosineAnnealingParamScheduler. */
  readonly name: string;
  readonly params: P;
  /** The `begin, end, …` that follow, in this class's own order. */
  readonly tail?: Params;
  readonly formula: string;
  readonly quirks?: readonly string[];
  /** Parameters in epochs that convert_to_iter_based multiplies. */
  readonly scaled?: readonly string[];
  readonly kinds?: readonly ("LR" | "Momentum" | "ParamScheduler")[];
  readonly rule: (args: TypedArgs<P>, lengths: Lengths) => Rule;
}

export function family<P extends Params>({
  name,
  params,
  tail = usual,
  rule,
  scaled = [],
  kinds = ["LR", "Momentum", "ParamScheduler"],
  ...rest
}: Family<P>): ScheduleDefinition[] {
  return kinds.map((kind) => {
    const definition = defineSchedule({
      ...identity(name + kind, kind),
      ...rest,
      quirks: [
        ...(rest.quirks ?? []),
        "Acts on the current value from begin up to end; afterwards the last value stays.",
      ],
      params: { ...head(kind), ...params, ...tail } as Params,
      compile: (args, context) => alone(make, args, context, kind === "Momentum"),
    });
    // `T_max=[10]`: there are no lists of one for each group here.
    const make: Make = (args, lengths) => {
      for (const [name, { kind }] of Object.entries(definition.params))
        refuse(
          (kind === "number" || kind === "integer") && Array.isArray(args[name]),
          `TypeError: ${name} must be a number, got a list`,
        );
      return (rule as Make)(args, lengths);
    };
    made.set(definition, { make, scaled });
    return definition;
  });
}

export const head = (kind: string): Params => ({
  optimizer,
  ...(kind === "ParamScheduler" && {
    param_name: word("the group's key that is driven", { choices: ["lr", "momentum", "weight_decay"] }),
  }),
});
const homes = { LR: "lr_scheduler", Momentum: "momentum_scheduler", ParamScheduler: "param_scheduler" };
export function identity(name: string, kind: keyof typeof homes) {
  return {
    id: `mmengine.optim.${name}`,
    aliases: [`mmengine.optim.scheduler.${name}`, `mmengine.optim.scheduler.${homes[kind]}.${name}`],
    needs: ["initial_lr"] as const,
    unit: "epoch" as const,
    source,
    ...(kind === "Momentum" && { quantity: "momentum" as const }),
  };
}

export function alone(
  make: Make,
  args: Readonly<Record<string, unknown>>,
  context: Context,
  momentum: boolean,
): Compiled {
  const curveOf = (base: number) => combined([ruleOf(make, args)], base, 0, context);
  if (momentum) return { lr: curveOf(context.momentum ?? 0.9) };
  return forEachGroup(context, (_, base) => ({ lr: curveOf(base) }));
}

export function ruleOf(make: Make, args: Readonly<Record<string, unknown>>): Active {
  const { begin, end, by_epoch, last_step } = args as TypedArgs<typeof span>;
  const resuming = "KeyError: param 'initial_lr' is not specified in param_groups[0] when resuming an optimizer";
  refuse(last_step >= 0, resuming);
  return active(make(args as never, { begin, end, total: end - begin - 1 }), begin, end, by_epoch);
}
