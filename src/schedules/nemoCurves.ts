import type { Curve } from "../engine/curve.js";
import { byCosine } from "../engine/oneCycle.js";
import { assert, divide, int, power as pow } from "../engine/python.js";
import { cooldown, decay, flat, halfCosine, hold, segments, warmup } from "../engine/segments.js";
import { past, rise, warmOf, type Timed } from "./nemoPolicies.js";
import { refuse } from "./refuse.js";
import { raise } from "./torchRules.js";

/** A rate that starts below the lowest one is refused. */
export function notBelow(base: number, low: number, name: string): void {
  const lower = "received an initial learning rate that was lower than the minimum learning rate.";
  refuse(base < low, `ValueError: ${name} ${lower}`);
}

type Annealed = Timed &
  Readonly<Record<"constant_steps" | "constant_ratio", number | null>> & { readonly min_lr: number };
/** WarmupAnnealHoldPolicy: `plain` by itself, else CosineAnnealing, which is Megatron's with constant_steps. */
export function annealed(a: Annealed, base: number, plain: boolean): Curve {
  assert(a.warmup_steps === null || a.warmup_ratio === null, "Either use particular number of step or ratio");
  assert(a.constant_steps === null || a.constant_ratio === null, "Either use constant_steps or constant_ratio");
  const T = a.max_steps as number | null;
  assert(a.warmup_ratio === null || T !== null, "If there is a ratio, there should be a total steps");
  if (T === null) raise("TypeError: unsupported operand type(s): max_steps is None");
  const C = a.constant_steps ?? (a.constant_ratio === null ? 0 : int(a.constant_ratio * T));
  const W = warmOf(a);
  const [D, low] = [T - (C + W), a.min_lr];
  const allowed = (value: (t: number) => number) => (t: number) => {
    notBelow(base, low, "CosineAnnealing");
    return value(t);
  };
  if (plain) return segments(rise(base, W), flat(C > 0 ? W + D + 1 : T + 1, base), cooldown(Infinity, low));
  if (C === 0) {
    const at = allowed((t) => (base - low) * halfCosine(divide(t - W, T - W)) + low);
    return segments(rise(base, W), decay(T + 1, at), cooldown(Infinity, low));
  }
  const megatron = (value: (t: number) => number) => (t: number) => {
    assert(base > low);
    return value(t);
  };
  const fall = allowed((t) => byCosine(base, low, divide(t - W, D)));
  const climb = megatron((t) => (base * t) / W);
  const still = megatron(() => low);
  return segments(
    warmup(W > 0 ? W + 1 : 0, climb),
    decay(W + D + 1, allowed(megatron(fall))),
    cooldown(T + 1, still),
    cooldown(Infinity, low),
  );
}

type Noam = Timed & { readonly d_model: number; readonly min_lr: number };
/** lr · d_model^−½ · min(n^−½, n · W^−3/2) with n at least 1; min_lr is a floor after the warm-up. */
export function noamCurve(a: Noam, base: number): Curve {
  const [norm, W] = [pow(a.d_model, -0.5), warmOf(a)];
  notBelow(base, a.min_lr, "NoamAnnealing");
  const rate = (t: number) => {
    const n = Math.max(1, t);
    return base * norm * (W > 0 ? Math.min(n ** -0.5, n * W ** -1.5) : n ** -0.5);
  };
  const floored = (t: number) => (Math.max(1, t) > W ? Math.max(rate(t), a.min_lr) : rate(t));
  const fall = decay(Infinity, floored, (t) => (t < 1 ? 1 : Infinity));
  return segments(warmup(W > 0 ? W + 1 : 0, rate), fall);
}

type Root = Record<"constant_steps" | "constant_ratio", number | null> &
  Readonly<Record<"max_steps" | "min_lr", number>>;
/** 1 / √constant_steps up to that step, then `after`. */
export function rootConstant(a: Root, after: (t: number) => number): Curve {
  assert(a.constant_steps === null || a.constant_ratio === null, "Either use particular number of step or ratio");
  // The library reads constant_steps here even when the ratio was given.
  if (a.constant_steps === null)
    raise("TypeError: unsupported operand type(s) for ** or pow(): 'NoneType' and 'float'");
  const first = divide(1, pow(a.constant_steps, 0.5));
  return segments(hold(a.constant_steps + 1, first), decay(past(a.max_steps), after), cooldown(Infinity, a.min_lr));
}

/** math.pow, which refuses what ** turns into a complex number or a division by zero. */
function mathPow(a: number, b: number): number {
  refuse((a === 0 && b < 0) || (a < 0 && !Number.isInteger(b)), "ValueError: math domain error");
  return a ** b;
}
interface Poly {
  readonly min_lr: number;
  readonly power: number;
  readonly cycle: boolean;
}
/** (base − min_lr) · (1 − step / length)^power + min_lr; with `cycle` over and over, the whole longer each time. */
export function poly({ min_lr: low, power, cycle }: Poly, base: number, step: number, length: number): number {
  const whole = cycle ? length * (step === 0 ? 1 : Math.ceil(divide(step, length))) : length;
  const p = divide(cycle ? step : Math.min(step, length), whole);
  return (base - low) * mathPow(1 - p, power) + low;
}
