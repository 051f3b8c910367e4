import { power as pow } from "../engine/python.js";
import { changes } from "../engine/search.js";
import { halfCosine } from "../engine/segments.js";
import { earliest } from "../engine/shapes.js";
import { isRateFunction } from "./compile.js";
import { anything, lr, power, ratio, steps, word, type RateFunction, type Value } from "./define.js";
import { refuse } from "./refuse.js";
import { timmSchedule, type Formula } from "./timmRules.js";

const stableForms = ["constant", "rsqrt", "power"];
export const decayForms = ["linear", "1-sqrt", "cosine", "power", "exp"];
const positive = { min: 0, above: true };
const timescale = "time scale of rsqrt and power; warmup_t when None";

export const wsdLRScheduler = timmSchedule("wsd_lr.WSDLRScheduler", {
  params: {
    t_initial: steps("steps after the warm-up: stable and decay", positive),
    decay_t: steps("steps of decay at the end of them", positive),
    lr_min: lr("lowest rate", { default: 0, min: 0 }),
    stable_fn: word("form of the stable stretch", { default: "constant", choices: stableForms }),
    stable_timescale: steps(timescale, { default: null, ...positive }),
    stable_power: power("power of stable_fn='power'", { default: 0.5, ...positive }),
    decay_fn: anything("form of the decay, or a function of its progress", { default: "1-sqrt", choices: decayForms }),
    decay_power: power("power of decay_fn='power'", { default: 0.5, ...positive }),
    decay_ratio: ratio("last factor of decay_fn='exp'", { default: 0.1, max: 1, ...positive }),
  },
  formula: "warm-up, then stable for t_initial - decay_t, then lr_min + (lr - lr_min) · decay(p)",
  quirks: ["The warm-up always comes before t_initial, in addition to it."],
  rule: (a, base) => stableThenDecay(a, timescaleOf(a), base),
});

interface Wsd {
  readonly t_initial: number;
  readonly decay_t: number;
  readonly lr_min: number;
  readonly stable_fn: string;
  readonly stable_timescale: number | null;
  readonly stable_power: number;
  readonly decay_fn: Value;
  readonly decay_power: number;
  readonly decay_ratio: number;
  readonly warmup_t: number;
}

function stableThenDecay(a: Wsd, scale: number, base: number): Formula {
  const exponent = a.stable_fn === "rsqrt" ? 0.5 : a.stable_power;
  const slow = (t: number) => (a.stable_fn === "constant" ? base : base * pow(1 + t / scale, -exponent));
  const stable = (t: number) => Math.max(slow(t), a.lr_min);
  const from = a.t_initial - a.decay_t;
  const fall = decayOf(a.decay_fn, a.decay_power, a.decay_ratio);
  const decayed = (t: number) => a.lr_min + (stable(t) - a.lr_min) * fall(Math.min((t - from) / a.decay_t, 1));
  const part = changes((t) => (t > from ? (t >= a.t_initial ? 2 : 1) : 0));
  const floor = changes((t) => stable(t) <= a.lr_min);
  return { lr: (t) => (t <= from ? stable(t) : decayed(t)), breaks: earliest(part, floor) };
}

/** Refuses what the constructor refuses; the time scale of the stable stretch. */
function timescaleOf(a: Wsd): number {
  const must = (name: keyof Wsd, holds: boolean, be: string) =>
    refuse(!holds, `ValueError: Invalid ${name} (${a[name] as string}), must be ${be}.`);
  must("t_initial", !(a.t_initial <= 0), "> 0");
  must("decay_t", 0 < a.decay_t && a.decay_t <= a.t_initial, `in (0, t_initial] w/ t_initial=${a.t_initial}`);
  must("lr_min", !(a.lr_min < 0), ">= 0");
  must("stable_fn", stableForms.includes(a.stable_fn), `one of ${tuple(stableForms)}`);
  const isKnown = typeof a.decay_fn !== "string" || decayForms.includes(a.decay_fn);
  must("decay_fn", isKnown, `one of ${tuple(decayForms)} or a callable`);
  must("decay_ratio", 0 < a.decay_ratio && a.decay_ratio < 1, "in (0, 1)");
  must("decay_power", !(a.decay_power <= 0), "> 0");
  must("stable_power", !(a.stable_power <= 0), "> 0");
  const scale = a.stable_timescale ?? a.warmup_t;
  const needed = `stable_fn=${a.stable_fn} requires a positive stable_timescale, it defaults to warmup_t (${a.warmup_t})`;
  const missing = a.stable_fn !== "constant" && scale <= 0;
  refuse(missing, `ValueError: ${needed}, set it explicitly when there is no warmup.`);
  return scale;
}
const tuple = (forms: string[]) => `(${forms.map((f) => `'${f}'`).join(", ")})`;

function decayOf(form: Value, exponent: number, r: number): (p: number) => number {
  if (isRateFunction(form)) return (p) => Number((form as RateFunction).call([p]));
  if (form === "linear") return (p) => 1 - p;
  if (form === "1-sqrt") return (p) => 1 - Math.sqrt(p);
  if (form === "cosine") return halfCosine;
  if (form === "power") return (p) => 1 - p ** exponent;
  return (p) => (r ** p - r) / (1 - r);
}
