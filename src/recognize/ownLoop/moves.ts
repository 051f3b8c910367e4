import type { Finding } from "../finding.js";

/** Turns at which a rate that moves has usually moved. */
const turns = [1, 2, 3, 5, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 500, 1000, 2000, 5000, 10_000, 50_000];

/** True of a rate that is not the same in every turn. What is not known counts as moving only where `otherwise` says so. */
export function moves(rate: NonNullable<Finding["rate"]>, otherwise: boolean): boolean {
  try {
    const first = rate(0, 0.1);
    return turns.some((t) => rate(t, 0.1) !== first);
  } catch {
    return otherwise;
  }
}
