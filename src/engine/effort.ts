/**
 * Operations made so far by whatever interprets rates, and how many may be made before the curve that is asked for has had its
 * share. Read as a difference only, so that no result hangs on the clock.
 */
export const effort = { spent: 0, until: Infinity };

/** What one curve may take in all: up to a second. */
const most = 9_000_000;

/** The same function, which throws once its calls have taken more than that. */
export function metered<A extends readonly unknown[]>(f: (...args: A) => number): (...args: A) => number {
  let spent = 0;
  return (...args) => {
    if (spent > most) throw new Error("too complex to follow: its steps take too many operations");
    const before = effort.spent;
    const { until } = effort;
    effort.until = Math.min(until, before + most - spent);
    try {
      return f(...args);
    } finally {
      spent += effort.spent - before;
      effort.until = until;
    }
  };
}
