import type { Curve } from "../engine/curve.js";
import { byCosine, byLine } from "../engine/oneCycle.js";
import { PythonError, assert, divide, int, power as pow } from "../engine/python.js";
import { cooldown, decay, flat, halfCosine, hold, segments, warmup, type Segment } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import {
  defineSchedule,
  flag,
  integer,
  lr,
  optimizer,
  power,
  ratio,
  steps,
  type Definition,
  type Params,
  type TypedArgs,
} from "./define.js";

/** NeMo's schedulers: linear warm-up from 1 / (W + 1) up to W included, the policy's own formula, min_lr past max_steps. */
const only = { keywordOnly: true } as const;
const warm = {
  warmup_steps: steps("steps of warm-up", { default: null, ...only }),
  warmup_ratio: ratio("warm-up as a share of max_steps", { default: null, ...only }),
};
const holds = {
  hold_steps: steps("steps at the base rate after the warm-up", { default: null, ...only }),
  hold_ratio: ratio("hold as a share of max_steps", { default: null, ...only }),
};
const constants = {
  constant_steps: steps("last steps at min_lr", { default: null, ...only }),
  constant_ratio: ratio("those steps as a share of max_steps", { default: null, ...only }),
};
const min_lr = lr("rate past max_steps", { default: 0, ...only });
const max_steps = steps("steps of the run", { ...only });
const endless = steps("steps of the run", { default: null, ...only });
const tail = {
  min_lr,
  last_epoch: integer("completed steps when resuming; -1 for a fresh run", { default: -1, ...only }),
};

type Declared<P extends Params> = Omit<Definition<P>, "id" | "unit" | "source" | "compile"> & {
  readonly make: (args: TypedArgs<P>, base: number) => Curve;
};
function scheduler<P extends Params>(name: string, { make, ...rest }: Declared<P>) {
  return defineSchedule<P>({
    ...rest,
    params: { optimizer, ...rest.params } as unknown as P,
    id: `nemo.core.optim.lr_scheduler.${name}`,
    aliases: [`nemo.core.optim.${name}`, `nemo:${name}`],
    needs: ["initial_lr"],
    unit: "step",
    source: "nemo_toolkit 3.0.0, nemo/core/optim/lr_scheduler.py",
    compile: (args, { initial_lr }) => make(args, initial_lr),
  });
}

interface Timed {
  readonly warmup_steps: number | null;
  readonly warmup_ratio: number | null;
  readonly max_steps: number | null;
}
/** A number of steps, given as such or as a share of max_steps. */
function count(given: number | null, share: number | null, max: number | null): number {
  assert(given === null || share === null, "Either use particular number of step or ratio");
  assert(share === null || max !== null, "If there is a ratio, there should be a total steps");
  return given ?? (share === null ? 0 : int(share * max!));
}
const warmOf = (a: Timed) => count(a.warmup_steps, a.warmup_ratio, a.max_steps);
const rise = (base: number, W: number): Segment => warmup(W > 0 ? W + 1 : 0, (t) => base * ((t + 1) / (W + 1)));
const past = (max: number | null) => (max === null ? Infinity : max + 1);

/** WarmupPolicy: warm-up, f, then min_lr. */
function policy(
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
function holding(
  a: Timed & { hold_steps: number | null; hold_ratio: number | null; min_lr: number },
  base: number,
  f: (t: number, H: number, T: number, W: number) => number,
  kink: (H: number, T: number, W: number) => number = () => 0,
): Curve {
  const given = a.hold_steps !== null || a.hold_ratio !== null;
  const held = count(a.hold_steps, a.hold_ratio, a.max_steps);
  if (a.warmup_steps === null && a.warmup_ratio !== null && a.max_steps === null)
    throw new PythonError("TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'");
  const W = warmOf(a);
  const [H, T] = [given ? held + W : 0, a.max_steps];
  const at = (t: number) => {
    if (T === null) throw new PythonError("TypeError: '>' not supported between instances of 'int' and 'NoneType'");
    return f(t, H, T, W);
  };
  const bend = T === null ? 0 : Math.min(kink(H, T, W), T);
  return segments(rise(base, W), hold(H, base), decay(bend, at), decay(past(T), at), cooldown(Infinity, a.min_lr));
}

const warmupPolicy = scheduler("WarmupPolicy", {
  params: { ...warm, max_steps: endless, ...tail },
  formula: "lr · (t + 1) / (W + 1) up to W, then lr; min_lr past max_steps",
  make: (a, base) => policy(a, base, () => base),
});

const warmupHoldPolicy = scheduler("WarmupHoldPolicy", {
  params: { ...warm, ...holds, max_steps: endless, ...tail },
  formula: "lr · (t + 1) / (W + 1) up to W, then lr; min_lr past max_steps",
  make: (a, base) => holding(a, base, () => base),
});

const squareQuirk = ["min_lr is a floor as well as the rate past max_steps."];
const square = scheduler("SquareAnnealing", {
  params: { max_steps, ...warm, ...tail, min_lr: lr("floor", { default: 1e-5, ...only }) },
  formula: "lr · ((T − t) / (T − W))², floor min_lr",
  quirks: ["min_lr is 1e-5 unless written.", ...squareQuirk],
  make: (a, base) => policy(a, base, (t, W, T) => Math.max(base * divide(T - t, T - W) ** 2, a.min_lr)),
});

const squareRoot = scheduler("SquareRootAnnealing", {
  params: { max_steps, ...warm, ...tail },
  formula: "lr · √((T − t) / T), floor min_lr",
  quirks: ["The warm-up is not taken off: the rate drops right after it.", ...squareQuirk],
  make: (a, base) => policy(a, base, (t, _, T) => Math.max(base * pow(divide(T - t, T), 0.5), a.min_lr)),
});

const cosineParams = { max_steps, ...warm, ...constants, ...tail };
const cosine = scheduler("CosineAnnealing", {
  params: cosineParams,
  formula: "min_lr + (lr − min_lr) · (1 + cos(π · (t − W) / (T − W))) / 2",
  quirks: ["With constant_steps the warm-up is lr · t / W, from 0, and the cosine ends constant_steps early."],
  make: (a, base) => annealed(a, base, false),
});

/** The policy beneath CosineAnnealing, by itself constant between warm-up and min_lr. */
const warmupAnnealHold = scheduler("WarmupAnnealHoldPolicy", {
  params: { ...warm, ...constants, max_steps: endless, ...tail },
  formula: "lr · (t + 1) / (W + 1) up to W, lr, then min_lr for the last constant_steps and past max_steps",
  make: (a, base) => annealed(a, base, true),
});

function annealed(a: TypedArgs<typeof cosineParams>, base: number, plain: boolean): Curve {
  assert(a.warmup_steps === null || a.warmup_ratio === null, "Either use particular number of step or ratio");
  assert(a.constant_steps === null || a.constant_ratio === null, "Either use constant_steps or constant_ratio");
  const T = a.max_steps as number | null;
  assert(a.warmup_ratio === null || T !== null, "If there is a ratio, there should be a total steps");
  if (T === null) throw new PythonError("TypeError: unsupported operand type(s): max_steps is None");
  const C = a.constant_steps ?? (a.constant_ratio === null ? 0 : int(a.constant_ratio * T));
  const W = warmOf(a);
  const [D, low] = [T - (C + W), a.min_lr];
  const tooLow = () => {
    if (base < low)
      throw new PythonError(
        "ValueError: CosineAnnealing received an initial learning rate that was lower than the minimum learning rate.",
      );
  };
  if (plain) return segments(rise(base, W), flat(C > 0 ? W + D + 1 : T + 1, base), cooldown(Infinity, low));
  if (C === 0) {
    const at = (t: number) => (tooLow(), (base - low) * halfCosine(divide(t - W, T - W)) + low);
    return segments(rise(base, W), decay(T + 1, at), cooldown(Infinity, low));
  }
  const megatron = (value: (t: number) => number) => (t: number) => {
    assert(base > low);
    return value(t);
  };
  const fall = (t: number) => (tooLow(), byCosine(base, low, divide(t - W, D)));
  return segments(
    warmup(
      W > 0 ? W + 1 : 0,
      megatron((t) => (base * t) / W),
    ),
    decay(W + D + 1, (t) => (tooLow(), megatron(fall)(t))),
    cooldown(
      T + 1,
      megatron(() => low),
    ),
    cooldown(Infinity, low),
  );
}

const noam = scheduler("NoamAnnealing", {
  params: { d_model: integer("width of the model", { ...only }), ...warm, max_steps: endless, ...tail },
  formula: "lr · d_model^−½ · min(t^−½, t · W^−3/2), floor min_lr after the warm-up",
  quirks: ["Steps 0 and 1 are equal.", "max_steps is only used by warmup_ratio."],
  make(a, base) {
    const [norm, W] = [pow(a.d_model, -0.5), warmOf(a)];
    if (base < a.min_lr)
      throw new PythonError(
        "ValueError: NoamAnnealing received an initial learning rate that was lower than the minimum learning rate.",
      );
    const rate = (t: number) => {
      const n = Math.max(1, t);
      return base * norm * (W > 0 ? Math.min(n ** -0.5, n * W ** -1.5) : n ** -0.5);
    };
    return segments(
      warmup(W > 0 ? W + 1 : 0, rate),
      decay(
        Infinity,
        (t) => (Math.max(1, t) > W ? Math.max(rate(t), a.min_lr) : rate(t)),
        (t) => (t < 1 ? 1 : Infinity),
      ),
    );
  },
});

const noamHold = scheduler("NoamHoldAnnealing", {
  params: {
    max_steps,
    decay_rate: power("exponent of the decay", { default: 0.5, ...only }),
    ...warm,
    ...holds,
    ...tail,
  },
  formula: "lr · W^decay_rate / (t − hold)^decay_rate after warm-up and hold, floor min_lr",
  quirks: ["A warm-up is required."],
  make: (a, base) =>
    holding(a, base, (t, H, _, W) => {
      if (W === 0) throw new PythonError("ValueError: Noam scheduler cannot be used without warmup steps");
      const held = H > 0 ? H - W : 0;
      return Math.max((base * Math.max(1, pow(W, a.decay_rate))) / Math.max(1, pow(t - held, a.decay_rate)), a.min_lr);
    }),
});

const warmupAnnealing = scheduler("WarmupAnnealing", {
  params: { max_steps, ...warm, ...tail },
  formula: "lr to min_lr linearly from W to T",
  make: (a, base) => policy(a, base, (t, W, T) => byLine(base, a.min_lr, divide(t - W, T - W))),
});

const inverseSquareRoot = scheduler("InverseSquareRootAnnealing", {
  params: { max_steps, ...warm, ...tail },
  formula: "lr · √((W + 1) / (t + 1))",
  make: (a, base) => policy(a, base, (t, W) => base / ((t + 1) / (W + 1)) ** 0.5),
});

const constant_steps = steps("steps at the first rate", { default: null, ...only });
const t5Params = {
  max_steps,
  constant_steps,
  constant_ratio: ratio("refused by the library", { default: null, ...only }),
  ...tail,
};
function rootConstant(a: TypedArgs<typeof t5Params>, after: (t: number) => number): Curve {
  assert(a.constant_steps === null || a.constant_ratio === null, "Either use particular number of step or ratio");
  // The library reads constant_steps here even when the ratio was given.
  if (a.constant_steps === null)
    throw new PythonError("TypeError: unsupported operand type(s) for ** or pow(): 'NoneType' and 'float'");
  const first = divide(1, pow(a.constant_steps, 0.5));
  return segments(hold(a.constant_steps + 1, first), decay(past(a.max_steps), after), cooldown(Infinity, a.min_lr));
}
const t5 = scheduler("T5InverseSquareRootAnnealing", {
  params: t5Params,
  formula: "1 / √max(t, constant_steps)",
  quirks: ["The optimizer's rate is ignored.", "constant_ratio crashes the library."],
  make: (a) => rootConstant(a, (t) => 1 / t ** 0.5),
});
const rootPolicy = scheduler("SquareRootConstantPolicy", {
  params: t5Params,
  formula: "1 / √constant_steps, then lr",
  make: (a, base) => rootConstant(a, () => base),
});

/** math.pow, which refuses what ** turns into a complex number or a division by zero. */
function mathPow(a: number, b: number): number {
  if ((a === 0 && b < 0) || (a < 0 && !Number.isInteger(b))) throw new PythonError("ValueError: math domain error");
  return a ** b;
}
function poly(base: number, low: number, step: number, length: number, exponent: number, repeat: boolean): number {
  const whole = repeat ? length * (step === 0 ? 1 : Math.ceil(divide(step, length))) : length;
  const p = divide(repeat ? step : Math.min(step, length), whole);
  return (base - low) * mathPow(1 - p, exponent) + low;
}
const polyParams = {
  power: power("exponent", { default: 1, ...only }),
  cycle: flag("start over at the end, longer", { default: false, ...only }),
};

const polynomial = scheduler("PolynomialDecayAnnealing", {
  params: { max_steps, ...polyParams, ...warm, ...tail },
  formula: "min_lr + (lr − min_lr) · (1 − (t − W) / (T − W))^power",
  make: (a, base) =>
    policy(
      a,
      base,
      (t, W, T) => poly(base, a.min_lr, t - W, T - W, a.power, a.cycle),
      (W) => (a.cycle ? everyPeriod(a.max_steps - W, W + 1) : () => Infinity),
    ),
});

const jump = ["Without a hold the decay measures from step 0: the rate jumps when the warm-up ends."];
const polynomialHold = scheduler("PolynomialHoldDecayAnnealing", {
  params: { max_steps, ...polyParams, ...warm, ...holds, ...tail },
  formula: "min_lr + (lr − min_lr) · (1 − (t − H) / (T − max(W, H)))^power after warm-up and hold",
  quirks: jump,
  make: (a, base) =>
    holding(
      a,
      base,
      (t, H, T, W) => poly(base, a.min_lr, t - H, T - Math.max(W, H), a.power, a.cycle),
      (H, T, W) => H + T - Math.max(W, H),
    ),
});

const holdLinear = scheduler("WarmupHoldAnnealLinear", {
  params: { max_steps, ...warm, ...holds, ...tail },
  formula: "lr − (lr − min_lr) · (t − H) / (T − H) after warm-up and hold",
  quirks: jump,
  make: (a, base) => holding(a, base, (t, H, T) => byLine(base, a.min_lr, divide(t - H, T - H))),
});

const holdRoot = scheduler("WarmupHoldAnnealOneMinusSquareRoot", {
  params: { max_steps, ...warm, ...holds, ...tail },
  formula: "max(min_lr, lr · (1 − √((t − H) / (T − H)))) after warm-up and hold",
  quirks: jump,
  make: (a, base) => holding(a, base, (t, H, T) => Math.max(a.min_lr, base * (1 - pow(divide(t - H, T - H), 0.5)))),
});

export const nemo = [
  warmupPolicy,
  warmupHoldPolicy,
  warmupAnnealHold,
  rootPolicy,
  square,
  squareRoot,
  cosine,
  noam,
  noamHold,
  warmupAnnealing,
  inverseSquareRoot,
  t5,
  polynomial,
  polynomialHold,
  holdLinear,
  holdRoot,
];
