import { scheduleNamed } from "../../schedules/index.js";
import { Dict, dictGet, dictItems, first, originsOf, stringOf, type Val } from "../evaluate/index.js";
import type { Argument, Finding } from "../finding.js";
import { draft, type Idiom } from "./idiom.js";

/** `deepspeed.initialize(config={"optimizer": {…}, "scheduler": {"type": "WarmupLR", "params": {…}}})`, a dict of the script. */
export const deepspeedInitialize: Idiom = {
  names: /^initialize$/,
  build(input) {
    const { reader, call } = input;
    if (input.name !== "deepspeed.initialize") return undefined;
    const config = call.kwargs.get("config") ?? call.kwargs.get("config_params");
    const type = at(config, "scheduler", "type");
    const name = type && stringOf(type);
    if (!name) return undefined;
    const definition =
      scheduleNamed(`deepspeed.runtime.lr_schedules.${name}`) ?? scheduleNamed(`torch.optim.lr_scheduler.${name}`);
    if (!definition) return undefined;
    const told = (value: Val, text: string) => reader.program.describe(value, text);
    const args: Record<string, Argument> = {};
    for (const [key, value] of items(at(config, "scheduler", "params"))) {
      const name = stringOf(key) ?? "";
      args[name] = { value: told(value, name), ...writtenAt(value) };
    }
    const main = items(config).find(([key]) => stringOf(key) === "scheduler");
    const rate = at(config, "optimizer", "params", "lr");
    return draft(input, {
      definition: definition.id,
      args,
      ...(rate !== undefined && { context: { initial_lr: told(rate, "lr") } }),
      run: { unit: "step", steppedPer: "optimizer step" },
      rest: { callee: name, ...(main && writtenAt(main[0])) },
    });
  },
};

function items(value: Val | undefined): [key: Val, value: Val][] {
  const dict = value === undefined ? undefined : first(value);
  return dict instanceof Dict ? dictItems(dict) : [];
}

function at(value: Val | undefined, ...path: readonly string[]): Val | undefined {
  return path.reduce<Val | undefined>((inner, name) => {
    const dict = inner === undefined ? undefined : first(inner);
    return dict instanceof Dict ? dictGet(dict, name) : undefined;
  }, value);
}

/** The place of a literal of this file; nothing for what comes from elsewhere. */
function writtenAt(value: Val): Partial<Pick<Finding, "span" | "cell">> {
  const [origin] = originsOf(value);
  if (!origin || origin.file !== undefined || origin.how !== "literal") return {};
  return { span: { from: origin.from, to: origin.to }, ...(origin.cell !== undefined && { cell: origin.cell }) };
}
