import * as vscode from "vscode";
import type { Analyses } from "./analyses.js";

/** What every editor feature works with. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly analyses: Analyses;
  readonly log: vscode.LogOutputChannel;
  /** Runs it and logs a failure once instead of throwing into the host. */
  readonly guard: <A extends unknown[], R>(name: string, run: (...args: A) => R) => (...args: A) => R | undefined;
}

/** Registers one feature; everything it registers is disposed with the extension. */
export type Feature = (services: Services) => vscode.Disposable;

/** A guard that logs each distinct failure once. */
export function guardWith(log: vscode.LogOutputChannel): Services["guard"] {
  const seen = new Set<string>();
  const report = (name: string, error: unknown) => {
    const text = `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (!seen.has(text)) log.error(text);
    seen.add(text);
  };
  return (name, run) =>
    (...args) => {
      try {
        const result = run(...args);
        if (result instanceof Promise) return result.catch((error: unknown) => report(name, error)) as typeof result;
        return result;
      } catch (error) {
        report(name, error);
        return undefined;
      }
    };
}
