import { byCosine, byLine, oneCycle } from "../engine/oneCycle.js";
import { power as pow, repr } from "../engine/python.js";
import { recursive } from "../engine/recursive.js";
import { flat, segments, warmup } from "../engine/segments.js";
import { constant, earliest, everyPeriod, sequence, withTurns } from "../engine/shapes.js";
import { opaque } from "../engine/stepwise.js";
import { isScheduleCall } from "./compile.js";
import { defineSchedule, factor, flag, lr, ratio, rateFunction, real, schedule, steps, word } from "./define.js";
import type { Value } from "./define.js";
import { numberOf, walkOf } from "./nested.js";
import { names, common, learning_rate, last, from, demand, whole, writtenInt, rising } from "./paddleCommon.js";
import { steppedExplicitly } from "./paddleCosine.js";
import { raise } from "./torchRules.js";

export const composed = [
  defineSchedule({
    ...names("LinearWarmup"),
    ...common,
    params: {
      learning_rate: schedule("the rate, or schedule, after the warm-up"),
      warmup_steps: steps("steps of the warm-up", { min: 1 }),
      start_lr: lr("rate at step 0"),
      end_lr: lr("rate that the warm-up aims at"),
      ...last,
    },
    formula:
      "start_lr + (end_lr − start_lr) · t / W for t < W = warmup_steps; then learning_rate, a schedule counting from t − W",
    quirks: ["end_lr must be above start_lr.", "Where end_lr is not what follows, the rate jumps at warmup_steps."],
    compile(a, context) {
      const { warmup_steps: W, start_lr, end_lr } = a;
      const given = a.learning_rate as Value;
      demand(W > 0 && whole(a, "warmup_steps"), " 'warmup_steps' must be a positive integer.");
      demand(end_lr > start_lr, `end_lr ${repr(end_lr)} must be greater than start_lr ${repr(start_lr)}`);
      const rest = isScheduleCall(given) ? steppedExplicitly(given, context) : constant(numberOf(given));
      const rise = segments(warmup(W, (t) => ((end_lr - start_lr) * t) / W + start_lr));
      return from(start_lr, a.last_epoch, () =>
        sequence([
          { from: 0, curve: rise, kind: "warmup" },
          { from: W, curve: rest, restart: true },
        ]),
      );
    },
  }),
  defineSchedule({
    ...names("LinearLR"),
    ...common,
    params: {
      learning_rate,
      total_steps: real("steps from the first to the last factor", { min: 0, above: true }),
      start_factor: factor("factor at step 0", { default: 1 / 3, min: 0, max: 1, above: true }),
      end_factor: factor("factor at the end", { default: 1, min: 0, max: 1 }),
      ...last,
    },
    formula: "learning_rate · (start_factor + (end_factor − start_factor) · min(t, total_steps) / total_steps)",
    quirks: ["A total_steps that is not whole stops at the step below and never reaches end_factor."],
    compile(a) {
      const { learning_rate: base, total_steps: T, start_factor: first, end_factor: final } = a;
      if (first > 1 || first <= 0)
        raise(`ValueError: \`start_factor\` must be greater than 0 and less or equal to 1, but got ${repr(first)}`);
      if (final > 1 || final < 0)
        raise(`ValueError: \`end_factor\` must be greater than 0 and less than 1, but got ${repr(final)}`);
      if (T <= 0) raise(`ValueError: \`total_steps\` must be greater than 0, but got ${repr(T)}`);
      const rise = final - first;
      const next = (rate: number, t: number) =>
        t === 0 ? base * first : t > T ? rate : rate * (1 + rise / (T * first + (t - 1) * rise));
      const stop = Math.floor(T);
      const line = recursive(next(base, 0), next, (t) => base * (first + (rise * t) / T));
      const c = segments(
        { kind: rising(first, final), to: stop, lr: line },
        flat(Infinity, line(Math.min(stop, 2 ** 21 - 1))),
      );
      return from(base, a.last_epoch, () => c);
    },
  }),
  defineSchedule({
    ...names("OneCycleLR"),
    ...common,
    params: {
      max_learning_rate: lr("the highest rate", { min: 0 }),
      total_steps: steps("steps of the cycle", { min: 1 }),
      divide_factor: factor("max_learning_rate / first rate", { default: 25 }),
      end_learning_rate: lr("the last rate", { default: 0.0001, min: 0 }),
      phase_pct: ratio("share of the steps that rise", { default: 0.3, min: 0, max: 1 }),
      anneal_strategy: word("form of the way between", { default: "cos", choices: ["cos", "linear"] }),
      three_phase: flag("fall back to the first rate as fast as it rose, then to the last", { default: false }),
      ...last,
    },
    formula: "max / divide_factor → max at phase_pct · T − 1 → end_learning_rate at T − 1, T = total_steps",
    quirks: [
      "end_learning_rate is the last rate itself, not a divisor.",
      "Step T − 1 has the last rate; step T goes beyond it, and step T + 1 raises.",
    ],
    compile(a) {
      const { max_learning_rate: peak, total_steps: T, phase_pct: rise, three_phase: threePhase } = a;
      if (peak < 0) raise("ValueError: 'max_learning_rate' must be a positive integer.");
      if (a.end_learning_rate < 0) raise("ValueError: 'end_learning_rate' must be a positive integer.");
      if (!whole(a, "total_steps")) raise("TypeError: 'total_step' must be 'int', but received <class 'float'>");
      if (T <= 0) raise("ValueError: 'total_step' must be a positive integer.");
      if (writtenInt(a, "phase_pct")) raise("TypeError: 'phase_pct' must be 'float', but received <class 'int'>");
      if (rise < 0 || rise > 1) raise(`ValueError: 'phase_pct' must be between 0 and 1, but received ${repr(rise)}`);
      if (a.divide_factor === 0) raise("ZeroDivisionError: float division by zero");
      if (threePhase && rise >= 0.5) raise("ValueError: When three_phase is True, 'phase_pct' must be less than 0.5");
      if (a.anneal_strategy !== "cos" && a.anneal_strategy !== "linear")
        raise(`ValueError: 'anneal_strategy' must by one of 'cos' or 'linear', but received ${a.anneal_strategy}`);
      if (rise * T - 1 === 0) raise("ZeroDivisionError: float division by zero");
      const ease = a.anneal_strategy === "cos" ? byCosine : byLine;
      const cycle = oneCycle({
        total: T,
        rise,
        first: peak / a.divide_factor,
        peak,
        last: a.end_learning_rate,
        ease,
        threePhase,
      });
      const lastFrom = (threePhase ? 2 * rise * T - 2 : rise * T - 1) === T - 1;
      const end = lastFrom
        ? { at: T, because: "ZeroDivisionError: float division by zero" }
        : { at: T + 1, because: `ValueError: Tried to step ${T + 1} times. However the number of total steps is ${T}` };
      const c = segments(...cycle);
      return from(peak / a.divide_factor, a.last_epoch, () => ({
        ...c,
        nextBreak: (t) => (t < T - 1 ? Math.min(T - 1, c.nextBreak(t)) : c.nextBreak(t)),
        end,
      }));
    },
  }),
  defineSchedule({
    ...names("CyclicLR"),
    ...common,
    params: {
      base_learning_rate: lr("lowest rate", { min: 0 }),
      max_learning_rate: lr("highest rate of the first cycle", { min: 0 }),
      step_size_up: steps("steps that rise", { min: 1 }),
      step_size_down: steps("steps that fall; None: as many", { default: null, min: 1 }),
      mode: word("how the height goes on", {
        default: "triangular",
        choices: ["triangular", "triangular2", "exp_range"],
      }),
      exp_gamma: factor("the height is multiplied by this every step under exp_range", { default: 1 }),
      scale_fn: rateFunction("height as a function, in place of mode", { default: null }),
      scale_mode: word("what scale_fn is given: the cycle's number (from 1) or the step", {
        default: "cycle",
        choices: ["cycle", "iterations"],
      }),
      ...last,
    },
    formula: "base + (max − base) · triangle(t) · scale",
    compile(a, context) {
      const { base_learning_rate: base, mode } = a;
      const [scale_fn, stepDown] = [a.scale_fn as typeof a.scale_fn | null, a.step_size_down as number | null];
      if (a.max_learning_rate < 0)
        raise(`ValueError: 'max_learning_rate' must be a positive integer, but received ${repr(a.max_learning_rate)}`);
      for (const [name, size] of [
        ["step_size_up", a.step_size_up],
        ["step_size_down", stepDown],
      ] as const) {
        if (size === null) continue;
        if (!whole(a, name)) raise(`TypeError: The type of '${name}' must be int, but received <class 'float'>`);
        if (size <= 0) raise(`ValueError: '${name}' must be a positive integer, but received ${size}`);
      }
      if (writtenInt(a, "exp_gamma") && a.exp_gamma !== 1)
        raise("TypeError: The type of 'exp_gamma' must be float, but received <class 'int'>");
      if (!scale_fn && !["triangular", "triangular2", "exp_range"].includes(mode))
        raise(
          "ValueError: 'mode' is invalid and 'scale_fn' is not specified, make sure one of 'mode' or 'scale_fn' is valid",
        );
      if (a.scale_mode !== "cycle" && a.scale_mode !== "iterations")
        raise("ValueError: 'scale_mode' must be one of 'cycle' or 'iterations");
      const size = a.step_size_up + (stepDown ?? a.step_size_up);
      const top = a.step_size_up / size;
      const perStep = scale_fn ? a.scale_mode === "iterations" : mode === "exp_range";
      const scale = (x: number) =>
        scale_fn
          ? numberOf(scale_fn.call([x]))
          : mode === "triangular"
            ? 1
            : mode === "triangular2"
              ? 1 / 2 ** (x - 1)
              : pow(a.exp_gamma, x);
      const at = (t: number) => {
        const round = 1 + Math.floor(t / size);
        const p = 1 + t / size - round;
        const height = (a.max_learning_rate - base) * (p <= top ? p / top : (1 - p) / (1 - top));
        return base + height * scale(perStep ? t : round);
      };
      const breaks = earliest(everyPeriod(size), everyPeriod(size, a.step_size_up - size));
      const c = () =>
        scale_fn ? opaque(at, walkOf(context)) : withTurns(segments({ kind: "cycle", to: Infinity, lr: at, breaks }));
      return from(base, a.last_epoch, c);
    },
  }),
];
