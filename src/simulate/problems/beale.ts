import type { Surface } from "./surfaces.js";

/**
 * f = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)². Minimum 0 at (3, 0.5), where the residuals vanish and the
 * Hessian is 2 Σ ∇r ∇rᵀ with ∇r = (yᵏ − 1, k x yᵏ⁻¹).
 */
export const beale: Surface = {
  formula: "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
  source: "Beale, On an iterative method for finding a local minimum, Princeton, 1958",
  f(x, y) {
    const a = 1.5 - x + x * y;
    const b = 2.25 - x + x * y * y;
    const c = 2.625 - x + x * y * y * y;
    return a * a + b * b + c * c;
  },
  dx: (x, y) =>
    2 *
    ((1.5 - x + x * y) * (y - 1) +
      (2.25 - x + x * y * y) * (y * y - 1) +
      (2.625 - x + x * y * y * y) * (y * y * y - 1)),
  dy: (x, y) => 2 * x * (1.5 - x + x * y + (2.25 - x + x * y * y) * 2 * y + (2.625 - x + x * y * y * y) * 3 * y * y),
  start: [1, 1],
  curvature: hessianMax(3, 0.5),
  plane: { x: [-1, 4.5], y: [-1.5, 2], minima: [[3, 0.5]] },
};

function hessianMax(x: number, y: number): number {
  const rows = [
    [y - 1, x],
    [y * y - 1, 2 * x * y],
    [y * y * y - 1, 3 * x * y * y],
  ] as const;
  const a = 2 * rows.reduce((sum, [p]) => sum + p * p, 0);
  const b = 2 * rows.reduce((sum, [p, q]) => sum + p * q, 0);
  const d = 2 * rows.reduce((sum, [, q]) => sum + q * q, 0);
  return (a + d) / 2 + Math.sqrt(((a - d) / 2) * ((a - d) / 2) + b * b);
}
