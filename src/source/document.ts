/** A file as text, before anything is known about it. Offsets everywhere are UTF-16 units into `text` (of the cell, in a notebook). */
export interface SourceDocument {
  /** Path or URI; names the format and is the base of relative imports and includes. Forward slashes. */
  readonly path: string;
  /** VS Code's language id, or "" when unknown. */
  readonly languageId: string;
  readonly text: string;
  /** A notebook's cells, in order; `text` is then unused by readers. */
  readonly cells?: readonly NotebookCell[];
}

export interface NotebookCell {
  /** Position among all cells, markdown ones too. */
  readonly index: number;
  readonly languageId: string;
  readonly text: string;
}

/** Half-open range of UTF-16 offsets. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Sibling files, read when an import or include names them. Never goes outside the workspace. */
export interface Workspace {
  /** The text, or undefined when there is no such file (or not yet: the editor asks again when it has arrived). */
  read(path: string): string | undefined;
}
