import type { Curve } from "../engine/curve.js";
import { byCosine, byLine, oneCycle } from "../engine/oneCycle.js";
import { power as pow, repr } from "../engine/python.js";
import { cycle, segments } from "../engine/segments.js";
import { earliest, ending, everyPeriod, withTurns } from "../engine/shapes.js";
import { opaque } from "../engine/stepwise.js";
import { factor, lr, ratio, required, type Context, type RateFunction } from "./define.js";
import { numberOf, walkOf } from "./nested.js";
import { scheduler, writtenInt } from "./paddleCommon.js";
import { refuse } from "./refuse.js";
import { isInt } from "./torchRules.js";
import { scaleFunction, scaleMode, triangularMode, triangularModes } from "./triangular.js";

export const cycles = [
  scheduler({
    name: "OneCycleLR",
    params: {
      max_learning_rate: lr("the highest rate", { min: 0 }),
      total_steps: required,
      divide_factor: factor("max_learning_rate / first rate", { default: 25 }),
      end_learning_rate: lr("the last rate", { default: 0.0001, min: 0 }),
      phase_pct: ratio("share of the steps that rise", { default: 0.3, min: 0, max: 1 }),
      anneal_strategy: "cos",
      three_phase: false,
    },
    formula: "max / divide_factor → max at phase_pct · T − 1 → end_learning_rate at T − 1, T = total_steps",
    quirks: [
      "end_learning_rate is the last rate itself, not a divisor.",
      "Step T − 1 has the last rate; step T goes beyond it, and step T + 1 raises.",
    ],
    base: (a) => a.max_learning_rate / a.divide_factor,
    rule: oneCycleCurve,
  }),
  scheduler({
    name: "CyclicLR",
    params: {
      base_learning_rate: lr("lowest rate", { min: 0 }),
      max_learning_rate: lr("highest rate of the first cycle", { min: 0 }),
      step_size_up: required,
      step_size_down: null,
      mode: triangularMode,
      exp_gamma: factor("the height is multiplied by this every step under exp_range", { default: 1 }),
      scale_fn: scaleFunction,
      scale_mode: scaleMode,
    },
    formula: "base + (max − base) · triangle(t) · scale",
    base: (a) => a.base_learning_rate,
    rule: cyclicCurve,
  }),
];

interface OneCycle {
  readonly max_learning_rate: number;
  readonly total_steps: number;
  readonly divide_factor: number;
  readonly end_learning_rate: number;
  readonly phase_pct: number;
  readonly anneal_strategy: string;
  readonly three_phase: boolean;
}

function oneCycleCurve(a: OneCycle): Curve {
  const { max_learning_rate: peak, total_steps: T, phase_pct: rise, three_phase: threePhase } = a;
  const strategy = a.anneal_strategy;
  refuse(peak < 0, "ValueError: 'max_learning_rate' must be a positive integer.");
  refuse(a.end_learning_rate < 0, "ValueError: 'end_learning_rate' must be a positive integer.");
  refuse(!isInt(a, "total_steps"), "TypeError: 'total_step' must be 'int', but received <class 'float'>");
  refuse(T <= 0, "ValueError: 'total_step' must be a positive integer.");
  refuse(writtenInt(a, "phase_pct"), "TypeError: 'phase_pct' must be 'float', but received <class 'int'>");
  const outside = rise < 0 || rise > 1;
  refuse(outside, `ValueError: 'phase_pct' must be between 0 and 1, but received ${repr(rise)}`);
  refuse(a.divide_factor === 0, byZero);
  const overlapping = threePhase && rise >= 0.5;
  refuse(overlapping, "ValueError: When three_phase is True, 'phase_pct' must be less than 0.5");
  const unknown = strategy !== "cos" && strategy !== "linear";
  refuse(unknown, `ValueError: 'anneal_strategy' must by one of 'cos' or 'linear', but received ${strategy}`);
  refuse(rise * T - 1 === 0, byZero);

  const [first, last] = [peak / a.divide_factor, a.end_learning_rate];
  const ease = strategy === "cos" ? byCosine : byLine;
  const c = segments(...oneCycle({ total: T, rise, first, peak, last, ease, threePhase }));
  const nextBreak = (t: number) => (t < T - 1 ? Math.min(T - 1, c.nextBreak(t)) : c.nextBreak(t));
  const lastIsEmpty = (threePhase ? 2 * rise * T - 2 : rise * T - 1) === T - 1;
  if (lastIsEmpty) return ending({ ...c, nextBreak }, T, byZero);
  const past = `ValueError: Tried to step ${T + 1} times. However the number of total steps is ${T}`;
  return ending({ ...c, nextBreak }, T + 1, past);
}
const byZero = "ZeroDivisionError: float division by zero";

interface Cyclic {
  readonly base_learning_rate: number;
  readonly max_learning_rate: number;
  readonly step_size_up: number;
  readonly step_size_down: number | null;
  readonly mode: string;
  readonly exp_gamma: number;
  readonly scale_fn: RateFunction | null;
  readonly scale_mode: string;
}

function cyclicCurve(a: Cyclic, context: Context): Curve {
  const { base_learning_rate: low, max_learning_rate: high, mode, scale_fn } = a;
  refuse(high < 0, `ValueError: 'max_learning_rate' must be a positive integer, but received ${repr(high)}`);
  for (const name of ["step_size_up", "step_size_down"] as const) {
    const size = a[name];
    if (size === null) continue;
    refuse(!isInt(a, name), `TypeError: The type of '${name}' must be int, but received <class 'float'>`);
    refuse(size <= 0, `ValueError: '${name}' must be a positive integer, but received ${size}`);
  }
  const wrongGamma = writtenInt(a, "exp_gamma") && a.exp_gamma !== 1;
  refuse(wrongGamma, "TypeError: The type of 'exp_gamma' must be float, but received <class 'int'>");
  const unscaled = "'mode' is invalid and 'scale_fn' is not specified, make sure one of 'mode' or 'scale_fn' is valid";
  refuse(!scale_fn && !triangularModes.includes(mode), `ValueError: ${unscaled}`);
  const isKnown = scaleMode.choices?.includes(a.scale_mode);
  refuse(!isKnown, "ValueError: 'scale_mode' must be one of 'cycle' or 'iterations");

  const size = a.step_size_up + (a.step_size_down ?? a.step_size_up);
  const top = a.step_size_up / size;
  const perStep = scale_fn ? a.scale_mode === "iterations" : mode === "exp_range";
  const scale = (x: number) => {
    if (scale_fn) return numberOf(scale_fn.call([x]));
    if (mode === "triangular") return 1;
    return mode === "triangular2" ? 1 / 2 ** (x - 1) : pow(a.exp_gamma, x);
  };
  const at = (t: number) => {
    const round = 1 + Math.floor(t / size);
    const p = 1 + t / size - round;
    const height = (high - low) * (p <= top ? p / top : (1 - p) / (1 - top));
    return low + height * scale(perStep ? t : round);
  };
  const breaks = earliest(everyPeriod(size), everyPeriod(size, a.step_size_up - size));
  return scale_fn ? opaque(at, walkOf(context)) : withTurns(segments(cycle(Infinity, at, breaks)));
}
