import { describe, expect, it } from "vitest";
import { answer } from "../../src/cli/requests.js";

const ask = (request: unknown) =>
  JSON.parse(answer(typeof request === "string" ? request : JSON.stringify(request))) as Record<string, never>;
const text =
  "from torch.optim import SGD\nfrom torch.optim.lr_scheduler import StepLR\nopt = SGD(p, lr=0.1)\ns = StepLR(opt, step_size=3)\n";

describe("one request, one answer", () => {
  it.each([
    { line: "{", error: /JSON|property/i, why: "not JSON" },
    { line: "[]", error: /object/, why: "not an object" },
    { line: '{"id":7}', error: /path/, why: "no path" },
    { line: '{"id":7,"path":"a.py","text":"","at":[-1]}', error: /at/, why: "a negative step" },
    { line: '{"id":7,"path":"/nowhere/a.py"}', error: /no such file/, why: "a file that is not there" },
  ])("$why: the error is told, nothing is thrown", ({ line, error }) => expect(ask(line)["error"]).toMatch(error));

  it("keeps the id of a bad request", () => expect(ask('{"id":7}')["id"]).toBe(7));

  it("answers with place, parameters and values", () => {
    const { findings } = ask({ id: 1, path: "train.py", text, at: [0, 3, 6] }) as unknown as {
      findings: Record<string, unknown>[];
    };
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      callee: "StepLR",
      schedule: "torch.optim.lr_scheduler.StepLR",
      confidence: "certain",
      range: { start: { line: 3, character: 4 }, end: { line: 3, character: 28 } },
      cell: null,
      parameters: {
        step_size: { status: "known", value: 3, text: "3", origins: [{ line: 3, character: 26, length: 1 }] },
      },
    });
    const values = findings[0]!["values"] as number[];
    [0.1, 0.01, 0.001].forEach((want, i) => expect(values[i]).toBeCloseTo(want, 12));
  });

  it("a value that is set counts, an unknown one is told with its reason", () => {
    const lost = text.replace("step_size=3", "step_size=load()");
    const [before] = (
      ask({ id: 1, path: "t.py", text: lost, at: [3] }) as unknown as {
        findings: { parameters: Record<string, { status: string; because: string }>; values: unknown[] }[];
      }
    ).findings;
    expect(before!.parameters["step_size"]!.status).toBe("unknown");
    expect(before!.values).toEqual([null]);
    const [after] = (
      ask({ id: 1, path: "t.py", text: lost, at: [3], assume: { step_size: 3 } }) as unknown as {
        findings: { values: number[] }[];
      }
    ).findings;
    expect(after!.values[0]).toBeCloseTo(0.01, 12);
  });
});
