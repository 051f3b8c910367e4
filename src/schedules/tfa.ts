import type { Curve } from "../engine/curve.js";
import { f32, pow32 } from "../engine/float32.js";
import { cycling, everyPeriod } from "../engine/shapes.js";
import { factor, lr, rateFunction, real, word } from "./define.js";
import { library } from "./library.js";
import { numberOf } from "./nested.js";

const cyclical = library({
  homes: ["tfa.optimizers.", "tensorflow_addons.optimizers.", "tensorflow_addons.optimizers.cyclical_learning_rate."],
  source: "tensorflow-addons 0.23.0, optimizers/cyclical_learning_rate.py",
  first: {
    initial_learning_rate: lr("rate at both ends of a cycle"),
    maximal_learning_rate: lr("rate in the middle of the first cycle"),
    step_size: real("steps of half a cycle", { min: 0, above: true }),
  },
  last: { name: null },
  quirks: ["step_size is half a cycle: the rate is back after 2 · step_size."],
});
const scale_mode = word("what the scale is computed from: the cycle's number (from 1) or the step", {
  default: "cycle",
  choices: ["cycle", "iterations"],
});
const formula = (scale: string) =>
  `initial + (maximal − initial) · max(0, 1 − |t / step_size − 2·cycle + 1|)${scale}, cycle = ⌊1 + t / (2·step_size)⌋`;

export const tfa = [
  cyclical({
    name: "CyclicalLearningRate",
    params: { scale_fn: rateFunction("height of the triangle, from the cycle or the step"), scale_mode },
    formula: formula(" · scale_fn(cycle or t)"),
    rule: (a) => triangles(a, (x) => numberOf(a.scale_fn.call([x]))),
  }),
  cyclical({
    name: "TriangularCyclicalLearningRate",
    params: { scale_mode },
    formula: formula(""),
    rule: (a) => triangles(a, () => 1),
  }),
  cyclical({
    name: "Triangular2CyclicalLearningRate",
    params: { scale_mode },
    formula: formula(" / 2^(cycle − 1)"),
    quirks: ["With scale_mode 'iterations' the height halves every step."],
    rule: (a) => triangles(a, (x) => f32(1 / pow32(2, f32(x - 1)))),
  }),
  cyclical({
    name: "ExponentialCyclicalLearningRate",
    params: {
      scale_mode: { ...scale_mode, default: "iterations" },
      gamma: factor("the height is multiplied by this every step (or cycle)", { default: 1 }),
    },
    formula: formula(" · gamma^(t or cycle)"),
    rule: (a) => triangles(a, (x) => pow32(f32(a.gamma), x)),
  }),
];

interface Triangle {
  readonly initial_learning_rate: number;
  readonly maximal_learning_rate: number;
  readonly step_size: number;
  readonly scale_mode: string;
}

/** initial + (maximal − initial) · max(0, 1 − |t / step − 2·cycle + 1|) · scale(cycle or t), cycle = ⌊1 + t / (2·step)⌋, in float32. */
function triangles(a: Triangle, scale: (x: number) => number): Curve {
  const [low, step] = [f32(a.initial_learning_rate), f32(a.step_size)];
  const height = f32(f32(a.maximal_learning_rate) - low);
  const at = (t: number) => {
    const now = f32(t);
    const cycle = Math.floor(f32(1 + f32(now / f32(2 * step))));
    const x = Math.abs(f32(f32(f32(now / step) - f32(2 * cycle)) + 1));
    const up = f32(height * Math.max(0, f32(1 - x)));
    return f32(low + f32(up * f32(scale(a.scale_mode === "cycle" ? cycle : now))));
  };
  return cycling(at, everyPeriod(step));
}
