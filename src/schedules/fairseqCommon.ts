import { everyPeriod } from "../engine/shapes.js";
import { anything, defineSchedule, lr, steps } from "./define.js";
import type { Context, Definition, Params, ScheduleDefinition, Value } from "./define.js";
import { refuse } from "./refuse.js";

const home = "fairseq.optim.lr_scheduler";
type Declared<P extends Params> = Omit<Definition<P>, "id" | "source">;

/** One of fairseq's `--lr-scheduler` names, with its class, stepped as its Trainer steps it: t counts updates. */
export function scheduler<P extends Params>(name: string, path: string, declared: Declared<P>): ScheduleDefinition {
  return defineSchedule<P>({
    needs: ["initial_lr"],
    ...(declared as Definition<P>),
    id: `${home}.${name}`,
    aliases: [`fairseq:${name}`, `${home}.${path}`],
    source: `fairseq 0.12.2, fairseq/optim/lr_scheduler/${path.split(".")[0]}.py`,
  });
}

export const rate = { lr: anything("rate, or a list with one rate per epoch", { default: null }) };
export const warmup_updates = steps("updates of linear warm-up", { default: 0 });
export const max_update = steps("updates of the run", { default: 0 });
export const warmup_init_lr = lr("rate at update 0; negative: the scheduler's own choice", { default: -1 });

/** What most of them take. */
export const warm = { warmup_updates, ...rate };
export const warmFrom = { warmup_updates, warmup_init_lr, ...rate };

/** One rate per epoch, counted from 1; the last one goes on. */
export const rates = (given: Value, { initial_lr }: Context): readonly number[] =>
  given === null ? [initial_lr] : Array.isArray(given) ? (given as number[]) : [given as number];

/** The one rate; more are refused by those that cannot use them. */
export function single(given: Value, context: Context, who: string): number {
  const [first, ...more] = rates(given, context);
  const fixed = `Cannot use a fixed learning rate schedule with ${who}. Consider --lr-scheduler=fixed instead.`;
  refuse(more.length > 0, `ValueError: ${fixed}`);
  return first!;
}

/** Updates of an epoch. */
export const lengthOf = ({ steps_per_epoch }: Context) => Math.max(1, steps_per_epoch || 1);
export const epochOf = (t: number, context: Context) => Math.floor(t / lengthOf(context)) + 1;
/** Breaks of a curve that may change with every epoch. */
export const epochBreaks = (changes: boolean, context: Context) =>
  changes ? everyPeriod(lengthOf(context)) : undefined;
