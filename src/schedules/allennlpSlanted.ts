import type { Curve } from "../engine/curve.js";
import { divide, int } from "../engine/python.js";
import { cooldown, decay, segments, warmup } from "../engine/segments.js";
import { firstAbove } from "../engine/shapes.js";
import { epochsOf, length, scheduler } from "./allennlpCommon.js";
import { factor, flag, ratio, steps, type Compiled, type Context } from "./define.js";

const unfreezing = "train one more layer every epoch, a triangle for each";
export const slanted = scheduler("slanted_triangular.SlantedTriangular", {
  params: {
    num_epochs: length.num_epochs,
    num_steps_per_epoch: steps("batches of an epoch, only for the first one", { default: null }),
    cut_frac: ratio("rising share", { default: 0.1 }),
    ratio: factor("peak / lowest rate", { default: 32 }),
    last_epoch: -1,
    gradual_unfreezing: flag(unfreezing, { default: false }),
    discriminative_fine_tuning: flag("lower layers get lower rates", { default: false }),
    decay_factor: factor("factor from a layer to the one beneath", { default: 0.38 }),
  },
  formula: "lr · (1 + p · (ratio − 1)) / ratio: p rises over cut_frac of the run, then falls to 0",
  quirks: [
    "After the first epoch its real number of batches replaces num_steps_per_epoch, so the curve may bend there.",
    "Without num_steps_per_epoch the first epoch's total grows with every batch.",
  ],
  compile: (a, context) => layered({ ...a, num_epochs: epochsOf(a.num_epochs, context) }, context),
});

interface Layers extends Pick<Slanted, "num_epochs" | "cut_frac" | "ratio"> {
  readonly num_steps_per_epoch: number | null;
  readonly gradual_unfreezing: boolean;
  readonly discriminative_fine_tuning: boolean;
  readonly decay_factor: number;
}
/** One curve for each of the optimizer's groups, which are layers when they are unfrozen or fine-tuned one by one. */
function layered(a: Layers, context: Context): Compiled {
  const bpe = Math.max(1, context.steps_per_epoch || 1);
  const rates = context.group_lrs ?? [];
  const byLayer = a.discriminative_fine_tuning;
  // Unfreezing needs groups, the last of them empty: two layers when the file does not show more.
  const G = Math.max(rates.length, a.gradual_unfreezing || byLayer ? 3 : 1);
  const rule = { ...a, hint: a.num_steps_per_epoch, frozen: a.gradual_unfreezing ? G - 2 : 0 };
  const share = (i: number) => (byLayer && i < G - 1 ? a.decay_factor ** (G - 2 - i) : 1);
  const curveOf = (i: number) => triangles(rule, bpe, (rates[i] ?? context.initial_lr) * share(i));
  const [lr, ...groups] = Array.from({ length: G }, (_, i) => curveOf(i));
  return { lr: lr!, ...(groups.length > 0 && { groups }) };
}

export interface Slanted {
  readonly num_epochs: number;
  readonly hint: number | null;
  readonly cut_frac: number;
  readonly ratio: number;
  /** Epochs in which layers are still frozen; 0 without gradual unfreezing. */
  readonly frozen: number;
}
/** SlantedTriangular after n batches. `ends`: the batch counts at which its epochs ended, the first 0. */
export function slantedAt(base: number, a: Slanted, n: number, ends: readonly number[]): number {
  const actual = ends.length > 1 ? int(ends.at(-1)! / (ends.length - 1)) : Math.max(a.hint || 1, n);
  const freezing = ends.length <= a.frozen;
  const offset = freezing ? ends.at(-1)! : (ends[a.frozen] ?? 0);
  const all = freezing ? actual : a.num_epochs * actual - offset;
  const step = Math.min(n - offset, all);
  const cut = int(all * a.cut_frac);
  const p = step < cut ? step / cut : 1 - divide(step - cut, all - cut);
  return (base * (1 + p * (a.ratio - 1))) / a.ratio;
}

/** The triangle, or one for each epoch in which layers are still frozen and a last one; `bpe` batches make an epoch. */
function triangles(rule: Slanted, bpe: number, base: number): Curve {
  const ends = (e: number) => Array.from({ length: e + 1 }, (_, i) => i * bpe);
  // Past the frozen epochs only the number of ended epochs counts, which their spacing gives.
  const endsAt = (t: number) => ends(Math.min(Math.floor(t / bpe), Math.max(1, rule.frozen)));
  const at = (t: number) => slantedAt(base, rule, t + 1, endsAt(t));
  const first = Math.max(rule.hint || 1, 1);
  const begins = [0, ...Array.from({ length: rule.frozen + 1 }, (_, e) => (e + 1) * bpe)];
  const kinks = begins.flatMap((from, e) => kinksFrom(rule, e === 0 ? first : bpe, from, e, ends(e)));
  const edges = [...new Set(kinks)].filter((k) => k > 0).sort((x, y) => x - y);
  // A first epoch longer than it was said to be stretches the triangle with every further batch.
  const jagged = (t: number) => (t < bpe && first < bpe ? Math.max(t + 1, first - 1) : Infinity);
  const next = (t: number) => Math.min(jagged(t), firstAbove(edges, t));
  const total = rule.num_epochs * bpe;
  const top = int(total * rule.cut_frac) - 1;
  // One segment from kink to kink: the division by the falling part's length fails at one of them, if at all.
  const parts = [...edges.filter((k) => k !== top && k !== total), top, total].sort((x, y) => x - y);
  const kinds = (k: number) => (k <= top ? warmup : k <= total ? decay : cooldown);
  return segments(...parts.map((k) => kinds(k)(k, at, next)), cooldown(Infinity, at, next));
}

/** Steps at which the triangle of epoch e (counted from `from`) starts, turns and ends. */
function kinksFrom(a: Slanted, actual: number, from: number, e: number, ends: readonly number[]): number[] {
  const freezing = e < a.frozen;
  const offset = freezing ? ends.at(-1)! : a.frozen * (ends[1] ?? 0);
  const all = freezing ? actual : a.num_epochs * actual - offset;
  return [from, offset + int(all * a.cut_frac) - 1, offset + all - 1];
}
