import { dictSet, force, plain, relabel, stringOf } from "./access.js";
import { toFloat } from "./convert.js";
import type { Machine } from "./machine.js";
import {
  Builtin,
  CallResult,
  Dict,
  type Float,
  Library,
  List,
  Tracked,
  Unknown,
  type BuiltinCall,
  type Val,
} from "./values.js";

/** FLAGS of absl, tf.app.flags, tf.flags and gflags: one set of flags for the whole program. */
export function makeFlags(): Dict {
  return new Dict(true, "flags", "FLAGS");
}

const DEFINE = /(?:^|\.)DEFINE_(\w+)$/;

/** `flags.DEFINE_float("lr", 0.1, "help")`: defines, and gives the holder whose `.value` it is. */
export function defineFlag(
  m: Machine,
  library: Library,
  args: readonly Val[],
  kwargs: ReadonlyMap<string, Val>,
  call: BuiltinCall,
): Val | undefined {
  const type = DEFINE.exec(library.name)?.[1];
  if (!type || type === "alias") return undefined;
  const name = stringOf(args[0] ?? kwargs.get("name") ?? null);
  const written = args[1] ?? kwargs.get("default") ?? kwargs.get("default_value");
  if (name === undefined) return undefined;
  const value =
    written === undefined ? new Unknown(`${name} has no default`) : relabel(converted(type, written), "flag default");
  dictSet(m, m.flags, name, value);
  const holder = new CallResult(library, args, kwargs, call.node, call.module);
  holder.attrs.set("value", value);
  holder.attrs.set("default", value);
  return holder;
}

function converted(type: string, value: Val): Val {
  const v = plain(value);
  if (v === null || v instanceof Unknown) return value;
  if (type === "float" && (typeof v === "number" || typeof v === "string")) {
    const whole = toFloat(v);
    const tracked = force(value);
    return tracked instanceof Tracked
      ? new Tracked(whole as Float, tracked.origins, tracked.symbols, tracked.because)
      : whole;
  }
  if ((type === "list" || type === "multi_string" || type === "multistring") && typeof v === "string")
    return new List(v === "" ? [] : v.split(",").map((part) => part.trim()));
  return value;
}

/** Methods of FLAGS that stand beside the flags themselves. */
export function flagsMethod(m: Machine, v: Dict, name: string): Builtin["run"] | undefined {
  if (v.flavour !== "flags") return undefined;
  if (name === "flag_values_dict" || name === "__flags") return () => v;
  if (name === "set_default") return ([key, value]) => (dictSet(m, v, key ?? null, value ?? null), null);
  if (/^(is_parsed|mark_as_parsed|append_flags_into_file|_parse_flags)$/.test(name)) return () => null;
  return undefined;
}

/** click.option("--lr", default=0.1) on a function: the default of the parameter that it fills. */
export function clickDefault(decorators: readonly Val[], param: string): Val | undefined {
  return clickOptions(decorators).find(([name]) => name.toLowerCase() === param.toLowerCase())?.[1];
}

/** The defaults of all options on a function, in their order: what its **kwargs holds. */
export function clickOptions(decorators: readonly Val[]): [name: string, value: Val][] {
  return decorators.flatMap((mark): [string, Val][] => {
    if (
      !(mark instanceof CallResult) ||
      !(mark.callee instanceof Library) ||
      !/(^|\.)(option|argument)$/.test(mark.callee.name)
    )
      return [];
    const names = mark.args.map(stringOf).filter((name): name is string => name !== undefined);
    const explicit = names.find((name) => !name.startsWith("-"));
    const long = names.filter((name) => name.startsWith("--")).toSorted((a, b) => b.length - a.length)[0];
    const dest = explicit ?? long?.slice(2).split("/")[0]!.replaceAll("-", "_");
    if (dest === undefined) return [];
    const value = mark.kwargs.get("default");
    if (value !== undefined) {
      const type = mark.kwargs.get("type");
      const kind = type === undefined ? undefined : force(type);
      const isFloat = kind instanceof Builtin && kind.name === "float";
      return [[dest, relabel(isFloat ? converted("float", value) : value, "click default")]];
    }
    return [[dest, mark.kwargs.has("is_flag") ? false : new Unknown(`${dest} has no default`, dest)]];
  });
}

/** typer.Option(0.1), typer.Argument(...), a bare default otherwise. */
export function typerDefault(value: Val): Val {
  const v = force(value);
  if (
    !(v instanceof CallResult) ||
    !(v.callee instanceof Library) ||
    !/(^|\.)(Option|Argument|Query|Parameter)$/.test(v.callee.name)
  )
    return value;
  const given = v.args[0] ?? v.kwargs.get("default");
  return given === undefined ? new Unknown("it is given on the command line") : relabel(given, "typer default");
}
