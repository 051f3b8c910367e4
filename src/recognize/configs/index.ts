import { byName } from "../byName.js";
import type { Value } from "../../schedules/define.js";
import { limits, readable, type ConfigText } from "../../source/config.js";
import { readCfg } from "../../source/cfg.js";
import type { SourceDocument, Workspace } from "../../source/document.js";
import { readGin } from "../../source/gin.js";
import { readJson } from "../../source/json.js";
import { readJsonnet } from "../../source/jsonnet.js";
import { readPrototxt } from "../../source/prototxt.js";
import { readPythonConfig } from "../../source/pythonConfig.js";
import { readShell } from "../../source/shell.js";
import { readToml } from "../../source/toml.js";
import { readYaml } from "../../source/yaml.js";
import type { Finding } from "../finding.js";
import { allenNlp } from "./allenNlp.js";
import { axolotl } from "./axolotl.js";
import { inherit } from "./bases.js";
import { basicSr } from "./basicSr.js";
import { Block } from "./block.js";
import { caffe } from "./caffe.js";
import { composer } from "./composer.js";
import { cvnets } from "./cvnets.js";
import { darknet } from "./darknet.js";
import { deepspeed } from "./deepspeed.js";
import { detectron2 } from "./detectron2.js";
import { dl4j } from "./dl4j.js";
import { espnet } from "./espnet.js";
import { fairseq } from "./fairseq.js";
import { gptNeox } from "./gptNeox.js";
import { hifiGan } from "./hifiGan.js";
import { huggingFace } from "./huggingFace.js";
import { keras } from "./keras.js";
import { kohya } from "./kohya.js";
import { latentDiffusion } from "./latentDiffusion.js";
import { lazyConfig } from "./lazyConfig.js";
import { litgpt } from "./litgpt.js";
import { marian } from "./marian.js";
import { maxtext } from "./maxtext.js";
import { megatron } from "./megatron.js";
import { mmcv } from "./mmcv.js";
import { mmengine } from "./mmengine.js";
import { nanoGpt } from "./nanoGpt.js";
import { nemo } from "./nemo.js";
import { olmo } from "./olmo.js";
import { openNmt } from "./openNmt.js";
import { openPcdet } from "./openPcdet.js";
import { paddleClas } from "./paddleClas.js";
import { paddleDetection } from "./paddleDetection.js";
import { paddleSeg } from "./paddleSeg.js";
import { rlGames } from "./rlGames.js";
import { rllib } from "./rllib.js";
import { rlZoo } from "./rlZoo.js";
import { spacy } from "./spacy.js";
import { speechbrain } from "./speechbrain.js";
import { swin } from "./swin.js";
import { t5x } from "./t5x.js";
import { targets } from "./targets.js";
import { tfModelGarden } from "./tfModelGarden.js";
import { tfObjectDetection } from "./tfObjectDetection.js";
import { timm } from "./timm.js";
import { torchtitan } from "./torchtitan.js";
import { torchtune } from "./torchtune.js";
import { trlx } from "./trlx.js";
import { ultralytics } from "./ultralytics.js";
import { yolox } from "./yolox.js";
import type { ConfigFormat, Syntax } from "./format.js";

export { completionsAt, describeKey, unreadKeys } from "./keys.js";
export type { KeyCompletion, KeyMeaning } from "./keys.js";

/** One line per format; the first that finds something in a file has it, so the more specific stand first. */
export const formats: readonly ConfigFormat[] = [
  caffe,
  tfObjectDetection,
  darknet,
  spacy,
  t5x,
  allenNlp,
  gptNeox,
  deepspeed,
  torchtune,
  speechbrain,
  paddleDetection,
  paddleClas,
  paddleSeg,
  axolotl,
  ultralytics,
  detectron2,
  openPcdet,
  swin,
  mmengine,
  mmcv,
  yolox,
  lazyConfig,
  nanoGpt,
  tfModelGarden,
  basicSr,
  latentDiffusion,
  cvnets,
  fairseq,
  nemo,
  espnet,
  openNmt,
  marian,
  litgpt,
  composer,
  olmo,
  trlx,
  torchtitan,
  kohya,
  megatron,
  maxtext,
  timm,
  huggingFace,
  targets,
  keras,
  dl4j,
  rlZoo,
  rlGames,
  rllib,
  hifiGan,
];

type Reader = (text: string, file?: string) => ConfigText;
const readers: Readonly<Record<Syntax, Reader>> = {
  yaml: readYaml,
  json: readJson,
  toml: readToml,
  prototxt: readPrototxt,
  cfg: readCfg,
  gin: readGin,
  jsonnet: readJsonnet,
  shell: readShell,
  python: readPythonConfig,
};

const ENDINGS: Readonly<Record<string, Syntax>> = byName({
  yaml: "yaml",
  yml: "yaml",
  json: "json",
  jsonc: "json",
  json5: "json",
  toml: "toml",
  prototxt: "prototxt",
  pbtxt: "prototxt",
  config: "prototxt",
  textproto: "prototxt",
  cfg: "cfg",
  ini: "cfg",
  gin: "gin",
  jsonnet: "jsonnet",
  libsonnet: "jsonnet",
  sh: "shell",
  bash: "shell",
  slurm: "shell",
  sbatch: "shell",
  shellscript: "shell",
  py: "python",
  python: "python",
});

/** The syntax that a path's ending (or the editor's language) tells; undefined for files that are no configuration. */
export function syntaxOf(document: SourceDocument): Syntax | undefined {
  const ending = /\.(\w+)$/.exec(document.path)?.[1]?.toLowerCase() ?? "";
  return ENDINGS[ending] ?? ENDINGS[document.languageId];
}

/** The learning-rate schedules of a configuration file; empty for every other file, after a test that does not parse. */
export function recognizeConfig(
  document: SourceDocument,
  workspace: Workspace,
  assume: ReadonlyMap<string, Value>,
): Finding[] {
  return readConfig(document, workspace, assume).findings;
}

/** The same, with the reason where a file that may hold schedules was not followed to its end. */
export function readConfig(
  document: SourceDocument,
  workspace: Workspace,
  assume: ReadonlyMap<string, Value>,
): { findings: Finding[]; problem?: string } {
  const none = { findings: [] };
  const syntax = syntaxOf(document);
  if (!syntax || document.cells) return none;
  const inherits = syntax === "python" ? inPython(document.text) : INHERITS.test(document.text);
  const ofSyntax = formats.filter((f) => f.syntaxes.includes(syntax));
  const fitting = (all: string) => ofSyntax.filter((f) => f.needs.every((test) => test.test(all)));
  if (!inherits && !fitting(document.text).length) return none;
  const { length } = document.text;
  if (length > (syntax === "yaml" || syntax === "json" ? limits.characters : LONGEST))
    return { ...none, problem: tooComplex(`a configuration of ${length} characters`) };
  const text = readable(document.text);
  if (text === undefined) return none;
  const findings: Finding[] = [];
  const read = readers[syntax](text);
  for (const written of read.roots) {
    const { root, missing, texts } = inherits
      ? inherit(written, document.path, text, syntax, workspace, readers[syntax])
      : { root: written, missing: [], texts: [] };
    for (const format of fitting([text, ...texts].join("\n"))) {
      const input = { root: new Block(root, root), document, workspace, assume, syntax, missing };
      const own = format.recognize(input).filter((f) => !findings.some((g) => g.span.from === f.span.from));
      findings.push(...own);
      if (own.length) break;
    }
  }
  const bound = findings.length > 0 ? undefined : read.problems.find((problem) => /too (?:deep|large)/.test(problem));
  return { findings, ...(bound !== undefined && syntax !== "python" && { problem: tooComplex(bound) }) };
}

/** What is read in a second where every character counts; YAML and JSON are skimmed faster. */
const LONGEST = 1_500_000;
const tooComplex = (because: string) => `too complex to follow: ${because}`;

/** A file that inherits may hold a part of a schedule only. */
const INHERITS =
  /^[ \t]*["']?(?:_base_|_BASE_|__base__|BASE|defaults|base_config|extends|includes?|_include_|inherits?_from|parent_config|\$include)["']?\s*[:=]|^include\s+['"]/m;
const inPython = (text: string) =>
  /^_base_\s*=|read_base\(\)/m.test(text) ||
  (/^from \.[\w.]* import /m.test(text) && /^(?:lr_multiplier|optimizer\.lr)\b/m.test(text));
