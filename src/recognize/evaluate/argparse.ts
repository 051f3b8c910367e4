import type { SyntaxNode } from "@lezer/common";
import { dictSet, force, plain, relabel, stringOf } from "./access.js";
import { callValue } from "./call.js";
import { iterate } from "./items.js";
import { type Machine } from "./machine.js";
import { truthOf } from "./operators.js";
import { Builtin, Choice, Dict, Library, List, Unknown, type BuiltinCall, type Val } from "./values.js";

/** An option of a parser. */
interface Option {
  readonly dest: string;
  readonly value: Val;
}

/** argparse.ArgumentParser as far as defaults go. Groups and subparsers share the state. */
class Parser {
  readonly options = new Map<string, Option>();
  readonly overrides = new Map<string, Val>();
}

const parsers = new WeakMap<Dict, Parser>();

function parserDict(parser: Parser): Dict {
  const dict = new Dict(false, "parser");
  parsers.set(dict, parser);
  return dict;
}

/** ArgumentParser(parents=[…]) */
export function makeParser(m: Machine, kwargs: ReadonlyMap<string, Val>): Dict {
  const parser = new Parser();
  const parents = kwargs.get("parents");
  if (parents !== undefined && force(parents) instanceof List)
    for (const parent of iterate(m, parents)) {
      const inner = force(parent);
      const state = inner instanceof Dict ? parsers.get(inner) : undefined;
      for (const [dest, option] of state?.options ?? []) parser.options.set(dest, option);
      for (const [dest, value] of state?.overrides ?? []) parser.overrides.set(dest, value);
    }
  return parserDict(parser);
}

type Run = Builtin["run"];

/** Methods of parsers, groups and what add_subparsers gives. */
export function parserMethod(m: Machine, v: Dict, name: string): Run | undefined {
  const parser = parsers.get(v);
  if (!parser) return undefined;
  switch (name) {
    case "add_argument":
    case "add":
    case "add_arg":
    case "register":
      return (args, kwargs, call) => {
        const option = optionOf(m, args, kwargs, call);
        if (option) m.write(parser.options, option.dest, option);
        return null;
      };
    case "add_argument_group":
    case "add_mutually_exclusive_group":
    case "add_subparsers":
    case "add_parser":
      return (_, kwargs) => {
        const dest = kwargs.get("dest");
        const text = dest === undefined ? undefined : stringOf(dest);
        if (text !== undefined)
          m.write(parser.options, text, { dest: text, value: new Unknown("given on the command line") });
        const parents = kwargs.get("parents");
        if (parents !== undefined)
          for (const [key, option] of parsers.get(makeParser(m, kwargs))!.options) m.write(parser.options, key, option);
        return v;
      };
    case "set_defaults":
      return (_, kwargs) => {
        for (const [dest, value] of kwargs) m.write(parser.overrides, dest, relabel(value, "argparse default"));
        return null;
      };
    case "get_default":
      return ([dest]) => valueOf(parser, stringOf(dest ?? null) ?? "") ?? null;
    case "parse_args":
    case "parse_intermixed_args":
    case "parse":
      return (args, kwargs) => namespace(m, parser, args, kwargs);
    case "parse_known_args":
      return (args, kwargs) =>
        new List([namespace(m, parser, args, kwargs), new Unknown("the rest of the command line")], "tuple");
    default:
      return () => new Unknown("a method of the argument parser");
  }
}

function valueOf(parser: Parser, dest: string): Val | undefined {
  return parser.overrides.get(dest) ?? parser.options.get(dest)?.value;
}

function namespace(m: Machine, parser: Parser, args: readonly Val[], kwargs: ReadonlyMap<string, Val>): Dict {
  const into = kwargs.get("namespace") ?? args[1];
  const given = into === undefined ? undefined : force(into);
  const result = given instanceof Dict && given.attributes ? given : new Dict(true, "argparse");
  for (const [dest, { value }] of parser.options) if (!result.entries.has(dest)) dictSet(m, result, dest, value);
  for (const [dest, value] of parser.overrides) dictSet(m, result, dest, value);
  // A command line written in the file: parse_args(["--lr", "0.1"]) or parse_args("--lr 0.1".split()).
  const line = args[0] ?? kwargs.get("args");
  const words = line === undefined ? undefined : force(line);
  if (words instanceof List)
    for (let i = 0; i + 1 < words.items.length; i++) {
      const flag = stringOf(words.items[i]!);
      const option = flag?.startsWith("--") ? parser.options.get(flag.slice(2).replaceAll("-", "_")) : undefined;
      const next = stringOf(words.items[i + 1]!);
      if (option && next !== undefined && !next.startsWith("--")) {
        const number = Number(next);
        const old = plain(option.value);
        if (typeof old === "number" && Number.isInteger(number)) dictSet(m, result, option.dest, number);
        else if (Number.isFinite(number)) dictSet(m, result, option.dest, m.floatOf(number));
        else dictSet(m, result, option.dest, next);
      }
    }
  return result;
}

/** dest and default of add_argument, as argparse derives them. */
function optionOf(
  m: Machine,
  args: readonly Val[],
  kwargs: ReadonlyMap<string, Val>,
  call: BuiltinCall,
): Option | undefined {
  const names = args.map(stringOf).filter((name): name is string => name !== undefined);
  const long = names.find((name) => name.startsWith("--")) ?? names.find((name) => /^-\w{2,}/.test(name)) ?? names[0];
  const explicit = kwargs.get("dest");
  const dest =
    (explicit === undefined ? undefined : stringOf(explicit)) ?? long?.replace(/^-+/, "").replaceAll("-", "_");
  if (!dest || dest === "help") return undefined;
  const action = kwargs.get("action");
  const kind = action === undefined ? "store" : (stringOf(action) ?? nameOf(action));
  const written = kwargs.get("default");
  const label = (value: Val) => relabel(value, "argparse default");
  if (written !== undefined) return { dest, value: label(converted(m, written, kwargs, kind)) };
  const here = origin(call.node, call);
  if (kind === "store_true") return { dest, value: m.known(false, here) };
  if (kind === "store_false") return { dest, value: m.known(true, here) };
  if (kind === "count" || kind === "store_const" || kind === "append" || kind === "append_const")
    return { dest, value: m.known(null, here) };
  const required = kwargs.get("required");
  const must = (required !== undefined && truthOf(required) === true) || !long?.startsWith("-");
  return {
    dest,
    value: new Unknown(must ? `${dest} must be given on the command line` : `${dest} has no default`, undefined, here),
  };
}

const nameOf = (value: Val) => {
  const v = force(value);
  return v instanceof Library ? v.name.split(".").at(-1)! : "";
};

function origin(node: SyntaxNode | undefined, call: BuiltinCall) {
  return node
    ? [{ from: node.from, to: node.to, how: "argparse action", ...(call.module?.file && { file: call.module.file }) }]
    : [];
}

/** argparse applies `type` to a default that is a string, and to nothing else. */
function converted(m: Machine, value: Val, kwargs: ReadonlyMap<string, Val>, kind: string): Val {
  const type = kwargs.get("type");
  if (type === undefined || (kind !== "store" && kind !== "append")) return value;
  const v = force(value);
  if (v instanceof Choice) return v;
  if (typeof plain(v) !== "string") return value;
  const many = kwargs.get("nargs");
  if (many !== undefined && plain(many) !== "?" && stringOf(many) !== undefined) return value;
  return callValue(m, type, [v], new Map(), {});
}

/** HfArgumentParser((A, B)).parse_args_into_dataclasses(): one object of each class with its defaults. */
export function dataclassParser(m: Machine, args: readonly Val[], kwargs: ReadonlyMap<string, Val>): Val {
  const types = force(args[0] ?? kwargs.get("dataclass_types") ?? null);
  const list = types instanceof List ? types.items : [types];
  const make = () => list.map((type) => callValue(m, type, [], new Map(), {}));
  const dict = new Dict(false, "dataclass parser");
  makers.set(dict, make);
  return dict;
}

const makers = new WeakMap<Dict, () => Val[]>();
export function dataclassParserMethod(v: Dict, name: string): Run | undefined {
  const make = makers.get(v);
  if (!make) return undefined;
  if (/^parse_args_into_dataclasses$|^parse_(json|yaml|yml)_file$|^parse_dict$|^parse$/.test(name))
    return (_, kwargs) => {
      const items = make();
      if (kwargs.has("return_remaining_strings")) items.push(new Unknown("the rest of the command line"));
      return new List(items, "tuple");
    };
  return () => new Unknown("a method of the argument parser");
}
