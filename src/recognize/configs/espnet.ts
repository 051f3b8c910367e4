import { byName } from "../byName.js";
import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { runLength } from "./length.js";
import { each, found } from "./match.js";
import { torchSchedule } from "./torchClass.js";

/** ESPnet2, FunASR and WeNet: `scheduler: name`, `scheduler_conf`, `optim_conf.lr`; CosyVoice nests them under `train_conf`. */
export const espnet: ConfigFormat = {
  id: "espnet",
  syntaxes: ["yaml"],
  needs: [/^[ \t]*["']?scheduler\d?["']?\s*:/m, /^[ \t]*["']?(?:optim\d?_conf|scheduler\d?_conf)["']?\s*:/m],
  recognize(input) {
    const homes = [input.root, ...input.root.entries.filter((e) => /train_conf/.test(e.key))];
    return homes.flatMap((home) =>
      ["", "2", "3"]
        .flatMap((n) => espnetSchedule(home, n, input))
        .concat(["_d"].flatMap((n) => espnetSchedule(home, n, input))),
    );
  },
};

const ESPNET: Readonly<Record<string, string>> = byName({
  warmuplr: "WarmupLR",
  noamlr: "NoamLR",
  warmupsteplr: "WarmupStepLR",
  warmupreducelronplateau: "WarmupReduceLROnPlateau",
  piecewiselinearwarmuplr: "PiecewiseLinearWarmupLR",
  tristagelr: "TristageLR",
  exponentialdecaywarmup: "ExponentialDecayWarmup",
  cosineannealingwarmuprestarts: "CosineAnnealingWarmupRestarts",
});

function espnetSchedule(home: Block, suffix: string, { root, assume }: ConfigInput): Finding[] {
  const main = home.at(`scheduler${suffix}`);
  if (!main || typeof main.value !== "string") return [];
  const conf = home.at(`scheduler${suffix}_conf`) ?? (suffix === "_d" ? home.at("scheduler_conf_d") : undefined);
  const optim = home.at(`optim${suffix}_conf`) ?? home.at(`optim_conf${suffix}`);
  const rate = optim?.at("lr") ?? home.at("optim_conf.lr");
  if (!conf && !rate) return [];
  const name = main.value;
  const lower = name.toLowerCase();
  // WeNet and CosyVoice are told from ESPnet by the keys that only they have.
  const wenet =
    home !== root ||
    root.has("dataset_conf") ||
    root.has("train_engine") ||
    lower === "constantlr" ||
    Array.isArray(conf?.at("warmup_steps")?.value);
  const torch = torchSchedule(TORCH.find((t) => t.toLowerCase() === lower) ?? "");
  const espnet = ESPNET[lower];
  const nemo = /annealing$/i.test(name) && !torch && !espnet;
  const schedule =
    wenet && (lower === "warmuplr" || lower === "constantlr")
      ? `wenet:${lower}`
      : espnet
        ? `espnet:${lower}`
        : nemo
          ? `wenet:${name}`
          : (torch ?? `espnet:${lower}`);
  const definition =
    espnet && !schedule.startsWith("wenet")
      ? `espnet2.schedulers.${snake(espnet)}.${espnet}`
      : nemo
        ? `nemo.core.optim.lr_scheduler.${name}`
        : undefined;
  const perEpoch = torch !== undefined && !/OneCycle|Cyclic|WarmRestarts/.test(torch);
  const epochs = home.first("max_epoch") ?? root.first("max_epoch");
  const length = runLength(assume, {
    epochs,
    ...(root.has("num_iters_per_epoch") ? { stepsPerEpoch: root.first("num_iters_per_epoch") } : {}),
  });
  return [
    found({
      schedule,
      ...(definition && { definition }),
      main,
      callee: name,
      blocks: conf ? [main, conf] : [main],
      args: each(conf),
      context: { initial_lr: rate, total_steps: length.totalSteps },
      optimizer: home.str(`optim${suffix}`),
      run: perEpoch
        ? {
            unit: "epoch",
            steppedPer: "epoch",
            epochs: length.epochs,
            stepsPerEpoch: length.stepsPerEpoch,
            shown: length.shown,
          }
        : { unit: "step", steppedPer: "optimizer step", ...length },
    }),
  ];
}

const TORCH = [
  "StepLR",
  "MultiStepLR",
  "ExponentialLR",
  "CosineAnnealingLR",
  "CosineAnnealingWarmRestarts",
  "OneCycleLR",
  "CyclicLR",
  "LambdaLR",
  "ReduceLROnPlateau",
];

const snake = (name: string) =>
  name
    .replace(/LR/g, "_lr")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/On_?Plateau/i, "_on_plateau")
    .toLowerCase()
    .replace(/__+/g, "_");
