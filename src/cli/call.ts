import { parseArgs, type ParseArgsConfig } from "node:util";
import type { Value } from "../schedules/define.js";

/** A wrong call or a file that cannot be read: told in one line, exit status 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;

/** The words of a call by its options. Throws UsageError. */
export function readCall<T extends Options>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split(". ")[0]! : String(error));
  }
}

const MOST_STEPS = 1_000_000;

/** `0,1,10..20,1e6`: whole steps from 0, ranges with both ends in. */
export function stepsOf(text: string): number[] {
  const steps: number[] = [];
  for (const part of text.split(",")) {
    const [first, last, more] = part.split("..").map((word) => step(word.trim(), text));
    if (first === undefined || more !== undefined) throw new UsageError(`--at: "${part}" is not a step or a range`);
    for (let t = first; t <= (last ?? first); t++) {
      if (steps.length >= MOST_STEPS) throw new UsageError(`--at: more than ${MOST_STEPS} steps`);
      steps.push(t);
    }
  }
  return steps;
}

function step(word: string, all: string): number {
  const value = /^[\d.eE+_]+$/.test(word) ? Number(word.replaceAll("_", "")) : NaN;
  if (!Number.isSafeInteger(value) || value < 0)
    throw new UsageError(`--at: "${word}" in "${all}" is not a whole step from 0`);
  return value;
}

/** `0.9,0.8`: one metric per scheduler step. `nan` and `inf` are metrics too. */
export function metricsOf(text: string): number[] {
  return text.split(",").map((word) => {
    const value = numberIn(word.trim());
    if (value === undefined) throw new UsageError(`--metrics: "${word}" is not a number`);
    return value;
  });
}

function numberIn(word: string): number | undefined {
  const special = /^([-+]?)(nan|inf|infinity)$/i.exec(word);
  if (special) return special[2]!.toLowerCase() === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity;
  return word !== "" && Number.isFinite(Number(word.replaceAll("_", "")))
    ? Number(word.replaceAll("_", ""))
    : undefined;
}

/** `len(train_loader)=500`: the name may hold anything but `=`; numbers, true/false, None, lists in JSON, else text. */
export function assumedOf(pairs: readonly string[]): Map<string, Value> {
  return new Map(
    pairs.map((pair) => {
      const cut = pair.lastIndexOf("=");
      if (cut < 1) throw new UsageError(`--assume: "${pair}" is not NAME=VALUE`);
      return [pair.slice(0, cut).trim(), valueOf(pair.slice(cut + 1).trim())];
    }),
  );
}

function valueOf(word: string): Value {
  const number = numberIn(word);
  if (number !== undefined) return number;
  if (/^(true|false)$/i.test(word)) return word.toLowerCase() === "true";
  if (/^(none|null)$/i.test(word)) return null;
  if (word.startsWith("[")) {
    try {
      return fromJson(JSON.parse(word));
    } catch {
      return word;
    }
  }
  return word.replace(/^(["'])(.*)\1$/, "$2");
}

/** A value of a request: JSON's objects become dicts. */
export function fromJson(json: unknown): Value {
  if (json === null || typeof json === "number" || typeof json === "boolean" || typeof json === "string") return json;
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json === "object") return new Map(Object.entries(json).map(([k, v]) => [k, fromJson(v)]));
  return null;
}

/** A reader that closes the pipe early (`| head`) ends the program without a word. */
export function closeQuietly(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}
