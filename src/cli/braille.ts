/**
 * A curve in braille dots, two columns and four rows a character. `min` and `max` are per dot column (twice the characters'
 * width); NaN leaves a gap. Returns one string per row of characters, top first.
 */
export function brailleRows(
  min: ArrayLike<number>,
  max: ArrayLike<number>,
  rows: number,
  low: number,
  high: number,
): string[] {
  const columns = Math.ceil(min.length / 2);
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns));
  const dots = rows * 4 - 1;
  const level = (value: number) =>
    Math.round(((Math.min(Math.max(value, low), high) - low) / (high - low || 1)) * dots);
  let last: number | undefined;
  for (let x = 0; x < min.length; x++) {
    if (!Number.isFinite(min[x]!) || !Number.isFinite(max[x]!)) {
      last = undefined;
      continue;
    }
    let [from, to] = [level(min[x]!), level(max[x]!)];
    const middle = (from + to) >> 1;
    // Joined to the column before, so that a jump is a line and not a gap.
    if (last !== undefined)
      [from, to] = [Math.min(from, last < from ? last + 1 : last), Math.max(to, last > to ? last - 1 : last)];
    for (let y = Math.min(from, to); y <= Math.max(from, to); y++)
      cells[rows - 1 - (y >> 2)]![x >> 1]! |= bit(x & 1, 3 - (y & 3));
    last = middle;
  }
  return cells.map((row) => String.fromCharCode(...Array.from(row, (dots) => 0x2800 + dots)));
}

/** Unicode's numbering of the eight dots. */
function bit(column: number, row: number): number {
  return row === 3 ? (column ? 0x80 : 0x40) : 1 << (row + column * 3);
}
