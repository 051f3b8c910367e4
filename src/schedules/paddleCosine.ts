import { cosineStep } from "../engine/cosine.js";
import type { Curve, Phase } from "../engine/curve.js";
import { log } from "../engine/python.js";
import { recursive } from "../engine/recursive.js";
import { halfCosine } from "../engine/segments.js";
import { curve, cycling, everyPeriod } from "../engine/shapes.js";
import { bindArguments } from "./compile.js";
import { integer, required, steps, type Context, type ScheduleCall } from "./define.js";
import { curveOf } from "./nested.js";
import { demand, learning_rate, scheduler } from "./paddleCommon.js";
import { refuse } from "./refuse.js";
import { restarts } from "./torchCycles.js";
import { isInt } from "./torchRules.js";

export const cosine = scheduler({
  name: "CosineAnnealingDecay",
  params: { learning_rate, T_max: required, eta_min: 0 },
  formula: "eta_min + (learning_rate − eta_min) · (1 + cos(π · t / T_max)) / 2",
  quirks: ["Past T_max the rate climbs again: the library does not clamp."],
  rule(a) {
    const type = "The type of 'T_max' in 'CosineAnnealingDecay' must be 'int', but received <class 'float'>.";
    refuse(!isInt(a, "T_max"), `TypeError: ${type}`);
    demand(a.T_max > 0, " 'T_max' must be a positive integer.");
    return cosineStepped(a, a.last_epoch + 1);
  },
});

export const warmRestarts = scheduler({
  name: "CosineAnnealingWarmRestarts",
  params: {
    learning_rate,
    T_0: steps("steps of the first cycle", { min: 1 }),
    T_mult: integer("each cycle is this much longer than the one before", { default: 1, min: 1 }),
    eta_min: 0,
  },
  formula: "eta_min + (learning_rate − eta_min) · (1 + cos(π · T_cur / T_i)) / 2",
  rule(a) {
    refuse(a.T_0 <= 0 || !isInt(a, "T_0"), `ValueError: Expected positive integer T_0, but got ${a.T_0}`);
    refuse(a.T_mult < 1 || !isInt(a, "T_mult"), `ValueError: Expected integer T_mult >= 1, but got ${a.T_mult}`);
    return restartsCurve(a, false);
  },
});

/** The schedule inside LinearWarmup is stepped with an explicit epoch: those with a closed form then use it. */
export function steppedExplicitly(call: ScheduleCall, context: Context): Curve {
  const direct = curveOf(call, context);
  const args = () => bindArguments(call.definition, { ...call.args, last_epoch: -1 }) as unknown as Cosine & Restarts;
  if (call.definition === cosine) return cosineClosed(args());
  return call.definition === warmRestarts ? restartsCurve(args(), true) : direct;
}

interface Cosine {
  readonly learning_rate: number;
  readonly T_max: number;
  readonly eta_min: number;
}

function cosineClosed({ learning_rate: base, T_max: T, eta_min: low }: Cosine): Curve {
  const phases: Phase[] = [
    { kind: "decay", from: 0, to: T },
    { kind: "cycle", from: T, to: Infinity },
  ];
  return curve((t) => low + (base - low) * halfCosine(t / T), everyPeriod(T), phases);
}

/** Step by step from the one at `start`, whose rate is made from the base rate. */
function cosineStepped(a: Cosine, start: number): Curve {
  const fall = { base: a.learning_rate, low: a.eta_min, length: a.T_max };
  const closed = cosineClosed(a);
  const value = recursive(
    start === 0 ? fall.base : cosineStep(fall.base, start, fall),
    (rate, k) => cosineStep(rate, start + k, fall),
    (k) => closed.at(start + k),
  );
  return { ...closed, at: (t) => value(t - start) };
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
  return cycling(explicit ? byLog : exact, (t) => start(t) + length(start(t)));
}
