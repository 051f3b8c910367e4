import { assert, round } from "../engine/python.js";
import { constant } from "../engine/shapes.js";
import { compileSchedule } from "./compile.js";
import { anything, defineSchedule, factor, flag, integer, lr, optimizer, real, word } from "./define.js";
import type { Args, Compiled, Context, ScheduleDefinition, Value } from "./define.js";
import { refuse } from "./refuse.js";
import { plateauLRScheduler } from "./timmPlateau.js";
import { names, noiseParams } from "./timmRules.js";
import { cycleParams, k_decay, cosineLRScheduler, multiStepLRScheduler, polyLRScheduler } from "./timmSchedulers.js";
import { stepLRScheduler, tanhLRScheduler } from "./timmSchedulers.js";
import { decayForms, wsdLRScheduler } from "./timmWsd.js";
import { raise } from "./torchRules.js";

const kinds = ["cosine", "tanh", "step", "constant", "multistep", "plateau", "poly", "wsd", "rsqrt", "none"];
const decayEpochs = "epochs between two drops; share of the run, or epochs, of decay for wsd";
const { noise_pct, noise_std, noise_seed } = noiseParams;

const createSchedulerV2 = defineSchedule({
  ...names("scheduler_factory.create_scheduler_v2"),
  params: {
    optimizer,
    sched: word("which schedule", { default: "cosine", choices: kinds }),
    num_epochs: integer("epochs of the run", { default: 300, min: 1 }),
    decay_epochs: real(decayEpochs, { default: null, min: 0 }),
    decay_milestones: anything("epochs of multistep", { default: [90, 180, 270] }),
    cooldown_epochs: integer("epochs at the end at the lowest rate", { default: 0, min: 0 }),
    patience_epochs: integer("patience of plateau", { default: 10, min: 0 }),
    decay_rate: factor("factor of step, multistep and plateau; power of poly", { default: 0.1, min: 0 }),
    min_lr: lr("lowest rate", { default: 0, min: 0 }),
    warmup_lr: lr("rate at the first step of the warm-up", { default: 1e-5, min: 0 }),
    warmup_epochs: integer("epochs of linear warm-up", { default: 0, min: 0 }),
    warmup_prefix: flag("the schedule starts after the warm-up", { default: false }),
    noise: anything("share of the run from which noise is added", { default: null }),
    noise_pct,
    noise_std,
    noise_seed,
    cycle_mul: cycleParams.cycle_mul,
    cycle_decay: factor("each cycle's peak relative to the one before", { default: 0.1, min: 0 }),
    cycle_limit: cycleParams.cycle_limit,
    k_decay,
    decay_fn: anything("form of the decay of wsd and rsqrt", { default: null, choices: decayForms }),
    stable_timescale: real("time scale of rsqrt, in epochs", { default: null, min: 0, above: true }),
    plateau_mode: word("mode of plateau", { default: "max", choices: ["min", "max"] }),
    step_on_epochs: flag("step once an epoch; once an update otherwise", { default: true }),
    updates_per_epoch: integer("updates per epoch", { default: 0, min: 0 }),
  },
  unit: "epoch",
  needs: ["initial_lr"],
  formula: "the schedule that `sched` names, its lengths in epochs",
  quirks: [
    "It returns a pair: the scheduler and the number of epochs with cycles and cool-down.",
    "warmup_lr is 1e-5 unless given.",
  ],
  compile: (a, context) => created(a as unknown as Choice, context),
});

interface Choice {
  readonly sched: string;
  readonly num_epochs: number;
  readonly decay_epochs: number | null;
  readonly decay_milestones: readonly number[];
  readonly patience_epochs: number;
  readonly decay_rate: number;
  readonly min_lr: number;
  readonly warmup_lr: number;
  readonly warmup_epochs: number;
  readonly warmup_prefix: boolean;
  readonly noise: number | readonly number[] | null;
  readonly noise_pct: number;
  readonly noise_std: number;
  readonly noise_seed: number;
  readonly cycle_mul: number;
  readonly cycle_decay: number;
  readonly cycle_limit: number;
  readonly k_decay: number;
  readonly decay_fn: Value;
  readonly stable_timescale: number | null;
  readonly plateau_mode: string;
  readonly step_on_epochs: boolean;
  readonly updates_per_epoch: number;
}

/** The scheduler of that name, its arguments made from those of the factory; lengths are in epochs, or updates. */
function created(a: Choice, context: Context): Compiled {
  const { sched, decay_rate, min_lr: lr_min, k_decay, cycle_mul, cycle_decay, cycle_limit } = a;
  const batches = a.step_on_epochs || a.updates_per_epoch > 0;
  assert(batches, "updates_per_epoch must be set to number of dataloader batches");
  const unit = a.step_on_epochs ? 1 : a.updates_per_epoch;
  const t_initial = a.num_epochs * unit;
  const rise = { warmup_lr_init: a.warmup_lr, warmup_t: a.warmup_epochs * unit };
  const { noise_pct, noise_std, noise_seed, step_on_epochs: t_in_epochs } = a;
  const noise = { noise_range_t: noiseRange(a.noise, t_initial), noise_pct, noise_std, noise_seed, t_in_epochs };
  const make = (definition: ScheduleDefinition, args: Args) => compileSchedule(definition, args, context);
  const noisy = (definition: ScheduleDefinition, args: Args) =>
    make(definition, { ...rise, warmup_prefix: a.warmup_prefix, ...noise, ...args });
  const cycles = { t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit };
  switch (sched) {
    case "cosine":
      return noisy(cosineLRScheduler, { ...cycles, k_decay });
    case "tanh":
      return noisy(tanhLRScheduler, cycles);
    case "poly":
      return noisy(polyLRScheduler, { ...cycles, k_decay, power: decay_rate });
    case "step":
      return noisy(stepLRScheduler, { decay_t: (a.decay_epochs ?? 90) * unit, decay_rate });
    case "constant":
      return noisy(stepLRScheduler, { decay_t: 1, decay_rate: 1 });
    case "multistep":
      return noisy(multiStepLRScheduler, { decay_t: a.decay_milestones.map((m) => m * unit), decay_rate });
    case "plateau":
      assert(a.step_on_epochs, "Plateau LR only supports step per epoch.");
      return make(plateauLRScheduler, {
        ...rise,
        decay_rate,
        patience_t: a.patience_epochs,
        lr_min,
        mode: a.plateau_mode,
      });
    case "wsd":
    case "rsqrt":
      return make(wsdLRScheduler, { ...noise, ...rise, lr_min, ...stretches(a, unit) });
    case "none":
      return { lr: constant(context.initial_lr) };
    default:
      return raise(`ValueError: Unknown scheduler '${sched}'.`);
  }
}

/** A share of the run, or a pair of them, in steps of the `whole` run. */
function noiseRange(noise: Choice["noise"], whole: number): Value {
  if (noise === null) return null;
  if (!Array.isArray(noise)) return (noise as number) * whole;
  const range = (noise as readonly number[]).map((share) => share * whole);
  return range.length === 1 ? range[0]! : range;
}

/** The stable and the falling stretch of wsd and rsqrt. */
function stretches({ sched, ...a }: Choice, unit: number): Args {
  const t_initial = (a.warmup_prefix ? a.num_epochs : a.num_epochs - a.warmup_epochs) * unit;
  const share = a.decay_epochs ?? 0.2;
  const decay_t = round(share > 0 && share < 1 ? share * t_initial : share * unit);
  const most = a.warmup_prefix ? "epochs" : "epochs - warmup_epochs";
  refuse(
    !(0 < decay_t && decay_t <= t_initial),
    `ValueError: ${sched} schedule requires 0 < decay_epochs <= ${most}, got decay ${decay_t} and stable + decay length ${t_initial}.`,
  );
  const isRoot = sched === "rsqrt";
  const stable_timescale = a.stable_timescale === null ? null : a.stable_timescale * unit;
  const decay_fn = a.decay_fn ?? (isRoot ? "linear" : "1-sqrt");
  return { t_initial, decay_t, stable_fn: isRoot ? "rsqrt" : "constant", stable_timescale, decay_fn };
}

export const timm: readonly ScheduleDefinition[] = [
  cosineLRScheduler,
  tanhLRScheduler,
  polyLRScheduler,
  stepLRScheduler,
  multiStepLRScheduler,
  plateauLRScheduler,
  wsdLRScheduler,
  createSchedulerV2,
];
