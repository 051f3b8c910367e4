import type { Curve } from "../engine/curve.js";
import { f32 } from "../engine/float32.js";
import { constant, falling, map } from "../engine/shapes.js";
import { compileCall, isScheduleCall } from "./compile.js";
import { flag, handle, real, schedule } from "./define.js";
import type { Context, ScheduleDefinition, Value } from "./define.js";
import { kerasCallbacks } from "./kerasCallbacks.js";
import { kerasDecays } from "./kerasDecays.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

const source = "tf_keras 2.21.0, src/";

const decays = kerasDecays({
  homes: (name) => [
    `tf_keras.optimizers.schedules.${name}`,
    `tf_keras.src.optimizers.schedules.learning_rate_schedule.${name}`,
    `tensorflow.python.keras.optimizer_v2.learning_rate_schedule.${name}`,
    `tf_keras.experimental.${name}`,
  ],
  source: `${source}optimizers/schedules/learning_rate_schedule.py`,
  version: 2,
});

const callbacks = kerasCallbacks({
  homes: (name) => ["tf_keras", "tf_keras.src", "tensorflow.python.keras"].map((home) => `${home}.callbacks.${name}`),
  source: `${source}callbacks.py`,
  version: 2,
});

/** The positional parameters of each optimizer after learning_rate: none of them moves the rate. */
const others: Readonly<Record<string, readonly string[]>> = {
  SGD: ["momentum", "nesterov"],
  Adam: ["beta_1", "beta_2", "epsilon", "amsgrad"],
  RMSprop: ["rho", "momentum", "epsilon", "centered"],
  Adagrad: ["initial_accumulator_value", "epsilon"],
  Adadelta: ["rho", "epsilon"],
  Adamax: ["beta_1", "beta_2", "epsilon"],
  Ftrl: [
    "learning_rate_power",
    "initial_accumulator_value",
    "l1_regularization_strength",
    "l2_regularization_strength",
  ],
};

const legacy = library({
  homes: ["tf_keras", "keras", "tf.keras", "tensorflow.keras", "tf", "tensorflow", "tf_keras.src"].map(
    (home) => `${home}.optimizers.legacy.`,
  ),
  dtype: "float32",
  source: `${source}optimizers/legacy/optimizer_v2.py`,
});

/** Time-based decay of an optimizer of Keras 2: `decay=` divides the rate by 1 + decay · t, per update. */
export const decayOfOptimizer = (name: string): ScheduleDefinition =>
  legacy({
    name,
    onlyWith: ["decay"],
    params: {
      learning_rate: schedule("the rate at update 0, or a schedule", {
        default: name === "SGD" ? 0.01 : 0.001,
        alias: ["lr"],
      }),
      ...Object.fromEntries((others[name] ?? []).map((p) => [p, p === "nesterov" ? nesterov : unmoved])),
      name: handle("name of the optimizer"),
      decay: real("the inverse of the rate grows by this share per update", { default: 0, min: 0, keywordOnly: true }),
    },
    formula: "learning_rate / (1 + decay · t)",
    quirks: [
      "t counts updates, not epochs; the first update is undamped.",
      "A schedule given as learning_rate is divided as well.",
      "A decay that is not above 0 is ignored.",
    ],
    rule: (a, context) => damped(a["learning_rate"] as Value, a["decay"] as number, context),
  });
const nesterov = flag("Nesterov's momentum", { default: null });
const unmoved = handle("not part of the rate");

/** rate / (1 + decay · t); the rate may be a schedule. */
function damped(rate: Value, decay: number, context: Context): Curve {
  refuse(decay < 0, `ValueError: decay cannot be less than 0. Received: decay=${decay}.`);
  const damp = (lr: number, t: number) => (decay > 0 ? f32(lr / f32(1 + f32(decay * f32(t)))) : lr);
  if (!isScheduleCall(rate)) {
    const first = f32(rate as number);
    return decay > 0 ? falling((t) => damp(first, t)) : constant(first);
  }
  const inner = compileCall(rate, context).lr;
  return { ...map(inner, (lr) => lr), at: (t) => damp(inner.at(t), t) };
}

const optimizers = Object.keys(others).map(decayOfOptimizer);

export const keras2 = [...decays, ...callbacks, ...optimizers];
