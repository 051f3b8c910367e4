/** 2^21 numbers: 16 MB. */
const kept = 2 ** 21;
/** They are kept in pieces, so that none is ever copied. */
const piece = 2 ** 14;

/**
 * A value that each step makes from the one before: v(0) = first, v(t) = next(v(t − 1), t). Stepped once as far as asked and
 * kept; past 2^21 steps `beyond` answers (a closed form, within rounding), for nobody waits for a billion steps.
 */
export function recursive(
  first: number,
  next: (previous: number, t: number) => number,
  beyond: (t: number) => number = () => NaN,
): (t: number) => number {
  const pieces: Float64Array[] = [];
  let known = 0;
  let last = first;
  return (t) => {
    if (t >= kept) return beyond(t);
    for (; known <= t; known++) {
      if (known > 0) last = next(last, known);
      // A short run takes a short piece.
      const inside = known & (piece - 1);
      const all = (pieces[known >> 14] ??= new Float64Array(64));
      if (inside >= all.length) (pieces[known >> 14] = new Float64Array(Math.min(piece, 4 * all.length))).set(all);
      pieces[known >> 14]![inside] = last;
    }
    const at = Math.max(0, t);
    return pieces[at >> 14]![at & (piece - 1)]!;
  };
}
