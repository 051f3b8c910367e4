import { writtenAsFloat } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";
import { isInt } from "./torchRules.js";

const homes = (module: string) => ["mindspore.nn.", `mindspore.nn.${module}.`, "ms.nn."];

/** A cell that computes the rate of a step, in float32. */
export const cell = library({
  homes: homes("learning_rate_schedule"),
  dtype: "float32",
  source: "mindspore 2.10.0, nn/learning_rate_schedule.py",
});
/** A function that makes the list of all steps' rates, in Python's floats. */
export const list = library({ homes: homes("dynamic_lr"), source: "mindspore 2.10.0, nn/dynamic_lr.py" });

export type Given = { readonly [writtenAsFloat]?: ReadonlySet<string> };

/** MindSpore's own checks: floats must be written as floats, counts as ints. */
export function floats(args: Given, ...all: readonly [name: string, least: number, orEqual?: boolean][]): void {
  for (const [name, least, orEqual] of all) {
    const value = (args as Record<string, unknown>)[name] as number;
    const isWritten = args[writtenAsFloat] && isInt(args, name);
    refuse(isWritten === true, `TypeError: The type of '${name}' must be float, but got int.`);
    const fits = value > least || (orEqual && value === least);
    refuse(!fits, `ValueError: The '${name}' must be ${orEqual ? ">=" : ">"} ${least}, but got ${value}.`);
  }
}
export function counts(args: Given, ...all: readonly string[]): void {
  for (const name of all) {
    const value = (args as Record<string, unknown>)[name] as number;
    refuse(!isInt(args, name), `TypeError: The '${name}' must be int, but got ${value}.`);
    refuse(value <= 0, `ValueError: The '${name}' must be > 0, but got ${value}.`);
  }
}
export function below(min: number, max: number): void {
  const values = `'max_lr' value: ${max}, 'min_lr' value: ${min}.`;
  refuse(min >= max, `ValueError: the 'max_lr' must be greater than the 'min_lr', but got ${values}`);
}
