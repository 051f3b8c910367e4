import { defineSchedule, type Definition, type Params, type ScheduleDefinition } from "./define.js";

type None = Record<never, never>;

/** What all schedules of a library have in common. */
export interface Library<First, Last> extends Partial<
  Pick<ScheduleDefinition, "unit" | "needs" | "dtype" | "source" | "quirks">
> {
  /** The names under which a schedule is found, its id first; or what stands before its name in each (`optax.schedules.`). */
  readonly homes: readonly string[] | ((name: string) => readonly string[]);
  /** Parameters before a schedule's own. */
  readonly first?: First;
  /** Parameters after them. */
  readonly last?: Last;
}

/** One schedule of a library. What it says itself counts; its aliases and quirks come after the library's. */
export type Declared<Own, All extends Params> = Omit<Definition<All>, "id" | "params" | "compile" | "source"> & {
  readonly name: string;
  readonly params: Own;
  readonly source?: string;
  readonly rule: Definition<All>["compile"];
};

/** The function that declares the schedules of one library. */
export function library<First extends Params = None, Last extends Params = None>(
  all: Library<First, Last>,
): <P extends Params>(declared: Declared<P, First & P & Last>) => ScheduleDefinition {
  const { homes, first, last, quirks: always = [], ...common } = all;
  const named = typeof homes === "function" ? homes : (name: string) => homes.map((home) => home + name);
  return ({ name, params, aliases = [], quirks = [], rule, ...own }) => {
    const [id = name, ...others] = named(name);
    return defineSchedule<Params>({
      source: "",
      ...common,
      ...own,
      id,
      aliases: [...others, ...aliases],
      params: { ...first, ...params, ...last },
      quirks: [...always, ...quirks],
      compile: rule as unknown as Definition<Params>["compile"],
    });
  };
}
