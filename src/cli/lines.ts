import { countUpTo } from "../engine/shapes.js";
import type { SourceDocument, Span, Workspace } from "../source/document.js";

export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Offsets as lines and characters, both from 0, in UTF-16 units; a line ends at \n, \r\n or \r, as in the editor. */
export class LineIndex {
  private readonly starts: number[] = [0];
  constructor(text: string) {
    const ends = /\r\n|\n|\r/g;
    while (ends.exec(text)) this.starts.push(ends.lastIndex);
  }

  position(offset: number): Position {
    const line = Math.max(0, countUpTo(this.starts, offset) - 1);
    return { line, character: offset - this.starts[line]! };
  }

  range({ from, to }: Span): { start: Position; end: Position } {
    return { start: this.position(from), end: this.position(to) };
  }
}

/** The lines of the document, of one of its cells, or of another file of the workspace. */
export type Places = (cell?: number, file?: string) => LineIndex;

export function placesOf(document: SourceDocument, workspace?: Workspace): Places {
  const known = new Map<string | number, LineIndex>();
  return (cell, file) => {
    const key = file ?? cell ?? -1;
    let index = known.get(key);
    if (!index) {
      const text =
        file === undefined ? document.cells?.find((c) => c.index === cell)?.text : (workspace?.read(file) ?? "");
      known.set(key, (index = new LineIndex(text ?? document.text)));
    }
    return index;
  };
}
