import type { Finding } from "../finding.js";
import { scheduleNamed } from "../../schedules/index.js";
import type { ScheduleCall, Value } from "../../schedules/define.js";
import { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { fallback, runLength } from "./length.js";
import { evaluateExpression } from "../../source/expression.js";
import { assumed, derive, found, known, read, type Given } from "./match.js";
import { torchSchedule } from "./torchClass.js";

/**
 * Classes named by their path: Hydra's `_target_`, LightningCLI's `class_path` with `init_args`, MONAI bundles (`_target_` with
 * `@id` and `$expression`), and `target` with `params`. The optimizer's rate and the run's length are looked for beside them.
 */
export const targets: ConfigFormat = {
  id: "targets",
  syntaxes: ["yaml", "json"],
  needs: [
    /_target_|class_path|["']?(?:target|path|name)["']?\s*:/,
    /(?:_target_|class_path|target|path|name)["']?\s*:\s*["']?[\w.]*(?:LR|WarmRestarts|Scheduler|[Ss]chedule|OnPlateau|_warmup\w*)["']?\s*(?:$|[,}#])/m,
  ],
  recognize(input) {
    const findings: Finding[] = [];
    walk(input.root, input, 0, { left: 20_000 }, findings);
    return findings;
  },
};

interface Named {
  readonly id: string;
  readonly params: Block;
  readonly main: Block;
}

const WRAPPING = [
  "optimizer",
  "_target_",
  "_partial_",
  "_convert_",
  "_recursive_",
  "class_path",
  "init_args",
  "_args_",
];

/** The schedule class that this block names; undefined for anything else. */
function named(block: Block): Named | undefined {
  const path = block.str("_target_") ?? block.str("class_path") ?? block.str("target");
  if (!path || !/^[\w.]+$/.test(path)) return undefined;
  const id =
    torchSchedule(path) ??
    knownClass(path) ??
    knownClass(block.str("_target_") && path.replace(/^monai\./, "monai.optimizers.") ? path : "");
  if (!id) return undefined;
  const params = block.has("class_path")
    ? (block.at("init_args") ?? block)
    : block.has("target") && !block.has("_target_")
      ? (block.at("params") ?? block)
      : block;
  return { id, params, main: block };
}

function knownClass(path: string): string | undefined {
  if (!path) return undefined;
  const definition = scheduleNamed(path);
  if (definition) return definition.quantity && definition.quantity !== "lr" ? undefined : path;
  const short = path.slice(path.lastIndexOf(".") + 1);
  if (/^get_\w*schedule\w*$/.test(short)) return `transformers.${short}`;
  const nemo = /^nemo\..*\.(\w+?)(?:Scheduler)?$/.exec(path)?.[1];
  if (nemo && scheduleNamed(`nemo.core.optim.lr_scheduler.${nemo}`)) return `nemo.core.optim.lr_scheduler.${nemo}`;
  // MONAI's bundles may name a class by itself.
  if (/^(?:WarmupCosineSchedule)$/.test(short)) return `monai.optimizers.${short}`;
  if (/^LinearWarmupCosineAnnealingLR$/.test(short)) return `pl_bolts.optimizers.lr_scheduler.${short}`;
  return undefined;
}

function walk(block: Block, input: ConfigInput, depth: number, fuel: { left: number }, findings: Finding[]): void {
  if (depth > 24 || --fuel.left < 0 || findings.length > 40) return;
  if (block.node.kind === "map") {
    const found_ = named(block);
    if (found_) {
      const finding = classFinding(found_, input);
      if (finding) findings.push(finding);
      return;
    }
  }
  const inner = block.node.kind === "list" ? block.items : block.entries;
  // What is written as a reference stands, and is found, elsewhere.
  for (const e of inner)
    if (e.node.kind !== "scalar" && e.entry?.value.kind !== "scalar") walk(e, input, depth + 1, fuel, findings);
}

function classFinding({ id, params, main }: Named, input: ConfigInput): Finding | undefined {
  const { assume, root } = input;
  const children: Finding[] = [];
  const args: Record<string, Given> = {};
  let perBatch = false;
  for (const e of params.entries) {
    if (WRAPPING.includes(e.key)) continue;
    if (e.key === "schedulers") {
      const inner = e.items.map((i) => named(i));
      const calls = inner.map((n) => n && callOf(n));
      for (const n of inner) {
        const child = n && classFinding(n, input);
        if (child) children.push(child);
      }
      if (calls.every((c) => c !== undefined)) args[e.key] = known(calls as Value[], "schedulers", []);
      continue;
    }
    const count = counted(e, input);
    if (count) perBatch = true;
    args[e.key] = count ?? e;
  }
  const rate = rateBeside(main, root);
  const interval = intervalOf(main);
  const maxSteps = root.first("trainer.max_steps", "max_steps");
  const epochs = root.first(
    "trainer.max_epochs",
    "max_epochs",
    "epochs",
    "num_epochs",
    "train.max_epochs",
    "train#trainer.max_epochs",
    "training.epochs",
    "trainer.epochs",
  );
  const length = runLength(assume, { maxSteps, epochs, batch: root.first("batch_size") });
  // What the code fills in when it completes the partial object.
  const definition = scheduleNamed(id);
  const missing = (name: string) =>
    definition?.params[name] !== undefined && definition.params[name].default === undefined && !args[name];
  if (missing("num_training_steps")) args["num_training_steps"] = length.totalSteps;
  if (missing("T_max"))
    args["T_max"] = length.epochs ?? assumed(assume, "T_max", fallback.epochs, "filled in by the code");
  // OneCycleLR's length is left to the code, or is half written: epochs without their steps.
  const oneCycle = definition?.id === "torch.optim.lr_scheduler.OneCycleLR";
  const given = (name: string) => args[name] instanceof Block && args[name].value !== null;
  if (oneCycle && !given("total_steps")) {
    delete args["total_steps"];
    if (!given("epochs")) args["total_steps"] = length.totalSteps;
    else if (!given("steps_per_epoch"))
      args["steps_per_epoch"] =
        length.stepsPerEpoch ?? assumed(assume, "steps_per_epoch", fallback.steps_per_epoch, "depends on the data set");
  }
  const byStep =
    interval === "step" ||
    perBatch ||
    /^(?:transformers|diffusers|nemo)\./.test(id) ||
    (interval === undefined &&
      /OneCycleLR|CyclicLR/.test(id) &&
      ("total_steps" in args || "steps_per_epoch" in args || "step_size_up" in args));
  return found({
    schedule: id,
    main: main.entry ? main : (main.at("_target_") ?? main.at("class_path") ?? main),
    callee: id.slice(id.lastIndexOf(".") + 1),
    blocks: [main, ...(params === main ? [] : [params])],
    args,
    context: { initial_lr: rate, total_steps: byStep ? length.totalSteps : length.epochs },
    run: byStep
      ? { unit: "step", steppedPer: "optimizer step", ...length }
      : {
          unit: "epoch",
          steppedPer: "epoch",
          shown: length.shown,
          ...(length.epochs && { epochs: length.epochs, stepsPerEpoch: length.stepsPerEpoch }),
        },
    children,
    others: WRAPPING,
  });
}

/** MONAI's `$@epochs * len(@train#dataset) / @batch_size`: the data set's length is assumed, the rest is in the file. */
function counted(block: Block, { root, assume }: ConfigInput): Given {
  const text = block.node.kind === "scalar" && block.value === undefined ? block.node.text : "";
  const source = /^["']?\$(.*?)["']?$/.exec(text)?.[1];
  if (!source?.includes("len(@")) return undefined;
  const parts: Given[] = [];
  const names: string[] = [];
  const plain = source.replace(/len\(@([\w#.]+)\)|@([\w#.]+)/g, (_, data?: string, id?: string) => {
    parts.push(
      id
        ? root.at(id.replaceAll("#", "."))
        : /loader$/i.test(data!)
          ? assumed(assume, "steps_per_epoch", fallback.steps_per_epoch, "depends on the data set")
          : assumed(assume, "dataset_size", 1000, "depends on the data set"),
    );
    names.push(`v${parts.length}`);
    return names.at(-1)!;
  });
  return derive(source, parts, (...values) => {
    const result = evaluateExpression(plain, (name) => values[names.indexOf(name)]);
    return typeof result === "number" ? result : undefined;
  });
}

function callOf({ id, params }: Named): ScheduleCall | undefined {
  const definition = scheduleNamed(id);
  if (!definition) return undefined;
  const args: Record<string, Value> = {};
  for (const e of params.entries) {
    if (WRAPPING.includes(e.key)) continue;
    const value = read(e, definition.params[e.key]);
    if (value && value.status !== "unknown") args[e.key] = value.value;
  }
  return { kind: "schedule", definition, args };
}

const OPTIMIZER =
  /^(?:optimizer|optim|optimizers|optimizer_cfg|optimizer_config|optim_cfg|opt|optimizer_g|generator_optimizer)$/;

/** The rate of the optimizer named like this scheduler, or the nearest one around it. */
function rateBeside(main: Block, root: Block): Block | undefined {
  const own = main.at("optimizer");
  const inOwn = own && rateIn(own);
  if (inOwn) return inOwn;
  for (let around = main.parent; around; around = around.parent) {
    // `generator_lr_scheduler` belongs to `generator_optimizer`.
    const twin = around.at(main.key.replace(/(?:lr_?)?sched(?:uler)?/, "optimizer"));
    const twinRate = twin && twin.node !== main.node ? rateIn(twin) : undefined;
    if (twinRate) return twinRate;
    const named = around.entries.find((e) => OPTIMIZER.test(e.key) && e.node !== main.node);
    const rate = named && rateIn(named);
    if (rate) return rate;
    const plain = around === root ? undefined : around.first("lr", "learning_rate");
    if (plain?.number !== undefined) return plain;
  }
  const top = root.entries.map((e) => (OPTIMIZER.test(e.key) ? rateIn(e) : undefined)).find(Boolean);
  return (
    top ??
    root.first(
      "model.optimizer.lr",
      "model.init_args.lr",
      "model.init_args.learning_rate",
      "model.lr",
      "model.learning_rate",
      "optimizer.lr",
      "lr",
      "learning_rate",
    )
  );
}

function rateIn(optimizer: Block): Block | undefined {
  const direct = optimizer.first(
    "lr",
    "learning_rate",
    "init_args.lr",
    "init_args.learning_rate",
    "params.lr",
    "kwargs.lr",
    "config.lr",
  );
  if (direct) return direct;
  const inner = optimizer.node.kind === "list" ? optimizer.items : optimizer.entries;
  for (const e of inner) {
    const rate = e.node.kind === "map" ? e.first("lr", "init_args.lr") : undefined;
    if (rate) return rate;
  }
  return undefined;
}

/** Lightning's `interval`, and MONAI's handler with `epoch_level: false`. */
function intervalOf(main: Block): "step" | "epoch" | undefined {
  for (let around: Block | undefined = main; around; around = around.parent) {
    const written = around.str("interval") ?? around.str("lr_scheduler_interval");
    if (written === "step" || written === "epoch") return written;
    if (around.bool("epoch_level") === false) return "step";
  }
  return undefined;
}
