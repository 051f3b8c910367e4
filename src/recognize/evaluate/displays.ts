import { iterate } from "./items.js";
import type { SyntaxNode } from "@lezer/common";
import { derive, dictOf, force } from "./access.js";
import { Code } from "./code.js";
import { compile } from "./expressions.js";
import { format, repr, str } from "./format.js";
import type { Ex, Frame } from "./frame.js";
import { unescape } from "./literals.js";
import { LIMITS, NotKnown, TooComplex } from "./machine.js";
import { binary } from "./operators.js";
import { kids } from "./syntax.js";
import { Dict, List, Unknown, type Val } from "./values.js";

export function compileContinued(node: SyntaxNode, code: Code): Ex {
  const parts = kids(node).map((kid) => compile(kid, code));
  return (frame) => parts.map((part) => part(frame)).reduce((a, b) => binary("+", a, b));
}

export function compileFormat(node: SyntaxNode, code: Code): Ex {
  const raw = /^[a-zA-Z]*r/i.test(code.text(node).slice(0, 3));
  const parts: ((frame: Frame, used: Val[]) => string)[] = [];
  const quote = /^[a-zA-Z]*("""|'''|"|')/.exec(code.text(node));
  let at = node.from + (quote ? quote[0].length : 0);
  const end = node.to - (quote && code.text(node).endsWith(quote[1]!) ? quote[1]!.length : 0);
  const text = (to: number) => {
    const piece = code.module.source.text.slice(at, to).replace(/\{\{/g, "{").replace(/\}\}/g, "}");
    const plainText = raw ? piece : unescape(piece);
    if (plainText) parts.push(() => plainText);
  };
  for (const kid of kids(node)) {
    if (kid.name !== "FormatReplacement") continue;
    text(kid.from);
    at = kid.to;
    const [, expression, ...rest] = kids(kid);
    const value = compile(expression, code);
    const spec = rest.find((part) => part.name === "FormatSpec");
    const nested = spec && kids(spec).some((part) => part.name === "FormatReplacement");
    const specText = spec ? code.text(spec).slice(1) : "";
    const conversion = rest.find((part) => part.name === "FormatConversion");
    const shown = conversion ? code.text(conversion) : "";
    const label = rest.some((part) => part.name === "FormatSelfDoc")
      ? code.text({ from: kid.from + 1, to: expression!.to }) + "="
      : "";
    parts.push((frame, used) => {
      const item = value(frame);
      used.push(item);
      if (nested) throw new NotKnown(new Unknown("a computed format"));
      return (
        label + (shown === "!r" || (label && !specText) ? repr(item) : specText ? format(item, specText) : str(item))
      );
    });
  }
  text(end);
  return (frame) => {
    const used: Val[] = [];
    try {
      const result = parts.map((part) => part(frame, used)).join("");
      if (result.length > LIMITS.length) throw new TooComplex("a very long text");
      return frame.m.tracking ? derive(result, used) : result;
    } catch (error) {
      if (error instanceof NotKnown && frame.m.tracking) return error.unknown;
      throw error;
    }
  };
}

/** Elements of a display or arguments: each with whether it is starred. */
export function compileElements(nodes: readonly SyntaxNode[], code: Code): { star: boolean; run: Ex }[] {
  const elements: { star: boolean; run: Ex }[] = [];
  let star = false;
  for (const node of nodes) {
    if (/^[()[\]{},]$/.test(node.name)) star = false;
    else if (node.name === "*") star = true;
    else elements.push({ star, run: compile(node, code) });
  }
  return elements;
}

export function compileList(node: SyntaxNode, code: Code, type: List["type"]): Ex {
  const elements = compileElements(kids(node), code);
  const origins = [
    { from: node.from, to: node.to, how: "literal", ...(code.module.file && { file: code.module.file }) },
  ];
  return (frame) => {
    frame.m.tick(elements.length);
    const list = new List(collect(frame, elements), type);
    if (frame.m.tracking) list.origins = origins;
    frame.m.inLoop?.add(list);
    return list;
  };
}

export function collect(frame: Frame, elements: readonly { star: boolean; run: Ex }[]): Val[] {
  const items: Val[] = [];
  for (const { star, run } of elements) {
    const value = run(frame);
    if (star) items.push(...iterate(frame.m, value));
    else items.push(value);
  }
  return items;
}

export function compileDict(node: SyntaxNode, code: Code): Ex {
  const parts = kids(node).slice(1);
  const pairs: { key?: Ex; value: Ex }[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.name === "**") pairs.push({ value: compile(parts[++i], code) });
    else if (parts[i + 1]?.name === ":")
      pairs.push({ key: compile(part, code), value: compile(parts[(i += 2)], code) });
  }
  const origins = [
    { from: node.from, to: node.to, how: "literal", ...(code.module.file && { file: code.module.file }) },
  ];
  return (frame) => {
    frame.m.tick(pairs.length);
    const entries: [Val, Val][] = [];
    let open: string | undefined;
    for (const { key, value } of pairs) {
      if (key) entries.push([key(frame), value(frame)]);
      else {
        const other = force(value(frame));
        if (other instanceof Dict) {
          entries.push(...other.entries.values());
          open ??= other.open;
        } else open = "it takes in a dict that is not known";
      }
    }
    const dict = dictOf(entries);
    dict.open ??= open as string;
    if (frame.m.tracking) dict.origins = origins;
    return dict;
  };
}
