import { curve } from "../engine/shapes.js";
import type { Curve } from "../engine/curve.js";
import { anything, epochs, factor, handle, lr, ratio, type Context, type Value } from "./define.js";
import { batchesOf } from "./fastaiFit.js";
import { library } from "./library.js";
import { numberOf } from "./nested.js";

const schedule = library({
  homes: (name) => [`fastai.train.${name}`, `fastai.basic_train.Learner.${name}`],
  source: "fastai 1.0.61, fastai/train.py and fastai/callbacks/one_cycle.py",
  needs: ["steps_per_epoch"],
});

interface OneCycle extends Readonly<Record<"cyc_len" | "max_lr" | "div_factor" | "pct_start", number>> {
  readonly final_div: number | null;
  readonly moms: Value;
}

/** The first version's `learn.fit_one_cycle(cyc_len, max_lr)`: two half cosines over whole batches. */
function oneCycle(a: OneCycle, { steps_per_epoch }: Context) {
  const total = batchesOf(steps_per_epoch) * a.cyc_len;
  const rise = Math.max(1, Math.trunc(total * a.pct_start));
  const fall = Math.max(1, total - Math.trunc(total * a.pct_start));
  const [m1 = 0.95, m2 = 0.85] = Array.isArray(a.moms) ? a.moms.map(numberOf) : [];
  const along = (low: number, top: number, end: number): Curve =>
    curve(
      (t) => (t < 1 ? low : t <= rise ? cosine(low, top, t / rise) : cosine(top, end, Math.min(1, (t - rise) / fall))),
      (t) => [rise, rise + fall].find((edge) => edge > t) ?? Infinity,
      [
        { kind: "warmup", from: 0, to: rise },
        { kind: "decay", from: rise, to: rise + fall },
      ],
    );
  const { max_lr: top, div_factor } = a;
  return {
    lr: along(top / div_factor, top, top / (a.final_div ?? div_factor * 1e4)),
    momentum: along(m1, m2, m1),
  };
}

const cosine = (start: number, end: number, share: number) =>
  end + ((start - end) / 2) * (Math.cos(Math.PI * share) + 1);

export const fastai1 = [
  schedule({
    name: "fit_one_cycle",
    params: {
      cyc_len: epochs("epochs of the run", { min: 1 }),
      max_lr: lr("the highest rate", { default: 0.003 }),
      moms: anything("momentum at the ends and in the middle", { default: [0.95, 0.85] }),
      div_factor: factor("highest rate / first rate", { default: 25 }),
      pct_start: ratio("share of the run that rises", { default: 0.3 }),
      final_div: factor("highest rate / last rate; None: 10,000 div_factor", { default: null }),
      wd: handle("weight decay"),
      callbacks: handle("not part of the rate"),
      tot_epochs: handle("not part of the rate"),
      start_epoch: handle("not part of the rate"),
    },
    formula: "half cosines: max_lr / div_factor → max_lr over pct_start of the run → max_lr / final_div over the rest",
    quirks: ["The last rate is max_lr / (10,000 div_factor). Shown is the rate of the last layer group."],
    rule: oneCycle,
  }),
];
