import type { Curve } from "../engine/curve.js";
import { f32 } from "../engine/float32.js";
import { recursive } from "../engine/recursive.js";
import { countUpTo, curve } from "../engine/shapes.js";
import { longestWalk, stepwise, turns } from "../engine/stepwise.js";
import { bindArguments } from "./compile.js";
import type { Args, Context, Params, ScheduleCall, ScheduleDefinition, TypedArgs } from "./define.js";
import { library, type Declared } from "./library.js";
import { refuse } from "./refuse.js";
import { isInt, raise } from "./torchRules.js";

/** MindSpore's experimental schedulers: PyTorch's once more, each step in float32 from the rate before it. */
export interface Rule {
  /** The rate at step e from the one at e − 1 (at e = 0 from the optimizer's). */
  readonly next: (rate: number, e: number) => number;
  /** What step(epoch) sets, where there is a closed form. */
  readonly closed?: (e: number) => number;
  readonly breaks?: (t: number) => number;
}
type Make = (args: Args, base: number, context: Context) => Rule;
const rules = new Map<ScheduleDefinition, Make>();

export const inExperimental = {
  homes: ["mindspore.experimental.optim.lr_scheduler.", "ms.experimental.optim.lr_scheduler."],
  source: "mindspore 2.10.0, experimental/optim/lr_scheduler.py",
  unit: "epoch",
  needs: ["initial_lr"],
  first: { optimizer: null },
} as const;
const declare = library({ ...inExperimental, last: { last_epoch: -1 } });

type Scheduler<P extends Params> = Omit<Declared<P, P>, "rule"> & {
  /** `base` is the optimizer's rate in float32. */
  readonly rule: (args: TypedArgs<P>, base: number, context: Context) => Rule;
};

export function scheduler<P extends Params>({ rule, ...declared }: Scheduler<P>): ScheduleDefinition {
  const make = rule as unknown as Make;
  const definition = declare({
    ...declared,
    params: declared.params as Params,
    rule: (args, context) => curveOf(make(args as Args, f32(context.initial_lr), context), f32(context.initial_lr)),
  });
  rules.set(definition, make);
  return definition;
}

function curveOf({ next, closed, breaks }: Rule, base: number): Curve {
  const phases = [{ kind: "decay", from: 0, to: Infinity }] as const;
  if (!closed)
    return { ...stepwise(next(base, 0), next, { phases, horizon: 1000 }), ...(breaks && { nextBreak: breaks }) };
  const rate = recursive(next(base, 0), next, closed);
  return curve(rate, breaks ?? turns(rate, () => longestWalk), phases);
}

/** Each scheduler from its milestone on, counting its own epochs from there; it starts from its closed form. */
export function inSequence(calls: readonly ScheduleCall[], milestones: readonly number[], context: Context): Curve {
  const counts = `number of schedulers ${calls.length} and the number of milestones ${milestones.length}`;
  const expected = "number of schedulers provided to be one more than the number of milestone points";
  const fits = milestones.length === calls.length - 1;
  refuse(!fits, `ValueError: Sequential Schedulers expects ${expected}, but got ${counts}`);
  const base = f32(context.initial_lr);
  const parts = calls.map(({ definition, args }) => {
    const make = rules.get(definition) ?? raise("AttributeError: this schedule cannot be one of SequentialLR's");
    return make(bindArguments(definition, args), base, context);
  });
  const next = (rate: number, t: number) => {
    const i = countUpTo(milestones, t);
    const rule = parts[i]!;
    const own = t - (milestones[i - 1] ?? 0);
    return own === 0 && t > 0 && rule.closed ? rule.closed(0) : rule.next(rate, own);
  };
  return stepwise(next(base, 0), next, { horizon: 1000 });
}

export function only(type: "int" | "float", args: object, ...all: string[]): void {
  for (const name of all) {
    const wrong = type === "int" ? !isInt(args, name) : writtenInt(args, name);
    refuse(wrong, `TypeError: the '${name}' must be ${type}.`);
  }
}

/** Known to be written as an int, where only a float will do. */
export const writtenInt = (args: object, name: string) =>
  Object.getOwnPropertySymbols(args).length > 0 && isInt(args, name);
