import type { SimulationSettings } from "./simulation/settings.js";

/** What survives hiding the tab and reloading the window. The host reads `uri` and `key` to restore the panel. */
export interface Saved {
  uri?: string;
  key?: string;
  yAxis?: "linear" | "log";
  xAxis?: "steps" | "epochs" | "samples" | "%";
  /** Step of the run under the cursor line. */
  cursor?: number;
  simulation?: Partial<SimulationSettings>;
  openSettings?: boolean;
  openTable?: boolean;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

export const vscode = acquireVsCodeApi();

const old = vscode.getState();
/** Fields of the wrong type are dropped where they are used: a state may be an older version's. */
export const saved: Saved = typeof old === "object" && old !== null ? { ...old } : {};

export function save(change: Partial<Saved>): void {
  Object.assign(saved, change);
  vscode.setState(saved);
}
