import * as vscode from "vscode";
import { libraries, librariesOf, strategies, type LibraryId, type Strategy } from "./strategies.js";

interface StrategyPick extends vscode.QuickPickItem {
  readonly strategy: Strategy;
  readonly library: LibraryId;
}

/** Asks for a strategy; the library is the one the file imports, and the others follow. Undefined when dismissed. */
export async function pickStrategy(text: string): Promise<{ code: string; imports: string } | undefined> {
  const found = librariesOf(text);
  const order = [...found, ...(Object.keys(libraries) as LibraryId[]).filter((id) => !found.includes(id))];
  const items: (StrategyPick | vscode.QuickPickItem)[] = strategies.flatMap((strategy) => {
    const library = order.find((id) => strategy.code[id] !== undefined)!;
    return [
      {
        label: strategy.name,
        description: libraries[library].name,
        detail: strategy.detail,
        strategy,
        library,
      } satisfies StrategyPick,
    ];
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: "New learning-rate schedule",
    placeHolder: "Pick a strategy",
    matchOnDetail: true,
  });
  if (!picked || !("strategy" in picked)) return undefined;
  const choices = order.filter((id) => picked.strategy.code[id] !== undefined);
  const library = found.length === 1 || choices.length === 1 ? choices[0]! : await pickLibrary(choices);
  return library && { code: picked.strategy.code[library]!, imports: libraries[library].imports };
}

async function pickLibrary(choices: readonly LibraryId[]): Promise<LibraryId | undefined> {
  const items = choices.map((id) => ({ label: libraries[id].name, description: libraries[id].imports, id }));
  return (await vscode.window.showQuickPick(items, { title: "For which library?" }))?.id;
}

/** The draft's text: imports and what the call needs around it, then the call on the last line. */
export function draftText({ code, imports }: { code: string; imports: string }): string {
  const optimizer = code.includes("(optimizer")
    ? "import torch\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    : "";
  return `${imports}\n${optimizer}${code}\n`;
}

/** What goes into the user's file: the call alone, with its import when the file has none of it. */
export function insertion(draft: string, file: string): string {
  const lines = draft.trimEnd().split("\n");
  const code = lines.at(-1)!;
  const [imports] = lines as [string];
  const module = /^import ([\w.]+)/.exec(imports)?.[1] ?? "";
  const present = new RegExp(`^\\s*(?:import|from)\\s+${module.replaceAll(".", "\\.")}\\b`, "m").test(file);
  return present ? `${code}\n` : `${imports}\n${code}\n`;
}
