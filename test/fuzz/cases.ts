import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SourceDocument, Workspace } from "../../src/source/document.js";
import { documentOf } from "../../src/cli/files.js";
import { mayHoldSchedule } from "../../src/recognize/prefilter.js";
import { edited, mutated, randomOf, type Random } from "./mutate.js";
import { readAsUser, type ReadOptions } from "./reading.js";

/** A case in full: what is read, and what stands beside it. */
export interface Case {
  readonly path: string;
  readonly text: string;
  /** The text after an edit, read with the first reading at hand. */
  readonly after?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly assume?: Readonly<Record<string, number>>;
  readonly metrics?: readonly number[];
  readonly at?: number;
}

export interface Outcome {
  readonly kind: "exception" | "slow" | "none";
  /** What the same defect shows again. */
  readonly key?: string;
  readonly message?: string;
  readonly ms: number;
  readonly passed: boolean;
  readonly findings: number;
}

const now = (): number => {
  const { user, system } = (process as unknown as { threadCpuUsage: typeof process.cpuUsage }).threadCpuUsage();
  return (user + system) / 1000;
};

/** Over this the reading of one file, its edit or its drawing counts as a hang. */
const slow = 1000;

/** Reads one case. Milliseconds are of computing, the longest of reading, editing and drawing. */
export function run(one: Case, workspace?: Workspace): Outcome {
  const files = new Map(Object.entries(one.files ?? {}));
  const beside: Workspace = workspace ?? { read: (path) => files.get(path) };
  const options: ReadOptions = {
    assume: new Map(Object.entries(one.assume ?? {})),
    ...(one.metrics && { metrics: one.metrics }),
    at: one.at ?? 0,
  };
  let [longest, part, findings] = [0, "", 0];
  let started = 0;
  const clock = (name: string) => {
    const spent = now() - started;
    if (spent > longest) [longest, part] = [spent, name];
    started = now();
  };
  let passed = false;
  const swallowed: unknown[] = [];
  (globalThis as { swallowed?: (error: unknown) => void }).swallowed = (error) => swallowed.push(error);
  try {
    const document: SourceDocument = documentOf(one.path, one.text);
    passed = mayHoldSchedule(document);
    if (passed) {
      started = now();
      const previous = readAsUser(document, beside, options, clock);
      findings = previous.findings.length + previous.related.length;
      if (one.after !== undefined) {
        const next = documentOf(one.path, one.after);
        started = now();
        readAsUser(next, beside, { ...options, previous }, (name) => clock(name === "read" ? "edit" : name));
      }
    }
    const fault = swallowed.find((error) => error instanceof Error && !/Maximum call stack/.test(error.message));
    if (fault) throw fault;
  } catch (error) {
    const { stack = "", message } = error as Error;
    const frame = /\n\s+at (?:new )?([\w$.]+)/.exec(stack)?.[1] ?? "";
    const key = `${frame}: ${String(message).replace(/\d+/g, "0").slice(0, 80)}`;
    return { kind: "exception", key, message: stack.slice(0, 1500), ms: longest, passed, findings };
  }
  if (longest > slow) return { kind: "slow", key: part, message: part, ms: longest, passed, findings };
  return { kind: "none", ms: longest, passed, findings };
}

export interface Task {
  readonly root: string;
  readonly files: readonly string[];
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Every how manieth case is edited too. */
  readonly edits: number;
}

const assumed = [0, 1, -1, 0.5, 1e9, 1e-9, 3, NaN, Infinity, 2 ** 53];
const symbols =
  "total_steps steps_per_epoch epochs initial_lr batch_size dataset_size world_size grad_accumulation lr".split(" ");

/** Case `index` of a seed: the same one in every run over the same files. */
export function caseOf({ root, files, seed, edits }: Task, index: number): Case {
  const random = randomOf(seed, index);
  const other = () => readFileSync(join(root, files[random(files.length)]!), "utf8");
  const file = files[random(files.length)]!;
  const text = change(file, readFileSync(join(root, file), "utf8"), random, other);
  return {
    path: join(root, file),
    text,
    at: random(text.length + 1),
    ...(edits && random(edits) === 0 && { after: edited(text, random) }),
    ...(random(20) === 0 && {
      assume: Object.fromEntries(
        [0, 1].map(() => [symbols[random(symbols.length)]!, assumed[random(assumed.length)]!]),
      ),
    }),
    ...(random(20) === 0 && {
      metrics: Array.from({ length: 1 + random(50) }, () => assumed[random(assumed.length)]!),
    }),
  };
}

/** A notebook is mutated in one of its cells, so that most stay notebooks; now and then as a text. */
function change(file: string, text: string, random: Random, other: () => string): string {
  if (!file.endsWith(".ipynb") || random(8) === 0) return mutated(text, random, other);
  try {
    const book = JSON.parse(text) as { cells: { source: string | string[] }[] };
    for (let n = 1 + random(3); n > 0; n--) {
      const cell = book.cells[random(book.cells.length)]!;
      cell.source = mutated([cell.source].flat().join(""), random, other);
    }
    if (random(4) === 0) book.cells.splice(random(book.cells.length), 1);
    return JSON.stringify(book);
  } catch {
    return mutated(text, random, other);
  }
}

/** Now and then the files that stand beside the read one on the disk, or the read one itself under every name. */
export function siblings(one: Case, random: Random, read: Record<string, string>): Workspace {
  const how = random(12);
  return {
    read(path) {
      const text = path in read ? read[path] : how === 0 ? one.text : how < 4 ? fromDisk(path) : undefined;
      if (text !== undefined) read[path] = text;
      return text;
    },
  };
}

function fromDisk(path: string): string | undefined {
  if (!existsSync(path) || !statSync(path).isFile() || statSync(path).size > 300_000) return undefined;
  return readFileSync(path, "utf8");
}
