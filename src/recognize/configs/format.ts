import type { SourceDocument, Workspace } from "../../source/document.js";
import type { Finding } from "../finding.js";
import type { Block } from "./block.js";
import type { Assumptions } from "./match.js";

export type Syntax = "yaml" | "json" | "toml" | "prototxt" | "cfg" | "gin" | "jsonnet" | "shell" | "python";

export interface ConfigInput {
  readonly root: Block;
  readonly document: SourceDocument;
  readonly workspace: Workspace;
  readonly assume: Assumptions;
  readonly syntax: Syntax;
  /** Base files that are named but not there. */
  readonly missing: readonly string[];
}

/** One tool's configuration files. */
export interface ConfigFormat {
  readonly id: string;
  readonly syntaxes: readonly Syntax[];
  /** Cheap test on the text before anything is parsed: all must match. */
  readonly needs: readonly RegExp[];
  /** Nothing when the tree turns out to be something else. */
  readonly recognize: (input: ConfigInput) => Finding[];
}
