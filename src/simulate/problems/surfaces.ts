import { normal } from "../random.js";
import type { Plane, Problem } from "./problem.js";

export interface SurfaceSpec {
  readonly kind: "ravine" | "rosenbrock" | "beale" | "himmelblau";
  readonly start: readonly number[];
  readonly noise: number;
  readonly batch: number;
}

export interface Surface {
  /** Formula as shown. */
  readonly formula: string;
  readonly source: string;
  readonly f: (x: number, y: number) => number;
  /** ∂f/∂x and ∂f/∂y. */
  readonly dx: (x: number, y: number) => number;
  readonly dy: (x: number, y: number) => number;
  readonly start: readonly [number, number];
  /** Largest eigenvalue of the Hessian at the flattest minimum: above 2 / that, plain descent cannot rest at any. */
  readonly curvature: number;
  readonly plane: Plane;
}

/** A function of the plane with known minima of value 0 and gradient noise N(0, noise²/batch) per coordinate. */
export function surfaceProblem(surface: Surface, { start, noise, batch }: SurfaceSpec): Problem {
  const { f, dx, dy } = surface;
  const sigma = noise / Math.sqrt(batch);
  return {
    size: 2,
    stepsPerEpoch: 1,
    start: () => Float64Array.from(start),
    loss: (theta) => f(theta[0]!, theta[1]!),
    gradient(theta, out) {
      out[0] = dx(theta[0]!, theta[1]!);
      out[1] = dy(theta[0]!, theta[1]!);
    },
    sampler: (random) => (theta, out) => {
      const x = theta[0]!;
      const y = theta[1]!;
      out[0] = dx(x, y) + (sigma > 0 ? sigma * normal(random) : 0);
      out[1] = dy(x, y) + (sigma > 0 ? sigma * normal(random) : 0);
    },
    least: 0,
    curvature: { max: surface.curvature, where: "at the minimum" },
    plane: surface.plane,
  };
}
