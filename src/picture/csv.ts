import type { Curve } from "../engine/curve.js";

const most = 10_000;

/** `step,lr` lines over the run: every step up to 10,000 of them, else evenly spread with the breaks kept. */
export function csv(curve: Curve, totalSteps: number, unit: "step" | "epoch"): string {
  const last = Math.max(0, Math.min(totalSteps, (curve.end?.at ?? Infinity) - 1));
  const stride = Math.max(1, Math.ceil((last + 1) / most));
  const steps = new Set<number>();
  for (let t = 0; t <= last; t += stride) steps.add(t);
  for (let t = curve.nextBreak(0), n = 0; stride > 1 && t <= last && n < most; t = curve.nextBreak(t), n++)
    steps.add(t - 1).add(t);
  steps.add(last);
  const rows = [...steps].sort((a, b) => a - b).map((t) => `${t},${curve.at(t)}`);
  return [`${unit},lr`, ...rows, ""].join("\n");
}
