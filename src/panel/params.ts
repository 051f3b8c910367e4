import type { Evaluated, Finding, Origin } from "../recognize/finding.js";
import type { Resolved } from "../recognize/resolve.js";
import type { ParamSpec, Value } from "../schedules/define.js";
import { originWords, valueText } from "../picture/words.js";
import type { Param } from "./protocol.js";

/**
 * One argument of a schedule or of its parts, addressed by a path: `gamma`, or `1/T_max` for a child's. `initial_lr` is the
 * optimizer's rate where the schedule reads it from there.
 */
export interface Slot {
  readonly path: string;
  readonly spec: ParamSpec | undefined;
  readonly value: Evaluated;
  readonly finding: Finding;
}

export function slotsOf(resolved: Resolved, prefix = ""): Slot[] {
  const { finding, definition, parameters } = resolved;
  const own = Object.entries(parameters)
    .filter(([name, value]) => isControl(definition?.params[name], value))
    .map(([name, value]) => ({ path: prefix + name, spec: definition?.params[name], value, finding }));
  const initial = finding.context.initial_lr;
  if (prefix === "" && initial && definition?.needs?.includes("initial_lr"))
    own.unshift({
      path: "initial_lr",
      spec: { kind: "number", meaning: "the optimizer's learning rate", unit: "lr" },
      value: initial,
      finding,
    });
  return [...own, ...resolved.children.flatMap((child, i) => slotsOf(child, `${prefix}${i}/`))];
}

/** Schedules, functions and handles have no control of their own. */
function isControl(spec: ParamSpec | undefined, value: Evaluated): boolean {
  if (spec && (spec.kind === "handle" || spec.kind.startsWith("schedule") || spec.kind === "function")) return false;
  return value.status === "unknown" || isPlain(value.value);
}

function isPlain(value: Value): boolean {
  if (value === null || ["number", "boolean", "string"].includes(typeof value)) return true;
  return Array.isArray(value) && value.every((v) => typeof v === "number");
}

/** The control of a slot, as the webview shows it. `lineOf` names the place of an origin; `whyNot` says why it cannot be edited. */
export function paramOf(slot: Slot, lineOf: (origin: Origin) => string, whyNot: string | undefined): Param {
  const { spec, value, path } = slot;
  const plain = value.status === "unknown" ? null : scalar(value.value);
  return {
    name: path,
    meaning: spec?.meaning ?? "",
    kind: controlKind(spec, plain),
    value: plain,
    text:
      value.status === "unknown" || value.status === "default"
        ? plain === null
          ? ""
          : valueText(value.status === "default" ? value.value : null)
        : value.text,
    ...(spec?.unit && { unit: spec.unit }),
    status: value.status,
    origin: originWords(value, lineOf),
    ...((value.status === "unknown" || value.status === "assumed") && { because: value.because }),
    editable: whyNot === undefined,
    ...(whyNot !== undefined && { whyNot }),
    ...(spec?.min !== undefined && { min: spec.min }),
    ...(spec?.max !== undefined && { max: spec.max }),
    ...(spec?.above && { above: true }),
    ...(spec?.choices && { choices: [...spec.choices] }),
    ...(typeof plain === "number" && sliderOf(spec, plain)),
  };
}

function controlKind(spec: ParamSpec | undefined, value: Param["value"]): Param["kind"] {
  if (spec?.choices) return "choice";
  if (typeof value === "boolean" || spec?.kind === "boolean") return "boolean";
  if (Array.isArray(value) || spec?.kind === "numbers") return "numbers";
  if (typeof value === "string" || spec?.kind === "string") return "text";
  return spec?.kind === "integer" ? "integer" : "number";
}

/** A slider around the value: two decades each way for rates and counts, the valid range for ratios and factors. */
function sliderOf(spec: ParamSpec | undefined, value: number): { slider: NonNullable<Param["slider"]> } | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (spec?.unit === "ratio" || spec?.unit === "factor") {
    const max = spec.max ?? (value > 1 ? value * 2 : 1);
    return { slider: { min: Math.max(spec.min ?? 0, 0), max, log: false } };
  }
  if (spec?.unit === "power")
    return { slider: { min: Math.min(0, value * 2), max: Math.max(4, value * 2), log: false } };
  if (value > 0) {
    const whole = spec?.kind === "integer";
    return {
      slider: {
        min: whole ? Math.max(1, Math.floor(value / 100)) : value / 100,
        max: whole ? Math.ceil(value * 100) : value * 100,
        log: true,
      },
    };
  }
  return undefined;
}

function scalar(value: Value): Param["value"] {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value) && value.every((v) => typeof v === "number" && Number.isFinite(v)))
    return [...(value as number[])];
  return null;
}

/** The finding with one argument replaced: what the curve would be, before the text is touched. */
export function withValue(finding: Finding, path: string, value: Value): Finding {
  const slash = path.indexOf("/");
  if (slash > 0) {
    const index = Number(path.slice(0, slash));
    const children = finding.children.map((child, i) =>
      i === index ? withValue(child, path.slice(slash + 1), value) : child,
    );
    return { ...finding, children };
  }
  const known = { status: "known" as const, value, text: valueText(value), origins: [] };
  if (path === "initial_lr" && !finding.args.initial_lr)
    return { ...finding, context: { ...finding.context, initial_lr: known } };
  return { ...finding, args: { ...finding.args, [path]: { ...finding.args[path], value: known } } };
}
