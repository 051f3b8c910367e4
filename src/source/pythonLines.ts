/** A logical line: a statement up to its line's end, with all that its brackets, strings and backslashes carry on to. */
export interface PythonLine {
  /** Where its text line begins, the indentation before it. */
  readonly start: number;
  /** Its first character that is not a space. */
  readonly from: number;
  /** Past its last character: before a comment at its end, and before the line break. */
  readonly to: number;
  /** Past the line break. */
  readonly next: number;
  /** Columns before `from`, a tab reaching to the next multiple of eight. */
  readonly indent: number;
  /** It is a string and nothing else. */
  readonly string: boolean;
  /** A bracket or a string is open to the end of the text. */
  readonly open: boolean;
}

/** What stands at the beginning of a statement's line and of no line within brackets. */
const resumes = /[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+\w|[ \t]*@\w|(?:import|from)[ \t]+[\w.]|if __name__/y;

/**
 * The logical lines of Python text in order, without blank lines and comment lines. Total: where brackets or strings are left open
 * a line ends with the text, or before what can only begin a statement.
 */
export function pythonLines(text: string): PythonLine[] {
  const lines: PythonLine[] = [];
  const end = text.length;
  let at = 0;
  while (at < end) {
    const start = at;
    let indent = 0;
    for (; at < end; at++) {
      const c = text.charCodeAt(at);
      if (c === SPACE) indent++;
      else if (c === TAB) indent += 8 - (indent % 8);
      else if (c !== FORM_FEED && c !== RETURN && c !== MARK) break;
    }
    const first = text.charCodeAt(at);
    if (first === HASH) at = lineEnd(text, at);
    if (at >= end) break;
    if (text.charCodeAt(at) === NEWLINE) {
      at++;
      continue;
    }
    const line = readLine(text, start, at, indent);
    lines.push(line);
    at = line.next;
  }
  return lines;
}

function readLine(text: string, start: number, from: number, indent: number): PythonLine {
  const end = text.length;
  let depth = 0;
  let at = from;
  let to = from;
  let strings = 0;
  let others = false;
  let openString = false;
  while (at < end) {
    const c = text.charCodeAt(at);
    if (c === NEWLINE) {
      at++;
      if (depth === 0) break;
      if (!resumesAt(text, at)) continue;
      depth = 0;
      break;
    }
    if (c === HASH) {
      at = lineEnd(text, at);
      // Comments within brackets stay: they stand in the midst of a value's text.
      if (depth > 0) to = at;
      continue;
    }
    if (c === DOUBLE || c === SINGLE) {
      const begin = at;
      at = to = stringEnd(text, begin, c);
      openString = at === end && isTriple(text, begin, c) && !(at >= begin + 6 && isTriple(text, at - 3, c));
      strings++;
      continue;
    }
    if (c === BACKSLASH) {
      others = true;
      at += text.charCodeAt(at + 1) === RETURN ? 3 : 2;
      to = Math.min(at, end);
      continue;
    }
    at++;
    if (c === SPACE || c === TAB || c === RETURN) continue;
    to = at;
    // A prefix of the string that follows is part of it.
    if (!(at - from <= 2 && /[rRuUbBfF]/.test(text[at - 1]!))) others = true;
    if (c === 40 || c === 91 || c === 123) depth++;
    else if ((c === 41 || c === 93 || c === 125) && depth > 0) depth--;
  }
  return {
    start,
    from,
    to,
    next: Math.min(at, end),
    indent,
    string: strings === 1 && !others,
    open: depth > 0 || openString,
  };
}

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const TAB = 9;
const FORM_FEED = 12;
const MARK = 0xfeff;
const HASH = 35;
const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;

function lineEnd(text: string, at: number): number {
  const found = text.indexOf("\n", at);
  return found < 0 ? text.length : found;
}

/** Past the closing quote; an open string ends with its line, an open triple-quoted one with the text. */
function stringEnd(text: string, at: number, quote: number): number {
  const triple = isTriple(text, at, quote);
  if (!triple && text.charCodeAt(at + 1) === quote) return at + 2;
  for (let i = at + (triple ? 3 : 1); i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) i += text.charCodeAt(i + 1) === RETURN && text.charCodeAt(i + 2) === NEWLINE ? 2 : 1;
    else if (c === quote && !triple) return i + 1;
    else if (c === quote && isTriple(text, i, quote)) return i + 3;
    else if (c === NEWLINE && !triple) return i;
  }
  return text.length;
}

function isTriple(text: string, at: number, quote: number): boolean {
  return text.charCodeAt(at) === quote && text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote;
}

function resumesAt(text: string, at: number): boolean {
  resumes.lastIndex = at;
  return resumes.test(text);
}
