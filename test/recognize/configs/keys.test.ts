import { describe, expect, it } from "vitest";
import { completionsAt, describeKey, recognizeConfig, unreadKeys } from "../../../src/recognize/configs/index.js";

/** The text with its marks («…» or one |) taken out, and where they stood. */
function marked(source: string) {
  const from = source.indexOf("«");
  const offset = source.indexOf("|");
  if (from >= 0) return { text: source.replace(/[«»]/g, ""), from, to: source.indexOf("»") - 1 };
  return { text: source.replace("|", ""), from: offset, to: offset };
}
const read = (path: string, text: string) =>
  recognizeConfig({ path, languageId: "", text }, { read: () => undefined }, new Map());

describe("the meaning of a key", () => {
  it.each([
    {
      path: "a.yaml",
      source: "learning_rate: 1\nlr_scheduler_type: cosine\nmax_steps: 200\n«warmup_ratio»: 0.1\n",
      meaning: /share of the run/,
      effect: "0.1 · 200 steps = 20 steps",
    },
    {
      path: "a.yaml",
      source: "learning_rate: 1\n«lr_scheduler_type»: cosine\nmax_steps: 200\n",
      meaning: /which schedule/,
    },
    {
      path: "a.yaml",
      source: "learning_rate: 1\nlr_scheduler_type: cosine\n«num_train_epochs»: 2\n",
      meaning: /epochs of the run/,
    },
    { path: "a.yaml", source: "lr0: 0.01\n«lrf»: 0.1\nepochs: 100\nimgsz: 640\n", meaning: /share of lr0/ },
    { path: "a.prototxt", source: 'base_lr: 1\nlr_policy: "step"\n«gamma»: 0.1\nstepsize: 10\n', meaning: /factor/ },
    {
      path: "a.json",
      source: '{"train_batch_size": 1, "scheduler": {"type": "WarmupLR", "params": {«"warmup_num_steps"»: 10}}}',
      meaning: /warm-up/,
    },
    {
      path: "a.toml",
      source: 'learning_rate = 1e-4\nlr_scheduler = "cosine"\n«lr_warmup_steps» = 10\nmax_train_steps = 100\n',
      meaning: /warm-up/,
    },
    {
      path: "a.sh",
      source: "python x.py --lr_scheduler_type linear --learning_rate 1 «--warmup_steps» 5 --max_steps 10\n",
      meaning: /warm-up/,
    },
  ])("$path $source", ({ path, source, meaning, effect }) => {
    const { text, from, to } = marked(source);
    const key = describeKey(read(path, text), from + 1);
    expect(key?.meaning).toMatch(meaning);
    expect(key?.span).toEqual({ from, to });
    if (effect) expect(key?.effect).toBe(effect);
  });
  it("says nothing elsewhere", () => {
    const text = "learning_rate: 1\nlr_scheduler_type: cosine\nmax_steps: 200\noutput_dir: x\n";
    expect(describeKey(read("a.yaml", text), text.indexOf("output_dir"))).toBeUndefined();
  });
});

describe("completion", () => {
  it.each([
    {
      path: "a.yaml",
      source: "learning_rate: 1\nlr_scheduler_type: co|s\nmax_steps: 9\n",
      has: ["cosine", "linear", "warmup_stable_decay"],
      why: "names, while the word is unfinished",
    },
    {
      path: "a.yaml",
      source: "learning_rate: 1\nlr_scheduler_type: cosine\nmax_steps: 9\n|",
      has: ["warmup_ratio", "num_cycles"],
      why: "keys that are read and not written",
    },
    {
      path: "a.prototxt",
      source: 'base_lr: 1\nlr_policy: "st|ep"\nstepsize: 5\n',
      has: ["multistep", "poly"],
      why: "names inside quotes",
    },
    {
      path: "a.json",
      source: '{"train_batch_size": 1, "scheduler": {"type": "WarmupLR", "params": {"warmup_type": "lo|g"}}}',
      has: ["log", "linear"],
      why: "choices of a word",
    },
  ])("$path: $why", ({ path, source, has }) => {
    const { text, from } = marked(source);
    const labels = completionsAt({ path, languageId: "", text }, read(path, text), from)?.items.map((i) => i.label);
    expect(labels).toEqual(expect.arrayContaining(has));
  });
});

describe("keys that are not read", () => {
  it.each([
    {
      path: "a.prototxt",
      text: 'base_lr: 1\nlr_policy: "step"\ngamma: 0.1\npower: 2\nstepsize: 10\nstepvalue: 4\n',
      unread: ["power", "stepvalue"],
    },
    {
      path: "a.yaml",
      text: "learning_rate: 1\nlr_scheduler_type: constant\nwarmup_ratio: 0.1\nmax_steps: 9\n",
      unread: ["warmup_ratio"],
    },
    { path: "a.cfg", text: "[net]\nlearning_rate=1\npolicy=poly\nscales=.1\nmax_batches=10\n", unread: ["scales"] },
    {
      path: "a.yaml",
      text: "learning_rate: 1\nlr_scheduler_type: cosine\nwarmup_ratio: 0.1\nmax_steps: 9\n",
      unread: [],
    },
  ])("$text", ({ path, text, unread }) => {
    expect(unreadKeys(read(path, text)).map(({ span }) => text.slice(span.from, span.to))).toEqual(unread);
  });
});
