import * as vscode from "vscode";
import type { ContextName } from "../schedules/define.js";

/** The user's settings, read afresh at each use. */
export const settings = {
  hover: () => read("hover.enabled", true),
  codeLens: () => read("codeLens.enabled", true),
  inlayHints: () => read("inlayHints.enabled", true),
  logAxis: () => read<string>("yAxis", "linear") === "log",
  followCursor: () => read("followCursor", true),
};

const assumed: readonly [ContextName, string][] = [
  ["total_steps", "assume.totalSteps"],
  ["epochs", "assume.epochs"],
  ["steps_per_epoch", "assume.stepsPerEpoch"],
  ["batch_size", "assume.batchSize"],
  ["world_size", "assume.worldSize"],
];

/** The defaults of assumed values that the user has changed from ours. */
export function defaultAssumptions(): Map<string, number> {
  const configuration = vscode.workspace.getConfiguration("lrLens");
  const values = new Map<string, number>();
  for (const [name, key] of assumed) {
    const { defaultValue } = configuration.inspect<number>(key) ?? {};
    const value = configuration.get<number>(key);
    if (typeof value === "number" && Number.isFinite(value) && value !== defaultValue) values.set(name, value);
  }
  return values;
}

function read<T>(key: string, fallback: T): T {
  return vscode.workspace.getConfiguration("lrLens").get<T>(key, fallback);
}
