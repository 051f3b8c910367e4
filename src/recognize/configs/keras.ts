import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { ConfigFormat, ConfigInput } from "./format.js";
import { runLength } from "./length.js";
import { each, found, known } from "./match.js";

const NAMES = [
  "ExponentialDecay",
  "InverseTimeDecay",
  "PiecewiseConstantDecay",
  "PolynomialDecay",
  "CosineDecay",
  "CosineDecayRestarts",
];

/** Serialised Keras schedules: `{"class_name": "CosineDecay", "config": {…}}`, anywhere in a file. */
export const keras: ConfigFormat = {
  id: "keras",
  syntaxes: ["json", "yaml"],
  needs: [
    /["']?class_name["']?\s*:/,
    /ExponentialDecay|InverseTimeDecay|PiecewiseConstantDecay|PolynomialDecay|CosineDecay|["']?decay["']?\s*:/,
  ],
  recognize: (input) => walk(input.root, input, 0, { left: 20_000 }),
};

function walk(block: Block, input: ConfigInput, depth: number, fuel: { left: number }): Finding[] {
  if (depth > 24 || --fuel.left < 0) return [];
  const config = block.at("config");
  const name = block.str("class_name")?.split(">").at(-1);
  if (name && config && NAMES.includes(name)) return [schedule(block, name, config, input)];
  const decay = config?.num("decay");
  if (
    name &&
    config &&
    decay &&
    ["lr", "learning_rate"].some((k) => config.num(k) !== undefined) &&
    /^(?:SGD|Adam|RMSprop|Adagrad|Adadelta|Adamax|Nadam)$/.test(name)
  )
    return [
      found({
        schedule: "keras:decay",
        definition: "keras.optimizers.schedules.InverseTimeDecay",
        main: config.at("decay")!,
        callee: "decay",
        blocks: [],
        args: {
          initial_learning_rate: config.first("lr", "learning_rate"),
          decay_rate: config.at("decay"),
          decay_steps: known(1, "one step"),
          staircase: known(false, ""),
        },
        run: { unit: "step", steppedPer: "optimizer step", ...runLength(input.assume, {}) },
      }),
    ];
  const inner = block.node.kind === "list" ? block.items : block.entries;
  return inner.flatMap((e) => (e.node.kind === "scalar" ? [] : walk(e, input, depth + 1, fuel)));
}

function schedule(block: Block, name: string, config: Block, { assume }: ConfigInput): Finding {
  return found({
    schedule: `keras:${name}`,
    definition: `keras.optimizers.schedules.${name}`,
    main: block.entry ? block : block.at("class_name")!,
    callee: name,
    blocks: [config],
    args: each(config),
    run: { unit: "step", steppedPer: "optimizer step", ...runLength(assume, {}) },
    others: ["name", "dtype"],
  });
}
