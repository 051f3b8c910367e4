import { curve, everyPeriod } from "../engine/shapes.js";
import { defineSchedule, factor, flag, handle, lr, real } from "./define.js";

const names = (name: string) => ({
  id: `tf.compat.v1.train.${name}`,
  aliases: [`tensorflow.compat.v1.train.${name}`, `tf.train.${name}`, `tensorflow.train.${name}`],
});
const source = "tensorflow 2.21.0, python/keras/optimizer_v2/legacy_learning_rate_decay.py";
const globalStep = handle("the step counter that the optimizer advances");

export const exponentialDecay = defineSchedule({
  ...names("exponential_decay"),
  params: {
    learning_rate: lr("rate at step 0"),
    global_step: globalStep,
    decay_steps: real("steps in which the rate falls by decay_rate", { min: 0, above: true }),
    decay_rate: factor("the rate is multiplied by this every decay_steps"),
    staircase: flag("drop once every decay_steps instead of smoothly", { default: false }),
    name: handle("op name"),
  },
  unit: "step",
  dtype: "float32",
  formula: "learning_rate · decay_rate^(t / decay_steps), the exponent floored when staircase",
  source,
  compile({ learning_rate, decay_steps, decay_rate, staircase }) {
    const [base, every, rate] = [learning_rate as number, decay_steps as number, decay_rate as number];
    const exponent = staircase ? (t: number) => Math.floor(t / every) : (t: number) => t / every;
    const breaks = staircase ? everyPeriod(every) : [];
    return curve((t) => base * rate ** exponent(t), breaks, [{ kind: "decay", from: 0, to: Infinity }]);
  },
});

export const tf1 = [exponentialDecay];
