import type { Curve } from "../engine/curve.js";
import { assert, floorDivide, log } from "../engine/python.js";
import { changes, firstWhere } from "../engine/search.js";
import { segments, warmup } from "../engine/segments.js";
import { anything, defineSchedule, flag, handle, integer, lr, optimizer, ratio, real, steps } from "./define.js";
import type { Definition, Params, ScheduleDefinition, TypedArgs } from "./define.js";
import { noisy } from "./timmNoise.js";
import { forEachGroup } from "./torchGroups.js";

/** By the class within its module: `cosine_lr.CosineLRScheduler`. */
export function names(path: string) {
  const [file, name] = path.split(".");
  const source = `timm 1.0.31, timm/scheduler/${file}.py`;
  return { id: `timm.scheduler.${name}`, aliases: [`timm.scheduler.${path}`], source };
}
export const initialize = handle("set initial_lr in the parameter groups");

const rising = {
  warmup_t: steps("steps of linear warm-up", { default: 0, min: 0 }),
  warmup_lr_init: lr("rate at the first step of the warm-up", { default: 0, min: 0 }),
};
const prefixed = (prefix: boolean) => ({
  ...rising,
  warmup_prefix: flag("the schedule starts after the warm-up, not underneath it", { default: prefix }),
});
export const noiseParams = {
  t_in_epochs: flag("step(epoch) drives it; step_update(num_updates) otherwise", { default: true }),
  noise_range_t: anything("step from which noise is added, or a pair", { default: null }),
  noise_pct: ratio("noise is drawn again beyond this share of the rate", { default: 0.67, min: 0 }),
  noise_std: real("standard deviation of the noise", { default: 1, min: 0 }),
  noise_seed: integer("seed of the noise", { default: 42 }),
};

/** The rate from the library's own formula, without warm-up, for the t that it sees; with its breaks. */
export interface Formula {
  readonly lr: (t: number) => number;
  readonly breaks: (t: number) => number;
  /** Where it raises. */
  readonly until?: number;
  readonly kind?: "hold" | "decay" | "cycle";
}

type Rising = typeof rising;
type Declared<P extends Params> = Omit<Definition<P>, "id" | "compile" | "source"> & {
  /** The default of warmup_prefix; absent: there is no such parameter, and the schedule starts after the warm-up. */
  readonly prefix?: boolean;
  /** Parameters after those of warm-up and noise. */
  readonly last?: Params;
  /** Without warmup_prefix TanhLRScheduler warms up to its own value there. */
  readonly meets?: boolean;
  readonly rule: (args: TypedArgs<P & Rising> & { readonly k_decay?: number }, base: number) => Formula;
};

/** A scheduler of timm: before its first step the rate is the constructed one, then the formula's for t = 1, 2, … */
export function timmSchedule<P extends Params>(path: string, declared: Declared<P>): ScheduleDefinition {
  const { prefix, last, meets = false, rule, params, ...rest } = declared;
  const warm = prefix === undefined ? rising : prefixed(prefix);
  return defineSchedule<Params>({
    ...names(path),
    ...rest,
    params: { optimizer, ...params, ...warm, ...noiseParams, ...last, initialize },
    unit: "epoch",
    needs: ["initial_lr"],
    compile: (args, context) =>
      forEachGroup(context, (_, base) => {
        const common = args as unknown as Common;
        return { lr: noisy(warmed(rule(args as never, base), common, base, meets), common) };
      }),
  });
}

type Common = TypedArgs<ReturnType<typeof prefixed> & typeof noiseParams>;

function warmed(formula: Formula, common: Common, base: number, meets: boolean): Curve {
  const { warmup_t: W, warmup_lr_init: init, warmup_prefix = true } = common;
  const shift = warmup_prefix ? W : 0;
  const at = (t: number) => formula.lr(t - shift);
  const goal = meets && !warmup_prefix && W ? at(W) : base;
  const kind = formula.kind ?? "decay";
  const breaks = (t: number) => formula.breaks(t - shift) + shift;
  return segments(
    { kind: W > 0 ? "warmup" : "hold", to: 1, lr: W ? init : base },
    warmup(W, (t) => init + (t * (goal - init)) / W),
    { kind, to: (formula.until ?? Infinity) + shift, lr: at, breaks },
    { kind, to: Infinity, lr: at, breaks },
  );
}

export interface Cycles {
  readonly t_initial: number;
  readonly lr_min: number;
  readonly cycle_mul: number;
  readonly cycle_decay: number;
  readonly cycle_limit: number;
}

/** Cycles of t_initial, t_initial · cycle_mul, …; `shape` gives 1 at t = 0 and about 0 at the cycle's length. */
export function cycled(a: Cycles, base: number, shape: (t: number, length: number) => number): Formula {
  const { t_initial: first, cycle_mul: m, cycle_limit: limit } = a;
  assert(first > 0);
  assert(a.lr_min >= 0);
  const left = (t: number) => 1 - (t / first) * (1 - m);
  const indexAt = (t: number) => (m === 1 ? floorDivide(t, first) : Math.floor(log(left(t), m)));
  const at = (t: number) => {
    const i = indexAt(t);
    if (!(i < limit)) return a.lr_min;
    const start = m === 1 ? first * i : ((1 - m ** i) / (1 - m)) * first;
    const length = m === 1 ? first : m ** i * first;
    return a.lr_min + (base * a.cycle_decay ** i - a.lr_min) * shape(t - start, length);
  };
  const cycleAt = (t: number) => {
    try {
      return Math.min(indexAt(t), limit);
    } catch {
      return Infinity;
    }
  };
  const until = m === 1 ? Infinity : firstWhere((t) => m <= 0 || !(left(t) > 0), -1);
  return { lr: at, breaks: changes(cycleAt), until, kind: limit > 1 ? "cycle" : "decay" };
}
