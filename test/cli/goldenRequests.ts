import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../golden/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Record<string, unknown>;
const preludes = read("preludes.json") as Record<string, string>;

export interface Golden {
  readonly id: string;
  readonly code: string;
  /** The file that `code` would stand in, where that is not a Python script. */
  readonly path?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly steps: readonly number[];
  readonly values: readonly (number | string)[];
  readonly base_lr?: number;
  readonly initial_lr?: number;
  readonly metrics?: readonly (number | string)[];
  readonly val_losses?: readonly (number | string)[];
  readonly quantity?: string;
  readonly n_iter?: number;
  readonly n_samples?: number;
  readonly error?: { readonly when?: string; readonly step?: number; readonly type?: string };
  readonly raises?: { readonly step: number; readonly error: string };
  readonly dtype?: string;
  readonly fragile_steps?: readonly number[];
}

export interface GoldenCase {
  readonly library: string;
  readonly golden: Golden;
  readonly float32: boolean;
  /** What `inspect --jsonl-requests` is asked. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** Libraries that record the rate after the metric was fed, one step later than PyTorch's family. */
const afterMetric = /^(?:keras2?|optax|paddle|mxnet|mindspore|thinc|chainer)$/;

/** Every recorded case as a request: the text a user writes, and as assumptions only what that text does not carry. */
export function goldenCases(): GoldenCase[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== "preludes.json")
    .sort()
    .flatMap((name) => {
      const library = name.slice(0, -5);
      const file = read(name) as { dtype?: string; cases?: Golden[] };
      return (file.cases ?? []).map((golden) => ({
        library,
        golden,
        float32: file.dtype === "float32" || golden.dtype === "float32",
        request: requestOf(library, golden),
      }));
    });
}

function requestOf(library: string, golden: Golden): Record<string, unknown> {
  const { code } = golden;
  const imports = /^\s*(?:import|from)\s/m.test(code);
  const metrics = golden.metrics ?? golden.val_losses;
  const raised = raisedBy(golden);
  const shift = golden.metrics && afterMetric.test(library) ? 1 : 0;
  return {
    id: golden.id,
    path: golden.path ?? (library === "fairseq" ? "train.sh" : "train.py"),
    text: imports || golden.path || library === "fairseq" ? code : `${preludes[library] ?? ""}\n${code}`,
    at: [...golden.steps.map((t) => t + shift), ...(raised ? [raised.at] : [])],
    ...(metrics && { metrics }),
    assume: assumptionsOf(library, golden),
  };
}

/** The step at which the library raises, and the name of what it raises. */
export function raisedBy({ raises, error }: Golden): { at: number; type: string } | undefined {
  if (raises) return { at: raises.step, type: raises.error.split(":")[0]! };
  if (!error) return undefined;
  const when = error.when ?? "";
  const at = error.step ?? (when.startsWith("construction") ? 0 : Number(/\d+/.exec(when)?.[0]));
  return { at, type: error.type ?? "" };
}

/** The context that a comment beside the code, or the recording itself, gives. */
function assumptionsOf(library: string, golden: Golden): Record<string, unknown> {
  const { code, args = {} } = golden;
  const number = (pattern: RegExp) =>
    pattern.exec(code)?.[1] === undefined ? undefined : Number(pattern.exec(code)![1]);
  const perEpoch = number(/len\(train_dataloader\) == (\d+)/) ?? number(/(\d+) batches per epoch/) ?? golden.n_iter;
  const epochwise = (library === "espnet" && golden.val_losses) || library === "fairseq";
  const recorded =
    epochwise && !code.includes("steps_per_epoch") ? (args["steps_per_epoch"] ?? args["updates_per_epoch"]) : undefined;
  const written = /\blr\s*=|optimizer = .*\(model.parameters\(\), [\d.]/.test(code);
  const entries = {
    total_steps: number(/scheduler\(k \/ (\d+)\)/) ?? (/pos=step\/1000/.test(golden.quantity ?? "") ? 1000 : undefined),
    max_duration: /max_duration='?([^',)]+)/.exec(code)?.[1],
    steps_per_epoch: perEpoch ?? recorded ?? (library === "allennlp" ? args["batches_per_epoch"] : undefined),
    batch_size: args["increment"],
    dataset_size: golden.n_samples,
    // Free names of the text.
    ...(/\blrf\b/.test(code) && { epochs: args["epochs"], lrf: args["lrf"] }),
    initial_lr: golden.initial_lr ?? (written ? undefined : golden.base_lr),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
