/** Where an optimizer's constructor takes its rate, and the library's default. Positions count from 0. */
export interface OptimizerShape {
  readonly rate: readonly string[];
  /** Position of the rate; absent: by keyword only. */
  readonly at?: number;
  readonly default?: number;
  readonly momentum?: { readonly name: string; readonly at?: number; readonly default?: number };
  /** PyTorch-like: the first argument may list parameter groups with rates of their own. */
  readonly groups?: boolean;
}

type Row = readonly [
  names: string,
  rate: string,
  at: number,
  fallback?: number,
  momentum?: readonly [name: string, at: number, fallback: number],
];

/** Names without their library's prefix; several names share a row. */
const rows: Readonly<
  Record<string, { readonly prefixes: readonly string[]; readonly groups?: boolean; readonly rows: readonly Row[] }>
> = {
  torch: {
    prefixes: [
      "torch.optim.",
      "apex.optimizers.",
      "bitsandbytes.optim.",
      "transformers.",
      "transformers.optimization.",
      "deepspeed.ops.adam.",
      "torch_optimizer.",
      "timm.optim.",
    ],
    groups: true,
    rows: [
      ["SGD FusedSGD SGD8bit SGDP", "lr", 1, 1e-3, ["momentum", 2, 0]],
      ["RMSprop RMSprop8bit", "lr", 1, 1e-2, ["momentum", 5, 0]],
      [
        "Adam AdamW RAdam SparseAdam FusedAdam DeepSpeedCPUAdam Adam8bit AdamW8bit PagedAdamW8bit PagedAdam8bit PagedAdamW PagedAdamW32bit AdamP Lamb LAMB FusedLAMB Muon AdaBelief RangerQH",
        "lr",
        1,
        1e-3,
      ],
      ["Adagrad ASGD Rprop Adafactor", "lr", 1, 1e-2],
      ["Adamax NAdam", "lr", 1, 2e-3],
      ["Adadelta LBFGS", "lr", 1, 1],
      ["Lion", "lr", 1, 1e-4],
    ],
  },
  keras: {
    prefixes: [
      "keras.optimizers.",
      "tensorflow.keras.optimizers.",
      "tensorflow.keras.optimizers.legacy.",
      "tensorflow.keras.optimizers.experimental.",
      "keras.optimizers.legacy.",
      "tf_keras.optimizers.",
      "tf_keras.optimizers.legacy.",
      "tensorflow.optimizers.",
      "tf.keras.optimizers.",
    ],
    rows: [
      ["SGD", "learning_rate", 0, 0.01, ["momentum", 1, 0]],
      ["Adam AdamW Adagrad Adadelta Adamax Nadam RMSprop Adafactor Lion Ftrl", "learning_rate", 0, 0.001],
    ],
  },
  tf1: {
    prefixes: ["tensorflow.train.", "tensorflow.compat.v1.train.", "tf.train.", "tf.compat.v1.train."],
    rows: [
      [
        "GradientDescentOptimizer AdagradOptimizer FtrlOptimizer RMSPropOptimizer ProximalGradientDescentOptimizer",
        "learning_rate",
        0,
      ],
      ["MomentumOptimizer", "learning_rate", 0, undefined, ["momentum", 1, 0]],
      ["AdamOptimizer AdadeltaOptimizer", "learning_rate", 0, 0.001],
    ],
  },
  optax: {
    prefixes: ["optax."],
    rows: [
      [
        "sgd adam adamw adagrad rmsprop lamb lion adafactor adabelief radam yogi novograd noisy_sgd lars nadam nadamw adamax adan sm3 scale_by_learning_rate",
        "learning_rate",
        0,
      ],
    ],
  },
  paddle: {
    prefixes: ["paddle.optimizer."],
    rows: [["SGD Adam AdamW Momentum Adagrad Adadelta Adamax RMSProp Lamb", "learning_rate", 0, 0.001]],
  },
  chainer: {
    prefixes: ["chainer.optimizers."],
    rows: [
      ["SGD RMSprop", "lr", 0, 0.01],
      ["MomentumSGD NesterovAG CorrectedMomentumSGD", "lr", 0, 0.01, ["momentum", 1, 0.9]],
      ["AdaGrad", "lr", 0, 0.001],
      ["Adam", "alpha", 0, 0.001],
    ],
  },
  mindspore: {
    prefixes: ["mindspore.experimental.optim.", "mindspore.nn."],
    groups: true,
    rows: [
      ["SGD", "lr", 1],
      ["Adam AdamW", "lr", 1, 1e-3],
    ],
  },
};

const shapes = new Map<string, OptimizerShape>();
for (const { prefixes, groups, rows: list } of Object.values(rows))
  for (const [names, rate, at, fallback, momentum] of list)
    for (const name of names.split(" "))
      for (const prefix of prefixes)
        shapes.set(prefix + name, {
          rate: rate === "learning_rate" ? ["learning_rate", "lr"] : [rate],
          at,
          ...(fallback !== undefined && { default: fallback }),
          ...(momentum && { momentum: { name: momentum[0], at: momentum[1], default: momentum[2] } }),
          ...(groups && { groups }),
        });

/** By keyword alone: optimizers that nobody has told us about, such as a class of the file. */
const anyOptimizer: OptimizerShape = { rate: ["lr", "learning_rate", "base_lr"], groups: true };

/** The shape of a constructor by its qualified name; `optim.SGD` and `SGD` stand for PyTorch's where no import tells. */
export function optimizerNamed(name: string): OptimizerShape | undefined {
  return (
    shapes.get(name) ??
    shapes.get(name.replace(/^torch\.optim\.\w+\.(?=[A-Z])/, "torch.optim.")) ??
    (/^(?:optim\.)?[A-Z]\w+$/.test(name)
      ? shapes.get(`torch.${name.startsWith("optim.") ? "" : "optim."}${name}`)
      : undefined)
  );
}

/** The same of a library's value, under whichever of its names it is known. */
export function optimizerOf({ name, others }: { readonly name: string; readonly others: readonly string[] }) {
  return [name, ...others].map((one) => optimizerNamed(one)).find((shape) => shape !== undefined);
}

export function otherOptimizer(): OptimizerShape {
  return anyOptimizer;
}
