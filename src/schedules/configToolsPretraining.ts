import { byCosine, byLine, cosineFall, type Ease } from "../engine/oneCycle.js";
import { int, round } from "../engine/python.js";
import { cooldown, decay, halfCosine, hold, rising, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { integer, lr, ratio, steps, word } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { multifactor, multifactorParams } from "./t5xFactors.js";

/** Schedules of tools that train language models from scratch. Curves count optimizer steps. */

const needs = ["total_steps"] as const;
const runLength = (meaning: string) => steps(meaning, { default: null });
const orNull = (value: number) => value as number | null;

/** The rule is the rate at share p of the decay. */
const neox = library({
  homes: ["gpt-neox:"],
  needs,
  quirks: ["warmup is a share, not a number of steps.", "Iteration 0 already runs at the rate of iteration 1."],
  source: "EleutherAI/gpt-neox, megatron/learning_rates.py and training.py",
  first: {
    lr: lr("peak rate (optimizer.params.lr)"),
    min_lr: lr("floor", { default: 0 }),
    warmup: ratio("warm-up as a share of the decay iterations", { default: 0.01 }),
    train_iters: runLength("iterations of the run"),
    lr_decay_iters: runLength("iterations of the decay"),
    lr_decay_fraction: ratio("decay iterations as a share of the run", { default: null }),
  },
  run(a, { total_steps }) {
    const all = orNull(a.train_iters) ?? total_steps;
    const share = orNull(a.lr_decay_fraction) === null ? all : Math.floor(all * a.lr_decay_fraction);
    const E = Math.max(1, orNull(a.lr_decay_iters) ?? share);
    return { E, W: a.warmup * E };
  },
  finish(made: { at: (p: number) => number; repeats?: boolean }, { lr: base, min_lr }, { E, W }) {
    const at = (t: number) => Math.max(min_lr, made.at((t - W) / (E - W)));
    const rise = warmup(W > 0 ? Math.floor(W) + 1 : 0, (t) => (base * Math.max(1, t)) / W);
    return segments(rise, decay(E + 1, at), decay(Infinity, at, made.repeats ? everyPeriod(E - W, W) : undefined));
  },
});

/** Rates between `learning_rate` and its share `alpha_f`; the rule is the rate after the warm-up, at step t. */
const olmo = library({
  homes: (name) => [`olmo:${name}`, ...(name === "constant" ? ["olmo:constant_scheduler"] : [])],
  needs,
  quirks: [
    "The warm-up starts at a tenth of the peak unless warmup_min_lr is written.",
    "Counted as the trainer counts: its first update is at step 1.",
  ],
  source: "allenai/OLMo, olmo/optim.py",
  first: {
    learning_rate: lr("peak rate (optimizer.learning_rate)"),
    t_warmup: steps("steps (or tokens) of warm-up", { default: 100 }),
    t_max: runLength("where the decay ends; the run's length when absent"),
    alpha_f: ratio("final factor", { default: 0.1 }),
    warmup_min_lr: lr("rate at step 0; a tenth of the peak when absent", { default: null }),
    max_duration: runLength("steps (or tokens) of the run"),
  },
  run: (a, { total_steps }) => ({
    W: a.t_warmup,
    T: orNull(a.t_max) ?? orNull(a.max_duration) ?? total_steps,
    low: a.learning_rate * a.alpha_f,
  }),
  finish(after: { at: (t: number) => number; W?: number; to?: number }, { learning_rate: base, ...a }, { W, low }) {
    const first = orNull(a.warmup_min_lr) ?? base * 0.1;
    return segments(rising(after.W ?? W, base, first), decay(after.to ?? Infinity, after.at), cooldown(Infinity, low));
  },
});
const eased = (name: string, formula: string, ease: Ease) =>
  olmo({
    name,
    params: {},
    formula,
    rule: ({ learning_rate: base }, { W, T, low }) => ({ at: (t) => ease(base, low, (t - W) / (T - W)), to: T }),
  });

/** Down to `learning_rate_final_fraction` of the rate by the end of the schedule, 0 past it. The rule is D, how long that takes, and its shape. */
const maxtext = library({
  homes: ["maxtext:"],
  needs,
  quirks: ["Steps past learning_rate_schedule_steps run at rate 0."],
  source: "AI-Hypercomputer/maxtext, maxtext_utils.py create_learning_rate_schedule",
  first: {
    learning_rate: 3e-5,
    learning_rate_final_fraction: ratio("final factor", {
      default: 0.1,
      alias: ["cosine_learning_rate_final_fraction"],
    }),
    warmup_steps_fraction: ratio("warm-up as a share of the schedule", { default: 0.1 }),
    wsd_decay_steps_fraction: ratio("decay as a share of the schedule (wsd)", { default: 0.1 }),
    wsd_decay_style: word("shape of the decay (wsd)", { default: "linear", choices: ["linear", "cosine"] }),
    learning_rate_schedule_steps: steps("steps of the schedule; -1: the run's", { default: -1 }),
    steps: runLength("steps of the run"),
  },
  run(a, { total_steps }) {
    const all = orNull(a.steps) ?? total_steps;
    const L = a.learning_rate_schedule_steps > 0 ? a.learning_rate_schedule_steps : all;
    return { L, W: int(L * a.warmup_steps_fraction) };
  },
  finish({ D, ease, span }: { D: number; ease: Ease; span: number }, { learning_rate: base, ...a }, { L, W }) {
    const low = base * a.learning_rate_final_fraction;
    const fall = (t: number) => ease(base, low, (t - (L - D)) / Math.max(1, span));
    return segments(rising(W, base), hold(L - D, base), decay(L, fall), cooldown(Infinity, 0));
  },
});

const torchtitan = library({
  homes: ["torchtitan:"],
  needs,
  source: "torchtitan 0.3.0, torchtitan/components/optimizer/lr_scheduler.py",
});
const shapes: Readonly<Record<string, (q: number) => number>> = {
  linear: (q) => 1 - q,
  sqrt: (q) => 1 - Math.sqrt(q),
  cosine: halfCosine,
};

const t5x = library({
  homes: () => ["t5x:create_learning_rate_scheduler", "t5x.utils.create_learning_rate_scheduler"],
  dtype: "float32",
  source: "google-research/t5x, t5x/utils.py",
});
const litgpt = library({ homes: ["litgpt:"], needs });

export const configToolsPretraining = [
  neox({
    name: "linear",
    params: {},
    formula: "lr · (E − t) / (E − W), floor min_lr",
    rule: (a) => ({ at: (p) => a.lr * (1 - p) }),
  }),
  neox({
    name: "cosine",
    params: {},
    formula: "min_lr + (lr − min_lr) · (1 + cos(π · (t − W) / (E − W))) / 2",
    rule: (a) => ({ at: (p) => byCosine(a.lr, a.min_lr, p), repeats: true }),
  }),
  neox({
    name: "exponential",
    params: {},
    formula: "lr · e^(−0.693 · (t − W) / (E − W)), floor min_lr",
    rule: (a) => ({ at: (p) => a.lr * Math.exp(-0.693 * p) }),
  }),
  neox({
    name: "constant",
    params: {},
    formula: "lr after the warm-up",
    rule: (a) => ({ at: () => a.lr }),
  }),
  eased("cosine_with_warmup", "η·α_f + (η − η·α_f) · (1 + cos(π · (t − W) / (T − W))) / 2", byCosine),
  eased("linear_with_warmup", "η − (η − η·α_f) · (t − W) / (T − W)", byLine),
  olmo({
    name: "inverse_sqrt_with_warmup",
    params: {},
    formula: "η · √(W / max(W, t))",
    rule: ({ learning_rate: base }, { W }) => ({ at: (t) => base * Math.sqrt(W / Math.max(W, t)) }),
  }),
  olmo({
    name: "constant",
    params: {},
    formula: "η",
    rule: (a) => ({ at: () => a.learning_rate, W: 0 }),
  }),
  olmo({
    name: "constant_with_warmup",
    params: {},
    formula: "η after the warm-up",
    rule: (a) => ({ at: () => a.learning_rate }),
  }),
  // The cosine is scaled by the falling line down to the same floor.
  eased(
    "cosine_linear_envelope",
    "η·α_f + (η − η·α_f) · (1 + cos(π · p)) / 2 · (1 − p)",
    (high, low, p) => low + (high - low) * halfCosine(p) * (1 - p),
  ),
  torchtitan({
    name: "lr_scheduler",
    params: {
      lr: lr("peak rate (optimizer.lr)", { default: 8e-4 }),
      warmup_steps: 200,
      decay_ratio: ratio("decay as a share of the run; the rest after the warm-up when absent", { default: null }),
      decay_type: word("shape of the decay", { default: "linear", choices: Object.keys(shapes) }),
      min_lr_factor: ratio("final factor", { default: 0, alias: ["lr_min"] }),
      total_steps: runLength("steps of the schedule"),
      steps: runLength("steps of the run (training.steps)"),
    },
    formula: "lr · (t + 1) / W, lr, then lr · (m + (1 − m) · f(q)), q = (t + 1 − W − stable) / decay",
    quirks: ["A virtual last step keeps the last real one above the floor."],
    rule({ lr: base, decay_ratio, min_lr_factor: m, ...a }, { total_steps }) {
      const T = orNull(a.total_steps) ?? orNull(a.steps) ?? total_steps;
      const W = Math.min(int(a.warmup_steps), T);
      const D = orNull(decay_ratio) === null ? T - W : Math.min(round(T * decay_ratio), T - W);
      const f = shapes[a.decay_type];
      refuse(!f, `ValueError: Unknown lr_decay_type: ${a.decay_type}`);
      const from = T - D;
      const fall = (t: number) => base * (m + (1 - m) * f!((t - from) / D));
      const rise = warmup(W, (t) => (base * (t + 1)) / W);
      return segments(rise, hold(from + 1, base), decay(Infinity, fall, everyPeriod(Math.max(1, D), from)));
    },
  }),
  maxtext({
    name: "cosine",
    params: {},
    formula: "warm-up, then final + (lr − final) · (1 + cos(π · p)) / 2 up to learning_rate_schedule_steps, 0 past it",
    rule: (_, { L, W }) => ({ D: L - W, ease: byCosine, span: L - W - 1 }),
  }),
  maxtext({
    name: "wsd",
    params: {},
    formula: "warm-up, hold, then down to the final fraction over wsd_decay_steps_fraction, 0 past it",
    rule(a, { L }) {
      const D = int(L * a.wsd_decay_steps_fraction);
      return { D, ease: a.wsd_decay_style === "cosine" ? byCosine : byLine, span: D };
    },
  }),
  t5x({
    name: "create_learning_rate_scheduler",
    params: multifactorParams,
    formula: "max(min_learning_rate, Π of the named factors)",
    quirks: ["Factors multiply in the order written; unknown names are refused."],
    rule: multifactor,
  }),
  litgpt({
    name: "pretrain",
    params: {
      lr: lr("peak rate (optimizer.init_args.lr)", { default: 4e-4 }),
      min_lr: lr("final rate (train.min_lr)", { default: 4e-5 }),
      lr_warmup_steps: 2000,
      max_steps: null,
      gradient_accumulation: integer("micro-batches per optimizer step", { default: 1 }),
    },
    formula: "lr · t / W, then min_lr + (lr − min_lr) · (1 + cos(π · (t − W) / (T − W))) / 2",
    quirks: [
      "The library counts micro-batches: the rate rises within an optimizer step's accumulation; shown at its last one.",
    ],
    source: "litgpt 0.5.13, litgpt/pretrain.py",
    rule({ lr: base, min_lr, lr_warmup_steps: W, max_steps }, { total_steps }) {
      const T = orNull(max_steps) ?? total_steps;
      const fall = decay(T + 1, (t) => byCosine(base, min_lr, (t - W) / (T - W)));
      return segments(rising(W, base), fall, cooldown(Infinity, min_lr));
    },
  }),
  litgpt({
    name: "finetune",
    params: {
      lr: lr("peak rate (optimizer.init_args.lr)"),
      lr_warmup_steps: 100,
      max_steps: runLength("most steps of the run (train.max_steps)"),
    },
    formula: "lr · t / W, then lr · (1 + cos(π · (t − W) / (T − W))) / 2",
    quirks: ["train.min_lr is not used: the cosine ends at 0."],
    source: "litgpt 0.5.13, litgpt/finetune/lora.py get_lr_scheduler",
    rule({ lr: base, lr_warmup_steps: W, max_steps }, { total_steps }) {
      const T = Math.min(orNull(max_steps) ?? Infinity, total_steps);
      return segments(rising(W, base), cosineFall(base, 0, W, T - W));
    },
  }),
];
