import type { ContextName } from "../../schedules/define.js";
import type { Evaluated, Run, Transform } from "../finding.js";
import { Block } from "./block.js";
import { assumed, derive, type Assumptions, type Given } from "./match.js";

export interface LengthKeys {
  readonly maxSteps?: Given;
  readonly epochs?: Given;
  readonly stepsPerEpoch?: Given;
  /** Samples of one micro-batch on one device, and what multiplies it, to turn a data-set size into steps. */
  readonly batch?: Given;
  readonly accumulation?: Given;
}

export interface Length extends Pick<Run, "totalSteps" | "stepsPerEpoch" | "epochs"> {
  readonly totalSteps: Evaluated;
  readonly shown: readonly Given[];
}

/** What is taken for a run whose file does not tell, until the user sets it. */
export const fallback = { total_steps: 100_000, steps_per_epoch: 1000, epochs: 100, initial_lr: 0.001 } as const;

const positive = (given: Given): boolean => {
  if (given instanceof Block && (given.value === "" || given.value === null)) return false;
  const value = given instanceof Block ? given.number : given && "value" in given ? given.value : undefined;
  return value === undefined ? given !== undefined : typeof value === "number" && value > 0;
};

/**
 * Run length in optimizer steps: written steps first, else what the user set as total_steps, else epochs times steps per
 * epoch (from the data-set size when that is set), else an assumption.
 */
export function runLength(assume: Assumptions, keys: LengthKeys): Length {
  const epochs = positive(keys.epochs) ? derive("epochs", [keys.epochs], (e) => e) : undefined;
  const stepsPerEpoch = perEpoch(assume, keys);
  const shown = [keys.maxSteps, keys.epochs, keys.stepsPerEpoch];
  const base = {
    shown,
    ...(epochs && { epochs }),
    ...(epochs || assume.has("steps_per_epoch") ? { stepsPerEpoch } : {}),
  };
  if (positive(keys.maxSteps)) {
    const totalSteps = derive("total_steps", [keys.maxSteps], (n) => n);
    if (totalSteps.status !== "unknown") return { ...base, totalSteps };
  }
  if (assume.has("total_steps") || !epochs || epochs.status === "unknown")
    return {
      ...base,
      totalSteps: assumed(assume, "total_steps", fallback.total_steps, "the run length is not in the file"),
    };
  return {
    ...base,
    totalSteps: derive("epochs · steps_per_epoch", [stepsPerEpoch, epochs], (n, e) => Math.ceil(n * e)),
  };
}

function perEpoch(assume: Assumptions, keys: LengthKeys): Evaluated {
  if (positive(keys.stepsPerEpoch)) return derive("steps_per_epoch", [keys.stepsPerEpoch], (n) => n);
  const ask = (name: string, value: number, because: string) => assumed(assume, name, value, because);
  if (!assume.has("steps_per_epoch") && assume.has("dataset_size")) {
    const size = ask("dataset_size", 1, "depends on the data set");
    const batch = positive(keys.batch) ? keys.batch : ask("batch_size", 8, "not in the file");
    const world = ask("world_size", 1, "depends on the launch");
    const accumulation = positive(keys.accumulation)
      ? keys.accumulation
      : ask("grad_accumulation", 1, "not in the file");
    return derive("steps per epoch", [size, batch, world, accumulation], (n, b, w, a) =>
      Math.ceil(Math.ceil(n! / (b! * w!)) / a!),
    );
  }
  return ask("steps_per_epoch", fallback.steps_per_epoch, "depends on the data set");
}

export interface EpochAxis {
  readonly context: Readonly<Partial<Record<ContextName, Given>>>;
  readonly run: Partial<Run> & { readonly shown: readonly Given[] };
  readonly transforms: readonly Transform[];
}

/**
 * For schedules that act at every iteration but are written in epochs. Where the steps per epoch are not known the axis is
 * epochs (each taken as the usual assumed number of steps); once they are known or set, it is steps.
 */
export function epochAxis(assume: Assumptions, keys: LengthKeys, steppedPer = "optimizer step"): EpochAxis {
  const length = runLength(assume, keys);
  const perEpoch_ = perEpoch(assume, keys);
  const { shown, epochs, totalSteps } = length;
  const told = perEpoch_.status === "known" || assume.has("steps_per_epoch") || assume.has("dataset_size");
  const context = { steps_per_epoch: perEpoch_, ...(epochs && { epochs }) };
  if (told || !(epochs || assume.has("epochs")))
    return {
      context: { ...context, total_steps: totalSteps },
      run: { unit: "step", steppedPer, ...length, stepsPerEpoch: perEpoch_ },
      transforms: [],
    };
  const steps =
    "value" in perEpoch_ && typeof perEpoch_.value === "number" ? perEpoch_.value : fallback.steps_per_epoch;
  return {
    context,
    run: {
      unit: "epoch",
      steppedPer,
      shown,
      epochs: epochs ?? assumed(assume, "epochs", fallback.epochs, "not in the file"),
    },
    transforms: [{ words: `counted in epochs of ${steps} steps`, on: "step", apply: (e) => e * steps }],
  };
}
