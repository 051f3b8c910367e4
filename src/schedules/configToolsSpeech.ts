import { divide, log, power as pow } from "../engine/python.js";
import { cycle, decay, flat, halfCosine, hold, segments, warmup, cooldown } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  handle,
  integer,
  lr,
  numbers,
  ratio,
  real,
  steps,
  word,
} from "./define.js";

/** Schedules of speech and translation tools' own config files: SpeechBrain, WeNet, OpenNMT, Marian, OpenSeq2Seq, HiFi-GAN. */

const sbSource = "speechbrain 1.1.2, speechbrain/nnet/schedulers.py";
const sb = (name: string) => ({
  id: `speechbrain.nnet.schedulers.${name}`,
  aliases: [`speechbrain:${name}`],
  source: sbSource,
});
const afterStep = "The call follows the optimizer step, so the first update runs at the optimizer's own rate.";
const initial = lr("base rate");
const warmSteps = steps("steps of warm-up");
/** lr_initial · norm · min(n^−½, n · W^−3/2). */
const noam = (n: number, W: number, norm: number) => norm * Math.min(pow(n, -0.5), n * pow(W, -1.5));

const sbNoam = defineSchedule({
  ...sb("NoamScheduler"),
  params: {
    lr_initial: initial,
    n_warmup_steps: warmSteps,
    model_size: real("normalizes by model_size^−½ instead of √W", { default: null }),
  },
  unit: "step",
  formula: "lr_initial · √W · min(t^−½, t · W^−3/2); model_size^−½ instead of √W when given",
  quirks: [afterStep],
  compile({ lr_initial: base, n_warmup_steps: W, model_size }) {
    const norm = model_size === null ? Math.sqrt(W) : pow(model_size, -0.5);
    const rate = (t: number) => base * noam(t, W, norm);
    return segments(flat(1, base), warmup(W + 1, rate), decay(Infinity, rate));
  },
});

const sbNoamInterval = defineSchedule({
  ...sb("NoamIntervalScheduler"),
  params: {
    lr_initial: initial,
    n_warmup_steps: warmSteps,
    anneal_steps: numbers("steps after which a rate applies"),
    anneal_rates: numbers("factors after those steps"),
    model_size: real("normalizes by model_size^−½ instead of √W", { default: null }),
  },
  unit: "step",
  formula: "NoamScheduler · Π anneal_rates[i] for anneal_steps[i] < t",
  quirks: [afterStep],
  compile({ lr_initial: base, n_warmup_steps: W, anneal_steps, anneal_rates, model_size }) {
    const norm = model_size === null ? Math.sqrt(W) : pow(model_size, -0.5);
    const extra = (t: number) => anneal_steps.reduce((x, s, i) => (t > s ? x * (anneal_rates[i] ?? 1) : x), 1);
    const rate = (t: number) => base * noam(t, W, norm) * extra(t);
    const edges = anneal_steps.map((s) => Math.floor(s) + 1).sort((a, b) => a - b);
    const breaks = (t: number) => edges.find((e) => e > t) ?? Infinity;
    return segments(flat(1, base), warmup(W + 1, rate, breaks), decay(Infinity, rate, breaks));
  },
});

const sbLinearNoam = defineSchedule({
  ...sb("LinearNoamScheduler"),
  params: { lr_initial: initial, n_warmup_steps: warmSteps, n_keep_steps: steps("steps at the peak") },
  unit: "step",
  formula: "lr_initial · t / W, lr_initial, then lr_initial · W / (t − keep)",
  quirks: [afterStep],
  compile: ({ lr_initial: base, n_warmup_steps: W, n_keep_steps: keep }) =>
    segments(
      flat(1, base),
      warmup(W, (t) => (base * t) / W),
      hold(W + keep, base),
      decay(Infinity, (t) => (base * W) / (t - keep)),
    ),
});

const sbLinear = defineSchedule({
  ...sb("LinearScheduler"),
  params: { initial_value: initial, final_value: lr("final rate"), epoch_count: integer("epochs of the line") },
  unit: "epoch",
  dtype: "float32",
  formula: "initial_value + (final_value − initial_value) · t / (epoch_count − 1)",
  compile: ({ initial_value: a, final_value: b, epoch_count: N }) =>
    segments(
      decay(N, (t) => (N > 1 ? a + ((b - a) * t) / (N - 1) : a)),
      cooldown(Infinity, N > 1 ? b : a),
    ),
});

const sbLinearWarmup = defineSchedule({
  ...sb("LinearWarmupScheduler"),
  params: { initial_value: initial, num_warmup_steps: warmSteps, num_training_steps: steps("steps of the run") },
  unit: "step",
  formula: "initial_value · t / W, then initial_value · max(0, (T − t) / (T − W))",
  quirks: [afterStep],
  compile: ({ initial_value: base, num_warmup_steps: W, num_training_steps: T }) =>
    segments(
      flat(1, base),
      warmup(W, (t) => (base * t) / Math.max(1, W)),
      decay(T, (t) => (base * (T - t)) / Math.max(1, T - W)),
      cooldown(Infinity, 0),
    ),
});

const sbStep = defineSchedule({
  ...sb("StepScheduler"),
  params: {
    initial_value: initial,
    decay_factor: factor("factor of a drop; 0.5 when absent", { default: null }),
    decay_drop: real("epochs between drops; 2 when absent", { default: null }),
    half_life: real("epochs in which the rate halves", { default: null }),
  },
  unit: "epoch",
  formula: "initial_value · decay_factor^⌊(1 + t) / decay_drop⌋",
  quirks: ["The first drop comes one epoch early: the epoch number is counted from 1."],
  compile({ initial_value: base, decay_factor, decay_drop, half_life }) {
    if (half_life && (decay_factor || decay_drop))
      throw new Raises("ValueError: half_life cannot be used together with decay_factor and decay_drop");
    const f = half_life ? Math.exp(-Math.log(2) / half_life) : decay_factor || 0.5;
    const drop = half_life ? 1 : decay_drop || 2;
    return segments(
      flat(1, base),
      decay(Infinity, (t) => base * f ** Math.floor((1 + t) / drop), everyPeriod(drop, -1)),
    );
  },
});

const sbWarmExp = defineSchedule({
  ...sb("WarmAndExpDecayLRSchedule"),
  params: {
    lr: initial,
    n_warmup_steps: warmSteps,
    total_steps: steps("steps of the run"),
    decay_factor: factor("factor at total_steps", { default: 0.1 }),
  },
  unit: "step",
  formula: "lr · t / W, then lr · decay_factor^((t − W) / (total_steps − W))",
  compile({ lr: base, n_warmup_steps: W, total_steps: T, decay_factor: f }) {
    return segments(
      warmup(W, (t) => (base * t) / W),
      decay(Infinity, (t) => Math.min(base, base * f ** divide(t - W, T - W))),
    );
  },
});

const sbCyclicCosine = defineSchedule({
  ...sb("CyclicCosineScheduler"),
  params: {
    n_warmup_steps: steps("phase shift"),
    lr_initial: lr("base rate", { default: null }),
    total_steps: steps("steps of half a period", { default: 100000 }),
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "lr_initial · (1 + cos(π · (t − n_warmup_steps) / total_steps)) / 2",
  quirks: ["n_warmup_steps only shifts the cosine.", afterStep],
  compile({ n_warmup_steps: W, lr_initial, total_steps: T }, { initial_lr }) {
    const base = lr_initial ?? initial_lr;
    return segments(
      flat(1, base),
      cycle(Infinity, (t) => base * halfCosine((t - W) / T), everyPeriod(T, W - T * Math.ceil(W / T))),
    );
  },
});

const sbCyclicLr = defineSchedule({
  ...sb("CyclicLRScheduler"),
  params: {
    base_lr: lr("lowest rate", { default: 0.001 }),
    max_lr: lr("highest rate", { default: 0.006 }),
    step_size: steps("steps of half a cycle", { default: 2000 }),
    mode: word("shape of the cycles", { default: "triangular", choices: ["triangular", "triangular2", "exp_range"] }),
    gamma: factor("shrink per step (exp_range)", { default: 1 }),
    scale_fn: anything("own scaling function", { default: null }),
    scale_mode: word("what scale_fn is given", { default: "cycle" }),
  },
  unit: "step",
  formula: "base_lr + (max_lr − base_lr) · max(0, 1 − x) · scale, x = |t / step_size − 2 · cycle + 1|",
  compile({ base_lr, max_lr, step_size, mode, gamma }) {
    const scale = (t: number, n: number) =>
      mode === "triangular2" ? 1 / 2 ** (n - 1) : mode === "exp_range" ? gamma ** t : 1;
    const rate = (t: number) => {
      const n = Math.floor(1 + t / (2 * step_size));
      return base_lr + (max_lr - base_lr) * Math.max(0, 1 - Math.abs(t / step_size - 2 * n + 1)) * scale(t, n);
    };
    return segments(cycle(Infinity, rate, everyPeriod(step_size)));
  },
});

const sbInverse = defineSchedule({
  ...sb("InverseSquareRootScheduler"),
  params: { warmup_steps: warmSteps },
  needs: ["initial_lr"],
  unit: "step",
  formula: "1 / √max(warmup_steps, t)",
  quirks: ["The optimizer's rate is ignored after the first update.", afterStep],
  compile: ({ warmup_steps: W }, { initial_lr }) =>
    segments(
      flat(1, initial_lr),
      hold(W + 1, 1 / Math.sqrt(W)),
      decay(Infinity, (t) => 1 / Math.sqrt(Math.max(W, t))),
    ),
});

const sbWarmCool = defineSchedule({
  ...sb("WarmCoolDecayLRSchedule"),
  params: {
    lr: initial,
    warmup: warmSteps,
    cooldown: steps("steps of the linear end"),
    total_steps: steps("steps of the run"),
    decay_factor: factor("factor every decay_every steps", { default: 0.75 }),
    decay_every: steps("steps per factor", { default: 100000 }),
  },
  unit: "step",
  formula: "lr · t / W, lr · decay_factor^((t − W) / decay_every), then linearly to 0 over cooldown",
  quirks: ["The cooldown starts from the exponential counted from step 0, so the rate jumps there."],
  compile({ lr: base, warmup: W, cooldown: C, total_steps: T, decay_factor, decay_every }) {
    const power = divide(log(decay_factor), decay_every);
    const top = base * Math.exp(power * (T - C));
    return segments(
      warmup(W, (t) => (base * t) / W),
      decay(T - C + 1, (t) => base * Math.exp(power * (t - W))),
      cooldown(Infinity, (t) => top - (top / C) * (t - (T - C))),
    );
  },
});

const sbTriStage = defineSchedule({
  ...sb("TriStageLRSchedule"),
  params: {
    lr: initial,
    warmup_steps: warmSteps,
    hold_steps: steps("steps at the peak"),
    decay_steps: steps("steps of the decay"),
    total_steps: steps("steps of the run"),
    init_lr_scale: ratio("factor at step 0", { default: 0.01 }),
    final_lr_scale: ratio("factor after decay_steps", { default: 0.05 }),
  },
  unit: "step",
  formula: "linear from lr · init_lr_scale, hold, then lr · final_lr_scale^(t_decay / decay_steps)",
  quirks: ["The decay goes on past decay_steps."],
  compile({ lr: base, warmup_steps: W, hold_steps: H, decay_steps: D, init_lr_scale, final_lr_scale }) {
    const first = init_lr_scale * base;
    const [rise, fall] = [divide(base - first, W), divide(-log(final_lr_scale), D)];
    return segments(
      warmup(W, (t) => first + rise * t),
      hold(W + H, base),
      decay(Infinity, (t) => base * Math.exp(-fall * (t - H - W))),
    );
  },
});

const wenetSource = "wenet-e2e/wenet, wenet/utils/scheduler.py";
const wenetWarmup = defineSchedule({
  id: "wenet:warmuplr",
  aliases: ["wenet.utils.scheduler.WarmupLR"],
  params: {
    optimizer: handle("the optimizer whose rate is driven"),
    warmup_steps: anything("steps of warm-up, or a list per group", { default: 25000 }),
    last_epoch: integer("completed steps", { default: -1 }),
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "lr · √W · min(n^−½, n · W^−3/2), n = t + 1; lr · n^−½ when W = 0",
  source: wenetSource,
  compile({ warmup_steps }, { initial_lr }) {
    const of = (W: number) =>
      W === 0
        ? segments(decay(Infinity, (t) => initial_lr * (t + 1) ** -0.5))
        : segments(
            warmup(W, (t) => initial_lr * noam(t + 1, W, Math.sqrt(W))),
            decay(Infinity, (t) => initial_lr * noam(t + 1, W, Math.sqrt(W))),
          );
    if (!Array.isArray(warmup_steps)) return of(warmup_steps as number);
    const [first, ...others] = (warmup_steps as number[]).map(of);
    return { lr: first!, groups: others };
  },
});
const constantLr = defineSchedule({
  id: "wenet:constantlr",
  params: {},
  needs: ["initial_lr"],
  unit: "step",
  formula: "the optimizer's rate",
  source: "FunAudioLLM/CosyVoice, cosyvoice/utils/scheduler.py",
  compile: (_, { initial_lr }) => segments(flat(Infinity, initial_lr)),
});

const onmtSource = "OpenNMT/OpenNMT-py, onmt/utils/optimizers.py";
const onmtParams = {
  learning_rate: lr("base rate", { default: 1 }),
  warmup_steps: steps("steps of warm-up", { default: 4000 }),
  hidden_size: integer("width of the model", { default: 500, alias: ["rnn_size", "model_dim"] }),
  learning_rate_decay: factor("factor of a drop", { default: 0.5 }),
  start_decay_steps: steps("step of the first drop", { default: 50000 }),
  decay_steps: steps("steps between drops", { default: 10000 }),
};
type Onmt = { [K in keyof typeof onmtParams]: number };
const drop = (a: Onmt, n: number) =>
  a.learning_rate_decay ** Math.floor(Math.max(n - a.start_decay_steps + a.decay_steps, 0) / a.decay_steps);
const noamFactor = (a: Onmt, n: number) =>
  pow(a.hidden_size, -0.5) * Math.min(pow(n, -0.5), n * pow(a.warmup_steps, -1.5));
const onmt = (method: string, formula: string, rate: (a: Onmt, n: number) => number) =>
  defineSchedule({
    id: `opennmt:${method}`,
    params: onmtParams,
    unit: "step",
    formula: `${formula}, n = t + 1`,
    source: onmtSource,
    compile(a) {
      // n runs one ahead of t, so an edge at n = start + k · decay_steps acts at t = that − 1.
      const stairs = (t: number) =>
        Math.max(everyPeriod(a.decay_steps, (a.start_decay_steps - 1) % a.decay_steps)(t), a.start_decay_steps - 1);
      const breaks = method === "noamwd" || method === "none" ? stairs : undefined;
      const f = (t: number) => a.learning_rate * rate(a, t + 1);
      return segments(warmup(method === "none" ? 0 : a.warmup_steps, f, breaks), decay(Infinity, f, breaks));
    },
  });

/** A Marian number with its unit: updates (no suffix), `e` epochs, `t` target labels. Only updates and epochs have a place on the axis. */
const marian = defineSchedule({
  id: "marian:learn-rate",
  params: {
    "learn-rate": lr("peak rate", { default: 0.0001 }),
    "lr-warmup": anything("updates of warm-up", { default: 0 }),
    "lr-warmup-start-rate": lr("rate at update 0", { default: 0 }),
    "lr-decay-inv-sqrt": anything("scale of the inverse square root, and the update it starts at", { default: [0] }),
    "lr-decay": factor("factor of a drop; 0 for none", { default: 0 }),
    "lr-decay-strategy": word("what triggers a drop", { default: "epoch+stalled" }),
    "lr-decay-start": numbers("first epochs, updates or stalled validations of the drops", { default: [10, 1] }),
    "lr-decay-freq": steps("updates between drops (batches)", { default: 50000 }),
  },
  needs: ["steps_per_epoch"],
  unit: "step",
  formula: "(start + (lr − start) · min(1, n / W)) · √(a / (n − s + a)) for n > s",
  quirks: ["Numbers with the suffix t count target labels, which have no fixed number of updates."],
  source: "marian-nmt/marian-dev, src/training/scheduler.h",
  compile(args, { steps_per_epoch }) {
    const [base, start] = [args["learn-rate"], args["lr-warmup-start-rate"]];
    const W = updates(args["lr-warmup"], steps_per_epoch);
    const inverse = (
      Array.isArray(args["lr-decay-inv-sqrt"]) ? args["lr-decay-inv-sqrt"] : [args["lr-decay-inv-sqrt"]]
    ).map((v) => updates(v, steps_per_epoch));
    const [a, s] = [inverse[0] ?? 0, inverse[1] ?? inverse[0] ?? 0];
    const f = args["lr-decay"];
    const freq = args["lr-decay-freq"];
    const batches = f > 0 && args["lr-decay-strategy"].startsWith("batches");
    const first = args["lr-decay-start"][0] ?? 0;
    const drops = (n: number) => (batches && n >= first ? f ** (Math.floor((n - first) / freq) + 1) : 1);
    const rate = (t: number) => {
      const warm = W > 0 ? start + (base - start) * Math.min(1, t / W) : base;
      return warm * (a > 0 && t > s ? Math.sqrt(a / (t - s + a)) : 1) * drops(t);
    };
    const breaks = (t: number) =>
      Math.min(
        t < s + 1 ? Math.floor(s) + 1 : Infinity,
        batches ? Math.max(everyPeriod(freq, first % freq)(t), first) : Infinity,
      );
    return segments(warmup(W, rate, breaks), decay(Infinity, rate, breaks));
  },
});
function updates(value: unknown, perEpoch: number): number {
  const text = String(value ?? 0);
  const match = /^([\d.eE+-]+)([kKMG]?)([ute]?)$/.exec(text);
  if (!match) throw new Raises(`${text} is not a number of updates`);
  if (match[3] === "t") throw new Raises(`${text} counts target labels, not updates`);
  const scale = { "": 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 }[match[2]!]!;
  return Number(match[1]) * scale * (match[3] === "e" ? perEpoch : 1);
}

const hifiGan = ["hifi-gan", "vits"].map((tool) =>
  defineSchedule({
    id: `${tool}:lr_decay`,
    params: { learning_rate: lr("rate at epoch 0"), lr_decay: factor("factor per epoch") },
    unit: "epoch",
    formula: "learning_rate · lr_decay^t",
    source: tool === "vits" ? "jaywalnut310/vits, train.py" : "jik876/hifi-gan, train.py",
    compile: ({ learning_rate, lr_decay }) => segments(decay(Infinity, (t) => learning_rate * lr_decay ** t)),
  }),
);

export const configToolsSpeech = [
  sbNoam,
  sbNoamInterval,
  sbLinearNoam,
  sbLinear,
  sbLinearWarmup,
  sbStep,
  sbWarmExp,
  sbCyclicCosine,
  sbCyclicLr,
  sbInverse,
  sbWarmCool,
  sbTriStage,
  wenetWarmup,
  constantLr,
  onmt("noam", "learning_rate · hidden_size^−½ · min(n^−½, n · W^−3/2)", noamFactor),
  onmt(
    "noamwd",
    "noam · learning_rate_decay^⌊max(n − start + decay_steps, 0) / decay_steps⌋",
    (a, n) => noamFactor(a, n) * drop(a, n),
  ),
  onmt("rsqrt", "learning_rate / √max(n, W)", (a, n) => 1 / Math.sqrt(Math.max(n, a.warmup_steps))),
  onmt("none", "learning_rate · learning_rate_decay^⌊max(n − start + decay_steps, 0) / decay_steps⌋", drop),
  marian,
  ...hifiGan,
];
