import type { Curve, CurveEnd } from "../engine/curve.js";
import { constant, curve } from "../engine/shapes.js";
import { defineSchedule, handle, integer, lr, power, real, word } from "./define.js";
import type { Compiled, Context, LiveSchedule, ParamSpec, ScheduleDefinition } from "./define.js";
import { metricDriven, short } from "./plateau.js";
import { raise } from "./torchRules.js";

const source = "scikit-learn 1.9.1, sklearn/linear_model/_sgd_fast.pyx.tp and neural_network/_stochastic_optimizers.py";
const falling = [{ kind: "decay", from: 0, to: Infinity }] as const;
const unmoved = (...all: string[]) =>
  Object.fromEntries(all.map((name) => [name, handle("not part of the rate", { keywordOnly: true })]));
const eta0 = lr("the rate of 'constant', 'invscaling' and 'adaptive'", {
  default: 0.01,
  min: 0,
  above: true,
  keywordOnly: true,
});
const tol = real("smaller improvements of the objective do not count", { default: 1e-3, keywordOnly: true });

interface Sgd {
  readonly learning_rate: string;
  readonly eta0: number;
  readonly power_t: number;
  readonly alpha: number;
  readonly tol: number | null;
  readonly n_iter_no_change: number;
}

/** sklearn counts weight updates from 1: t = 0 and t = 1 are both the first update. */
function sgdCurve(a: Sgd, context: Context): Compiled | Curve {
  if (!(a.eta0 > 0))
    raise(
      `InvalidParameterError: The 'eta0' parameter must be a float in the range (0.0, inf). Got ${a.eta0} instead.`,
    );
  switch (a.learning_rate) {
    case "constant":
      return constant(a.eta0);
    case "invscaling":
      return curve((t) => a.eta0 / Math.max(t, 1) ** a.power_t, [], falling);
    case "optimal": {
      if (a.alpha === 0)
        raise(
          "ValueError: alpha must be > 0 since learning_rate is 'optimal'. alpha is used to compute the optimal learning rate.",
        );
      const first = 1 / (Math.sqrt(1 / Math.sqrt(a.alpha)) * a.alpha);
      return curve((t) => 1 / (a.alpha * (first + Math.max(t, 1) - 1)), [], falling);
    }
    case "adaptive":
      return stopping(() => adaptive(a.eta0, a.tol ?? -Infinity, a.n_iter_no_change), context);
    default: {
      const known = a.learning_rate === "pa1" || a.learning_rate === "pa2";
      const because = known
        ? "the passive-aggressive rate depends on the loss of each sample: there is no curve"
        : `InvalidParameterError: The 'learning_rate' parameter must be a str among {'adaptive', 'constant', 'invscaling', 'optimal', 'pa1', 'pa2'}. Got '${a.learning_rate}' instead.`;
      return raise(because);
    }
  }
}

interface Stopping extends LiveSchedule {
  /** Training has ended. */
  stopped: boolean;
}

/** A fifth after `patience` (or one more: `late`) epochs in a row whose loss is above best − tol; stops once the rate is 1e-6 or less. */
function adaptive(first: number, tol: number, patience: number, late = 0): Stopping {
  let best = Infinity;
  let bad = 0;
  return {
    lr: first,
    stopped: false,
    step(loss) {
      bad = tol > -Infinity && loss > best - tol ? bad + 1 : 0;
      if (loss < best) best = loss;
      if (bad < patience + late) return undefined;
      if (!(this.lr > 1e-6)) {
        this.stopped = true;
        return `no improvement for ${bad} epochs and the rate is ${short(this.lr)}: training stops`;
      }
      const before = this.lr;
      this.lr /= 5;
      const waited = bad;
      bad = 0;
      return `no improvement for ${waited} epoch${waited === 1 ? "" : "s"}: ${short(before)} → ${short(this.lr)}`;
    },
  };
}

/** The curve of an adaptive rate, which ends where the given metrics make training stop. */
function stopping(start: () => Stopping, context: Context): Compiled {
  const compiled = metricDriven(start, context);
  const run = start();
  const epoch = (context.metrics ?? []).findIndex((loss) => (run.step(loss), run.stopped));
  if (epoch < 0) return compiled;
  const end: CurveEnd = {
    at: epoch + 1,
    because: `training stops after ${epoch + 1} epochs: no improvement, and the rate is not above 1e-6`,
  };
  const { lr: c } = compiled;
  return { ...compiled, lr: { at: c.at, nextBreak: c.nextBreak, phases: c.phases, end } };
}

interface SgdDefaults {
  readonly before: Readonly<Record<string, ParamSpec>>;
  readonly learning_rate: string;
  readonly power_t: number;
  /** Keyword-only but for the one-class estimator. */
  readonly extra?: string;
}

function sgd(name: string, { before, learning_rate, power_t, extra }: SgdDefaults): ScheduleDefinition {
  return defineSchedule({
    id: `sklearn.linear_model.${name}`,
    aliases: [`sklearn.linear_model._stochastic_gradient.${name}`],
    params: {
      ...before,
      learning_rate: word("the rule", {
        default: learning_rate,
        choices: ["constant", "optimal", "invscaling", "adaptive"],
        keywordOnly: true,
      }),
      eta0,
      power_t: power("exponent of 'invscaling'", { default: power_t, keywordOnly: true }),
      tol,
      n_iter_no_change: integer("epochs without improvement before 'adaptive' falls", {
        default: 5,
        min: 1,
        keywordOnly: true,
      }),
      ...unmoved(
        "penalty",
        "l1_ratio",
        "fit_intercept",
        "max_iter",
        "shuffle",
        "verbose",
        "epsilon",
        "n_jobs",
        "random_state",
      ),
      ...unmoved("early_stopping", "validation_fraction", "class_weight", "warm_start", "average"),
    },
    unit: "step",
    formula:
      "constant: eta0; invscaling: eta0 / t^power_t; optimal: 1 / (alpha · (t0 + t − 1)), t0 = alpha^−¾; adaptive: eta0, a fifth after n_iter_no_change epochs without improvement by tol",
    quirks: [
      "t counts samples from 1 and goes on over partial_fit calls.",
      "'optimal' ignores eta0 and the loss: its first rate is alpha^−¼, 10 for the default alpha.",
      "'adaptive' counts epochs, and training stops when the rate is not above 1e-6.",
    ],
    source,
    compile: (args, context) => {
      const a = args as unknown as Sgd & Readonly<Record<string, number>>;
      return sgdCurve({ ...a, alpha: extra ? a[extra]! : a.alpha }, context);
    },
  });
}

const alpha = real("strength of the regularization; 'optimal' takes its rate from it", {
  default: 1e-4,
  min: 0,
  keywordOnly: true,
});

const linear = [
  sgd("SGDClassifier", {
    before: { loss: word("the loss", { default: "hinge" }), alpha },
    learning_rate: "optimal",
    power_t: 0.5,
  }),
  sgd("SGDRegressor", {
    before: { loss: word("the loss", { default: "squared_error" }), alpha },
    learning_rate: "invscaling",
    power_t: 0.25,
  }),
  sgd("SGDOneClassSVM", {
    before: { nu: real("share of outliers; 'optimal' takes its rate from it", { default: 0.5 }) },
    learning_rate: "optimal",
    power_t: 0.5,
    extra: "nu",
  }),
];

const networks = ["MLPClassifier", "MLPRegressor"].map((name) =>
  defineSchedule({
    id: `sklearn.neural_network.${name}`,
    aliases: [`sklearn.neural_network._multilayer_perceptron.${name}`],
    params: {
      ...(name === "MLPRegressor" && { loss: handle("the loss") }),
      hidden_layer_sizes: handle("layers of the network"),
      activation: handle("activation of the network"),
      solver: word("the optimizer; only 'sgd' moves its rate", {
        default: "adam",
        choices: ["lbfgs", "sgd", "adam"],
        keywordOnly: true,
      }),
      learning_rate: word("the rule", {
        default: "constant",
        choices: ["constant", "invscaling", "adaptive"],
        keywordOnly: true,
      }),
      learning_rate_init: lr("the first rate", { default: 0.001, min: 0, above: true, keywordOnly: true }),
      power_t: power("exponent of 'invscaling'", { default: 0.5, keywordOnly: true }),
      tol: real("smaller improvements of the loss do not count", { default: 1e-4, keywordOnly: true }),
      n_iter_no_change: integer("epochs without improvement that 'adaptive' still tolerates", {
        default: 10,
        min: 1,
        keywordOnly: true,
      }),
      ...unmoved(
        "alpha",
        "batch_size",
        "max_iter",
        "shuffle",
        "random_state",
        "verbose",
        "warm_start",
        "momentum",
        "nesterovs_momentum",
      ),
      ...unmoved("early_stopping", "validation_fraction", "beta_1", "beta_2", "epsilon", "max_fun"),
    },
    needs: ["dataset_size"],
    unit: "epoch",
    formula:
      "constant: learning_rate_init; invscaling: learning_rate_init / (epoch · samples + 1)^power_t; adaptive: a fifth after more than n_iter_no_change epochs without improvement by tol",
    quirks: [
      "'invscaling' moves once per epoch but counts samples: the rate collapses after the first epoch.",
      "'adaptive' waits one epoch longer than n_iter_no_change says.",
      "With another solver than 'sgd' the rule is ignored.",
    ],
    source,
    compile(a, context) {
      const first = a.learning_rate_init;
      if (!(first > 0))
        raise(
          `InvalidParameterError: The 'learning_rate_init' parameter must be a float in the range (0.0, inf). Got ${first} instead.`,
        );
      if (!["constant", "invscaling", "adaptive"].includes(a.learning_rate))
        raise(
          `InvalidParameterError: The 'learning_rate' parameter of ${name} must be a str among {'adaptive', 'constant', 'invscaling'}. Got '${a.learning_rate}' instead.`,
        );
      if (a.solver !== "sgd" || a.learning_rate === "constant") return constant(first);
      if (a.learning_rate === "invscaling")
        return curve((t) => first / (t * context.dataset_size + 1) ** a.power_t, [], falling);
      return stopping(() => adaptive(first, a.tol, a.n_iter_no_change, 1), context);
    },
  }),
);

export const sklearn = [...linear, ...networks];
