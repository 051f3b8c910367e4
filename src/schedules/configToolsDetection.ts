import { everyPeriod } from "../engine/shapes.js";
import { cooldown, decay, flat, halfCosine, hold, segments, warmup } from "../engine/segments.js";
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

/** Schedules of detection tools' own config files: Caffe, Darknet, TF Object Detection, YOLOX, YOLOv5. */

const caffeSource = "BVLC/caffe, src/caffe/solvers/sgd_solver.cpp";
const base_lr = lr("rate at iteration 0");
const gamma = factor("decay factor", { default: 0 });
const caffePower = power("exponent", { default: 0 });

const caffeFixed = defineSchedule({
  id: "caffe:fixed",
  params: { base_lr },
  unit: "step",
  formula: "base_lr",
  source: caffeSource,
  compile: ({ base_lr }) => segments(flat(Infinity, base_lr)),
});

const caffeStep = defineSchedule({
  id: "caffe:step",
  params: { base_lr, gamma, stepsize: steps("iterations between drops", { default: 0 }) },
  unit: "step",
  formula: "base_lr · gamma^⌊t / stepsize⌋",
  source: caffeSource,
  compile({ base_lr, gamma, stepsize }) {
    if (!(stepsize > 0)) throw new Raises("Check failed: stepsize > 0");
    return segments(decay(Infinity, (t) => base_lr * gamma ** Math.floor(t / stepsize), everyPeriod(stepsize)));
  },
});

const caffeExp = defineSchedule({
  id: "caffe:exp",
  params: { base_lr, gamma },
  unit: "step",
  formula: "base_lr · gamma^t",
  source: caffeSource,
  compile: ({ base_lr, gamma }) => segments(decay(Infinity, (t) => base_lr * gamma ** t)),
});

const caffeInv = defineSchedule({
  id: "caffe:inv",
  params: { base_lr, gamma, power: caffePower },
  unit: "step",
  formula: "base_lr · (1 + gamma · t)^−power",
  source: caffeSource,
  compile: ({ base_lr, gamma, power }) => segments(decay(Infinity, (t) => base_lr * (1 + gamma * t) ** -power)),
});

const caffeMultistep = defineSchedule({
  id: "caffe:multistep",
  params: { base_lr, gamma, stepvalue: numbers("iterations of the drops", { default: [] }) },
  unit: "step",
  formula: "base_lr · gamma^(number of stepvalue ≤ t)",
  quirks: [
    "Values are taken in the order written and at most one per iteration, so a repeated one acts an iteration later.",
  ],
  source: caffeSource,
  compile({ base_lr, gamma, stepvalue }) {
    const edges: number[] = [];
    for (const value of stepvalue) edges.push(Math.max(value, (edges.at(-1) ?? -1) + 1));
    return segments(
      ...edges.map((edge, i) => decay(edge, base_lr * gamma ** i)),
      decay(Infinity, base_lr * gamma ** edges.length),
    );
  },
});

const caffePoly = defineSchedule({
  id: "caffe:poly",
  params: { base_lr, power: caffePower, max_iter: steps("iterations of the run", { default: 0 }) },
  unit: "step",
  formula: "base_lr · (1 − t / max_iter)^power",
  source: caffeSource,
  compile: ({ base_lr, power, max_iter }) =>
    segments(
      decay(max_iter + 1, (t) => base_lr * (1 - t / max_iter) ** power),
      flat(Infinity, NaN),
    ),
});

const caffeSigmoid = defineSchedule({
  id: "caffe:sigmoid",
  params: { base_lr, gamma, stepsize: steps("iteration of the middle of the sigmoid", { default: 0 }) },
  unit: "step",
  formula: "base_lr / (1 + e^(−gamma · (t − stepsize)))",
  quirks: ["A negative gamma decays; a positive one rises."],
  source: caffeSource,
  compile: ({ base_lr, gamma, stepsize }) =>
    segments(decay(Infinity, (t) => base_lr / (1 + Math.exp(-gamma * (t - stepsize))))),
});

const darknetSource = "pjreddie/darknet and AlexeyAB/darknet, src/network.c get_current_rate";
const darknetParams = {
  learning_rate: lr("rate after burn-in", { default: 0.001 }),
  burn_in: steps("batches of warm-up", { default: 0 }),
  power: power("exponent of the warm-up (and of poly)", { default: 4 }),
};
type Burn = { learning_rate: number; burn_in: number; power: number };
const burnIn = ({ learning_rate, burn_in, power }: Burn) =>
  warmup(burn_in, (t) => learning_rate * (t / burn_in) ** power);
const burnFormula = "learning_rate · (t / burn_in)^power while t < burn_in, then ";

const darknetConstant = defineSchedule({
  id: "darknet:constant",
  params: darknetParams,
  unit: "step",
  formula: `${burnFormula}learning_rate`,
  source: darknetSource,
  compile: (args) => segments(burnIn(args), hold(Infinity, args.learning_rate)),
});

const darknetSteps = defineSchedule({
  id: "darknet:steps",
  params: {
    ...darknetParams,
    steps: numbers("batches of the changes", { default: [] }),
    scales: numbers("factors at those batches", { default: [] }),
  },
  unit: "step",
  formula: `${burnFormula}learning_rate · Π scales[i] for steps[i] ≤ t`,
  quirks: [
    "The list is read up to the first step still ahead: later entries that are out of order do not act before it.",
  ],
  source: darknetSource,
  compile(args) {
    const edges: number[] = [];
    for (const step of args.steps) edges.push(Math.max(step, edges.at(-1) ?? 0));
    let rate = args.learning_rate;
    const parts = edges.map((edge, i) => {
      const part = hold(edge, rate);
      rate *= args.scales[i] ?? 1;
      return part;
    });
    return segments(burnIn(args), ...parts, hold(Infinity, rate));
  },
});

const darknetStep = defineSchedule({
  id: "darknet:step",
  params: {
    ...darknetParams,
    step: steps("batches between changes", { default: 1 }),
    scale: factor("factor of a change", { default: 1 }),
  },
  unit: "step",
  formula: `${burnFormula}learning_rate · scale^⌊t / step⌋`,
  source: darknetSource,
  compile: (args) =>
    segments(
      burnIn(args),
      decay(Infinity, (t) => args.learning_rate * args.scale ** Math.floor(t / args.step), everyPeriod(args.step)),
    ),
});

const darknetExp = defineSchedule({
  id: "darknet:exp",
  params: { ...darknetParams, gamma: factor("factor per batch", { default: 1 }) },
  unit: "step",
  formula: `${burnFormula}learning_rate · gamma^t`,
  source: darknetSource,
  compile: (args) =>
    segments(
      burnIn(args),
      decay(Infinity, (t) => args.learning_rate * args.gamma ** t),
    ),
});

const darknetPoly = defineSchedule({
  id: "darknet:poly",
  params: { ...darknetParams, max_batches: steps("batches of the run", { default: 0 }) },
  unit: "step",
  formula: `${burnFormula}learning_rate · (1 − t / max_batches)^power`,
  source: darknetSource,
  compile: (args) =>
    segments(
      burnIn(args),
      decay(args.max_batches + 1, (t) => args.learning_rate * (1 - t / args.max_batches) ** args.power),
      flat(Infinity, NaN),
    ),
});

const darknetSig = defineSchedule({
  id: "darknet:sig",
  params: {
    ...darknetParams,
    gamma: factor("steepness", { default: 1 }),
    step: steps("batch of the middle", { default: 1 }),
  },
  unit: "step",
  formula: `${burnFormula}learning_rate / (1 + e^(gamma · (t − step)))`,
  source: darknetSource,
  compile: (args) =>
    segments(
      burnIn(args),
      decay(Infinity, (t) => args.learning_rate / (1 + Math.exp(args.gamma * (t - args.step)))),
    ),
});

const darknetSgdr = defineSchedule({
  id: "darknet:sgdr",
  params: {
    ...darknetParams,
    max_batches: steps("batches of the run", { default: 0 }),
    learning_rate_min: lr("rate at the end of a cycle", { default: 0.00001 }),
    sgdr_cycle: steps("batches of the first cycle; max_batches when absent", { default: null }),
    sgdr_mult: factor("growth of the cycle", { default: 2 }),
  },
  unit: "step",
  dtype: "float32",
  formula: `${burnFormula}min + (learning_rate − min) · (1 + cos(π · t_cycle / cycle)) / 2`,
  quirks: ["A cycle's last batch is included: the restart comes one batch after it."],
  source: darknetSource,
  compile(args) {
    const first = args.sgdr_cycle ?? args.max_batches;
    const [low, high] = [args.learning_rate_min, args.learning_rate];
    const cycleAt = (t: number): [start: number, length: number] => {
      let [start, length] = [0, first];
      for (let i = 0; i < 1e5 && length > 0 && start + length < t; i++) {
        start += length;
        length = Math.trunc(length * args.sgdr_mult);
      }
      return [start, length];
    };
    const rate = (t: number) => {
      const [start, length] = cycleAt(t);
      return low + 0.5 * (high - low) * (1 + Math.cos(((t - start) * 3.14159265) / length));
    };
    const nextStart = (t: number) => {
      const [start, length] = cycleAt(t);
      return length > 0 ? Math.max(t + 1, start + length + 1) : Infinity;
    };
    return segments(burnIn(args), { kind: "cycle", to: Infinity, lr: rate, breaks: nextStart });
  },
});

const odSource = "tensorflow/models, research/object_detection/utils/learning_schedules.py";

const odConstant = defineSchedule({
  id: "tf-object-detection:constant_learning_rate",
  params: { learning_rate: lr("the rate", { default: 0.002 }) },
  unit: "step",
  dtype: "float32",
  formula: "learning_rate",
  source: odSource,
  compile: ({ learning_rate }) => segments(flat(Infinity, learning_rate)),
});

const odExponential = defineSchedule({
  id: "tf-object-detection:exponential_decay_learning_rate",
  params: {
    initial_learning_rate: lr("rate after burn-in", { default: 0.002 }),
    decay_steps: steps("steps per factor", { default: 4000000 }),
    decay_factor: factor("factor every decay_steps", { default: 0.95 }),
    staircase: flag("drop once every decay_steps", { default: true }),
    burnin_learning_rate: lr("rate during burn-in; 0 means the initial one", { default: 0 }),
    burnin_steps: steps("steps of burn-in", { default: 0 }),
    min_learning_rate: lr("floor", { default: 0 }),
  },
  unit: "step",
  dtype: "float32",
  formula: "max(min, initial · decay_factor^((t − burnin_steps) / decay_steps)), floored when staircase",
  quirks: ["staircase is true unless written."],
  source: odSource,
  compile(a) {
    const burn = a.burnin_learning_rate === 0 ? a.initial_learning_rate : a.burnin_learning_rate;
    const [from, every, low] = [a.burnin_steps, a.decay_steps, a.min_learning_rate];
    const floor = a.staircase ? Math.floor : (x: number) => x;
    const rate = (t: number) => Math.max(a.initial_learning_rate * a.decay_factor ** floor((t - from) / every), low);
    return segments(
      hold(from, Math.max(burn, low)),
      decay(Infinity, rate, a.staircase ? everyPeriod(every, from) : undefined),
    );
  },
});

const odManual = defineSchedule({
  id: "tf-object-detection:manual_step_learning_rate",
  params: {
    initial_learning_rate: lr("rate before the first step", { default: 0.002 }),
    schedule: anything("pairs [step, learning_rate]"),
    warmup: flag("rise linearly to the first scheduled rate", { default: false }),
  },
  unit: "step",
  dtype: "float32",
  formula: "the rate of the last schedule entry with step ≤ t",
  source: odSource,
  compile({ initial_learning_rate: first, schedule, warmup: warm }) {
    const pairs = ((schedule ?? []) as readonly (readonly number[])[]).map(
      ([step, rate]) => [step ?? 0, Math.fround(rate ?? 0.002)] as const,
    );
    if (pairs.length === 0) throw new Raises("ValueError: Empty learning rate schedule.");
    if (pairs.some(([step], i) => i > 0 && step <= pairs[i - 1]![0]))
      throw new Raises("ValueError: Entries in boundaries must be strictly increasing.");
    const [edge, target] = pairs[0]!;
    // Newer versions refuse a first step of 0; older files have it, and then the initial rate is never used.
    if (edge === 0 && warm) throw new Raises("ValueError: First step cannot be zero.");
    return segments(
      warm ? warmup(edge, (t) => first + ((target - first) / edge) * t) : hold(edge, first),
      ...pairs.map(([, rate], i) => hold(pairs[i + 1]?.[0] ?? Infinity, rate)),
    );
  },
});

const odCosine = defineSchedule({
  id: "tf-object-detection:cosine_decay_learning_rate",
  params: {
    learning_rate_base: lr("peak rate", { default: 0.002 }),
    total_steps: steps("step at which the cosine ends", { default: 4000000 }),
    warmup_learning_rate: lr("rate at step 0", { default: 0.0002 }),
    warmup_steps: steps("steps of linear warm-up", { default: 10000 }),
    hold_base_rate_steps: steps("steps at the peak", { default: 0 }),
  },
  unit: "step",
  dtype: "float32",
  formula: "linear to base over warmup_steps, hold, then base · (1 + cos(π · p)) / 2, 0 past total_steps",
  quirks: ["Past total_steps the rate is 0."],
  source: odSource,
  compile({
    learning_rate_base: base,
    total_steps: T,
    warmup_learning_rate: low,
    warmup_steps: W,
    hold_base_rate_steps: H,
  }) {
    if (T < W) throw new Raises("ValueError: total_steps must be larger or equal to warmup_steps.");
    if (W > 0 && base < low)
      throw new Raises("ValueError: learning_rate_base must be larger or equal to warmup_learning_rate.");
    return segments(
      warmup(W, (t) => ((base - low) / W) * t + low),
      // The library holds through the step W + H itself, where the cosine is at its start anyway.
      hold(Math.min(H > 0 ? W + H + 1 : 0, T + 1), base),
      decay(T + 1, (t) => base * halfCosine((t - W - H) / (T - W - H))),
      cooldown(Infinity, 0),
    );
  },
});

const yoloxSource = "Megvii-BaseDetection/YOLOX, yolox/utils/lr_scheduler.py and exp/yolox_base.py";
const yoloxParams = {
  basic_lr_per_img: lr("rate per image of the batch", { default: 0.01 / 64 }),
  warmup_epochs: real("epochs of warm-up", { default: 5 }),
  warmup_lr: lr("rate at iteration 0", { default: 0 }),
  max_epoch: integer("epochs of the run", { default: 300 }),
  no_aug_epochs: integer("last epochs at the floor", { default: 15 }),
  min_lr_ratio: ratio("floor as a share of the base rate", { default: 0.05 }),
  milestones: numbers("epochs of the drops (multistep)", { default: [] }),
  gamma: factor("factor of a drop (multistep)", { default: 0.1 }),
};
type Yolox = { [K in keyof typeof yoloxParams]: K extends "milestones" ? readonly number[] : number };
const yolox = (
  name: string,
  formula: string,
  shape: (a: Yolox & { base: number; W: number; T: number; spe: number }) => ReturnType<typeof decay>[],
  quirks: readonly string[] = [],
) =>
  defineSchedule({
    id: `yolox:${name}`,
    params: yoloxParams,
    needs: ["batch_size", "steps_per_epoch"],
    unit: "step",
    formula,
    quirks: ["basic_lr_per_img is multiplied by the total batch size.", ...quirks],
    source: yoloxSource,
    compile(args, { batch_size, steps_per_epoch: spe }) {
      const [base, W, T] = [args.basic_lr_per_img * batch_size, spe * args.warmup_epochs, spe * args.max_epoch];
      // The optimizer's own rate drives iteration 0; the scheduler acts after it.
      const first = args.warmup_epochs > 0 ? args.warmup_lr : base;
      return segments(flat(1, first), ...shape({ ...args, base, W, T, spe }));
    },
  });

const yoloxWarmCos = yolox(
  "yoloxwarmcos",
  "warmup_lr + (B − warmup_lr) · (t / W)², then min + (B − min) · (1 + cos(π · p)) / 2, min in the last no_aug_epochs",
  ({ base, W, T, spe, warmup_lr: low, min_lr_ratio, no_aug_epochs }) => {
    const [floor, last] = [base * min_lr_ratio, spe * no_aug_epochs];
    return [
      warmup(W + 1, (t) => (base - low) * (t / W) ** 2 + low),
      decay(T - last, (t) => floor + (base - floor) * halfCosine((t - W) / (T - W - last))),
      cooldown(Infinity, floor),
    ];
  },
  ["The warm-up is quadratic."],
);

const yoloxCos = yolox("cos", "B · (1 + cos(π · t / T)) / 2", ({ base, T }) => [
  decay(Infinity, (t) => base * halfCosine(t / T), everyPeriod(T)),
]);

const yoloxPlainWarmCos = yolox(
  "warmcos",
  "warmup_lr + (B − warmup_lr) · t / W, then B · (1 + cos(π · (t − W) / (T − W))) / 2",
  ({ base, W, T, warmup_lr: low }) => [
    warmup(W + 1, (t) => ((base - low) * t) / W + low),
    decay(Infinity, (t) => base * halfCosine((t - W) / (T - W)), everyPeriod(T - W, W)),
  ],
);

const yoloxMultistep = yolox(
  "multistep",
  "B · gamma^(number of milestones ≤ epoch)",
  ({ base, T, max_epoch, milestones, gamma }) => {
    const edges = milestones.map((m) => Math.trunc((T * m) / max_epoch)).sort((a, b) => a - b);
    return [...edges.map((edge, i) => decay(edge, base * gamma ** i)), decay(Infinity, base * gamma ** edges.length)];
  },
);

/** YOLOv5 and YOLOv7 hyper-parameter files: Ultralytics' rule with an older warm-up length. */
const yolov5 = (name: "linear" | "cosine", formula: string, f: (x: number, lrf: number) => number) =>
  defineSchedule({
    id: `yolov5:${name}`,
    params: {
      lr0: lr("initial rate", { default: 0.01 }),
      lrf: ratio("final rate as a share of lr0", { default: 0.01 }),
      warmup_epochs: real("epochs of warm-up", { default: 3 }),
      warmup_bias_lr: lr("rate of biases at step 0", { default: 0.1 }),
      epochs: integer("epochs of the run", { default: 100 }),
      min_warmup: steps("least steps of warm-up: 100 in YOLOv5, 1000 in YOLOv7 and old YOLOv5", { default: 100 }),
    },
    needs: ["steps_per_epoch"],
    unit: "step",
    formula,
    quirks: [
      "The warm-up lasts at least 100 steps (1000 in YOLOv7), and its target is the rate of the current epoch.",
      "Biases start at warmup_bias_lr and come down.",
    ],
    source: "ultralytics/yolov5, train.py; WongKinYiu/yolov7, train.py",
    compile({ lr0, lrf, warmup_epochs, warmup_bias_lr, epochs, min_warmup }, { steps_per_epoch: nb }) {
      const target = (t: number) => lr0 * f(Math.floor(t / nb) / epochs, lrf);
      const W = warmup_epochs > 0 ? Math.max(Math.round(warmup_epochs * nb), min_warmup) : 0;
      const from = (start: number) =>
        segments(
          warmup(W + 1, (t) => start + ((target(t) - start) * t) / Math.max(1, W), everyPeriod(nb)),
          decay(Infinity, target, everyPeriod(nb)),
        );
      return { lr: from(0), groups: [from(warmup_bias_lr)] };
    },
  });
const yolov5Linear = yolov5(
  "linear",
  "lr0 · ((1 − e / epochs) · (1 − lrf) + lrf)",
  (x, lrf) => (1 - x) * (1 - lrf) + lrf,
);
const yolov5Cosine = yolov5(
  "cosine",
  "lr0 · ((1 − cos(π · e / epochs)) / 2 · (lrf − 1) + 1)",
  (x, lrf) => ((1 - Math.cos(x * Math.PI)) / 2) * (lrf - 1) + 1,
);

export const configToolsDetection = [
  caffeFixed,
  caffeStep,
  caffeExp,
  caffeInv,
  caffeMultistep,
  caffePoly,
  caffeSigmoid,
  darknetConstant,
  darknetSteps,
  darknetStep,
  darknetExp,
  darknetPoly,
  darknetSig,
  darknetSgdr,
  odConstant,
  odExponential,
  odManual,
  odCosine,
  yoloxWarmCos,
  yoloxCos,
  yoloxPlainWarmCos,
  yoloxMultistep,
  yolov5Linear,
  yolov5Cosine,
];
