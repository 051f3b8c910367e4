/**
 * A test runner small enough to be bundled into a suite that runs in any of VS Code's extension hosts, or in Node
 * beside a page. Each outcome is one line of output that starts with `@result `, so that whoever started the suite
 * can count them wherever the suite ran.
 */
export interface Outcome {
  suite: string;
  name: string;
  ok: boolean;
  ms: number;
  message?: string;
}

/** Set by the build: a part of the names of the tests to run; empty for all. */
declare const ONLY: string;

const tests: { name: string; body: () => unknown; timeout: number }[] = [];

/** Adds a test; it fails when `body` throws, rejects, or takes longer than `timeout` milliseconds. */
export function test(name: string, body: () => unknown, timeout = 30_000): void {
  tests.push({ name, body, timeout });
}

/** Runs all tests one after another and reports each; resolves to the number that failed. */
export async function runAll(suite: string, report: (line: string) => void = console.log): Promise<number> {
  let failed = 0;
  for (const { name, body, timeout } of tests) {
    if (!name.includes(ONLY)) continue;
    const start = Date.now();
    const outcome: Outcome = { suite, name, ok: true, ms: 0 };
    try {
      await within(timeout, Promise.resolve().then(body));
    } catch (error) {
      failed++;
      outcome.ok = false;
      outcome.message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    outcome.ms = Date.now() - start;
    report(`@result ${JSON.stringify(outcome)}`);
  }
  return failed;
}

/** Fails with both values in the message unless they are the same as JSON. */
export function equal(actual: unknown, expected: unknown, what = "value"): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`Expected ${what} to be ${b}, got ${a}`);
}

/** Fails unless `text` contains `part` (a text or a pattern). */
export function contains(text: string, part: string | RegExp, what = "text"): void {
  const found = typeof part === "string" ? text.includes(part) : part.test(text);
  if (!found) throw new Error(`Expected ${what} to contain ${part}, got:\n${text}`);
}

export function ok(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Asks again until `probe` gives something truthy; fails after `timeout` milliseconds with what it gave last. */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeout = 15_000,
): Promise<Exclude<T, false | null | undefined>> {
  const end = Date.now() + timeout;
  for (;;) {
    let last: unknown;
    try {
      const value = await probe();
      if (value) return value as Exclude<T, false | null | undefined>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`Never came: ${what} (last: ${last})`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Took longer than ${ms} ms`)), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
