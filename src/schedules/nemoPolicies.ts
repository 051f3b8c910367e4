import type { Curve } from "../engine/curve.js";
import { assert, int } from "../engine/python.js";
import { cooldown, decay, hold, segments, warmup, type Segment } from "../engine/segments.js";
import { defineSchedule, integer, lr, optimizer, ratio, steps } from "./define.js";
import type { Definition, Params, TypedArgs } from "./define.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

export const only = { keywordOnly: true } as const;
export const optional = { default: null, ...only };
export const warm = {
  warmup_steps: steps("steps of warm-up", optional),
  warmup_ratio: ratio("warm-up as a share of max_steps", optional),
};
export const holds = {
  hold_steps: steps("steps at the base rate after the warm-up", optional),
  hold_ratio: ratio("hold as a share of max_steps", optional),
};
export const constants = {
  constant_steps: steps("last steps at min_lr", optional),
  constant_ratio: ratio("those steps as a share of max_steps", optional),
};
const min_lr = lr("rate past max_steps", { default: 0, ...only });
export const max_steps = steps("steps of the run", only);
export const endless = steps("steps of the run", optional);
export const tail = {
  min_lr,
  last_epoch: integer("completed steps when resuming; -1 for a fresh run", { default: -1, ...only }),
};

type Declared<P extends Params> = Omit<Definition<P>, "id" | "source" | "compile"> & {
  readonly make: (args: TypedArgs<P>, base: number) => Curve;
};
/** One of NeMo's schedulers: linear warm-up from 1 / (W + 1) up to W included, the policy's own formula, min_lr past max_steps. */
export function scheduler<P extends Params>(name: string, { make, ...rest }: Declared<P>) {
  return defineSchedule<P>({
    ...rest,
    params: { optimizer, ...rest.params } as unknown as P,
    id: `nemo.core.optim.lr_scheduler.${name}`,
    aliases: [`nemo.core.optim.${name}`, `nemo:${name}`],
    needs: ["initial_lr"],
    source: "nemo_toolkit 3.0.0, nemo/core/optim/lr_scheduler.py",
    compile: (args, { initial_lr }) => make(args, initial_lr),
  });
}

export interface Timed {
  readonly warmup_steps: number | null;
  readonly warmup_ratio: number | null;
  readonly max_steps: number | null;
}
/** A number of steps, given as such or as a share of max_steps. */
export function count(given: number | null, share: number | null, max: number | null): number {
  assert(given === null || share === null, "Either use particular number of step or ratio");
  assert(share === null || max !== null, "If there is a ratio, there should be a total steps");
  return given ?? (share === null ? 0 : int(share * max!));
}
export const warmOf = (a: Timed) => count(a.warmup_steps, a.warmup_ratio, a.max_steps);
export const rise = (base: number, W: number): Segment => warmup(W > 0 ? W + 1 : 0, (t) => base * ((t + 1) / (W + 1)));
export const past = (max: number | null) => (max === null ? Infinity : max + 1);

/** WarmupPolicy: warm-up, f, then min_lr. */
export function policy(
  a: Timed & { min_lr: number },
  base: number,
  f: (t: number, W: number, T: number) => number,
  breaks?: (W: number) => (t: number) => number,
): Curve {
  const W = warmOf(a);
  const T = a.max_steps ?? Infinity;
  return segments(
    rise(base, W),
    decay(past(a.max_steps), (t) => f(t, W, T), breaks?.(W)),
    cooldown(Infinity, a.min_lr),
  );
}

/** WarmupHoldPolicy: warm-up, hold, f, then min_lr. H is where the hold ends; 0 without one, and so it measures from 0. */
export function holding(
  a: Timed & { hold_steps: number | null; hold_ratio: number | null; min_lr: number },
  base: number,
  f: (t: number, H: number, T: number, W: number) => number,
  kink: (H: number, T: number, W: number) => number = () => 0,
): Curve {
  const given = a.hold_steps !== null || a.hold_ratio !== null;
  const held = count(a.hold_steps, a.hold_ratio, a.max_steps);
  const unknown = a.warmup_steps === null && a.warmup_ratio !== null && a.max_steps === null;
  refuse(unknown, "TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'");
  const W = warmOf(a);
  const [H, T] = [given ? held + W : 0, a.max_steps];
  const none = "TypeError: '>' not supported between instances of 'int' and 'NoneType'";
  const at = (t: number) => (T === null ? raise(none) : f(t, H, T, W));
  const bend = T === null ? 0 : Math.min(kink(H, T, W), T);
  return segments(rise(base, W), hold(H, base), decay(bend, at), decay(past(T), at), cooldown(Infinity, a.min_lr));
}
