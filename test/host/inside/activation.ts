import * as vscode from "vscode";
import { equal, eventually, ok, test } from "../harness.js";

const manifest = () => {
  const extension = vscode.extensions.getExtension("lr-lens.lr-lens");
  ok(extension, "The extension lr-lens.lr-lens is not there");
  return extension;
};

test("activates when a training script is opened", async () => {
  const extension = manifest();
  const [file] = await vscode.workspace.findFiles("01_tensorflow1.py");
  ok(file, "The examples are not the open folder");
  await vscode.window.showTextDocument(file);
  await eventually("activation", () => extension.isActive);
});

test("registers every command of its manifest", async () => {
  await manifest().activate();
  const registered = new Set(await vscode.commands.getCommands(true));
  const declared: { command: string }[] = manifest().packageJSON.contributes.commands;
  equal(
    declared.map(({ command }) => command).filter((command) => !registered.has(command)),
    [],
    "commands that nothing handles",
  );
});

test("adds no command or setting outside its own name space", () => {
  const { commands, configuration } = manifest().packageJSON.contributes;
  const names = [
    ...commands.map((each: { command: string }) => each.command),
    ...Object.keys(configuration.properties),
  ];
  equal(
    names.filter((name: string) => !name.startsWith("lrLens.")),
    [],
    "foreign names",
  );
});
