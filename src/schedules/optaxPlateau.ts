import { f32 } from "../engine/float32.js";
import { factor, integer, ratio, real } from "./define.js";
import type { LiveSchedule } from "./define.js";
import { library } from "./library.js";
import { metricDriven, short } from "./plateau.js";
import { refuse } from "./refuse.js";

const schedule = library({
  homes: ["optax.contrib.", "optax.contrib._reduce_on_plateau.", "optax."],
  source: "optax 0.2.8, contrib/_reduce_on_plateau.py",
  unit: "epoch",
});

export const reduceOnPlateau = schedule({
  name: "reduce_on_plateau",
  quantity: "factor",
  params: {
    factor: factor("the scale is multiplied by this", { default: 0.1, min: 0, max: 1, above: true }),
    patience: integer("evaluations without improvement before the scale falls", { default: 10 }),
    rtol: ratio("an improvement is at least this share of the best value", { default: 1e-4 }),
    atol: real("and at least this much", { default: 0 }),
    cooldown: integer("evaluations after a reduction in which nothing is counted", { default: 0 }),
    accumulation_size: integer("values averaged into one evaluation", { default: 1, min: 1 }),
    min_scale: factor("the scale never falls below", { default: 0 }),
  },
  formula:
    "scale = max(scale · factor, min_scale) after `patience` evaluations without value < (1 − rtol) · best − atol",
  quirks: [
    "It scales the updates: multiply by the optimizer's own rate.",
    "The count must equal patience: with patience 0 each improvement reduces the scale, a bad value never does.",
    "For negative values rtol works the other way: slightly worse ones count as improvement.",
    "NaN never counts as an improvement.",
  ],
  rule: (a, context) => metricDriven(plateau(a), context),
});

interface Plateau {
  readonly factor: number;
  readonly patience: number;
  readonly rtol: number;
  readonly atol: number;
  readonly cooldown: number;
  readonly accumulation_size: number;
  readonly min_scale: number;
}

/** optax's plateau rule, in float32: it gives a factor on the updates, and its counter must equal patience. */
function plateau({
  factor,
  patience,
  rtol,
  atol,
  cooldown,
  accumulation_size,
  min_scale,
}: Plateau): () => LiveSchedule {
  const tolerances = `got rtol = ${rtol} and atol = ${atol}.`;
  refuse(factor <= 0 || factor >= 1, `ValueError: Factor must be in the range (0, 1), got factor = ${factor}.`);
  refuse(rtol < 0 || atol < 0, `ValueError: Both rtol and atol must be non-negative, ${tolerances}`);
  refuse(rtol === 0 && atol === 0, `ValueError: At least one of rtol or atol must be positive, ${tolerances}`);
  refuse(rtol > 1, `ValueError: rtol must be less than or equal to 1.0, got rtol = ${rtol}.`);
  return () => {
    let [best, bad, cooling, count, average] = [Infinity, 0, 0, 0, 0];
    return {
      lr: 1,
      step(value) {
        average = f32(f32(f32(count * average) + f32(value)) / (count + 1));
        count++;
        if (count !== accumulation_size) return undefined;
        const improved = average < f32(f32(f32(1 - rtol) * best) - f32(atol));
        bad = improved ? 0 : bad + 1;
        if (improved) best = average;
        [count, average] = [0, 0];
        if (cooling > 0) {
          [cooling, bad] = [cooling - 1, 0];
          return undefined;
        }
        const reached = bad === patience;
        const before = this.lr;
        this.lr = Math.max(reached ? f32(before * f32(factor)) : before, f32(min_scale));
        [bad, cooling] = reached ? [0, cooldown] : [bad, 0];
        if (this.lr === before) return undefined;
        return `${patience} evaluations without improvement: scale ${short(before)} → ${short(this.lr)}`;
      },
    };
  };
}
