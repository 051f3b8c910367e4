import { parseTree } from "jsonc-parser";
import type { Node, ParseError } from "jsonc-parser";
import type { ConfigNode, ConfigText, Place } from "./config.js";
import { limits } from "./config.js";

/** JSON with comments, trailing commas, duplicate keys and errors elsewhere. */
export function readJson(text: string, file?: string): ConfigText {
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false, allowEmptyContent: true });
  } catch {
    return { roots: [], problems: ["nested too deeply"] };
  }
  const problems = errors.length ? [`${errors.length} syntax errors`] : [];
  const at = (node: Node): Place => ({ from: node.offset, to: node.offset + node.length, ...(file && { file }) });
  const convert = (node: Node, depth: number): ConfigNode => {
    if (depth > limits.depth)
      return { kind: "scalar", at: at(node), value: undefined, text: "", note: "nested too deeply" };
    if (node.type === "array")
      return { kind: "list", at: at(node), items: (node.children ?? []).map((c) => convert(c, depth + 1)) };
    if (node.type !== "object")
      return {
        kind: "scalar",
        at: at(node),
        value: node.value as string | number | boolean | null,
        text: text.slice(node.offset, node.offset + node.length),
        ...(node.type === "string" && { quoted: true }),
      };
    const entries = (node.children ?? []).flatMap(({ children }) => {
      const [key, value] = children ?? [];
      if (!key || !value) return [];
      return [{ key: String(key.value), keyAt: at(key), value: convert(value, depth + 1) }];
    });
    return { kind: "map", at: at(node), entries };
  };
  return { roots: tree ? [convert(tree, 0)] : [], problems };
}
