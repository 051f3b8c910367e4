import type { ParamKind, ParamSpec } from "./define.js";

type Extra = Partial<Omit<ParamSpec, "kind" | "meaning" | "unit">>;
const spec =
  <K extends ParamKind>(kind: K, unit?: ParamSpec["unit"]) =>
  (meaning: string, extra: Extra = {}): ParamSpec & { readonly kind: K } => ({
    kind,
    meaning,
    ...(unit && { unit }),
    ...extra,
  });

/** A learning rate. */
export const lr = spec("number", "lr");
/** A count of scheduler steps (whole unless the library takes fractions). */
export const steps = spec("integer", "step");
export const epochs = spec("number", "epoch");
export const factor = spec("number", "factor");
export const ratio = spec("number", "ratio");
export const power = spec("number", "power");
export const real = spec("number");
export const integer = spec("integer");
export const flag = spec("boolean");
export const word = spec("string");
export const numbers = spec("numbers");
export const schedule = spec("schedule");
export const schedules = spec("schedules");
export const rateFunction = spec("function");
export const handle = (meaning: string, extra: Extra = {}): ParamSpec & { readonly kind: "handle" } => ({
  kind: "handle",
  meaning,
  default: null,
  ...extra,
});
export const anything = spec("any");
/** PyTorch's `last_epoch`. */
export const lastEpoch = integer("completed steps when resuming; -1 for a fresh run", { default: -1 });
export const optimizer = handle("the optimizer whose rate is driven");
