import {
  Raises,
  writtenAsFloat,
  type RateFunction,
  type ScheduleCall,
  type ScheduleDefinition,
  type Value,
} from "../../src/schedules/define.js";

/**
 * A little of Python's expression language, enough for what the recordings say in source text: lambdas and nested calls.
 * Kept apart from the product's evaluator so that the recordings test the definitions and nothing else.
 */
export type Lookup = (name: string) => ScheduleDefinition | undefined;
type Scope = Readonly<Record<string, Value>>;
type Run = (scope: Scope) => Value;

const token =
  /\s*(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|[A-Za-z_][\w.]*|'[^']*'|"[^"]*"|\*\*|\/\/|<=|>=|==|!=|\S)/y;

export function evaluate(text: string, lookup: Lookup): Value {
  return new Reader(text, lookup).whole()({});
}

class Reader {
  private readonly tokens: string[] = [];
  private at = 0;
  constructor(
    private readonly text: string,
    private readonly lookup: Lookup,
  ) {
    token.lastIndex = 0;
    for (let m = token.exec(text); m; m = token.exec(text)) this.tokens.push(m[1]!);
  }
  whole(): Run {
    const run = this.expression();
    if (this.at < this.tokens.length) throw new Error(`cannot read ${this.text} at ${this.tokens[this.at]}`);
    return run;
  }
  private take(...expected: string[]): string | undefined {
    const next = this.tokens[this.at];
    if (next === undefined || !expected.includes(next)) return undefined;
    this.at++;
    return next;
  }
  private need(expected: string): void {
    if (!this.take(expected)) throw new Error(`${expected} expected in ${this.text}`);
  }
  private expression(): Run {
    if (this.take("lambda")) return this.lambda();
    const value = this.comparison();
    if (!this.take("if")) return value;
    const test = this.comparison();
    this.need("else");
    const other = this.expression();
    return (s) => (test(s) ? value(s) : other(s));
  }
  private lambda(): Run {
    const start = this.text.indexOf("lambda");
    const names: string[] = [];
    while (!this.take(":")) {
      names.push(this.tokens[this.at++]!);
      this.take(",");
    }
    const body = this.expression();
    const text = this.text.slice(start);
    return (outer): RateFunction => ({
      kind: "function",
      text,
      call: (args) => body({ ...outer, ...Object.fromEntries(names.map((n, i) => [n, args[i]!])) }),
    });
  }
  private comparison(): Run {
    const left = this.sum();
    const op = this.take("<", ">", "<=", ">=", "==", "!=");
    if (!op) return left;
    const right = this.sum();
    return (s) => compare[op]!(left(s) as number, right(s) as number);
  }
  private sum(): Run {
    return this.leftward(["+", "-"], () => this.product());
  }
  private product(): Run {
    return this.leftward(["*", "/", "//", "%"], () => this.unary());
  }
  private leftward(operators: string[], operand: () => Run): Run {
    let left = operand();
    for (let op = this.take(...operators); op; op = this.take(...operators)) {
      const [a, f, b] = [left, arithmetic[op]!, operand()];
      left = (s) => f(a(s) as number, b(s) as number);
    }
    return left;
  }
  private unary(): Run {
    if (this.take("-")) {
      const inner = this.unary();
      return (s) => -(inner(s) as number);
    }
    const base = this.atom();
    if (!this.take("**")) return base;
    const exponent = this.unary();
    return (s) => arithmetic["**"]!(base(s) as number, exponent(s) as number);
  }
  private atom(): Run {
    const t = this.tokens[this.at++];
    if (t === undefined) throw new Error(`unfinished: ${this.text}`);
    if (t === "(" || t === "[") return this.list(t === "(" ? ")" : "]");
    if (/^['"]/.test(t)) return () => t.slice(1, -1);
    if (/^[\d.]/.test(t)) return () => Number(t);
    if (t in constants) return () => constants[t]!;
    if (this.take("(")) return this.call(t);
    return (s) => s[t] ?? null;
  }
  private list(close: string): Run {
    const items: Run[] = [];
    let comma = false;
    while (!this.take(close)) {
      items.push(this.expression());
      comma = this.take(",") !== undefined || comma;
    }
    if (close === ")" && items.length === 1 && !comma) return items[0]!;
    return (s) => items.map((item) => item(s));
  }
  private call(name: string): Run {
    const positional: Run[] = [];
    const named: Record<string, Run> = {};
    const floats = new Set<string | number>();
    while (!this.take(")")) {
      const keyword = this.tokens[this.at + 1] === "=" ? this.tokens[this.at]! : undefined;
      if (keyword) this.at += 2;
      if (/^\d+\.0*$/.test(this.tokens[this.at]!)) floats.add(keyword ?? positional.length);
      if (keyword) named[keyword] = this.expression();
      else positional.push(this.expression());
      this.take(",");
    }
    const builtin = functions[name];
    if (builtin) return (s) => builtin(...positional.map((p) => p(s) as number));
    const definition = this.lookup(name);
    if (!definition) throw new Error(`no definition for ${name}`);
    const order = Object.entries(definition.params)
      .filter(([, p]) => !p.keywordOnly)
      .map(([n]) => n);
    return (s): ScheduleCall => ({
      kind: "schedule",
      definition,
      args: {
        ...Object.fromEntries(positional.map((p, i) => [order[i] ?? `positional ${i}`, p(s)])),
        ...Object.fromEntries(Object.entries(named).map(([n, p]) => [n, p(s)])),
        [writtenAsFloat]: new Set([...floats].map((f) => (typeof f === "number" ? order[f]! : f))),
      },
    });
  }
}

const constants: Record<string, Value> = { None: null, True: true, False: false, "math.pi": Math.PI, "math.e": Math.E };
const functions: Record<string, (...args: number[]) => number> = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  int: Math.trunc,
  float: Number,
  "math.cos": Math.cos,
  "math.exp": Math.exp,
  "math.sqrt": Math.sqrt,
  "math.log": (x, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base)),
  "math.floor": Math.floor,
};
const zero = (b: number) => {
  if (b === 0) throw new Raises("ZeroDivisionError: division by zero");
};
const arithmetic: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (zero(b), a / b),
  "//": (a, b) => (zero(b), Math.floor(a / b)),
  "%": (a, b) => (zero(b), a - Math.floor(a / b) * b),
  "**": (a, b) => (a === 0 && b < 0 ? (zero(0), 0) : a ** b),
};
const compare: Record<string, (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};
