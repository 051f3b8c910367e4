import { derive, dictItems, dictKey, dictOf, dictPut, force, numberOf, originsOf, plain, stringOf } from "./access.js";
import { getAttribute, lookup, setAttribute } from "./attributes.js";
import { callValue } from "./call.js";
import { attributesOf } from "./classes.js";
import { compare } from "./comparisons.js";
import { copyDict, updateDict } from "./containers.js";
import { evalLiteral, number, toFloat, toInt } from "./convert.js";
import { format, repr, str } from "./format.js";
import { iterate, lengthOf } from "./items.js";
import { joinAll } from "./join.js";
import { lengthSymbol } from "./lengths.js";
import { sorted } from "./lists.js";
import { LIMITS, NotKnown, PyError, TooComplex } from "./machine.js";
import { int, normalize, round } from "./numbers.js";
import { ClassValue, FunctionValue, Instance, Method, ModuleValue } from "./objects.js";
import { binary, truthOf, typeName } from "./operators.js";
import { type Pure, applyPure } from "./pure.js";
import { isInstance } from "./types.js";
import {
  Builtin,
  type BuiltinCall,
  CallResult,
  Choice,
  Dict,
  Float,
  Library,
  List,
  Member,
  NdArray,
  Range,
  Tracked,
  Unknown,
  type Val,
} from "./values.js";

function extreme(op: "<" | ">"): Pure {
  return (args, kwargs, { m }) => {
    const items = args.length === 1 ? iterate(m, args[0]!) : args;
    if (!items.length) {
      if (kwargs.has("default")) return kwargs.get("default")!;
      throw new PyError("ValueError", "the sequence is empty");
    }
    const key = kwargs.get("key");
    const measure = (item: Val) =>
      key === undefined || plain(key) === null ? item : callValue(m, key, [item], new Map(), {});
    let best: Val = items[0]!;
    let bestKey = measure(best);
    for (const item of items.slice(1)) {
      m.tick();
      const itemKey = measure(item);
      const better = truthOf(compare(op, itemKey, bestKey));
      if (typeof better !== "boolean") throw new NotKnown(better);
      if (better) [best, bestKey] = [item, itemKey];
    }
    return args.length === 1 ? derive(best, items) : best;
  };
}

const PURE: Record<string, Pure> = {
  int: ([x, base]) =>
    x === undefined ? 0 : base === undefined ? toInt(x) : int(parseInt(stringOf(x) ?? "", numberOf(base))),
  float: ([x]) => (x === undefined ? new Float(0) : toFloat(x)),
  abs: ([x]) => {
    const v = x === undefined ? x : plain(x);
    if (v instanceof NdArray) return new NdArray(v.data.map(Math.abs), v.shape, v.ints);
    const n = number(x);
    return n instanceof Float ? new Float(Math.abs(n.value)) : n < 0 ? binary("*", n, -1) : n;
  },
  round: ([x, digits], kwargs) => {
    const n = number(x);
    const places = digits ?? kwargs.get("ndigits");
    if (places === undefined || plain(places) === null) {
      if (!(n instanceof Float)) return n;
      if (!Number.isFinite(n.value)) throw new PyError("OverflowError", "cannot convert float infinity to integer");
      return int(round(n.value));
    }
    const d = numberOf(places) ?? 0;
    return n instanceof Float ? new Float(round(n.value, d)) : d >= 0 ? n : int(round(Number(n), d));
  },
  pow: ([a, b, mod]) => (mod === undefined ? binary("**", a ?? null, b ?? null) : powMod(a!, b!, mod)),
  divmod: ([a, b]) => new List([binary("//", a ?? null, b ?? null), binary("%", a ?? null, b ?? null)], "tuple"),
  min: extreme("<"),
  max: extreme(">"),
  sum: ([items, start], kwargs, { m }) => {
    let total: Val = start ?? kwargs.get("start") ?? 0;
    for (const item of iterate(m, items ?? null)) {
      m.tick();
      total = binary("+", total, item);
    }
    return total;
  },
  any: ([items], _, { m }) => quantified(iterate(m, items ?? null), true),
  all: ([items], _, { m }) => quantified(iterate(m, items ?? null), false),
  str: ([x]) => (x === undefined ? "" : str(x)),
  repr: ([x]) => repr(x ?? null),
  format: ([x, spec]) => format(x ?? null, spec === undefined ? "" : str(spec)),
  chr: ([x]) => String.fromCodePoint(numberOf(x!) ?? 63),
  ord: ([x]) => stringOf(x!)?.codePointAt(0) ?? 0,
  bin: ([x]) => "0b" + Number(number(x)).toString(2),
  hex: ([x]) => "0x" + Number(number(x)).toString(16),
  slice: (args) =>
    new List(args.length === 1 ? [null, args[0]!, null] : [args[0]!, args[1]!, args[2] ?? null], "tuple", [
      "slice",
      "slice",
      "slice",
    ]),
  range: (args) => {
    const bounds = args.map((arg) => number(arg));
    if (bounds.some((bound) => bound instanceof Float))
      throw new PyError("TypeError", "'float' object cannot be interpreted as an integer");
    const [a, b, c] = bounds.map(Number);
    if (c === 0) throw new PyError("ValueError", "range() arg 3 must not be zero");
    return new Range(b === undefined ? 0 : a!, b ?? a!, c ?? 1, args);
  },
};

function powMod(a: Val, b: Val, mod: Val): Val {
  const [number, power, modulus] = [a, b, mod].map((x) => BigInt(numberOf(x) ?? 0)) as [bigint, bigint, bigint];
  let [base, exponent] = [number, power];
  if (modulus === 0n) throw new PyError("ValueError", "pow() 3rd argument cannot be 0");
  let result = 1n;
  base %= modulus;
  while (exponent > 0n) {
    if (exponent & 1n) result = (result * base) % modulus;
    exponent >>= 1n;
    base = (base * base) % modulus;
  }
  return normalize(result);
}

function quantified(items: readonly Val[], wanted: boolean): boolean {
  for (const item of items) {
    const truth = truthOf(item);
    if (typeof truth !== "boolean") throw new NotKnown(truth);
    if (truth === wanted) return wanted;
  }
  return !wanted;
}

type Run = Builtin["run"];

/** Sequences of what is known become lists at once; of what is not, a CallResult that loops understand. */
function sequence(
  name: string,
  make: (args: readonly Val[], kwargs: ReadonlyMap<string, Val>, call: BuiltinCall) => Val,
): Run {
  return (args, kwargs, call) => {
    const opaque = args.some((arg) => {
      const v = force(arg);
      return (
        v instanceof CallResult ||
        v instanceof Member ||
        v instanceof Unknown ||
        v instanceof Choice ||
        v instanceof Instance
      );
    });
    if (!opaque) return make(args, kwargs, call);
    if (!call.m.tracking) throw new NotKnown(new Unknown("its items are only known when the file runs"));
    return new CallResult(new Library(`builtins.${name}`), args, kwargs, call.node, call.module);
  };
}

const RUN: Record<string, Run> = {
  len: ([x], _, call) => {
    const v = force(x ?? null);
    if (v instanceof Instance) {
      const method = lookup(v.cls, "__len__");
      if (method instanceof FunctionValue) return force(callValue(call.m, new Method(method, v), [], new Map(), {}));
    }
    if (v instanceof Choice) return joinAll(v.values.map((option) => RUN.len!([option], new Map(), call)))!;
    const length = lengthOf(v);
    return typeof length === "number" ? derive(length, [v]) : lengthSymbol(call, v, length.because);
  },
  bool: ([x], _, { m }) => {
    const truth = truthOf(x ?? false);
    if (typeof truth === "boolean") return derive(truth, [x ?? false]);
    if (!m.tracking) throw new NotKnown(truth);
    return truth;
  },
  list: sequence("list", ([x], _, { m }) => (x === undefined ? new List([]) : copied(x, iterate(m, x), "list"))),
  tuple: sequence("tuple", ([x], _, { m }) =>
    x === undefined ? new List([], "tuple") : copied(x, iterate(m, x), "tuple"),
  ),
  set: sequence("set", ([x], _, { m }) =>
    x === undefined ? new List([], "set") : copied(x, unique(iterate(m, x)), "set"),
  ),
  frozenset: sequence("set", ([x], _, { m }) => new List(x === undefined ? [] : unique(iterate(m, x)), "set")),
  iter: ([x]) => x ?? null,
  dict: ([x], kwargs, { m }) => {
    const from = x === undefined ? undefined : force(x);
    const dict = from instanceof Dict ? copyDict(from) : dictOf([]);
    if (from !== undefined && !(from instanceof Dict)) updateDict(m, dict, attributesOf(from));
    for (const [key, value] of kwargs) dictPut(dict, key, value);
    return dict.attributes ? dictOf(dictItems(dict)) : dict;
  },
  enumerate: sequence(
    "enumerate",
    ([x, start], kwargs, { m }) =>
      new List(
        iterate(m, x ?? null).map(
          (item, i) => new List([i + (numberOf(start ?? kwargs.get("start") ?? 0) ?? 0), item], "tuple"),
        ),
      ),
  ),
  zip: sequence("zip", (args, _, { m }) => {
    const rows = args.map((arg) => iterate(m, arg));
    const length = rows.length ? Math.min(...rows.map((row) => row.length)) : 0;
    return new List(
      Array.from(
        { length },
        (__, i) =>
          new List(
            rows.map((row) => row[i]!),
            "tuple",
          ),
      ),
    );
  }),
  reversed: sequence("reversed", ([x], _, { m }) => new List(iterate(m, x ?? null).toReversed())),
  sorted: sequence("sorted", ([x], kwargs, { m }) => {
    const items = iterate(m, x ?? null);
    const list = new List(sorted(m, items, kwargs));
    list.origins = originsOf(x ?? null);
    return list;
  }),
  map: sequence("map", ([fn, ...rest], _, { m }) => {
    const rows = rest.map((row) => iterate(m, row));
    const length = rows.length ? Math.min(...rows.map((row) => row.length)) : 0;
    const list = new List(
      Array.from({ length }, (__, i) =>
        callValue(
          m,
          fn ?? null,
          rows.map((row) => row[i]!),
          new Map(),
          {},
        ),
      ),
    );
    if (rest.length === 1) list.origins = originsOf(rest[0]!);
    return list;
  }),
  filter: sequence("filter", ([fn, x], _, { m }) => {
    const keep = (item: Val) => {
      const truth = truthOf(plain(fn ?? null) === null ? item : callValue(m, fn!, [item], new Map(), {}));
      if (typeof truth !== "boolean") throw new NotKnown(truth);
      return truth;
    };
    return new List(iterate(m, x ?? null).filter(keep));
  }),
  next: ([x, otherwise]) => {
    const v = force(x ?? null);
    if (v instanceof List) return v.items[0] ?? otherwise ?? new Unknown("the next item of nothing");
    return new Member(v, undefined, new Unknown("the next item"));
  },
  getattr: ([of, name, otherwise], _, { m, node, module }) => {
    const key = stringOf(name ?? null);
    const choice = force(name ?? null);
    if (choice instanceof Choice)
      return joinAll(choice.values.map((value) => RUN.getattr!([of!, value], new Map(), { m, node, module })))!;
    if (key === undefined) {
      const module = force(of ?? null);
      const {
        because,
        name: symbol,
        origins,
      } = choice instanceof Unknown ? choice : new Unknown("its name is only known when the file runs");
      return new Unknown(because, symbol, origins, module instanceof Library ? module : undefined);
    }
    const v = force(of ?? null);
    if (v instanceof ClassValue || v instanceof Instance) {
      const own = v instanceof Instance ? (v.attrs.get(key) ?? lookup(v.cls, key)) : lookup(v, key);
      if (own === undefined && otherwise !== undefined && !(v instanceof Instance && v.open)) return otherwise;
    }
    if (v instanceof Dict && v.attributes && otherwise !== undefined && !v.entries.has(key) && !v.open)
      return otherwise;
    if ((v instanceof Unknown || (v instanceof Dict && v.open)) && otherwise !== undefined)
      return new Choice([otherwise, new Unknown(v instanceof Unknown ? v.because : v.open!)]);
    return getAttribute(m, v, key, { node, module });
  },
  setattr: ([of, name, value], _, { m }) => {
    const key = stringOf(name ?? null);
    if (key !== undefined) setAttribute(m, of ?? null, key, value ?? null);
    else {
      const v = force(of ?? null);
      if (v instanceof Instance)
        m.write(v as never, "open", "an attribute was set whose name is only known when the file runs");
    }
    return null;
  },
  hasattr: ([of, name]) => {
    const v = force(of ?? null);
    const key = stringOf(name ?? null) ?? "";
    if (v instanceof Dict) return v.attributes ? v.entries.has(key) || (v.open ? new Unknown(v.open) : false) : false;
    if (v instanceof Instance)
      return (
        v.attrs.has(key) ||
        lookup(v.cls, key) !== undefined ||
        (v.cls.bases.length || v.open ? new Unknown("its attributes are only known when the file runs") : false)
      );
    if (v instanceof ClassValue)
      return lookup(v, key) !== undefined || new Unknown("its attributes are only known when the file runs");
    return new Unknown("its attributes are only known when the file runs");
  },
  dir: ([x], _, { m }) => {
    const v = force(x ?? null);
    if (v instanceof ModuleValue) m.load(v);
    const attributes = attributesOf(v);
    return attributes instanceof Dict && attributes !== v && !attributes.open
      ? new List(dictItems(attributes).map(([key]) => key))
      : new Unknown("the names of what only the run knows");
  },
  vars: ([x], _, { m }) => {
    const v = force(x ?? null);
    if (v instanceof ModuleValue) m.load(v);
    return attributesOf(x ?? new Unknown("the local names"));
  },
  isinstance: ([x, type]) => isInstance(force(x ?? null), force(type ?? null)),
  callable: ([x]) => {
    const v = force(x ?? null);
    if (v instanceof FunctionValue || v instanceof Method || v instanceof ClassValue || v instanceof Builtin)
      return true;
    if (
      v === null ||
      typeof v !== "object" ||
      v instanceof Tracked ||
      v instanceof Float ||
      v instanceof List ||
      v instanceof Dict
    )
      return false;
    return new Unknown("it is only known when the file runs");
  },
  type: ([x]) => {
    const v = force(x ?? null);
    if (v instanceof Instance) return v.cls;
    const name = typeName(v);
    return builtinNames.get(name) ?? new Library(name);
  },
  print: () => null,
  super: () => new Unknown("super() outside of a method"),
  input: () => new Unknown("typed in when the file runs"),
  id: () => new Unknown("it is only known when the file runs"),
  exit: () => {
    throw new PyError("SystemExit", "exit");
  },
  eval: ([x]) => {
    const text = stringOf(x ?? null);
    const value = text === undefined ? undefined : evalLiteral(text);
    return value === undefined ? new Unknown("the result of eval()") : derive(value, [x!]);
  },
  locals: () => new Unknown("the local names"),
  globals: () => new Unknown("the global names"),
  object: () => new Unknown("a bare object"),
  property: ([fn]) => fn ?? null,
};
RUN.quit = RUN.exit!;

function copied(from: Val, items: readonly Val[], type: List["type"]): List {
  const list = new List([...items], type);
  list.origins = originsOf(from);
  if (items.length > LIMITS.length) throw new TooComplex("a list of more than 100,000 items");
  return derive(list, force(from) instanceof Range ? [from] : []) as List;
}

function unique(items: readonly Val[]): Val[] {
  const seen = new Set<unknown>();
  return items.filter((item) => {
    const key = dictKey(item) ?? item;
    return !seen.has(key) && seen.add(key);
  });
}

const EXCEPTIONS = [
  "Exception",
  "ValueError",
  "TypeError",
  "KeyError",
  "IndexError",
  "RuntimeError",
  "NotImplementedError",
  "ImportError",
  "ModuleNotFoundError",
  "AttributeError",
  "StopIteration",
  "KeyboardInterrupt",
  "AssertionError",
  "OSError",
  "IOError",
  "FileNotFoundError",
  "ZeroDivisionError",
  "OverflowError",
  "Warning",
  "UserWarning",
  "DeprecationWarning",
  "BaseException",
  "SystemExit",
  "NameError",
  "LookupError",
  "ArithmeticError",
];

/** Names that every module knows. */
export const builtinNames: ReadonlyMap<string, Val> = new Map<string, Val>([
  ...Object.entries(PURE).map(([name, fn]): [string, Val] => [
    name,
    new Builtin(name, (args, kwargs, call) => applyPure(`builtins.${name}`, fn, args, kwargs, call)),
  ]),
  ...Object.entries(RUN).map(([name, run]): [string, Val] => [name, new Builtin(name, run)]),
  ...EXCEPTIONS.map((name): [string, Val] => [name, new Library(`builtins.${name}`)]),
  ...[
    "open",
    "memoryview",
    "bytes",
    "bytearray",
    "complex",
    "help",
    "hash",
    "compile",
    "exec",
    "delattr",
    "issubclass",
    "staticmethod",
    "classmethod",
    "__import__",
    "display",
    "get_ipython",
  ].map((name): [string, Val] => [name, new Library(`builtins.${name}`)]),
  [
    "xrange",
    new Builtin("xrange", (args, kwargs, call) => applyPure("builtins.range", PURE.range!, args, kwargs, call)),
  ],
  ["unicode", new Builtin("unicode", (args, kwargs, call) => applyPure("builtins.str", PURE.str!, args, kwargs, call))],
  ["long", new Builtin("long", (args, kwargs, call) => applyPure("builtins.int", PURE.int!, args, kwargs, call))],
  ["raw_input", new Builtin("raw_input", RUN.input!)],
  ["__file__", new Unknown("the file's own path")],
  ["__doc__", null],
  ["NotImplemented", new Library("builtins.NotImplemented")],
]);
