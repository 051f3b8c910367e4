import { expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { resolve } from "../../src/recognize/resolve.js";

const head = "import torch\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n";

it.each([
  {
    call: "torch.optim.lr_scheduler.OneCycleLR(opt, 0.1, total_steps=len(images) // 32 * 12)",
    assume: { total_steps: 581 },
    values: { total_steps: 581 },
    why: "an argument that is made of an assumption can be set as a whole",
  },
  {
    call: "torch.optim.lr_scheduler.OneCycleLR(opt, 0.1, total_steps=args.total_steps // 2)",
    assume: { total_steps: 100 },
    values: { total_steps: 50 },
    why: "what it is made of is meant where that has the name",
  },
  {
    call: "torch.optim.lr_scheduler.StepLR(opt, step_size=30)",
    assume: { step_size: 5 },
    values: { step_size: 30 },
    why: "what is written stays",
  },
])("$call with $assume: $why", ({ call, assume, values }) => {
  const set = new Map<string, number>(Object.entries(assume));
  const { findings } = analyze(
    { path: "train.py", languageId: "python", text: `${head}def make(args, images):\n    return ${call}\n` },
    { read: () => undefined },
    { assume: set },
  );
  const { parameters } = resolve(findings[0]!, { assume: set });
  for (const [name, value] of Object.entries(values))
    expect((parameters[name] as { value?: unknown } | undefined)?.value).toBe(value);
});
