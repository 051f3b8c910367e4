import { byFactor, byPower, bySigmoid, bySteps } from "../engine/decays.js";
import { hold, segments, warmup, type Segment } from "../engine/segments.js";
import { factor, lr, numbers, power, steps } from "./define.js";
import { library } from "./library.js";

/** Darknet's `policy` in the `[net]` section; the burn-in stands in front of each. */
const darknet = library({
  homes: ["darknet:"],
  source: "pjreddie/darknet and AlexeyAB/darknet, src/network.c get_current_rate",
  first: {
    learning_rate: lr("rate after burn-in", { default: 0.001 }),
    burn_in: steps("batches of warm-up", { default: 0 }),
    power: power("exponent of the warm-up (and of poly)", { default: 4 }),
  },
  finish: (after: readonly Segment[], { learning_rate, burn_in, power }) =>
    segments(
      warmup(burn_in, (t) => learning_rate * (t / burn_in) ** power),
      ...after,
    ),
});
const burnIn = "learning_rate · (t / burn_in)^power while t < burn_in, then";
const max_batches = steps("batches of the run", { default: 0 });

export const configToolsDarknet = [
  darknet({
    name: "constant",
    params: {},
    formula: `${burnIn} learning_rate`,
    rule: (a) => [hold(Infinity, a.learning_rate)],
  }),
  darknet({
    name: "steps",
    params: {
      steps: numbers("batches of the changes", { default: [] }),
      scales: numbers("factors at those batches", { default: [] }),
    },
    formula: `${burnIn} learning_rate · Π scales[i] for steps[i] ≤ t`,
    quirks: [
      "The list is read up to the first step still ahead: later entries that are out of order do not act before it.",
    ],
    rule: (a) => scaled(a.learning_rate, a.steps, a.scales),
  }),
  darknet({
    name: "step",
    params: {
      step: steps("batches between changes", { default: 1 }),
      scale: factor("factor of a change", { default: 1 }),
    },
    formula: `${burnIn} learning_rate · scale^⌊t / step⌋`,
    rule: (a) => [bySteps(a.learning_rate, a.scale, a.step)],
  }),
  darknet({
    name: "exp",
    params: { gamma: factor("factor per batch", { default: 1 }) },
    formula: `${burnIn} learning_rate · gamma^t`,
    rule: (a) => [byFactor(a.learning_rate, a.gamma)],
  }),
  darknet({
    name: "poly",
    params: { max_batches },
    formula: `${burnIn} learning_rate · (1 − t / max_batches)^power`,
    rule: (a) => byPower(a.learning_rate, a.max_batches, a.power),
  }),
  darknet({
    name: "sig",
    params: { gamma: factor("steepness", { default: 1 }), step: steps("batch of the middle", { default: 1 }) },
    formula: `${burnIn} learning_rate / (1 + e^(gamma · (t − step)))`,
    rule: (a) => [bySigmoid(a.learning_rate, a.gamma, a.step)],
  }),
  darknet({
    name: "sgdr",
    dtype: "float32",
    params: {
      max_batches,
      learning_rate_min: lr("rate at the end of a cycle", { default: 0.00001 }),
      sgdr_cycle: steps("batches of the first cycle; max_batches when absent", { default: null }),
      sgdr_mult: factor("growth of the cycle", { default: 2 }),
    },
    formula: `${burnIn} min + (learning_rate − min) · (1 + cos(π · t_cycle / cycle)) / 2`,
    quirks: ["A cycle's last batch is included: the restart comes one batch after it."],
    rule(a) {
      const first = (a.sgdr_cycle as number | null) ?? a.max_batches;
      return [restarting(a.learning_rate, a.learning_rate_min, first, a.sgdr_mult)];
    },
  }),
];

/** The factors act one after the other, none before the one written in front of it. */
function scaled(base: number, steps: readonly number[], scales: readonly number[]): Segment[] {
  let [edge, rate] = [0, base];
  const parts = steps.map((step, i) => {
    edge = Math.max(step, edge);
    const part = hold(edge, rate);
    rate *= scales[i] ?? 1;
    return part;
  });
  return [...parts, hold(Infinity, rate)];
}

/** Half cosines from high to low, each mult times as long as the one before; its last batch included. */
function restarting(high: number, low: number, first: number, mult: number): Segment {
  const cycleAt = (t: number): [start: number, length: number] => {
    let [start, length] = [0, first];
    for (let i = 0; i < 1e5 && length > 0 && start + length < t; i++) {
      start += length;
      length = Math.trunc(length * mult);
    }
    return [start, length];
  };
  const rate = (t: number) => {
    const [start, length] = cycleAt(t);
    return low + 0.5 * (high - low) * (1 + Math.cos(((t - start) * 3.14159265) / length));
  };
  const nextStart = (t: number) => {
    const [start, length] = cycleAt(t);
    return length > 0 ? Math.max(t + 1, start + length + 1) : Infinity;
  };
  return { kind: "cycle", to: Infinity, lr: rate, breaks: nextStart };
}
