import { f32 } from "../engine/float32.js";
import { constant } from "../engine/shapes.js";
import { lr, real } from "./define.js";
import { kerasCallbacks } from "./kerasCallbacks.js";
import { kerasDecays } from "./kerasDecays.js";
import { decayOfOptimizer } from "./keras2.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

/** Every place where Keras 3 shows its modules; `tf.keras` is Keras 3 since TensorFlow 2.16. */
const homes = ["keras", "keras.api", "tf.keras", "tensorflow.keras"].concat(
  ["tf", "tensorflow"].flatMap((tf) => ["v1", "v2"].map((v) => `${tf}.compat.${v}.keras`)),
);
/** `inner`: the module in `keras.src` that defines the object. */
const underHomes = (path: string, inner: string, alsoAt: readonly string[] = []) => [
  ...homes.map((home) => `${home}.${path}`),
  `keras.src.${inner}`,
  ...alsoAt,
];
const version = "keras 3.15.1, src/";

const decays = kerasDecays({
  homes: (name) =>
    underHomes(`optimizers.schedules.${name}`, `optimizers.schedules.learning_rate_schedule.${name}`, [
      `tf.optimizers.schedules.${name}`,
      `tensorflow.optimizers.schedules.${name}`,
      ...(name.startsWith("Cosine")
        ? ["tf.keras", "tensorflow.keras", "keras"].map((k) => `${k}.experimental.${name}`)
        : []),
    ]),
  source: `${version}optimizers/schedules/learning_rate_schedule.py`,
  version: 3,
});

const modules: Readonly<Record<string, string>> = {
  ReduceLROnPlateau: "reduce_lr_on_plateau",
  LearningRateScheduler: "learning_rate_scheduler",
};
const callbacks = kerasCallbacks({
  homes: (name) => underHomes(`callbacks.${name}`, `callbacks.${modules[name]}.${name}`),
  source: `${version}callbacks/`,
  version: 3,
});

const optimizer = library({
  homes: (name) =>
    underHomes(`optimizers.${name}`, `optimizers.${name.toLowerCase()}.${name}`, [
      `tf.optimizers.${name}`,
      `tensorflow.optimizers.${name}`,
    ]),
  source: `${version}optimizers/base_optimizer.py`,
});

/** Keras 3 warns about `decay=` and ignores it; a call that says `lr=` is older and means it. */
const optimizers = ["SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax"].map((name) => {
  const older = decayOfOptimizer(name);
  return optimizer({
    name,
    dtype: "float32",
    onlyWith: older.onlyWith,
    params: {
      ...older.params,
      learning_rate: lr("the rate", { default: null }),
      lr: lr("Keras 2's name of the rate", { default: null, keywordOnly: true }),
      decay: real("ignored by Keras 3", { default: 0, keywordOnly: true }),
    },
    formula: "learning_rate (decay is ignored); with `lr=`, Keras 2's lr / (1 + decay · t)",
    quirks: [
      "Keras 3 only warns about decay= and keeps the rate constant; the older optimizers.legacy divide by 1 + decay · t.",
    ],
    rule(a, context) {
      if ((a.lr as number | null) !== null) return older.compile({ ...a, learning_rate: a.lr }, context);
      const rate = (a.learning_rate as number | null) ?? (name === "SGD" ? 0.01 : 0.001);
      refuse(typeof rate !== "number", "TypeError: learning_rate must be a number here");
      return constant(f32(rate));
    },
  });
});

export const keras = [...decays, ...callbacks, ...optimizers];
