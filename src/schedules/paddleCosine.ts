import type { Curve } from "../engine/curve.js";
import { log } from "../engine/python.js";
import { recursive } from "../engine/recursive.js";
import { halfCosine } from "../engine/segments.js";
import { curve, everyPeriod } from "../engine/shapes.js";
import { bindArguments } from "./compile.js";
import { defineSchedule, integer, lr, steps } from "./define.js";
import type { Context, ScheduleCall } from "./define.js";
import { curveOf } from "./nested.js";
import { names, common, learning_rate, last, from, demand, whole } from "./paddleCommon.js";
import { restarts } from "./torchCycles.js";
import { raise } from "./torchRules.js";

interface Cosine {
  readonly learning_rate: number;
  readonly T_max: number;
  readonly eta_min: number;
}

function cosineClosed({ learning_rate: base, T_max: T, eta_min: low }: Cosine): Curve {
  return curve((t) => low + (base - low) * halfCosine(t / T), everyPeriod(T), cosinePhases(T));
}

/** Each step scales the distance to eta_min by the ratio of two cosines, so rounding gathers where the closed form has none. */
function cosineStepped(a: Cosine, start: number): Curve {
  const { learning_rate: base, T_max: T, eta_min: low } = a;
  const next = (rate: number, t: number) => {
    if (t === 0) return base;
    if ((t - 1 - T) % (2 * T) === 0) return rate + ((base - low) * (1 - Math.cos(Math.PI / T))) / 2;
    return ((1 + Math.cos((Math.PI * t) / T)) / (1 + Math.cos((Math.PI * (t - 1)) / T))) * (rate - low) + low;
  };
  const closed = cosineClosed(a);
  return { ...closed, at: resumed(base, start, next, closed.at) };
}

const cosinePhases = (T: number) => [
  { kind: "decay", from: 0, to: T } as const,
  { kind: "cycle", from: T, to: Infinity } as const,
];

/** A recursion whose first rate, at step `start`, is made from the base rate. */
function resumed(
  base: number,
  start: number,
  next: (rate: number, t: number) => number,
  closed: (t: number) => number,
): (t: number) => number {
  const value = recursive(
    next(base, start),
    (rate, k) => next(rate, start + k),
    (k) => closed(start + k),
  );
  return (t) => value(t - start);
}

interface Restarts {
  readonly learning_rate: number;
  readonly T_0: number;
  readonly T_mult: number;
  readonly eta_min: number;
}

/** By the position in the cycle; `explicit` finds the cycle by a logarithm, as step(epoch) does. */
function restartsCurve({ learning_rate: base, T_0, T_mult, eta_min: low }: Restarts, explicit: boolean): Curve {
  const { start, length } = restarts(T_0, T_mult);
  const value = (p: number) => low + ((base - low) * (1 + Math.cos(Math.PI * p))) / 2;
  const exact = (t: number) => value((t - start(t)) / length(start(t)));
  const byLog = (t: number) => {
    if (t < T_0 || T_mult === 1) return value((t % T_0) / T_0);
    const stretch = T_mult ** Math.trunc(log((t / T_0) * (T_mult - 1) + 1, T_mult));
    return value((t - (T_0 * (stretch - 1)) / (T_mult - 1)) / (T_0 * stretch));
  };
  const breaks = (t: number) => start(t) + length(start(t));
  return curve(explicit ? byLog : exact, breaks, [{ kind: "cycle", from: 0, to: Infinity }]);
}

export const cosine = defineSchedule({
  ...names("CosineAnnealingDecay"),
  ...common,
  params: {
    learning_rate,
    T_max: steps("steps from the highest to the lowest rate", { min: 1 }),
    eta_min: lr("lowest rate", { default: 0 }),
    ...last,
  },
  formula: "eta_min + (learning_rate − eta_min) · (1 + cos(π · t / T_max)) / 2",
  quirks: ["Past T_max the rate climbs again: the library does not clamp."],
  compile(a) {
    if (!whole(a, "T_max"))
      raise("TypeError: The type of 'T_max' in 'CosineAnnealingDecay' must be 'int', but received <class 'float'>.");
    demand(a.T_max > 0, " 'T_max' must be a positive integer.");
    return from(a.learning_rate, a.last_epoch, () => cosineStepped(a, a.last_epoch + 1));
  },
});
export const warmRestarts = defineSchedule({
  ...names("CosineAnnealingWarmRestarts"),
  ...common,
  params: {
    learning_rate,
    T_0: steps("steps of the first cycle", { min: 1 }),
    T_mult: integer("each cycle is this much longer than the one before", { default: 1, min: 1 }),
    eta_min: lr("lowest rate", { default: 0 }),
    ...last,
  },
  formula: "eta_min + (learning_rate − eta_min) · (1 + cos(π · T_cur / T_i)) / 2",
  compile(a) {
    if (a.T_0 <= 0 || !whole(a, "T_0")) raise(`ValueError: Expected positive integer T_0, but got ${a.T_0}`);
    if (a.T_mult < 1 || !whole(a, "T_mult")) raise(`ValueError: Expected integer T_mult >= 1, but got ${a.T_mult}`);
    return from(a.learning_rate, a.last_epoch, () => restartsCurve(a, false));
  },
});

/** The schedule inside LinearWarmup is stepped with an explicit epoch: those with a closed form then use it. */
export function steppedExplicitly(call: ScheduleCall, context: Context): Curve {
  const direct = curveOf(call, context);
  const args = () => bindArguments(call.definition, { ...call.args, last_epoch: -1 }) as unknown as Cosine & Restarts;
  if (call.definition === cosine) return cosineClosed(args());
  return call.definition === warmRestarts ? restartsCurve(args(), true) : direct;
}
