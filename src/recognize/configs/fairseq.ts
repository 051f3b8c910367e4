import type { Finding } from "../finding.js";
import { asNumbers, Block, textOf } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { runLength } from "./length.js";
import { found, known, type Given } from "./match.js";

/** fairseq: Hydra YAML (`lr_scheduler._name`, `optimization.lr`), and `fairseq-train` command lines. */
export const fairseq: ConfigFormat = {
  id: "fairseq",
  syntaxes: ["yaml", "shell"],
  needs: [/\blr[-_]scheduler\b/, /\boptimization\b|fairseq|--max-update|--warmup-updates|--task\b/],
  recognize: (input) => (input.syntax === "shell" ? commandLine(input) : hydra(input)),
};

function hydra(input: ConfigInput): Finding[] {
  const { root, assume } = input;
  const main = root.at("lr_scheduler");
  const optimization = root.at("optimization");
  if (!main || !(optimization || root.has("task"))) return [];
  const name = main.str("_name") ?? (typeof main.value === "string" ? main.value : undefined);
  if (!name) return [];
  if (name === "pass_through") return groups(input);
  const own: Record<string, Given> = {};
  for (const e of main.entries) if (!e.key.startsWith("_")) own[e.key] = e;
  const rate = own["lr"] ?? optimization?.at("lr");
  return [
    schedule(name, main, rate, own, optimization?.first("max_update"), optimization?.first("max_epoch"), input, assume),
  ];
}

/** `pass_through` leaves each group of a composite optimizer to its own schedule. */
function groups(input: ConfigInput): Finding[] {
  const { root, assume } = input;
  return (root.at("optimizer.groups")?.entries ?? []).flatMap((group) => {
    const main = group.at("lr_scheduler");
    const name = main && (main.str("_name") ?? (typeof main.value === "string" ? main.value : undefined));
    if (!main || !name) return [];
    const own = Object.fromEntries(main.entries.filter((e) => !e.key.startsWith("_")).map((e) => [e.key, e]));
    const rate = own["lr"] ?? group.at("lr_float") ?? group.at("lr") ?? root.at("optimization.lr");
    return [
      schedule(
        name,
        main,
        rate,
        own,
        root.first("optimization.max_update"),
        root.first("optimization.max_epoch"),
        input,
        assume,
      ),
    ];
  });
}

function commandLine(input: ConfigInput): Finding[] {
  const { root, assume } = input;
  const main = root.at("lr_scheduler");
  if (!main || typeof main.value !== "string") return [];
  const words = (root.at("0")?.value as readonly unknown[] | undefined)?.map(String) ?? [];
  const ours = words.some((w) => /fairseq|(?:^|\/)train\.py$/.test(w)) || root.has("task") || root.has("max_tokens");
  if (
    !ours ||
    ![
      "inverse_sqrt",
      "cosine",
      "polynomial_decay",
      "tri_stage",
      "fixed",
      "triangular",
      "reduce_lr_on_plateau",
      "pass_through",
      "manual",
      "step",
    ].includes(main.value)
  )
    return [];
  const args: Record<string, Given> = Object.fromEntries(root.entries.map((e) => [e.key, e]));
  return [schedule(main.value, main, root.at("lr"), args, root.at("max_update"), root.at("max_epoch"), input, assume)];
}

function schedule(
  name: string,
  main: Block,
  rate: Given,
  args: Record<string, Given>,
  maxUpdate: Block | undefined,
  maxEpoch: Block | undefined,
  { root }: ConfigInput,
  assume: ConfigInput["assume"],
): Finding {
  const length = runLength(assume, { maxSteps: maxUpdate, epochs: maxEpoch });
  // `lr: [0.0005]` is one rate for every epoch; a command line writes several as `0.1,0.05`.
  const all = rate instanceof Block ? asNumbers(rate.value) : undefined;
  const text = rate instanceof Block ? textOf(rate.node) : "";
  const initial: Given = all?.length ? known(all[0]!, text, [rate]) : rate;
  const scheduled: Record<string, Given> = { ...args, lr: all && all.length > 1 ? known(all, text, [rate]) : initial };
  const perEpoch = name === "fixed" || name === "reduce_lr_on_plateau";
  return found({
    schedule: `fairseq:${name}`,
    definition: `fairseq.optim.lr_scheduler.${name}`,
    main,
    callee: name,
    blocks: main.node.kind === "map" ? [main] : [root],
    args: { ...scheduled, max_update: maxUpdate ?? length.totalSteps },
    context: { initial_lr: initial, total_steps: length.totalSteps },
    run: { unit: "step", steppedPer: "update", ...length },
    ...(perEpoch && { notes: ["acts at the end of an epoch"] }),
    others: ["_name", "lr_scheduler"],
  });
}
