import type { Curve } from "../engine/curve.js";
import { bySteps } from "../engine/decays.js";
import { byCosine, byLine, cosineFall } from "../engine/oneCycle.js";
import {
  cooldown,
  decay,
  drops,
  hold,
  lagging,
  perEpoch,
  rising,
  segments,
  warmup,
  type Segment,
} from "../engine/segments.js";
import { sequence, shift } from "../engine/shapes.js";
import { factor, flag, integer, lr, numbers, ratio, real, steps } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

/** FastReID's and Swin Transformer's `SOLVER` and `TRAIN` sections, whose warm-ups count iterations. */

/** Linear warm-up by iterations; the rule, by epochs, starts at the first one after both warm-up and delay. */
const fastreid = library({
  homes: ["fastreid:"],
  needs: ["steps_per_epoch"],
  source: "JDAI-CV/fast-reid, fastreid/solver/build.py and lr_scheduler.py, engine/hooks.py",
  first: {
    BASE_LR: lr("base rate", { default: 3e-4 }),
    MAX_EPOCH: integer("epochs of the run", { default: 120 }),
    WARMUP_ITERS: steps("iterations of warm-up", { default: 1000 }),
    WARMUP_FACTOR: ratio("factor at the first iteration", { default: 0.1 }),
    DELAY_EPOCHS: integer("epochs before the schedule begins", { default: 0 }),
  },
  finish(byEpoch: (epochs: number) => readonly Segment[], a, { steps_per_epoch: spe }) {
    const [base, W, delay] = [a.BASE_LR, a.WARMUP_ITERS, a.DELAY_EPOCHS];
    refuse(!Number.isFinite(W + delay), "WARMUP_ITERS and DELAY_EPOCHS must be finite");
    // The schedule steps after the first epoch whose last iteration reaches W and which is past the delay.
    const start = Math.max(Math.ceil(W / spe) - 1, delay, 0) * spe;
    const left = a.MAX_EPOCH - Math.max(Math.ceil(W / spe), delay);
    const rise = warmup(W, (t) => base * (a.WARMUP_FACTOR + (1 - a.WARMUP_FACTOR) * (t / W)));
    const own = shift(perEpoch(segments(...byEpoch(left)), spe), -start);
    return sequence([
      { from: 0, curve: segments(rise, hold(Infinity, base)) },
      { from: Math.max(W, start), curve: own },
    ]);
  },
});

/** The rule is what follows the warm-up of W iterations: its segments, and the floor after them. */
interface AfterWarmup {
  readonly parts: readonly Segment[];
  readonly floor?: number;
}
const swin = library({
  homes: ["swin:"],
  needs: ["steps_per_epoch"],
  quirks: [
    "BASE_LR, WARMUP_LR and MIN_LR are scaled by the total batch size over 512 when training starts.",
    "The rate is set after the update with that update's number, so every value comes one iteration late.",
  ],
  source: "microsoft/Swin-Transformer, lr_scheduler.py; timm schedulers stepped per iteration",
  first: {
    BASE_LR: lr("peak rate for a total batch of 512", { default: 5e-4 }),
    WARMUP_LR: lr("first rate for a total batch of 512", { default: 5e-7 }),
    MIN_LR: lr("final rate for a total batch of 512", { default: 5e-6 }),
    EPOCHS: integer("epochs of the run", { default: 300 }),
    WARMUP_EPOCHS: real("epochs of warm-up", { default: 20 }),
    DECAY_EPOCHS: real("epochs between drops (step)", { default: 30 }),
    DECAY_RATE: factor("factor of a drop (step, multistep)", { default: 0.1 }),
    MULTISTEPS: numbers("epochs of the drops (multistep)", { default: [] }),
    GAMMA: factor("factor of a drop (multistep)", { default: 0.1 }),
    WARMUP_PREFIX: flag("the schedule's clock starts after the warm-up", { default: true }),
    scale: factor("total batch / 512; 1 when the rates are not scaled", { default: 1 }),
  },
  run: (a, { steps_per_epoch: spe }) => ({
    base: a.BASE_LR * a.scale,
    low: a.MIN_LR * a.scale,
    W: Math.trunc(a.WARMUP_EPOCHS * spe),
    T: Math.trunc(a.EPOCHS * spe),
    spe,
  }),
  finish: ({ parts, floor }: AfterWarmup, a, { base, W }): Curve =>
    lagging(
      segments(
        rising(W, base, a.WARMUP_LR * a.scale),
        ...parts,
        ...(floor === undefined ? [] : [cooldown(Infinity, floor)]),
      ),
    ),
});

export const configToolsSwin = [
  fastreid({
    name: "MultiStepLR",
    params: {
      STEPS: numbers("epochs of the drops", { default: [30, 55] }),
      GAMMA: factor("factor of a drop", { default: 0.1 }),
    },
    formula: "linear warm-up by iterations, then BASE_LR · GAMMA^(number of STEPS ≤ epoch since the schedule began)",
    quirks: ["The epoch schedule's clock starts after the warm-up and DELAY_EPOCHS."],
    rule(a) {
      const edges = a.STEPS.toSorted((x, y) => x - y);
      return () => drops(edges, (i) => a.BASE_LR * a.GAMMA ** i);
    },
  }),
  fastreid({
    name: "CosineAnnealingLR",
    params: { ETA_MIN_LR: lr("final rate", { default: 1e-7 }) },
    formula: "linear warm-up by iterations, then ETA_MIN_LR + (BASE_LR − ETA_MIN_LR) · (1 + cos(π · e / T)) / 2",
    rule: (a) => (epochs) => [cosineFall(a.BASE_LR, a.ETA_MIN_LR, 0, epochs)],
  }),
  swin({
    name: "cosine",
    params: {},
    formula: "MIN_LR + (BASE_LR − MIN_LR) · (1 + cos(π · (t − W) / (T − W))) / 2",
    rule({ WARMUP_PREFIX }, { base, low, W, T }) {
      const from = WARMUP_PREFIX ? W : 0;
      const fall = decay(T, (t) => byCosine(base, low, (t - from) / (T - from)));
      return { parts: [fall], floor: low };
    },
  }),
  swin({
    name: "linear",
    params: {},
    formula: "BASE_LR − (BASE_LR − MIN_LR) · (t − W) / (T − W)",
    // The linear schedule's floor is 1 % of the base rate, whatever MIN_LR says.
    rule: (_, { base, W, T }) => ({ parts: [decay(Infinity, (t) => byLine(base, base * 0.01, (t - W) / (T - W)))] }),
  }),
  swin({
    name: "step",
    params: {},
    formula: "BASE_LR · DECAY_RATE^⌊t / DECAY_EPOCHS⌋",
    rule: (a, { base, spe }) => ({ parts: [bySteps(base, a.DECAY_RATE, Math.trunc(a.DECAY_EPOCHS * spe))] }),
  }),
  swin({
    name: "multistep",
    params: {},
    formula: "BASE_LR · GAMMA^(number of MULTISTEPS ≤ t)",
    rule(a, { base, W, spe }) {
      const edges = a.MULTISTEPS.map((m) => m * spe);
      refuse(edges.length > 0 && W > Math.min(...edges), "AssertionError");
      const sorted = edges.toSorted((x, y) => x - y);
      return { parts: drops(sorted, (i) => base * a.GAMMA ** i) };
    },
  }),
];
