import type { Curve } from "../engine/curve.js";
import { repr } from "../engine/python.js";
import { scale } from "../engine/shapes.js";
import { bindArguments, compileCall, isScheduleCall } from "./compile.js";
import {
  Raises,
  defineSchedule,
  lastEpoch,
  handle,
  optimizer,
  writtenAsFloat,
  type Args,
  type Compiled,
  type Context,
  type Definition,
  type Params,
  type ScheduleCall,
  type ScheduleDefinition,
  type TypedArgs,
  type Value,
} from "./define.js";
import { library } from "./library.js";

/**
 * A PyTorch scheduler on one parameter group: its curve when it is alone, and what composition needs of the recursion that
 * the library runs on group["lr"].
 */
export interface Rule {
  /** The rate when nothing else drives the group; `base` is group["initial_lr"]. */
  readonly curve: (base: number) => Curve;
  /** get_lr: the rate after the step to k, from the group's rate before it. Absent: `curve` alone decides, whatever it was. */
  readonly next?: (lr: number, k: number, step: StepInfo) => number;
  /** _get_closed_form_lr at its own step 0, where SequentialLR hands over. */
  readonly closed?: (base: number) => number;
  /** What the constructor writes into the group before its first step. */
  readonly construct?: (group: Group) => void;
  /** lr at k is lr at 0 times this, whatever else drives the group. Its pieces are log-concave, so products have one turn each. */
  readonly factor?: Curve;
  readonly momentum?: Curve;
}

export interface StepInfo {
  readonly base: number;
  /** The constructor's own step. */
  readonly initial: boolean;
  /** _step_count. */
  readonly count: number;
}

/** optimizer.param_groups[i], as far as schedulers write there. */
export interface Group {
  lr: number;
  initial_lr?: number;
}

/** The group a rule is made for. */
export interface GroupOf {
  readonly index: number;
  readonly count: number;
  readonly context: Context;
}

type Declaration<P extends Params> = Omit<Definition<P>, "compile" | "source" | "unit"> & {
  readonly source?: string;
  readonly unit?: "step" | "epoch";
  /** Names of parameters that may be a list with one value per group. */
  readonly perGroup?: readonly string[];
  readonly rule: (args: TypedArgs<P>, group: GroupOf) => Rule;
  /** False where no version ever took `verbose`. */
  readonly older?: boolean;
  /** It makes a function for LambdaLR and takes no optimizer. */
  readonly function?: boolean;
  /** The curve where the training loop steps this scheduler together with another one. */
  readonly inLoop?: (args: TypedArgs<P>, context: Context) => Curve | undefined;
};

/** A library's function that hands LambdaLR a factor of its own; `last_epoch` stands last unless the parameters have it. */
export function lambdaSchedule<P extends Params>(
  declaration: Omit<Declaration<P>, "rule" | "inLoop" | "older"> & {
    readonly factor: (args: TypedArgs<P>, context: Context) => Curve;
  },
): ScheduleDefinition {
  const { factor, ...rest } = declaration;
  return torchSchedule<P>({
    unit: "step",
    ...rest,
    older: false,
    rule: (args, { context }) => ({ curve: (base) => scale(factor(args, context), base) }),
  });
}

const torchSource = "torch 2.15.0, torch/optim/lr_scheduler.py";
/** A class whose parameters are written in full, and whose rule says everything. */
export const torchClass = library({
  homes: ["torch.optim.lr_scheduler."],
  source: torchSource,
  unit: "epoch",
  needs: ["initial_lr"],
});

const rules = new WeakMap<ScheduleDefinition, (args: never, group: GroupOf) => Rule>();
const tail = { last_epoch: lastEpoch, verbose: handle("older versions print each change") };

/** A class of torch.optim: `optimizer` stands before its parameters, `last_epoch` and the older `verbose` after them. */
export function torchSchedule<P extends Params>(declaration: Declaration<P>): ScheduleDefinition {
  const { rule, inLoop, older, function: makesFunction, perGroup = [], ...rest } = declaration;
  const closing = older === false ? { last_epoch: lastEpoch, ...declaration.params } : tail;
  const params = makesFunction ? declaration.params : { optimizer, ...declaration.params, ...closing };
  const ruleOf = (args: TypedArgs<P> & { last_epoch?: number }, group: GroupOf) => {
    if ((args.last_epoch ?? -1) >= 0)
      throw new Raises(
        `KeyError: param 'initial_lr' is not specified in param_groups[0] when resuming scheduler with last_epoch >= 0.`,
      );
    return rule(oneGroup(args, perGroup, group), group);
  };
  const definition = defineSchedule({
    unit: "epoch",
    source: torchSource,
    needs: ["initial_lr"],
    ...rest,
    params: params as Params,
    compile: (args, context) =>
      inLoop?.(args as never, context) ??
      eachGroup(groupCount(args, perGroup, context), context, (group, base) => {
        const made = ruleOf(args as never, group);
        const lone: Group = { lr: base };
        made.construct?.(lone);
        return { lr: made.curve(lone.initial_lr ?? lone.lr), ...(made.momentum && { momentum: made.momentum }) };
      }),
  });
  rules.set(definition, ruleOf as never);
  return definition;
}

/** The rule of a scheduler given as an argument; one of another library counts as absolute. */
export function ruleOfCall(call: ScheduleCall, group: GroupOf): Rule {
  const rule = rules.get(call.definition);
  if (!rule) {
    const foreign = compileCall(call, group.context);
    return { curve: () => foreign.groups?.[group.index - 1] ?? foreign.lr };
  }
  return rule(bindArguments(call.definition, call.args) as never, group);
}

/** The schedulers of a list argument; anything else in it is refused as the library refuses it. */
export function callsOf(value: Value, name: string): ScheduleCall[] {
  if (!Array.isArray(value)) throw new Raises(`TypeError: '${typeof value}' object is not iterable`);
  return (value as Value[]).map((item, index) => {
    if (!isScheduleCall(item))
      throw new Raises(`TypeError: ${name} at index ${index} should have \`optimizer\` as its attribute.`);
    return item;
  });
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

/** Whether an argument's value is an int to Python. */
export function isInt(args: object, name: string): boolean {
  const floats = (args as { [writtenAsFloat]?: ReadonlySet<string> })[writtenAsFloat];
  return Number.isInteger((args as Record<string, unknown>)[name]) && !floats?.has(name);
}

/** repr of an argument: a whole number that the file writes as a float is one. */
export function written(args: object, name: string): string {
  const { [name]: value, [writtenAsFloat]: floats } = args as Args;
  return repr(value, floats?.has(name));
}

export function raise(message: string): never {
  throw new Raises(message);
}

/** The arguments as one group has them: its own entry of each list. */
export function oneGroup<A extends object>(args: A, perGroup: readonly string[], group: GroupOf): A {
  const lists = perGroup.filter((name) => Array.isArray((args as Record<string, unknown>)[name]));
  if (!lists.length) return args;
  const own: Record<string, unknown> = {};
  for (const name of lists) {
    const list = (args as Record<string, unknown>)[name] as unknown[];
    if (list.length !== group.count) {
      const what = `${name} must have the same length as optimizer.param_groups`;
      raise(`ValueError: ${what}. ${name} has ${list.length} values, param_groups has ${group.count}.`);
    }
    own[name] = list[group.index];
  }
  return { ...args, ...own };
}
