import type { Curve } from "../engine/curve.js";
import { byFactor } from "../engine/decays.js";
import { power as pow } from "../engine/python.js";
import { decay, flat, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { anything, factor, integer, lr, numbers, steps, word } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { noam } from "./speechBrainCommon.js";

/** Schedules of speech and translation tools' own config files: WeNet, OpenNMT, Marian, HiFi-GAN and VITS. */

const wenet = library({
  homes: ["wenet:"],
  needs: ["initial_lr"],
  source: "wenet-e2e/wenet, wenet/utils/scheduler.py",
});

/** The rule is the factor at update n = t + 1. */
const onmt = library({
  homes: ["opennmt:"],
  source: "OpenNMT/OpenNMT-py, onmt/utils/optimizers.py",
  first: {
    learning_rate: lr("base rate", { default: 1 }),
    warmup_steps: 4000,
    hidden_size: integer("width of the model", { default: 500, alias: ["rnn_size", "model_dim"] }),
    learning_rate_decay: factor("factor of a drop", { default: 0.5 }),
    start_decay_steps: steps("step of the first drop", { default: 50000 }),
    decay_steps: steps("steps between drops", { default: 10000 }),
  },
  run: (a) => ({
    noam: (n: number) => noam(n, a.warmup_steps, pow(a.hidden_size, -0.5)),
    dropped: (n: number) =>
      a.learning_rate_decay ** Math.floor(Math.max(n - a.start_decay_steps + a.decay_steps, 0) / a.decay_steps),
  }),
  finish({ factor, drops, warm = true }: { factor: (n: number) => number; drops?: boolean; warm?: boolean }, a) {
    // n runs one ahead of t, so an edge at n = start + k · decay_steps acts at t = that − 1.
    const stairs = everyPeriod(a.decay_steps, (a.start_decay_steps - 1) % a.decay_steps);
    const breaks = drops ? (t: number) => Math.max(stairs(t), a.start_decay_steps - 1) : undefined;
    const rate = (t: number) => a.learning_rate * factor(t + 1);
    return segments(warmup(warm ? a.warmup_steps : 0, rate, breaks), decay(Infinity, rate, breaks));
  },
});
const dropFormula = "learning_rate_decay^⌊max(n − start + decay_steps, 0) / decay_steps⌋, n = t + 1";

const marian = library({
  homes: ["marian:"],
  needs: ["steps_per_epoch"],
  source: "marian-nmt/marian-dev, src/training/scheduler.h",
});

export const configToolsSpeech = [
  wenet({
    name: "warmuplr",
    aliases: ["wenet.utils.scheduler.WarmupLR"],
    params: {
      optimizer: null,
      warmup_steps: anything("steps of warm-up, or a list per group", { default: 25000 }),
      last_epoch: integer("completed steps", { default: -1 }),
    },
    formula: "lr · √W · min(n^−½, n · W^−3/2), n = t + 1; lr · n^−½ when W = 0",
    rule({ warmup_steps }, { initial_lr }) {
      if (!Array.isArray(warmup_steps)) return wenetCurve(initial_lr, warmup_steps as number);
      const [first, ...others] = (warmup_steps as number[]).map((W) => wenetCurve(initial_lr, W));
      return { lr: first!, groups: others };
    },
  }),
  wenet({
    name: "constantlr",
    params: {},
    formula: "the optimizer's rate",
    source: "FunAudioLLM/CosyVoice, cosyvoice/utils/scheduler.py",
    rule: (_, { initial_lr }) => segments(flat(Infinity, initial_lr)),
  }),
  onmt({
    name: "noam",
    params: {},
    formula: "learning_rate · hidden_size^−½ · min(n^−½, n · W^−3/2), n = t + 1",
    rule: (_, { noam }) => ({ factor: noam }),
  }),
  onmt({
    name: "noamwd",
    params: {},
    formula: `noam · ${dropFormula}`,
    rule: (_, { noam, dropped }) => ({ factor: (n) => noam(n) * dropped(n), drops: true }),
  }),
  onmt({
    name: "rsqrt",
    params: {},
    formula: "learning_rate / √max(n, W), n = t + 1",
    rule: (a) => ({ factor: (n) => 1 / Math.sqrt(Math.max(n, a.warmup_steps)) }),
  }),
  onmt({
    name: "none",
    params: {},
    formula: `learning_rate · ${dropFormula}`,
    rule: (_, { dropped }) => ({ factor: dropped, drops: true, warm: false }),
  }),
  marian({
    name: "learn-rate",
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
    formula: "(start + (lr − start) · min(1, n / W)) · √(a / (n − s + a)) for n > s",
    quirks: ["Numbers with the suffix t count target labels, which have no fixed number of updates."],
    rule: (a, context) => marianCurve(a, context.steps_per_epoch),
  }),
  ...["hifi-gan", "vits"].map((tool) =>
    library({ homes: [`${tool}:`], unit: "epoch" })({
      name: "lr_decay",
      params: { learning_rate: lr("rate at epoch 0"), lr_decay: factor("factor per epoch") },
      formula: "learning_rate · lr_decay^t",
      source: tool === "vits" ? "jaywalnut310/vits, train.py" : "jik876/hifi-gan, train.py",
      rule: ({ learning_rate, lr_decay }) => segments(byFactor(learning_rate, lr_decay)),
    }),
  ),
];

function wenetCurve(base: number, W: number): Curve {
  const rate = (t: number) => base * (W === 0 ? (t + 1) ** -0.5 : noam(t + 1, W, Math.sqrt(W)));
  return segments(warmup(W, rate), decay(Infinity, rate));
}

interface Marian {
  readonly "learn-rate": number;
  readonly "lr-warmup": unknown;
  readonly "lr-warmup-start-rate": number;
  readonly "lr-decay-inv-sqrt": unknown;
  readonly "lr-decay": number;
  readonly "lr-decay-strategy": string;
  readonly "lr-decay-start": readonly number[];
  readonly "lr-decay-freq": number;
}

/** The product of a linear warm-up, an inverse square root from update s on, and drops every `freq` updates. */
function marianCurve(args: Marian, perEpoch: number): Curve {
  const { "learn-rate": base, "lr-warmup-start-rate": start, "lr-decay": f, "lr-decay-freq": freq } = args;
  const inverse = args["lr-decay-inv-sqrt"];
  const W = updates(args["lr-warmup"], perEpoch);
  const [a = 0, s = a] = (Array.isArray(inverse) ? inverse : [inverse]).map((v) => updates(v, perEpoch));
  const batches = f > 0 && args["lr-decay-strategy"].startsWith("batches");
  const first = args["lr-decay-start"][0] ?? 0;
  const drops = (n: number) => (batches && n >= first ? f ** (Math.floor((n - first) / freq) + 1) : 1);
  const rate = (t: number) => {
    const warm = W > 0 ? start + (base - start) * Math.min(1, t / W) : base;
    return warm * (a > 0 && t > s ? Math.sqrt(a / (t - s + a)) : 1) * drops(t);
  };
  const stairs = batches ? everyPeriod(freq, first % freq) : () => Infinity;
  const bend = Math.floor(s) + 1;
  const breaks = (t: number) => Math.min(t < s + 1 ? bend : Infinity, Math.max(stairs(t), batches ? first : 0));
  return segments(warmup(W, rate, breaks), decay(Infinity, rate, breaks));
}

/** A Marian number with its unit: updates (no suffix), `e` epochs, `t` target labels. Only updates and epochs have a place on the axis. */
function updates(value: unknown, perEpoch: number): number {
  const text = String(value ?? 0);
  const [matched, number, scale, unit] = /^([\d.eE+-]+)([kKMG]?)([ute]?)$/.exec(text) ?? [];
  refuse(matched === undefined, `${text} is not a number of updates`);
  refuse(unit === "t", `${text} counts target labels, not updates`);
  const size = { "": 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 }[scale!]!;
  return Number(number) * size * (unit === "e" ? perEpoch : 1);
}
