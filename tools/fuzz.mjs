/**
 * Reads mutated real files until something breaks: `node tools/fuzz.mjs --dir FILES [--count 10000] [--seed 1] [--from 0]
 * [--workers 1] [--out .cache/fuzz] [--list FILE] [--heap 96] [--edits 4] [--minimize]`.
 *
 * FILES holds Python files, notebooks and configurations of any kind (--list names the ones to take, a line each). Case number
 * i of a seed is always the same mutation of the same file. Each is read in a process of its own kind: killed when it does not
 * come back in ten seconds of computing, with a heap so small that more than 200 MB cannot be used. What goes wrong (an
 * exception, more than one second of computing, more than 200 MB) is written to OUT/found.jsonl. Time hangs on what else the
 * machine does, and memory is that of a process that has read thousands of files: at the end each case that went over is read
 * again in a process of its own, one after the other, and counted in `alone`.
 * `--minimize` makes one of each kind small (OUT/small.json), for a row of test/fuzz/found.test.ts.
 */
import { spawn, fork } from "node:child_process";
import { createRequire } from "node:module";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { continueUnderNode24, installProject, root } from "./install.mjs";

const { values: options } = parseArgs({
  options: {
    dir: { type: "string" },
    list: { type: "string" },
    count: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    workers: { type: "string", default: "1" },
    out: { type: "string", default: join(root, ".cache", "fuzz") },
    heap: { type: "string", default: "96" },
    edits: { type: "string", default: "4" },
    minimize: { type: "boolean" },
  },
});
installProject();
await continueUnderNode24();
mkdirSync(options.out, { recursive: true });
const out = (name) => join(options.out, name);
const worker = await bundle();
const flags = ["--expose-gc", `--max-old-space-size=${options.heap}`, "--max-semi-space-size=8"];

if (options.minimize) await minimizeAll();
else await fuzz();

async function bundle() {
  const { build } = createRequire(join(root, "package.json"))("esbuild");
  const outfile = out(`worker-${process.pid}.cjs`);
  await build({
    entryPoints: [join(root, "test/fuzz/worker.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    mainFields: ["module", "main"],
    logLevel: "error",
    plugins: [
      {
        // One recognizer that fails leaves the others standing; here it is to be heard of all the same.
        name: "tell-what-is-caught",
        setup({ onLoad }) {
          onLoad({ filter: /recognize\/python\.ts$/ }, ({ path }) => ({
            loader: "ts",
            contents: readFileSync(path, "utf8").replace(
              /\} catch \{(\s+return undefined;)/,
              "} catch (error) { (globalThis as any).swallowed?.(error);$1",
            ),
          }));
        },
      },
    ],
  });
  return outfile;
}

function filesOf(dir) {
  if (options.list) return readFileSync(options.list, "utf8").split("\n").filter(Boolean);
  const wanted = /\.(?:pyw?|ipynb|ya?ml|jsonc?|toml|prototxt|cfg|ini|config|gin|jsonnet|libsonnet|sh)$/i;
  return readdirSync(dir, { recursive: true })
    .filter(
      (file) => wanted.test(file) && statSync(join(dir, file)).isFile() && statSync(join(dir, file)).size < 300_000,
    )
    .sort();
}

async function fuzz() {
  if (!options.dir) {
    console.error("fuzz: --dir FILES is missing");
    process.exit(2);
  }
  const files = filesOf(options.dir);
  const [first, count, workers] = [options.from, options.count, options.workers].map(Number);
  const zero = () => ({
    read: 0,
    passed: 0,
    edits: 0,
    withFindings: 0,
    times: Array(24).fill(0),
    exception: 0,
    slow: 0,
    hang: 0,
    memory: 0,
  });
  const total = zero();
  const alone = zero();
  const doubtful = new Set();
  const peaks = [];
  const started = Date.now();
  const each = Math.ceil(count / workers);
  const report = () => {
    const share = [0.5, 0.99, 0.999, 0.9999, 1].map((part) => `${part}: ${quantile(total.times, part)}`);
    writeFileSync(
      out("summary.json"),
      JSON.stringify(
        {
          ...total,
          times: undefined,
          alone: { read: alone.read, slow: alone.slow, hang: alone.hang, memory: alone.memory },
          seconds: Math.round((Date.now() - started) / 1000),
          peaks: [peaks[0], ...peaks.slice(-5)],
          ms: share,
        },
        undefined,
        0,
      ),
    );
  };
  const task = { files, root: options.dir, seed: Number(options.seed), edits: Number(options.edits) };
  const lane = async (number) => {
    let from = first + number * each;
    const to = Math.min(first + count, from + each);
    while (from < to) from = await read({ ...task, from, to }, number, total, peaks, report, doubtful);
  };
  await Promise.all(Array.from({ length: workers }, (_, i) => lane(i)));
  for (const index of doubtful)
    await read({ ...task, from: index, to: index + 1 }, "alone", alone, [], report, new Set());
  report();
  console.log(readFileSync(out("summary.json"), "utf8"));
}

/** One process from a case on; resolves to the case after the last one it did. */
function read(task, lane, total, peaks, report, doubtful) {
  return new Promise((resolve) => {
    const status = out(`status-${process.pid}-${lane}`);
    const list = out(`task-${process.pid}-${lane}.json`);
    writeFileSync(list, JSON.stringify(task));
    const child = spawn(process.execPath, [...flags, worker, list, status], { stdio: ["ignore", "pipe", "ignore"] });
    let [rest, at, since] = ["", -1, 0];
    let killed = false;
    const place = () =>
      existsSync(status) && statSync(status).size === 4 ? readFileSync(status).readInt32LE(0) : task.from;
    const watch = setInterval(() => {
      const now = place();
      if (now !== at) [at, since] = [now, spent(child.pid)];
      else if (spent(child.pid) - since > 10) {
        killed = true;
        child.kill("SIGKILL");
      }
    }, 1000);
    child.stdout.on("data", (data) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const told = JSON.parse(line);
        if (told.found) {
          total[told.found.kind]++;
          if (told.found.kind !== "exception") doubtful.add(told.index);
          appendFileSync(out("found.jsonl"), line + "\n");
          console.log(
            `${told.index} ${told.found.kind} ${Math.round(told.found.ms)} ms ${Math.round(told.found.mb)} MB ${relative(options.dir, told.case.path)} ${told.found.key}`,
          );
        } else {
          for (const name of ["read", "passed", "edits", "withFindings"]) total[name] += told[name];
          told.times.forEach((n, i) => (total.times[i] += n));
          if (told.heap) peaks.push({ at: told.at, peak: told.peak, heap: told.heap });
          report();
        }
      }
    });
    child.on("close", (code) => {
      clearInterval(watch);
      if (code === 0) return resolve(task.to);
      const index = place();
      const kind = killed ? "hang" : "memory";
      total[kind]++;
      doubtful.add(index);
      total.read++;
      total.passed++;
      appendFileSync(out("found.jsonl"), JSON.stringify({ found: { kind, key: kind }, index, seed: task.seed }) + "\n");
      console.log(`${index} ${kind}: the process ${killed ? "did not come back" : "ended"}`);
      resolve(index + 1);
    });
  });
}

/** Seconds of computing of a process; of the clock where the system does not tell. */
function spent(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Date.now() / 1000;
  }
}

/** The upper edge, in milliseconds, of the class that holds this share of the times. */
function quantile(times, share) {
  const all = times.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (let i = 0; i < times.length; i++) if ((sum += times[i]) >= share * all) return Math.round(2 ** ((i - 1) / 2));
  return 0;
}

/** Of each kind found the first case, with the lines and then the words left out that it does not need: OUT/small.json. */
async function minimizeAll() {
  const kinds = new Map();
  for (const line of readFileSync(out("found.jsonl"), "utf8").split("\n").filter(Boolean)) {
    const told = JSON.parse(line);
    if (told.case && told.found.kind !== "memory" && !kinds.has(told.found.key)) kinds.set(told.found.key, told);
  }
  const small = [];
  for (const { found, case: one } of kinds.values()) {
    const again = async (text) => {
      const told = await answer({ ...one, text });
      return told.kind === "hang" || (told.kind === found.kind && told.key === found.key);
    };
    let { text } = one;
    let tries = found.kind === "slow" ? 60 : 400;
    if (await again(text))
      for (const pattern of [/[^\n]*\n?/g, /\w+|\s+|[^\w\s]/g]) {
        let parts = text.match(pattern);
        for (let size = Math.ceil(parts.length / 2); size >= 1 && tries > 0; size = size > 1 ? Math.ceil(size / 2) : 0)
          for (let i = 0; i < parts.length && tries-- > 0;) {
            const rest = [...parts.slice(0, i), ...parts.slice(i + size)];
            if (await again(rest.join(""))) parts = rest;
            else i += size;
          }
        text = parts.join("");
      }
    small.push({ ...one, text, why: found.key });
    console.log(`${found.key}: ${one.text.length} characters made ${text.length}`);
    writeFileSync(out("small.json"), JSON.stringify(small, undefined, 1));
  }
}

/** One case in a process of its own. */
function answer(one) {
  return new Promise((resolve) => {
    const child = fork(worker, ["answer"], { execArgv: flags, stdio: "ignore" });
    const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
    child.on("message", (told) => (resolve(told), child.kill()));
    child.on("close", () => (clearTimeout(timer), resolve({ kind: "hang" })));
    child.send(one);
  });
}
