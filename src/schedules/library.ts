import type { Curve } from "../engine/curve.js";
import { defineSchedule, type Compiled, type Context, type Definition, type Params } from "./define.js";
import type { ScheduleDefinition, TypedArgs } from "./define.js";

type None = Record<never, never>;

/** What all schedules of a library have in common. */
export interface Library<First extends Params, Last extends Params, Run, Made> extends Partial<
  Pick<ScheduleDefinition, "unit" | "needs" | "dtype" | "source" | "quirks">
> {
  /** The names under which a schedule is found, its id first; or what stands before its name in each (`optax.schedules.`). */
  readonly homes: readonly string[] | ((name: string) => readonly string[]);
  /** Parameters before a schedule's own. */
  readonly first?: First;
  /** Parameters after them. */
  readonly last?: Last;
  /** What the rules get beside the arguments, in place of the context. */
  readonly run?: (args: TypedArgs<First & Last>, context: Context) => Run;
  /** The curve from what a rule makes, where that is not yet it: the warm-up in front, the scale, the lag. */
  readonly finish?: (made: Made, args: TypedArgs<First & Last>, run: Run) => Compiled | Curve;
}

/** One schedule of a library. What it says itself counts; its aliases and quirks come after the library's. */
export type Declared<Own, All extends Params, Run = Context, Made = Compiled | Curve> = Omit<
  Definition<All>,
  "id" | "params" | "compile" | "source"
> & {
  readonly name: string;
  readonly params: Own;
  readonly source?: string;
  readonly rule: (args: TypedArgs<All>, run: Run) => Made;
};

/** The function that declares the schedules of one library. */
export function library<
  First extends Params = None,
  Last extends Params = None,
  Run = Context,
  Made = Compiled | Curve,
>(
  all: Library<First, Last, Run, Made>,
): <P extends Params>(declared: Declared<P, First & P & Last, Run, Made>) => ScheduleDefinition {
  const { homes, first, last, run, finish, quirks: always = [], ...common } = all;
  const named = typeof homes === "function" ? homes : (name: string) => homes.map((home) => home + name);
  return ({ name, params, aliases = [], quirks = [], rule, ...own }) => {
    const [id = name, ...others] = named(name);
    return defineSchedule<Params>({
      source: "",
      ...common,
      ...own,
      id,
      aliases: [...others, ...aliases],
      // Once for the place, and once more for the word of the schedule itself.
      params: { ...first, ...params, ...last, ...params },
      quirks: [...always, ...quirks],
      compile(args, context) {
        const given = run ? run(args as never, context) : (context as Run);
        const made = rule(args as never, given);
        return finish ? finish(made, args as never, given) : (made as Compiled | Curve);
      },
    });
  };
}
