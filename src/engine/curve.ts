/**
 * A learning-rate curve: a pure function of t, the number of completed scheduler steps (an integer, from 0).
 *
 * Contract that drawing, facts and search rely on: a *break* is the first integer t that a new rule governs (a milestone,
 * a staircase edge, a restart, a phase's first step, a local extreme). On the integers of [b_k, b_{k+1}) the curve is
 * smooth and monotone, so its extremes there are its two end values.
 */
export interface Curve {
  /** The rate in force for the update that follows t completed steps, in float64. NaN only where the library gives NaN. */
  readonly at: (t: number) => number;
  /** The smallest break > t; Infinity when there is none. O(1) or O(log n); a recursive curve may step once to answer. */
  readonly nextBreak: (t: number) => number;
  /** Consecutive phases from t = 0; the last one may end at Infinity. Empty when the curve has no named phases. */
  readonly phases: readonly Phase[];
  /** Set for a curve known only by stepping: as many steps as may be walked to draw it or to find its facts.
   * A recursive curve is NaN past them. */
  readonly walk?: number | undefined;
  /** Where the library raises: no rate exists from `at` on. `at: 0` when its constructor raises. */
  readonly end?: CurveEnd;
}

export type PhaseKind = "warmup" | "hold" | "decay" | "cooldown" | "cycle" | "constant";

/** Half-open: from <= t < to, in scheduler steps. */
export interface Phase {
  readonly kind: PhaseKind;
  readonly from: number;
  readonly to: number;
}

export interface CurveEnd {
  readonly at: number;
  /** The library's own complaint, in words, such as "ValueError: Tried to step 102 times. The specified number of total steps is 100". */
  readonly because: string;
}

/** Something that happened to a metric-driven rate: "no improvement for 11 epochs: 0.1 → 0.01". */
export interface CurveEvent {
  readonly at: number;
  readonly because: string;
}
