/** 2^21 numbers: 16 MB. */
const kept = 2 ** 21;

/**
 * A value that each step makes from the one before: v(0) = first, v(t) = next(v(t − 1), t). Stepped once as far as asked and
 * kept; past 2^21 steps `beyond` answers (a closed form, within rounding), for nobody waits for a billion steps.
 */
export function recursive(
  first: number,
  next: (previous: number, t: number) => number,
  beyond: (t: number) => number = () => NaN,
): (t: number) => number {
  let values = new Float64Array(64);
  values[0] = first;
  let known = 1;
  return (t) => {
    if (t >= kept) return beyond(t);
    if (t >= values.length) {
      const larger = new Float64Array(Math.min(kept, 2 ** Math.ceil(Math.log2(t + 1))));
      larger.set(values.subarray(0, known));
      values = larger;
    }
    for (; known <= t; known++) values[known] = next(values[known - 1]!, known);
    return values[Math.max(0, t)]!;
  };
}
