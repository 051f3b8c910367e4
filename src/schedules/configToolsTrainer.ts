import { compileSchedule } from "./compile.js";
import { flag, ratio, real, required, steps } from "./define.js";
import type { Args, Params, ScheduleDefinition, Value } from "./define.js";
import { configToolsFinetuning } from "./configToolsFinetuning.js";
import { diffusers } from "./diffusers.js";
import { library } from "./library.js";
import { transformers } from "./transformers.js";

/**
 * Trainers that name one of Transformers' schedules and give its warm-up under their own keys: Hugging Face Trainer arguments,
 * Axolotl, kohya's sd-scripts, diffusers' example scripts. Each id is `tool:` and the name as written.
 */
const TYPES: Readonly<Record<string, string>> = {
  linear: "get_linear_schedule_with_warmup",
  cosine: "get_cosine_schedule_with_warmup",
  cosine_with_restarts: "get_cosine_with_hard_restarts_schedule_with_warmup",
  polynomial: "get_polynomial_decay_schedule_with_warmup",
  constant: "get_constant_schedule",
  constant_with_warmup: "get_constant_schedule_with_warmup",
  inverse_sqrt: "get_inverse_sqrt_schedule",
  cosine_with_min_lr: "get_cosine_with_min_lr_schedule_with_warmup",
  cosine_warmup_with_min_lr: "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
  warmup_stable_decay: "get_wsd_schedule",
  reduce_lr_on_plateau: "get_reduce_on_plateau_schedule",
  greedy: "get_greedy_schedule",
};
const PLUMBING = ["optimizer", "num_warmup_steps", "num_training_steps", "last_epoch"];
const byId = (list: readonly ScheduleDefinition[], id: string) => list.find((d) => d.id === id);

interface Tool {
  readonly tool: string;
  readonly params: Params;
  readonly source: string;
  readonly quirk: string;
  /** From the tool's values to the function's; T is the run's length. */
  readonly args: (a: Args, T: number, name: string) => Args;
  /** Another definition than the function's own, when the values ask for it. */
  readonly instead?: (a: Args, name: string) => ScheduleDefinition | undefined;
  readonly own?: boolean;
  /** The function of this name. */
  readonly named?: (name: string) => ScheduleDefinition | undefined;
}

const transformersNamed = (name: string) => byId(transformers, `transformers.${name}`);

function family({ tool, params, source, quirk, args, instead, own = true, named = transformersNamed }: Tool) {
  const declare = library({ homes: [`${tool}:`], needs: ["total_steps"], quirks: [quirk], source });
  return Object.entries(TYPES).flatMap(([name, id]) => {
    const inner = named(id);
    if (!inner) return [];
    const extra = Object.fromEntries(Object.entries(inner.params).filter(([key]) => own && !PLUMBING.includes(key)));
    return declare({
      name,
      params: name === "constant" ? unwarmed(params) : { ...params, ...extra },
      formula: inner.formula.replaceAll("num_warmup_steps", "W").replaceAll("num_training_steps", "T"),
      quirks: inner.quirks,
      rule(a, context) {
        const given = a as Args;
        const target = instead?.(given, name) ?? inner;
        const all = { ...pick(given, target), ...args(given, context.total_steps, name) };
        const known = Object.entries(all).filter(([key]) => key in target.params);
        const initial_lr = given["learning_rate"] as number;
        return compileSchedule(target, Object.fromEntries(known), { ...context, initial_lr });
      },
    });
  });
}

/** "constant" has no warm-up, whatever the file says. */
const unwarmed = (params: Params): Params =>
  Object.fromEntries(Object.entries(params).filter(([key]) => key === "learning_rate"));
/** Values written for parameters that the function has under the same name. */
const pick = (given: Args, target: ScheduleDefinition): Args =>
  Object.fromEntries(Object.entries(given).filter(([key, value]) => key in target.params && value !== undefined));
const num = (value: Value | undefined): number => (typeof value === "number" ? value : 0);

const warmups = {
  warmup_steps: steps("steps of warm-up; below 1 a share of the run", { default: 0, min: 0 }),
  warmup_ratio: ratio("warm-up as a share of the run, used when warmup_steps is 0", { default: 0, min: 0, max: 1 }),
};
/** Trainer's get_warmup_steps. */
export function trainerWarmup(stepsOrShare: number, share: number, T: number): number {
  if (stepsOrShare >= 1) return Math.trunc(stepsOrShare);
  return Math.ceil(T * (stepsOrShare > 0 ? stepsOrShare : share));
}
const huggingFace = family({
  tool: "transformers",
  params: { learning_rate: 5e-5, ...warmups },
  source: "transformers 5.23.0, training_args.py and trainer.py",
  quirk: "W is warmup_steps, else ⌈warmup_ratio · T⌉.",
  args: (a, T) => ({
    num_warmup_steps: trainerWarmup(num(a["warmup_steps"]), num(a["warmup_ratio"]), T),
    num_training_steps: T,
  }),
});

/** Axolotl's default warm-up, and its rule that one step becomes two. */
export function axolotlWarmup(written: number | undefined, share: number | undefined, T: number): number {
  const W = written ?? (share !== undefined ? Math.trunc(share * T) : Math.min(Math.trunc(0.03 * T), 100));
  return W === 1 ? 2 : W;
}
const optional = (value: Value | undefined) => (typeof value === "number" ? value : undefined);
const axolotl = family({
  tool: "axolotl",
  params: {
    learning_rate: required,
    warmup_steps: steps("steps of warm-up", { default: null, min: 0 }),
    warmup_ratio: ratio("warm-up as a share of the run", { default: null, min: 0, max: 1 }),
    cosine_min_lr_ratio: ratio("final factor of cosine", { default: null }),
    cosine_constant_lr_ratio: ratio("share of the run after which cosine holds its floor", { default: null }),
    lr_quadratic_warmup: flag("cosine's warm-up is (t / W)²", { default: false }),
  },
  source: "axolotl-ai-cloud/axolotl, core/builders/base.py and utils/schedulers.py",
  quirk: "Without warmup_steps and warmup_ratio, W is min(⌊0.03 · T⌋, 100); a warm-up of 1 becomes 2.",
  args: (a, T) => {
    const W = axolotlWarmup(optional(a["warmup_steps"]), optional(a["warmup_ratio"]), T);
    return {
      learning_rate: a["learning_rate"],
      num_warmup_steps: W,
      num_training_steps: T,
      ...(a["cosine_min_lr_ratio"] === null && { cosine_min_lr_ratio: undefined }),
    };
  },
  instead: (a, name) => {
    if (name !== "cosine") return undefined;
    if (a["lr_quadratic_warmup"] === true) return byId(configToolsFinetuning, "axolotl:cosine_quadratic_warmup");
    return a["cosine_min_lr_ratio"] ? byId(configToolsFinetuning, "axolotl:cosine_min_lr") : undefined;
  },
});

/** kohya: a number below 1 is a share of the run. */
const share = (value: Value | undefined, T: number) =>
  num(value) > 0 && num(value) < 1 ? Math.trunc(num(value) * T) : num(value);
const kohya = family({
  tool: "kohya",
  own: false,
  params: {
    learning_rate: 2e-6,
    lr_warmup_steps: steps("steps of warm-up; below 1 a share of the run", { default: 0, min: 0 }),
    lr_decay_steps: steps("steps of the decay of warmup_stable_decay; below 1 a share of the run", {
      default: 0,
      min: 0,
    }),
    lr_scheduler_num_cycles: real("restarts of cosine_with_restarts", { default: 1 }),
    lr_scheduler_power: real("exponent of polynomial", { default: 1 }),
    lr_scheduler_timescale: steps("timescale of inverse_sqrt; the warm-up when absent", { default: null }),
    lr_scheduler_min_lr_ratio: ratio("final factor of cosine_with_min_lr and warmup_stable_decay", { default: null }),
  },
  source: "kohya-ss/sd-scripts, library/train_util.py get_scheduler_fix",
  quirk: "cosine ignores the number of cycles; lr_warmup_steps is not used by constant.",
  args: (a, T, name) => {
    const [W, D] = [share(a["lr_warmup_steps"], T), share(a["lr_decay_steps"], T)];
    const restarts = name === "cosine_with_restarts";
    return {
      num_warmup_steps: W,
      num_training_steps: name === "warmup_stable_decay" ? undefined : T,
      num_decay_steps: D,
      num_stable_steps: T - W - D,
      ...(name !== "cosine" && { num_cycles: num(a["lr_scheduler_num_cycles"]) / (restarts ? 1 : 2) }),
      power: a["lr_scheduler_power"],
      timescale: a["lr_scheduler_timescale"] ?? undefined,
      min_lr_rate: a["lr_scheduler_min_lr_ratio"] ?? undefined,
      min_lr_ratio: num(a["lr_scheduler_min_lr_ratio"]),
    };
  },
});

const scripts = family({
  tool: "diffusers",
  named: (name) => byId(diffusers, `diffusers.optimization.${name}`),
  own: false,
  params: {
    learning_rate: 1e-4,
    lr_warmup_steps: 500,
    lr_num_cycles: real("restarts of cosine_with_restarts", { default: 1 }),
    lr_power: real("exponent of polynomial", { default: 1 }),
  },
  source: "huggingface/diffusers, examples and optimization.py",
  quirk: "The defaults of lr_warmup_steps and learning_rate differ between the scripts.",
  args: (a, T, name) => ({
    num_warmup_steps: num(a["lr_warmup_steps"]),
    num_training_steps: T,
    ...(name === "cosine_with_restarts" && { num_cycles: a["lr_num_cycles"] }),
    power: a["lr_power"],
  }),
});

/** torchtune's own function; the same rule as Transformers'. */
const torchtune = library({
  homes: ["torchtune:"],
  needs: ["initial_lr", "total_steps"],
  source: "meta-pytorch/torchtune, torchtune/training/lr_schedulers.py",
})({
  name: "get_cosine_schedule_with_warmup",
  params: {
    num_warmup_steps: required,
    num_training_steps: steps("steps of the run; the recipe gives them", { default: null }),
    num_cycles: 0.5,
  },
  formula: "lr · t / W, then lr · max(0, (1 + cos(2π · num_cycles · p)) / 2)",
  rule(a, context) {
    const num_training_steps = (a.num_training_steps as number | null) ?? context.total_steps;
    return compileSchedule(
      transformersNamed("get_cosine_schedule_with_warmup")!,
      { ...a, num_training_steps },
      context,
    );
  },
});

export const configToolsTrainer: readonly ScheduleDefinition[] = [
  ...huggingFace,
  ...axolotl,
  ...kohya,
  ...scripts,
  torchtune,
];
