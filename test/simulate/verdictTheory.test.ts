import fc from "fast-check";
import { expect, it } from "vitest";
import { parseSpec } from "../../src/simulate/spec.js";
import { simulate } from "../../src/simulate/simulate.js";
import { noiseFloor, stabilityLimit } from "../../src/simulate/theory.js";
import type { VerdictKind } from "../../src/simulate/verdict.js";

/** What a family of schedules must be called, where theory leaves no doubt; undefined where it does. */
interface Case {
  readonly rate: (t: number, T: number) => number;
  readonly noise: number;
  readonly verdict: VerdictKind;
  /** e-folds of loss in the flattest direction over the run: from, to. */
  readonly folds: readonly [number, number];
}

const share = fc.double({ min: 0.05, max: 0.9, noNaN: true });
const noisy = fc.constantFrom(0.05, 0.3, 1);
const arbitrary = fc.record({
  eigenvalues: fc.array(fc.double({ min: 0.5, max: 30, noNaN: true }), { minLength: 1, maxLength: 5 }),
  optimizer: fc.constantFrom({ kind: "sgd" }, { kind: "heavy ball" }, { kind: "nesterov", momentum: 0.5 }),
  steps: fc.integer({ min: 500, max: 4000 }),
  share,
  noise: noisy,
  family: fc.constantFrom("above", "quiet", "constant", "cosine", "linear", "drops", "tiny", "gone"),
  seed: fc.integer(),
});

it("says what theory says, over many settings of SGD, heavy ball and Nesterov", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(arbitrary, ({ eigenvalues, optimizer, steps, share, noise, family, seed }) => {
      const draft = parseSpec({ lr: [0], problem: { eigenvalues }, optimizer });
      if (!draft.ok) throw new Error(draft.because);
      const limit = stabilityLimit(draft.spec.optimizer, Math.max(...eigenvalues))!;
      const peak = share * limit;
      const slow = 1 - (draft.spec.optimizer.momentum ?? 0);
      const flattest = Math.min(...eigenvalues);
      const families: Record<string, Case> = {
        above: {
          rate: () => limit * (1.03 + share),
          noise: noise * (share > 0.5 ? 1 : 0),
          verdict: "diverges",
          folds: [0, Infinity],
        },
        quiet: { rate: () => peak, noise: 0, verdict: "converges", folds: [30, Infinity] },
        constant: { rate: () => peak, noise, verdict: "wanders", folds: [60, Infinity] },
        cosine: {
          rate: (t, T) => (peak * (1 + Math.cos((Math.PI * t) / T))) / 2,
          noise,
          verdict: "converges",
          folds: [60, Infinity],
        },
        linear: { rate: (t, T) => peak * (1 - t / T), noise, verdict: "converges", folds: [60, Infinity] },
        drops: {
          rate: (t, T) => peak * 0.1 ** Math.floor((4 * t) / T),
          noise,
          verdict: "converges",
          folds: [60, Infinity],
        },
        tiny: {
          rate: (_, T) => (0.2 * share * slow) / (2 * Math.max(...eigenvalues) * T),
          noise: 0.3 * noise,
          verdict: "stalls",
          folds: [0, 1],
        },
        gone: {
          rate: (t) => 0.5 * limit * (0.9 + 0.07 * share) ** t,
          noise: 0.05 * noise,
          verdict: "stalls",
          folds: [0.2, 4],
        },
      };
      const { rate, noise: sigma, verdict, folds } = families[family]!;
      const lr = Array.from({ length: steps }, (_, t) => rate(t, steps));
      const made = (2 * flattest * lr.reduce((a, b) => a + b, 0)) / slow;
      const problem = {
        kind: "quadratic",
        eigenvalues,
        start: eigenvalues.map(() => 1),
        noise: sigma,
        batch: 1,
      } as const;
      const loss = eigenvalues.reduce((sum, h) => sum + h / 2, 0);
      // A floor that nobody would see counts as arrived.
      const floor = noiseFloor(problem, draft.spec.optimizer, peak)! / loss;
      fc.pre(made >= folds[0] && made <= folds[1] && !(family === "constant" && floor < 1e-7));
      const parsed = parseSpec({ lr, problem, optimizer, seeds: 8, seed });
      if (!parsed.ok) throw new Error(parsed.because);
      const told = simulate(parsed.spec).verdict;
      expect(told.kind, `${family}: ${told.sentence}`).toBe(verdict);
      seen.set(family, (seen.get(family) ?? 0) + 1);
    }),
    { numRuns: 200, seed: 7, maxSkipsPerRun: 500 },
  );
  expect(seen.size).toBe(8);
}, 60_000);
