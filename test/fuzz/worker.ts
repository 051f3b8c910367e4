/**
 * The process that reads: started by tools/fuzz.mjs, which watches it. Takes a file with its task, and one in which it keeps
 * the number of the case that it is at; writes one JSON object a line.
 */
import { openSync, readFileSync, writeSync } from "node:fs";
import { caseOf, run, siblings, type Case, type Task } from "./cases.js";
import { randomOf } from "./mutate.js";

const peak = () => process.resourceUsage().maxRSS / 1024;

function work(task: Task, status: number): void {
  const tell = (line: object) => writeSync(1, JSON.stringify(line) + "\n");
  const heap = () => {
    (globalThis as { gc?: () => void }).gc?.();
    return Math.round(process.memoryUsage().heapUsed / 1e5) / 10;
  };
  const place = new Int32Array(1);
  const times = new Uint32Array(24);
  let count = { read: 0, passed: 0, edits: 0, withFindings: 0 };
  let before = peak();
  for (let i = task.from; i < task.to; i++) {
    place[0] = i;
    writeSync(status, place, 0, 4, 0);
    const one = caseOf(task, i);
    const files: Record<string, string> = {};
    const outcome = run(one, siblings(one, randomOf(task.seed ^ 0x5bd1, i), files));
    count.read++;
    if (outcome.passed) count.passed++;
    if (outcome.passed && one.after !== undefined) count.edits++;
    if (outcome.findings) count.withFindings++;
    times[Math.min(23, Math.max(0, Math.ceil(Math.log2(outcome.ms + 0.001) * 2 + 1)))]!++;
    const grown = peak();
    const memory = grown > 200 && grown > before + 1;
    if (outcome.kind !== "none" || memory)
      tell({
        found: { ...outcome, ...(memory && outcome.kind === "none" && { kind: "memory", key: "memory" }), mb: grown },
        index: i,
        case: Object.keys(files).length > 0 && JSON.stringify(files).length < 500_000 ? { ...one, files } : one,
      });
    before = Math.max(before, grown);
    if ((i + 1) % 100 === 0 || i + 1 === task.to) {
      const kept = (i + 1) % 10_000 === 0 || i + 1 === task.to || i + 1 === task.from + 100;
      tell({ at: i + 1, ...count, ...(kept && { peak: Math.round(grown), heap: heap() }), times: [...times] });
      count = { read: 0, passed: 0, edits: 0, withFindings: 0 };
      times.fill(0);
    }
  }
}

/** Answers single cases, for making them smaller. */
function answer(): void {
  process.on("message", (one: Case) => {
    const before = peak();
    const outcome = run(one);
    process.send!({ ...outcome, mb: peak(), grown: peak() - before });
  });
}

const [, , task, status] = process.argv;
if (task === "answer") answer();
else if (task) work(JSON.parse(readFileSync(task, "utf8")) as Task, openSync(status!, "w"));
