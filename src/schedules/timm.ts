import type { Curve } from "../engine/curve.js";
import { assert, floorDivide, log, power as pow, round } from "../engine/python.js";
import { changes, firstWhere } from "../engine/search.js";
import { flat, halfCosine, segments, warmup } from "../engine/segments.js";
import { countUpTo, firstAbove } from "../engine/shapes.js";
import { compileSchedule } from "./compile.js";
import {
  anything,
  defineSchedule,
  factor,
  flag,
  handle,
  integer,
  lr,
  optimizer,
  power,
  ratio,
  real,
  steps,
  word,
} from "./define.js";
import type {
  Context,
  Definition,
  LiveSchedule,
  Params,
  RateFunction,
  ScheduleDefinition,
  TypedArgs,
  Value,
} from "./define.js";
import { isRateFunction } from "./compile.js";
import { metricDriven, plateau } from "./plateau.js";
import { noisy } from "./timmNoise.js";
import { eachGroup, groupCount, raise } from "./torchRules.js";

const source = "timm 1.0.31, timm/scheduler";
const names = (name: string, file: string) => ({
  id: `timm.scheduler.${name}`,
  aliases: [`timm.scheduler.${file}.${name}`],
  source: `${source}/${file}.py`,
});

const warmupParams = (prefix: boolean) => ({
  warmup_t: steps("steps of linear warm-up", { default: 0, min: 0 }),
  warmup_lr_init: lr("rate at the first step of the warm-up", { default: 0, min: 0 }),
  warmup_prefix: flag("the schedule starts after the warm-up, not underneath it", { default: prefix }),
});
const noiseParams = {
  t_in_epochs: flag("step(epoch) drives it; step_update(num_updates) otherwise", { default: true }),
  noise_range_t: anything("step from which noise is added, or a pair", { default: null }),
  noise_pct: ratio("noise is drawn again beyond this share of the rate", { default: 0.67, min: 0 }),
  noise_std: real("standard deviation of the noise", { default: 1, min: 0 }),
  noise_seed: integer("seed of the noise", { default: 42 }),
};
const cycleParams = {
  lr_min: lr("lowest rate", { default: 0, min: 0 }),
  cycle_mul: factor("each cycle is this times as long as the one before", { default: 1, above: true, min: 0 }),
  cycle_decay: factor("each cycle's peak relative to the one before", { default: 1, min: 0 }),
  cycle_limit: integer("cycles; lr_min after them", { default: 1, min: 0 }),
};
const k_decay = power("progress is t^k / t_i^k", { default: 1 });
const initialize = handle("set initial_lr in the parameter groups");
const t_initial = steps("length of the first cycle", { min: 0, above: true });

type Common = TypedArgs<ReturnType<typeof warmupParams> & typeof noiseParams>;
/** The rate from the library's own formula, without warm-up, for the t that it sees; with its breaks. */
interface Formula {
  readonly lr: (t: number) => number;
  readonly breaks: (t: number) => number;
  /** Where it raises. */
  readonly until?: number;
  readonly kind?: "hold" | "decay" | "cycle";
}

/** A scheduler of timm: before its first step the rate is the constructed one, then the formula's for t = 1, 2, … */
function timmSchedule<P extends Params>(
  declaration: Omit<Definition<P>, "compile" | "unit" | "needs"> & {
    /** Without warmup_prefix TanhLRScheduler warms up to its own value there. */
    readonly meets?: boolean;
    readonly rule: (args: TypedArgs<P>, base: number) => Formula;
  },
): ScheduleDefinition {
  const { rule, meets, ...rest } = declaration;
  return defineSchedule<P>({
    ...rest,
    params: { optimizer, ...declaration.params, initialize },
    unit: "epoch",
    needs: ["initial_lr"],
    compile: (args: TypedArgs<P>, context: Context) =>
      eachGroup(groupCount({}, [], context), context, (_, base) => {
        const common = args as unknown as Common;
        return { lr: noisy(warmed(rule(args, base), common, base, meets === true), common) };
      }),
  } as Definition<P>);
}

function warmed(formula: Formula, common: Common, base: number, meets: boolean): Curve {
  const { warmup_t: W, warmup_lr_init: init, warmup_prefix = true } = common;
  const shift = warmup_prefix ? W : 0;
  const at = (t: number) => formula.lr(t - shift);
  const goal = meets && !warmup_prefix && W ? at(W) : base;
  const first = W ? init : base;
  const kind = formula.kind ?? "decay";
  const breaks = (t: number) => formula.breaks(t - shift) + shift;
  return segments(
    { kind: W > 0 ? "warmup" : "hold", to: 1, lr: first },
    warmup(W, (t) => init + (t * (goal - init)) / W),
    { kind, to: (formula.until ?? Infinity) + shift, lr: at, breaks },
    { kind, to: Infinity, lr: at, breaks },
  );
}

/** Cycles of t_initial, t_initial · cycle_mul, …; `shape` gives 1 at progress 0 and about 0 at 1. */
function cycled(
  a: { t_initial: number; lr_min: number; cycle_mul: number; cycle_decay: number; cycle_limit: number },
  base: number,
  shape: (t: number, length: number) => number,
): Formula {
  assert(a.t_initial > 0);
  assert(a.lr_min >= 0);
  const m = a.cycle_mul;
  const indexAt = (t: number) =>
    m === 1 ? floorDivide(t, a.t_initial) : Math.floor(log(1 - (t / a.t_initial) * (1 - m), m));
  const lrAt = (t: number) => {
    const i = indexAt(t);
    if (!(i < a.cycle_limit)) return a.lr_min;
    const start = m === 1 ? a.t_initial * i : ((1 - m ** i) / (1 - m)) * a.t_initial;
    return (
      a.lr_min + (base * a.cycle_decay ** i - a.lr_min) * shape(t - start, m === 1 ? a.t_initial : m ** i * a.t_initial)
    );
  };
  const cycleAt = (t: number) => {
    try {
      return Math.min(indexAt(t), a.cycle_limit);
    } catch {
      return Infinity;
    }
  };
  const until = m === 1 ? Infinity : firstWhere((t) => m <= 0 || !(1 - (t / a.t_initial) * (1 - m) > 0), -1);
  return { lr: lrAt, breaks: changes(cycleAt), until, kind: a.cycle_limit > 1 ? "cycle" : "decay" };
}

const cosineLRScheduler = timmSchedule({
  ...names("CosineLRScheduler", "cosine_lr"),
  params: { t_initial, ...cycleParams, ...warmupParams(false), ...noiseParams, k_decay },
  formula: "lr = lr_min + (lr · cycle_decay^i - lr_min) · (1 + cos(π · t^k / t_i^k)) / 2",
  quirks: [
    "The rate is lr_min after cycle_limit cycles.",
    "Without warmup_prefix the cosine runs on underneath the warm-up, so the rate jumps down when the warm-up ends.",
  ],
  rule: (a, base) => cycled(a, base, (t, length) => halfCosine(pow(t, a.k_decay) / length ** a.k_decay)),
});

const tanhLRScheduler = timmSchedule({
  ...names("TanhLRScheduler", "tanh_lr"),
  params: {
    t_initial,
    lb: real("tanh's argument at the start", { default: -7 }),
    ub: real("tanh's argument at the end", { default: 3 }),
    ...cycleParams,
    ...warmupParams(false),
    ...noiseParams,
  },
  meets: true,
  formula: "lr = lr_min + (lr · cycle_decay^i - lr_min) · (1 - tanh(lb · (1 - p) + ub · p)) / 2",
  quirks: [
    "Without warmup_prefix the warm-up ends on the curve's own value there.",
    "Before the first step the rate is the optimizer's, slightly above the formula's.",
  ],
  rule: (a, base) => {
    const formula = cycled(
      a,
      base,
      (t, length) => 0.5 * (1 - Math.tanh(a.lb * (1 - t / length) + a.ub * (t / length))),
    );
    for (const holds of [a.lb < a.ub, a.cycle_limit >= 0, a.warmup_t >= 0, a.warmup_lr_init >= 0]) assert(holds);
    return formula;
  },
});

const polyLRScheduler = timmSchedule({
  ...names("PolyLRScheduler", "poly_lr"),
  params: {
    t_initial,
    power: power("1 is a straight line", { default: 0.5 }),
    ...cycleParams,
    ...warmupParams(false),
    ...noiseParams,
    k_decay,
  },
  formula: "lr = lr_min + (lr · cycle_decay^i - lr_min) · (1 - t^k / t_i^k)^power",
  quirks: ["power is 0.5 unless given; create_scheduler_v2 passes its decay_rate as power."],
  rule: (a, base) => cycled(a, base, (t, length) => pow(1 - pow(t, a.k_decay) / length ** a.k_decay, a.power)),
});

const stepLRScheduler = timmSchedule({
  ...names("StepLRScheduler", "step_lr"),
  params: {
    decay_t: real("steps between two drops", { min: 0, above: true }),
    decay_rate: factor("the rate is multiplied by this at each drop", { default: 1, min: 0 }),
    ...warmupParams(true),
    ...noiseParams,
  },
  formula: "lr = lr · decay_rate^⌊t / decay_t⌋",
  quirks: ["warmup_prefix is True unless given: the steps are counted from the end of the warm-up."],
  rule: (a, base) => {
    const level = (t: number) => (a.decay_t === 0 ? 0 : floorDivide(t, a.decay_t));
    return { lr: (t) => base * pow(a.decay_rate, floorDivide(t, a.decay_t)), breaks: changes(level) };
  },
});

const multiStepLRScheduler = timmSchedule({
  ...names("MultiStepLRScheduler", "multistep_lr"),
  params: {
    decay_t: anything("steps before which the rate drops, in ascending order"),
    decay_rate: factor("the rate is multiplied by this at each milestone", { default: 1, min: 0 }),
    ...warmupParams(true),
    ...noiseParams,
  },
  formula: "lr = lr · decay_rate^(number of milestones ≤ t + 1)",
  quirks: ["It drops one step before the milestone.", "decay_rate is 1 unless given: nothing drops."],
  rule: (a, base) => {
    const list = a.decay_t as readonly number[];
    if (!Array.isArray(list)) raise("TypeError: object of type 'int' has no len()");
    const edges = list.map((m) => Math.ceil(m - 1)).sort((x, y) => x - y);
    return { lr: (t) => base * pow(a.decay_rate, countUpTo(list, t + 1)), breaks: (t) => firstAbove(edges, t) };
  },
});

const stableForms = ["constant", "rsqrt", "power"];
const decayForms = ["linear", "1-sqrt", "cosine", "power", "exp"];
const tuple = (forms: string[]) => `(${forms.map((f) => `'${f}'`).join(", ")})`;

const wsdLRScheduler = timmSchedule({
  ...names("WSDLRScheduler", "wsd_lr"),
  params: {
    t_initial: steps("steps after the warm-up: stable and decay", { min: 0, above: true }),
    decay_t: steps("steps of decay at the end of them", { min: 0, above: true }),
    lr_min: lr("lowest rate", { default: 0, min: 0 }),
    stable_fn: word("form of the stable stretch", { default: "constant", choices: stableForms }),
    stable_timescale: steps("time scale of rsqrt and power; warmup_t when None", {
      default: null,
      min: 0,
      above: true,
    }),
    stable_power: power("power of stable_fn='power'", { default: 0.5, min: 0, above: true }),
    decay_fn: anything("form of the decay, or a function of its progress", { default: "1-sqrt", choices: decayForms }),
    decay_power: power("power of decay_fn='power'", { default: 0.5, min: 0, above: true }),
    decay_ratio: ratio("last factor of decay_fn='exp'", { default: 0.1, min: 0, max: 1, above: true }),
    warmup_t: steps("steps of linear warm-up, before t_initial", { default: 0, min: 0 }),
    warmup_lr_init: lr("rate at the first step of the warm-up", { default: 0, min: 0 }),
    ...noiseParams,
  },
  formula: "warm-up, then stable for t_initial - decay_t, then lr_min + (lr - lr_min) · decay(p)",
  quirks: ["The warm-up always comes before t_initial, in addition to it."],
  rule: (a, base) => {
    const scale = checkWsd(a);
    const exponent = a.stable_fn === "rsqrt" ? 0.5 : a.stable_power;
    const stable = (t: number) =>
      Math.max(a.stable_fn === "constant" ? base : base * pow(1 + t / scale, -exponent), a.lr_min);
    const from = a.t_initial - a.decay_t;
    const fall = decayOf(a.decay_fn, a.decay_power, a.decay_ratio);
    const at = (t: number) => {
      if (t <= from) return stable(t);
      return a.lr_min + (stable(t) - a.lr_min) * fall(Math.min((t - from) / a.decay_t, 1));
    };
    const part = (t: number) => (t > from ? (t >= a.t_initial ? 2 : 1) : 0);
    const floored = (t: number) => stable(t) <= a.lr_min;
    const [parts, floors] = [changes(part), changes(floored)];
    return { lr: at, breaks: (t) => Math.min(parts(t), floors(t)) };
  },
});

interface Wsd {
  t_initial: number;
  decay_t: number;
  lr_min: number;
  stable_fn: string;
  stable_timescale: number | null;
  stable_power: number;
  decay_fn: Value;
  decay_power: number;
  decay_ratio: number;
  warmup_t: number;
}

/** Refuses what the constructor refuses; the time scale of the stable stretch. */
function checkWsd(a: Wsd): number {
  const invalid = (name: keyof Wsd, must: string) =>
    raise(`ValueError: Invalid ${name} (${a[name] as string}), must be ${must}.`);
  if (a.t_initial <= 0) invalid("t_initial", "> 0");
  if (!(0 < a.decay_t && a.decay_t <= a.t_initial)) invalid("decay_t", `in (0, t_initial] w/ t_initial=${a.t_initial}`);
  if (a.lr_min < 0) invalid("lr_min", ">= 0");
  if (!stableForms.includes(a.stable_fn)) invalid("stable_fn", `one of ${tuple(stableForms)}`);
  if (typeof a.decay_fn === "string" && !decayForms.includes(a.decay_fn))
    invalid("decay_fn", `one of ${tuple(decayForms)} or a callable`);
  if (!(0 < a.decay_ratio && a.decay_ratio < 1)) invalid("decay_ratio", "in (0, 1)");
  if (a.decay_power <= 0) invalid("decay_power", "> 0");
  if (a.stable_power <= 0) invalid("stable_power", "> 0");
  const scale = a.stable_timescale ?? a.warmup_t;
  if (a.stable_fn !== "constant" && scale <= 0)
    raise(
      `ValueError: stable_fn=${a.stable_fn} requires a positive stable_timescale, it defaults to warmup_t (${a.warmup_t}), ` +
        "set it explicitly when there is no warmup.",
    );
  return scale;
}

function decayOf(form: Value, exponent: number, r: number): (p: number) => number {
  if (isRateFunction(form)) return (p) => Number((form as RateFunction).call([p]));
  if (form === "linear") return (p) => 1 - p;
  if (form === "1-sqrt") return (p) => 1 - Math.sqrt(p);
  if (form === "cosine") return halfCosine;
  if (form === "power") return (p) => 1 - p ** exponent;
  return (p) => (r ** p - r) / (1 - r);
}

const plateauLRScheduler = defineSchedule({
  ...names("PlateauLRScheduler", "plateau_lr"),
  params: {
    optimizer,
    decay_rate: factor("the rate is multiplied by this at each reduction", { default: 0.1, min: 0, max: 1 }),
    patience_t: steps("epochs without improvement that are let pass", { default: 10, min: 0 }),
    threshold: ratio("how much better counts as better, relative to the best", { default: 1e-4, min: 0 }),
    cooldown_t: steps("epochs to wait after a reduction", { default: 0, min: 0 }),
    warmup_t: steps("epochs of linear warm-up; metrics do not count in them", { default: 0, min: 0 }),
    warmup_lr_init: lr("rate at the first step of the warm-up", { default: 0, min: 0 }),
    lr_min: lr("lowest rate", { default: 0, min: 0 }),
    mode: word("whether the metric should fall (min) or rise (max)", { default: "max", choices: ["min", "max"] }),
    noise_range_t: handle("epochs in which noise is added"),
    noise_type: handle("normal or uniform noise"),
    noise_pct: handle("bound of the noise"),
    noise_std: handle("standard deviation of the noise"),
    noise_seed: handle("seed of the noise"),
    initialize,
  },
  unit: "epoch",
  needs: ["initial_lr"],
  formula: "lr = max(lr · decay_rate, lr_min) after more than patience_t epochs without improvement",
  quirks: ["mode is 'max' unless given.", "The first epoch after the warm-up is the first whose metric counts."],
  compile: (a, context) => {
    const rule = { factor: a.decay_rate, patience: a.patience_t, cooldown: a.cooldown_t, min_lr: a.lr_min, ...a };
    return eachGroup(groupCount({}, [], context), context, (_, base) => {
      const start = plateau(base, { ...rule, threshold_mode: "rel", eps: 1e-8 });
      const W = a.warmup_t;
      const warming = (): LiveSchedule => {
        const inner = start();
        let epoch = 0;
        return {
          lr: W ? a.warmup_lr_init : base,
          step(metric) {
            epoch++;
            const because = epoch <= W ? undefined : inner.step(metric);
            this.lr = epoch <= W ? a.warmup_lr_init + (epoch * (base - a.warmup_lr_init)) / W : inner.lr;
            return because;
          },
        };
      };
      warming();
      return metricDriven(warming, context);
    });
  },
});

const createSchedulerV2 = defineSchedule({
  id: "timm.scheduler.create_scheduler_v2",
  aliases: ["timm.scheduler.scheduler_factory.create_scheduler_v2"],
  source: `${source}/scheduler_factory.py`,
  params: {
    optimizer,
    sched: word("which schedule", {
      default: "cosine",
      choices: ["cosine", "tanh", "step", "constant", "multistep", "plateau", "poly", "wsd", "rsqrt", "none"],
    }),
    num_epochs: integer("epochs of the run", { default: 300, min: 1 }),
    decay_epochs: real("epochs between two drops; share of the run, or epochs, of decay for wsd", {
      default: null,
      min: 0,
    }),
    decay_milestones: anything("epochs of multistep", { default: [90, 180, 270] }),
    cooldown_epochs: integer("epochs at the end at the lowest rate", { default: 0, min: 0 }),
    patience_epochs: integer("patience of plateau", { default: 10, min: 0 }),
    decay_rate: factor("factor of step, multistep and plateau; power of poly", { default: 0.1, min: 0 }),
    min_lr: lr("lowest rate", { default: 0, min: 0 }),
    warmup_lr: lr("rate at the first step of the warm-up", { default: 1e-5, min: 0 }),
    warmup_epochs: integer("epochs of linear warm-up", { default: 0, min: 0 }),
    warmup_prefix: flag("the schedule starts after the warm-up", { default: false }),
    noise: anything("share of the run from which noise is added", { default: null }),
    noise_pct: noiseParams.noise_pct,
    noise_std: noiseParams.noise_std,
    noise_seed: noiseParams.noise_seed,
    cycle_mul: cycleParams.cycle_mul,
    cycle_decay: factor("each cycle's peak relative to the one before", { default: 0.1, min: 0 }),
    cycle_limit: cycleParams.cycle_limit,
    k_decay,
    decay_fn: anything("form of the decay of wsd and rsqrt", { default: null, choices: decayForms }),
    stable_timescale: real("time scale of rsqrt, in epochs", { default: null, min: 0, above: true }),
    plateau_mode: word("mode of plateau", { default: "max", choices: ["min", "max"] }),
    step_on_epochs: flag("step once an epoch; once an update otherwise", { default: true }),
    updates_per_epoch: integer("updates per epoch", { default: 0, min: 0 }),
  },
  unit: "epoch",
  needs: ["initial_lr"],
  formula: "the schedule that `sched` names, its lengths in epochs",
  quirks: [
    "It returns a pair: the scheduler and the number of epochs with cycles and cool-down.",
    "warmup_lr is 1e-5 unless given.",
  ],
  compile: (a, context) => {
    const isWsd = a.sched === "wsd" || a.sched === "rsqrt";
    if (!a.step_on_epochs)
      assert(a.updates_per_epoch > 0, "updates_per_epoch must be set to number of dataloader batches");
    const unit = a.step_on_epochs ? 1 : a.updates_per_epoch;
    const [t, W, given] = [a.num_epochs * unit, a.warmup_epochs * unit, a.decay_epochs as number | null];
    const span =
      a.noise === null
        ? null
        : Array.isArray(a.noise)
          ? (a.noise as number[]).map((n) => n * t)
          : (a.noise as number) * t;
    const noise_range_t = Array.isArray(span) && span.length === 1 ? span[0]! : span;
    const noise = {
      noise_range_t,
      noise_pct: a.noise_pct,
      noise_std: a.noise_std,
      noise_seed: a.noise_seed,
      t_in_epochs: a.step_on_epochs,
    };
    const warm = { warmup_lr_init: a.warmup_lr, warmup_t: W, warmup_prefix: a.warmup_prefix };
    const cycles = {
      t_initial: t,
      lr_min: a.min_lr,
      cycle_mul: a.cycle_mul,
      cycle_decay: a.cycle_decay,
      cycle_limit: a.cycle_limit,
    };
    const make = (definition: ScheduleDefinition, args: Record<string, Value>) =>
      compileSchedule(definition, args, context);
    const { decay_rate } = a;
    if (a.sched === "cosine") return make(cosineLRScheduler, { ...cycles, ...warm, ...noise, k_decay: a.k_decay });
    if (a.sched === "tanh") return make(tanhLRScheduler, { ...cycles, ...warm, ...noise });
    if (a.sched === "poly")
      return make(polyLRScheduler, { ...cycles, ...warm, ...noise, k_decay: a.k_decay, power: decay_rate });
    if (a.sched === "step")
      return make(stepLRScheduler, { decay_t: (given ?? 90) * unit, decay_rate, ...warm, ...noise });
    if (a.sched === "constant") return make(stepLRScheduler, { decay_t: 1, decay_rate: 1, ...warm, ...noise });
    if (a.sched === "multistep") {
      const decay_t = (a.decay_milestones as number[]).map((m) => m * unit);
      return make(multiStepLRScheduler, { decay_t, decay_rate, ...warm, ...noise });
    }
    if (a.sched === "plateau") {
      assert(a.step_on_epochs, "Plateau LR only supports step per epoch.");
      const own = { patience_t: a.patience_epochs, lr_min: a.min_lr, mode: a.plateau_mode };
      return make(plateauLRScheduler, { decay_rate, ...own, warmup_t: W, warmup_lr_init: a.warmup_lr });
    }
    if (!isWsd)
      return a.sched === "none"
        ? segments(flat(Infinity, context.initial_lr))
        : raise(`ValueError: Unknown scheduler '${a.sched}'.`);
    const whole = a.warmup_prefix ? t : t - W;
    const share = given ?? 0.2;
    const decay_t = round(share > 0 && share < 1 ? share * whole : share * unit);
    if (!(0 < decay_t && decay_t <= whole))
      raise(
        `ValueError: ${a.sched} schedule requires 0 < decay_epochs <= epochs${a.warmup_prefix ? "" : " - warmup_epochs"}, ` +
          `got decay ${decay_t} and stable + decay length ${whole}.`,
      );
    return make(wsdLRScheduler, {
      ...noise,
      t_initial: whole,
      decay_t,
      lr_min: a.min_lr,
      stable_fn: a.sched === "rsqrt" ? "rsqrt" : "constant",
      stable_timescale: a.stable_timescale === null ? null : (a.stable_timescale as number) * unit,
      decay_fn: a.decay_fn ?? (a.sched === "rsqrt" ? "linear" : "1-sqrt"),
      warmup_t: W,
      warmup_lr_init: a.warmup_lr,
    });
  },
});

export const timm: readonly ScheduleDefinition[] = [
  cosineLRScheduler,
  tanhLRScheduler,
  polyLRScheduler,
  stepLRScheduler,
  multiStepLRScheduler,
  plateauLRScheduler,
  wsdLRScheduler,
  createSchedulerV2,
];
