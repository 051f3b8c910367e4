import { PI32, f32, pow32 } from "../engine/float32.js";
import { curve, earliest, everyPeriod, withTurns } from "../engine/shapes.js";
import { factor, integer, required, steps, type RateFunction } from "./define.js";
import { only, scheduler, type Rule } from "./mindsporeRules.js";
import { numberOf } from "./nested.js";
import { refuse } from "./refuse.js";
import { restarts } from "./torchCycles.js";
import { isInt } from "./torchRules.js";
import { scaleFunction, scaleMode, triangularMode, triangularModes } from "./triangular.js";

/** MindSpore's experimental schedulers that go up and down. */
export const cycles = [
  scheduler({
    name: "CyclicLR",
    params: {
      base_lr: required,
      max_lr: required,
      step_size_up: 2000,
      step_size_down: null,
      mode: triangularMode,
      gamma: factor("the height is multiplied by this every epoch under exp_range", { default: 1 }),
      scale_fn: scaleFunction,
      scale_mode: scaleMode,
    },
    formula: "lr = base_lr + (max_lr − base_lr) · triangle(t) · scale",
    quirks: ["The optimizer's own rate is ignored."],
    rule: cyclic,
  }),
  scheduler({
    name: "CosineAnnealingLR",
    params: { T_max: required, eta_min: 0 },
    formula: "lr = eta_min + (initial_lr − eta_min) · (1 + cos(π · t / T_max)) / 2",
    quirks: ["Past T_max the rate climbs again.", "Each step builds on the rate before, so float32 rounding gathers."],
    rule(a, base) {
      only("int", a, "T_max");
      return cosine(base, f32(a.eta_min), a.T_max);
    },
  }),
  scheduler({
    name: "CosineAnnealingWarmRestarts",
    params: {
      T_0: steps("epochs of the first cycle", { min: 1 }),
      T_mult: integer("each cycle is this much longer than the one before", { default: 1, min: 1 }),
      eta_min: 0,
    },
    formula: "lr = eta_min + (initial_lr − eta_min) · (1 + cos(π · T_cur / T_i)) / 2",
    rule(a, base) {
      const expected = (name: "T_0" | "T_mult", least: number) =>
        `ValueError: ${name} should be an integer and equal or greater than ${least}, but got ${a[name]}`;
      refuse(a.T_0 <= 0 || !isInt(a, "T_0"), expected("T_0", 0));
      refuse(a.T_mult < 1 || !isInt(a, "T_mult"), expected("T_mult", 1));
      return restarting(base, f32(a.eta_min), a.T_0, a.T_mult);
    },
  }),
];

interface Cyclic {
  readonly base_lr: number;
  readonly max_lr: number;
  readonly step_size_up: number;
  readonly step_size_down: number | null;
  readonly mode: string;
  readonly gamma: number;
  readonly scale_fn: RateFunction | null;
  readonly scale_mode: string;
}

function cyclic({ mode, scale_fn, ...a }: Cyclic): Rule {
  refuse(!scale_fn && !triangularModes.includes(mode), "ValueError: mode is invalid and scale_fn is None");
  const size = a.step_size_up + (a.step_size_down ?? a.step_size_up);
  const top = a.step_size_up / size;
  const perStep = scale_fn ? a.scale_mode !== "cycle" : mode === "exp_range";
  const scale = (x: number) => {
    if (scale_fn) return f32(numberOf(scale_fn.call([x])));
    if (mode === "triangular") return 1;
    return mode === "triangular2" ? f32(1 / pow32(2, x - 1)) : pow32(f32(a.gamma), x);
  };
  const [low, high] = [f32(a.base_lr), f32(a.max_lr)];
  const at = (e: number) => {
    const turn = Math.floor(f32(1 + f32(e / size)));
    const x = f32(f32(1 + f32(e / size)) - turn);
    const height = x <= f32(top) ? f32(x / f32(top)) : f32(f32(x - 1) / f32(top - 1));
    return f32(low + f32(f32(f32(high - low) * height) * scale(perStep ? e : turn)));
  };
  const breaks = earliest(everyPeriod(size), everyPeriod(size, a.step_size_up - size));
  const plain = scale_fn ? undefined : withTurns(curve(at, breaks)).nextBreak;
  return { next: (_, e) => at(e), closed: at, ...(plain && { breaks: plain }) };
}

/** The distance to `low` is scaled by the ratio of two cosines; at the bottom, where there is none, a term is added. */
function cosine(base: number, low: number, T: number): Rule {
  const wave = (e: number) => f32(1 + f32(Math.cos(f32(f32(PI32 * e) / T))));
  const span = f32(base - low);
  const lift = f32(f32(span * f32(1 - f32(Math.cos(f32(Math.PI / T))))) / 2);
  const scaled = (rate: number, e: number) => f32(f32(f32(wave(e) / wave(e - 1)) * f32(rate - low)) + low);
  const isBottom = (e: number) => (e - 1 - T) % (2 * T) === 0;
  return {
    next: (rate, e) => (e === 0 ? rate : isBottom(e) ? f32(rate + lift) : scaled(rate, e)),
    closed: (e) => f32(low + f32(f32(span * wave(e)) / 2)),
    breaks: everyPeriod(T),
  };
}

function restarting(base: number, low: number, first: number, mult: number): Rule {
  const { start, length } = restarts(first, mult);
  const angle = (e: number) => f32(f32(PI32 * (e - start(e))) / length(start(e)));
  const at = (e: number) => f32(low + f32(f32(f32(base - low) * f32(1 + f32(Math.cos(angle(e))))) / 2));
  return { next: (_, e) => at(e), closed: at, breaks: (t) => start(t) + length(start(t)) };
}
