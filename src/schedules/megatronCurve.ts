import type { Curve } from "../engine/curve.js";
import { assert, divide } from "../engine/python.js";
import { cooldown, decay, halfCosine, hold, segments, warmup, type Segment } from "../engine/segments.js";
import { raise } from "./torchRules.js";

export const styles = ["constant", "linear", "cosine", "inverse-square-root", "WSD"];
export const wsdStyles = ["linear", "cosine", "exponential", "minus_sqrt"];

/** OptimizerParamScheduler's arguments; lengths in what its counter counts. */
export interface Megatron {
  readonly init_lr: number;
  readonly max_lr: number;
  readonly min_lr: number;
  readonly warm: number;
  readonly decay: number;
  readonly style: string;
  readonly wsdSteps: number | null;
  readonly wsdStyle: string | null;
}

/** Warm-up, the style's decay to min_lr, min_lr; `each` is what the counter n moves by per optimizer step. */
export function megatronCurve(a: Megatron, each: number): Curve {
  const { init_lr, max_lr, min_lr, warm, decay: end } = a;
  const ordered = min_lr >= 0 && max_lr >= min_lr && init_lr <= max_lr;
  assert(ordered && end > 0 && warm < end && (a.style !== "WSD" || a.wsdSteps !== null));
  const counted = (f: (n: number) => number) => (t: number) => f(t * each);
  const after = (n: number) => Math.floor(n / each) + 1;
  const climb = counted((n) => init_lr + ((max_lr - init_lr) * n) / warm);
  const rise = warmup(warm > 0 ? after(warm) : 0, climb);
  if (a.style === "constant") return segments(rise, hold(Infinity, max_lr));
  const middle: Segment[] = [];
  let fall = (n: number) => min_lr + leftOf(a, n) * (max_lr - min_lr);
  if (a.style === "inverse-square-root")
    fall = (n) => Math.max(min_lr, (max_lr * Math.max(warm, 1) ** 0.5) / Math.max(n, 1) ** 0.5);
  if (a.style === "WSD") middle.push(hold(after(end - a.wsdSteps!), max_lr));
  return segments(rise, ...middle, decay(after(end), counted(fall)), cooldown(Infinity, min_lr));
}

/** What remains of max − min at the count n. */
function leftOf({ warm, decay: end, style, wsdSteps, wsdStyle }: Megatron, n: number): number {
  const share = (n - warm) / (end - warm);
  if (style === "linear") return 1 - share;
  if (style === "cosine") return halfCosine(share);
  if (style === "WSD") return wsdLeft(wsdStyle, divide(n - (end - wsdSteps!), wsdSteps!));
  return raise(`Exception: ${style} decay style is not supported.`);
}

/** What remains at the share p of the WSD decay. */
function wsdLeft(style: string | null, p: number): number {
  if (style === "linear") return 1 - p;
  if (style === "cosine") return halfCosine(p);
  if (style === "exponential") return 2 * 0.5 ** p - 1;
  return style === "minus_sqrt" ? 1 - Math.sqrt(p) : raise("AssertionError");
}
