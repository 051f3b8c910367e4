/** What the curves of one file may take in all: up to a second. */
const most = 7_000_000;

/**
 * Operations made so far by whatever interprets rates, how many may be made before the curve that is asked for has had its
 * share, and how large the share of a curve made now is. Read as a difference only, so that no result hangs on the clock.
 */
export const effort = { spent: 0, until: Infinity, share: most };

/** Makes curves one after the other within what one file may take. What one leaves is for the next; each but the last has three fifths of what is left. */
export function shared<T, R>(items: readonly T[], make: (item: T) => R): R[] {
  const { share } = effort;
  let left = share;
  return items.map((item, i) => {
    const before = effort.spent;
    effort.share = Math.max(i + 1 < items.length ? 0.6 * left : left, share / 100);
    try {
      return make(item);
    } finally {
      effort.share = share;
      left -= effort.spent - before;
    }
  });
}

/** Does something with no more than so many operations: then what interprets rates throws. */
export function within<R>(operations: number, make: () => R): R {
  const { until } = effort;
  effort.until = Math.min(until, effort.spent + operations);
  try {
    return make();
  } finally {
    effort.until = until;
  }
}

/** A function whose calls may together take the share of one curve: then it throws where it would take more. */
export class Metered<A extends readonly unknown[]> {
  private spent = 0;
  private calls = 0;
  private limit = effort.share;
  private mostOfOne = Infinity;

  constructor(private readonly f: (...args: A) => number) {}

  /** What is left, of 1. */
  get left(): number {
    return 1 - this.spent / this.limit;
  }

  /** Whether this call takes about what the others did, and not what all between would have taken, nor nothing because it was made before. */
  isAlone(...args: A): boolean {
    const before = this.spent;
    try {
      this.call(...args);
    } catch {
      return false;
    }
    return this.spent > before && this.spent - before < (4 * this.spent) / this.calls;
  }

  /** Lets calls go on that are few at a time and take no more than some twenty of those before. */
  extend(): void {
    this.mostOfOne = (20 * this.spent) / this.calls;
    this.limit = 10 * most;
  }

  call(...args: A): number {
    const left = Math.min(this.limit - this.spent, this.mostOfOne);
    const before = effort.spent;
    try {
      return within(left, () => this.f(...args));
    } finally {
      this.calls++;
      this.spent += effort.spent - before;
    }
  }
}
