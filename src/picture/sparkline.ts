const bars = "▁▂▃▄▅▆▇█";

/** The curve in `values.length` block characters, for places where no image shows. Gaps where there is no rate. */
export function sparkline(values: ArrayLike<number>): string {
  let [low, high] = [0, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const level = (value: number) => Math.round(((value - low) / (high - low || 1)) * (bars.length - 1));
  return Array.from({ length: values.length }, (_, i) =>
    Number.isFinite(values[i]!) ? bars[level(values[i]!)]! : " ",
  ).join("");
}
