import { byCosine, byLine, oneCycle } from "../engine/oneCycle.js";
import { int, round } from "../engine/python.js";
import { cooldown, decay, flat, halfCosine, hold, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { Raises, defineSchedule, factor, flag, integer, lr, ratio, real, steps, word } from "./define.js";

/** Schedules of language-model trainers' own config files that no library class covers. Curves count optimizer steps. */

const neox = (style: string, formula: string, shape: (p: number, base: number, low: number) => number) =>
  defineSchedule({
    id: `gpt-neox:${style}`,
    params: {
      lr: lr("peak rate (optimizer.params.lr)"),
      min_lr: lr("floor", { default: 0 }),
      warmup: ratio("warm-up as a share of the decay iterations", { default: 0.01 }),
      train_iters: steps("iterations of the run", { default: null }),
      lr_decay_iters: steps("iterations of the decay", { default: null }),
      lr_decay_fraction: ratio("decay iterations as a share of the run", { default: null }),
    },
    needs: ["total_steps"],
    unit: "step",
    formula,
    quirks: ["warmup is a share, not a number of steps.", "Iteration 0 already runs at the rate of iteration 1."],
    source: "EleutherAI/gpt-neox, megatron/learning_rates.py and training.py",
    compile({ lr: base, min_lr, warmup: share, train_iters, lr_decay_iters, lr_decay_fraction }, { total_steps }) {
      const run = train_iters ?? total_steps;
      const E = Math.max(1, lr_decay_iters ?? (lr_decay_fraction === null ? run : Math.floor(run * lr_decay_fraction)));
      const W = share * E;
      const at = (t: number) => Math.max(min_lr, shape((t - W) / (E - W), base, min_lr));
      return segments(
        warmup(W > 0 ? Math.floor(W) + 1 : 0, (t) => (base * Math.max(1, t)) / W),
        decay(E + 1, at),
        decay(Infinity, at, style === "cosine" ? everyPeriod(E - W, W) : undefined),
      );
    },
  });
const neoxSchedules = [
  neox("linear", "lr · (E − t) / (E − W), floor min_lr", (p, b) => b * (1 - p)),
  neox("cosine", "min_lr + (lr − min_lr) · (1 + cos(π · (t − W) / (E − W))) / 2", (p, b, low) => byCosine(b, low, p)),
  neox("exponential", "lr · e^(−0.693 · (t − W) / (E − W)), floor min_lr", (p, b) => b * Math.exp(-0.693 * p)),
  neox("constant", "lr after the warm-up", (_, b) => b),
];

const olmoParams = {
  learning_rate: lr("peak rate (optimizer.learning_rate)"),
  t_warmup: steps("steps (or tokens) of warm-up", { default: 100 }),
  t_max: steps("where the decay ends; the run's length when absent", { default: null }),
  alpha_f: ratio("final factor", { default: 0.1 }),
  warmup_min_lr: lr("rate at step 0; a tenth of the peak when absent", { default: null }),
  max_duration: steps("steps (or tokens) of the run", { default: null }),
};
type Olmo = { learning_rate: number; alpha_f: number; W: number; T: number };
const olmo = (
  name: string,
  formula: string,
  after: (a: Olmo) => (t: number) => number,
  quirks: readonly string[] = [],
) =>
  defineSchedule({
    id: `olmo:${name}`,
    params: olmoParams,
    needs: ["total_steps"],
    unit: "step",
    formula,
    aliases: name === "constant" ? ["olmo:constant_scheduler"] : [],
    quirks: [
      "The warm-up starts at a tenth of the peak unless warmup_min_lr is written.",
      "Counted as the trainer counts: its first update is at step 1.",
      ...quirks,
    ],
    source: "allenai/OLMo, olmo/optim.py",
    compile(a, { total_steps }) {
      const [base, W] = [a.learning_rate, name === "constant" ? 0 : a.t_warmup];
      const T = a.t_max ?? a.max_duration ?? total_steps;
      const low = a.warmup_min_lr ?? base * 0.1;
      const rate = after({ ...a, W, T });
      const limited = name.startsWith("cosine") || name.startsWith("linear");
      return segments(
        warmup(W, (t) => low + ((base - low) * t) / W),
        decay(limited ? T : Infinity, rate),
        cooldown(Infinity, base * a.alpha_f),
      );
    },
  });
const olmoSchedules = [
  olmo(
    "cosine_with_warmup",
    "η·α_f + (η − η·α_f) · (1 + cos(π · (t − W) / (T − W))) / 2",
    ({ learning_rate: b, alpha_f, W, T }) =>
      (t) =>
        byCosine(b, b * alpha_f, (t - W) / (T - W)),
  ),
  olmo(
    "linear_with_warmup",
    "η − (η − η·α_f) · (t − W) / (T − W)",
    ({ learning_rate: b, alpha_f, W, T }) =>
      (t) =>
        byLine(b, b * alpha_f, (t - W) / (T - W)),
  ),
  olmo(
    "inverse_sqrt_with_warmup",
    "η · √(W / max(W, t))",
    ({ learning_rate: b, W }) =>
      (t) =>
        b * Math.sqrt(W / Math.max(W, t)),
  ),
  olmo(
    "constant",
    "η",
    ({ learning_rate: b }) =>
      () =>
        b,
  ),
  olmo(
    "constant_with_warmup",
    "η after the warm-up",
    ({ learning_rate: b }) =>
      () =>
        b,
  ),
  olmo(
    "cosine_linear_envelope",
    "η·α_f + (η − η·α_f) · (1 + cos(π · p)) / 2 · (1 − p)",
    ({ learning_rate: b, alpha_f, W, T }) =>
      (t) => {
        const p = (t - W) / (T - W);
        // The cosine is scaled by the falling line down to the same floor.
        return b * alpha_f + (b - b * alpha_f) * halfCosine(p) * (1 - p);
      },
  ),
];

const torchtitan = defineSchedule({
  id: "torchtitan:lr_scheduler",
  params: {
    lr: lr("peak rate (optimizer.lr)", { default: 8e-4 }),
    warmup_steps: steps("steps of warm-up", { default: 200 }),
    decay_ratio: ratio("decay as a share of the run; the rest after the warm-up when absent", { default: null }),
    decay_type: word("shape of the decay", { default: "linear", choices: ["linear", "sqrt", "cosine"] }),
    min_lr_factor: ratio("final factor", { default: 0, alias: ["lr_min"] }),
    total_steps: steps("steps of the schedule", { default: null }),
    steps: steps("steps of the run (training.steps)", { default: null }),
  },
  needs: ["total_steps"],
  unit: "step",
  formula: "lr · (t + 1) / W, lr, then lr · (m + (1 − m) · f(q)), q = (t + 1 − W − stable) / decay",
  quirks: ["A virtual last step keeps the last real one above the floor."],
  source: "torchtitan 0.3.0, torchtitan/components/optimizer/lr_scheduler.py",
  compile(a, { total_steps }) {
    const T = a.total_steps ?? a.steps ?? total_steps;
    const W = Math.min(int(a.warmup_steps), T);
    const D = a.decay_ratio === null ? T - W : Math.min(round(T * a.decay_ratio), T - W);
    const stable = T + 1 - W - D;
    const f = { linear: (q: number) => 1 - q, sqrt: (q: number) => 1 - Math.sqrt(q), cosine: halfCosine }[a.decay_type];
    if (!f) throw new Raises(`ValueError: Unknown lr_decay_type: ${a.decay_type}`);
    const m = a.min_lr_factor;
    return segments(
      warmup(W, (t) => (a.lr * (t + 1)) / W),
      hold(W + stable, a.lr),
      decay(
        Infinity,
        (t) => a.lr * (m + (1 - m) * f((t + 1 - W - stable) / D)),
        everyPeriod(Math.max(1, D), W + stable - 1),
      ),
    );
  },
});

const maxtextParams = {
  learning_rate: lr("peak rate", { default: 3e-5 }),
  learning_rate_final_fraction: ratio("final factor", { default: 0.1, alias: ["cosine_learning_rate_final_fraction"] }),
  warmup_steps_fraction: ratio("warm-up as a share of the schedule", { default: 0.1 }),
  wsd_decay_steps_fraction: ratio("decay as a share of the schedule (wsd)", { default: 0.1 }),
  wsd_decay_style: word("shape of the decay (wsd)", { default: "linear", choices: ["linear", "cosine"] }),
  learning_rate_schedule_steps: steps("steps of the schedule; -1: the run's", { default: -1 }),
  steps: steps("steps of the run", { default: null }),
};
const maxtext = (type: "cosine" | "wsd", formula: string) =>
  defineSchedule({
    id: `maxtext:${type}`,
    params: maxtextParams,
    needs: ["total_steps"],
    unit: "step",
    formula,
    quirks: ["Steps past learning_rate_schedule_steps run at rate 0."],
    source: "AI-Hypercomputer/maxtext, maxtext_utils.py create_learning_rate_schedule",
    compile(a, { total_steps }) {
      const run = a.steps ?? total_steps;
      const L = a.learning_rate_schedule_steps > 0 ? a.learning_rate_schedule_steps : run;
      const [base, W, low] = [
        a.learning_rate,
        int(L * a.warmup_steps_fraction),
        a.learning_rate * a.learning_rate_final_fraction,
      ];
      const D = type === "wsd" ? int(L * a.wsd_decay_steps_fraction) : L - W;
      const ease = type === "cosine" || a.wsd_decay_style === "cosine" ? byCosine : byLine;
      return segments(
        warmup(W, (t) => (base * t) / W),
        hold(L - D, base),
        decay(L, (t) => ease(base, low, (t - (L - D)) / Math.max(1, D - (type === "cosine" ? 1 : 0)))),
        cooldown(Infinity, 0),
      );
    },
  });

const t5x = defineSchedule({
  id: "t5x:create_learning_rate_scheduler",
  aliases: ["t5x.utils.create_learning_rate_scheduler"],
  params: {
    factors: word("product of the factors, joined by *", { default: "constant * linear_warmup * rsqrt_decay" }),
    base_learning_rate: lr("the constant factor", { default: 0.5 }),
    warmup_steps: steps("steps of warm-up", { default: 1000 }),
    decay_factor: factor("factor of decay_every and linear_decay", { default: 0.5 }),
    steps_per_decay: steps("steps between drops (decay_every)", { default: 20000 }),
    steps_per_cycle: steps("steps of a cosine cycle", { default: 100000 }),
    step_offset: integer("subtracted from the step", { default: 0 }),
    min_learning_rate: lr("floor", { default: 1e-8 }),
  },
  unit: "step",
  dtype: "float32",
  formula: "max(min_learning_rate, Π of the named factors)",
  quirks: ["Factors multiply in the order written; unknown names are refused."],
  source: "google-research/t5x, t5x/utils.py",
  compile(a) {
    const [W, cycle] = [a.warmup_steps, a.steps_per_cycle];
    const f: Readonly<Record<string, (t: number) => number>> = {
      constant: () => a.base_learning_rate,
      linear_warmup: (t) => Math.min(1, t / W),
      linear_decay: (t) => a.base_learning_rate * Math.min(t / W, 1 + a.decay_factor * (W - t)),
      rsqrt_decay: (t) => 1 / Math.sqrt(Math.max(t, W)),
      rsqrt_normalized_decay: (t) => Math.sqrt(W) / Math.sqrt(Math.max(t, W)),
      decay_every: (t) => a.decay_factor ** Math.floor(t / a.steps_per_decay),
      cosine_decay: (t) => Math.max(0, halfCosine((Math.max(0, t - W) / cycle) % 1)),
    };
    const names = a.factors.split("*").map((n) => n.trim());
    for (const name of names) if (!(name in f)) throw new Raises(`ValueError: Unknown factor ${name}.`);
    const rate = (t: number) =>
      Math.max(
        a.min_learning_rate,
        names.reduce((x, n) => x * f[n]!(Math.max(0, t - a.step_offset)), 1),
      );
    const periods = [
      ...(names.includes("decay_every") ? [everyPeriod(a.steps_per_decay, a.step_offset)] : []),
      ...(names.includes("cosine_decay") ? [everyPeriod(cycle, W + a.step_offset)] : []),
    ];
    const breaks = periods.length > 0 ? (t: number) => Math.min(...periods.map((p) => p(t))) : undefined;
    return segments(warmup(W + a.step_offset, rate, breaks), decay(Infinity, rate, breaks));
  },
});

const litgpt = defineSchedule({
  id: "litgpt:pretrain",
  params: {
    lr: lr("peak rate (optimizer.init_args.lr)", { default: 4e-4 }),
    min_lr: lr("final rate (train.min_lr)", { default: 4e-5 }),
    lr_warmup_steps: steps("optimizer steps of warm-up", { default: 2000 }),
    max_steps: steps("optimizer steps of the run", { default: null }),
    gradient_accumulation: integer("micro-batches per optimizer step", { default: 1 }),
  },
  needs: ["total_steps"],
  unit: "step",
  formula: "lr · t / W, then min_lr + (lr − min_lr) · (1 + cos(π · (t − W) / (T − W))) / 2",
  quirks: [
    "The library counts micro-batches: the rate rises within an optimizer step's accumulation; shown at its last one.",
  ],
  source: "litgpt 0.5.13, litgpt/pretrain.py",
  compile({ lr: base, min_lr, lr_warmup_steps: W, max_steps }, { total_steps }) {
    const T = max_steps ?? total_steps;
    return segments(
      warmup(W, (t) => (base * t) / W),
      decay(T + 1, (t) => byCosine(base, min_lr, (t - W) / (T - W))),
      cooldown(Infinity, min_lr),
    );
  },
});

/** Transformers' trainer values shared by Axolotl, kohya and LLaMA-Factory's own schedules. */
const hf = {
  learning_rate: lr("peak rate"),
  num_warmup_steps: steps("steps of warm-up", { default: 0, alias: ["warmup_steps"] }),
  num_training_steps: steps("steps of the run", { default: null, alias: ["max_steps"] }),
};
const axolotlSource = "axolotl-ai-cloud/axolotl, utils/schedulers.py and core/trainers/mixins/scheduler.py";

const axolotlRex = defineSchedule({
  id: "axolotl:rex",
  params: { ...hf, min_lr: lr("final rate", { default: 0 }) },
  needs: ["total_steps"],
  unit: "step",
  formula: "linear warm-up, then min + (lr − min) · z / (0.1 + 0.9 · z), z = (T − t) / (T − W)",
  source: axolotlSource,
  compile({ learning_rate: base, num_warmup_steps: W, num_training_steps, min_lr }, { total_steps }) {
    const T = num_training_steps ?? total_steps;
    return segments(
      warmup(W, (t) => (base * t) / Math.max(1, W)),
      decay(T, (t) => {
        const z = (T - t) / (T - W);
        return min_lr + (base - min_lr) * (z / (0.1 + 0.9 * z));
      }),
      cooldown(Infinity, min_lr),
    );
  },
});

const axolotlCosine = defineSchedule({
  id: "axolotl:cosine_min_lr",
  params: {
    ...hf,
    cosine_min_lr_ratio: ratio("final factor", { default: 0 }),
    cosine_constant_lr_ratio: ratio("share of the run after which the floor holds", { default: null }),
    num_cycles: real("cosine periods in the decay", { default: 0.5 }),
  },
  needs: ["total_steps"],
  unit: "step",
  formula: "lr · (r + (1 − r) · max(0, (1 + cos(2π · num_cycles · p)) / 2))",
  source: axolotlSource,
  compile(
    {
      learning_rate: base,
      num_warmup_steps: W,
      num_training_steps,
      cosine_min_lr_ratio: r,
      cosine_constant_lr_ratio: c,
      num_cycles,
    },
    { total_steps },
  ) {
    const T = num_training_steps ?? total_steps;
    const C = c === null ? T : int(T * c);
    const f = (t: number) =>
      base *
      (r + (1 - r) * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * num_cycles * 2 * ((t - W) / Math.max(1, C - W))))));
    return segments(
      warmup(W, (t) => (base * t) / Math.max(1, W)),
      decay(c === null ? Infinity : C + 1, f, everyPeriod(Math.max(1, C - W) / (2 * num_cycles), W)),
      cooldown(Infinity, base * r),
    );
  },
});

const axolotlQuadratic = defineSchedule({
  id: "axolotl:cosine_quadratic_warmup",
  params: { ...hf, num_cycles: real("cosine periods in the decay", { default: 0.5 }) },
  needs: ["total_steps"],
  unit: "step",
  formula: "lr · (t / W)², then lr · max(0, (1 + cos(2π · num_cycles · p)) / 2)",
  source: axolotlSource,
  compile({ learning_rate: base, num_warmup_steps: W, num_training_steps, num_cycles }, { total_steps }) {
    const N = Math.max(1, (num_training_steps ?? total_steps) - W);
    return segments(
      warmup(W, (t) => base * (t / Math.max(1, W)) ** 2),
      decay(
        Infinity,
        (t) => base * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * num_cycles * 2 * ((t - W) / N)))),
        everyPeriod(N / (2 * num_cycles), W),
      ),
    );
  },
});

const axolotlOneCycle = defineSchedule({
  id: "axolotl:one_cycle",
  params: {
    ...hf,
    div_factor: factor("peak / initial rate", { default: 25 }),
    final_div_factor: factor("initial / final rate", { default: 1e4 }),
  },
  needs: ["total_steps"],
  unit: "step",
  formula: "torch OneCycleLR with max_lr = learning_rate, pct_start = warm-up / total",
  source: axolotlSource,
  compile(
    { learning_rate: peak, num_warmup_steps, num_training_steps, div_factor, final_div_factor },
    { total_steps },
  ) {
    const total = num_training_steps ?? total_steps;
    const first = peak / div_factor;
    const rise = num_warmup_steps > 0 ? num_warmup_steps / total : 0.3;
    return segments(...oneCycle({ total, rise, first, peak, last: first / final_div_factor, ease: byCosine }));
  },
});

const kohyaAdafactor = defineSchedule({
  id: "kohya:adafactor",
  params: { initial_lr: lr("rate the optimizer starts from, after the colon of `adafactor:<lr>`", { default: 0 }) },
  unit: "step",
  formula: "chosen by the optimizer from the parameters' scale and the step",
  quirks: [
    "With relative_step the rate is Adafactor's own and depends on the weights, so no curve is known beyond the given start.",
  ],
  source: "kohya-ss/sd-scripts, library/train_util.py; transformers AdafactorSchedule",
  compile: ({ initial_lr }) => segments(flat(Infinity, initial_lr)),
});

const llamaFactoryWsd = defineSchedule({
  id: "llama-factory:warmup_stable_decay",
  params: {
    ...hf,
    num_stable_steps: steps("steps at the peak; a third of the rest when absent", { default: null }),
    num_decay_steps: steps("steps of the decay; the rest when absent", { default: null }),
    min_lr_ratio: ratio("final factor", { default: 0 }),
    num_cycles: real("cosine periods in the decay", { default: 0.5 }),
    is_cosine: flag("decay by a cosine", { default: true }),
  },
  needs: ["total_steps"],
  unit: "step",
  formula: "linear warm-up, hold ⌊(T − W) / 3⌋ steps, then a cosine to min_lr_ratio over the rest",
  source: "hiyouga/LLaMA-Factory, train/trainer_utils.py; transformers get_wsd_schedule",
  compile(a, { total_steps }) {
    const [T, W, q, base] = [a.num_training_steps ?? total_steps, a.num_warmup_steps, a.min_lr_ratio, a.learning_rate];
    const S = a.num_stable_steps ?? Math.trunc((T - W) / 3);
    const D = a.num_decay_steps ?? T - W - S;
    const f = (p: number) => (a.is_cosine ? Math.max(0, 0.5 * (1 + Math.cos(2 * Math.PI * a.num_cycles * p))) : 1 - p);
    return segments(
      warmup(W, (t) => base * ((t / Math.max(1, W)) * (1 - q) + q)),
      hold(W + S, base),
      decay(W + S + D, (t) => base * (f((t - W - S) / Math.max(1, D)) * (1 - q) + q)),
      cooldown(Infinity, base * q),
    );
  },
});

export const configToolsLlm = [
  ...neoxSchedules,
  ...olmoSchedules,
  torchtitan,
  maxtext(
    "cosine",
    "warm-up, then final + (lr − final) · (1 + cos(π · p)) / 2 up to learning_rate_schedule_steps, 0 past it",
  ),
  maxtext("wsd", "warm-up, hold, then down to the final fraction over wsd_decay_steps_fraction, 0 past it"),
  t5x,
  litgpt,
  axolotlRex,
  axolotlCosine,
  axolotlQuadratic,
  axolotlOneCycle,
  kohyaAdafactor,
  llamaFactoryWsd,
];
