import { expect, it } from "vitest";
import { compileSchedule } from "../../src/schedules/compile.js";
import { scheduleNamed } from "../../src/schedules/index.js";

const plateau = scheduleNamed("timm.scheduler.PlateauLRScheduler")!;
const metrics = [1, 0.9, 0.95, 0.96, 0.97, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8];

/** Rates that timm 1.0.31 on torch set, one for each epoch: SGD at 0.5, decay_rate 0.5, patience_t 1, mode "min". */
it.each([
  {
    args: { noise_range_t: 3 },
    recorded: [
      0.5, 0.5, 0.5, 0.515587879344821, 0.21704407036304474, 0.3939197361469269, 0.3796400725841522,
      0.26456606667488813, 0.1828114092350006, 0.1638437807559967, 0.05340355075895786, 0.0516362814232707,
      0.016250479966402054,
    ],
    why: "normal noise from epoch 3 on",
  },
  {
    args: { noise_range_t: [2, 9], noise_type: "uniform", noise_pct: 0.3, noise_seed: 7 },
    recorded: [
      0.5, 0.5, 0.5467353463172913, 0.4874253928661346, 0.1973562568426132, 0.24485311806201934, 0.1887725532054901,
      0.2604242354631424, 0.10979970693588256, 0.125, 0.0625, 0.0625, 0.03125,
    ],
    why: "uniform noise between two epochs",
  },
  {
    args: { noise_range_t: 0, noise_std: 0.2, warmup_t: 3, warmup_lr_init: 0.01 },
    recorded: [
      0.01, 0.17333333333333334, 0.33666666666666667, 0.5, 0.4868176281452179, 0.3537569165229797, 0.6017155289649964,
      0.2984300136566162, 0.27312456369400023, 0.3020965278148651, 0.12136142030358314, 0.14422029107809067,
      0.03543562293052673,
    ],
    why: "little noise from the start, after the warm-up",
  },
])("adds timm's noise to a plateau's rate: $why", ({ args, recorded }) => {
  const context = { initial_lr: 0.5, total_steps: 12, metrics };
  const { lr } = compileSchedule(plateau, { decay_rate: 0.5, patience_t: 1, mode: "min", ...args }, context);
  expect(recorded.map((_, t) => lr.at(t))).toEqual(recorded);
});
