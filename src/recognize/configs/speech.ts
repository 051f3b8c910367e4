import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import { asNumber } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { runLength } from "./length.js";
import { each, found, known, pick, type Given } from "./match.js";
import { torchSchedule } from "./torchClass.js";

/** ESPnet2, FunASR and WeNet: `scheduler: name`, `scheduler_conf`, `optim_conf.lr`; CosyVoice nests them under `train_conf`. */
export const espnet: ConfigFormat = {
  id: "espnet",
  syntaxes: ["yaml"],
  needs: [/^[ \t]*["']?scheduler\d?["']?\s*:/m, /^[ \t]*["']?(?:optim\d?_conf|scheduler\d?_conf)["']?\s*:/m],
  recognize(input) {
    const homes = [input.root, ...input.root.entries.filter((e) => /train_conf/.test(e.key))];
    return homes.flatMap((home) =>
      ["", "2", "3"].flatMap((n) => espnetSchedule(home, n, input)).concat(["_d"].flatMap((n) => espnetSchedule(home, n, input))),
    );
  },
};

const ESPNET: Readonly<Record<string, string>> = { warmuplr: "WarmupLR", noamlr: "NoamLR", warmupsteplr: "WarmupStepLR", warmupreducelronplateau: "WarmupReduceLROnPlateau", piecewiselinearwarmuplr: "PiecewiseLinearWarmupLR", tristagelr: "TristageLR", exponentialdecaywarmup: "ExponentialDecayWarmup", cosineannealingwarmuprestarts: "CosineAnnealingWarmupRestarts" };

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
  const wenet = home !== root || root.has("dataset_conf") || root.has("train_engine") || lower === "constantlr" || Array.isArray(conf?.at("warmup_steps")?.value);
  const torch = torchSchedule(TORCH.find((t) => t.toLowerCase() === lower) ?? "");
  const espnet = ESPNET[lower];
  const nemo = /annealing$/i.test(name) && !torch && !espnet;
  const schedule = wenet && (lower === "warmuplr" || lower === "constantlr") ? `wenet:${lower}` : espnet ? `espnet:${lower}` : nemo ? `wenet:${name}` : (torch ?? `espnet:${lower}`);
  const definition = espnet && !schedule.startsWith("wenet") ? `espnet2.schedulers.${snake(espnet)}.${espnet}` : nemo ? `nemo.core.optim.lr_scheduler.${name}` : undefined;
  const perEpoch = torch !== undefined && !/OneCycle|Cyclic|WarmRestarts/.test(torch);
  const epochs = home.first("max_epoch") ?? root.first("max_epoch");
  const length = runLength(assume, { epochs, ...(root.has("num_iters_per_epoch") ? { stepsPerEpoch: root.first("num_iters_per_epoch") } : {}) });
  return [
    found({
      schedule, ...(definition && { definition }), main, callee: name, blocks: conf ? [main, conf] : [main],
      args: each(conf),
      context: { initial_lr: rate, total_steps: length.totalSteps },
      optimizer: home.str(`optim${suffix}`),
      run: perEpoch ? { unit: "epoch", steppedPer: "epoch", epochs: length.epochs, stepsPerEpoch: length.stepsPerEpoch, shown: length.shown } : { unit: "step", steppedPer: "optimizer step", ...length },
    }),
  ];
}

const TORCH = ["StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "OneCycleLR", "CyclicLR", "LambdaLR", "ReduceLROnPlateau"];
const snake = (name: string) => name.replace(/LR/g, "_lr").replace(/([a-z])([A-Z])/g, "$1_$2").replace(/On_?Plateau/i, "_on_plateau").toLowerCase().replace(/__+/g, "_");

/** SpeechBrain: `name: !new:speechbrain.nnet.schedulers.X` with its arguments indented below. */
export const speechbrain: ConfigFormat = {
  id: "speechbrain",
  syntaxes: ["yaml"],
  needs: [/!new:speechbrain\.nnet\.schedulers\.\w+/],
  recognize: ({ root, assume }) =>
    root.entries.flatMap((main) => {
      const name = /^!new:speechbrain\.nnet\.schedulers\.(\w+)$/.exec(main.tag)?.[1];
      if (!name || name === "ScheduledLoss") return [];
      const length = runLength(assume, { epochs: root.at("number_of_epochs") });
      const perEpoch = /^(?:LinearScheduler|StepScheduler|NewBobScheduler|ReduceLROnPlateau)$/.test(name);
      const args = each(main);
      return [
        found({
          schedule: `speechbrain:${name}`, main, callee: name, blocks: [main], args,
          context: { initial_lr: args["initial_value"] ?? args["lr_initial"] ?? root.at("lr"), total_steps: length.totalSteps },
          run: perEpoch ? { unit: "epoch", steppedPer: "epoch", epochs: length.epochs, shown: length.shown } : { unit: "step", steppedPer: "optimizer step", ...length },
        }),
      ];
    }),
};

/** OpenNMT-py. */
export const openNmt: ConfigFormat = {
  id: "opennmt",
  syntaxes: ["yaml", "shell"],
  needs: [/\b(?:decay_method|start_decay_steps)\b/, /\blearning_rate\b|\btrain_steps\b/],
  recognize({ root, assume }) {
    const main = root.first("decay_method", "start_decay_steps", "learning_rate");
    if (!main || !(root.has("decay_method") || root.has("start_decay_steps"))) return [];
    const method = root.str("decay_method")?.toLowerCase() ?? "none";
    return [
      found({
        schedule: `opennmt:${method}`, main, callee: method, blocks: [root],
        args: { ...pick(root, "learning_rate warmup_steps learning_rate_decay start_decay_steps decay_steps"), hidden_size: root.first("hidden_size", "rnn_size", "dec_rnn_size", "enc_rnn_size", "model_dim") },
        optimizer: root.str("optim"),
        run: { unit: "step", steppedPer: "optimizer step", ...runLength(assume, { maxSteps: root.at("train_steps") }) },
        others: ["decay_method", "train_steps"],
      }),
    ];
  },
};

/** Marian: numbers with a suffix for their unit. */
export const marian: ConfigFormat = {
  id: "marian",
  syntaxes: ["yaml", "shell"],
  needs: [/\blearn[-_]rate\b/, /\blr-(?:decay|warmup|report)|lr_decay_inv_sqrt/],
  recognize({ root, assume, syntax }) {
    const key = (name: string) => root.at(syntax === "shell" ? name.replaceAll("-", "_") : name);
    const main = key("learn-rate");
    if (!main || !(key("lr-decay-inv-sqrt") || key("lr-warmup") || key("lr-decay"))) return [];
    const args: Record<string, Given> = {};
    for (const name of ["learn-rate", "lr-warmup", "lr-warmup-start-rate", "lr-decay-inv-sqrt", "lr-decay", "lr-decay-strategy", "lr-decay-start", "lr-decay-freq"]) {
      const given = key(name);
      args[name] = given;
      const words = given?.items.map((i) => i.value);
      // One list in the file may hold words such as 16000 and 32k side by side.
      if (given && name === "lr-decay-start" && words) args[name] = known(words.map((w) => asNumber(w) ?? 0), String(words), [given]);
      if (given && name === "lr-decay-inv-sqrt" && words) args[name] = known(words.map((w) => w ?? 0), String(words), [given]);
    }
    const after = key("after-batches")?.number;
    return [
      found({
        schedule: "marian:learn-rate", main, blocks: [root], args,
        run: { unit: "step", steppedPer: "update", ...runLength(assume, after && after > 0 ? { maxSteps: key("after-batches") } : { epochs: key("after-epochs") }) },
      }),
    ];
  },
};

/** HiFi-GAN (flat) and VITS (under `train`): one factor per epoch. */
export const hifiGan: ConfigFormat = {
  id: "hifi-gan",
  syntaxes: ["json", "yaml"],
  needs: [/["']?lr_decay["']?\s*:/, /["']?learning_rate["']?\s*:/],
  recognize({ root, assume }) {
    const vits = root.at("train");
    const block = vits?.has("lr_decay") ? vits : root;
    const main = block.at("lr_decay");
    const rate = block.at("learning_rate");
    const factor = main?.number;
    // The factor of an exponential decay is just under 1, and both tools name Adam's betas beside it.
    if (!main || !rate || factor === undefined || factor <= 0.5 || factor > 1) return [];
    if (!["adam_b1", "betas", "upsample_rates", "segment_size", "num_mels", "eps"].some((k) => block.has(k) || root.has(k))) return [];
    const epochs = block.first("epochs", "training_epochs");
    const length = runLength(assume, { epochs });
    return [
      found({
        schedule: block === root ? "hifi-gan:lr_decay" : "vits:lr_decay", main, blocks: [block],
        args: { learning_rate: rate, lr_decay: main },
        run: { unit: "epoch", steppedPer: "epoch", shown: [epochs], ...(length.epochs && { epochs: length.epochs }) },
        others: ["epochs"],
      }),
    ];
  },
};

