import { f32 } from "../engine/float32.js";
import { curve, map } from "../engine/shapes.js";
import { compileCall, isScheduleCall } from "./compile.js";
import { Raises, defineSchedule, flag, handle, real, schedule } from "./define.js";
import type { ParamSpec, ScheduleDefinition } from "./define.js";
import { kerasCallbacks } from "./kerasCallbacks.js";
import { kerasDecays } from "./kerasDecays.js";

const source = "tf_keras 2.21.0, src/";
const homes = ["keras", "tf.keras", "tensorflow.keras", "tf", "tensorflow"];

const decays = kerasDecays({
  names: (name) => ({
    id: `tf_keras.optimizers.schedules.${name}`,
    aliases: [
      `tf_keras.src.optimizers.schedules.learning_rate_schedule.${name}`,
      `tensorflow.python.keras.optimizer_v2.learning_rate_schedule.${name}`,
      `tf_keras.experimental.${name}`,
    ],
  }),
  source: `${source}optimizers/schedules/learning_rate_schedule.py`,
  version: 2,
});

const callbacks = kerasCallbacks({
  names: (name) => ({
    id: `tf_keras.callbacks.${name}`,
    aliases: [`tf_keras.src.callbacks.${name}`, `tensorflow.python.keras.callbacks.${name}`],
  }),
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

/** Time-based decay of an optimizer of Keras 2: `decay=` divides the rate by 1 + decay · t, per update. */
export function decayOfOptimizer(name: string, names: Pick<ScheduleDefinition, "id" | "aliases">): ScheduleDefinition {
  const rest = (others[name] ?? []).map((p): [string, ParamSpec] => [
    p,
    p === "nesterov" ? flag("Nesterov's momentum", { default: null }) : handle("not part of the rate"),
  ]);
  return defineSchedule({
    ...names,
    onlyWith: ["decay"],
    params: {
      learning_rate: schedule("the rate at update 0, or a schedule", {
        default: name === "SGD" ? 0.01 : 0.001,
        alias: ["lr"],
      }),
      ...Object.fromEntries(rest),
      name: handle("name of the optimizer"),
      decay: real("the inverse of the rate grows by this share per update", { default: 0, min: 0, keywordOnly: true }),
    },
    unit: "step",
    dtype: "float32",
    formula: "learning_rate / (1 + decay · t)",
    quirks: [
      "t counts updates, not epochs; the first update is undamped.",
      "A schedule given as learning_rate is divided as well.",
      "A decay that is not above 0 is ignored.",
    ],
    source: `${source}optimizers/legacy/optimizer_v2.py`,
    compile({ learning_rate, decay }, context) {
      const per = decay as number;
      if (per < 0) throw new Raises(`ValueError: decay cannot be less than 0. Received: decay=${per}.`);
      const damp = (rate: number, t: number) => (per > 0 ? f32(rate / f32(1 + f32(per * f32(t)))) : rate);
      if (!isScheduleCall(learning_rate)) {
        const rate = f32(learning_rate as number);
        return curve((t) => damp(rate, t), [], [{ kind: per > 0 ? "decay" : "constant", from: 0, to: Infinity }]);
      }
      const inner = compileCall(learning_rate, context).lr;
      return { ...map(inner, (rate) => rate), at: (t) => damp(inner.at(t), t) };
    },
  });
}

const optimizers = Object.keys(others).map((name) =>
  decayOfOptimizer(name, {
    id: `tf_keras.optimizers.legacy.${name}`,
    aliases: [...homes.map((home) => `${home}.optimizers.legacy.${name}`), `tf_keras.src.optimizers.legacy.${name}`],
  }),
);

export const keras2 = [...decays, ...callbacks, ...optimizers];
