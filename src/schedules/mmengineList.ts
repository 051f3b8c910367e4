import { assert } from "../engine/python.js";
import { bindArguments, isScheduleCall } from "./compile.js";
import { anything, defineSchedule, integer, type ScheduleDefinition, type Value } from "./define.js";
import { made, ruleOf } from "./mmengineFamily.js";
import { INF, combined, type Active } from "./mmengineRules.js";
import { forEachGroup } from "./torchGroups.js";
import { raise } from "./torchRules.js";

/**
 * A Runner's `param_scheduler`: one dict or a list, with `convert_to_iter_based`, and `end` defaulting to the run's length.
 * The curve counts iterations.
 */
export const paramSchedulers = defineSchedule({
  id: "mmengine.param_scheduler",
  aliases: ["mmengine:param_scheduler", "openmmlab:param_scheduler"],
  params: {
    param_scheduler: anything("one scheduler or a list of them, as dicts with `type`"),
    max_epochs: null,
    max_iters: null,
    epoch_length: integer("len(train_dataloader)", { default: null }),
  },
  needs: ["initial_lr", "steps_per_epoch", "epochs"],
  formula: "each scheduler in turn acts on the current rate, per iteration or per epoch",
  quirks: [
    "end defaults to the run's length here, not to infinity.",
    "Schedulers multiply: each goes on from the rate that the others left.",
  ],
  source: "mmengine 0.10.7, mmengine/runner/runner.py _build_param_scheduler",
  compile: ({ param_scheduler, max_epochs, max_iters, epoch_length }, context) => {
    const length = Math.max(1, epoch_length ?? context.steps_per_epoch ?? 1);
    const iterations = max_iters ?? (max_epochs ?? context.epochs) * length;
    const epochs = max_epochs ?? (max_iters === null ? context.epochs : Math.ceil(max_iters / length));
    const items = (Array.isArray(param_scheduler) ? param_scheduler : [param_scheduler]) as readonly Value[];
    const rules = items.flatMap((item) => itemRule(item, length, { epochs, iterations }) ?? []);
    const run = { ...context, total_steps: iterations };
    return forEachGroup(context, (_, rate) => ({ lr: combined(rules, rate, length, run) }));
  },
});

/** One entry of the list, `end` and epochs filled in as the Runner does; nothing for one that drives a momentum. */
function itemRule(item: Value, length: number, run: { epochs: number; iterations: number }): Active | undefined {
  const given = isScheduleCall(item)
    ? { ...item.args }
    : Object.fromEntries(item instanceof Map ? (item as Map<string, Value>) : []);
  const { type, convert_to_iter_based, ...args } = given;
  const definition = isScheduleCall(item) ? item.definition : named(String(type));
  if (!definition) raise(`KeyError: ${String(type)} is not in the parameter scheduler registry`);
  const how = made.get(definition);
  if (!how || definition.quantity === "momentum") return undefined;
  const byEpoch = args.by_epoch !== false;
  args.end ??= byEpoch ? run.epochs : run.iterations;
  if (!convert_to_iter_based) return ruleOf(how.make, bindArguments(definition, args));
  assert(byEpoch, "Only epoch-based kwargs whose `by_epoch=True` can be converted to iter-based.");
  for (const name of ["begin", ...(args.end === INF ? [] : ["end"]), ...how.scaled])
    args[name] = times(args[name], length);
  return ruleOf(how.make, bindArguments(definition, { ...args, by_epoch: false }));
}
function times(value: Value | undefined, length: number): Value | undefined {
  if (Array.isArray(value)) return value.map((v) => (v as number) * length);
  return typeof value === "number" ? value * length : value;
}
function named(type: string): ScheduleDefinition | undefined {
  const short = type.slice(type.lastIndexOf(".") + 1);
  return [...made.keys()].find((d) => d.id.endsWith(`.${short}`));
}
