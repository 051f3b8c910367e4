import type { Surface } from "./surfaces.js";

/** Curved valley: f = (1 − x)² + 100 (y − x²)². Minimum 0 at (1, 1), where the Hessian is [[802, −400], [−400, 200]]. */
export const rosenbrock: Surface = {
  formula: "(1 − x)² + 100 (y − x²)²",
  source: "Rosenbrock, The Computer Journal 3 (1960) 175",
  f: (x, y) => (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x),
  dx: (x, y) => -2 * (1 - x) - 400 * x * (y - x * x),
  dy: (x, y) => 200 * (y - x * x),
  start: [-1.2, 1],
  curvature: 501 + Math.sqrt(301 * 301 + 400 * 400),
  plane: { x: [-2, 2], y: [-1, 3], minima: [[1, 1]] },
};
