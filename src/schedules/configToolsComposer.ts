import { decay, hold, lagging, segments, warmup } from "../engine/segments.js";
import { scale } from "../engine/shapes.js";
import { batches, convert, parseTime, runOf } from "./composerTime.js";
import { factor, word } from "./define.js";
import { library } from "./library.js";

/** A Composer scheduler of a project's own, in its YAML files. */
export const configToolsComposer = [
  library({ homes: ["composer:"], source: "AnswerDotAI/ModernBERT, src/scheduler.py" })({
    name: "warmup_stable_decay",
    needs: ["initial_lr", "max_duration", "steps_per_epoch"],
    params: {
      t_warmup: word("length of the warm-up (a time: 10ep, 100ba, 0.1dur)"),
      t_decay: word("length of the linear end", { default: "0.1dur" }),
      t_max: word("end of the schedule", { default: "1dur" }),
      alpha_f: factor("factor that the line aims at", { default: 0.1 }),
    },
    formula: "lr · t / t_warmup from 1e-10, lr, then linearly to lr · alpha_f over t_decay",
    quirks: ["The trainer steps before its clock moves on, so every value comes one batch late."],
    rule(a, context) {
      const run = runOf(context, 1);
      const batchesOf = (time: string) => batches(convert(parseTime(time), run));
      const [W, D, T] = [batchesOf(a.t_warmup), batchesOf(a.t_decay), batchesOf(a.t_max)];
      const rise = warmup(W, (b) => 1e-10 + (1 - 1e-10) * Math.min(1, b / W));
      const fall = decay(Infinity, (b) => Math.max(0, 1 - ((b - (T - D)) / D) * (1 - a.alpha_f)));
      return scale(lagging(segments(rise, hold(T - D, 1), fall)), context.initial_lr);
    },
  }),
];
