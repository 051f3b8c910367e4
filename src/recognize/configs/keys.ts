import { byName } from "../byName.js";
import { allSchedules } from "../../schedules/index.js";
import type { ParamSpec, ScheduleDefinition, Value } from "../../schedules/define.js";
import type { SourceDocument, Span } from "../../source/document.js";
import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import { readingOf, type Reading } from "./match.js";

/** What a configuration key means for the schedule that it belongs to. */
export interface KeyMeaning {
  readonly key: string;
  /** The key as written. */
  readonly span: Span;
  /** One line, with the tool's own default and unit beside it. */
  readonly meaning: string;
  readonly unit?: ParamSpec["unit"];
  readonly default?: Value;
  readonly choices?: readonly string[];
  /** What the value comes to in this run: "0.03 · 3000 steps = 90 steps". */
  readonly effect?: string;
  readonly finding: Finding;
}

export interface KeyCompletion {
  readonly label: string;
  readonly detail: string;
}

/** Keys that stand beside a schedule without being its parameters, in the spellings of many tools. */
const BESIDE: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:num_train_)?epochs?$|^(?:max|num|total)_epochs?$|^EPOCHS$|^MAX_EPOCH$|^number_of_epochs$|^epoch_num$|^training_epochs$/,
    "epochs of the run",
  ],
  [
    /^(?:max|train|total)_(?:steps|iters?|updates?)$|^MAX_ITER$|^max_(?:iter|update|batches)$|^(?:num|n)_(?:steps|timesteps)$|^total_iter$|^max_duration$/,
    "length of the run",
  ],
  [
    /^(?:per_device_train_|micro_|global_)?batch_size$|^train_batch_size$|^micro_batch_size_per_gpu$/,
    "samples of a batch",
  ],
  [/^gradient_accumulation_steps$|^grad_accumulation$/, "micro-batches per optimizer step"],
  [/^max_steps_per_epoch$|^steps_per_epoch$|^num_steps_per_epoch$/, "optimizer steps of an epoch"],
  [
    /^(?:lr|learning_rate|base_lr|LR|BASE_LR|learn_rate|unet_lr|base_learning_rate)$/,
    "the optimizer's rate, from which the schedule starts",
  ],
  [/^momentum$|^MOMENTUM$/, "the optimizer's momentum"],
];
const NAMES: Readonly<Record<string, string>> = byName({
  initial_lr: "the optimizer's rate, from which the schedule starts",
  total_steps: "length of the run",
  epochs: "epochs of the run",
  batch_size: "samples of a batch",
  momentum: "the optimizer's momentum",
});

/** The meaning of the key at this offset (on the key or its value); undefined elsewhere. */
export function describeKey(findings: readonly Finding[], offset: number): KeyMeaning | undefined {
  for (const reading of readings(findings)) {
    for (const { name, block } of reading.reads) {
      const span = keyAt(block, offset);
      if (!span) continue;
      const spec = specOf(reading.definition, name) ?? specOf(reading.definition, block.key);
      const meaning = spec?.meaning ?? NAMES[name] ?? beside(block.key);
      if (meaning)
        return {
          key: block.key,
          span,
          meaning,
          ...details(spec),
          ...effect(reading, spec, block),
          finding: reading.finding,
        };
    }
    for (const block of entriesOf(reading)) {
      const span = keyAt(block, offset);
      if (!span) continue;
      if (block.value === reading.finding.callee) {
        const choices = [...namesOf(reading)];
        return {
          key: block.key,
          span,
          meaning: "which schedule",
          ...(choices.length > 1 && { choices }),
          finding: reading.finding,
        };
      }
      const meaning = beside(block.key);
      if (meaning) return { key: block.key, span, meaning, finding: reading.finding };
    }
  }
  return undefined;
}

/** What may be written at this offset: names of schedules, choices of a word, or keys that this schedule reads and that are missing. */
export function completionsAt(
  document: SourceDocument,
  findings: readonly Finding[],
  offset: number,
): { span: Span; items: readonly KeyCompletion[] } | undefined {
  const word = wordAt(document.text, offset);
  for (const reading of readings(findings)) {
    for (const block of [...entriesOf(reading), ...reading.reads.map((r) => r.block)]) {
      const { at } = block.node;
      if (block.node.kind !== "scalar" || at.file || offset < at.from || offset > at.to) continue;
      if (block.value === reading.finding.callee)
        return {
          span: word,
          items: [...namesOf(reading)].map((label) => ({ label, detail: nameDetail(reading, label) })),
        };
      const spec = specOf(reading.definition, block.key);
      return spec?.choices
        ? { span: word, items: spec.choices.map((label) => ({ label, detail: spec.meaning })) }
        : undefined;
    }
    const { area } = reading.finding;
    if (!area || offset < area.from || offset > area.to + 1 || !reading.definition) continue;
    const written = new Set(entriesOf(reading).map((b) => b.key));
    const items = Object.entries(reading.definition.params)
      .filter(
        ([name, spec]) => spec.kind !== "handle" && !written.has(name) && !reading.reads.some((r) => r.name === name),
      )
      .map(([label, spec]) => ({ label, detail: describe(spec) }));
    return items.length ? { span: word, items } : undefined;
  }
  return undefined;
}

/** Keys of the schedule's block that another schedule of the same tool reads, but this one does not. */
export function unreadKeys(findings: readonly Finding[]): { span: Span; because: string }[] {
  const unread: { span: Span; because: string }[] = [];
  const read = new Set([...readings(findings)].flatMap((r) => r.reads.map(({ block }) => block.entry?.keyAt.from)));
  for (const reading of readings(findings)) {
    const { definition, finding } = reading;
    if (!definition) continue;
    const siblings = familyOf(reading);
    const known = new Set(siblings.flatMap((d) => Object.keys(d.params)));
    for (const block of entriesOf(reading)) {
      const at = block.entry?.keyAt;
      if (!at || at.file || read.has(at.from) || reading.others.includes(block.key) || block.value === finding.callee)
        continue;
      if (!known.has(block.key) || specOf(definition, block.key)) continue;
      const readers = siblings.filter((d) => block.key in d.params).map((d) => shortOf(d.id));
      unread.push({
        span: { from: at.from, to: at.to },
        because: `${finding.callee} does not read it (${readers.slice(0, 4).join(", ")} ${readers.length > 1 ? "do" : "does"})`,
      });
    }
  }
  return unread.filter((u, i) => unread.findIndex((v) => v.span.from === u.span.from) === i);
}

function* readings(findings: readonly Finding[]): Generator<Reading> {
  for (const finding of findings) {
    for (const child of finding.children) {
      const inner = readingOf(child);
      if (inner) yield inner;
    }
    const reading = readingOf(finding);
    if (reading) yield reading;
  }
}

const entriesOf = (reading: Reading): Block[] => [
  ...reading.blocks.flatMap((b) => (b.node.kind === "map" ? b.entries : [b])),
];

function keyAt(block: Block, offset: number): Span | undefined {
  const key = block.entry?.keyAt;
  if (!key || key.file) return undefined;
  const value =
    block.node.kind === "scalar" && !block.node.at.file && block.node.at.from >= key.from ? block.node.at : key;
  return offset >= key.from && offset <= Math.max(key.to, value.to) ? { from: key.from, to: key.to } : undefined;
}

function specOf(definition: ScheduleDefinition | undefined, name: string): ParamSpec | undefined {
  return (
    definition && (definition.params[name] ?? Object.values(definition.params).find((p) => p.alias?.includes(name)))
  );
}

const beside = (key: string) => BESIDE.find(([test]) => test.test(key))?.[1];

function details(spec: ParamSpec | undefined) {
  return {
    ...(spec?.unit && { unit: spec.unit }),
    ...(spec?.default !== undefined && { default: spec.default }),
    ...(spec?.choices && { choices: spec.choices }),
  };
}

function effect({ finding }: Reading, spec: ParamSpec | undefined, block: Block): { effect?: string } {
  const total = finding.context.total_steps ?? finding.run.totalSteps;
  const share = block.number;
  if (spec?.unit !== "ratio" || !/share of the (?:run|schedule)/.test(spec.meaning) || share === undefined) return {};
  if (!total || total.status === "unknown" || typeof total.value !== "number") return {};
  return { effect: `${share} · ${total.value} steps = ${Math.round(share * total.value)} steps` };
}

const describe = (spec: ParamSpec) =>
  `${spec.meaning}${spec.unit ? ` [${spec.unit}]` : ""}${spec.default === undefined ? " (required)" : spec.default === null ? "" : ` (default ${String(spec.default)})`}`;

const shortOf = (id: string) => id.slice(Math.max(id.lastIndexOf(":"), id.lastIndexOf(".")) + 1);
/** Ids that end in the schedule's own name, as the file writes it. */
const homeOf = (id: string) => id.slice(0, id.length - shortOf(id).length);

/** The definitions that the same key could have named. */
function familyOf({ finding, definition }: Reading): ScheduleDefinition[] {
  const homes = [homeOf(finding.schedule), ...(definition ? [homeOf(definition.id)] : [])];
  return allSchedules().filter((d) => homes.includes(homeOf(d.id)));
}

function namesOf(reading: Reading): Set<string> {
  const nameSpec = Object.values(reading.definition?.params ?? {}).find((p) =>
    p.choices?.includes(reading.finding.callee),
  );
  return new Set([...(nameSpec?.choices ?? []), ...familyOf(reading).map((d) => shortOf(d.id))]);
}

function nameDetail(reading: Reading, name: string): string {
  return familyOf(reading).find((d) => shortOf(d.id) === name)?.formula ?? "";
}

function wordAt(text: string, offset: number): Span {
  const word = /[\w.-]/;
  let [from, to] = [offset, offset];
  while (from > 0 && word.test(text[from - 1]!)) from--;
  while (to < text.length && word.test(text[to]!)) to++;
  return { from, to };
}
