import { expect, it } from "vitest";
import { analyze, type Analysis } from "../../src/recognize/analyze.js";
import type { Finding } from "../../src/recognize/finding.js";
import { sourceOf } from "../../src/recognize/move.js";
import { resolve } from "../../src/recognize/resolve.js";
import type { Value } from "../../src/schedules/define.js";
import { below, stream } from "../../src/simulate/random.js";
import type { SourceDocument } from "../../src/source/document.js";

const script = `"""Trains."""
import argparse
import torch.nn as nn
from torch.optim import SGD, lr_scheduler
from settings import GAMMA, warm

EPOCHS = 90  # of the paper
UNUSED = 3


class Net(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.width = width

    def forward(self, x):
        """Doubles."""
        # No schedule here.
        y = x * 2
        return y


def images(root):
    names = []

    for name in sorted(root):
        names.append(name)
    return names


def third(n):
    return n // 3


def build(optimizer, args):
    return lr_scheduler.StepLR(optimizer, step_size=third(args.epochs), gamma=GAMMA)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    args = parser.parse_args()
    optimizer = SGD(Net().parameters(), lr=args.lr)
    step = build(optimizer, args)
    cosine = lr_scheduler.CosineAnnealingLR(
        optimizer,  # the same
        T_max=args.epochs,
    )
    both = lr_scheduler.SequentialLR(optimizer, [step, cosine], milestones=[warm(EPOCHS)])
    factor = lr_scheduler.LambdaLR(optimizer, lambda e: GAMMA ** (e // EPOCHS))
    for epoch in range(args.epochs):
        for group in optimizer.param_groups:
            group["lr"] = args.lr * 0.5 ** (epoch // 30)
        step.step()


def adjust_learning_rate(optimizer, epoch, lr=0.1):
    lr = lr * GAMMA ** (epoch // 30)
    for group in optimizer.param_groups:
        group["lr"] = lr


if __name__ == "__main__":
    main()
`;
const cells = [
  { index: 0, languageId: "python", text: "import torch\n%matplotlib inline\nN = 10" },
  { index: 1, languageId: "markdown", text: "# lr" },
  { index: 2, languageId: "python", text: "def images(root):\n    # all\n    return root\n\nlr = 0.1" },
  {
    index: 3,
    languageId: "python",
    text: "opt = torch.optim.SGD(m.parameters(), lr=lr)\ns = torch.optim.lr_scheduler.StepLR(opt, N, 0.5)",
  },
];
const settings = "GAMMA = 0.1\n\ndef warm(n):\n    return n // 9\n";

/** What a finding says, its functions by what they answer. */
function said(analysis: Analysis): unknown {
  const asked = (run: () => unknown) => {
    try {
      return run();
    } catch (error) {
      return String(error);
    }
  };
  const plain = (key: string, value: unknown): unknown => {
    if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
    if (key === "definition" && typeof value === "object") return (value as { id: string }).id;
    if (typeof value !== "function") return value;
    if (key === "rate") return [0, 7, 100].map((t) => asked(() => (value as NonNullable<Finding["rate"]>)(t, 0.1)));
    if (key === "call") return [0, 7, 100].map((t) => asked(() => (value as (args: Value[]) => Value)([t])));
    return "function";
  };
  const { findings, related, problem } = analysis;
  return JSON.parse(JSON.stringify({ findings, related, problem }, plain));
}

const pieces =
  `# note|  # lr|x = 1|def f(x):\n    return x\n|\n\n|"""|'|"|(|)|[|:|lr = 0.5|@d\n|class A:\n    n = 3\n|import torch\n|    |\t|,|=|pass\n|return 5\n|lambda t: 0.9 ** t|"""lr"""\n|\r\n|!ls\n|e|step|self.|0|9|.|\\\n`.split(
    "|",
  );

/** Another text, as hands make one of it: letters, lines, numbers and names put in, taken out or changed. */
function edited(text: string, pick: (n: number) => number): string {
  const at = pick(text.length + 1);
  const lines = text.split("\n");
  const line = pick(lines.length);
  const piece = pieces[pick(pieces.length)]!;
  const words = [...text.matchAll(/[A-Za-z_]\w*/g)];
  const numbers = [...text.matchAll(/\d+/g)];
  const put = ({ index, 0: old }: RegExpExecArray, by: string) =>
    text.slice(0, index) + by + text.slice(index + old.length);
  switch (pick(11)) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + pick(6));
    case 2:
      return lines.toSpliced(line, 1).join("\n");
    case 3:
      return lines.toSpliced(line, 0, lines[pick(lines.length)]!).join("\n");
    case 4:
      return lines.toSpliced(line, 0, /^\s*/.exec(lines[line]!)![0] + piece).join("\n");
    case 5:
      return lines.with(line, lines[line]! + "  # and lr").join("\n");
    case 6:
      return lines.with(line, (pick(2) ? "    " : " ") + lines[line]!).join("\n");
    case 7:
      return lines.with(line, lines[line]!.replace(/^ {1,4}/, "")).join("\n");
    case 8:
      return numbers.length === 0 ? text : put(numbers[pick(numbers.length)]!, String(pick(400)));
    case 9:
      return words.length === 0 ? text : put(words[pick(words.length)]!, words[pick(words.length)]![0]);
    default:
      return words.length === 0
        ? text
        : text.replaceAll(new RegExp(`\\b${words[pick(words.length)]![0]}\\b`, "g"), (word) => `${word}_2`);
  }
}

const start: readonly { what: string; document: SourceDocument }[] = [
  { what: "a script", document: { path: "/w/train.py", languageId: "python", text: script } },
  { what: "a notebook", document: { path: "/w/train.ipynb", languageId: "python", text: "", cells } },
];

/** A thousand edits each, up to twenty-five one after another, of the text, of an imported file, of what is assumed, or back. */
it.each(start)("reads $what after edits as it reads it afresh", { timeout: 240_000 }, ({ document }) => {
  const random = stream(5, document.cells ? 1 : 0);
  const pick = (n: number) => below(random, n);
  let kept = 0;
  for (let run = 0; run < 40; run++) {
    let beside = settings;
    const workspace = { read: (path: string) => (path === "/w/settings.py" ? beside : undefined) };
    let assume = new Map<string, Value>();
    let now = document;
    let previous = analyze(now, workspace, { assume });
    const past = [now];
    for (let i = 0; i < 25; i++) {
      const kind = pick(12);
      if (kind === 0) now = past[pick(past.length)]!;
      else if (kind === 1) beside = edited(beside, pick);
      else if (kind === 2) assume = new Map(pick(2) ? [["args.epochs", pick(50) + 1]] : []);
      else if (now.cells) {
        const at = pick(now.cells.length);
        const cell = now.cells[at]!;
        now = { ...now, cells: now.cells.with(at, { ...cell, text: edited(cell.text, pick) }) };
      } else now = { ...now, text: edited(now.text, pick) };
      past.push(now);
      const next = analyze(now, workspace, { assume, previous });
      expect(said(next), JSON.stringify(now)).toEqual(said(analyze(now, workspace, { assume })));
      kept += next.findings.filter((finding) => sourceOf(finding) !== finding).length;
      previous = next;
    }
  }
  expect(kept).toBeGreaterThan(300);
});

const workspace = (beside: string) => ({ read: (path: string) => (path === "/w/settings.py" ? beside : undefined) });
const read = (text: string, previous?: Analysis, beside = settings) =>
  analyze({ path: "/w/train.py", languageId: "python", text }, workspace(beside), previous && { previous });

it.each([
  { edit: "a comment", from: "# No schedule here.", to: "# Still no lr schedule." },
  { edit: "a comment behind a statement", from: "# of the paper", to: "" },
  { edit: "the docstring of a method that nothing calls", from: "Doubles.", to: "Makes it\n\n        twice as much." },
  { edit: "blank lines", from: "names = []\n\n", to: "names = []\n" },
  { edit: "a function that nothing calls", from: "names.append(name)", to: "names.insert(0, name)\n        print(" },
  { edit: "a method without a schedule", from: "y = x * 2", to: "y = x *" },
])("keeps what was found, its curve with it, after an edit of $edit", ({ from, to }) => {
  const before = read(script);
  const text = script.replace(from, to);
  expect(text).not.toBe(script);
  const after = read(text, before);
  expect(after.findings).toHaveLength(before.findings.length);
  for (const [i, finding] of after.findings.entries()) {
    const old = before.findings[i]!;
    expect(sourceOf(finding)).toBe(old);
    const [was, is] = [resolve(old), resolve(finding)];
    expect(is.compiled).toBe(was.compiled);
    expect(is.finding).toBe(finding);
    expect(text.slice(finding.span.from, finding.span.to)).toBe(script.slice(old.span.from, old.span.to));
  }
});

it.each([
  { edit: "a constant", from: "EPOCHS = 90", to: "EPOCHS = 60" },
  { edit: "a function that an argument calls", from: "n // 3", to: "n // 2" },
  { edit: "an argparse default", from: "default=0.1", to: "default=0.2" },
  { edit: "the call", from: "gamma=GAMMA", to: "gamma=0.3" },
  { edit: "the name of an import", from: "import GAMMA, warm", to: "import warm" },
])("reads again after an edit of $edit", ({ from, to }) => {
  const before = read(script);
  const after = read(script.replace(from, to), before);
  for (const finding of after.findings) expect(sourceOf(finding)).toBe(finding);
});

it.each([
  { edit: "changes", beside: settings.replace("0.1", "0.7") },
  { edit: "comes by what was not there", beside: "" },
])("reads again when an imported file $edit", ({ beside }) => {
  const after = read(script, read(script, undefined, beside));
  for (const finding of after.findings) expect(sourceOf(finding)).toBe(finding);
  expect(said(after)).toEqual(said(read(script)));
});
