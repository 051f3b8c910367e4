import type { Value } from "../../schedules/define.js";
import { readable, type ConfigText } from "../../source/config.js";
import type { SourceDocument, Workspace } from "../../source/document.js";
import { readJson } from "../../source/json.js";
import { readYaml } from "../../source/yaml.js";
import type { Finding } from "../finding.js";
import { Block } from "./block.js";
import { deepspeed } from "./deepspeed.js";
import type { ConfigFormat, Syntax } from "./format.js";
import { huggingFace } from "./huggingFace.js";

/** One line per format; the first that finds something in a file has it, so the more specific stand first. */
export const formats: readonly ConfigFormat[] = [deepspeed, huggingFace];

type Reader = (text: string, file?: string) => ConfigText;
const readers: Partial<Record<Syntax, Reader>> = { yaml: readYaml, json: readJson };

const ENDINGS: Readonly<Record<string, Syntax>> = {
  yaml: "yaml", yml: "yaml", json: "json", jsonc: "json", json5: "json",
};

/** The syntax that a path's ending (or the editor's language) tells; undefined for files that are no configuration. */
export function syntaxOf(document: SourceDocument): Syntax | undefined {
  const ending = /\.(\w+)$/.exec(document.path)?.[1]?.toLowerCase() ?? "";
  return ENDINGS[ending] ?? ENDINGS[document.languageId];
}

/** The learning-rate schedules of a configuration file; empty for every other file, after a test that does not parse. */
export function recognizeConfig(document: SourceDocument, workspace: Workspace, assume: ReadonlyMap<string, Value>): Finding[] {
  const syntax = syntaxOf(document);
  const read = syntax && readers[syntax];
  if (!read || document.cells) return [];
  const candidates = formats.filter((f) => f.syntaxes.includes(syntax) && f.needs.every((test) => test.test(document.text)));
  if (!candidates.length) return [];
  const text = readable(document.text);
  if (text === undefined) return [];
  for (const root of read(text).roots) {
    for (const format of candidates) {
      const findings = format.recognize({ root: new Block(root, root), document, workspace, assume, syntax });
      if (findings.length) return findings;
    }
  }
  return [];
}
