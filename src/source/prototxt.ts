import type { ConfigNode, ConfigText, Entry, Place } from "./config.js";
import { limits, wordValue } from "./config.js";

/** Protocol-buffer text: `key: value`, `key { }`, `key: { }`, `key < >`, lists, `#` comments; repeated keys are kept in order. */
export function readPrototxt(text: string, file?: string): ConfigText {
  const problems: string[] = [];
  const place = (from: number, to: number): Place => ({ from, to, ...(file && { file }) });
  const token = /\s+|#[^\n]*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[{}<>[\]:,;]|[^\s{}<>[\]:,;#"']+/y;
  let next = { text: "", from: 0, to: 0 };
  let count = 0;
  const advance = () => {
    const before = next;
    for (;;) {
      token.lastIndex = next.to;
      const match = next.to < text.length ? token.exec(text) : null;
      next = match
        ? { text: match[0], from: next.to, to: token.lastIndex }
        : { text: "", from: text.length, to: text.length };
      if (!match || !/^(?:\s|#)/.test(match[0])) break;
    }
    return before;
  };
  advance();

  function message(close: string, from: number, depth: number): ConfigNode {
    const entries: Entry[] = [];
    while (next.text && next.text !== close) {
      if (++count > limits.nodes || depth > limits.depth) {
        problems.push("too large or nested too deeply");
        next = { text: "", from: text.length, to: text.length };
        break;
      }
      const key = advance();
      if (/^[{}<>[\]:,;"']/.test(key.text)) continue;
      const colon = next.text === ":" && advance();
      if (!colon && next.text !== "{" && next.text !== "<") continue;
      const value = read(depth + 1);
      if (value) entries.push({ key: key.text, keyAt: place(key.from, key.to), value });
    }
    const end = next.to;
    if (next.text) advance();
    return { kind: "map", at: place(from, end), entries };
  }

  function read(depth: number): ConfigNode | undefined {
    const first = next;
    if (first.text === "" || /^[}>\],;:]$/.test(first.text)) return undefined;
    advance();
    if (first.text === "{") return message("}", first.from, depth);
    if (first.text === "<") return message(">", first.from, depth);
    if (first.text === "[") {
      const items: ConfigNode[] = [];
      while (next.text && next.text !== "]") {
        const item = read(depth + 1);
        if (item) items.push(item);
        else advance();
      }
      const end = next.to;
      if (next.text) advance();
      return { kind: "list", at: place(first.from, end), items };
    }
    const quoted = /^["']/.test(first.text);
    const value = quoted ? first.text.slice(1, -1) : wordValue(first.text.replace(/^([\d.]+(?:e[-+]?\d+)?)f$/i, "$1"));
    return { kind: "scalar", at: place(first.from, first.to), value, text: first.text, ...(quoted && { quoted }) };
  }

  return { roots: [message("", 0, 0)], problems };
}
