/**
 * Python 2 leftovers, merge-conflict markers and IPython's magics, replaced at equal length so that positions stay:
 *   `print x, y` → spaces and `pass`; `async=True` → `_sync=True`; `10L` → `10 `; `` `x` `` → `(x)`; `def f((a, b))` → `def f( a, b )`;
 *   `4.` → `4_`; `with f() as (a, b):` → `with f() as  a, b :`; lines of `<<<<<<<`, `|||||||`, `=======`, `>>>>>>>` → blank: both sides are read.
 * Text that has none of these comes back as it is.
 */
export function normalizePython(text: string): string {
  let code = text;
  // The grammar knows no `4.`: it is written `4_` for it, which is no number of Python's.
  if (/\d\.(?![\d\w.])|\d\.[eE]/.test(code))
    code = code.replace(/(?<![\w.])(\d[\d_]*)\.(?![\d.]|[A-DF-Za-df-z_])(?![eE](?![-+\d]))/g, "$1_");
  if (code.includes("<<<<<<<") || code.includes(">>>>>>>"))
    code = code.replace(/^(?:<{7}|\|{7}|={7}|>{7})(?: [^\r\n]*)?(?=\r?$)/gm, blank);
  if (code.includes("async"))
    code = code.replace(/([(,]\s*)async(?=\s*=[^=])/g, "$1_sync").replace(/\.async\b/g, "._sync");
  if (/\bprint[ \t]*(?:>>|[ \t][^\s(=.,)])/.test(code)) code = code.replace(PRINT, printToPass);
  if (/\bexec[ \t]+["'\w]/.test(code))
    code = code.replace(
      /^([ \t]*)(exec[ \t]+["'\w][^\r\n]*)$/gm,
      (_, indent: string, rest: string) => indent + pass(rest),
    );
  if (/\d[lL]\b/.test(code)) code = code.replace(/(?<![\w.])(\d+)[lL]\b/g, "$1 ");
  if (code.includes("`") && /^[^#'"\r\n]*`/m.test(code))
    code = code.replace(/^([^#'"`\r\n]*)`([^`'"\r\n]*)`/gm, "$1($2)");
  if (/\bdef\s+\w+\s*\([^()]*\(\s*\w+\s*,/.test(code))
    code = code.replace(/(\bdef\s+\w+\s*\([^()=]*)\(([\w\s,]*)\)(?=[^()\r\n]*\)\s*:)/g, "$1 $2 ");
  // Python 3 all the same: the grammar knows no such target.
  if (/\bas[ \t]*\(/.test(code)) code = code.replace(/(\bas[ \t]*)\(([\w\s,]*)\)(?=[ \t]*:)/g, "$1 $2 ");
  return code;
}

/** A print statement that ends on its line (no bracket left open, no string left open). */
const PRINT =
  /^([ \t]*(?:(?:if|else|elif|for|while|try|except|finally|with)\b[^\r\n'"#]*:[ \t]*)?)(print\b[ \t]*(?![ \t]*[(=.,)\]:])[^\r\n]*)$/gm;

function printToPass(whole: string, before: string, statement: string): string {
  if (!/^print(?:[ \t]|>>|["'])/.test(statement) || /[\\]$|"""|'''/.test(statement)) return whole;
  const open = statement.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*/g, "");
  return depth(open) === 0 ? before + pass(statement) : whole;
}

function depth(text: string): number {
  let depth = 0;
  for (const char of text) depth += "([{".includes(char) ? 1 : ")]}".includes(char) ? -1 : 0;
  return depth;
}

const blank = (text: string) => " ".repeat(text.length);
const pass = (statement: string) => "pass".padEnd(statement.length).slice(0, statement.length);
