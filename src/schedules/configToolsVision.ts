import { byCosine, byLine } from "../engine/oneCycle.js";
import { int } from "../engine/python.js";
import {
  lagging,
  cooldown,
  cycle,
  decay,
  flat,
  halfCosine,
  hold,
  perEpoch,
  segments,
  warmup,
} from "../engine/segments.js";
import { everyPeriod, sequence, shift } from "../engine/shapes.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  flag,
  integer,
  lr,
  numbers,
  power,
  ratio,
  real,
  steps,
} from "./define.js";

/** Schedules of vision tools' own config files: FastReID, Swin, BasicSR, OpenPCDet, CVNets, MONAI, nnU-Net, latent-diffusion. */

const drops = (edges: readonly number[], base: number, gamma: number) =>
  segments(
    ...[...edges].sort((a, b) => a - b).map((e, i) => decay(e, base * gamma ** i)),
    decay(Infinity, base * gamma ** edges.length),
  );

const fastreidSource = "JDAI-CV/fast-reid, fastreid/solver/build.py and lr_scheduler.py, engine/hooks.py";
const fastreidParams = {
  BASE_LR: lr("base rate", { default: 3e-4 }),
  MAX_EPOCH: integer("epochs of the run", { default: 120 }),
  WARMUP_ITERS: steps("iterations of warm-up", { default: 1000 }),
  WARMUP_FACTOR: ratio("factor at the first iteration", { default: 0.1 }),
  DELAY_EPOCHS: integer("epochs before the schedule begins", { default: 0 }),
};
type Fastreid = { [K in keyof typeof fastreidParams]: number };

/** Linear warm-up by iterations; the epoch schedule starts at the first epoch after both warm-up and delay. */
function fastreid(a: Fastreid, spe: number, byEpoch: (epochs: number) => ReturnType<typeof segments>) {
  const W = a.WARMUP_ITERS;
  if (!Number.isFinite(W + a.DELAY_EPOCHS)) throw new Raises("WARMUP_ITERS and DELAY_EPOCHS must be finite");
  // The schedule steps after the first epoch whose last iteration reaches W and which is past the delay.
  const start = Math.max(Math.ceil(W / spe) - 1, a.DELAY_EPOCHS, 0);
  const left = a.MAX_EPOCH - Math.max(Math.ceil(W / spe), a.DELAY_EPOCHS);
  return sequence([
    {
      from: 0,
      curve: segments(
        warmup(W, (t) => a.BASE_LR * (a.WARMUP_FACTOR + (1 - a.WARMUP_FACTOR) * (t / W))),
        hold(Infinity, a.BASE_LR),
      ),
    },
    { from: Math.max(W, start * spe), curve: shift(perEpoch(byEpoch(left), spe), -start * spe) },
  ]);
}

const fastreidMultiStep = defineSchedule({
  id: "fastreid:MultiStepLR",
  params: {
    ...fastreidParams,
    STEPS: numbers("epochs of the drops", { default: [30, 55] }),
    GAMMA: factor("factor of a drop", { default: 0.1 }),
  },
  needs: ["steps_per_epoch"],
  unit: "step",
  formula: "linear warm-up by iterations, then BASE_LR · GAMMA^(number of STEPS ≤ epoch since the schedule began)",
  quirks: ["The epoch schedule's clock starts after the warm-up and DELAY_EPOCHS."],
  source: fastreidSource,
  compile: (a, { steps_per_epoch: spe }) => fastreid(a, spe, () => drops(a.STEPS, a.BASE_LR, a.GAMMA)),
});

const fastreidCosine = defineSchedule({
  id: "fastreid:CosineAnnealingLR",
  params: { ...fastreidParams, ETA_MIN_LR: lr("final rate", { default: 1e-7 }) },
  needs: ["steps_per_epoch"],
  unit: "step",
  formula: "linear warm-up by iterations, then ETA_MIN_LR + (BASE_LR − ETA_MIN_LR) · (1 + cos(π · e / T)) / 2",
  source: fastreidSource,
  compile: (a, { steps_per_epoch: spe }) =>
    fastreid(a, spe, (T) => segments(decay(Infinity, (e) => byCosine(a.BASE_LR, a.ETA_MIN_LR, e / T), everyPeriod(T)))),
});

const swinParams = {
  BASE_LR: lr("peak rate for a total batch of 512", { default: 5e-4 }),
  WARMUP_LR: lr("first rate for a total batch of 512", { default: 5e-7 }),
  MIN_LR: lr("final rate for a total batch of 512", { default: 5e-6 }),
  EPOCHS: integer("epochs of the run", { default: 300 }),
  WARMUP_EPOCHS: real("epochs of warm-up", { default: 20 }),
  DECAY_EPOCHS: real("epochs between drops (step)", { default: 30 }),
  DECAY_RATE: factor("factor of a drop (step, multistep)", { default: 0.1 }),
  MULTISTEPS: numbers("epochs of the drops (multistep)", { default: [] }),
  GAMMA: factor("factor of a drop (multistep)", { default: 0.1 }),
  WARMUP_PREFIX: flag("the schedule's clock starts after the warm-up", { default: true }),
  scale: factor("total batch / 512; 1 when the rates are not scaled", { default: 1 }),
};
type Swin = { [K in Exclude<keyof typeof swinParams, "WARMUP_PREFIX" | "MULTISTEPS">]: number } & {
  WARMUP_PREFIX: boolean;
  MULTISTEPS: readonly number[];
};
const swin = (
  name: string,
  formula: string,
  after: (a: Swin & { base: number; low: number; spe: number; T: number }) => (t: number) => number,
) =>
  defineSchedule({
    id: `swin:${name}`,
    params: swinParams,
    needs: ["steps_per_epoch"],
    unit: "step",
    formula,
    quirks: [
      "BASE_LR, WARMUP_LR and MIN_LR are scaled by the total batch size over 512 when training starts.",
      "The rate is set after the update with that update's number, so every value comes one iteration late.",
    ],
    source: "microsoft/Swin-Transformer, lr_scheduler.py; timm schedulers stepped per iteration",
    compile(a, { steps_per_epoch: spe }) {
      const W = Math.trunc(a.WARMUP_EPOCHS * spe);
      const all = Math.trunc(a.EPOCHS * spe);
      const [base, low, from] = [a.BASE_LR * a.scale, a.MIN_LR * a.scale, a.WARMUP_LR * a.scale];
      const prefix = name === "cosine" && a.WARMUP_PREFIX;
      const rate = after({ ...a, base, low, spe, T: prefix ? all - W : all });
      const every = name === "step" ? everyPeriod(Math.trunc(a.DECAY_EPOCHS * spe)) : undefined;
      const edges = name === "multistep" ? a.MULTISTEPS.map((m) => m * spe) : [];
      if (edges.length > 0 && W > Math.min(...edges)) throw new Raises("AssertionError");
      const c = segments(
        warmup(W, (t) => from + (t * (base - from)) / W),
        ...edges.map((m) => decay(m, rate)),
        decay(name === "cosine" ? all : Infinity, (t) => rate(prefix ? t - W : t), every),
        cooldown(Infinity, low),
      );
      return lagging(c);
    },
  });
const swinSchedules = [
  swin(
    "cosine",
    "MIN_LR + (BASE_LR − MIN_LR) · (1 + cos(π · (t − W) / (T − W))) / 2",
    ({ base, low, T }) =>
      (t) =>
        byCosine(base, low, t / T),
  ),
  swin("linear", "BASE_LR − (BASE_LR − MIN_LR) · (t − W) / (T − W)", ({ base, WARMUP_EPOCHS, spe, T }) => {
    const W = Math.trunc(WARMUP_EPOCHS * spe);
    // The linear schedule's floor is 1 % of the base rate, whatever MIN_LR says.
    return (t) => byLine(base, base * 0.01, (t - W) / (T - W));
  }),
  swin("step", "BASE_LR · DECAY_RATE^⌊t / DECAY_EPOCHS⌋", ({ base, DECAY_EPOCHS, DECAY_RATE, spe }) => {
    const every = Math.trunc(DECAY_EPOCHS * spe);
    return (t) => base * DECAY_RATE ** Math.floor(t / every);
  }),
  swin(
    "multistep",
    "BASE_LR · GAMMA^(number of MULTISTEPS ≤ t)",
    ({ base, GAMMA, MULTISTEPS, spe }) =>
      (t) =>
        base * GAMMA ** MULTISTEPS.filter((m) => m * spe <= t).length,
  ),
];

const basicsrSource = "XPixelGroup/BasicSR, basicsr/models/lr_scheduler.py and base_model.py";
const basicsrParams = {
  lr: lr("rate of the optimizer (optim_g.lr)"),
  warmup_iter: steps("iterations of linear warm-up from 0; -1 for none", { default: -1 }),
  restart_weights: numbers("height after each restart", { default: [1] }),
};
/** The warm-up overrides the schedule while t + 1 < W. */
const basicsrWarm = (base: number, W: number, c: ReturnType<typeof segments>) =>
  W > 1
    ? sequence([
        { from: 0, curve: segments(warmup(W - 1, (t) => (base / W) * (t + 1))) },
        { from: W - 1, curve: c },
      ])
    : c;

const multiStepRestart = ["MultiStepLR", "MultiStepRestartLR"].map((name) =>
  defineSchedule({
    id: `basicsr:${name}`,
    params: {
      ...basicsrParams,
      milestones: numbers("iterations of the drops"),
      gamma: factor("factor of a drop", { default: 0.1 }),
      restarts: numbers("iterations of the restarts", { default: [0] }),
    },
    unit: "step",
    formula:
      "lr · gamma^(milestones ≤ t since the last restart), lr · weight at a restart; lr · (t + 1) / warmup_iter before",
    quirks: [
      "After a warm-up the rate stays at (W − 1) / W of lr until a restart: the schedule multiplies what it finds.",
    ],
    source: basicsrSource,
    compile({ lr: base, warmup_iter, milestones, gamma, restarts, restart_weights }) {
      if (restarts.length !== restart_weights.length)
        throw new Raises("AssertionError: restarts and their weights do not match.");
      const restartAt = new Map(restarts.map((r, i) => [r, restart_weights[i] ?? 1]));
      const edges = [...new Set([...milestones, ...restarts.filter((r) => r > 0)])].sort((a, b) => a - b);
      const W = Math.max(0, warmup_iter);
      // The schedule goes on from the rate that the warm-up left, one step short of the base.
      let rate = W > 1 ? (base * (W - 1)) / W : base * (restartAt.get(0) ?? 1);
      const parts = edges.map((edge) => {
        const part = decay(edge, rate);
        if (edge < W - 1) return part;
        const weight = restartAt.get(edge);
        rate = weight === undefined ? rate * gamma ** milestones.filter((m) => m === edge).length : base * weight;
        return part;
      });
      return basicsrWarm(base, warmup_iter, segments(...parts, decay(Infinity, rate)));
    },
  }),
);

const cosineRestart = defineSchedule({
  id: "basicsr:CosineAnnealingRestartLR",
  params: { ...basicsrParams, periods: numbers("lengths of the cycles"), eta_min: lr("lowest rate", { default: 0 }) },
  unit: "step",
  formula: "eta_min + weight · (lr − eta_min) · (1 + cos(π · t_cycle / period)) / 2",
  quirks: ["The restart comes one step after the period's end: the end itself still belongs to the cycle before."],
  source: basicsrSource,
  compile({ lr: base, warmup_iter, periods, restart_weights, eta_min }) {
    if (periods.length !== restart_weights.length)
      throw new Raises("AssertionError: periods and restart_weights should have the same length.");
    let from = 0;
    const parts = periods.map((period, i) => {
      const start = from;
      from += period;
      return cycle(
        from + 1,
        (t) => eta_min + (restart_weights[i] ?? 1) * (base - eta_min) * halfCosine((t - start) / period),
      );
    });
    const past = { at: from + 1, because: "TypeError: the iteration is past the last period" };
    return basicsrWarm(base, warmup_iter, { ...segments(...parts), end: past });
  },
});

const pcdetSource = "open-mmlab/OpenPCDet, tools/train_utils/optimization";
const pcdetOneCycle = defineSchedule({
  id: "openpcdet:adam_onecycle",
  params: {
    LR: lr("peak rate"),
    DIV_FACTOR: factor("peak / initial rate", { default: 10 }),
    PCT_START: ratio("rising share", { default: 0.4 }),
    MOMS: numbers("highest and lowest momentum", { default: [0.95, 0.85] }),
    NUM_EPOCHS: integer("epochs of the run", { default: null }),
  },
  needs: ["steps_per_epoch", "epochs"],
  unit: "step",
  formula: "LR / DIV_FACTOR → LR over ⌊PCT_START · T⌋, then to LR / DIV_FACTOR / 10⁴, each by half a cosine",
  source: pcdetSource,
  compile(a, context) {
    const T = (a.NUM_EPOCHS ?? context.epochs) * context.steps_per_epoch;
    const [low, top] = [a.LR / a.DIV_FACTOR, int(T * a.PCT_START)];
    const [high, dip] = [a.MOMS[0] ?? 0.95, a.MOMS[1] ?? 0.85];
    const wave = (x: number, y: number, z: number) =>
      segments(
        cycle(top, (t) => byCosine(x, y, t / top)),
        decay(Infinity, (t) => byCosine(y, z, (t - top) / (T - top)), everyPeriod(T - top, top)),
      );
    return { lr: wave(low, a.LR, low / 1e4), momentum: wave(high, dip, high) };
  },
});

const pcdetStep = defineSchedule({
  id: "openpcdet:step",
  params: {
    LR: lr("base rate"),
    DECAY_STEP_LIST: numbers("epochs of the drops", { default: [35, 45] }),
    LR_DECAY: factor("factor of a drop", { default: 0.1 }),
    LR_CLIP: lr("floor", { default: 1e-7 }),
    DIV_FACTOR: factor("LR / first rate of the warm-up", { default: 10 }),
    LR_WARMUP: flag("rise by a cosine first", { default: false }),
    WARMUP_EPOCH: real("epochs of the warm-up", { default: 1 }),
  },
  needs: ["steps_per_epoch"],
  unit: "step",
  formula: "LR · max(LR_DECAY^(number of DECAY_STEP_LIST ≤ epoch), LR_CLIP / LR)",
  source: pcdetSource,
  compile(a, { steps_per_epoch: spe }) {
    const edges = a.DECAY_STEP_LIST.map((e) => e * spe);
    const rate = (i: number) => a.LR * Math.max(a.LR_DECAY ** i, a.LR_CLIP / a.LR);
    const W = a.LR_WARMUP ? a.WARMUP_EPOCH * spe : 0;
    return segments(
      warmup(W, (t) => byCosine(a.LR / a.DIV_FACTOR, a.LR, t / W)),
      ...edges.map((edge, i) => decay(edge, rate(i))),
      decay(Infinity, rate(edges.length)),
    );
  },
});

const cvnetsCosine = defineSchedule({
  id: "cvnets:cosine",
  params: {
    max_lr: lr("peak rate", { default: 0.1 }),
    min_lr: lr("final rate", { default: 1e-5 }),
    max_epochs: integer("epochs of the run", { default: null }),
    max_iterations: steps("iterations of the run", { default: 150000 }),
    is_iteration_based: flag("count in iterations", { default: true }),
    warmup_iterations: steps("iterations of warm-up", { default: 0 }),
    warmup_init_lr: lr("rate at iteration 0", { default: 1e-7 }),
  },
  needs: ["steps_per_epoch", "epochs"],
  unit: "step",
  formula: "linear warm-up by iterations, then min_lr + (max_lr − min_lr) · (1 + cos(π · p)) / 2",
  source: "apple/ml-cvnets, cvnets/optim/scheduler/cosine.py",
  compile(a, context) {
    const [W, spe] = [a.warmup_iterations, context.steps_per_epoch];
    const epochs = a.max_epochs ?? context.epochs;
    const period = a.is_iteration_based ? Math.max(1, a.max_iterations - W + 1) : epochs;
    const rate = a.is_iteration_based
      ? (t: number) => byCosine(a.max_lr, a.min_lr, (t - W) / period)
      : (t: number) => byCosine(a.max_lr, a.min_lr, Math.floor(t / spe) / period);
    return segments(
      warmup(W, (t) => a.warmup_init_lr + (t * (a.max_lr - a.warmup_init_lr)) / W),
      decay(Infinity, (t) => Math.max(0, rate(t)), a.is_iteration_based ? everyPeriod(period, W) : everyPeriod(spe)),
    );
  },
});

const monaiSource = "Project-MONAI/MONAI, monai/optimizers/lr_scheduler.py";
const monaiWarmupCosine = defineSchedule({
  id: "monai.optimizers.WarmupCosineSchedule",
  aliases: ["monai.optimizers.lr_scheduler.WarmupCosineSchedule", "monai:WarmupCosineSchedule"],
  params: {
    optimizer: anything("the optimizer whose rate is driven", { default: null }),
    warmup_steps: steps("steps of warm-up"),
    t_total: steps("steps of the run"),
    end_lr: lr("floor", { default: 0 }),
    cycles: real("cosine periods in the decay", { default: 0.5 }),
    last_epoch: integer("completed steps when resuming; -1 for a fresh run", { default: -1 }),
    warmup_multiplier: ratio("factor at step 0", { default: 0, min: 0, max: 1 }),
  },
  needs: ["initial_lr"],
  unit: "step",
  formula: "max(end_lr, lr · f): f = wm + (1 − wm) · t / W, then max(0, (1 + cos(2π · cycles · p)) / 2)",
  source: monaiSource,
  compile({ warmup_steps: W, t_total: T, end_lr, cycles, warmup_multiplier: low }, { initial_lr: base }) {
    const f = (t: number) => Math.max(0, 0.5 * (1 + Math.cos((Math.PI * 2 * cycles * (t - W)) / Math.max(1, T - W))));
    const floor = (x: number) => Math.max(end_lr, base * x);
    return segments(
      warmup(W, (t) => floor(low + (1 - low) * (t / Math.max(1, W)))),
      decay(Infinity, (t) => floor(f(t)), everyPeriod(Math.max(1, T - W) / (2 * cycles), W)),
    );
  },
});

const monaiTest = (name: string, formula: string, f: (base: number, end: number, r: number) => number) =>
  defineSchedule({
    id: `monai.optimizers.${name}`,
    aliases: [`monai.optimizers.lr_scheduler.${name}`, `monai:${name}`],
    params: {
      optimizer: anything("the optimizer whose rate is driven", { default: null }),
      end_lr: lr("last rate"),
      num_iter: steps("iterations of the range test"),
      last_epoch: integer("completed steps when resuming; -1 for a fresh run", { default: -1 }),
    },
    needs: ["initial_lr"],
    unit: "step",
    formula,
    source: monaiSource,
    compile: ({ end_lr, num_iter }, { initial_lr }) =>
      segments(cycle(Infinity, (t) => f(initial_lr, end_lr, t / (num_iter - 1)))),
  });
const monaiLinear = monaiTest("LinearLR", "lr + (end_lr − lr) · t / (num_iter − 1)", (b, e, r) => b + r * (e - b));
const monaiExponential = monaiTest(
  "ExponentialLR",
  "lr · (end_lr / lr)^(t / (num_iter − 1))",
  (b, e, r) => b * (e / b) ** r,
);

const nnunetPoly = defineSchedule({
  id: "nnunetv2.training.lr_scheduler.polylr.PolyLRScheduler",
  aliases: ["nnunet:PolyLRScheduler"],
  params: {
    optimizer: anything("the optimizer whose rate is driven", { default: null }),
    initial_lr: lr("rate at epoch 0", { default: 0.01 }),
    max_steps: steps("epochs of the run", { default: 1000 }),
    exponent: power("exponent", { default: 0.9 }),
    current_step: integer("epoch to resume at", { default: null }),
  },
  unit: "epoch",
  formula: "initial_lr · (1 − t / max_steps)^exponent",
  source: "MIC-DKFZ/nnUNet, nnunetv2/training/lr_scheduler/polylr.py",
  compile: ({ initial_lr, max_steps, exponent }) =>
    segments(
      decay(max_steps + 1, (t) => initial_lr * (1 - t / max_steps) ** exponent),
      flat(Infinity, NaN),
    ),
});

const lambdaParams = {
  base_learning_rate: lr("rate of the model, before the scale"),
  scale: factor("GPUs · batch size · accumulation; 1 with scale_lr false", { default: 1 }),
  warm_up_steps: numbers("warm-up of each cycle"),
  cycle_lengths: numbers("length of each cycle"),
  f_start: numbers("factor at the start of the warm-up"),
  f_max: numbers("factor at its end"),
  f_min: numbers("factor at the end of the cycle"),
};
const lambdaCycles = (
  name: string,
  formula: string,
  fall: (high: number, low: number, n: number, W: number, L: number) => number,
) =>
  ["ldm.lr_scheduler", "sgm.lr_scheduler"].slice(0, 1).map((home) =>
    defineSchedule({
      id: `latent-diffusion:${name}`,
      aliases: [`${home}.${name}`, `sgm.lr_scheduler.${name}`],
      params: lambdaParams,
      unit: "step",
      formula,
      quirks: ["The step at a cycle's end belongs to that cycle."],
      source: "CompVis/latent-diffusion, ldm/lr_scheduler.py",
      compile(a) {
        const base = a.base_learning_rate * a.scale;
        let from = 0;
        const parts = a.cycle_lengths.flatMap((L, i) => {
          const [start, W, s, high, low] = [
            from,
            a.warm_up_steps[i] ?? 0,
            a.f_start[i] ?? 0,
            a.f_max[i] ?? 1,
            a.f_min[i] ?? 0,
          ];
          from += L;
          return [
            warmup(Math.min(start + W, from + 1), (t) => base * (((high - s) / W) * (t - start) + s)),
            decay(from + 1, (t) => base * fall(high, low, t - start, W, L)),
          ];
        });
        const past = { at: from + 1, because: "TypeError: the step is past the last cycle" };
        return { ...segments(...parts), end: past };
      },
    }),
  )[0]!;
const lambdaLinear = lambdaCycles(
  "LambdaLinearScheduler",
  "base · scale · (f_min + (f_max − f_min) · (L − t) / L) after the warm-up of each cycle",
  (high, low, n, _, L) => low + ((high - low) * (L - n)) / L,
);
const lambdaCosine2 = lambdaCycles(
  "LambdaWarmUpCosineScheduler2",
  "base · scale · (f_min + (f_max − f_min) · (1 + cos(π · p)) / 2) after the warm-up of each cycle",
  (high, low, n, W, L) => low + (high - low) * halfCosine(Math.min((n - W) / (L - W), 1)),
);
const lambdaCosine = defineSchedule({
  id: "latent-diffusion:LambdaWarmUpCosineScheduler",
  aliases: ["ldm.lr_scheduler.LambdaWarmUpCosineScheduler", "sgm.lr_scheduler.LambdaWarmUpCosineScheduler"],
  params: {
    base_learning_rate: lr("rate of the model, before the scale"),
    scale: factor("GPUs · batch size · accumulation; 1 with scale_lr false", { default: 1 }),
    warm_up_steps: steps("steps of warm-up"),
    lr_min: factor("factor at the end"),
    lr_max: factor("factor at the peak"),
    lr_start: factor("factor at step 0"),
    max_decay_steps: steps("step at which the cosine ends"),
  },
  unit: "step",
  formula: "base · scale · (lr_min + (lr_max − lr_min) · (1 + cos(π · p)) / 2) after a linear warm-up",
  source: "CompVis/latent-diffusion, ldm/lr_scheduler.py",
  compile({ base_learning_rate, scale, warm_up_steps: W, lr_min, lr_max, lr_start, max_decay_steps: T }) {
    const base = base_learning_rate * scale;
    return segments(
      warmup(W, (t) => base * (((lr_max - lr_start) / W) * t + lr_start)),
      decay(T, (t) => base * byCosine(lr_max, lr_min, Math.min((t - W) / (T - W), 1))),
      cooldown(Infinity, base * lr_min),
    );
  },
});

export const configToolsVision = [
  fastreidMultiStep,
  fastreidCosine,
  ...swinSchedules,
  ...multiStepRestart,
  cosineRestart,
  pcdetOneCycle,
  pcdetStep,
  cvnetsCosine,
  monaiWarmupCosine,
  monaiLinear,
  monaiExponential,
  nnunetPoly,
  lambdaLinear,
  lambdaCosine2,
  lambdaCosine,
];
