import * as vscode from "vscode";
import { contains, equal, eventually, ok, test } from "../harness.js";
import { closeAll, hoverAt, hoverSoon, lensesOf, open, pictureIn, positionOf, show, showText } from "./files.js";

const tutorial = "tf.train.exponential_decay(0.1, global_step, 1000, 0.98)";

test("a hover tells the tutorial's decay: facts, picture, formula, parameters, links", async () => {
  const { document } = await show("01_tensorflow1.py");
  const text = await hoverSoon(document, tutorial);
  // 0.1 · 0.98^(100000 / 1000), the run length of the loop in the file.
  contains(text, /0[.\\]+0133/, "hover");
  for (const name of ["learning_rate", "decay_steps", "decay_rate", "staircase"]) contains(text, name, "hover");
  contains(text, "literal", "hover");
  for (const command of ["plot", "simulate", "copyCsv"]) contains(text, `command:lrLens.${command}?`, "hover");
  contains(pictureIn(text), /^<svg[^>]*xmlns/, "picture");
});

test("a hover answers anywhere in the call, and nowhere else", async () => {
  const { document } = await show("01_tensorflow1.py");
  for (const mark of ["train.exponential_decay(0.1", "global_step, 1000, 0.98)\n#", "0.98)\n#"])
    ok(await hoverSoon(document, mark), `no hover at ${mark}`);
  for (const mark of ["import numpy", "cost = ", "targets ="])
    equal(await hoverAt(document, mark), "", `hover at ${mark}`);
});

test("a hover tells a schedule of momentum apart, and it gets no CodeLens", async () => {
  const { document } = await showText(
    "import tensorflow as tf\nbatch = tf.Variable(0)\nbn_momentum = tf.train.exponential_decay(0.5, batch, 2000, 0.5)\n",
  );
  contains(await hoverSoon(document, "exponential_decay"), "A schedule of momentum", "hover");
  equal((await lensesOf(document)).length, 0, "lenses");
});

const hovers = [
  { file: "02_pytorch.py", mark: "SequentialLR(\n", parts: ["LinearLR", "CosineAnnealingLR", "eta_min"] },
  { file: "02_pytorch.py", mark: "ReduceLROnPlateau(tuner", parts: ["patience", "factor"] },
  { file: "03_keras.py", mark: "PiecewiseConstantDecay(\n", parts: ["boundaries", "values"] },
  { file: "03_keras.py", mark: "CosineDecayRestarts(\n", parts: ["first_decay_steps", "t_mul"] },
  { file: "03_keras.py", mark: "LearningRateScheduler(halve", parts: ["0.01"] },
  { file: "04_optax.py", mark: "warmup_cosine_decay_schedule(\n", parts: ["peak_value", "warmup_steps", "1000"] },
  { file: "05_trainer.yaml", mark: "cosine", parts: ["warmup_steps", "500"] },
  { file: "06_ds_config.json", mark: "WarmupDecayLR", parts: ["warmup_num_steps", "2000", "50000"] },
];
for (const { file, mark, parts } of hovers) {
  test(`a hover in ${file} at ${mark.trim()}`, async () => {
    const { document } = await show(file);
    const text = await hoverSoon(document, mark);
    for (const part of parts) contains(text.replaceAll("\\", ""), part, "hover");
    pictureIn(text);
  });
}

test("a CodeLens above each schedule, and none without", async () => {
  const expected = { "01_tensorflow1.py": 2, "04_optax.py": 1, "05_trainer.yaml": 1, "06_ds_config.json": 1 };
  for (const [name, schedules] of Object.entries(expected)) {
    const document = await open(name);
    const lenses = await eventually(
      `lenses in ${name}`,
      async () => (await lensesOf(document)).length > 0 && lensesOf(document),
    );
    equal(lenses.filter(({ command }) => command?.title === "Plot").length, schedules, `lenses in ${name}`);
  }
  const plain = await showText("import os\nprint(os.getcwd())\n");
  equal(await lensesOf(plain.document), [], "lenses of a file without a schedule");
});

test("the lens above the tutorial's call tells where the rate starts and ends", async () => {
  const lenses = await lensesOf(await open("01_tensorflow1.py"));
  const titles = lenses.filter(({ range }) => range.start.line === 11).map(({ command }) => command?.title ?? "");
  contains(titles[0] ?? "", /0\.1.*0\.0133/, "lens");
});

test("inlay hints name the positional numbers", async () => {
  const { document } = await show("01_tensorflow1.py");
  const line = positionOf(document, tutorial).line;
  const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
    "vscode.executeInlayHintProvider",
    document.uri,
    document.lineAt(line).range,
  );
  const labels = hints.map(({ label }) =>
    typeof label === "string" ? label : label.map(({ value }) => value).join(""),
  );
  equal(labels, ["learning_rate:", "decay_steps:", "decay_rate:"], "hints");
});

test("an unsaved edit shows at once, and its undoing too", async () => {
  const editor = await show("01_tensorflow1.py");
  const { document } = editor;
  const before = await hoverSoon(document, tutorial);
  const at = positionOf(document, "0.98)\n#");
  await editor.edit((edit) => edit.replace(new vscode.Range(at, at.translate(0, 4)), "0.9"));
  const after = await hoverAt(document, "tf.train.exponential_decay(0.1, global_step, 1000, 0.9)");
  ok(after && after !== before, "the hover did not change with the text");
  await vscode.commands.executeCommand("undo");
  equal(await hoverAt(document, tutorial), before, "hover after undo");
});

test("an unsaved edit of an imported file shows where it is imported, and is forgotten with the editor", async () => {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  ok(folder, "No folder is open");
  const files = {
    "shared_settings.py": "GAMMA = 0.5\n",
    "shared_train.py":
      "import torch\nfrom shared_settings import GAMMA\nopt = torch.optim.SGD(p, lr=0.1)\ns = torch.optim.lr_scheduler.ExponentialLR(opt, GAMMA)\n",
  };
  const uris = Object.keys(files).map((name) => vscode.Uri.joinPath(folder.uri, name));
  for (const [i, text] of Object.values(files).entries())
    await vscode.workspace.fs.writeFile(uris[i]!, new TextEncoder().encode(text));
  try {
    const { document } = await show("shared_train.py");
    const shows = (value: string) =>
      eventually(
        `${value} in the hover`,
        async () => (await hoverSoon(document, "ExponentialLR(")).includes(value),
        5_000,
      );
    await shows("0.5");
    const settings = await show("shared_settings.py");
    await settings.edit((edit) => edit.replace(new vscode.Range(0, 8, 0, 11), "0.25"));
    await shows("0.25");
    await vscode.commands.executeCommand("workbench.action.files.revert");
    await shows("0.5");
  } finally {
    await closeAll();
    for (const uri of uris) await vscode.workspace.fs.delete(uri);
  }
});

test("a syntax error elsewhere leaves the other schedules", async () => {
  const text =
    "import tensorflow as tf\ndef broken(:\n  x = = (\n\nlr = tf.train.exponential_decay(0.1, step, 1000, 0.98)\n";
  const { document } = await showText(text);
  contains(await hoverSoon(document, "exponential_decay"), "decay_rate", "hover");
});

const bad = [
  "tf.train.exponential_decay(0.1, step, 0, 0.98)",
  "tf.train.exponential_decay(-0.1, step, 1000, 0.98)",
  "tf.train.exponential_decay(0.1, step, 10**10**10, 0.98)",
  "tf.train.exponential_decay(0.1, step)",
  "tf.train.exponential_decay(1e308, step, 1000, 1e308)",
  "tf.train.exponential_decay(float('nan'), step, 1000, 0.98)",
];
for (const call of bad) {
  test(`bad input is told, not thrown: ${call}`, async () => {
    const { document } = await showText(`import tensorflow as tf\nlr = ${call}\n`);
    contains(await hoverSoon(document, "exponential_decay"), "$(warning)", "hover");
    ok((await lensesOf(document)).length > 0, "no lens");
  });
}

test("each feature can be switched off", async () => {
  const { document } = await show("01_tensorflow1.py");
  await hoverSoon(document, tutorial);
  const configuration = vscode.workspace.getConfiguration("lrLens");
  try {
    await configuration.update("hover.enabled", false, vscode.ConfigurationTarget.Global);
    await configuration.update("codeLens.enabled", false, vscode.ConfigurationTarget.Global);
    equal(await hoverAt(document, tutorial), "", "hover");
    equal(await lensesOf(document), [], "lenses");
  } finally {
    await configuration.update("hover.enabled", undefined, vscode.ConfigurationTarget.Global);
    await configuration.update("codeLens.enabled", undefined, vscode.ConfigurationTarget.Global);
  }
  await eventually("the lenses again", async () => (await lensesOf(document)).length > 0);
});

test("a keystroke in a long file without a schedule costs no more than in a file that is not ours", async () => {
  const seconds = async (language: string) => {
    const editor = await showText("x = {'a': [1, 2, 3]}\n".repeat(20_000), language);
    await lensesOf(editor.document);
    let best = Infinity;
    for (let round = 0; round < 3; round++) {
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "y = 1\n"));
      const start = performance.now();
      equal(await lensesOf(editor.document), [], "lenses");
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };
  const [ours, others] = [await seconds("python"), await seconds("plaintext")];
  ok(ours < 2 * others + 200, `took ${ours} ms; in a plain text ${others} ms`);
  await closeAll();
}, 60_000);
