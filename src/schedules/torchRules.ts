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
  type Context,
  type Definition,
  type Params,
  type ScheduleCall,
  type ScheduleDefinition,
  type TypedArgs,
  type Value,
} from "./define.js";
import { library } from "./library.js";
import { eachGroup, groupCount, oneGroup, type GroupOf } from "./torchGroups.js";

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
