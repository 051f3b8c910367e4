import { constant, falling } from "../engine/shapes.js";
import { handle, integer, lr, power, real, word, type Compiled, type Context, type ParamSpec } from "./define.js";
import type { Curve } from "../engine/curve.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { adaptive, stopping } from "./sklearnAdaptive.js";
import { raise } from "./torchRules.js";

const source = "scikit-learn 1.9.1, sklearn/linear_model/_sgd_fast.pyx.tp and neural_network/_stochastic_optimizers.py";
const linearModel = library({ homes: ["sklearn.linear_model.", "sklearn.linear_model._stochastic_gradient."], source });
const neuralNetwork = library({
  homes: ["sklearn.neural_network.", "sklearn.neural_network._multilayer_perceptron."],
  source,
  unit: "epoch",
  needs: ["dataset_size"],
});

const keywordOnly = true;
const positive = { min: 0, above: true, keywordOnly };
const unmoved = (names: string) =>
  Object.fromEntries(names.split(" ").map((name) => [name, handle("not part of the rate", { keywordOnly })]));
const ruleName = (usual: string, ...choices: string[]) => word("the rule", { default: usual, choices, keywordOnly });
const exponent = (usual: number) => power("exponent of 'invscaling'", { default: usual, keywordOnly });
const waiting = (meaning: string, usual: number) => integer(meaning, { default: usual, min: 1, keywordOnly });
const smaller = (of: string, usual: number) =>
  real(`smaller improvements of the ${of} do not count`, { default: usual, keywordOnly });

const alpha = real("strength of the regularization; 'optimal' takes its rate from it", {
  default: 1e-4,
  min: 0,
  keywordOnly,
});

const linear = [
  sgd("SGDClassifier", "optimal", 0.5, "hinge"),
  sgd("SGDRegressor", "invscaling", 0.25, "squared_error"),
  sgd("SGDOneClassSVM", "optimal", 0.5),
];

/** A linear estimator; the one-class one has `nu` in place of `loss` and `alpha`. */
function sgd(name: string, usualRule: string, power_t: number, loss?: string) {
  const strength: Readonly<Record<string, ParamSpec>> = loss
    ? { loss: word("the loss", { default: loss }), alpha }
    : { nu: real("share of outliers; 'optimal' takes its rate from it", { default: 0.5 }) };
  return linearModel({
    name,
    params: {
      ...strength,
      learning_rate: ruleName(usualRule, "constant", "optimal", "invscaling", "adaptive"),
      eta0: lr("the rate of 'constant', 'invscaling' and 'adaptive'", { default: 0.01, ...positive }),
      power_t: exponent(power_t),
      tol: smaller("objective", 1e-3),
      n_iter_no_change: waiting("epochs without improvement before 'adaptive' falls", 5),
      ...unmoved("penalty l1_ratio fit_intercept max_iter shuffle verbose epsilon n_jobs random_state"),
      ...unmoved("early_stopping validation_fraction class_weight warm_start average"),
    },
    formula:
      "constant: eta0; invscaling: eta0 / t^power_t; optimal: 1 / (alpha · (t0 + t − 1)), t0 = alpha^−¾; adaptive: eta0, a fifth after n_iter_no_change epochs without improvement by tol",
    quirks: [
      "t counts samples from 1 and goes on over partial_fit calls.",
      "'optimal' ignores eta0 and the loss: its first rate is alpha^−¼, 10 for the default alpha.",
      "'adaptive' counts epochs, and training stops when the rate is not above 1e-6.",
    ],
    rule: (a, context) => sgdCurve(a as unknown as Sgd, context),
  });
}

interface Sgd {
  readonly learning_rate: string;
  readonly eta0: number;
  readonly power_t: number;
  readonly alpha?: number;
  readonly nu?: number;
  readonly tol: number | null;
  readonly n_iter_no_change: number;
}

const invalid = (name: string, must: string, got: unknown) =>
  `InvalidParameterError: The '${name}' parameter${must}. Got ${String(got)} instead.`;
const positiveFloat = " must be a float in the range (0.0, inf)";

/** sklearn counts weight updates from 1: t = 0 and t = 1 are both the first update. */
function sgdCurve(a: Sgd, context: Context): Compiled | Curve {
  refuse(!(a.eta0 > 0), invalid("eta0", positiveFloat, a.eta0));
  switch (a.learning_rate) {
    case "constant":
      return constant(a.eta0);
    case "invscaling":
      return falling((t) => a.eta0 / Math.max(t, 1) ** a.power_t);
    case "optimal":
      return optimal(a.alpha ?? a.nu ?? 0);
    case "adaptive":
      return stopping(() => adaptive(a.eta0, a.tol ?? -Infinity, a.n_iter_no_change), context);
    case "pa1":
    case "pa2":
      return raise("the passive-aggressive rate depends on the loss of each sample: there is no curve");
    default: {
      const among = " must be a str among {'adaptive', 'constant', 'invscaling', 'optimal', 'pa1', 'pa2'}";
      return raise(invalid("learning_rate", among, `'${a.learning_rate}'`));
    }
  }
}

/** Léon Bottou's 1 / (alpha · (t0 + t − 1)). */
function optimal(strength: number): Curve {
  const needed = "alpha must be > 0 since learning_rate is 'optimal'.";
  refuse(strength === 0, `ValueError: ${needed} alpha is used to compute the optimal learning rate.`);
  const first = 1 / (Math.sqrt(1 / Math.sqrt(strength)) * strength);
  return falling((t) => 1 / (strength * (first + Math.max(t, 1) - 1)));
}

const networks = ["MLPClassifier", "MLPRegressor"].map((name) =>
  neuralNetwork({
    name,
    params: {
      ...(name === "MLPRegressor" && { loss: handle("the loss") }),
      hidden_layer_sizes: handle("layers of the network"),
      activation: handle("activation of the network"),
      solver: word("the optimizer; only 'sgd' moves its rate", {
        default: "adam",
        choices: ["lbfgs", "sgd", "adam"],
        keywordOnly,
      }),
      learning_rate: ruleName("constant", "constant", "invscaling", "adaptive"),
      learning_rate_init: lr("the first rate", { default: 0.001, ...positive }),
      power_t: exponent(0.5),
      tol: smaller("loss", 1e-4),
      n_iter_no_change: waiting("epochs without improvement that 'adaptive' still tolerates", 10),
      ...unmoved("alpha batch_size max_iter shuffle random_state verbose warm_start momentum nesterovs_momentum"),
      ...unmoved("early_stopping validation_fraction beta_1 beta_2 epsilon max_fun"),
    },
    formula:
      "constant: learning_rate_init; invscaling: learning_rate_init / (epoch · samples + 1)^power_t; adaptive: a fifth after more than n_iter_no_change epochs without improvement by tol",
    quirks: [
      "'invscaling' moves once per epoch but counts samples: the rate collapses after the first epoch.",
      "'adaptive' waits one epoch longer than n_iter_no_change says.",
      "With another solver than 'sgd' the rule is ignored.",
    ],
    rule: (a, context) => networkCurve(name, a, context),
  }),
);

interface Network {
  readonly solver: string;
  readonly learning_rate: string;
  readonly learning_rate_init: number;
  readonly power_t: number;
  readonly tol: number;
  readonly n_iter_no_change: number;
}

function networkCurve(name: string, a: Network, context: Context): Compiled | Curve {
  const { learning_rate: rule, learning_rate_init: first } = a;
  refuse(!(first > 0), invalid("learning_rate_init", positiveFloat, first));
  const among = ` of ${name} must be a str among {'adaptive', 'constant', 'invscaling'}`;
  const isKnown = ["constant", "invscaling", "adaptive"].includes(rule);
  refuse(!isKnown, invalid("learning_rate", among, `'${rule}'`));
  if (a.solver !== "sgd" || rule === "constant") return constant(first);
  if (rule === "invscaling") return falling((t) => first / (t * context.dataset_size + 1) ** a.power_t);
  return stopping(() => adaptive(first, a.tol, a.n_iter_no_change, 1), context);
}

export const sklearn = [...linear, ...networks];
