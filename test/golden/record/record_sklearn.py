"""scikit-learn's SGD estimators and multi-layer perceptrons. Pins: scikit-learn==1.9.1"""
import warnings

import numpy
import sklearn.linear_model
import sklearn.neural_network

from record_common import each, failure, main

warnings.filterwarnings("ignore")
# What a loss's gradient is for a positive sample at a prediction of 0.
GRADIENT = {"hinge": 1, "log_loss": 0.5, "squared_hinge": 2, "squared_error": 1}
ONE = numpy.array([[1.0]])


def run(case):
    name, args = case["callable"].rsplit(".", 1)[-1], case["args"]
    try:
        if name.startswith("MLP"):
            return network(case, getattr(sklearn.neural_network, name), args)
        made = getattr(sklearn.linear_model, name)
        return adaptive(case, made, args) if args.get("learning_rate") == "adaptive" else linear(case, made, args)
    except Exception as error:
        return {"steps": [], "values": [], "error": failure(error)}


def linear(case, made, args):
    """The weight's change in one update of a sample x = 1 from a weight of 0, the counter set to the step."""
    one_class = made is sklearn.linear_model.SGDOneClassSVM
    model = made(**args, fit_intercept=False, **({} if one_class else {"penalty": None}))
    target = [] if one_class else [numpy.array([1])]
    more = {"classes": [0, 1]} if made is sklearn.linear_model.SGDClassifier else {}
    model.partial_fit(ONE, *target, **more)
    gradient = GRADIENT[args.get("loss", "squared_error" if made is sklearn.linear_model.SGDRegressor else "hinge")]

    def rate(step):
        model.coef_[:], model.t_ = 0, float(step)
        if one_class:
            model.offset_ = numpy.array([2.0])
        model.partial_fit(ONE, *target)
        return model.coef_.item() / gradient

    return each(case, rate)


def adaptive(case, made, args):
    """The weight's change from fits of k to fits of k + 1 epochs, on one sample whose loss has the gradient 1."""
    def weight(epochs):
        if epochs == 0:
            return 0.0
        model = made(**args, loss="epsilon_insensitive", epsilon=0, penalty=None, shuffle=False, fit_intercept=False, max_iter=epochs)
        return model.fit(ONE, numpy.array([0.7234567])).coef_.item()

    return each(case, lambda epoch: abs(weight(epoch + 1) - weight(epoch)))


def network(case, made, args):
    """A fit whose every epoch has the case's loss, and no gradient; the rate of each epoch's update."""
    count, losses, rates = case["n_samples"], case.get("metrics"), []
    model = made(**args, hidden_layer_sizes=(), batch_size=count, max_iter=len(case["steps"]), shuffle=False)

    def backpropagated(X, y, sample_weight, activations, deltas, coefs, intercepts):
        rates.append(float(model._optimizer.learning_rate))
        loss = float(losses[len(rates) - 1]) if losses else 1.0 / len(rates)
        return loss, [numpy.zeros_like(c) for c in coefs], [numpy.zeros_like(i) for i in intercepts]

    model._backprop = backpropagated
    model.fit(numpy.zeros((count, 1)), numpy.arange(count) % 2)
    return {"steps": case["steps"][: len(rates)], "values": rates[: len(case["steps"])]}


main("sklearn", run)
