import { expect, test } from "vitest";
import { compileSchedule } from "../../src/schedules/compile.js";
import { libraries } from "../../src/schedules/index.js";
import { goldenLibraries, goldensOf, requestOf } from "./goldens.js";

/** Their formula was read in the library's source; no curve of the library itself is recorded under their own name. */
const readFromSource = new Set([
  "detectron2.solver.WarmupParamScheduler",
  "detectron2.projects.deeplab.WarmupPolyLR",
  "allennlp.training.learning_rate_schedulers.ConstantLearningRateScheduler",
  "allennlp.training.learning_rate_schedulers.ConstantWithWarmupLearningRateScheduler",
  "allennlp.training.learning_rate_schedulers.CosineHardRestartsWithWarmupLearningRateScheduler",
  "allennlp.training.learning_rate_schedulers.CosineWithWarmupLearningRateScheduler",
  "allennlp.training.learning_rate_schedulers.ExponentialLearningRateScheduler",
  "allennlp.training.learning_rate_schedulers.MultiStepLearningRateScheduler",
  "allennlp.training.learning_rate_schedulers.ReduceOnPlateauLearningRateScheduler",
  "allennlp.training.learning_rate_schedulers.StepLearningRateScheduler",
  "allennlp.training.momentum_schedulers.InvertedTriangular",
  "espnet.scheduler.scheduler.NoScheduler",
  "fastai.learner.Learner.fine_tune",
  "ignite.handlers.ParamGroupScheduler",
  "llmfoundry.optim.InverseSquareRootWithWarmupScheduler",
  "megatron:arguments",
  "mmdet.engine.schedulers.QuadraticWarmupLR",
  "mmdet.engine.schedulers.QuadraticWarmupMomentum",
  "mmdet.engine.schedulers.QuadraticWarmupParamScheduler",
  "mmengine.optim.ConstantMomentum",
  "mmengine.optim.ConstantParamScheduler",
  "mmengine.optim.CosineAnnealingMomentum",
  "mmengine.optim.CosineAnnealingParamScheduler",
  "mmengine.optim.CosineRestartMomentum",
  "mmengine.optim.CosineRestartParamScheduler",
  "mmengine.optim.ExponentialMomentum",
  "mmengine.optim.ExponentialParamScheduler",
  "mmengine.optim.LinearMomentum",
  "mmengine.optim.LinearParamScheduler",
  "mmengine.optim.MultiStepMomentum",
  "mmengine.optim.MultiStepParamScheduler",
  "mmengine.optim.OneCycleParamScheduler",
  "mmengine.optim.PolyMomentum",
  "mmengine.optim.PolyParamScheduler",
  "mmengine.optim.ReduceOnPlateauMomentum",
  "mmengine.optim.ReduceOnPlateauParamScheduler",
  "mmengine.optim.StepMomentum",
  "mmengine.optim.StepParamScheduler",
  "nemo.core.optim.lr_scheduler.SquareRootConstantPolicy",
  "nemo.core.optim.lr_scheduler.WarmupAnnealHoldPolicy",
  "paddle.fluid.dygraph.CosineDecay",
  "paddle.fluid.dygraph.ExponentialDecay",
  "paddle.fluid.dygraph.InverseTimeDecay",
  "paddle.fluid.dygraph.LinearLrWarmup",
  "paddle.fluid.dygraph.NaturalExpDecay",
  "paddle.fluid.dygraph.NoamDecay",
  "paddle.fluid.dygraph.PiecewiseDecay",
  "paddle.fluid.dygraph.PolynomialDecay",
  "sklearn.linear_model.SGDOneClassSVM",
  "sklearn.neural_network.MLPRegressor",
  "tfa.optimizers.CyclicalLearningRate",
  "transformers.optimization.GreedyLR",
]);

test("every schedule of a recorded library has a recorded curve, or is counted as read from its source", () => {
  const seen = new Set<string>();
  for (const library of goldenLibraries)
    for (const golden of goldensOf(library).cases)
      try {
        const { definition, args, context } = requestOf(library, golden);
        seen.add(definition.id);
        compileSchedule(definition, args, context);
      } catch {
        // What the library refuses is compared elsewhere.
      }
  const without = goldenLibraries.flatMap((l) =>
    (libraries[l] ?? []).map((d) => d.id).filter((id) => !seen.has(id) && !readFromSource.has(id)),
  );
  expect(without).toEqual([]);
});
