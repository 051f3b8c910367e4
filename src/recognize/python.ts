import type { Value } from "../schedules/define.js";
import type { SourceDocument, Workspace } from "../source/document.js";
import { stepTransform, transformsOf } from "./afterwards.js";
import { bindCall } from "./bind.js";
import { buildCall, scheduleCalls } from "./calls.js";
import { PythonProgram } from "./evaluate/index.js";
import type { Finding, Transform } from "./finding.js";
import { Reader, type Found } from "./reader.js";
import { steppingOf } from "./stepping.js";

export interface PythonFindings {
  readonly findings: Finding[];
  readonly related: Finding[];
  readonly program: PythonProgram;
}

/** Every schedule of a Python file or notebook. One part that fails leaves the others standing. */
export function recognizePython(
  document: SourceDocument,
  workspace: Workspace,
  assume: ReadonlyMap<string, Value>,
  previous?: PythonProgram,
): PythonFindings {
  const program = new PythonProgram(document, workspace, { assume, ...(previous && { previous }) });
  const reader = new Reader(program, document, assume, buildCall);
  const found = scheduleCalls(reader).filter((one) => !one.nested);
  const transforms = guarded(() => transformsOf(reader, found)) ?? new Map<Found, Transform[]>();
  const all = found.map((one) => complete(reader, one, transforms.get(one) ?? []));
  const sorted = all.sort((a, b) => (a.cell ?? 0) - (b.cell ?? 0) || a.span.from - b.span.from);
  return {
    findings: sorted.filter((finding) => finding.quantity === "lr"),
    related: sorted.filter((finding) => finding.quantity !== "lr"),
    program,
  };
}

function complete(reader: Reader, found: Found, transforms: readonly Transform[]): Finding {
  const run = guarded(() => steppingOf(reader, found));
  const { handles } = bindCall(reader, found.definition, found.call, undefined);
  const step = guarded(() => stepTransform(reader, handles["global_step"] ?? handles["step"]));
  return {
    ...found.finding,
    transforms: [...(step ? [step] : []), ...transforms],
    run: { ...found.finding.run, ...run },
  };
}

/** What a recognizer finds; nothing when it fails on something no one has thought of. */
export function guarded<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
