import type { ConfigFormat } from "./format.js";
import { epochAxis, runLength } from "./length.js";
import { each, found, known, pick, type Given } from "./match.js";

/** BasicSR and its forks (Restormer, NAFNet): `train.scheduler.type`. */
export const basicSr: ConfigFormat = {
  id: "basicsr",
  syntaxes: ["yaml"],
  needs: [/^train\s*:/m, /\boptim_g\b/, /^\s+scheduler\s*:/m],
  recognize({ root, assume }) {
    const train = root.at("train");
    const main = train?.at("scheduler");
    const type = main?.str("type");
    if (!train || !main || !type) return [];
    const args: Record<string, Given> = each(main);
    delete args["type"];
    const length = runLength(assume, { maxSteps: train.at("total_iter") });
    return [
      found({
        schedule: `basicsr:${type}`, main, callee: type, blocks: [main],
        args: { lr: train.at("optim_g.lr"), ...args, warmup_iter: train.at("warmup_iter") },
        optimizer: train.str("optim_g.type"),
        run: { unit: "step", steppedPer: "iteration", ...length },
        others: ["type"],
      }),
    ];
  },
};

/** OpenPCDet: `OPTIMIZATION`. */
export const openPcdet: ConfigFormat = {
  id: "openpcdet",
  syntaxes: ["yaml"],
  needs: [/^OPTIMIZATION\s*:/m, /^\s+OPTIMIZER\s*:/m, /^\s+LR\s*:/m],
  recognize({ root, assume }) {
    const main = root.at("OPTIMIZATION");
    const optimizer = main?.str("OPTIMIZER");
    if (!main || !optimizer || !main.has("LR")) return [];
    const name = optimizer === "adam_onecycle" ? optimizer : "step";
    const axis = epochAxis(assume, { epochs: main.at("NUM_EPOCHS") });
    return [
      found({
        schedule: `openpcdet:${name}`, main, callee: optimizer, blocks: [main],
        args: pick(main, "LR DIV_FACTOR PCT_START MOMS NUM_EPOCHS DECAY_STEP_LIST LR_DECAY LR_CLIP LR_WARMUP WARMUP_EPOCH"),
        optimizer, ...axis,
        momentum: main.at("MOMENTUM"),
        others: ["OPTIMIZER", "NUM_EPOCHS"],
      }),
    ];
  },
};

/** Latent diffusion: `scheduler_config` of the model, factors of `base_learning_rate`. */
export const latentDiffusion: ConfigFormat = {
  id: "latent-diffusion",
  syntaxes: ["yaml"],
  needs: [/scheduler_config\s*:/, /lr_scheduler\.\w+/],
  recognize({ root, assume }) {
    const main = root.at("model.params.scheduler_config") ?? root.at("model.scheduler_config") ?? root.at("scheduler_config");
    const target = main?.str("target");
    if (!main || !target || !/lr_scheduler\.\w+$/.test(target)) return [];
    const name = target.slice(target.lastIndexOf(".") + 1);
    const params = main.at("params");
    const rate = root.first("model.base_learning_rate", "base_learning_rate");
    const length = runLength(assume, { maxSteps: root.first("lightning.trainer.max_steps") });
    return [
      found({
        schedule: `latent-diffusion:${name}`, main, callee: name, blocks: params ? [main, params] : [main],
        args: { ...each(params), base_learning_rate: rate ?? { status: "assumed", value: 1, text: "", name: "initial_lr", because: "the model's rate is not in this file: factors are shown", assumptions: { initial_lr: 1 }, origins: [] } },
        context: { initial_lr: rate, total_steps: length.totalSteps },
        run: { unit: "step", steppedPer: "optimizer step", ...length },
        others: ["target", "params"],
        notes: ["drawn unscaled: training multiplies the rate by GPUs · batch · accumulation unless scale_lr is false"],
      }),
    ];
  },
};

/** CVNets: `scheduler` with the shape's own block inside. */
export const cvnets: ConfigFormat = {
  id: "cvnets",
  syntaxes: ["yaml"],
  needs: [/^scheduler\s*:/m, /\bis_iteration_based\b|\bwarmup_init_lr\b/],
  recognize({ root, assume }) {
    const main = root.at("scheduler");
    const name = main?.str("name");
    if (!main || !name || !main.has(name)) return [];
    const axis = main.bool("is_iteration_based") === false ? epochAxis(assume, { epochs: main.at("max_epochs") }) : { run: { unit: "step" as const, steppedPer: "iteration", ...runLength(assume, { maxSteps: main.at("max_iterations"), epochs: main.at("max_epochs") }) } };
    return [
      found({
        schedule: `cvnets:${name}`, main, callee: name, blocks: [main, main.at(name)!],
        args: { ...pick(main, "max_epochs max_iterations is_iteration_based warmup_iterations warmup_init_lr"), ...each(main.at(name)) },
        ...axis, others: ["name", name],
      }),
    ];
  },
};

/** timm's saved `args.yaml`, and its training commands. */
export const timm: ConfigFormat = {
  id: "timm",
  syntaxes: ["yaml", "shell"],
  needs: [/\bsched\b/, /\b(?:warmup[-_]epochs|warmup[-_]lr|decay[-_]epochs|cooldown[-_]epochs)\b/],
  recognize({ root, assume }) {
    const main = root.at("sched");
    const name = main?.value;
    if (!main || typeof name !== "string" || !root.has("epochs")) return [];
    const rate = root.first("lr") ?? root.first("lr_base");
    const scaled = !root.first("lr");
    const axis = root.bool("sched_on_updates") ? undefined : { unit: "epoch" as const, steppedPer: "epoch" };
    const length = runLength(assume, { epochs: root.at("epochs") });
    return [
      found({
        schedule: `timm:${name}`, definition: "timm.scheduler.create_scheduler_v2", main, callee: name, blocks: [root],
        args: { sched: main, lr: rate, ...pick(root, "epochs num_epochs=epochs warmup_epochs warmup_lr min_lr decay_epochs decay_rate cooldown_epochs warmup_prefix cycle_mul=lr_cycle_mul cycle_decay=lr_cycle_decay cycle_limit=lr_cycle_limit k_decay=lr_k_decay decay_milestones patience_epochs") },
        context: { initial_lr: rate, total_steps: length.totalSteps, epochs: root.at("epochs") },
        run: { ...(axis ?? { unit: "step", steppedPer: "optimizer step" }), shown: length.shown, ...(length.epochs && { epochs: length.epochs }) },
        others: ["epochs"],
        notes: [scaled && "lr is empty: lr_base is drawn, training multiplies it by the batch size / 256"],
      }),
    ];
  },
};

/** TensorFlow Model Garden: `optimizer_config.learning_rate`, with a warm-up beside it. */
export const tfModelGarden: ConfigFormat = {
  id: "tf-model-garden",
  syntaxes: ["yaml"],
  needs: [/optimizer_config["']?\s*:/, /learning_rate["']?\s*:/],
  recognize({ root, assume }) {
    const config = root.first("trainer.optimizer_config", "optimizer_config");
    const main = config?.at("learning_rate");
    const type = main?.str("type");
    if (!config || !main || !type) return [];
    const inner = main.at(type);
    const warm = config.at("warmup");
    const warmType = warm?.str("type");
    const warmBlock = warmType ? warm?.at(warmType) : undefined;
    const args: Record<string, Given> = { ...each(inner) };
    if (warmType) args["warmup"] = known(warmType, warmType, [warm?.at("type")]);
    for (const e of warmBlock?.entries ?? []) args[e.key === "power" ? "warmup_power" : e.key] = e;
    const length = runLength(assume, { maxSteps: root.first("trainer.train_steps", "train_steps") });
    return [
      found({
        schedule: `tf-model-garden:${type}`, main, callee: type, blocks: [main, ...(inner ? [inner] : []), ...(warmBlock ? [warmBlock] : [])], args,
        momentum: config.at("optimizer.sgd.momentum"), optimizer: config.str("optimizer.type"),
        run: { unit: "step", steppedPer: "optimizer step", ...length },
        others: ["type", "name", type],
      }),
    ];
  },
};

