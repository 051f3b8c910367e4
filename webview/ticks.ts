/** Powers of ten from one end to the other, thinned to at most seven; 1–2–5 steps when the range is narrow. */
export function decades(from: number, to: number): number[] {
  const low = Math.ceil(Math.log10(from) - 1e-9);
  const high = Math.floor(Math.log10(to) + 1e-9);
  const power = (k: number, m = 1) => Number(`${m}e${k}`);
  if (high - low >= 2) {
    const every = Math.ceil((high - low + 1) / 7);
    return Array.from({ length: high - low + 1 }, (_, i) => low + i)
      .filter((k) => (high - k) % every === 0)
      .map((k) => power(k));
  }
  return Array.from({ length: high - low + 3 }, (_, i) => low - 1 + i)
    .flatMap((k) => [1, 2, 5].map((m) => power(k, m)))
    .filter((v) => v >= from * (1 - 1e-9) && v <= to * (1 + 1e-9));
}
