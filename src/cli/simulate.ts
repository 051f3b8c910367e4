import { readFileSync } from "node:fs";
import { analyze } from "../recognize/analyze.js";
import { resolve, resolveAll, type Resolved } from "../recognize/resolve.js";
import { fitCondition, fitNoise, fitScale } from "../simulate/fit.js";
import { problemOf } from "../simulate/problems/index.js";
import { simulate as run, type Simulated } from "../simulate/simulate.js";
import type { LiveRate } from "../simulate/seeds.js";
import { parseSpec, withRates, type Parsed, type SimulationSpec } from "../simulate/spec.js";
import { count, figure } from "../simulate/words.js";
import type { SourceDocument, Workspace } from "../source/document.js";
import { assumedOf, readCall, UsageError } from "./call.js";
import { diskWorkspace, documentOf, readText, workspaceRoot } from "./files.js";

/** A schedule's rates, and what was done to them to fit. */
interface Source {
  readonly resolved: Resolved;
  readonly rates: Float64Array;
  /** Steps of the run that one simulated update stands for. */
  readonly stride: number;
  readonly unit: "step" | "epoch";
  /** Simulated updates of one scheduler step, where that is more than one update. */
  readonly perStep: number;
}

/** Longer runs are compressed in time; a run of few epochs of unknown length gets at least the second many updates. */
const budget = 1_000_000;
const fewest = 2000;

/** `lr-lens simulate`: descent under the first schedule of a file, or under a specification. */
export function simulate(words: readonly string[]): number {
  const { values, positionals } = readCall(words, {
    spec: { type: "string" },
    json: { type: "boolean" },
    assume: { type: "string", multiple: true },
  });
  const [path, more] = positionals;
  if (more !== undefined || (path === undefined) === (values.spec === undefined))
    throw new UsageError("simulate takes one file, or --spec with a file or -");
  const assume = assumedOf(values.assume ?? []);
  let parsed: Parsed;
  let source: Source | undefined;
  if (path !== undefined) {
    source = sourceOf(documentOf(path, readText(path)), diskWorkspace(workspaceRoot(path)), assume);
    parsed = fitted(source, path);
  } else {
    parsed = parseSpec(jsonOf(values.spec!));
    if (parsed.ok && parsed.source) {
      const { text, path: name, steps } = parsed.source;
      source = sourceOf(documentOf(name, text), { read: () => undefined }, assume, steps);
      parsed = fill(parsed, source);
    }
  }
  if (!parsed.ok) throw new UsageError(parsed.because);
  const started = performance.now();
  const result = run(parsed.spec, liveOf(parsed.spec, source));
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write((values.json ? json : people)(parsed.spec, result, source, seconds) + "\n");
  return 0;
}

/** A metric-driven schedule's own rates, at the toy's scale. */
function liveOf({ told }: SimulationSpec, source: Source | undefined): (() => LiveRate) | undefined {
  const live = source?.resolved.compiled?.live;
  if (!live) return undefined;
  const scale = told?.scale ?? 1;
  return () => {
    const schedule = live();
    return {
      get lr() {
        return schedule.lr * scale;
      },
      step: (metric) => schedule.step(metric),
    };
  };
}

function fill(parsed: Parsed, { rates, perStep }: Source): Parsed {
  if (!parsed.ok) return parsed;
  return withRates({ ...parsed.spec, ...(perStep > 1 && { stepsPerEpoch: perStep }) }, rates);
}

/** A file's rate is run in a toy fitted to it, as in the panel; a specification's is taken as it is. */
function fitted(source: Source, path: string): Parsed {
  const optimizer = optimizerOf(source.resolved);
  const condition = fitCondition(source.rates, typeof optimizer.momentum === "number" ? optimizer.momentum : 0);
  const problem = { kind: "quadratic", condition, noise: fitNoise(condition), batch: 32 };
  const parsed = fill(parseSpec({ lr: { text: "", path }, problem, optimizer }), source);
  if (!parsed.ok) return parsed;
  const { spec } = parsed;
  const scale = fitScale(problemOf(spec.problem), spec.optimizer, spec.rates);
  const told = { scale, stride: source.stride, unit: source.unit };
  return { ok: true, spec: { ...spec, rates: spec.rates.map((lr) => lr * scale), told } };
}

function sourceOf(
  document: SourceDocument,
  workspace: Workspace,
  assume: ReturnType<typeof assumedOf>,
  steps?: number,
): Source {
  const { findings } = analyze(document, workspace, { assume });
  const all = resolveAll(findings, { assume }, (one) => one);
  let resolved = all.find(({ compiled }) => compiled && compiled.lr.end?.at !== 0);
  if (!resolved) {
    const why = all[0]?.problem ? `no curve: ${all[0].problem}` : "no learning-rate schedule found";
    throw new UsageError(`${document.path}: ${why}`);
  }
  const perStep = resolved.run.unit === "epoch" ? Math.max(1, resolved.run.stepsPerEpoch ?? 1) : 1;
  // A run length that the file leaves open is the one that was asked for.
  if (steps !== undefined && resolved.assumptions.some(({ name }) => name === "total_steps"))
    resolved = resolve(resolved.finding, { assume: new Map([...assume, ["total_steps", Math.ceil(steps / perStep)]]) });
  const { compiled, run: found } = resolved;
  const total = steps ?? Math.max(1, Math.round(found.totalSteps * perStep));
  const unit = found.unit === "epoch" && !found.stepsPerEpoch ? "epoch" : "step";
  // With `steps` the caller counts updates himself.
  const repeated = unit === "epoch" && steps === undefined ? Math.max(1, Math.ceil(fewest / total)) : 1;
  const updates = Math.min(total * repeated, budget);
  const stride = total / updates;
  const { at, end } = compiled!.lr;
  const rates = Float64Array.from({ length: updates }, (_, k) => {
    const t = Math.floor(Math.floor(k * stride) / perStep);
    if (end && t >= end.at)
      throw new UsageError(`${document.path}: no rate from step ${count(end.at * perStep)} on: ${end.because}`);
    return at(t);
  });
  return { resolved, rates, stride, unit, perStep: Math.max(1, Math.round(perStep / stride)) };
}

/** The file's optimizer with the settings that could be read; plain SGD when it is not one that is simulated. */
function optimizerOf({ finding }: Resolved): Record<string, unknown> {
  const { optimizer } = finding;
  if (!optimizer) return {};
  const kind = optimizer.name.slice(optimizer.name.lastIndexOf(".") + 1).replace(/Optimizer$/i, "");
  const settings = Object.fromEntries(
    Object.entries(optimizer.settings).flatMap(([name, value]) =>
      value.status === "unknown" ? [] : [[name, value.value]],
    ),
  );
  const spec = { ...settings, kind };
  return parseSpec({ lr: [0], optimizer: spec }).ok ? spec : {};
}

function jsonOf(name: string): unknown {
  const text = name === "-" ? readFileSync(0, "utf8") : readText(name);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${name === "-" ? "standard input" : name} is not JSON: ${(error as Error).message}`);
  }
}

/** Entries are null where the loss is no longer a finite number. */
function json(
  spec: SimulationSpec,
  { at, loss, validation, expected, verdict, records }: Simulated,
  source: Source | undefined,
  seconds: number,
): string {
  const asked = spec.at.length > 0 ? spec.at : at;
  const places = asked.map((n) => at.indexOf(n));
  const pick = (values: ArrayLike<number>) => places.map((k) => (Number.isFinite(values[k]!) ? values[k]! : null));
  const series = (of: typeof loss) => ({
    median: pick(of.median),
    p10: pick(of.p10),
    p90: pick(of.p90),
    mean: pick(of.mean),
  });
  return JSON.stringify({
    ...(source && {
      callee: source.resolved.finding.callee,
      steps: spec.rates.length,
      stride: source.stride,
      ...(spec.told && { scale: spec.told.scale }),
    }),
    at: asked,
    loss: { ...series(loss), ...(expected && { expected: pick(expected.loss) }) },
    ...(validation && { validation: series(validation) }),
    verdict: {
      kind: verdict.kind,
      ...(verdict.step !== undefined && { step: verdict.step }),
      loss: Number.isFinite(verdict.loss) ? verdict.loss : null,
      sentence: verdict.sentence,
    },
    diverged: records.filter((r) => r.failedAt !== undefined).length,
    problem: spec.problem,
    optimizer: spec.optimizer,
    seeds: spec.seeds,
    seed: spec.seed,
    seconds,
  });
}

function people(spec: SimulationSpec, { at, loss, expected, verdict }: Simulated, source: Source | undefined): string {
  const { told } = spec;
  const stride = source?.stride ?? 1;
  const places = [0, 0.1, 0.25, 0.5, 0.75, 1].map((part) => at.findIndex((n) => n >= part * spec.rates.length));
  const rows = [...new Set(places)].map((k) => {
    const exact = expected ? `  expected ${figure(expected.loss[k]!, 3)}` : "";
    const band = `${figure(loss.p10[k]!, 3)} … ${figure(loss.p90[k]!, 3)}`;
    return `  ${told?.unit ?? "step"} ${count(at[k]! * stride).padStart(9)}  median ${figure(loss.median[k]!, 3).padEnd(8)} 10–90 % ${band}${exact}`;
  });
  const heading = `${spec.optimizer.kind} on ${spec.problem.kind}, ${spec.seeds} seeds, ${count(spec.rates.length)} updates`;
  const scaled =
    told && told.scale !== 1
      ? [`  the toy's curvature is its own: it runs at ${figure(told.scale, 3)} times the file's rate`]
      : [];
  const compressed =
    stride > 1
      ? [`  compressed in time: one update stands for ${figure(stride, 4)} steps of the run`]
      : stride < 1
        ? [`  how long an epoch is, the file does not say: ${figure(1 / stride, 4)} updates each`]
        : [];
  return [
    ...(source ? [source.resolved.finding.callee] : []),
    verdict.sentence,
    heading,
    ...scaled,
    ...compressed,
    ...rows,
  ].join("\n");
}
