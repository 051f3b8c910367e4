import type { Compiled, Context } from "./define.js";
import { refuse } from "./refuse.js";

/** A parameter group, as what is made for it sees it. */
export interface GroupOf {
  readonly index: number;
  readonly count: number;
  readonly context: Context;
}

/** One curve per parameter group; those after the first only where there are several. */
export function eachGroup(count: number, context: Context, make: (group: GroupOf, base: number) => Compiled): Compiled {
  const rate = (index: number) => context.group_lrs?.[index] ?? context.initial_lr;
  const all = Array.from({ length: count }, (_, index) => make({ index, count, context }, rate(index)));
  return count > 1 ? { ...all[0]!, groups: all.slice(1).map((c) => c.lr) } : all[0]!;
}

/** The same where only the context can name several groups. */
export function forEachGroup(context: Context, make: (group: GroupOf, base: number) => Compiled): Compiled {
  return eachGroup(groupCount({}, [], context), context, make);
}

/** The same where the arguments named `lists` may have one value per group; `make` is given the group's own. */
export function perGroup<A extends object>(
  args: A,
  lists: readonly string[],
  context: Context,
  make: (own: A, base: number, group: GroupOf) => Compiled,
): Compiled {
  const count = groupCount(args, lists, context);
  return eachGroup(count, context, (group, base) => make(oneGroup(args, lists, group), base, group));
}

/** The most groups that the context or a list argument names. */
export function groupCount(args: object, perGroup: readonly string[], context: Context): number {
  if (context.group_lrs?.length) return context.group_lrs.length;
  const lengths = perGroup
    .map((name) => (args as Record<string, unknown>)[name])
    .map((v) => (Array.isArray(v) ? v.length : 1));
  return Math.max(1, ...lengths);
}

/** The arguments as one group has them: its own entry of each list. */
export function oneGroup<A extends object>(args: A, perGroup: readonly string[], group: GroupOf): A {
  const lists = perGroup.filter((name) => Array.isArray((args as Record<string, unknown>)[name]));
  if (!lists.length) return args;
  const own: Record<string, unknown> = {};
  for (const name of lists) {
    const list = (args as Record<string, unknown>)[name] as unknown[];
    const what = `${name} must have the same length as optimizer.param_groups. ${name} has ${list.length} values`;
    refuse(list.length !== group.count, `ValueError: ${what}, param_groups has ${group.count}.`);
    own[name] = list[group.index];
  }
  return { ...args, ...own };
}
