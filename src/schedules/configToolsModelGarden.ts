import { constant } from "../engine/shapes.js";
import { bindArguments, compileSchedule } from "./compile.js";
import { defineSchedule, lr, power, real, word } from "./define.js";
import type { Args, Context, ParamSpec, ScheduleDefinition } from "./define.js";
import { tfm } from "./tfm.js";

/** TensorFlow Model Garden's `optimizer_config`: `learning_rate.type` with the warm-up that stands beside it. */
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
const source = "tf-models-official, official/modeling/optimization/configs/learning_rate_config.py and lr_schedule.py";
const warmupParams = {
  warmup: word("shape of the warm-up", { default: null, choices: ["linear", "polynomial"] }),
  warmup_steps: real("steps of the warm-up", { default: 0 }),
  warmup_learning_rate: lr("first rate of the linear warm-up", { default: 0 }),
  warmup_power: power("exponent of the polynomial warm-up", { default: 1 }),
};
const named = (name: string) => tfm.find((d) => d.id.endsWith(`.${name}`));

function make(
  type: string,
  inner: ScheduleDefinition | undefined,
  own: Readonly<Record<string, ParamSpec>>,
  formula: string,
): ScheduleDefinition {
  return defineSchedule({
    id: `tf-model-garden:${type}`,
    params: { ...own, ...warmupParams } as Readonly<Record<string, ParamSpec>>,
    unit: "step",
    dtype: "float32",
    formula,
    quirks: ["The warm-up replaces the first warmup_steps; the decay's clock starts at step 0."],
    source,
    compile(given: Args, context: Context) {
      const args = Object.fromEntries(Object.entries(given).filter(([key]) => key in own));
      const W = given["warmup"] ? (given["warmup_steps"] as number) : 0;
      const rest = inner
        ? {
            kind: "schedule" as const,
            definition: inner,
            args: bindArguments(inner, {
              ...args,
              ...(inner.params["offset"] && args["offset"] === undefined && { offset: 0 }),
            }),
          }
        : (given["learning_rate"] as number);
      const linear = given["warmup"] === "linear";
      const outer = named(linear ? "LinearWarmup" : "PolynomialWarmUp");
      if (W > 0 && outer)
        return compileSchedule(
          outer,
          {
            after_warmup_lr_sched: rest,
            warmup_steps: W,
            ...(linear ? { warmup_learning_rate: given["warmup_learning_rate"] } : { power: given["warmup_power"] }),
          },
          context,
        );
      return typeof rest === "number" ? constant(rest) : compileSchedule(rest.definition, rest.args, context);
    },
  });
}

export const configToolsModelGarden: readonly ScheduleDefinition[] = [
  make("constant", undefined, { learning_rate: lr("the rate", { default: 0.1 }) }, "learning_rate"),
  ...Object.entries(TYPES).flatMap(([type, name]) => {
    const inner = named(name);
    if (!inner) return [];
    const own = Object.fromEntries(
      Object.entries(inner.params)
        .filter(([key, spec]) => spec.kind !== "handle" && key !== "name")
        .map(([key, spec]) => {
          const fallback = DEFAULTS[type]?.[key] ?? (key === "offset" ? 0 : spec.default);
          return [key, { ...spec, ...(fallback !== undefined && { default: fallback }) }];
        }),
    );
    return [make(type, inner, own, inner.formula)];
  }),
];
