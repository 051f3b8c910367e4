import type { Surface } from "./surfaces.js";

/** A long narrow valley along x: f = ½ (x² / 10 + 20 y²), condition number 200. Minimum 0 at (0, 0). */
export const ravine: Surface = {
  formula: "½ (x²/10 + 20 y²)",
  source: "Ruder, An overview of gradient descent optimization algorithms, 2016, section 4.1, for the shape",
  f: (x, y) => 0.5 * (0.1 * x * x + 20 * y * y),
  dx: (x) => 0.1 * x,
  dy: (_, y) => 20 * y,
  start: [-4, 0.8],
  curvature: 20,
  plane: { x: [-5, 5], y: [-1.2, 1.2], minima: [[0, 0]] },
};
