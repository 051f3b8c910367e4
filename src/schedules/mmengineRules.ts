import type { Curve, Phase, PhaseKind } from "../engine/curve.js";
import { cosineStep } from "../engine/cosine.js";
import { byCosine, byLine } from "../engine/oneCycle.js";
import { assert, divide, modulo, power } from "../engine/python.js";
import { firstAbove } from "../engine/shapes.js";
import { stepwise } from "../engine/stepwise.js";
import type { Context } from "./define.js";
import { refuse } from "./refuse.js";

/** One scheduler of mmengine: on its active steps (begin ≤ step < end) it makes the group's value from the value before. */
export interface Rule {
  readonly kind: PhaseKind;
  /** The value at its s-th active step, from 0; `base` is group["initial_lr"] when it was built. */
  readonly next: (value: number, s: number, base: number) => number;
  /** What it writes into group["initial_lr"] when it is built. */
  readonly initial?: number;
  /** The active step at which it raises, where that is known beforehand. */
  readonly raises?: { readonly at: number; readonly because: string };
  /** Active steps at which another rule of its own begins. */
  readonly edges?: readonly number[];
}

export interface Active extends Rule {
  readonly begin: number;
  readonly end: number;
  readonly byEpoch: boolean;
}

export const INF = 1e9;
/** `begin` and `end` are checked by every scheduler's constructor. */
export function active(rule: Rule, begin: number, end: number, byEpoch: boolean): Active {
  refuse(end <= begin, `ValueError: end should be larger than begin, but got begin=${begin}, end=${end}`);
  return { ...rule, begin, end, byEpoch };
}

/** ConstantParamScheduler: × factor at the first active step, ÷ factor at the last one. */
export function constantRule(factor: number, total: number): Rule {
  refuse(factor > 1 || factor < 0, "ValueError: Constant multiplicative factor should between 0 and 1.");
  const next = (v: number, s: number) => (s === 0 ? v * factor : s === total ? v * divide(1, factor) : v);
  return { kind: "warmup", next, edges: [total] };
}

/** LinearParamScheduler: start_factor at the first active step, end_factor at the last one. */
export function linearRule(start: number, end: number, total: number): Rule {
  refuse(start > 1 || start < 0, "ValueError: Starting multiplicative factor should between 0 and 1.");
  refuse(end > 1 || end < 0, "ValueError: Ending multiplicative factor should between 0 and 1.");
  const next = (v: number, s: number) =>
    s === 0 ? v * start : v * (1 + divide(end - start, total * start + (s - 1) * (end - start)));
  return { kind: end < start ? "decay" : "warmup", next };
}

export function stepRule(size: number, gamma: number): Rule {
  return { kind: "decay", next: (v, s) => (s === 0 || modulo(s, size) !== 0 ? v : v * gamma) };
}

export function multiStepRule(milestones: readonly number[], gamma: number): Rule {
  const count = new Map<number, number>();
  for (const m of milestones) count.set(m, (count.get(m) ?? 0) + 1);
  return { kind: "decay", next: (v, s) => (count.has(s) ? v * power(gamma, count.get(s)!) : v) };
}

export function exponentialRule(gamma: number): Rule {
  return { kind: "decay", next: (v, s) => (s === 0 ? v : v * gamma) };
}

/** CosineAnnealingParamScheduler: PyTorch's recursion, with its own branch one step after each turn. */
export function cosineRule(length: number, low: Low): Rule {
  const next = (v: number, s: number, base: number) =>
    s === 0 ? v : cosineStep(v, s, { base, low: low(base), length });
  return { kind: "decay", next };
}

export function polyRule(eta: number, exponent: number, total: number): Rule {
  const next = (v: number, s: number) =>
    s === 0 ? v : (v - eta) * power(1 - divide(1, total - s + 1), exponent) + eta;
  return { kind: "decay", next };
}

/** mmdet's warm-up: the square of the share of the warm-up, from the first step on. */
export function quadraticRule(total: number): Rule {
  const finite = "``end`` must be less than infinity,Please set ``end`` parameter of ``QuadraticWarmupScheduler``";
  refuse(total >= INF, `ValueError: ${finite} as the number of warmup end.`);
  const part = (s: number, base: number) => (base * (2 * s + 1)) / total ** 2;
  return { kind: "warmup", next: (v, s, base) => (s === 0 ? part(s, base) : v + part(s, base)) };
}

type Stretch = readonly [end: number, from: number, to: number];
export interface OneCycle {
  readonly eta_max: number;
  readonly pct_start: number;
  readonly anneal_strategy: string;
  readonly div_factor: number;
  readonly final_div_factor: number;
  readonly three_phase: boolean;
}
export function oneCycleRule(a: OneCycle, total: number): Rule {
  const { eta_max: max, pct_start: pct, anneal_strategy: strategy } = a;
  refuse(!(total > 0), `ValueError: Expected positive integer total_steps, but got ${total}`);
  refuse(!(pct >= 0 && pct <= 1), `ValueError: Expected float between 0 and 1 pct_start, but got ${pct}`);
  const unknown = strategy !== "cos" && strategy !== "linear";
  refuse(unknown, `ValueError: anneal_strategy must by one of "cos" or "linear", instead got ${strategy}`);
  const first = divide(max, a.div_factor);
  const last = divide(first, a.final_div_factor);
  const ease = strategy === "cos" ? byCosine : byLine;
  const rise: Stretch = [pct * total - 1, first, max];
  const phases: readonly Stretch[] = a.three_phase
    ? [rise, [2 * pct * total - 2, max, first], [total - 1, first, last]]
    : [rise, [total - 1, max, last]];
  const because = `ValueError: Tried to step ${total + 2} times. The specified number of total steps is ${total}`;
  const next = (_: number, s: number) => {
    refuse(s > total, because);
    const found = phases.findIndex(([end]) => s <= end);
    const i = found < 0 ? phases.length - 1 : found;
    const [end, from, to] = phases[i]!;
    const start = i === 0 ? 0 : phases[i - 1]![0];
    return ease(from, to, divide(s - start, end - start));
  };
  const edges = phases.slice(0, -1).map(([end]) => Math.floor(end) + 1);
  return { kind: "cycle", next, initial: first, edges, raises: { at: total + 1, because } };
}

type Low = (base: number) => number;
export function cosineRestartRule(periods: readonly number[], weights: readonly number[], low: Low): Rule {
  assert(periods.length === weights.length, "periods and restart_weights should have the same length.");
  const ends = periods.map((_, i) => periods.slice(0, i + 1).reduce((a, b) => a + b, 0));
  const next = (v: number, s: number, base: number) => {
    const i = ends.findIndex((end) => s < end);
    if (i < 0) return v;
    const [length, k, eta] = [periods[i]!, s - (ends[i - 1] ?? 0), low(base)];
    if (k === 0) return base * weights[i]!;
    const cos = (x: number) => 1 + Math.cos((Math.PI * x) / length);
    return divide(cos(k), cos(k - 1)) * (v - eta) + eta;
  };
  return { kind: "cycle", next, edges: ends };
}

export type Lowest = Readonly<Record<"eta_min" | "eta_min_ratio", number | null>>;
/** eta_min or eta_min_ratio of the base. `needed`: neither is refused; otherwise neither means 0. */
export function lowest({ eta_min: eta, eta_min_ratio: share }: Lowest, needed: boolean): Low {
  const message = needed ? "" : "Either `eta_min` or `eta_min_ratio should be specified";
  assert(eta === null || share === null, message);
  if (needed) assert(eta !== null || share !== null, message);
  return share === null ? () => eta ?? 0 : (base) => base * share;
}

/**
 * The value that a list of schedulers makes together: each constructor acts in list order at t = 0; then every iteration those
 * that count iterations, and after each epoch those that count epochs. With `epochLength` 0 there is one clock for all.
 */
export function combined(
  rules: readonly Active[],
  value: number,
  epochLength: number,
  context: Partial<Context>,
): Curve {
  let initial = value;
  const scale = (rule: Active) => (rule.byEpoch && epochLength > 0 ? epochLength : 1);
  const all = rules.map((rule) => {
    const base = (initial = rule.initial ?? initial);
    return { rule, base, from: Math.ceil(rule.begin) * scale(rule), to: Math.ceil(rule.end) * scale(rule) };
  });
  const edges = rules.flatMap((r) =>
    [r.begin, r.end, ...(r.edges ?? []).map((e) => e + r.begin)].map((e) => Math.ceil(e) * scale(r)),
  );
  const cuts = [...new Set(edges)].filter((e) => e > 0 && e < INF).sort((a, b) => a - b);
  // Between two cuts the same ones act.
  let [acting, since, until] = [all, 1, 0];
  const act = (v: number, t: number, due: (rule: Active) => boolean) => {
    if (t < since || t >= until) {
      acting = all.filter(({ from, to }) => from <= t && t < to);
      [since, until] = [t, firstAbove(cuts, t)];
    }
    return acting.reduce((now, { rule, base, from }) => {
      if (!due(rule)) return now;
      return rule.next(now, (t - from) / scale(rule), base);
    }, v);
  };
  const first = act(value, 0, () => true);
  const next = (v: number, t: number) => {
    if (epochLength === 0) return act(v, t, () => true);
    const stepped = act(v, t, (rule) => !rule.byEpoch);
    return t % epochLength === 0 ? act(stepped, t, (rule) => rule.byEpoch) : stepped;
  };
  // Other failures show in the first steps; this one is known beforehand.
  const known = rules
    .flatMap((r) =>
      r.raises && r.begin + r.raises.at < r.end ? [{ ...r.raises, at: (r.begin + r.raises.at) * scale(r) }] : [],
    )
    .sort((a, b) => a.at - b.at)[0];
  const horizon = Math.min(context.total_steps || 0, 1e5) + 2;
  const c = stepwise(first, next, { phases: phasesOf(rules, cuts, scale), horizon });
  return {
    at: c.at,
    nextBreak: (t) => Math.min(c.nextBreak(t), firstAbove(cuts, t)),
    phases: c.phases,
    get walk() {
      return c.walk;
    },
    get end() {
      const found = c.end;
      return known && !(found && found.at <= known.at) ? known : found;
    },
  } as Curve;
}

/** A warm-up counts before what runs beneath it; where nothing acts the value is constant. */
function phasesOf(rules: readonly Active[], cuts: readonly number[], scale: (rule: Active) => number): Phase[] {
  const found: Phase[] = [];
  [0, ...cuts].forEach((from, i) => {
    const to = cuts[i] ?? Infinity;
    const acting = rules.filter((r) => r.begin * scale(r) <= from && r.end * scale(r) > from);
    const kind = acting.some((r) => r.kind === "warmup") ? "warmup" : (acting.at(-1)?.kind ?? "constant");
    const before = found.at(-1);
    if (before?.kind === kind) found[found.length - 1] = { kind, from: before.from, to };
    else found.push({ kind, from, to });
  });
  return found;
}
