import { parser } from "@lezer/python";
import { analyze } from "../src/recognize/analyze.js";
import { PythonProgram } from "../src/recognize/evaluate/index.js";
import { sourceOf } from "../src/recognize/move.js";
import { mayHoldSchedule } from "../src/recognize/prefilter.js";

interface BenchRow {
  readonly name: string;
  readonly ours?: number;
  readonly peer?: number;
  readonly ratio?: number;
  readonly value?: number;
  readonly unit: string;
  readonly goal: { readonly atMost?: number; readonly atLeast?: number };
}

const none = { read: () => undefined };

/** Reading Python: how much recognition costs beside the bare parse, and how fast a user's rate function is interpreted. */
export function readerBench(): BenchRow[] {
  const short = script(2000);
  return [
    against(
      "reader: parse and recognize 2,000 lines, against the bare parse",
      1.5,
      () => analyze(document(short), none),
      short,
    ),
    keystroke("in a comment", script(5000), /(?<=# Trains the model)(?=\.)/, " x"),
    ...keystrokes(),
    prefilter(),
    rates(),
  ];
}

/** Both in turns, so that what else the machine does falls on both. */
function against(name: string, atMost: number, run: () => void, text: string): BenchRow {
  let [ours, peer] = [Infinity, Infinity];
  for (let i = 0; i < 12; i++) {
    peer = Math.min(
      peer,
      best(() => parser.parse(text), 1),
    );
    ours = Math.min(ours, best(run, 1));
  }
  return { name, ours, peer, ratio: ours / peer, unit: "ms", goal: { atMost } };
}

const document = (text: string) => ({ path: "train.py", languageId: "python", text });

/** The same in as many lines with thirty schedules: where nothing depends on it, and where all of them do. */
function keystrokes(): BenchRow[] {
  const text = script(5000, 30);
  const unrelated = /(?<=items = \[)(?=\])/;
  let previous = analyze(document(text), none);
  previous = analyze(document(text.replace(unrelated, "1")), none, { previous });
  return [
    keystroke("in a function without a schedule, beside 30", text, unrelated, "1"),
    {
      name: "reader: findings of these read again after it",
      value: previous.findings.filter((finding) => sourceOf(finding) === finding).length,
      unit: "findings",
      goal: { atMost: 0 },
    },
    keystroke("in a constant that 30 schedules read", text, /(?<=GAMMA = 0\.)(?=1)/, "1"),
    keystroke("in the call of one of 30 schedules", text, /(?<=epochs \/\/ )(?=3)/, "1"),
    keystroke("in an argparse default beside 30 schedules", text, /(?<=default=0\.)(?=1)/, "1"),
  ];
}

/** One more letter each time at the same place of 5,000 lines, with the analysis of the moment before at hand. */
function keystroke(where: string, text: string, place: RegExp, first: string): BenchRow {
  let previous = analyze(document(text), none);
  let typed = first;
  const type = () => {
    previous = analyze(document(text.replace(place, typed)), none, { previous });
    typed = typed.length > 12 ? first : typed + "1";
  };
  return against(`reader: a keystroke in 5,000 lines ${where}, against a full parse`, 0.5, type, text);
}

function prefilter(): BenchRow {
  const text = "def handler(request):\n    body = request.get_json()\n    return make_response(body, 200)\n".repeat(
    40_000,
  );
  const ms = best(() => mayHoldSchedule({ path: "a.py", languageId: "python", text }));
  return {
    name: "reader: telling files without a schedule",
    value: text.length / 1e6 / (ms / 1000),
    unit: "MB/s",
    goal: { atLeast: 100 },
  };
}

function rates(): BenchRow {
  const text = `import math
WARMUP, TOTAL, MIN = 2000, 100000, 0.1
def get_lr(it):
    if it < WARMUP:
        return 6e-4 * (it + 1) / (WARMUP + 1)
    if it > TOTAL:
        return 6e-4 * MIN
    ratio = (it - WARMUP) / (TOTAL - WARMUP)
    assert 0 <= ratio <= 1
    coeff = 0.5 * (1.0 + math.cos(math.pi * ratio))
    return 6e-4 * MIN + coeff * (6e-4 - 6e-4 * MIN)
LambdaLR(opt, get_lr)
`;
  const program = new PythonProgram(document(text), none);
  const [call] = program.calls((name) => name === "LambdaLR");
  const rate = program.function(call!.arguments[1]!.value)!;
  const seconds =
    best(() => {
      for (let t = 0; t < 100_000; t++) rate.call([t]);
    }, 3) / 1000;
  return { name: "reader: 100,000 steps of a rate function", value: seconds, unit: "s", goal: { atMost: 1 } };
}

/** A training script of about that many lines: models and data in many functions, and functions that train with a schedule each. */
function script(lines: number, schedules = 1): string {
  const block = (i: number) => `
class Block${i}(nn.Module):
    """A residual block with squeeze and excitation, number ${i}."""

    def __init__(self, channels, stride=1, reduction=${4 + (i % 4)}):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels * 2, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels * 2)
        self.conv2 = nn.Conv2d(channels * 2, channels * 2, kernel_size=3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels * 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(channels * 2, channels // reduction), nn.ReLU(inplace=True))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        weights = self.fc(self.pool(out).flatten(1))
        if self.training and weights.size(0) > 1:
            weights = weights * (1 - self.drop(weights))
        return F.relu(out * weights[:, :, None, None] + x)


def load_part_${i}(root, split="train", limit=None):
    items = []
    for name in sorted(os.listdir(os.path.join(root, split))):
        if not name.endswith((".jpg", ".png")):
            continue
        items.append({"path": os.path.join(root, split, name), "label": int(name.split("_")[0])})
    return items[:limit] if limit else items

`;
  const calls = [
    "optim.lr_scheduler.StepLR(optimizer, step_size=args.epochs // 3, gamma=GAMMA)",
    "optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs * STEPS, eta_min=GAMMA / 1000)",
    "optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: GAMMA ** (epoch // 30))",
    "optim.lr_scheduler.MultiStepLR(optimizer, milestones=[args.epochs // 2, args.epochs * 3 // 4], gamma=GAMMA)",
  ];
  const train = (i: number) => `
def main${i}():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=90)
    args = parser.parse_args()
    # Trains the model.
    model = Block${i}(64)
    optimizer = optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    scheduler = ${calls[i % calls.length]}
    for epoch in range(args.epochs):
        train(model, optimizer, epoch)
        scheduler.step()


if __name__ == "__main__":
    main${i}()
`;
  const head =
    "import argparse\nimport os\nimport torch.nn as nn\nimport torch.nn.functional as F\nimport torch.optim as optim\n" +
    "\nGAMMA = 0.1\nSTEPS = 100\n";
  const count = Math.round((lines - 15 * schedules) / (block(0).split("\n").length - 1));
  let text = head;
  for (let i = 0, done = 0; i < count; i++) {
    text += block(i);
    while (done < schedules && (done + 1) * count <= (i + 1) * schedules) text += train(done++);
  }
  return text;
}

/** Milliseconds of the best run, after some to warm up. */
function best(run: () => void, times = 12): number {
  let least = Infinity;
  for (let i = 0; i < times * 2; i++) {
    const start = performance.now();
    run();
    if (i >= times) least = Math.min(least, performance.now() - start);
  }
  return least;
}
