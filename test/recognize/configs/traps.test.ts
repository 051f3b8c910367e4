import { describe, expect, it } from "vitest";
import type { Value } from "../../../src/schedules/define.js";
import { recognizeConfig } from "../../../src/recognize/configs/index.js";
import { rateAt, resolve } from "../../../src/recognize/resolve.js";

const none = new Map<string, Value>();
function read(
  path: string,
  text: string,
  files: Readonly<Record<string, string>> = {},
  assume: ReadonlyMap<string, Value> = none,
) {
  return recognizeConfig({ path, languageId: "", text }, { read: (p) => files[p] }, assume);
}
/** Values of the only finding's parameters; why, for those that have none. */
function values(path: string, text: string, files: Readonly<Record<string, string>> = {}) {
  const findings = read(path, text, files);
  expect(findings).toHaveLength(1);
  return Object.fromEntries(
    Object.entries(findings[0]!.args).map(([k, a]) => [
      k,
      a.value.status === "unknown" ? a.value.because : a.value.value,
    ]),
  );
}
const trainer = "lr_scheduler_type: cosine\nmax_steps: 100\n";

describe("traps of value parsing", () => {
  it.each([
    {
      path: "a.yaml",
      text: `${trainer}learning_rate: 1e-5\n`,
      key: "learning_rate",
      value: 1e-5,
      why: "no dot: a string to YAML 1.1",
    },
    {
      path: "a.yaml",
      text: `${trainer}learning_rate: "2e-4"\n`,
      key: "learning_rate",
      value: 2e-4,
      why: "quoted number",
    },
    {
      path: "a.yaml",
      text: `${trainer}learning_rate: !!float 2e-4\n`,
      key: "learning_rate",
      value: 2e-4,
      why: "!!float",
    },
    {
      path: "a.yaml",
      text: `${trainer}learning_rate: 1\nlearning_rate: 3.0e-5\n`,
      key: "learning_rate",
      value: 3e-5,
      why: "duplicate key: the last one",
    },
    {
      path: "a.yaml",
      text: "lr_scheduler_type: cosine\r\nlearning_rate: 0.1\r\nmax_steps: 10\r\n",
      key: "learning_rate",
      value: 0.1,
      why: "CRLF",
    },
    {
      path: "a.yaml",
      text: `\uFEFF${trainer}learning_rate: 0.1\n`,
      key: "learning_rate",
      value: 0.1,
      why: "byte order mark",
    },
    {
      path: "a.yaml",
      text: `${trainer}args:\n\tx: 1\nlearning_rate: 0.1\n`,
      key: "learning_rate",
      value: 0.1,
      why: "a tab as indentation",
    },
    {
      path: "a.yaml",
      text: `${trainer}model: !CosineDecay {a: 1}\nlearning_rate: 0.1\n`,
      key: "learning_rate",
      value: 0.1,
      why: "unknown tag",
    },
    {
      path: "a.yaml",
      text: `${trainer}warmup_steps: 1_000\nlearning_rate: 1\n`,
      key: "warmup_steps",
      value: 1000,
      why: "underscores",
    },
    {
      path: "a.yaml",
      text: "x: &lr 0.3\nlr_scheduler_type: linear\nlearning_rate: *lr\n",
      key: "learning_rate",
      value: 0.3,
      why: "anchor",
    },
    {
      path: "a.yaml",
      text: "base: &b\n  learning_rate: 0.5\n  warmup_steps: 7\nrun:\n  <<: *b\n  learning_rate: 0.2\n  lr_scheduler_type: linear\n",
      key: "learning_rate",
      value: 0.2,
      why: "merge: the own key wins",
    },
    {
      path: "a.yaml",
      text: "base: &b\n  learning_rate: 0.5\n  warmup_steps: 7\nrun:\n  <<: *b\n  learning_rate: 0.2\n  lr_scheduler_type: linear\n",
      key: "warmup_steps",
      value: 7,
      why: "merge: the merged key is there",
    },
    {
      path: "s.yaml",
      text: "SOLVER:\n  BASE_LR: 0.02\n  STEPS: (60000, 80000)\n  MAX_ITER: 90000\n",
      key: "STEPS",
      value: [60000, 80000],
      why: "a tuple is a string to YAML",
    },
    {
      path: "s.yaml",
      text: "SOLVER:\n  BASE_LR: 0.0025 / 2\n  STEPS: [1]\n",
      key: "BASE_LR",
      value: 0.00125,
      why: "a fraction",
    },
    {
      path: "d.json",
      text: '{"train_batch_size": 1, "scheduler": {"type": "WarmupLR", "params": {"warmup_max_lr": 1e-3, "warmup_num_steps": 10,},}}',
      key: "warmup_max_lr",
      value: 1e-3,
      why: "trailing commas",
    },
    {
      path: "d.json",
      text: '{"train_batch_size": 1, "scheduler": {"type": "WarmupLR", "params": {"warmup_max_lr": "auto", "warmup_num_steps": 10}}}',
      key: "warmup_max_lr",
      value: 0.001,
      why: "auto: assumed",
    },
    {
      path: "k.toml",
      text: 'lr_scheduler = "cosine"\nlr_scheduler = "linear"\nlearning_rate = 1e-4\nmax_train_steps = 10\n',
      key: "learning_rate",
      value: 1e-4,
      why: "TOML with a duplicate key",
    },
    {
      path: "c.prototxt",
      text: 'base_lr: 0.1 # start\nlr_policy: "exp" # fall\ngamma: 0.5\n',
      key: "base_lr",
      value: 0.1,
      why: "comments after values",
    },
    {
      path: "n.cfg",
      text: "[net]\nlearning_rate=.01 ; start\npolicy=steps\nsteps=10,20\nscales=.1,.1\n",
      key: "steps",
      value: [10, 20],
      why: "a list without brackets",
    },
    {
      path: "n.py",
      text: "learning_rate = 2.5e-7 / 1.25e-3\nmax_iters = 5 * 8\nwarmup_iters = 2\n",
      key: "learning_rate",
      value: 2.5e-7 / 1.25e-3,
      why: "Python arithmetic",
    },
    {
      path: "x.yaml",
      text: "lr: 0.8\nannealing: !new:speechbrain.nnet.schedulers.NoamScheduler\n  lr_initial: !ref <lr> * 2\n  n_warmup_steps: 10\n",
      key: "lr_initial",
      value: 1.6,
      why: "!ref arithmetic",
    },
    {
      path: "x.yaml",
      text: "a: {b: 7}\nscheduler:\n  _target_: torch.optim.lr_scheduler.StepLR\n  step_size: ${a.b}\n",
      key: "step_size",
      value: 7,
      why: "OmegaConf",
    },
    {
      path: "x.yaml",
      text: "a: 8\nscheduler:\n  _target_: torch.optim.lr_scheduler.StepLR\n  step_size: ${eval:'${a} // 3'}\n",
      key: "step_size",
      value: 2,
      why: "a resolver",
    },
    {
      path: "x.yaml",
      text: "scheduler:\n  _target_: torch.optim.lr_scheduler.StepLR\n  step_size: ${nowhere.at.all}\n",
      key: "step_size",
      value: "${nowhere.at.all} is not in this file",
      why: "a reference without target is unknown",
    },
    {
      path: "x.sh",
      text: "LR=${LR:-5e-5}\npython run.py --lr_scheduler_type linear \\\n  --learning_rate ${LR} --max_steps $((10 * 20))\n",
      key: "learning_rate",
      value: 5e-5,
      why: "a default of the shell",
    },
    {
      path: "x.sh",
      text: "python run.py --lr_scheduler_type=linear --learning_rate=$1 --max_steps 5\n",
      key: "learning_rate",
      value: "$1 is given when the script is started",
      why: "a positional argument",
    },
    {
      path: "x.jsonnet",
      text: "local lr = 1e-3;\n{ trainer: { optimizer: { type: 'adam', lr: lr / 2 }, learning_rate_scheduler: { type: 'step', step_size: 2 } } }",
      key: "lr",
      value: 5e-4,
      why: "a Jsonnet local",
    },
    {
      path: "x.gin",
      text: "W = 10\nutils.create_learning_rate_scheduler.warmup_steps = %W\n",
      key: "warmup_steps",
      value: 10,
      why: "a gin macro",
    },
  ])("$path $key: $why", ({ path, text, key, value }) => expect(values(path, text)[key]).toEqual(value));

  it("tells that 1e-5 is a string to YAML 1.1", () => {
    expect(read("a.yaml", `${trainer}learning_rate: 1e-5\n`)[0]!.notes?.join()).toMatch(/string to YAML 1\.1/);
  });
  it("tells a duplicate key", () => {
    expect(read("a.yaml", `${trainer}learning_rate: 1\nlearning_rate: 2\n`)[0]!.notes?.join()).toMatch(
      /written 2 times/,
    );
  });
  it.each([
    { text: `${trainer}learning_rate: 3.0e-4 # peak\n`, literal: "3.0e-4" },
    { text: `${trainer}base: &x 0.7\nlearning_rate: *x\n`, literal: "0.7" },
    { text: `${trainer}a: 0.9\nlearning_rate: \${a}\n`, literal: "0.9" },
  ])("gives the literal's span for $literal first", ({ text, literal }) => {
    const value = read("a.yaml", text)[0]!.args["learning_rate"]!.value;
    const origin = "origins" in value ? value.origins[0]! : undefined;
    expect(text.slice(origin!.from, origin!.to)).toBe(literal);
  });
});

describe("several files", () => {
  it("takes the DeepSpeed file's scheduler, with the trainer's values for auto", () => {
    const ds =
      '{"scheduler": {"type": "WarmupDecayLR", "params": {"warmup_min_lr": "auto", "warmup_max_lr": "auto", "warmup_num_steps": "auto", "total_num_steps": "auto"}}, "zero_optimization": {}}';
    const text =
      "learning_rate: 1.0e-4\nlr_scheduler_type: cosine\nwarmup_ratio: 0.1\nmax_steps: 200\ndeepspeed: configs/ds.json\n";
    const [finding] = read("examples/a.yaml", text, { "configs/ds.json": ds });
    expect(finding!.schedule).toBe("deepspeed:WarmupDecayLR");
    expect(values("examples/a.yaml", text, { "configs/ds.json": ds })).toMatchObject({
      warmup_max_lr: 1e-4,
      warmup_num_steps: 20,
      total_num_steps: 200,
    });
    expect(text.slice(finding!.span.from, finding!.span.to)).toBe("deepspeed");
  });
  it("keeps the file of an inherited value", () => {
    const files = { "configs/base.yaml": "SOLVER:\n  BASE_LR: 0.5\n  MAX_ITER: 10\n" };
    const [finding] = read("configs/a.yaml", "_BASE_: base.yaml\nSOLVER:\n  STEPS: [4]\n", files);
    const rate = finding!.args["BASE_LR"]!.value;
    expect("origins" in rate && rate.origins[0]).toMatchObject({ file: "configs/base.yaml" });
    expect(finding!.args["BASE_LR"]!.span).toBeUndefined();
  });
  it("tells a missing base and goes on", () => {
    const [finding] = read("a.yaml", "_BASE_: gone.yaml\nSOLVER:\n  STEPS: [4]\n  MAX_ITER: 10\n");
    expect(finding!.notes?.join()).toMatch(/not found: gone\.yaml/);
  });
  it("ends a cycle of includes", () => {
    const files = {
      "b.yaml": "_BASE_: a.yaml\nSOLVER: {BASE_LR: 1}\n",
      "a.yaml": "_BASE_: b.yaml\nSOLVER: {STEPS: [4]}\n",
    };
    expect(values("a.yaml", files["a.yaml"], files)).toMatchObject({ BASE_LR: 1, STEPS: [4] });
  });
  it("follows Hydra's defaults into groups", () => {
    const files = {
      "conf/optimizer/adam.yaml": "_target_: torch.optim.Adam\nlr: 0.02\n",
      "conf/scheduler/step.yaml": "_target_: torch.optim.lr_scheduler.StepLR\nstep_size: 5\ngamma: 0.5\n",
    };
    const text = "defaults:\n  - optimizer: adam\n  - scheduler: step\n  - _self_\nscheduler:\n  step_size: 7\n";
    expect(values("conf/config.yaml", text, files)).toMatchObject({ step_size: 7, gamma: 0.5, lr: 0.02 });
  });
  it("replaces a block of the base with _delete_", () => {
    const files = {
      "base.py":
        "optimizer = dict(type='SGD', lr=0.1)\nlr_config = dict(policy='step', step=[8, 11], gamma=0.3)\ntotal_epochs = 12\n",
    };
    const text = "_base_ = 'base.py'\nlr_config = dict(_delete_=True, policy='poly', power=0.9)\n";
    expect(read("a.py", text, files)[0]!.schedule).toBe("mmcv:poly");
    expect(values("a.py", text, files)).toMatchObject({ power: 0.9, lr: 0.1 });
  });
  it("reads names of the base in the child's arithmetic", () => {
    const files = { "base.py": "max_epochs = 20\nlr = 0.4\n" };
    const text =
      "_base_ = ['base.py']\noptimizer = dict(lr=_base_.lr / 2)\nlr_config = dict(policy='step', step=[8])\ntotal_epochs = 12\n";
    expect(values("a.py", text, files)["lr"]).toBe(0.2);
  });
});

describe("look-alikes are not taken", () => {
  it.each([
    {
      path: "scheduler_config.json",
      text: '{"_class_name": "PNDMScheduler", "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}',
      why: "diffusion noise",
    },
    {
      path: "unet.yaml",
      text: "noise_scheduler:\n  _target_: diffusers.DDPMScheduler\n  beta_schedule: linear\n",
      why: "a noise scheduler as a target",
    },
    {
      path: "dqn.yaml",
      text: "CartPole:\n  n_timesteps: 50000\n  learning_rate: 0.001\n  gamma: 0.99\n  exploration_fraction: 0.1\n",
      why: "a discount",
    },
    {
      path: "ppo.yaml",
      text: "Env:\n  n_timesteps: 1e6\n  clip_range: lin_0.2\n  learning_rate: 0.0003\n",
      why: "a clip range that falls",
    },
    { path: "xgb.yaml", text: "booster: gbtree\nlearning_rate: 0.1\ngamma: 0.2\nmax_depth: 6\n", why: "boosting" },
    { path: "lgbm.json", text: '{"objective": "binary", "learning_rate": 0.05, "num_leaves": 31}', why: "boosting" },
    {
      path: "dependabot.yml",
      text: "version: 2\nupdates:\n  - package-ecosystem: pip\n    schedule:\n      interval: weekly\n",
      why: "a calendar",
    },
    {
      path: "dag.yaml",
      text: "scheduler:\n  type: cron\n  name: nightly\n  params: {hour: 3}\n",
      why: "a cluster's scheduler",
    },
    {
      path: "k8s.yaml",
      text: "apiVersion: v1\nkind: KubeSchedulerConfiguration\nscheduler: default\noptimizer: none\n",
      why: "a cluster's scheduler",
    },
    {
      path: "ds.json",
      text: '{"train_batch_size": 8, "optimizer": {"type": "Adam", "params": {"lr": 0.001}}, "zero_optimization": {"stage": 3}}',
      why: "DeepSpeed without a scheduler",
    },
    {
      path: "config.json",
      text: '{"learning_rate": 0.001, "weight_decay": 0.01, "decay": 0.9, "epochs": 10}',
      why: "an optimizer alone",
    },
    { path: "net.cfg", text: "[yolo]\nlearning_rate=0.1\ndecay=0.0005\n", why: "no [net] section" },
    { path: "setup.cfg", text: "[metadata]\nname = learning_rate\n[tool:pytest]\naddopts = -q\n", why: "another cfg" },
    {
      path: "net.prototxt",
      text: 'layer { name: "bn" batch_norm_param { eps: 1e-5 } param { lr_mult: 0 decay_mult: 0 } }',
      why: "a net, not a solver",
    },
    {
      path: "batch.cfg",
      text: '[training.batcher.size]\n@schedules = "compounding.v1"\nstart = 100\nstop = 1000\ncompound = 1.001\n',
      why: "a batch size",
    },
    {
      path: "ema.yaml",
      text: "ema:\n  decay: 0.999\n  warmup_steps: 100\nlayer_decay: 0.75\n",
      why: "an average's decay",
    },
    {
      path: "beta.json",
      text: '{"class_name": "BatchNormalization", "config": {"momentum": 0.99, "gamma_initializer": {"class_name": "Ones", "config": {}}, "decay": 0.1}}',
      why: "a layer",
    },
    {
      path: "train.py",
      text: "import torch\nlearning_rate = 0.1\nwarmup_iters = 10\nmax_iters = 100\nfor i in range(max_iters):\n    pass\n",
      why: "a script that trains",
    },
    {
      path: "slowfast.yaml",
      text: "SOLVER:\n  BASE_LR: 0.1\n  LR_POLICY: cosine\n  MAX_EPOCH: 196\n  WARMUP_EPOCHS: 34.0\n",
      why: "the same section with other rules",
    },
    {
      path: "custom.yaml",
      text: "optimizer:\n  name: adam\n  learning_rate: 0.001\nscheduler:\n  name: my_schedule\n  alpha_f: 0.1\n",
      why: "a schedule that no tool knows",
    },
    {
      path: "grid.yaml",
      text: "lr: [[0.001, 0.1], [0.01, 0.2]]\nmomentum: [[0.9, 0.95]]\n",
      why: "ranges of a search",
    },
    {
      path: "service.toml",
      text: "[lr_scheduler]\nname = 'worker'\n[training]\nqueue = 3\n",
      why: "a table of the same name",
    },
    {
      path: "kl.yaml",
      text: "algorithm:\n  learning_rate: 0.001\n  schedule: weekly\n",
      why: "no KL divergence beside it",
    },
  ])("$path: $why", ({ path, text }) => expect(read(path, text)).toEqual([]));
});

describe("bounds", () => {
  const quick = (path: string, text: string, limit = 4000) => {
    const start = performance.now();
    const findings = read(path, text);
    expect(performance.now() - start).toBeLessThan(limit);
    return findings;
  };
  it("reads 100,000 lines of YAML", () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `key_${i}: ${i}`).join("\n");
    expect(quick("a.yaml", `${trainer}learning_rate: 0.1\n${many}\n`, 20_000)).toHaveLength(1);
  });
  it("rejects 100,000 lines of another kind without parsing", () => {
    expect(quick("a.yaml", Array.from({ length: 100_000 }, (_, i) => `key_${i}: value`).join("\n"), 500)).toEqual([]);
  });
  it("bounds anchors that explode", () => {
    const laughs = [
      "a0: &a0 [x, x]",
      ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]`),
    ].join("\n");
    expect(quick("a.yaml", `${laughs}\n${trainer}learning_rate: 0.1\nlr_scheduler_kwargs: {x: *a40}\n`)).toHaveLength(
      1,
    );
  });
  it.each([
    { path: "a.yaml", text: `${trainer}learning_rate: 0.1\nx: ${"[".repeat(20_000)}` },
    {
      path: "a.json",
      text: `{"lr_scheduler_type": "cosine", "learning_rate": 1, "max_steps": 5, "x": ${"[".repeat(20_000)}`,
    },
    { path: "a.prototxt", text: `base_lr: 1 lr_policy: "fixed" ${"a { ".repeat(20_000)}` },
    {
      path: "a.jsonnet",
      text: `{ trainer: { learning_rate_scheduler: { type: 'step', step_size: ${"(".repeat(20_000)} 1 } } }`,
    },
    { path: "a.py", text: `lr_config = dict(policy='step', step=${"[".repeat(5_000)}` },
    {
      path: "a.sh",
      text: `python train.py --lr_scheduler_type cosine --learning_rate ${"$(".repeat(5_000)} --max_steps 5`,
    },
  ])("$path nested without end", ({ path, text }) => expect(() => quick(path, text)).not.toThrow());
  it.each([
    {
      path: "a.yaml",
      text: `${trainer}learning_rate: ${"$"}{a.b}\na: ${"$"}{a.c}\n`,
      why: "refers to itself on the way",
    },
    {
      path: "a.sh",
      text: 'A=\'{"x": "${A.b}"}\'\npython t.py --lr_scheduler_type cosine --fsdp $A --learning_rate ${A}\n',
      why: "a shell value with dots",
    },
    {
      path: "a.json",
      text: '{"lr_scheduler_type": "cosine", "learning_rate": "@a::b", "a": "@a::c", "max_steps": 4}',
      why: "ids in a ring",
    },
  ])("$path: $why", ({ path, text }) => expect(() => quick(path, text)).not.toThrow());
  it.each([
    {
      path: "a.yaml",
      text: `${trainer}learning_rate: "${"$"}{v0} + 0"\n${Array.from({ length: 60 }, (_, i) => `v${i}: "${"$"}{v${i + 1}} + ${"$"}{v${i + 1}}"`).join("\n")}\nv60: 1\n`,
      why: "references that multiply",
    },
    {
      path: "a.yaml",
      text: `a0: &a0 [1, 1]\n${Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]`).join("\n")}\n${trainer}learning_rate: *a40\n`,
      why: "a value of anchors that explode",
    },
    {
      path: "a.jsonnet",
      text: `local a0 = [1, 1];\n${Array.from({ length: 40 }, (_, i) => `local a${i + 1} = [a${i}, a${i}, a${i}, a${i}];`).join("\n")}\n{ trainer: { learning_rate_scheduler: { type: 'step', step_size: a40 } } }`,
      why: "locals that explode",
    },
  ])("$path: $why", ({ path, text }) => expect(() => quick(path, text)).not.toThrow());
  it("does not read binary data", () => {
    expect(quick("a.yaml", `${trainer}learning_rate: 0.1\0\u0001\u0002`)).toEqual([]);
  });
  it("survives every cut of a file", () => {
    const whole =
      '{"train_batch_size": 1, "scheduler": {"type": "WarmupLR", "params": {"warmup_max_lr": 1e-3, "warmup_num_steps": 10}}}';
    for (let i = 0; i < whole.length; i++)
      for (const path of ["a.json", "a.yaml", "a.toml", "a.jsonnet", "a.prototxt", "a.cfg", "a.gin", "a.py", "a.sh"])
        expect(() => read(path, whole.slice(0, i))).not.toThrow();
  });
});

describe("run length", () => {
  it.each([
    { text: "max_steps: 500\nnum_train_epochs: 3\n", assume: {}, total: 500, why: "max_steps wins" },
    { text: "num_train_epochs: 2\n", assume: { steps_per_epoch: 50 }, total: 100, why: "epochs times steps" },
    { text: "num_train_epochs: 2\nmax_steps: -1\n", assume: { total_steps: 70 }, total: 70, why: "set as a whole" },
    {
      text: "num_train_epochs: 2\nper_device_train_batch_size: 4\ngradient_accumulation_steps: 2\n",
      assume: { dataset_size: 1000, world_size: 5 },
      total: 50,
      why: "from the data-set size",
    },
  ])("$why", ({ text, assume, total }) => {
    const given = new Map<string, Value>(Object.entries(assume as Record<string, number>));
    const [finding] = read("a.yaml", `learning_rate: 1\nlr_scheduler_type: linear\n${text}`, {}, given);
    const resolved = resolve(finding!, { assume: given });
    expect(resolved.run.totalSteps).toBe(total);
    expect(rateAt(resolved, total)).toBe(0);
    expect(rateAt(resolved, total / 2)).toBeCloseTo(0.5, 12);
  });
});

describe("what real files hold", () => {
  it.each([
    {
      path: "a.yaml",
      text: `losses: [\n  "a", # a comment with ]\n]\nmean: {\n  b: [1,\n2],\n}\n${trainer}learning_rate: 3e-4\n`,
      key: "learning_rate",
      value: 3e-4,
      why: "PyYAML lets brackets close at any column",
    },
    {
      path: "run.sh",
      text: 'o=" --hidden-size ${HIDDEN} \\\n --lr 2e-4 --min-lr 2e-5 --lr-decay-style cosine --train-iters 500"\ntorchrun pretrain_gpt.py ${o}\n',
      key: "lr",
      value: 2e-4,
      why: "an unset variable in a string of flags does not take the flags after it",
    },
    {
      path: "swift.sh",
      text: "swift sft --model m --train_type full --warmup_ratio 0.1 --max_steps 200 --learning_rate 1e-5\n",
      key: "warmup_ratio",
      value: 0.1,
      schedule: "transformers:cosine",
      why: "ms-swift's default is a cosine",
    },
    {
      path: "vilbert.jsonnet",
      text: 'local t = true;\n{ [if t then "trainer"]: { optimizer: { lr: 4e-4 }, "num_epochs": 2,\n "learning_rate_scheduler": { "type": "linear_with_warmup", "warmup_steps": 50 } } }',
      key: "warmup_steps",
      value: 50,
      why: "a computed key",
    },
    {
      path: "train.sh",
      text: "accelerate launch train.py --learning_rate 1e-5 --lr_scheduler constant --lr_warmup_steps 0 --max_train_steps 90 --checkpointing_steps 10\n",
      key: "learning_rate",
      value: 1e-5,
      schedule: "diffusers:constant",
      why: "flags of the diffusers scripts",
    },
    {
      path: "h.yaml",
      text: "lr: 0.0002\nsch: !name:torch.optim.lr_scheduler.ExponentialLR\n  gamma: 0.999\n",
      key: "gamma",
      value: 0.999,
      schedule: "torch.optim.lr_scheduler.ExponentialLR",
      why: "SpeechBrain names torch's classes too",
    },
    {
      path: "reid.yaml",
      text: "Global:\n  epochs: 9\nOptimizer:\n  - Adam:\n      scope: A\n      lr:\n        name: Piecewise\n        decay_epochs: [3, 6]\n        values: [1, 0.1, 0.01]\n",
      key: "values",
      value: [1, 0.1, 0.01],
      why: "PaddleClas takes a list of optimizers",
    },
    {
      path: "garden.yaml",
      text: "trainer:\n  train_steps: 90\n  optimizer_config:\n    learning_rate:\n      type: constant\n      constant: {learning_rate: 0.1}\n    warmup:\n      linear:\n        warmup_steps: 20\n",
      key: "warmup_steps",
      value: 20,
      why: "the experiment's code sets the warm-up's type",
    },
    {
      path: "train.json",
      text: '{"epochs": 10, "batch_size": 4, "lr_schedule": {"_target_": "torch.optim.lr_scheduler.PolynomialLR", "total_iters": "$(@epochs * len(@train#loader.dataset)) / @batch_size"}}',
      key: "total_iters",
      value: 2500,
      why: "the length of the data set is assumed",
    },
    {
      path: "impala.yaml",
      text: "lr_schedule:\n- - 0\n  - 0.0005\n- - 20000000\n  - 1.0e-12\n",
      key: "lr_schedule",
      value: [
        [0, 0.0005],
        [20000000, 1e-12],
      ],
      why: "lists of lists in block style",
    },
  ])("$why", ({ path, text, key, value, schedule }) => {
    expect(values(path, text)[key]).toEqual(value);
    if (schedule) expect(read(path, text)[0]!.schedule).toBe(schedule);
  });
});
