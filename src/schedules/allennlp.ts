import type { Curve } from "../engine/curve.js";
import { PythonError, assert, divide, int, modulo, power as pow } from "../engine/python.js";
import { cooldown, cycle, decay, halfCosine, hold, segments, warmup } from "../engine/segments.js";
import { countUpTo } from "../engine/shapes.js";
import { stepwise } from "../engine/stepwise.js";
import { bindArguments, isScheduleCall } from "./compile.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  flag,
  handle,
  integer,
  lastEpoch,
  lr,
  optimizer,
  power,
  ratio,
  steps,
  type Args,
  type Context,
  type Definition,
  type Params,
  type ScheduleDefinition,
  type Value,
} from "./define.js";
import { exponentialLR, multiStepLR, reduceLROnPlateau, stepLR } from "./torch.js";
import { transformers } from "./transformers.js";

/** AllenNLP's schedulers: the trainer calls step_batch(t + 1) before the update that follows t batches. */
const home = "allennlp.training.learning_rate_schedulers";
function named(module: string, name: string, registered: string) {
  const aliases = [`allennlp.training.${name}`, `${home}.${module}.${name}`, `allennlp:${registered}`];
  return { id: `${home}.${name}`, aliases, source: `allennlp 2.10.1, training/learning_rate_schedulers/${module}.py` };
}
type Declared<P extends Params> = Omit<Definition<P>, "id" | "aliases" | "source">;
function scheduler<P extends Params>(module: string, name: string, registered: string, declaration: Declared<P>) {
  return defineSchedule<P>({
    ...(declaration as Definition<P>),
    ...named(module, name, registered),
    params: { optimizer, ...declaration.params, last_epoch: lastEpoch } as unknown as P,
  });
}

const length = {
  num_epochs: integer("epochs of the run; the trainer's when absent", { default: null }),
  num_steps_per_epoch: steps("batches of an epoch; the data loader's when absent", { default: null }),
};
const endless = (given: number | null, context: number) => Math.max(0, given ?? (context || 1));

interface Poly {
  readonly power: number;
  readonly warmup_steps: number;
  readonly end_learning_rate: number;
}
/** PolynomialDecay after n batches: n / W, then (T − n) / (T − W) to the power, end_learning_rate from T on. */
function polyAt(base: number, { power, warmup_steps: W, end_learning_rate: end }: Poly, T: number) {
  return (n: number) => {
    if (W > 0 && n < W) return base * (n / W);
    return n >= T ? end : pow(divide(T - n, T - W), power) * (base - end) + end;
  };
}
function polyCurve(base: number, a: Poly, T: number): Curve {
  const f = polyAt(base, a, T);
  const at = (t: number) => f(t + 1);
  return segments(warmup(Math.ceil(a.warmup_steps) - 1, at), decay(T - 1, at), cooldown(Infinity, at));
}

const polynomial = scheduler("polynomial_decay", "PolynomialDecay", "polynomial_decay", {
  params: {
    ...length,
    power: power("exponent", { default: 1 }),
    warmup_steps: steps("batches of linear warm-up", { default: 0 }),
    end_learning_rate: lr("final rate", { default: 0 }),
  },
  needs: ["initial_lr", "epochs", "steps_per_epoch"],
  unit: "step",
  formula:
    "lr · n / W, then end + (lr − end) · ((T − n) / (T − W))^power, n = t + 1, T = num_epochs · num_steps_per_epoch",
  quirks: ["The first update is already at n = 1."],
  compile: (a, c) =>
    polyCurve(c.initial_lr, a, endless(a.num_epochs, c.epochs) * endless(a.num_steps_per_epoch, c.steps_per_epoch)),
});

const linearOf = (warmup_steps: number): Poly => ({ power: 1, warmup_steps, end_learning_rate: 0 });
const linear = scheduler("linear_with_warmup", "LinearWithWarmup", "linear_with_warmup", {
  params: { ...length, warmup_steps: steps("batches of linear warm-up", { default: 100 }) },
  needs: ["initial_lr", "epochs", "steps_per_epoch"],
  unit: "step",
  formula: "lr · n / W, then lr · (T − n) / (T − W), n = t + 1, T = num_epochs · num_steps_per_epoch",
  quirks: ["warmup_steps is 100 unless written."],
  compile: (a, c) =>
    polyCurve(
      c.initial_lr,
      linearOf(a.warmup_steps),
      endless(a.num_epochs, c.epochs) * endless(a.num_steps_per_epoch, c.steps_per_epoch),
    ),
});

const noam = scheduler("noam", "NoamLR", "noam", {
  params: {
    model_size: integer("width of the model"),
    warmup_steps: steps("batches of warm-up"),
    factor: factor("factor of the whole", { default: 1 }),
  },
  unit: "step",
  formula: "factor · model_size^−½ · min(n^−½, n · W^−3/2), n = t + 1",
  quirks: ["The optimizer's rate is ignored."],
  compile({ model_size, warmup_steps: W, factor: scale }) {
    const at = (t: number) => scale * pow(model_size, -0.5) * Math.min(pow(t + 1, -0.5), (t + 1) * pow(W, -1.5));
    return segments(warmup(W, at), decay(Infinity, at));
  },
});

interface Cosine {
  readonly t_initial: number;
  readonly t_mul: number;
  readonly eta_min: number;
  readonly eta_mul: number;
}
/** Cycles that hardly shrink or go back and forth are not followed for ever. */
const mostCycles = 100_000;
const tooMany = "ValueError: more than 100000 restarts";
/** CosineWithRestarts after e calls of step(): its counters moved on once a call. */
function cosineAt(
  base: number,
  { t_initial, t_mul, eta_min, eta_mul }: Cosine,
): { at: (e: number) => number; next: (e: number) => number } {
  assert(t_initial > 0 && eta_min >= 0);
  const starts = [0];
  const lengths = [t_initial];
  /** The cycle of e; a length of 0 divides by zero in the library. */
  const cycleAt = (e: number): [index: number, start: number, length: number] => {
    for (;;) {
      const i = starts.length - 1;
      const [start, length] = [starts[i]!, lengths[i]!];
      if (e < start + length || (length === 0 && e < start)) break;
      modulo(1, length);
      if (starts.length > mostCycles) throw new PythonError(tooMany);
      if (t_mul === 1) {
        const more = Math.floor((e - start) / length);
        return [i + more, start + more * length, length];
      }
      starts.push(start + length);
      lengths.push(int(t_initial * pow(t_mul, i + 1)));
    }
    const i = Math.max(0, t_mul > 0 ? countUpTo(starts, e) - 1 : starts.findLastIndex((start) => start <= e));
    return [i, starts[i]!, lengths[i]!];
  };
  return {
    at(e) {
      if (e === 0) return base;
      const [i, start, length] = cycleAt(e);
      return eta_min + ((base * pow(eta_mul, i) - eta_min) / 2) * (2 * halfCosine((e - start) / length));
    },
    next(e) {
      const [, start, length] = cycleAt(e);
      return start + length;
    },
  };
}

const cosine = scheduler("cosine", "CosineWithRestarts", "cosine", {
  params: {
    t_initial: integer("epochs of the first cycle"),
    t_mul: factor("growth of the cycle", { default: 1 }),
    eta_min: lr("lowest rate", { default: 0 }),
    eta_mul: factor("factor of the peak per restart", { default: 1 }),
  },
  needs: ["initial_lr"],
  unit: "epoch",
  formula: "eta_min + (lr · eta_mul^i − eta_min) · (1 + cos(π · t_i / T_i)) / 2, T_i = ⌊t_initial · t_mul^i⌋",
  compile(a, { initial_lr }) {
    const { at, next } = cosineAt(initial_lr, a);
    // A cycle that shrinks to nothing divides by zero; the sum of the cycles before it is where.
    let last = Infinity;
    if (a.t_mul < 1) {
      last = 0;
      for (let i = 0, length = a.t_initial; length > 0; length = int(a.t_initial * pow(a.t_mul, ++i))) {
        if (i > mostCycles) throw new PythonError(tooMany);
        last += length;
      }
    }
    return segments(
      cycle(last, at, (e) => Math.min(next(e), last)),
      cycle(Infinity, at),
    );
  },
});

interface Slanted {
  readonly num_epochs: number;
  readonly hint: number | null;
  readonly cut_frac: number;
  readonly ratio: number;
  /** Epochs in which layers are still frozen; 0 without gradual unfreezing. */
  readonly frozen: number;
}
/** SlantedTriangular after n batches. `ends`: the batch counts at which its epochs ended, the first 0. */
function slantedAt(base: number, a: Slanted, n: number, ends: readonly number[]): number {
  const actual = ends.length > 1 ? int(ends.at(-1)! / (ends.length - 1)) : Math.max(a.hint || 1, n);
  const freezing = ends.length <= a.frozen;
  const offset = freezing ? ends.at(-1)! : (ends[a.frozen] ?? 0);
  const all = freezing ? actual : a.num_epochs * actual - offset;
  const step = Math.min(n - offset, all);
  const cut = int(all * a.cut_frac);
  const p = step < cut ? step / cut : 1 - divide(step - cut, all - cut);
  return (base * (1 + p * (a.ratio - 1))) / a.ratio;
}

const slanted = scheduler("slanted_triangular", "SlantedTriangular", "slanted_triangular", {
  params: {
    num_epochs: length.num_epochs,
    num_steps_per_epoch: steps("batches of an epoch, only for the first one", { default: null }),
    cut_frac: ratio("rising share", { default: 0.1 }),
    ratio: factor("peak / lowest rate", { default: 32 }),
    last_epoch: lastEpoch,
    gradual_unfreezing: flag("train one more layer every epoch, a triangle for each", { default: false }),
    discriminative_fine_tuning: flag("lower layers get lower rates", { default: false }),
    decay_factor: factor("factor from a layer to the one beneath", { default: 0.38 }),
  },
  needs: ["initial_lr", "epochs", "steps_per_epoch"],
  unit: "step",
  formula: "lr · (1 + p · (ratio − 1)) / ratio: p rises over cut_frac of the run, then falls to 0",
  quirks: [
    "After the first epoch its real number of batches replaces num_steps_per_epoch, so the curve may bend there.",
    "Without num_steps_per_epoch the first epoch's total grows with every batch.",
  ],
  compile(a, context) {
    const bpe = Math.max(1, context.steps_per_epoch || 1);
    const rates = context.group_lrs ?? [];
    const grouped = a.gradual_unfreezing || a.discriminative_fine_tuning;
    // Unfreezing needs groups, the last of them empty: two layers when the file does not show more.
    const G = Math.max(rates.length, grouped ? 3 : 1);
    const rule: Slanted = {
      num_epochs: endless(a.num_epochs, context.epochs),
      hint: a.num_steps_per_epoch,
      cut_frac: a.cut_frac,
      ratio: a.ratio,
      frozen: a.gradual_unfreezing ? G - 2 : 0,
    };
    const ends = (e: number) => Array.from({ length: e + 1 }, (_, i) => i * bpe);
    // Past the frozen epochs only the number of ended epochs counts, which their spacing gives.
    const endsAt = (t: number) => ends(Math.min(Math.floor(t / bpe), Math.max(1, rule.frozen)));
    const curveOf = (base: number) => {
      const at = (t: number) => slantedAt(base, rule, t + 1, endsAt(t));
      const first = Math.max(rule.hint || 1, 1);
      const kinks = [0, ...Array.from({ length: rule.frozen + 1 }, (_, e) => (e + 1) * bpe)].flatMap((from, e) =>
        kinksFrom(rule, e === 0 ? first : bpe, from, e, ends(e)),
      );
      // A first epoch longer than it was said to be stretches the triangle with every further batch.
      const jagged = (t: number) => (t < bpe && first < bpe ? Math.max(t + 1, first - 1) : Infinity);
      const edges = [...new Set(kinks)].filter((k) => k > 0).sort((x, y) => x - y);
      const next = (t: number) => Math.min(jagged(t), edges.find((k) => k > t) ?? Infinity);
      const total = rule.num_epochs * bpe;
      const top = int(total * rule.cut_frac) - 1;
      // One segment from kink to kink: the division by the falling part's length fails at one of them, if at all.
      const parts = [...edges.filter((k) => k !== top && k !== total), top, total].sort((x, y) => x - y);
      const kinds = (k: number) => (k <= top ? warmup : k <= total ? decay : cooldown);
      return segments(...parts.map((k) => kinds(k)(k, at, next)), cooldown(Infinity, at, next));
    };
    const exponent = (i: number) => (a.discriminative_fine_tuning && i < G - 1 ? a.decay_factor ** (G - 2 - i) : 1);
    const [lr, ...groups] = Array.from({ length: G }, (_, i) =>
      curveOf((rates[i] ?? context.initial_lr) * exponent(i)),
    );
    return { lr: lr!, ...(groups.length > 0 && { groups }) };
  },
});
/** Steps at which the triangle of epoch e (counted from `from`) starts, turns and ends. */
function kinksFrom(a: Slanted, actual: number, from: number, e: number, ends: readonly number[]): number[] {
  const freezing = e < a.frozen;
  const offset = freezing ? ends.at(-1)! : a.frozen * (ends[1] ?? 0);
  const all = freezing ? actual : a.num_epochs * actual - offset;
  return [from, offset + int(all * a.cut_frac) - 1, offset + all - 1];
}

/** A scheduler of a combined one, in motion: rate of batch n (from 1), and the end of an epoch. */
interface Child {
  readonly rate: (n: number) => number;
  readonly endEpoch: (n: number) => void;
}
type Make = (args: Args, base: number, epochs: number, hint: number | null) => Child;
const still = (rate: (n: number) => number): Child => ({ rate, endEpoch: () => undefined });
const children = new Map<ScheduleDefinition, Make>([
  [polynomial, (a, base, epochs, hint) => still(polyAt(base, a as unknown as Poly, epochs * (hint ?? 0)))],
  [linear, (a, base, epochs, hint) => still(polyAt(base, linearOf(a.warmup_steps as number), epochs * (hint ?? 0)))],
  [
    noam,
    (a) =>
      still(
        (n) =>
          (a.factor as number) *
          pow(a.model_size as number, -0.5) *
          Math.min(pow(n, -0.5), n * pow(a.warmup_steps as number, -1.5)),
      ),
  ],
  [
    cosine,
    (a, base) => {
      const { at } = cosineAt(base, a as unknown as Cosine);
      let calls = 0;
      return { rate: () => at(calls), endEpoch: () => void calls++ };
    },
  ],
  [
    slanted,
    (a, base, num_epochs, hint) => {
      const ends = [0];
      const rule = { num_epochs, hint, cut_frac: a.cut_frac as number, ratio: a.ratio as number, frozen: 0 };
      return { rate: (n) => slantedAt(base, rule, n, ends), endEpoch: (n) => void ends.push(n) };
    },
  ],
]);

const combined = scheduler("combined", "CombinedLearningRateScheduler", "combined", {
  params: {
    schedulers: anything("pairs of a number of epochs and a scheduler"),
    num_steps_per_epoch: length.num_steps_per_epoch,
  },
  needs: ["initial_lr", "steps_per_epoch"],
  unit: "step",
  formula: "each scheduler for its epochs, its base the rate at which the one before left off",
  quirks: [
    "The batch number goes on: a later scheduler starts in the middle of its own curve.",
    "After the last scheduler the rate stays.",
  ],
  compile({ schedulers, num_steps_per_epoch: hint }, context: Context) {
    const bpe = Math.max(1, context.steps_per_epoch || 1);
    const items = (schedulers as readonly Value[]).map(childOf);
    const starts = items.map((_, i) => items.slice(0, i).reduce((sum, item) => sum + item.epochs, 0));
    const total = items.reduce((sum, item) => sum + item.epochs, 0);
    if (!(total > 0)) throw new Raises("TypeError: schedulers must be pairs of a number of epochs and a scheduler");
    let current: Child | undefined;
    const construct = (epoch: number, rate: number, n: number) => {
      const i = starts.indexOf(epoch);
      if (i >= 0) current = items[i]!.make(rate, items[i]!.epochs, hint);
      else if (epoch >= total) current = undefined;
      // The hand-over is itself a step of the new scheduler, which has counted no batch yet.
      if (epoch > 0) current?.endEpoch(i >= 0 ? 0 : n);
    };
    const next = (rate: number, t: number) => {
      if (t % bpe === 0) construct(t / bpe, rate, t);
      return current ? current.rate(t + 1) : rate;
    };
    const c = stepwise((construct(0, context.initial_lr, 0), current!.rate(1)), next, {
      horizon: Math.min(total * bpe, 1e5),
      phases: starts.map((s, i) => ({ kind: "decay", from: s * bpe, to: (starts[i + 1] ?? total) * bpe })),
    });
    const edges = [...starts, total].map((e) => e * bpe);
    const breaks = (t: number) => Math.min(c.nextBreak(t), edges.find((e) => e > t) ?? Infinity);
    return Object.defineProperties({} as Curve, {
      ...Object.getOwnPropertyDescriptors(c),
      nextBreak: { value: breaks, enumerable: true },
    });
  },
});
function childOf(item: Value) {
  const [epochs, what] = Array.isArray(item) ? (item as [number, Value]) : [0, null];
  const given = isScheduleCall(what)
    ? what.args
    : Object.fromEntries(what instanceof Map ? (what as Map<string, Value>) : []);
  const { type, ...args } = given as Record<string, Value>;
  const definition = isScheduleCall(what)
    ? what.definition
    : [...children.keys()].find((d) => d.aliases!.includes(`allennlp:${String(type)}`));
  const make = definition && children.get(definition);
  if (!make) throw new Raises(`ConfigurationError: ${String(type)} cannot be followed inside a combined scheduler`);
  const bound = bindArguments(definition, args);
  return { epochs, make: (base: number, count: number, hint: number | null) => make(bound, base, count, hint) };
}

/** PyTorch's and Transformers' schedulers under AllenNLP's names, stepped once an epoch. */
const wrapped = (
  name: string,
  registered: string,
  module: string,
  inner: ScheduleDefinition,
  defaults: Args = {},
): ScheduleDefinition => ({
  ...inner,
  ...named(module, name, registered),
  params: Object.fromEntries(
    Object.entries(inner.params).map(([key, spec]) => [
      key,
      defaults[key] === undefined ? spec : { ...spec, default: defaults[key] },
    ]),
  ),
  unit: "epoch",
  quirks: [...(inner.quirks ?? []), "AllenNLP steps it once an epoch."],
});
const fromTransformers = (name: string) => transformers.find((d) => d.id.endsWith(`.${name}`))!;
const own = "learning_rate_scheduler";
const theirs = "pytorch_lr_schedulers";

const invertedTriangular = defineSchedule({
  id: "allennlp.training.momentum_schedulers.InvertedTriangular",
  aliases: [
    "allennlp.training.momentum_schedulers.inverted_triangular.InvertedTriangular",
    "allennlp:inverted_triangular",
  ],
  params: {
    optimizer,
    cool_down: integer("epochs of the fall"),
    warm_up: integer("epochs of the rise"),
    ratio: factor("highest / lowest momentum", { default: 10 }),
    last_epoch: handle("completed epochs when resuming"),
  },
  unit: "epoch",
  quantity: "momentum",
  formula: "momentum falls to momentum / ratio over cool_down, rises back over warm_up, then stays",
  source: "allennlp 2.10.1, training/momentum_schedulers/inverted_triangular.py",
  compile({ cool_down: C, warm_up: W, ratio }, { momentum: m = 0.9 }) {
    const low = divide(m, ratio);
    return segments(
      decay(C + 1, (e) => m - (e && (m - low) * (e / C))),
      warmup(C + W + 1, (e) => low + ((m - low) * (e - C)) / W),
      hold(Infinity, m),
    );
  },
});

export const allennlp = [
  slanted,
  polynomial,
  linear,
  noam,
  cosine,
  combined,
  wrapped("ConstantLearningRateScheduler", "constant", own, fromTransformers("get_constant_schedule")),
  wrapped(
    "ConstantWithWarmupLearningRateScheduler",
    "constant_with_warmup",
    own,
    fromTransformers("get_constant_schedule_with_warmup"),
  ),
  wrapped(
    "CosineWithWarmupLearningRateScheduler",
    "cosine_with_warmup",
    own,
    fromTransformers("get_cosine_schedule_with_warmup"),
  ),
  wrapped(
    "CosineHardRestartsWithWarmupLearningRateScheduler",
    "cosine_hard_restarts_with_warmup",
    own,
    fromTransformers("get_cosine_with_hard_restarts_schedule_with_warmup"),
  ),
  wrapped("StepLearningRateScheduler", "step", theirs, stepLR),
  wrapped("MultiStepLearningRateScheduler", "multi_step", theirs, multiStepLR),
  wrapped("ExponentialLearningRateScheduler", "exponential", theirs, exponentialLR, { gamma: 0.1 }),
  wrapped("ReduceOnPlateauLearningRateScheduler", "reduce_on_plateau", theirs, reduceLROnPlateau),
  invertedTriangular,
];
