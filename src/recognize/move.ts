import type { Value } from "../schedules/define.js";
import type { Span } from "../source/document.js";
import type { Argument, Evaluated, Finding, Origin, Run } from "./finding.js";

/** From a place of one text to that of another; `cell` in a notebook. */
export type Move = (place: Span & { cell?: number }) => Span & { cell?: number };

const sources = new WeakMap<Finding, Finding>();

/** The finding that this one was moved from, at first: equal to it in all but its places. */
export function sourceOf(finding: Finding): Finding {
  return sources.get(finding) ?? finding;
}

/** The same finding in a text where it stands elsewhere. Functions and curves of it stay the same objects. */
export function movedFinding(finding: Finding, move: Move): Finding {
  const { cell } = finding;
  const here = (span: Span): Span => {
    const { from, to } = move({ ...span, ...(cell !== undefined && { cell }) });
    return { from, to };
  };
  const evaluated = (e: Evaluated) => movedEvaluated(e, move);
  const argument = ({ value, span, ...rest }: Argument): Argument => ({
    value: evaluated(value),
    ...(span && { span: here(span) }),
    ...rest,
  });
  const { span, area, args, context, groupRates, momentum, optimizer, children, run } = finding;
  const at = move({ ...span, ...(cell !== undefined && { cell }) });
  const moved: Finding = {
    ...finding,
    span: { from: at.from, to: at.to },
    ...(area && { area: here(area) }),
    ...(at.cell !== undefined && { cell: at.cell }),
    args: each(args, argument),
    context: each(context, evaluated),
    ...(groupRates && { groupRates: groupRates.map(evaluated) }),
    ...(momentum && { momentum: evaluated(momentum) }),
    ...(optimizer && { optimizer: { ...optimizer, settings: each(optimizer.settings, evaluated) } }),
    children: children.map((child) => movedFinding(child, move)),
    run: each<unknown, object>(run, (x) => (typeof x === "object" ? evaluated(x as Evaluated) : x)) as Run,
  };
  sources.set(moved, sourceOf(finding));
  return moved;
}

function movedEvaluated(evaluated: Evaluated, move: Move): Evaluated {
  if (evaluated.status === "default") return evaluated;
  const origins = evaluated.origins.map((origin) => movedOrigin(origin, move));
  if (evaluated.status === "unknown") return { ...evaluated, origins };
  return { ...evaluated, value: movedValue(evaluated.value, move), origins };
}

function movedOrigin(origin: Origin, move: Move): Origin {
  return origin.file === undefined ? { ...origin, ...move(origin) } : origin;
}

/** Only a schedule within a value knows where it stands. */
function movedValue(value: Value, move: Move): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => movedValue(item, move));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [key, movedValue(item, move)] as const);
    return entries.some(([key, item]) => item !== value.get(key)) ? new Map(entries) : value;
  }
  const { finding } = value as { finding?: Finding };
  return finding ? Object.assign({}, value, { finding: movedFinding(finding, move) }) : value;
}

function each<T, R extends object = Readonly<Record<string, T>>>(record: R, change: (value: T) => T): R {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value as T)])) as R;
}

/** Two sets of assumptions that say the same. */
export function sameEntries(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
  return (
    a === b || (a.size === b.size && [...a].every(([name, value]) => b.has(name) && Object.is(b.get(name), value)))
  );
}
