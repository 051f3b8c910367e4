import { f32 } from "../engine/float32.js";
import { Raises, defineSchedule, factor, integer, ratio, real } from "./define.js";
import type { LiveSchedule } from "./define.js";
import { metricDriven, short } from "./plateau.js";

/** optax's plateau rule, in float32: it gives a factor on the updates, and its counter must equal patience. */
export const reduceOnPlateau = defineSchedule({
  id: "optax.contrib.reduce_on_plateau",
  aliases: ["optax.contrib._reduce_on_plateau.reduce_on_plateau", "optax.reduce_on_plateau"],
  params: {
    factor: factor("the scale is multiplied by this", { default: 0.1, min: 0, max: 1, above: true }),
    patience: integer("evaluations without improvement before the scale falls", { default: 10 }),
    rtol: ratio("an improvement is at least this share of the best value", { default: 1e-4 }),
    atol: real("and at least this much", { default: 0 }),
    cooldown: integer("evaluations after a reduction in which nothing is counted", { default: 0 }),
    accumulation_size: integer("values averaged into one evaluation", { default: 1, min: 1 }),
    min_scale: factor("the scale never falls below", { default: 0 }),
  },
  unit: "epoch",
  quantity: "factor",
  formula:
    "scale = max(scale · factor, min_scale) after `patience` evaluations without value < (1 − rtol) · best − atol",
  quirks: [
    "It scales the updates: multiply by the optimizer's own rate.",
    "The count must equal patience: with patience 0 each improvement reduces the scale, a bad value never does.",
    "For negative values rtol works the other way: slightly worse ones count as improvement.",
    "NaN never counts as an improvement.",
  ],
  source: "optax 0.2.8, contrib/_reduce_on_plateau.py",
  compile(a, context) {
    const refuse = (because: string) => {
      throw new Raises(`ValueError: ${because}`);
    };
    if (a.factor <= 0 || a.factor >= 1) refuse(`Factor must be in the range (0, 1), got factor = ${a.factor}.`);
    if (a.rtol < 0 || a.atol < 0)
      refuse(`Both rtol and atol must be non-negative, got rtol = ${a.rtol} and atol = ${a.atol}.`);
    if (a.rtol === 0 && a.atol === 0)
      refuse(`At least one of rtol or atol must be positive, got rtol = ${a.rtol} and atol = ${a.atol}.`);
    if (a.rtol > 1) refuse(`rtol must be less than or equal to 1.0, got rtol = ${a.rtol}.`);
    const start = (): LiveSchedule => {
      let [best, bad, cooling, count, average] = [Infinity, 0, 0, 0, 0];
      return {
        lr: 1,
        step(value) {
          average = f32(f32(f32(count * average) + f32(value)) / (count + 1));
          count++;
          if (count !== a.accumulation_size) return undefined;
          const improved = average < f32(f32(f32(1 - a.rtol) * best) - f32(a.atol));
          bad = improved ? 0 : bad + 1;
          if (improved) best = average;
          [count, average] = [0, 0];
          if (cooling > 0) {
            [cooling, bad] = [cooling - 1, 0];
            return undefined;
          }
          const reached = bad === a.patience;
          const before = this.lr;
          this.lr = Math.max(reached ? f32(before * f32(a.factor)) : before, f32(a.min_scale));
          [bad, cooling] = reached ? [0, a.cooldown] : [bad, 0];
          return this.lr === before
            ? undefined
            : `${a.patience} evaluations without improvement: scale ${short(before)} → ${short(this.lr)}`;
        },
      };
    };
    return metricDriven(start, context);
  },
});
