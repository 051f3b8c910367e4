import { writtenAsFloat } from "./define.js";
import { isInt, raise } from "./torchRules.js";

const names = (name: string, module: string) => ({
  id: `mindspore.nn.${name}`,
  aliases: [`mindspore.nn.${module}.${name}`, `ms.nn.${name}`],
});
export const cell = (name: string) =>
  ({
    ...names(name, "learning_rate_schedule"),
    unit: "step",
    dtype: "float32",
    source: "mindspore 2.10.0, nn/learning_rate_schedule.py",
  }) as const;
export const list = (name: string) =>
  ({ ...names(name, "dynamic_lr"), unit: "step", source: "mindspore 2.10.0, nn/dynamic_lr.py" }) as const;

export type Given = { readonly [writtenAsFloat]?: ReadonlySet<string> };

/** MindSpore's own checks: floats must be written as floats, counts as ints. */
export function floats(args: Given, ...all: readonly [name: string, least: number, orEqual?: boolean][]): void {
  for (const [name, least, orEqual] of all) {
    const value = (args as Record<string, unknown>)[name] as number;
    if (args[writtenAsFloat] && isInt(args, name))
      raise(`TypeError: The type of '${name}' must be float, but got int.`);
    if (!(value > least) && !(orEqual && value === least))
      raise(`ValueError: The '${name}' must be ${orEqual ? ">=" : ">"} ${least}, but got ${value}.`);
  }
}
export function counts(args: Given, ...all: readonly string[]): void {
  for (const name of all) {
    const value = (args as Record<string, unknown>)[name] as number;
    if (!isInt(args, name)) raise(`TypeError: The '${name}' must be int, but got ${value}.`);
    if (value <= 0) raise(`ValueError: The '${name}' must be > 0, but got ${value}.`);
  }
}
export function below(min: number, max: number): void {
  if (min >= max)
    raise(
      `ValueError: the 'max_lr' must be greater than the 'min_lr', but got 'max_lr' value: ${max}, 'min_lr' value: ${min}.`,
    );
}
