import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { simulate } from "../../src/cli/simulate.js";

const folder = mkdtempSync(join(tmpdir(), "lr-lens-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());

function run(name: string, text: string, ...words: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  let out = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => ((out += String(chunk)), true));
  expect(simulate([...words, path])).toBe(0);
  return out;
}
interface Answer {
  loss: Record<string, (number | null)[]>;
  verdict: { kind: string; sentence: string };
  optimizer: object;
  seconds: number;
  diverged: number;
  scale: number;
}
const asSpec = (spec: object) => JSON.parse(run("spec.json", JSON.stringify(spec), "--json", "--spec")) as Answer;

describe("lr-lens simulate --spec", () => {
  it("answers with arrays as long as `at`, in its order", () => {
    const answer = asSpec({
      lr: [0.1, 0.0999, 0.0998],
      problem: { kind: "quadratic", eigenvalues: [1, 20], start: [1, 1], noise: 0.1, batch: 1 },
      optimizer: { kind: "sgd", momentum: 0.0, nesterov: false },
      seeds: 32,
      seed: 0,
      at: [3, 0],
    });
    for (const name of ["median", "p10", "p90", "mean", "expected"]) expect(answer.loss[name]).toHaveLength(2);
    expect(answer.loss.expected![1]).toBe(10.5);
    expect(Object.keys(answer.verdict)).toEqual(expect.arrayContaining(["kind", "sentence"]));
    expect(answer.seconds).toBeGreaterThan(0);
  });

  it("writes null where the loss is no longer a finite number", () => {
    const answer = asSpec({ lr: 1e300, steps: 4, at: [0, 4] });
    expect(answer.loss.median).toEqual([10.5, null]);
    expect(answer.verdict.kind).toBe("diverges");
    expect(answer.diverged).toBe(32);
  });

  it("reads the rate from a text, one rate for each update", () => {
    const text =
      "import torch\nopt = torch.optim.SGD(m, lr=0.1)\ns = torch.optim.lr_scheduler.StepLR(opt, step_size=2)\n";
    const problem = { kind: "quadratic", eigenvalues: [1], start: [1], noise: 0 };
    const answer = asSpec({ lr: { text, path: "train.py", steps: 4 }, problem, at: [4] });
    expect(answer.loss.mean![0]).toBeCloseTo(0.5 * (0.9 * 0.9 * 0.99 * 0.99) ** 2, 12);
  });

  it.each([
    { spec: { lr: [-1] }, says: "a learning rate is not negative", why: "a bad rate" },
    { spec: { lr: { text: "x = 1", path: "a.py" } }, says: "no learning-rate schedule found", why: "nothing to read" },
  ])("refuses $why with its reason", ({ spec, says }) => expect(() => asSpec(spec)).toThrow(says));
});

it("a file: its first schedule, with its optimizer, in a toy fitted to it", () => {
  const text =
    "import torch\nopt = torch.optim.SGD(m, lr=30, momentum=0.9)\ns = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=2000)\n" +
    "for epoch in range(2000):\n    s.step()\n";
  const answer = JSON.parse(run("train.py", text, "--json")) as Answer;
  expect(answer.optimizer).toMatchObject({ kind: "sgd", momentum: 0.9 });
  expect(answer.verdict.kind).toBe("converges");
  expect(answer.scale).toBeLessThan(0.1);
});

it("for people: the verdict first, then the band along the run, in the file's own unit", () => {
  const text =
    "import torch\nopt = torch.optim.SGD(m, lr=0.1)\ns = torch.optim.lr_scheduler.StepLR(opt, step_size=30)\n" +
    "for epoch in range(90):\n    for x in loader:\n        opt.step()\n    s.step()\n";
  const [callee, verdict, heading, ...rows] = run("epochs.py", text).split("\n");
  expect(callee).toContain("StepLR");
  expect(verdict).toMatch(/^(Converges|Wanders|Stalls|Diverges)/);
  expect(heading).toContain("sgd on quadratic, 32 seeds");
  expect(rows.join("\n")).toMatch(/epoch +90 +median .* expected/);
});

it.each([
  { words: [], why: "no file" },
  { words: ["a.py", "b.py"], why: "two files" },
  { words: ["a.py", "--spec", "b.json"], why: "both" },
  { words: ["--spec", "/nowhere/spec.json"], why: "a missing file" },
  { words: ["--fast"], why: "an unknown option" },
])("a wrong call is told: $why", ({ words }) => expect(() => simulate(words)).toThrow(/\w/));
