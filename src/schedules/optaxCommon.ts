import { lr, power, steps } from "./define.js";
import { library } from "./library.js";

const inModule = (name: string) => (name === "join_schedules" ? "_join" : "_schedule");

/** One of optax's schedules. */
export const optaxSchedule = library({
  homes: (name) => [
    `optax.${name}`,
    `optax.schedules.${name}`,
    `optax.schedules.${inModule(name)}.${name}`,
    `optax._src.schedule.${name}`,
  ],
  source: "optax 0.2.8, schedules/_schedule.py",
});

/** What optax's parameters mean wherever they stand. */
export const init_value = lr("rate at step 0");
export const peak_value = lr("rate at the end of the warm-up");
export const warmup_steps = steps("steps of the warm-up");
export const exponent = power("power of the cosine", { default: 1 });
export const decaying = {
  transition_steps: steps("steps of the transition; 0 or less keeps init_value", { min: 0 }),
  decay_rate: undefined,
  transition_begin: steps("steps at init_value before the transition", { default: 0, min: 0 }),
  staircase: false,
  end_value: lr("bound of the decay: a floor when decay_rate < 1, else a ceiling", { default: null }),
};
