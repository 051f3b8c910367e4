import { numberOf } from "./config.js";

export type Plain = number | boolean | string | null | readonly Plain[];

/**
 * Arithmetic as it stands in configuration files: Python's operators and precedence, `a if c else b`, lists, subscripts and
 * the few functions that matter. Names (`lr`, `self.x`, `<lr>`, `@lr`, `${a.b}`, `$VAR`) are asked of `lookup`.
 * undefined: not such an expression, or a name without a value.
 */
export function evaluateExpression(
  text: string,
  lookup: (name: string) => Plain | undefined = () => undefined,
): Plain | undefined {
  if (text.length > 2000) return undefined;
  const tokens = text.match(TOKEN);
  if (!tokens || tokens.join("").replace(/\s/g, "") !== text.replace(/\s/g, "")) return undefined;
  const state = { tokens: tokens.filter((t) => t.trim() !== ""), at: 0, depth: 0, lookup };
  try {
    const value = conditional(state);
    return state.at === state.tokens.length && (typeof value !== "number" || !Number.isNaN(value)) ? value : undefined;
  } catch {
    return undefined;
  }
}

const TOKEN =
  /\s+|\$\{[^{}]*\}|@[\w.:#-]*\w|<[A-Za-z_][\w.[\]-]*>|\$\w+|\d[\d_]*\.?[\d_]*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|"[^"]*"|'[^']*'|[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*|\*\*|\/\/|<=|>=|==|!=|[-+*/%^()[\],<>?:]/g;

interface State {
  readonly tokens: readonly string[];
  at: number;
  depth: number;
  readonly lookup: (name: string) => Plain | undefined;
}

class Unreadable extends Error {}
const fail = (): never => {
  throw new Unreadable();
};
const number = (x: Plain): number => (typeof x === "number" ? x : typeof x === "boolean" ? Number(x) : fail());
const taken = (s: State, ...tokens: string[]) => tokens.includes(s.tokens[s.at] ?? "") && s.tokens[s.at++];

function conditional(s: State): Plain {
  if (++s.depth > 50) fail();
  const value = comparison(s);
  let result = value;
  if (taken(s, "if")) {
    const chosen = comparison(s);
    if (!taken(s, "else")) fail();
    const other = conditional(s);
    result = chosen ? value : other;
  }
  s.depth--;
  return result;
}

function comparison(s: State): Plain {
  const left = sum(s);
  const operator = taken(s, "<", ">", "<=", ">=", "==", "!=");
  if (!operator) return left;
  const right = sum(s);
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  const [a, b] = [number(left), number(right)];
  return operator === "<" ? a < b : operator === ">" ? a > b : operator === "<=" ? a <= b : a >= b;
}

function sum(s: State): Plain {
  let left = product(s);
  for (let operator; (operator = taken(s, "+", "-"));) {
    const right = product(s);
    if (operator === "+" && Array.isArray(left) && Array.isArray(right)) left = [...left, ...right];
    else left = operator === "+" ? number(left) + number(right) : number(left) - number(right);
  }
  return left;
}

function product(s: State): Plain {
  let left = unary(s);
  for (let operator; (operator = taken(s, "*", "/", "//", "%"));) {
    const right = unary(s);
    if (operator === "*" && (Array.isArray(left) || Array.isArray(right))) {
      const [list, times] = (Array.isArray(left) ? [left, number(right)] : [right, number(left)]) as [Plain[], number];
      if (list.length * times > 10_000) fail();
      left = Array.from({ length: Math.max(0, times) }, () => list).flat() as Plain[];
      continue;
    }
    const [a, b] = [number(left), number(right)];
    if (operator !== "*" && b === 0) fail();
    left =
      operator === "*"
        ? a * b
        : operator === "/"
          ? a / b
          : operator === "//"
            ? Math.floor(a / b)
            : a - b * Math.floor(a / b);
  }
  return left;
}

function unary(s: State): Plain {
  if (taken(s, "-")) return -number(unary(s));
  if (taken(s, "+")) return number(unary(s));
  const base = atom(s);
  return taken(s, "**") ? number(base) ** number(unary(s)) : base;
}

function atom(s: State): Plain {
  const token = s.tokens[s.at++] ?? fail();
  let value: Plain;
  if (token === "(" || token === "[") {
    const { items, comma } = list(s, token === "(" ? ")" : "]");
    value = token === "(" && !comma && items.length === 1 ? items[0]! : items;
  } else if (/^["']/.test(token)) value = token.slice(1, -1);
  else if (/^[\d.]/.test(token)) value = numberOf(token) ?? fail();
  else if (/^[A-Za-z_<@$]/.test(token)) value = named(s, token);
  else return fail();
  while (taken(s, "[")) {
    const { items } = list(s, "]");
    const index = number(items[0] ?? fail());
    value = Array.isArray(value) ? ((value as Plain[]).at(index) ?? fail()) : fail();
  }
  return value;
}

function list(s: State, close: string): { items: Plain[]; comma: boolean } {
  const items: Plain[] = [];
  let comma = false;
  while (!taken(s, close)) {
    items.push(conditional(s));
    if (taken(s, ",")) comma = true;
    else if (s.tokens[s.at] !== close) fail();
  }
  return { items, comma };
}

function named(s: State, token: string): Plain {
  if (token === "True" || token === "true") return true;
  if (token === "False" || token === "false") return false;
  if (token === "None" || token === "null") return null;
  if (s.tokens[s.at] === "(" && /^[A-Za-z_]/.test(token)) {
    s.at++;
    const { items } = list(s, ")");
    return call(token.slice(token.lastIndexOf(".") + 1), items);
  }
  return (
    s.lookup(token) ??
    (/^(?:math|np|numpy|torch)\.(pi|e|inf)$/.exec(token) ? constants[token.slice(token.lastIndexOf(".") + 1)]! : fail())
  );
}

const constants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E, inf: Infinity };

function call(name: string, args: Plain[]): Plain {
  if (name === "range") {
    const [a, b, step = 1] = args.map(number);
    const [from, to] = b === undefined ? [0, a ?? fail()] : [a!, b];
    if (step === 0 || (to - from) / step > 10_000) fail();
    return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
  }
  if (name === "len") return Array.isArray(args[0]) ? (args[0] as Plain[]).length : fail();
  if (name === "list" || name === "tuple") return args[0] ?? [];
  const x = (args.length === 1 && Array.isArray(args[0]) ? (args[0] as Plain[]) : args).map((v) =>
    typeof v === "string" ? (numberOf(v) ?? fail()) : number(v),
  );
  const first = x[0] ?? fail();
  switch (name) {
    case "int":
    case "trunc":
      return Math.trunc(first);
    case "float":
      return first;
    case "abs":
      return Math.abs(first);
    case "round":
      return roundHalfEven(first, x[1] ?? 0);
    case "ceil":
      return Math.ceil(first);
    case "floor":
      return Math.floor(first);
    case "sqrt":
      return Math.sqrt(first);
    case "exp":
      return Math.exp(first);
    case "log":
      return x[1] === undefined ? Math.log(first) : Math.log(first) / Math.log(x[1]);
    case "log10":
      return Math.log10(first);
    case "log2":
      return Math.log2(first);
    case "pow":
      return first ** (x[1] ?? fail());
    case "min":
      return Math.min(...x);
    case "max":
      return Math.max(...x);
    case "sum":
      return x.reduce((a, b) => a + b, 0);
  }
  return fail();
}

/** Python's round. */
function roundHalfEven(x: number, digits: number): number {
  const scale = 10 ** digits;
  const low = Math.floor(x * scale);
  const rest = x * scale - low;
  const whole = rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low;
  return whole / scale;
}
