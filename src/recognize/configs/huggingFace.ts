import { readJson } from "../../source/json.js";
import type { Finding } from "../finding.js";
import { Block } from "./block.js";
import { deepspeedSchedule } from "./deepspeed.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { siblingOf } from "./files.js";
import { runLength, type Length } from "./length.js";
import { changed, derive, found, known, type Given } from "./match.js";

/** Trainer arguments in YAML or JSON: transformers, TRL, LLaMA-Factory, ms-swift. */
export const huggingFace: ConfigFormat = {
  id: "transformers",
  syntaxes: ["yaml", "json", "shell"],
  needs: [
    /\blr_scheduler_type\b|\b(?:num_)?warmup_(?:ratio|steps)\b/,
    /\b(?:learning_rate|lr_scheduler_type|num_train_epochs|max_steps)\b/,
  ],
  recognize: (input) => trainerBlocks(input.root).flatMap((block) => trainerFinding(block, input)),
};

function trainerBlocks(root: Block): Block[] {
  const own = (b: Block) =>
    b.has("lr_scheduler_type") ||
    (b.has("learning_rate") &&
      (b.has("warmup_ratio") || b.has("warmup_steps") || b.has("num_warmup_steps")) &&
      (b.has("num_train_epochs") || b.has("max_steps") || b.has("max_train_steps")));
  if (own(root)) return [root];
  return root.entries.flatMap((e) => (own(e) ? [e] : e.entries.filter(own))).slice(0, 20);
}

export function trainerLength(block: Block, input: Pick<ConfigInput, "assume">): Length {
  return runLength(input.assume, {
    maxSteps: block.first("max_steps", "max_train_steps"),
    epochs: block.at("num_train_epochs") ?? known(3, "num_train_epochs"),
    batch: block.at("per_device_train_batch_size"),
    accumulation: block.at("gradient_accumulation_steps"),
  });
}

function trainerFinding(block: Block, input: ConfigInput): Finding[] {
  const length = trainerLength(block, input);
  const other = deepspeedFile(block, input, length);
  if (other) return other;
  const swift = isSwift(block);
  const type =
    block
      .str("lr_scheduler_type")
      ?.replace(/^SchedulerType\./, "")
      .toLowerCase() ?? (swift ? "cosine" : "linear");
  const main = block.first("lr_scheduler_type", "warmup_ratio", "warmup_steps") ?? block;
  const kwargs = block.at("lr_scheduler_kwargs");
  const factory = type === "warmup_stable_decay" && (block.has("finetuning_type") || block.has("stage"));
  if (factory) return [llamaFactory(block, main, kwargs, length)];
  return [
    found({
      schedule: `transformers:${type}`,
      main,
      callee: type,
      blocks: [block],
      args: {
        learning_rate:
          block.first("learning_rate", "actor_learning_rate") ??
          (swift ? known(swift === "full" ? 1e-5 : 1e-4, "ms-swift's default") : undefined),
        warmup_steps: block.first("warmup_steps", "num_warmup_steps"),
        warmup_ratio: block.at("warmup_ratio"),
        ...Object.fromEntries((kwargs?.entries ?? []).map((e) => [e.key, e])),
      },
      context: { total_steps: length.totalSteps },
      run: { unit: "step", steppedPer: "optimizer step", ...length },
      others: OTHERS,
    }),
  ];
}

/** ms-swift's way of tuning, in its commands and files; it has defaults of its own. Undefined for other trainers. */
function isSwift(block: Block): string | undefined {
  const words = block.at("0")?.items.map((w) => w.value) ?? [];
  const command = words.some((w) => typeof w === "string" && /^swift$|\bswift\/cli\/\w+\.py$/.test(w));
  const type = block.str("tuner_type") ?? block.str("train_type") ?? (command ? block.str("sft_type") : undefined);
  return command || (type && block.has("dataset") && block.has("model")) ? (type ?? "lora") : undefined;
}

const OTHERS = [
  "lr_scheduler_type",
  "lr_scheduler_kwargs",
  "num_train_epochs",
  "max_steps",
  "per_device_train_batch_size",
  "gradient_accumulation_steps",
];

/** LLaMA-Factory fills in the stable and the decay steps that Transformers requires. */
function llamaFactory(block: Block, main: Block, kwargs: Block | undefined, length: Length): Finding {
  const W = block.num("warmup_steps") ?? 0;
  const ratio = block.at("warmup_ratio");
  const share = W > 0 && W < 1 ? block.at("warmup_steps") : W === 0 ? ratio : undefined;
  return found({
    schedule: "llama-factory:warmup_stable_decay",
    main,
    callee: "warmup_stable_decay",
    blocks: [block],
    args: {
      learning_rate: block.at("learning_rate") ?? known(5e-5, "learning_rate"),
      num_warmup_steps: share
        ? derive("warmup_ratio · total_steps", [share, length.totalSteps], (r, t) => Math.ceil(t! * r!))
        : block.at("warmup_steps"),
      ...Object.fromEntries((kwargs?.entries ?? []).map((e) => [e.key, e])),
    },
    context: { total_steps: length.totalSteps },
    run: { unit: "step", steppedPer: "optimizer step", ...length, shown: [...length.shown, ratio] },
    others: OTHERS,
  });
}

/** `deepspeed: file.json` whose own scheduler wins; its `auto` values come from here. */
function deepspeedFile(block: Block, input: ConfigInput, length: Length): Finding[] | undefined {
  const named = block.at("deepspeed");
  if (!named) return undefined;
  if (named.node.kind === "map") return filled(named, block, input, length);
  const path = typeof named.value === "string" ? siblingOf(input.document.path, named.value) : [];
  for (const candidate of path) {
    const text = input.workspace.read(candidate);
    const tree = text === undefined ? undefined : readJson(text, candidate).roots[0];
    if (tree) return filled(new Block(tree, tree), block, input, length, named);
  }
  return undefined;
}

function filled(root: Block, block: Block, input: ConfigInput, length: Length, named?: Block): Finding[] | undefined {
  const warmup = block.num("warmup_steps") ? block.at("warmup_steps") : undefined;
  const ratio = block.at("warmup_ratio");
  const trainer: Record<string, Given> = {
    lr: block.at("learning_rate") ?? known(5e-5, "learning_rate"),
    warmup_min_lr: known(0, "auto"),
    warmup_max_lr: block.at("learning_rate") ?? known(5e-5, "learning_rate"),
    warmup_num_steps:
      warmup ??
      (ratio
        ? derive("warmup_ratio · total_steps", [ratio, length.totalSteps], (r, t) => Math.ceil(t! * r!))
        : known(0, "auto")),
    total_num_steps: length.totalSteps,
  };
  const findings = deepspeedSchedule(root, input, trainer);
  if (!findings.length) return undefined;
  if (!named) return findings;
  const span = { from: named.entry!.keyAt.from, to: named.entry!.keyAt.to };
  return findings.map((f) =>
    changed(f, {
      span,
      area: { from: span.from, to: named.node.at.to },
      notes: [...(f.notes ?? []), "the DeepSpeed file's scheduler replaces lr_scheduler_type"],
    }),
  );
}
