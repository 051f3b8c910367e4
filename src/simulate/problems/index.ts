import { beale } from "./beale.js";
import { himmelblau } from "./himmelblau.js";
import { logistic, type LogisticSpec } from "./logistic.js";
import { network, type NetworkSpec } from "./network.js";
import type { Problem } from "./problem.js";
import { quadratic, type QuadraticSpec } from "./quadratic.js";
import { ravine } from "./ravine.js";
import { rosenbrock } from "./rosenbrock.js";
import { surfaceProblem, type Surface, type SurfaceSpec } from "./surfaces.js";

export type ProblemSpec = QuadraticSpec | LogisticSpec | NetworkSpec | SurfaceSpec;
export type ProblemKind = ProblemSpec["kind"];

export const surfaces: Readonly<Record<SurfaceSpec["kind"], Surface>> = { ravine, rosenbrock, beale, himmelblau };

export function problemOf(spec: ProblemSpec): Problem {
  switch (spec.kind) {
    case "quadratic":
      return quadratic(spec);
    case "logistic":
      return logistic(spec);
    case "network":
      return network(spec);
    default:
      return surfaceProblem(surfaces[spec.kind], spec);
  }
}
