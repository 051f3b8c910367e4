import { expect, it } from "vitest";
import { optimizerOf, type OptimizerSpec } from "../../src/simulate/optimizers.js";
import { problemOf } from "../../src/simulate/problems/index.js";
import { linearStepper } from "../../src/simulate/stepper.js";
import { stream } from "../../src/simulate/random.js";
import golden from "../golden/optimizers/runs.json" with { type: "json" };

it.each(golden.cases)(
  "$optimizer on $surface as PyTorch computes it",
  ({ optimizer, surface, lr0, steps, at, path }) => {
    const theta = Float64Array.from(path[0]!);
    const problem = problemOf({ kind: surface as "ravine", start: path[0]!, noise: 0, batch: 1 });
    const update = optimizerOf(optimizer as OptimizerSpec, 2);
    const g = new Float64Array(2);
    for (let k = 0; k <= steps; k++) {
      const place = at.indexOf(k);
      if (place >= 0)
        path[place]!.forEach((expected, i) => {
          // Rounding differs in the last bits (fused operations); a descent keeps such differences small.
          expect(Math.abs(theta[i]! - expected), `step ${k}`).toBeLessThanOrEqual(
            2e-12 * Math.max(1e-3, Math.abs(expected)),
          );
        });
      problem.gradient(theta, g);
      update(theta, g, lr0 / (1 + 0.02 * k));
    }
  },
);

it.each<OptimizerSpec>([
  { kind: "sgd" },
  { kind: "sgd", momentum: 0.9 },
  { kind: "sgd", momentum: 0.9, nesterov: true },
])("the fused loop gives the general rule's numbers: %o", (optimizer) => {
  const spec = { kind: "quadratic", eigenvalues: [1, 7, 20], start: [1, -2, 3], noise: 0.3, batch: 4 } as const;
  const rates = Float64Array.from({ length: 200 }, (_, k) => 0.05 / (1 + 0.01 * k));
  const fused = Float64Array.from(spec.start);
  linearStepper(spec, optimizer, fused, stream(9, 2))!(rates, 0, 200);
  const problem = problemOf(spec);
  const theta = Float64Array.from(spec.start);
  const sample = problem.sampler(stream(9, 2));
  const update = optimizerOf(optimizer, 3);
  const g = new Float64Array(3);
  for (const lr of rates) {
    sample(theta, g);
    update(theta, g, lr);
  }
  // The same random numbers; the rounding of one update differs, and descent forgets it.
  fused.forEach((x, i) => expect(Math.abs(x - theta[i]!)).toBeLessThan(1e-13));
});
