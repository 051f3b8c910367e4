import * as vscode from "vscode";
import type { Value } from "../schedules/define.js";
import { defaultAssumptions } from "./settings.js";

type Stored = Record<string, number | string | boolean>;

/** What the user set for a file where the file is silent; remembered in the workspace's state, never in the file. */
export class Assumptions implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly memory: vscode.Memento) {}

  /** The file's own over the settings' defaults. */
  of(uri: vscode.Uri): ReadonlyMap<string, Value> {
    return new Map<string, Value>([...defaultAssumptions(), ...Object.entries(this.own(uri))]);
  }

  own(uri: vscode.Uri): Stored {
    return this.memory.get<Stored>(key(uri), {});
  }

  /** `undefined` forgets the name. */
  async set(uri: vscode.Uri, name: string, value: number | string | boolean | undefined): Promise<void> {
    const { [name]: _, ...rest } = this.own(uri);
    await this.memory.update(key(uri), value === undefined ? rest : { ...rest, [name]: value });
    this.changed.fire(uri);
  }

  async forget(uri: vscode.Uri): Promise<void> {
    await this.memory.update(key(uri), undefined);
    this.changed.fire(uri);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

const key = (uri: vscode.Uri): string => `assumptions:${uri.toString()}`;
