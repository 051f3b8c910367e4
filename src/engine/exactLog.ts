/**
 * The natural logarithm, rounded as C libraries round it. V8's Math.log is off by a unit in the last place for some arguments
 * (log 3), which moves the floor of log(x) / log(base) where the quotient is whole: the edge of a cycle. Computed in pairs of
 * doubles (T. J. Dekker 1971): log(2^e · m) = e · log 2 + 2 · artanh((m - 1) / (m + 1)).
 */
export function exactLog(x: number): number {
  if (!(x > 0) || !Number.isFinite(x)) return Math.log(x);
  let e = Math.floor(Math.log2(x));
  let m = x / 2 ** e;
  if (!(m > 0) || !Number.isFinite(m)) return Math.log(x);
  if (m > Math.SQRT2) [m, e] = [m / 2, e + 1];
  const s = divided(sum(m, -1), sum(m, 1));
  const square = times(s, s);
  let term = s;
  let total = s;
  for (let k = 3; k < 50; k += 2) {
    term = times(term, square);
    total = plus(total, divided(term, [k, 0]));
  }
  const [high, low] = plus([2 * total[0], 2 * total[1]], times([e, 0], ln2));
  return high + low;
}

type Pair = readonly [high: number, low: number];
const ln2: Pair = [0.6931471805599453, 2.3190468138462996e-17];

function sum(a: number, b: number): Pair {
  const s = a + b;
  const part = s - a;
  return [s, a - (s - part) + (b - part)];
}

function product(a: number, b: number): Pair {
  const halves = (x: number) => {
    const c = 134217729 * x;
    const high = c - (c - x);
    return [high, x - high] as const;
  };
  const [[a1, a0], [b1, b0]] = [halves(a), halves(b)];
  const p = a * b;
  return [p, a1 * b1 - p + a1 * b0 + a0 * b1 + a0 * b0];
}

function plus(a: Pair, b: Pair): Pair {
  const [s, e] = sum(a[0], b[0]);
  return sum(s, e + a[1] + b[1]);
}

function times(a: Pair, b: Pair): Pair {
  const [p, e] = product(a[0], b[0]);
  return sum(p, e + a[0] * b[1] + a[1] * b[0]);
}

function divided(a: Pair, b: Pair): Pair {
  const q = a[0] / b[0];
  const [p, e] = product(q, b[0]);
  const rest = a[0] - p - e + a[1] - q * b[1];
  return sum(q, rest / b[0]);
}
