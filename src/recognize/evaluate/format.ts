import { dictGet, plain } from "./access.js";
import { LIMITS, NotKnown, PyError, TooComplex } from "./machine.js";
import { Choice, Dict, Float, List, NdArray, Range, Unknown, type Val } from "./values.js";

/** str(value) as Python prints it. Throws NotKnown for what is only known when the file runs. */
export function str(value: Val): string {
  const v = plain(value);
  return typeof v === "string" ? v : repr(v);
}

export function repr(value: Val, depth = 0): string {
  const v = plain(value);
  if (depth > 8) throw new TooComplex("a deeply nested value");
  if (v === null) return "None";
  if (v === true) return "True";
  if (v === false) return "False";
  if (typeof v === "number" || typeof v === "bigint") return String(v);
  if (typeof v === "string") return quote(v);
  if (v instanceof Float) return floatText(v.value);
  const inner = (items: readonly Val[]) => {
    if (items.length > 10_000) throw new TooComplex("a long list as text");
    return items.map((item) => repr(item, depth + 1)).join(", ");
  };
  if (v instanceof List) {
    if (v.type === "list") return `[${inner(v.items)}]`;
    if (v.type === "set") return v.items.length ? `{${inner(v.items)}}` : "set()";
    return v.items.length === 1 ? `(${inner(v.items)},)` : `(${inner(v.items)})`;
  }
  if (v instanceof Dict && !v.open)
    return `{${[...v.entries.values()].map(([k, x]) => `${repr(k, depth + 1)}: ${repr(x, depth + 1)}`).join(", ")}}`;
  if (v instanceof Range)
    return v.step === 1 ? `range(${v.start}, ${v.stop})` : `range(${v.start}, ${v.stop}, ${v.step})`;
  if (v instanceof NdArray && v.shape.length === 0) return v.ints ? String(v.data[0]) : floatText(v.data[0]!);
  if (v instanceof Unknown) throw new NotKnown(v);
  if (v instanceof Choice) return repr(v.values[0]!, depth);
  throw new NotKnown(new Unknown("its text is only known when the file runs"));
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  return (
    mark +
    text
      .replace(/\\/g, "\\\\")
      .replace(/\n/g, "\\n")
      .replace(/\t/g, "\\t")
      .replaceAll(mark, "\\" + mark) +
    mark
  );
}

/** The shortest text that reads back as the float: `1e-05`, `0.1`, `1.0`, `1e+16`. */
export function floatText(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (Object.is(x, -0)) return "-0.0";
  const [mantissa, exponent] = x.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (x !== 0 && (power < -4 || power >= 16))
    return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  const text = Math.abs(x) < 1e-4 && x !== 0 ? x.toFixed(20) : String(x);
  return /[.]/.test(text) ? text : text + ".0";
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;

/** format(value, spec). */
export function format(value: Val, spec: string): string {
  const v = plain(value);
  if (!spec) return str(v);
  const match = SPEC.exec(spec);
  if (!match) throw new PyError("ValueError", "Invalid format specifier");
  const [, fill, align, sign, , zero, width, group, precision, type] = match;
  if (Number(width) > 1000 || Number(precision) > 100) throw new TooComplex("a very wide format");
  let body: string;
  let numeric = true;
  if (typeof v === "string" || v === null || (v instanceof List && !type)) {
    numeric = false;
    body = str(v);
    if (precision !== undefined) body = body.slice(0, Number(precision));
  } else body = numberBody(v, type, precision === undefined ? undefined : Number(precision));
  if (numeric && group) body = body.replace(/^(-?\d+)/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, group));
  if (numeric && sign && sign !== "-" && !body.startsWith("-")) body = sign + body;
  const missing = Number(width ?? 0) - body.length;
  if (missing <= 0) return body;
  const pad = (fill ?? (zero ? "0" : " ")).repeat(missing);
  const where = align ?? (zero ? "=" : numeric ? ">" : "<");
  if (where === "<") return body + pad;
  if (where === "^") return pad.slice(0, missing >> 1) + body + pad.slice(missing >> 1);
  if (where === "=" && /^[-+ ]/.test(body)) return body[0] + pad + body.slice(1);
  return pad + body;
}

function numberBody(v: Val, type: string | undefined, precision: number | undefined): string {
  const x =
    typeof v === "number" || typeof v === "bigint" || typeof v === "boolean"
      ? Number(v)
      : v instanceof Float
        ? v.value
        : v instanceof NdArray && v.data.length === 1
          ? v.data[0]!
          : undefined;
  if (x === undefined) {
    str(v);
    throw new PyError("ValueError", "cannot format");
  }
  const integer = !(v instanceof Float) && !(v instanceof NdArray && !v.ints);
  switch (type) {
    case "d":
    case "n":
      if (!integer) throw new PyError("ValueError", "Unknown format code 'd' for object of type 'float'");
      return String(typeof v === "bigint" ? v : x);
    case "f":
    case "F":
      return fixed(x, precision ?? 6);
    case "%":
      return fixed(x * 100, precision ?? 6) + "%";
    case "e":
    case "E": {
      const text = exponent(x.toExponential(precision ?? 6));
      return type === "E" ? text.toUpperCase() : text;
    }
    case "g":
    case "G":
      return general(x, precision ?? 6);
    case "x":
      return x.toString(16);
    case "X":
      return x.toString(16).toUpperCase();
    case "o":
      return x.toString(8);
    case "b":
      return x.toString(2);
    case undefined:
      if (precision !== undefined) return general(x, precision);
      return integer ? String(typeof v === "bigint" ? v : x) : floatText(x);
    default:
      return str(v);
  }
}

const fixed = (x: number, digits: number) =>
  Number.isFinite(x)
    ? Math.abs(x) < 1e21
      ? x.toFixed(digits)
      : BigInt(Math.round(x)) + (digits ? "." + "0".repeat(digits) : "")
    : floatText(x);
const exponent = (text: string) => text.replace(/e([+-])(\d)$/, "e$10$2");

function general(x: number, precision: number): string {
  if (!Number.isFinite(x)) return floatText(x);
  const digits = Math.max(1, precision);
  if (x === 0) return "0";
  const power = Number(x.toExponential(digits - 1).split("e")[1]);
  const trim = (text: string) => (text.includes(".") ? text.replace(/\.?0+(?=$|e)/, "") : text);
  if (power < -4 || power >= digits) return exponent(trim(x.toExponential(digits - 1)));
  return trim(x.toFixed(Math.max(0, digits - 1 - power)));
}

/** The `%` operator of strings. */
export function formatPercent(template: string, value: Val): string {
  const v = plain(value);
  const values = v instanceof List && v.type === "tuple" ? v.items : [v];
  let next = 0;
  const text = template.replace(
    /%(?:\((\w+)\))?([-+ 0#]*)(\d+|\*)?(?:\.(\d+))?[lhL]?([diouxXeEfFgGcrs%])/g,
    (
      _,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      type: string,
    ) => {
      if (type === "%") return "%";
      const item = name !== undefined && v instanceof Dict ? dictGet(v, name) : values[next++];
      if (item === undefined) throw new PyError("TypeError", "not enough arguments for format string");
      const left = flags.includes("-") ? "<" : "";
      const zero = flags.includes("0") && !left ? "0" : "";
      const sign = flags.includes("+") ? "+" : "";
      if (type === "s" || type === "r") {
        const body = type === "r" ? repr(item) : str(item);
        const cut = precision === undefined ? body : body.slice(0, Number(precision));
        return left ? cut.padEnd(Math.min(1000, Number(width ?? 0))) : cut.padStart(Math.min(1000, Number(width ?? 0)));
      }
      const p = plain(item);
      const whole = "diu".includes(type) && p instanceof Float ? Math.trunc(p.value) : p;
      return format(
        whole,
        `${left}${sign}${zero}${width ?? ""}${precision && !"diu".includes(type) ? "." + precision : ""}${"iu".includes(type) ? "d" : type}`,
      );
    },
  );
  if (text.length > LIMITS.length) throw new TooComplex("a very long text");
  return text;
}

/** str.format. */
export function formatBraces(
  template: string,
  args: readonly Val[],
  kwargs: ReadonlyMap<string, Val>,
  lookup: (value: Val, path: string) => Val,
): string {
  let next = 0;
  return template.replace(
    /\{\{|\}\}|\{([^{}:!]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}/g,
    (whole, field: string | undefined, conversion: string | undefined, spec: string | undefined) => {
      if (whole === "{{" || whole === "}}") return whole[0]!;
      const [, head = "", path = ""] = /^([^.[]*)(.*)$/s.exec(field ?? "") ?? [];
      const base = head === "" ? args[next++] : /^\d+$/.test(head) ? args[Number(head)] : kwargs.get(head);
      if (base === undefined) throw new PyError("IndexError", "Replacement index out of range");
      const value = path ? lookup(base, path) : base;
      return conversion === "r" ? format(repr(value), spec ?? "") : format(value, spec ?? "");
    },
  );
}
