import { byFactor, bySigmoid, bySteps } from "../engine/decays.js";
import { cooldown, decay, flat, segments } from "../engine/segments.js";
import { anything, factor, lr, power, real, steps } from "./define.js";
import { library } from "./library.js";

/** Deeplearning4j's `ISchedule` in a network's JSON. */
const inDl4j = { homes: ["dl4j:"], source: "deeplearning4j, nd4j/linalg/schedule" };
const dl4j = library({ ...inDl4j, first: { initialValue: lr("rate at the start") } });

export const configToolsDl4j = [
  dl4j({
    name: "ExponentialSchedule",
    params: { gamma: factor("factor per step") },
    formula: "initialValue · gamma^t",
    rule: ({ initialValue, gamma }) => segments(byFactor(initialValue, gamma)),
  }),
  dl4j({
    name: "StepSchedule",
    params: { decayRate: factor("factor of a drop"), step: real("steps between drops") },
    formula: "initialValue · decayRate^⌊t / step⌋",
    rule: ({ initialValue, decayRate, step }) => segments(bySteps(initialValue, decayRate, step)),
  }),
  dl4j({
    name: "InverseSchedule",
    params: { gamma: factor("slope"), power: power("exponent") },
    formula: "initialValue / (1 + gamma · t)^power",
    rule: ({ initialValue, gamma, power }) => segments(decay(Infinity, (t) => initialValue / (1 + gamma * t) ** power)),
  }),
  dl4j({
    name: "PolySchedule",
    params: { power: power("exponent"), maxIter: steps("steps of the run") },
    formula: "initialValue · (1 − t / maxIter)^power, 0 past it",
    rule({ initialValue, power, maxIter }) {
      const fall = decay(maxIter, (t) => initialValue * (1 - t / maxIter) ** power);
      return segments(fall, cooldown(Infinity, 0));
    },
  }),
  dl4j({
    name: "SigmoidSchedule",
    params: { gamma: factor("steepness"), stepSize: steps("step of the middle") },
    formula: "initialValue / (1 + e^(gamma · (t − stepSize)))",
    rule: ({ initialValue, gamma, stepSize }) => segments(bySigmoid(initialValue, gamma, stepSize)),
  }),
  library(inDl4j)({
    name: "MapSchedule",
    params: { values: anything("rates by step") },
    formula: "the rate of the last key ≤ t",
    rule({ values }) {
      const entries = [...(values as ReadonlyMap<unknown, unknown>)].map(([k, v]) => [Number(k), Number(v)] as const);
      const sorted = entries.sort(([a], [b]) => a - b);
      return segments(...sorted.map(([, rate], i) => flat(sorted[i + 1]?.[0] ?? Infinity, rate)));
    },
  }),
];
