import type { Surface } from "./surfaces.js";

/** f = (x² + y − 11)² + (x + y² − 7)². Four minima of value 0; the flattest is the one near (−2.8, 3.1). */
export const himmelblau: Surface = {
  formula: "(x² + y − 11)² + (x + y² − 7)²",
  source: "Himmelblau, Applied Nonlinear Programming, McGraw-Hill, 1972",
  f: (x, y) => (x * x + y - 11) * (x * x + y - 11) + (x + y * y - 7) * (x + y * y - 7),
  dx: (x, y) => 4 * x * (x * x + y - 11) + 2 * (x + y * y - 7),
  dy: (x, y) => 2 * (x * x + y - 11) + 4 * y * (x + y * y - 7),
  start: [0, 0],
  curvature: hessianMax(-2.805118086952745, 3.131312518250573),
  plane: {
    x: [-5, 5],
    y: [-5, 5],
    minima: [
      [3, 2],
      [-2.805118086952745, 3.131312518250573],
      [-3.779310253377747, -3.28318599128617],
      [3.584428340330492, -1.848126526964404],
    ],
  },
};

function hessianMax(x: number, y: number): number {
  const a = 12 * x * x + 4 * y - 42;
  const b = 4 * (x + y);
  const d = 12 * y * y + 4 * x - 26;
  return (a + d) / 2 + Math.sqrt(((a - d) / 2) * ((a - d) / 2) + b * b);
}
