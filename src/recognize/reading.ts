import type { Value } from "../schedules/define.js";
import type { SourceDocument, Workspace } from "../source/document.js";
import { joinCells } from "../source/notebook.js";
import { condense, type Condensed } from "./condense.js";
import { movedFinding, sameEntries, type Move } from "./move.js";
import { recognizePython, type PythonFindings } from "./python.js";
import { Reads } from "./reads.js";

/** The schedules of a Python document, with all that they depend on. */
export interface PythonReading {
  readonly python: PythonFindings;
  readonly condensed: Condensed;
  readonly path: string;
  readonly assume: ReadonlyMap<string, Value>;
  readonly reads: Reads;
}

/**
 * What a Python document holds is a function of its condensed text, its path, the files read for it and what is assumed: where
 * these are as they were, nothing is evaluated again, and what was found is moved to where it now stands.
 */
export function readPython(
  document: SourceDocument,
  workspace: Workspace,
  assume: ReadonlyMap<string, Value>,
  previous?: PythonReading,
): PythonReading {
  const { path } = document;
  const condensed = condense(joinCells(document), previous?.condensed);
  if (
    previous?.condensed.text === condensed.text &&
    previous.path === path &&
    sameEntries(previous.assume, assume) &&
    previous.reads.holdIn(workspace)
  )
    return { ...previous, condensed, python: moved(previous, condensed) };
  const reads = new Reads(workspace);
  const python = recognizePython(document, reads, assume, condensed, previous?.python.program);
  return { python, condensed, path, assume, reads };
}

function moved({ python, condensed: before }: PythonReading, after: Condensed): PythonFindings {
  const move: Move = (place) => after.place(before.back(place));
  return {
    ...python,
    findings: python.findings.map((finding) => movedFinding(finding, move)),
    related: python.related.map((finding) => movedFinding(finding, move)),
  };
}
