import { curveOf } from "./nested.js";
import { bindArguments, compileSchedule } from "./compile.js";
import { lr, power, real, word } from "./define.js";
import type { Args, Context, ParamSpec, ScheduleCall, ScheduleDefinition } from "./define.js";
import { library } from "./library.js";
import { tfm } from "./tfm.js";

/** TensorFlow Model Garden's `optimizer_config`: `learning_rate.type` with the warm-up that stands beside it. */
const modelGarden = library({
  homes: ["tf-model-garden:"],
  dtype: "float32",
  quirks: ["The warm-up replaces the first warmup_steps; the decay's clock starts at step 0."],
  source: "tf-models-official, official/modeling/optimization/configs/learning_rate_config.py and lr_schedule.py",
  last: {
    warmup: word("shape of the warm-up", { default: null, choices: ["linear", "polynomial"] }),
    warmup_steps: real("steps of the warm-up", { default: 0 }),
    warmup_learning_rate: lr("first rate of the linear warm-up", { default: 0 }),
    warmup_power: power("exponent of the polynomial warm-up", { default: 1 }),
  },
  finish(rest: ScheduleCall | number, a, context) {
    const linear = a.warmup === "linear";
    const outer = a.warmup && a.warmup_steps > 0 && named(linear ? "LinearWarmup" : "PolynomialWarmUp");
    if (!outer) return curveOf(rest, context);
    const shape = linear ? { warmup_learning_rate: a.warmup_learning_rate } : { power: a.warmup_power };
    return compileSchedule(
      outer,
      { after_warmup_lr_sched: rest, warmup_steps: a.warmup_steps, ...shape },
      context as Context,
    );
  },
});
const named = (name: string) => tfm.find((d) => d.id.endsWith(`.${name}`));

const TYPES: Readonly<Record<string, string>> = {
  stepwise: "PiecewiseConstantDecayWithOffset",
  exponential: "ExponentialDecayWithOffset",
  polynomial: "PolynomialDecayWithOffset",
  cosine: "CosineDecayWithOffset",
  power: "DirectPowerDecay",
  power_linear: "PowerAndLinearDecay",
  power_with_offset: "PowerDecayWithOffset",
  step_cosine_with_offset: "StepCosineDecayWithOffset",
};
/** Defaults of the configuration classes where the schedules themselves have none or others. */
const DEFAULTS: Readonly<Record<string, Args>> = {
  power: { power: -0.5 },
  power_linear: { power: -0.5, linear_decay_fraction: 0.1, offset: 0 },
  power_with_offset: { power: -0.5, pre_offset_learning_rate: 1e6 },
};

const constant = modelGarden({
  name: "constant",
  params: { learning_rate: lr("the rate", { default: 0.1 }) },
  formula: "learning_rate",
  rule: (a) => a.learning_rate,
});

/** The class's own parameters, with the configuration's defaults. */
function ownParams(type: string, { params }: ScheduleDefinition): Record<string, ParamSpec> {
  const own = Object.entries(params).filter(([key, spec]) => spec.kind !== "handle" && key !== "name");
  return Object.fromEntries(
    own.map(([key, spec]) => {
      const usual = DEFAULTS[type]?.[key] ?? (key === "offset" ? 0 : spec.default);
      return [key, { ...spec, ...(usual !== undefined && { default: usual }) }];
    }),
  );
}

export const configToolsModelGarden: readonly ScheduleDefinition[] = [
  constant,
  ...Object.entries(TYPES).flatMap(([name, className]) => {
    const definition = named(className);
    if (!definition) return [];
    const params = ownParams(name, definition);
    return modelGarden({
      name,
      params,
      formula: definition.formula,
      rule(given) {
        const own = Object.fromEntries(Object.entries(given as Args).filter(([key]) => key in params));
        return { kind: "schedule", definition, args: bindArguments(definition, own) };
      },
    });
  }),
];
