import type { Curve } from "../engine/curve.js";
import { bySteps } from "../engine/decays.js";
import { byCosine, byLine, cosineFall, oneCycle } from "../engine/oneCycle.js";
import { round } from "../engine/python.js";
import { cooldown, cycle, decay, drops, flat, halfCosine, perEpoch, segments, warmed } from "../engine/segments.js";
import type { Segment } from "../engine/segments.js";
import { earliest, everyPeriod } from "../engine/shapes.js";
import { holding } from "./configToolsPaddleDetection.js";
import { factor, flag, integer, lr, numbers, power, ratio, real, required, steps } from "./define.js";
import { library } from "./library.js";
import { triangularMode } from "./triangular.js";

/**
 * `Optimizer.lr.name` of PaddleClas and PaddleOCR. The curves count iterations; the rule is the schedule after the warm-up, with
 * a clock of its own. B is the base rate; the tools differ in what the schedule's length excludes.
 */
const tool = (id: "paddleclas" | "paddleocr", source: string) =>
  library({
    homes: [`${id}:`],
    needs: ["steps_per_epoch", "epochs"],
    quirks: ["The schedule's own clock starts when the warm-up ends."],
    source,
    first: {
      learning_rate: lr("base rate", { default: null }),
      warmup_epoch: real("epochs of warm-up", { default: 0 }),
      warmup_start_lr: lr("rate at the start of the warm-up", { default: 0 }),
      by_epoch: false,
      epochs: null,
    },
    run(a, context) {
      const others = a as { readonly values?: readonly number[]; readonly max_lr?: number };
      const whole = Math.max(1, context.steps_per_epoch || 1);
      const epochs = (a.epochs as number | null) ?? context.epochs;
      return {
        /** Iterations of an epoch; 1 where the schedule counts epochs. */
        spe: a.by_epoch ? 1 : whole,
        whole,
        epochs,
        warm: id === "paddleclas" ? Math.min(a.warmup_epoch, epochs) : a.warmup_epoch,
        base: (a.learning_rate as number | null) ?? others.values?.[0] ?? others.max_lr ?? 0,
      };
    },
    finish(after: readonly Segment[], { warmup_start_lr: first, by_epoch }, { spe, whole, warm, base }) {
      const W = round(warm * spe);
      const c = warmed(W, (t) => first + ((base - first) * t) / W, segments(...after), true);
      return by_epoch ? perEpoch(c, whole) : c;
    },
  });
const clas = tool("paddleclas", "PaddlePaddle/PaddleClas, ppcls/optimizer/learning_rate.py");
const ocr = tool("paddleocr", "PaddlePaddle/PaddleOCR, ppocr/optimizer/learning_rate.py");
const linearParams = { end_lr: 0, power: 1 };
const three_phase = flag("fall back to the initial rate before the last phase", { default: false });
const easing = (name: string) => (name === "linear" ? byLine : byCosine);

const shared = [clas, ocr].flatMap((schedule) => [
  schedule({
    name: "Step",
    params: { step_size: integer("epochs between drops"), gamma: 0.1 },
    formula: "B · gamma^⌊epoch / step_size⌋",
    rule: (a, { base, spe }) => [bySteps(base, a.gamma, a.step_size * spe)],
  }),
  schedule({
    name: "Piecewise",
    params: {
      decay_epochs: numbers("epochs of the changes"),
      values: numbers("rates, one more than decay_epochs"),
    },
    formula: "values[number of decay_epochs ≤ epoch]",
    rule(a, { spe }) {
      const edges = a.decay_epochs.map((e) => e * spe);
      return holding(edges, a.values);
    },
  }),
  schedule({
    name: "MultiStepDecay",
    params: { milestones: numbers("epochs of the drops"), gamma: 0.1 },
    formula: "B · gamma^(number of milestones ≤ epoch)",
    rule(a, { base, spe }) {
      const edges = a.milestones.map((m) => m * spe);
      return drops(edges, (i) => base * a.gamma ** i);
    },
  }),
]);

const ofClas = [
  ...["Constant", "ConstLR"].map((name) =>
    clas({ name, params: {}, formula: "B", rule: (_, { base }) => [flat(Infinity, base)] }),
  ),
  clas({
    name: "Linear",
    params: { ...linearParams, cycle: flag("start over at the end", { default: false }) },
    formula: "(B − end_lr) · (1 − t / T)^power + end_lr, T = epochs − warmup_epoch",
    rule(a, { base, spe, epochs, warm }) {
      const T = (epochs - warm) * spe;
      if (!(T > 0)) return [flat(Infinity, base)];
      return (a.cycle ? polynomialCycles : polynomial)(base, a.end_lr, T, a.power);
    },
  }),
  clas({
    name: "Cosine",
    params: { eta_min: 0 },
    formula: "eta_min + (B − eta_min) · (1 + cos(π · t / T)) / 2, T = epochs − warmup_epoch",
    rule(a, { base, spe, epochs, warm }) {
      const T = (epochs - warm) * spe;
      return [T > 0 ? cosineFall(base, a.eta_min, 0, T) : flat(Infinity, base)];
    },
  }),
  clas({
    name: "CosineFixmatch",
    params: { num_cycles: real("cosine periods in the run", { default: 7 / 16 }) },
    formula: "B · max(0, cos(π · num_cycles · t / T))",
    rule({ num_cycles: n }, { base, spe, epochs, warm }) {
      const T = (epochs - warm) * spe;
      const wave = (t: number) => base * Math.max(0, Math.cos((Math.PI * n * t) / Math.max(1, T)));
      return [decay(Infinity, wave, everyPeriod(T / n / 2))];
    },
  }),
  clas({
    name: "Cyclic",
    params: {
      base_learning_rate: lr("lowest rate"),
      max_learning_rate: lr("highest rate"),
      step_size_up: steps("iterations of the rise"),
      step_size_down: steps("iterations of the fall", { default: null }),
      mode: triangularMode,
      exp_gamma: factor("shrink per iteration (exp_range)", { default: 1 }),
    },
    formula: "base + (max − base) · max(0, 1 − |x − 1|) · scale",
    rule: (a) => cyclic(a),
  }),
  clas({
    name: "OneCycleLR",
    params: {
      max_learning_rate: required,
      divide_factor: factor("peak / initial rate", { default: 25 }),
      end_learning_rate: 0.0001,
      phase_pct: ratio("rising share", { default: 0.3 }),
      anneal_strategy: "cos",
      three_phase,
    },
    formula: "max / divide_factor → max over phase_pct, then to end_learning_rate",
    rule({ max_learning_rate: peak, three_phase: threePhase, ...a }, { spe, epochs }) {
      const [first, last] = [peak / a.divide_factor, a.end_learning_rate];
      const ease = easing(a.anneal_strategy);
      return oneCycle({ total: epochs * spe, rise: a.phase_pct, first, peak, last, ease, threePhase });
    },
  }),
];

const ofOcr = [
  ocr({
    name: "Const",
    params: {},
    formula: "B",
    rule: (_, { base }) => [flat(Infinity, base)],
  }),
  ocr({
    name: "Linear",
    params: linearParams,
    formula: "(B − end_lr) · (1 − t / T)^power + end_lr, T = epochs",
    rule: (a, { base, spe, epochs }) => polynomial(base, a.end_lr, epochs * spe, a.power),
  }),
  ocr({
    name: "Cosine",
    params: {},
    formula: "B · (1 + cos(π · t / T)) / 2, T = epochs",
    quirks: ["T is the whole run although the clock starts after the warm-up, so the end is not reached."],
    rule: (_, { base, spe, epochs }) => [cosineFall(base, 0, 0, epochs * spe)],
  }),
  ocr({
    name: "CyclicalCosine",
    params: { cycle: real("epochs of a cycle") },
    formula: "B · (1 + cos(π · (t mod cycle) / cycle)) / 2",
    rule(a, { base, spe }) {
      const period = round(a.cycle * spe);
      return [cycle(Infinity, (t) => base * halfCosine((t % period) / period), everyPeriod(period))];
    },
  }),
  ocr({
    name: "OneCycle",
    params: { max_lr: required, anneal_strategy: "cos", three_phase },
    formula: "max_lr / 25 → max_lr over 30 % of the run, then to max_lr / 250000",
    rule({ max_lr: peak, anneal_strategy, three_phase: threePhase }, { spe, epochs }) {
      const [first, ease] = [peak / 25, easing(anneal_strategy)];
      return oneCycle({ total: epochs * spe, rise: 0.3, first, peak, last: first / 1e4, ease, threePhase });
    },
  }),
  ocr({
    name: "DecayLearningRate",
    params: { factor: power("exponent", { default: 0.9 }) },
    formula: "B · (1 − t / T)^factor",
    rule: (a, { base, spe, epochs }) => polynomial(base, 0, epochs * spe, a.factor),
  }),
  ocr({
    name: "TwoStepCosine",
    params: {},
    formula: "B · (1 + cos(π · t / T)) / 2 with T = 200 epochs up to epoch 200, T = epochs past it",
    quirks: [
      "Without warm-up the recursion has reached 0 at epoch 200 and stays there; with warm-up the rate jumps up again.",
    ],
    rule(a, { base, spe, epochs }) {
      const [T1, T2] = [200 * spe, epochs * spe];
      const tail = a.warmup_epoch > 0 ? (t: number) => base * halfCosine(t / T2) : 0;
      const fall = decay(T1 + 1, (t) => base * halfCosine(t / T1));
      return [fall, decay(Infinity, tail, everyPeriod(T2))];
    },
  }),
];

/** (base − low) · (1 − t / T)^power + low, and low from T on. */
function polynomial(base: number, low: number, T: number, power: number): Segment[] {
  return [decay(T, (t) => (base - low) * (1 - t / T) ** power + low), cooldown(Infinity, low)];
}

/** The same with T grown to its next multiple instead. */
function polynomialCycles(base: number, low: number, T: number, power: number): Segment[] {
  const share = (t: number) => t / (T * Math.max(1, Math.ceil(t / T)));
  return [cycle(Infinity, (t) => (base - low) * (1 - share(t)) ** power + low, everyPeriod(T, 1))];
}

interface Cyclic {
  readonly base_learning_rate: number;
  readonly max_learning_rate: number;
  readonly step_size_up: number;
  readonly step_size_down: number | null;
  readonly mode: string;
  readonly exp_gamma: number;
}

/** Triangles of up + down iterations, lower from one to the next as `mode` says. */
function cyclic({ base_learning_rate: low, max_learning_rate: high, step_size_up: up, mode, ...a }: Cyclic): Segment[] {
  const down = a.step_size_down ?? up;
  const period = up + down;
  const scale = (t: number) =>
    mode === "triangular2" ? 0.5 ** Math.floor(t / period) : mode === "exp_range" ? a.exp_gamma ** t : 1;
  const rate: Curve["at"] = (t) => {
    const i = t % period;
    return low + (high - low) * (i <= up ? i / up : (period - i) / down) * scale(t);
  };
  return [cycle(Infinity, rate, earliest(everyPeriod(period), everyPeriod(period, up - period)))];
}

export const configToolsPaddle = [...shared, ...ofClas, ...ofOcr];
