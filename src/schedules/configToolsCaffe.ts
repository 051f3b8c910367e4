import { byFactor, byInverse, byPower, bySigmoid, bySteps } from "../engine/decays.js";
import { drops, flat, segments } from "../engine/segments.js";
import { factor, lr, numbers, power, steps } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

/** Caffe's `lr_policy` in solver.prototxt. */
const caffe = library({
  homes: ["caffe:"],
  source: "BVLC/caffe, src/caffe/solvers/sgd_solver.cpp",
  first: { base_lr: lr("rate at iteration 0") },
});
const gamma = factor("decay factor", { default: 0 });
const exponent = power("exponent", { default: 0 });

export const configToolsCaffe = [
  caffe({
    name: "fixed",
    params: {},
    formula: "base_lr",
    rule: ({ base_lr }) => segments(flat(Infinity, base_lr)),
  }),
  caffe({
    name: "step",
    params: { gamma, stepsize: steps("iterations between drops", { default: 0 }) },
    formula: "base_lr · gamma^⌊t / stepsize⌋",
    rule({ base_lr, gamma, stepsize }) {
      refuse(!(stepsize > 0), "Check failed: stepsize > 0");
      return segments(bySteps(base_lr, gamma, stepsize));
    },
  }),
  caffe({
    name: "exp",
    params: { gamma },
    formula: "base_lr · gamma^t",
    rule: ({ base_lr, gamma }) => segments(byFactor(base_lr, gamma)),
  }),
  caffe({
    name: "inv",
    params: { gamma, power: exponent },
    formula: "base_lr · (1 + gamma · t)^−power",
    rule: ({ base_lr, gamma, power }) => segments(byInverse(base_lr, gamma, power)),
  }),
  caffe({
    name: "multistep",
    params: { gamma, stepvalue: numbers("iterations of the drops", { default: [] }) },
    formula: "base_lr · gamma^(number of stepvalue ≤ t)",
    quirks: [
      "Values are taken in the order written and at most one per iteration, so a repeated one acts an iteration later.",
    ],
    rule({ base_lr, gamma, stepvalue }) {
      let before = -1;
      const edges = stepvalue.map((value) => (before = Math.max(value, before + 1)));
      return segments(...drops(edges, (i) => base_lr * gamma ** i));
    },
  }),
  caffe({
    name: "poly",
    params: { power: exponent, max_iter: steps("iterations of the run", { default: 0 }) },
    formula: "base_lr · (1 − t / max_iter)^power",
    rule: ({ base_lr, power, max_iter }) => segments(...byPower(base_lr, max_iter, power)),
  }),
  caffe({
    name: "sigmoid",
    params: { gamma, stepsize: steps("iteration of the middle of the sigmoid", { default: 0 }) },
    formula: "base_lr / (1 + e^(−gamma · (t − stepsize)))",
    quirks: ["A negative gamma decays; a positive one rises."],
    rule: ({ base_lr, gamma, stepsize }) => segments(bySigmoid(base_lr, -gamma, stepsize)),
  }),
];
