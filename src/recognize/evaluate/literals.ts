import { normalize } from "./numbers.js";
import { Float, Unknown, type Val } from "./values.js";

/** A number as written. */
export function numberLiteral(text: string): Val {
  // `4.` is parsed as `4_`: see normalizePython.
  if (/_$|_e/i.test(text) && !/^0[xob]/i.test(text)) return new Float(Number(text.replace(/_/g, "")));
  const t = text.replace(/_/g, "");
  if (/[jJ]$/.test(t)) return new Unknown("a complex number");
  if (/^0[xob]/i.test(t) && !/^0(?:x[\da-f]+|o[0-7]+|b[01]+)$/i.test(t)) return new Unknown("it is not finished");
  if (/^0[xob]/i.test(t))
    return t.length > 1000 ? new Unknown("too complex to follow: a very long number") : normalize(BigInt(t));
  if (/[.eE]/.test(t)) return new Float(Number(t));
  if (t.length > 1000) return new Unknown("too complex to follow: a very long number");
  if (/^0\d/.test(t) && /^[0-7]+$/.test(t)) return parseInt(t, 8);
  if (!/^\d+$/.test(t)) return new Unknown("it is not finished");
  return t.length < 16 ? Number(t) : normalize(BigInt(t));
}

/** A string literal's value; bytes count as strings. */
export function stringLiteral(text: string): string {
  const match = /^([a-zA-Z]*)("""|'''|"|')/.exec(text);
  if (!match) return text;
  const quote = match[2]!;
  const start = match[0].length;
  const inner = text.slice(
    start,
    text.endsWith(quote) && text.length >= start + quote.length ? text.length - quote.length : text.length,
  );
  return /r/i.test(match[1]!) ? inner : unescape(inner);
}

const ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\n": "",
};

export function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|\r\n|[^])/g, (whole, code: string) => {
    if (code.length > 1 && /^[xu]/.test(code)) return String.fromCharCode(parseInt(code.slice(1), 16));
    return code === "\r\n" ? "" : (ESCAPES[code] ?? whole);
  });
}
