import { byCosine, oneCycle } from "../engine/oneCycle.js";
import { int } from "../engine/python.js";
import { cooldown, decay, flat, hold, rising, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { flag, lr, ratio, required, steps } from "./define.js";
import { library } from "./library.js";

/** Schedules of tools that tune language models, where they are not Transformers' own. Curves count optimizer steps. */
const trainer = {
  needs: ["total_steps"],
  /** Transformers' trainer values, under the tools' names. */
  first: {
    learning_rate: required,
    num_warmup_steps: steps("steps of warm-up", { default: 0, alias: ["warmup_steps"] }),
    num_training_steps: steps("steps of the run", { default: null, alias: ["max_steps"] }),
  },
} as const;
const axolotl = library({
  ...trainer,
  homes: ["axolotl:"],
  source: "axolotl-ai-cloud/axolotl, utils/schedulers.py and core/trainers/mixins/scheduler.py",
  run: (a, context) => ({ T: (a.num_training_steps as number | null) ?? context.total_steps }),
});
const llamaFactory = library({
  ...trainer,
  homes: ["llama-factory:"],
  source: "hiyouga/LLaMA-Factory, train/trainer_utils.py; transformers get_wsd_schedule",
});
const kohya = library({
  homes: ["kohya:"],
  source: "kohya-ss/sd-scripts, library/train_util.py; transformers AdafactorSchedule",
});
/** The cosine of so many periods at share p, not below 0. */
const waves = (cycles: number, p: number) => Math.max(0, 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * p)));

export const configToolsFinetuning = [
  axolotl({
    name: "rex",
    params: { min_lr: 0 },
    formula: "linear warm-up, then min + (lr − min) · z / (0.1 + 0.9 · z), z = (T − t) / (T − W)",
    rule({ learning_rate: base, num_warmup_steps: W, min_lr }, { T }) {
      const fall = (z: number) => min_lr + (base - min_lr) * (z / (0.1 + 0.9 * z));
      return segments(
        rising(W, base),
        decay(T, (t) => fall((T - t) / (T - W))),
        cooldown(Infinity, min_lr),
      );
    },
  }),
  axolotl({
    name: "cosine_min_lr",
    params: {
      cosine_min_lr_ratio: ratio("final factor", { default: 0 }),
      cosine_constant_lr_ratio: ratio("share of the run after which the floor holds", { default: null }),
      num_cycles: 0.5,
    },
    formula: "lr · (r + (1 − r) · max(0, (1 + cos(2π · num_cycles · p)) / 2))",
    rule({ learning_rate: base, num_warmup_steps: W, cosine_min_lr_ratio: r, num_cycles, ...a }, { T }) {
      const share = a.cosine_constant_lr_ratio as number | null;
      const C = share === null ? T : int(T * share);
      const fall = (t: number) => base * (r + (1 - r) * waves(num_cycles, (t - W) / Math.max(1, C - W)));
      const breaks = everyPeriod(Math.max(1, C - W) / (2 * num_cycles), W);
      return segments(
        rising(W, base),
        decay(share === null ? Infinity : C + 1, fall, breaks),
        cooldown(Infinity, base * r),
      );
    },
  }),
  axolotl({
    name: "cosine_quadratic_warmup",
    params: { num_cycles: 0.5 },
    formula: "lr · (t / W)², then lr · max(0, (1 + cos(2π · num_cycles · p)) / 2)",
    rule({ learning_rate: base, num_warmup_steps: W, num_cycles }, { T }) {
      const N = Math.max(1, T - W);
      const rise = warmup(W, (t) => base * (t / Math.max(1, W)) ** 2);
      const fall = (t: number) => base * waves(num_cycles, (t - W) / N);
      return segments(rise, decay(Infinity, fall, everyPeriod(N / (2 * num_cycles), W)));
    },
  }),
  axolotl({
    name: "one_cycle",
    params: { div_factor: 25, final_div_factor: 1e4 },
    formula: "torch OneCycleLR with max_lr = learning_rate, pct_start = warm-up / total",
    rule({ learning_rate: peak, num_warmup_steps: W, div_factor, final_div_factor }, { T }) {
      const first = peak / div_factor;
      const rise = W > 0 ? W / T : 0.3;
      return segments(...oneCycle({ total: T, rise, first, peak, last: first / final_div_factor, ease: byCosine }));
    },
  }),
  kohya({
    name: "adafactor",
    params: { initial_lr: lr("rate the optimizer starts from, after the colon of `adafactor:<lr>`", { default: 0 }) },
    formula: "chosen by the optimizer from the parameters' scale and the step",
    quirks: [
      "With relative_step the rate is Adafactor's own and depends on the weights, so no curve is known beyond the given start.",
    ],
    rule: ({ initial_lr }) => segments(flat(Infinity, initial_lr)),
  }),
  llamaFactory({
    name: "warmup_stable_decay",
    params: {
      num_stable_steps: steps("steps at the peak; a third of the rest when absent", { default: null }),
      num_decay_steps: steps("steps of the decay; the rest when absent", { default: null }),
      min_lr_ratio: 0,
      num_cycles: 0.5,
      is_cosine: flag("decay by a cosine", { default: true }),
    },
    formula: "linear warm-up, hold ⌊(T − W) / 3⌋ steps, then a cosine to min_lr_ratio over the rest",
    rule({ learning_rate: base, num_warmup_steps: W, min_lr_ratio: q, num_cycles, ...a }, { total_steps }) {
      const T = (a.num_training_steps as number | null) ?? total_steps;
      const from = W + ((a.num_stable_steps as number | null) ?? Math.trunc((T - W) / 3));
      const D = (a.num_decay_steps as number | null) ?? T - from;
      const f = (p: number) => (a.is_cosine ? waves(num_cycles, p) : 1 - p);
      const lifted = (share: number) => base * (share * (1 - q) + q);
      return segments(
        warmup(W, (t) => lifted(t / Math.max(1, W))),
        hold(from, base),
        decay(from + D, (t) => lifted(f((t - from) / Math.max(1, D)))),
        cooldown(Infinity, base * q),
      );
    },
  }),
];
