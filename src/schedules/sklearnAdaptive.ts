import { ending } from "../engine/shapes.js";
import type { Compiled, Context, LiveSchedule } from "./define.js";
import { metricDriven, short } from "./plateau.js";

export interface Stopping extends LiveSchedule {
  /** Training has ended. */
  stopped: boolean;
}

/** A fifth after `patience` (or one more: `late`) epochs in a row whose loss is above best − tol; stops once the rate is 1e-6 or less. */
export function adaptive(first: number, tol: number, patience: number, late = 0): Stopping {
  let best = Infinity;
  let bad = 0;
  return {
    lr: first,
    stopped: false,
    step(loss) {
      bad = tol > -Infinity && loss > best - tol ? bad + 1 : 0;
      if (loss < best) best = loss;
      if (bad < patience + late) return undefined;
      if (!(this.lr > 1e-6)) {
        this.stopped = true;
        return `no improvement for ${bad} epochs and the rate is ${short(this.lr)}: training stops`;
      }
      const before = this.lr;
      this.lr /= 5;
      const waited = bad;
      bad = 0;
      return `no improvement for ${waited} epoch${waited === 1 ? "" : "s"}: ${short(before)} → ${short(this.lr)}`;
    },
  };
}

/** The curve of an adaptive rate, which ends where the given metrics make training stop. */
export function stopping(start: () => Stopping, context: Context): Compiled {
  const compiled = metricDriven(start, context);
  const run = start();
  const epoch = (context.metrics ?? []).findIndex((loss) => (run.step(loss), run.stopped));
  if (epoch < 0) return compiled;
  const because = `training stops after ${epoch + 1} epochs: no improvement, and the rate is not above 1e-6`;
  const { at, nextBreak, phases } = compiled.lr;
  return { ...compiled, lr: ending({ at, nextBreak, phases }, epoch + 1, because) };
}
