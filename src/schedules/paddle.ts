import type { Curve, PhaseKind } from "../engine/curve.js";
import { byCosine, byLine, oneCycle } from "../engine/oneCycle.js";
import { log, power as pow, repr } from "../engine/python.js";
import { recursive } from "../engine/recursive.js";
import { changes } from "../engine/search.js";
import { decay, flat, halfCosine, segments, warmup } from "../engine/segments.js";
import {
  constant,
  curve,
  earliest,
  everyPeriod,
  piecewiseConstant,
  sequence,
  shift,
  withTurns,
} from "../engine/shapes.js";
import { opaque, stepwise } from "../engine/stepwise.js";
import { bindArguments, isScheduleCall } from "./compile.js";
import {
  defineSchedule,
  factor,
  flag,
  handle,
  integer,
  lastEpoch,
  lr,
  numbers,
  power,
  ratio,
  rateFunction,
  real,
  schedule,
  steps,
  word,
} from "./define.js";
import { writtenAsFloat } from "./define.js";
import type { Context, ScheduleCall, Value } from "./define.js";
import { fluid } from "./paddleFluid.js";
import { curveOf, numberOf, walkOf } from "./nested.js";
import { reduceOnPlateau } from "./paddlePlateau.js";
import { restarts } from "./torchCycles.js";
import { isInt, raise } from "./torchRules.js";

const names = (name: string) => ({
  id: `paddle.optimizer.lr.${name}`,
  aliases: [`paddle.optimizer.lr_scheduler.${name}`],
});
const common = { unit: "step", source: "paddle 3.3.1, python/paddle/optimizer/lr.py" } as const;
const learning_rate = lr("rate at step 0", { min: 0 });
const last = { last_epoch: lastEpoch, verbose: handle("whether to print") };

/** A curve of t completed steps as the run sees it: a fresh one has last_epoch = 0 after construction, a resumed one more. */
function from(base: number, last_epoch: number, c: () => Curve): Curve {
  if (base < 0) raise(`ValueError: Invalid learning rate: ${repr(base)}`);
  return last_epoch === -1 ? c() : shift(c(), last_epoch + 1);
}

function demand(condition: boolean, message: string): void {
  if (!condition) raise(`AssertionError: ${message}`);
}

const whole = isInt;
/** Known to be written as an int, where only a float will do. */
const writtenInt = (args: { readonly [writtenAsFloat]?: ReadonlySet<string> }, name: string) =>
  args[writtenAsFloat] !== undefined && isInt(args, name);
const rising = (a: number, b: number): PhaseKind => (b > a ? "warmup" : "decay");

const smooth = [
  defineSchedule({
    ...names("NoamDecay"),
    ...common,
    params: {
      d_model: real("width of the model", { min: 0, above: true }),
      warmup_steps: steps("steps until the peak"),
      learning_rate: lr("scale", { default: 1 }),
      ...last,
    },
    formula: "learning_rate · d_model^−½ · min(t^−½, t · warmup_steps^−1.5)",
    quirks: ["The first update has rate 0."],
    compile({ d_model, warmup_steps: W, learning_rate: base, last_epoch }) {
      if (d_model <= 0) raise("ValueError: d_model should be grater than 0");
      if (W === 0) raise("ZeroDivisionError: 0.0 cannot be raised to a negative power");
      const at = (t: number) => base * pow(d_model, -0.5) * Math.min(t === 0 ? 1 : t ** -0.5, pow(W, -1.5) * t);
      return from(base, last_epoch, () => segments(warmup(Math.max(W, 1), at), decay(Infinity, at)));
    },
  }),
  defineSchedule({
    ...names("ExponentialDecay"),
    ...common,
    params: {
      learning_rate,
      gamma: factor("the rate is multiplied by this every step", { min: 0, max: 1, above: true }),
      ...last,
    },
    formula: "learning_rate · gamma^t",
    quirks: ["gamma must be above 0 and below 1."],
    compile({ learning_rate: base, gamma, last_epoch }) {
      demand(gamma > 0 && gamma < 1, " 'gamma' must be in interval (0.0, 1.0) so that the learning rate will decay.");
      return from(base, last_epoch, () => segments(decay(Infinity, (t) => base * gamma ** t)));
    },
  }),
  defineSchedule({
    ...names("NaturalExpDecay"),
    ...common,
    params: { learning_rate, gamma: real("decay per step", { min: 0, above: true }), ...last },
    formula: "learning_rate · e^(−gamma · t)",
    compile({ learning_rate: base, gamma, last_epoch }) {
      demand(gamma > 0, " 'gamma' must be a positive number so that the learning rate will decay.");
      return from(base, last_epoch, () => segments(decay(Infinity, (t) => base * Math.exp(-gamma * t))));
    },
  }),
  defineSchedule({
    ...names("InverseTimeDecay"),
    ...common,
    params: { learning_rate, gamma: real("share of the rate's inverse added every step"), ...last },
    formula: "learning_rate / (1 + gamma · t)",
    compile({ learning_rate: base, gamma, last_epoch }) {
      const pole = gamma < 0 ? -1 / gamma : Infinity;
      const at = (t: number) => base / (1 + gamma * t);
      const c = curve(at, [Math.ceil(pole)], [{ kind: "decay", from: 0, to: Infinity }]);
      const end =
        Number.isInteger(pole) && 1 + gamma * pole === 0
          ? { at: pole, because: "ZeroDivisionError: float division by zero" }
          : undefined;
      return from(base, last_epoch, () => ({ ...c, ...(end && { end }) }));
    },
  }),
  defineSchedule({
    ...names("PolynomialDecay"),
    ...common,
    params: {
      learning_rate,
      decay_steps: steps("steps of the decay", { min: 1 }),
      end_lr: lr("rate at the end of the decay", { default: 0.0001 }),
      power: power("1 is linear", { default: 1, min: 0, above: true }),
      cycle: flag("start over with a longer period when decay_steps is over", { default: false }),
      ...last,
    },
    formula:
      "(learning_rate − end_lr) · (1 − min(t, T) / T)^power + end_lr, T = decay_steps (with cycle: · ⌈t / decay_steps⌉)",
    quirks: ["end_lr is 0.0001 by default, not 0: a smaller rate rises to it."],
    compile(a) {
      const { learning_rate: base, decay_steps: T, end_lr: end, cycle } = a;
      demand(T > 0 && whole(a, "decay_steps"), " 'decay_steps' must be a positive integer.");
      demand(a.power > 0, " 'power' must be greater than 0.0 so that the learning rate will decay.");
      const value = (p: number) => (base - end) * (1 - p) ** a.power + end;
      const turn = (t: number) => (t === 0 ? 1 : Math.ceil(t / T));
      const c = cycle
        ? curve((t) => value(t / (T * turn(t))), changes(turn), [{ kind: "cycle", from: 0, to: Infinity }])
        : segments(
            decay(T, (t) => value(t / T)),
            flat(Infinity, value(1)),
          );
      return from(base, a.last_epoch, () => c);
    },
  }),
];

/** Running maxima: the library takes the first boundary that is above t. */
const ascending = (boundaries: readonly number[]) => {
  let highest = -Infinity;
  return boundaries.map((b) => (highest = Math.max(highest, b)));
};

const stepped = [
  defineSchedule({
    ...names("PiecewiseDecay"),
    ...common,
    params: {
      boundaries: numbers("the first step of each further value"),
      values: numbers("one rate more than boundaries"),
      ...last,
    },
    formula: "values[i], i = how many boundaries are <= t",
    quirks: ["Of values that are too many the last one is used after the last boundary."],
    compile({ boundaries, values, last_epoch }) {
      if (!boundaries.length) raise("ValueError: The boundaries cannot be empty.");
      if (values.length <= boundaries.length)
        raise(
          `ValueError: The values have one more element than boundaries, but received len(values) [${values.length}] < len(boundaries) + 1 [${boundaries.length + 1}].`,
        );
      return from(0, last_epoch, () =>
        piecewiseConstant(ascending(boundaries), [...values.slice(0, boundaries.length), values.at(-1)!]),
      );
    },
  }),
  defineSchedule({
    ...names("MultiStepDecay"),
    ...common,
    params: {
      learning_rate,
      milestones: numbers("the first step of each drop"),
      gamma: factor("the rate is multiplied by this at each", { default: 0.1, max: 1 }),
      ...last,
    },
    formula: "learning_rate · gamma^(how many milestones are <= t)",
    compile({ learning_rate: base, milestones, gamma, last_epoch }) {
      if (milestones.some((m, i) => i > 0 && !(m > milestones[i - 1]!)))
        raise("ValueError: The elements of milestones must be incremented");
      if (gamma >= 1) raise("ValueError: gamma should be < 1.0.");
      return from(base, last_epoch, () =>
        piecewiseConstant(
          milestones,
          Array.from({ length: milestones.length + 1 }, (_, i) => base * gamma ** i),
        ),
      );
    },
  }),
  defineSchedule({
    ...names("StepDecay"),
    ...common,
    params: {
      learning_rate,
      step_size: steps("steps between two drops", { min: 1 }),
      gamma: factor("the rate is multiplied by this at each", { default: 0.1, max: 1 }),
      ...last,
    },
    formula: "learning_rate · gamma^⌊t / step_size⌋",
    compile(a) {
      const { learning_rate: base, step_size, gamma } = a;
      if (!whole(a, "step_size"))
        raise("TypeError: The type of 'step_size' must be 'int', but received <class 'float'>.");
      if (gamma >= 1) raise("ValueError: gamma should be < 1.0.");
      demand(step_size > 0, " 'step_size' must be a positive integer.");
      const at = (t: number) => base * gamma ** Math.floor(t / step_size);
      return from(base, a.last_epoch, () =>
        curve(at, everyPeriod(step_size), [{ kind: "decay", from: 0, to: Infinity }]),
      );
    },
  }),
  defineSchedule({
    ...names("LambdaDecay"),
    ...common,
    params: { learning_rate, lr_lambda: rateFunction("factor for a step"), ...last },
    formula: "learning_rate · lr_lambda(t)",
    compile: ({ learning_rate: base, lr_lambda, last_epoch }, context) =>
      from(base, last_epoch, () => opaque((t) => base * numberOf(lr_lambda.call([t])), walkOf(context))),
  }),
  defineSchedule({
    ...names("MultiplicativeDecay"),
    ...common,
    params: { learning_rate, lr_lambda: rateFunction("factor on the rate so far, for a step"), ...last },
    formula: "learning_rate · lr_lambda(1) · … · lr_lambda(t)",
    quirks: [
      "lr_lambda(0) is never used.",
      "Each step multiplies all factors anew: a long run gets slower and slower.",
    ],
    compile: ({ learning_rate: base, lr_lambda, last_epoch }, context) =>
      from(base, last_epoch, () =>
        stepwise(base, (rate, t) => rate * numberOf(lr_lambda.call([t])), { horizon: walkOf(context) }),
      ),
  }),
];

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

const cosine = defineSchedule({
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
const warmRestarts = defineSchedule({
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
function steppedExplicitly(call: ScheduleCall, context: Context): Curve {
  const direct = curveOf(call, context);
  const args = () => bindArguments(call.definition, { ...call.args, last_epoch: -1 }) as unknown as Cosine & Restarts;
  if (call.definition === cosine) return cosineClosed(args());
  return call.definition === warmRestarts ? restartsCurve(args(), true) : direct;
}

const composed = [
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

export const paddle = [...smooth, ...stepped, cosine, warmRestarts, ...composed, reduceOnPlateau, ...fluid];
