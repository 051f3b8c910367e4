import type { ContextName, ScheduleDefinition } from "../../schedules/define.js";
import { scheduleNamed } from "../../schedules/index.js";
import { argumentNode, valueOf } from "../bind.js";
import { first, Library, Member, type CallResult, type PythonCall, type Val } from "../evaluate/index.js";
import type { Argument, Evaluated, Finding, Run } from "../finding.js";
import type { Reader } from "../reader.js";

/** A call that makes a schedule without being one: trainer arguments, factories, methods of a learner. */
export interface Idiom {
  /** Last part of the callee's name. */
  readonly names: RegExp;
  readonly build: (input: IdiomInput) => Draft | undefined;
}

export interface IdiomInput {
  readonly reader: Reader;
  readonly call: CallResult;
  readonly site: PythonCall | undefined;
  /** The callee's qualified name; for a method `.name`. */
  readonly name: string;
  readonly certain: boolean;
}

export interface Draft {
  readonly definition: ScheduleDefinition;
  readonly finding: Finding;
}

export interface Parts {
  /** What computes it. */
  readonly definition: string;
  /** The schedule's public name, when the definition's id is another. */
  readonly schedule?: string;
  readonly args: Readonly<Record<string, Argument>>;
  readonly context?: Readonly<Partial<Record<ContextName, Evaluated>>>;
  readonly run?: Partial<Run>;
  readonly confidence?: Finding["confidence"];
  readonly rest?: Partial<Finding>;
}

/** A Finding at the call. Nothing when the definition is not known. */
export function draft({ reader, call, site, certain }: IdiomInput, parts: Parts): Draft | undefined {
  const definition = scheduleNamed(parts.definition);
  if (!definition || !call.node) return undefined;
  const place = reader.program.place({ from: call.node.from, to: call.node.to });
  const known = Object.entries(parts.args).filter(
    ([name]) => name in definition.params || Object.values(definition.params).some((p) => p.alias?.includes(name)),
  );
  return {
    definition,
    finding: {
      callee: site ? reader.text(site.callee).replace(/\s+/g, "") : parts.definition,
      schedule: parts.schedule ?? definition.id,
      ...(parts.schedule && parts.schedule !== definition.id && { definition: definition.id }),
      confidence: parts.confidence ?? (certain ? "certain" : "likely"),
      span: { from: place.from, to: place.to },
      ...(place.cell !== undefined && { cell: place.cell }),
      quantity: "lr",
      args: Object.fromEntries(known),
      typed: true,
      context: parts.context ?? {},
      children: [],
      transforms: [],
      run: { unit: definition.unit, ...parts.run },
      ...parts.rest,
    },
  };
}

/** An argument by keyword or position, with its span. */
export function argumentOf(
  { reader, call, site }: IdiomInput,
  keyword: string,
  position?: number,
): Argument | undefined {
  const named = call.kwargs.get(keyword);
  const value = named ?? (position === undefined ? undefined : call.args[position]);
  if (value === undefined) return undefined;
  const node = argumentNode(
    site,
    named === undefined ? position : undefined,
    named === undefined ? undefined : keyword,
  );
  const span = node && reader.program.place({ from: node.from, to: node.to });
  return {
    value: valueOf(reader, value, node ? reader.text(node) : keyword, undefined, []),
    ...(span && { span: { from: span.from, to: span.to } }),
  };
}

/** The qualified name of what is called; a method's name with a leading dot. */
export function calleeName(callee: Val): { name: string; certain: boolean } | undefined {
  const target = first(callee);
  if (target instanceof Library) return { name: target.name, certain: target.certain };
  if (target instanceof Member && target.name !== undefined) return { name: `.${target.name}`, certain: true };
  return undefined;
}

export function numberIn(argument: Argument | undefined): number | undefined {
  const value = argument?.value;
  return value && value.status !== "unknown" && typeof value.value === "number" ? value.value : undefined;
}

export function textIn(argument: Argument | undefined): string | undefined {
  const value = argument?.value;
  return value && value.status !== "unknown" && typeof value.value === "string" ? value.value : undefined;
}
