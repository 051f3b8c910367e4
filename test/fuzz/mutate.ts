/** Numbers in [0, below), the same ones for the same seed and case. */
export type Random = (below: number) => number;

/** A generator of its own for each case, so that any case can be made again alone. */
export function randomOf(seed: number, index: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** One way of spoiling a text; `other` is the text of another file. */
type Mutation = (text: string, random: Random, other: () => string) => string;

const pick = <T>(list: readonly T[], random: Random): T => list[random(list.length)]!;
const cut = (text: string, from: number, to: number, put = "") => text.slice(0, from) + put + text.slice(to);

const isWord = (code: number) =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122) || code > 127;

/** The word, or the one character, at a random place. */
function token(text: string, random: Random): [number, number] {
  if (!text.length) return [0, 0];
  const at = random(text.length);
  let [from, to] = [at, at + 1];
  if (!isWord(text.charCodeAt(at))) return [from, to];
  while (from > 0 && isWord(text.charCodeAt(from - 1))) from--;
  while (to < text.length && isWord(text.charCodeAt(to))) to++;
  return [from, to];
}

/** One to a few whole lines, with their ends. */
function lines(text: string, random: Random, most = 6): [number, number] {
  const at = random(text.length + 1);
  const from = text.lastIndexOf("\n", at - 1) + 1;
  let to = at;
  for (let n = 1 + random(most); n > 0 && to < text.length; n--) {
    const end = text.indexOf("\n", to);
    to = end < 0 ? text.length : end + 1;
  }
  return [from, Math.max(from, to)];
}

/** The first match after a random place, searched in the next few thousand characters. */
function match(pattern: RegExp, text: string, random: Random): [number, number] | undefined {
  const at = random(text.length + 1);
  const found = pattern.exec(text.slice(at, at + 3000));
  return found ? [at + found.index, at + found.index + found[0].length] : undefined;
}

const numbers =
  "0 -1 -0.0 1e308 -1e-300 1e999 10**10**10 nan inf -inf float('nan') float('inf') 99999999999999999999 2147483648 1_000 0x 0b1 1e 1. .5 007 1e-400 None True '1' [1] (1,) 1j 0.1+0.2 1/0 10%0 2**64 -2**31 1L".split(
    " ",
  );
const names =
  "range len int float min max dict list sum print self lr optim torch np tf open type id object super lambda None True math epoch scheduler step args cfg _ __init__ property round str".split(
    " ",
  );
const pieces = [
  ..."( ) [ ] { } : = == , . ; @ -> := * ** // % ~ ' \" \"\"\" ''' \\ # ` $ & | < > << ! ? \t \n \r \f \0 \u2028 \ufeff é 𝒳 \ud800 \u200b".split(
    " ",
  ),
  ..."lambda x:|else:| if | for x in |await |yield |return |not |async |global x\n|nonlocal x\n|del x\n|print 'x' % x\n|raise\n|pass\n|break\n|continue\n|import *\n|from . import *\n|from .. import a\n|class A(A):\n|def f(x, x):\n|@property\n|with a as b:\n|try:\n|except:\n|finally:\n|match x:\n case _:\n|while True:\n|for i in range(10**12):\n|if x:\n|elif x:\n|x = x\n|x += x\n|x = [x, x]\n|x.append(x)\n|x.update(x)\n|d[d] = d\n|exec('lr = 1')\n|globals()['x'] = 1\n|setattr(x, 'y', x)\n|(yield)|{**x}|*x, y = x\n|f'{f\"{x!r:>{10}}\"}'|%%bash\n|!ls\n|%matplotlib inline\n|<<<<<<< HEAD\n|=======\n|>>>>>>> x\n|10**10**10|range(10**12)|[0] * 10**9|'a' * 10**9|[[x for x in x] for x in x]|x if x else|x[::0]|x[-1:]|sys.exit()\n|lr: 1\n|- *a\n|&a |*a|<<: *a\n|!new:x.Y |!!float |${a.b}|${oc.env:X}|%include x\n|_base_: x\n|defaults:\n  - x\n|{\"a\": |}: {|[[a]]\n|key = \"\"\"|local x = x;\n|std.range(1, 1e9)|function(x) x(x)|import 'x'|$(x)|\"${x:-${x}}\"|\\\n|--lr=|@x = 1\n|/* | */|// |\"\\ud800\"".split(
    "|",
  ),
];
const openers = [
  "(",
  "[",
  "{",
  "{'a': ",
  "f(",
  "not ",
  "-",
  "lambda: ",
  "[x for x in ",
  "x if ",
  "- ",
  "{a: ",
  "${",
  "await ",
  "*",
  "f'{",
];

const mutations: readonly Mutation[] = [
  (text, random) => cut(text, ...token(text, random)),
  (text, random) => cut(text, ...token(text, random), pick(pieces, random)),
  (text, random) => {
    const at = random(text.length + 1);
    return cut(text, at, at, pick(pieces, random));
  },
  (text, random) => {
    const [from, to] = token(text, random);
    return cut(text, to, to, text.slice(from, to).repeat(1 + random(3)));
  },
  (text, random) => {
    const [a, b] = [token(text, random), token(text, random)].sort((x, y) => x[0] - y[0]) as [
      [number, number],
      [number, number],
    ];
    if (a[1] > b[0]) return text;
    return text.slice(0, a[0]) + text.slice(...b) + text.slice(a[1], b[0]) + text.slice(...a) + text.slice(b[1]);
  },
  (text, random) => cut(text, ...lines(text, random)),
  (text, random) => {
    const [from, to] = lines(text, random);
    return cut(text, to, to, text.slice(from, to).repeat(random(10) ? 1 + random(3) : Math.min(500, random(1500))));
  },
  (text, random) => {
    const [from, to] = lines(text, random);
    const rest = cut(text, from, to);
    const at = lines(rest, random)[0];
    return cut(rest, at, at, text.slice(from, to));
  },
  (text, random) => text.slice(0, random(text.length + 1)),
  (text, random) => text.slice(random(Math.min(text.length + 1, 2000))),
  (text, random, other) => {
    const from = other();
    const [a, b] = lines(from, random, 30);
    const at = random(2) ? lines(text, random)[0] : random(text.length + 1);
    return cut(text, at, at, from.slice(a, b));
  },
  (text, random, other) => {
    const from = other();
    return text.slice(0, random(text.length + 1)) + from.slice(random(from.length + 1));
  },
  ...Array.from({ length: 4 }, (): Mutation => (text, random) => {
    const at = match(/(?<![\w.])\d[\d_.]*(?:e[-+]?\d+)?/i, text, random);
    return at ? cut(text, ...at, pick(numbers, random)) : text;
  }),
  (text, random) => {
    const [from, to] = lines(text, random);
    const part = text.slice(from, to);
    const moved = [
      () => part.replace(/^/gm, " ".repeat(1 + random(8))),
      () => part.replace(/^[ \t]+/gm, ""),
      () => part.replace(/^ {1,4}/gm, "\t"),
      () => part.replace(/^[ \t]+/gm, (s) => s.slice(1)),
    ];
    return cut(text, from, to, pick(moved, random)());
  },
  (text, random) => (random(2) ? text.replace(/\n/g, "\r\n") : text.replace(/\n/g, (n) => (random(8) ? n : "\r"))),
  (text, random) => {
    const at = random(text.length + 1);
    return cut(text, at, at, pick(openers, random).repeat(random(4) ? 1 + random(30) : 1 + random(1500)));
  },
  (text, random) => {
    const word = text.slice(...token(text, random));
    if (!/^[A-Za-z_]\w*$/.test(word)) return text;
    return text.replaceAll(new RegExp(`\\b${word}\\b`, "g"), pick(names, random));
  },
  (text, random) => {
    const [from, to] = token(text, random);
    return isWord(text.charCodeAt(from)) ? cut(text, from, to, pick(names, random)) : text;
  },
  // A call that is being typed: its line ends after some of its arguments.
  (text, random) => {
    const open = match(/\(/, text, random);
    if (!open) return text;
    const end = text.indexOf("\n", open[1]);
    const last = end < 0 ? text.length : end;
    return cut(text, open[1] + random(last - open[1] + 1), last);
  },
  // An argument or value that is one of the names of the file.
  (text, random) => {
    const at = match(/(?<==\s*)[\w.]+|(?<=:\s+)[\w.]+/, text, random);
    return at ? cut(text, ...at, text.slice(...token(text, random))) : text;
  },
];

/** A text with one to six mutations; never longer than twice the text with 200,000 characters more. */
export function mutated(text: string, random: Random, other: () => string): string {
  let result = text;
  for (let n = 1 + random(random(2) ? 2 : 6); n > 0; n--) result = pick(mutations, random)(result, random, other);
  return result.slice(0, 2 * text.length + 200_000);
}

/** What a few keystrokes make of a text: characters typed, or a piece deleted, at one place. */
export function edited(text: string, random: Random): string {
  if (random(3) === 0) return cut(text, ...token(text, random));
  const at = random(text.length + 1);
  return cut(text, at, at, random(2) ? pick(pieces, random) : pick("a1 .(=:\n)'#,".split(""), random));
}
