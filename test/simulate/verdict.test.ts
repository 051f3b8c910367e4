import { expect, it } from "vitest";
import { parseSpec } from "../../src/simulate/spec.js";
import { simulate } from "../../src/simulate/simulate.js";
import type { VerdictKind } from "../../src/simulate/verdict.js";

const bowl = { kind: "quadratic", eigenvalues: [1, 20], start: [1, 1], noise: 0.1, batch: 1 };
const quiet = { ...bowl, noise: 0 };
const heavy = { kind: "sgd", momentum: 0.9 };
const nesterov = { kind: "sgd", momentum: 0.9, nesterov: true };
const constant = (lr: number) => () => lr;
const cosine = (peak: number) => (t: number, T: number) => (peak * (1 + Math.cos((Math.PI * t) / T))) / 2;
const linear = (peak: number) => (t: number, T: number) => peak * (1 - t / T);
const decay = (peak: number, rate: number) => (t: number) => peak * rate ** t;
const drops = (peak: number, factor: number) => (t: number, T: number) => peak * factor ** Math.floor((3 * t) / T);
const warm = (peak: number, steps: number) => (t: number) => peak * Math.min(1, (t + 1) / steps);
const data = (kind: string, more: object = {}) => ({
  kind,
  data: "blobs",
  samples: 128,
  labelNoise: 0.1,
  batch: 16,
  hidden: 8,
  ...more,
});

type Row = {
  lr: (t: number, T: number) => number;
  T: number;
  problem: object;
  optimizer?: object;
  is: VerdictKind;
  why: string;
};
const rows: Row[] = [
  { lr: constant(0.05), T: 1000, problem: bowl, is: "wanders", why: "a constant rate rests at its noise floor" },
  { lr: constant(0.01), T: 5000, problem: bowl, is: "wanders", why: "a lower one at a lower floor" },
  { lr: constant(0.095), T: 1000, problem: bowl, is: "wanders", why: "just below the limit" },
  { lr: constant(0.05), T: 1000, problem: { ...bowl, batch: 64 }, is: "wanders", why: "a batch lowers the floor only" },
  { lr: warm(0.05, 100), T: 2000, problem: bowl, is: "wanders", why: "a warm-up changes nothing about it" },
  { lr: (t) => 0.05 * (1 - 0.2 * (t / 4000)), T: 4000, problem: bowl, is: "wanders", why: "a fifth less is no decay" },
  { lr: (t) => (t < 3000 ? 0.05 : 0.005), T: 9000, problem: bowl, is: "wanders", why: "one early drop, then constant" },
  {
    lr: (t) => 0.03 + 0.02 * Math.cos(t / 30),
    T: 6000,
    problem: bowl,
    is: "wanders",
    why: "a cycle around a constant",
  },
  { lr: constant(0.05), T: 500, problem: quiet, is: "converges", why: "without noise a stable constant converges" },
  { lr: constant(0.099), T: 3000, problem: quiet, is: "converges", why: "0.99 of the limit still shrinks" },
  { lr: cosine(0.05), T: 4000, problem: bowl, is: "converges", why: "cosine to zero" },
  { lr: linear(0.05), T: 4000, problem: bowl, is: "converges", why: "linear to zero" },
  { lr: drops(0.05, 0.1), T: 9000, problem: bowl, is: "converges", why: "two drops by ten" },
  { lr: decay(0.05, 0.999), T: 8000, problem: bowl, is: "converges", why: "exponential, slow enough" },
  { lr: (t) => 1 / (20 + t), T: 10_000, problem: bowl, is: "converges", why: "1/t: Robbins and Monro" },
  { lr: (t) => 0.05 / Math.sqrt(1 + t), T: 10_000, problem: bowl, is: "converges", why: "1/√t" },
  {
    lr: (t) => (t < 100 ? 0.05 * ((t + 1) / 100) : 0.05 * (1 - t / 4000)),
    T: 4000,
    problem: bowl,
    is: "converges",
    why: "warm-up, then linear to zero",
  },
  {
    lr: cosine(0.02),
    T: 400,
    problem: { ...quiet, eigenvalues: [0.5, 20] },
    is: "converges",
    why: "short but arriving",
  },
  { lr: constant(0.11), T: 500, problem: bowl, is: "diverges", why: "above 2 / h_max" },
  { lr: constant(0.11), T: 500, problem: quiet, is: "diverges", why: "noise is not needed" },
  { lr: constant(0.1005), T: 2000, problem: bowl, is: "diverges", why: "barely above grows slowly" },
  { lr: constant(1e6), T: 100, problem: bowl, is: "diverges", why: "absurd" },
  { lr: constant(1e300), T: 10, problem: bowl, is: "diverges", why: "not finite after two steps" },
  { lr: warm(0.3, 300), T: 600, problem: bowl, is: "diverges", why: "a warm-up into the unstable" },
  { lr: (t) => (t < 500 ? 0.05 : 0.12), T: 1000, problem: bowl, is: "diverges", why: "a rate raised too far" },
  { lr: cosine(0.4), T: 300, problem: bowl, is: "diverges", why: "it grew more than the decay could take back" },
  { lr: cosine(0.12), T: 2000, problem: quiet, is: "converges", why: "a short excess at the start is taken back" },
  { lr: constant(0.1), T: 500, problem: quiet, is: "wanders", why: "at the limit it swings for ever" },
  { lr: constant(1e-5), T: 1000, problem: bowl, is: "stalls", why: "too small to move" },
  { lr: constant(0), T: 100, problem: bowl, is: "stalls", why: "zero" },
  { lr: decay(0.05, 0.98), T: 5000, problem: bowl, is: "stalls", why: "Σ lr h_min is 2.5: it never arrives" },
  { lr: decay(0.05, 0.9), T: 2000, problem: quiet, is: "stalls", why: "gone after fifty steps" },
  { lr: (t) => (t < 50 ? 0.05 : 1e-7), T: 2000, problem: bowl, is: "stalls", why: "dropped too early" },
  { lr: (t) => 0.01 / (1 + t), T: 3000, problem: bowl, is: "stalls", why: "1/t with too small a constant" },
  { lr: constant(0.05), T: 2000, problem: bowl, optimizer: heavy, is: "wanders", why: "heavy ball's floor" },
  {
    lr: constant(0.15),
    T: 1000,
    problem: quiet,
    optimizer: heavy,
    is: "converges",
    why: "momentum raises the limit to 0.19",
  },
  { lr: constant(0.2), T: 500, problem: bowl, optimizer: heavy, is: "diverges", why: "above 2 (1 + β) / h_max" },
  { lr: cosine(0.05), T: 4000, problem: bowl, optimizer: heavy, is: "converges", why: "heavy ball, cosine" },
  { lr: decay(0.005, 0.97), T: 3000, problem: bowl, optimizer: heavy, is: "stalls", why: "Σ lr / (1 − β) is 1.7" },
  { lr: constant(0.08), T: 500, problem: bowl, optimizer: nesterov, is: "diverges", why: "Nesterov's limit is 0.068" },
  { lr: constant(0.06), T: 1000, problem: quiet, optimizer: nesterov, is: "converges", why: "below it" },
  { lr: constant(0.03), T: 2000, problem: bowl, optimizer: nesterov, is: "wanders", why: "Nesterov's floor" },
  {
    lr: constant(0.01),
    T: 4000,
    problem: bowl,
    optimizer: { kind: "adam" },
    is: "wanders",
    why: "Adam with noise and a constant rate",
  },
  { lr: cosine(0.01), T: 4000, problem: bowl, optimizer: { kind: "adam" }, is: "converges", why: "Adam, cosine" },
  {
    lr: constant(1e-6),
    T: 4000,
    problem: bowl,
    optimizer: { kind: "adamw" },
    is: "stalls",
    why: "4,000 steps of 1e-6 cannot go from 1 to 0",
  },
  {
    lr: decay(0.01, 0.98),
    T: 4000,
    problem: bowl,
    optimizer: { kind: "adam" },
    is: "stalls",
    why: "Adam's path is at most Σ lr = 0.5",
  },
  {
    lr: constant(0.01),
    T: 4000,
    problem: bowl,
    optimizer: { kind: "rmsprop" },
    is: "wanders",
    why: "RMSProp with noise",
  },
  { lr: constant(0.001), T: 20_000, problem: { kind: "rosenbrock" }, is: "converges", why: "along the valley" },
  {
    lr: constant(0.01),
    T: 500,
    problem: { kind: "rosenbrock" },
    is: "diverges",
    why: "five times the limit at the minimum",
  },
  { lr: constant(0.01), T: 400, problem: { kind: "himmelblau" }, is: "converges", why: "into one of four minima" },
  { lr: constant(0.03), T: 400, problem: { kind: "himmelblau" }, is: "wanders", why: "no minimum holds this rate" },
  {
    lr: decay(0.05, 0.98),
    T: 2000,
    problem: { kind: "ravine" },
    is: "stalls",
    why: "the flat direction is left behind",
  },
  { lr: constant(0.11), T: 300, problem: { kind: "ravine" }, is: "diverges", why: "above 2 / 20" },
  { lr: constant(0.01), T: 5000, problem: { kind: "beale" }, is: "converges", why: "the flat valley of Beale" },
  { lr: constant(1), T: 1600, problem: data("logistic"), is: "wanders", why: "mini-batches are noise" },
  { lr: linear(1), T: 1600, problem: data("logistic"), is: "converges", why: "decayed to zero" },
  { lr: constant(1e-5), T: 800, problem: data("logistic"), is: "stalls", why: "too small" },
  { lr: constant(1e-5), T: 400, problem: data("network"), is: "stalls", why: "too small" },
  { lr: linear(0.5), T: 1600, problem: data("network"), is: "converges", why: "trains" },
];

it.each(rows)("$is: $why", ({ lr, T, problem, optimizer, is }) => {
  const parsed = parseSpec({ lr: Array.from({ length: T }, (_, t) => lr(t, T)), problem, optimizer, seeds: 16 });
  if (!parsed.ok) throw new Error(parsed.because);
  const { verdict } = simulate(parsed.spec);
  expect(verdict.kind, verdict.sentence).toBe(is);
  expect(verdict.sentence.toLowerCase()).toContain(is.slice(0, -1));
});

it.each([
  {
    lr: 0.11,
    T: 500,
    step: 8,
    contains: ["0.1,", "grows"],
    why: "(1 − 0.11 · 20)² = 1.44 a step: ×10 is passed at step 8 with h = 1's part",
  },
  {
    lr: 1e-5,
    T: 1000,
    step: 0,
    contains: ["because the rate is below 5e-5"],
    why: "1 / (h T) of the direction that is left",
  },
])("$lr: figures of the sentence ($why)", ({ lr, T, step, contains }) => {
  const parsed = parseSpec({ lr, steps: T, problem: bowl });
  if (!parsed.ok) throw new Error(parsed.because);
  const { verdict } = simulate(parsed.spec);
  expect(verdict.step).toBe(step);
  for (const part of contains) expect(verdict.sentence).toContain(part);
});

it("some runs that diverge are told beside the verdict of the others", () => {
  const parsed = parseSpec({
    lr: 0.03,
    steps: 300,
    problem: { kind: "beale", start: [3.2, 1.1], noise: 8 },
    seeds: 32,
  });
  if (!parsed.ok) throw new Error(parsed.because);
  const { verdict, records } = simulate(parsed.spec);
  const failed = records.filter((r) => r.failedAt !== undefined).length;
  if (2 * failed >= 32) expect(verdict.kind).toBe("diverges");
  else expect(verdict.sentence.includes("runs diverge")).toBe(failed > 0);
});
