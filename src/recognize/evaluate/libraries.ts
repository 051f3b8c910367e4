import { byName, remembered } from "../byName.js";
import { derive, dictItems, dictSet, force, numberOf, relabel, stringOf } from "./access.js";
import { dataclassParser, makeParser } from "./argparse.js";
import { getAttribute } from "./attributes.js";
import { BISECT } from "./bisect.js";
import { builtinNames } from "./builtins.js";
import { type CallPlace, callValue } from "./call.js";
import { attributesOf, construct, replaced } from "./classes.js";
import { deep, makeConfig, merged, wandbInit } from "./configs.js";
import { evalLiteral } from "./convert.js";
import { toValue } from "./describe.js";
import { defineFlag } from "./flags.js";
import { iterate } from "./items.js";
import { join } from "./join.js";
import { batchesOf } from "./lengths.js";
import { loadedFile, parsedData, type DataReader } from "./dataFiles.js";
import { copyOf, dictFrom, namedTuple, partial } from "./libraryTools.js";
import { type Machine, PyError, TooComplex } from "./machine.js";
import { ARRAY, ARRAY_ALIASES, MATH } from "./numpy.js";
import { BASE, ClassValue, FunctionValue, Instance, Method } from "./objects.js";
import { binary, truthOf } from "./operators.js";
import { type Pure, applyPure } from "./pure.js";
import { symbolFor } from "./symbols.js";
import {
  Builtin,
  type BuiltinCall,
  CallResult,
  Choice,
  Dict,
  Float,
  Library,
  List,
  Operation,
  Unknown,
  type Val,
} from "./values.js";

export type Handler = (
  m: Machine,
  args: Val[],
  kwargs: Map<string, Val>,
  place: CallPlace,
  library: Library,
) => Val | undefined;

const MATHS =
  /^(?:numpy|cupy|jax\.numpy|jax\.nn|torch|torch\.nn\.functional|tensorflow|tensorflow\.math|tensorflow\.nn|tensorflow\.compat\.v[12]|tensorflow\.compat\.v[12]\.math|tensorflow\.python\.ops\.math_ops|tensorflow\.keras\.backend|keras\.backend|keras\.ops|tensorflow\.experimental\.numpy|math_ops|np|jnp|tf|paddle|mxnet\.np|mindspore\.ops|scipy\.special)\.(\w+)$/;

/** What a call of a library gives: computed where it is plain arithmetic or a known config, else a CallResult. */
export function libraryCall(
  m: Machine,
  library: Library,
  args: Val[],
  kwargs: Map<string, Val>,
  place: CallPlace,
): Val {
  const call: BuiltinCall = { m, node: place.node, module: place.module };
  const { name } = library;
  const fn = library.certain ? pureOf(name) : undefined;
  if (fn) {
    const result = applyPure(name, fn, args, kwargs, call);
    if (!(result instanceof CallResult) || result.callee !== library) return result;
  }
  // What nothing is known of is asked for in many places.
  m.pay(5);
  const last = name.slice(name.lastIndexOf(".") + 1);
  const [head] = args;
  // `LambdaLR.__init__(self, optimizer, fn)`
  const self = last === "__init__" && head !== undefined ? force(head) : undefined;
  if (self instanceof Instance) {
    const base = new Library(name.slice(0, -".__init__".length), library.certain);
    m.write(self.attrs, BASE, new CallResult(base, args.slice(1), kwargs, place.node, place.module, place.more));
    return null;
  }
  // `parser = deepspeed.add_config_arguments(parser)`
  if (head !== undefined && /argument|option|parser/i.test(last)) {
    const parser = force(head);
    if (parser instanceof Dict && parser.flavour === "parser") return parser;
  }
  const handler = HANDLERS[name] ?? BY_LAST[last];
  const handled = handler?.(m, args, kwargs, place, library);
  if (handled !== undefined) return handled;
  const flag = last.startsWith("DEFINE_") ? defineFlag(m, library, args, kwargs, call) : undefined;
  if (flag !== undefined) return flag;
  const config = makeConfig(m, library, args, kwargs);
  if (config !== undefined) return config;
  return new CallResult(library, args, kwargs, place.node, place.module, place.more);
}

/** The arithmetic behind a library's function, looked for once for each name. */
export const pureOf = remembered((name): Pure | undefined => {
  if (name.startsWith("math.")) return MATH[name.slice(5)];
  if (name.startsWith("bisect.")) return BISECT[name.slice(7)];
  const last = MATHS.exec(name)?.[1];
  return last === undefined || !Object.hasOwn(ARRAY, last)
    ? last === undefined
      ? undefined
      : ARRAY_ALIASES.get(last)
    : ARRAY[last];
});

/** Values of a library that are not functions: math.pi, FLAGS, wandb.config. */
export function libraryValue(m: Machine, name: string): Val | undefined {
  const constant =
    /^(?:math|numpy|np|jax\.numpy|torch|cmath|scipy\.constants)\.(pi|e|inf|nan|tau|Inf|Infinity|infty)$/.exec(
      name,
    )?.[1];
  if (constant)
    return new Float(
      constant === "pi"
        ? Math.PI
        : constant === "e"
          ? Math.E
          : constant === "tau"
            ? 2 * Math.PI
            : constant === "nan"
              ? NaN
              : Infinity,
    );
  if (/(^|\.)g?flags\.FLAGS$/.test(name)) return m.flags;
  if (name === "wandb.config") return m.wandb;
  // As with options: the file run with nothing on its command line.
  if (name === "sys.argv") return new List([new Unknown("the script's name")]);
  if (name === "sys.maxsize") return Number.MAX_SAFE_INTEGER;
  if (name === "numpy.newaxis") return null;
  if (/^(typing|six)\.TYPE_CHECKING$|\.PY2$/.test(name)) return false;
  if (/\.PY3$/.test(name)) return true;
  if (/(^|\.)logical_device_count$/.test(name)) return undefined;
  // Python 2's and 3's own, by the name of a library that has both.
  const own = /^(?:six\.moves|(?:past\.|future\.)?builtins|__builtin__)\.(?:builtins\.)?(\w+)$/.exec(name)?.[1];
  if (own) return builtinNames.get(own);
  return undefined;
}

const worldSize: Handler = (m, _, __, place) =>
  m.tracking ? symbolFor(m, "world_size", "the number of processes", place.node, undefined, "world_size") : undefined;

const rank: Handler = (m) => (m.tracking ? new Unknown("the number of the process", "rank") : undefined);

export const environment: Handler = (m, [key, otherwise], kwargs, place) => {
  const name = stringOf(key ?? null) ?? "a variable";
  const value = otherwise ?? kwargs.get("default");
  const size = /^(WORLD_SIZE|SLURM_NTASKS|OMPI_COMM_WORLD_SIZE|NUM_GPUS|NGPUS)$/.test(name);
  if (size) return symbolFor(m, "world_size", `the environment variable ${name}`, place.node, undefined, "world_size");
  if (value === undefined) return new Unknown(`the environment variable ${name}`, name);
  return relabel(value, "environment default");
};

const argument: Handler = (_, [x]) => x;

const called: Handler = (m, [fn, ...rest], kwargs, place) => {
  const target = fn === undefined ? undefined : force(fn);
  if (!(target instanceof FunctionValue || target instanceof Method)) return undefined;
  return callValue(m, target, rest, kwargs, place);
};

/** `absl.app.run(main)`: main gets the command line. */
const appRun: Handler = (m, args, kwargs, place) => {
  const main = args[0] ?? kwargs.get("main") ?? place.module?.globals.get("main");
  const target = main === undefined ? undefined : force(main);
  if (!(target instanceof FunctionValue)) return undefined;
  const params = target.code.params.length;
  return callValue(m, target, params ? [new Unknown("the command line")] : [], new Map(), place);
};

/** `mp.spawn(worker, args=(…), nprocs=n)`: worker(rank, …). */
const spawn: Handler = (m, args, kwargs, place) => {
  const fn = force(args[0] ?? kwargs.get("fn") ?? null);
  if (!(fn instanceof FunctionValue)) return undefined;
  const rest = kwargs.get("args") ?? args[1];
  return callValue(
    m,
    fn,
    [new Unknown("the number of the process", "rank"), ...(rest === undefined ? [] : iterate(m, rest))],
    new Map(),
    place,
  );
};

const thread: Handler = (m, args, kwargs, place) => {
  const fn = force(kwargs.get("target") ?? null);
  const rest = kwargs.get("args");
  if (fn instanceof FunctionValue) callValue(m, fn, rest === undefined ? [] : [...iterate(m, rest)], new Map(), place);
  return undefined;
};

/** tf.estimator.Estimator(model_fn=fn, params={…}): fn is called with these parameters. */
const estimator: Handler = (m, args, kwargs, place) => {
  const given = force(kwargs.get("model_fn") ?? args[0] ?? null);
  // `replicate_model_fn(fn)` hands everything on.
  const wrapped = given instanceof CallResult && given.callee instanceof Library && /_fn$/.test(given.callee.name);
  const fn = wrapped ? force(given.args[0] ?? given.kwargs.get("model_fn") ?? null) : given;
  const bound = fn instanceof Builtin ? fn.bound : undefined;
  const inner = bound ? force(bound.fn) : fn;
  const body = inner instanceof Method ? inner.fn : inner;
  if (!(body instanceof FunctionValue)) return undefined;
  const named = new Map<string, Val>();
  const params = kwargs.get("params");
  for (const param of body.code.params.slice((inner instanceof Method ? 1 : 0) + (bound?.args.length ?? 0))) {
    if (param.star || bound?.kwargs.has(param.name)) continue;
    named.set(
      param.name,
      param.name === "params" && params !== undefined
        ? params
        : new Unknown(`${param.name} is given by the Estimator`, param.name),
    );
  }
  callValue(m, fn, [], named, place);
  return undefined;
};

/** optimize_loss(loss, step, rate, …, learning_rate_decay_fn=fn): fn is called with the rate and the step. */
const optimizeLoss: Handler = (m, args, kwargs, place) => {
  const fn = kwargs.get("learning_rate_decay_fn") ?? args[7];
  const rate = kwargs.get("learning_rate") ?? args[2];
  const step = kwargs.get("global_step") ?? args[1];
  if (fn !== undefined && rate !== undefined && step !== undefined && m.tracking)
    force(callValue(m, fn, [rate, step], new Map(), place));
  return undefined;
};

const choose: Handler = (m, args, kwargs, place) => {
  const test = args[0] ?? kwargs.get("pred") ?? null;
  const then = args[1] ?? kwargs.get("true_fn") ?? kwargs.get("true_fun");
  const otherwise = args[2] ?? kwargs.get("false_fn") ?? kwargs.get("false_fun");
  const operands = args.slice(3);
  const run = (fn: Val | undefined) => (fn === undefined ? null : force(callValue(m, fn, operands, new Map(), {})));
  const truth = truthOf(test);
  if (typeof truth === "boolean") return run(truth ? then : otherwise);
  return m.tracking ? switched(test, run(then), run(otherwise), place) : undefined;
};

/** Either value: which one, the graph decides in each step. */
function switched(test: Val, then: Val, otherwise: Val, { node }: CallPlace): Val {
  const either = join(then, otherwise);
  const graph = force(test) instanceof Operation || force(test) instanceof CallResult;
  return either instanceof Choice && graph
    ? new Choice(either.values, { test, branches: [then, otherwise], node })
    : either;
}

/** A settings class that a library fills from the command line: its defaults. */
function commandLine(m: Machine, [cls]: readonly Val[], kwargs: ReadonlyMap<string, Val> = new Map()): Val | undefined {
  const one = force(cls ?? null);
  return one instanceof ClassValue ? construct(m, one, [], new Map(kwargs), {}) : undefined;
}

/** `tf.case([(test, fn), …], default=fn)`. */
const cases: Handler = (m, args, kwargs, place) => {
  const run = (fn: Val) => force(callValue(m, fn, [], new Map(), {}));
  const pairs = iterate(m, args[0] ?? kwargs.get("pred_fn_pairs") ?? null).map((pair) => iterate(m, pair, 2));
  const last = args[1] ?? kwargs.get("default");
  if (!m.tracking) {
    const fn = pairs.find(([test]) => truthOf(test ?? null) === true)?.[1] ?? last;
    return fn === undefined ? undefined : run(fn);
  }
  return pairs.reduceRight<Val | undefined>(
    (rest, [test, fn]) => {
      const value = run(fn ?? null);
      return rest === undefined ? value : switched(test ?? null, value, rest, place);
    },
    last === undefined ? undefined : run(last),
  );
};

const load =
  (by: DataReader): Handler =>
  (m, [file], kwargs, { module }) =>
    loadedFile(m, module, file ?? kwargs.get("stream") ?? kwargs.get("f"), by);

/** A text in a data format: `json.loads("{…}")`, `json.loads(file.read())`; PyYAML's loaders take a file or a text. */
const parse =
  (by: DataReader): Handler =>
  (m, args, kwargs, place, library) => {
    const written = args[0] === undefined ? undefined : stringOf(args[0]);
    return written === undefined ? load(by)(m, args, kwargs, place, library) : parsedData(written, by);
  };
const yaml = parse("yaml");

const HANDLERS: Readonly<Record<string, Handler>> = byName({
  "argparse.ArgumentParser": (m, _, kwargs) => makeParser(m, kwargs),
  "os.environ.get": environment,
  "os.getenv": environment,
  "os.environ.setdefault": environment,
  "os.cpu_count": () => new Unknown("the machine's number of processors", "os.cpu_count()"),
  "sys.exit": () => {
    throw new PyError("SystemExit", "exit");
  },
  "copy.copy": (_, [x]) => copyOf(x ?? null),
  "copy.deepcopy": (_, [x]) => copyOf(x ?? null),
  "ast.literal_eval": (_, [x]) => {
    const text = stringOf(x ?? null);
    const value = text === undefined ? undefined : evalLiteral(text);
    return value === undefined ? undefined : derive(value, [x!]);
  },
  "dataclasses.asdict": (_, [x]) => attributesOf(x ?? null),
  "attr.asdict": (_, [x]) => attributesOf(x ?? null),
  "dataclasses.replace": (m, [x], kwargs) => replaced(m, x ?? null, kwargs),
  "functools.partial": (m, [fn, ...bound], named) => partial(m, fn ?? null, bound, named),
  "functools.reduce": (m, [fn, items, start]) => {
    const list = iterate(m, items ?? null);
    const rest = start === undefined ? list.slice(1) : list;
    return rest.reduce(
      (total, item) => callValue(m, fn ?? null, [total, item], new Map(), {}),
      start ?? list[0] ?? null,
    );
  },
  "collections.OrderedDict": (m, [x], kwargs) => dictFrom(m, x, kwargs),
  "collections.defaultdict": (m, [, x], kwargs) => {
    const dict = dictFrom(m, x, kwargs);
    if (dict instanceof Dict) dict.open = "a default that is only made when it is asked for";
    return dict;
  },
  "collections.namedtuple": (m, [name, fields], kwargs) => namedTuple(m, name, fields, kwargs),
  "itertools.product": (m, args, kwargs) => {
    const times = kwargs.has("repeat") ? numberOf(kwargs.get("repeat")!) : 1;
    if (times === undefined || times > 20) throw new TooComplex("a product of unknown size");
    const factors = Array.from({ length: times }, () => args.map((arg) => iterate(m, arg))).flat();
    if (factors.reduce((size, items) => size * items.length, 1) > 10_000)
      throw new TooComplex("a product of more than 10,000 items");
    const rows = factors.reduce<Val[][]>(
      (rows, items) => rows.flatMap((row) => items.map((item) => [...row, item])),
      [[]],
    );
    return new List(rows.map((row) => new List(row, "tuple")));
  },
  "itertools.chain": (m, args) => new List(args.flatMap((arg) => iterate(m, arg))),
  "itertools.accumulate": (m, [items, fn]) => {
    let total: Val | undefined;
    return new List(
      iterate(m, items ?? null).map(
        (item) =>
          (total =
            total === undefined
              ? item
              : fn === undefined
                ? binary("+", total, item)
                : callValue(m, fn, [total, item], new Map(), {})),
      ),
    );
  },
  "operator.mul": (_, [a, b]) => binary("*", a ?? null, b ?? null),
  "operator.add": (_, [a, b]) => binary("+", a ?? null, b ?? null),
  "json.load": load("json"),
  "json.loads": parse("json"),
  "yaml.load": yaml,
  "yaml.safe_load": yaml,
  "yaml.full_load": yaml,
  "yaml.unsafe_load": yaml,
  "toml.load": load("toml"),
  "tomllib.load": load("toml"),
  "omegaconf.OmegaConf.load": (...call) => {
    const loaded = load("yaml 1.2")(...call);
    return loaded && deep(loaded);
  },
  "omegaconf.OmegaConf.merge": (m, args) => merged(m, args),
  "omegaconf.OmegaConf.to_container": argument,
  "OmegaConf.to_container": argument,
  "wandb.init": (m, args, kwargs, place, library) =>
    wandbInit(m, library, args, kwargs, new CallResult(library, args, kwargs, place.node, place.module)),
  "wandb.config.update": (m, args) => {
    merged(m, args);
    const given = force(attributesOf(args[0] ?? null));
    if (given instanceof Dict) for (const [key, value] of dictItems(given)) dictSet(m, m.wandb, key, value);
    return null;
  },
  "torch.multiprocessing.spawn": spawn,
  "torch_xla.distributed.xla_multiprocessing.spawn": spawn,
  "fire.Fire": (m, args, kwargs, place) => {
    const target = args[0] === undefined ? undefined : force(args[0]);
    return target instanceof FunctionValue ? callValue(m, target, [], kwargs, place) : undefined;
  },
  "typer.run": called,
  "tensorflow.function": argument,
  "jax.jit": argument,
  "tensorflow.cond": choose,
  "jax.lax.cond": choose,
  "tensorflow.compat.v1.cond": choose,
  "tensorflow.case": cases,
  "tensorflow.compat.v1.case": cases,
  "copy.replace": (m, [x], kwargs) => replaced(m, x ?? null, kwargs),
  "threading.Thread": thread,
  "multiprocessing.Process": thread,
});

/** AllenNLP's `Lazy(class)` or `Lazy(lambda **k: class(**k, …))`: the call that is made later, with the rest of its arguments. */
const lazy: Handler = (m, args, kwargs, place, library) => {
  const fn = force(args[0] ?? null);
  if (!/^(?:allennlp\..*)?Lazy$/.test(library.name)) return undefined;
  if (fn instanceof FunctionValue) return callValue(m, fn, [], new Map(), place);
  const extras = args[1] ?? kwargs.get("constructor_extras") ?? kwargs.get("contructor_extras");
  const given = extras === undefined ? undefined : force(extras);
  const named = given instanceof Dict ? dictItems(given).map(([key, x]) => [stringOf(key) ?? "", x] as const) : [];
  return fn instanceof Library ? new CallResult(fn, [], new Map(named), place.node, place.module) : undefined;
};

/** YOLO's one_cycle(y1, y2, steps): a function of the epoch that goes from y1 to y2 by half a cosine. */
const yoloOneCycle: Handler = (m, args, kwargs) => {
  const [y1 = 0, y2 = 1, steps = 100] = ["y1", "y2", "steps"].map((name, i) => args[i] ?? kwargs.get(name));
  const given = [y1, y2, steps].map(force);
  const lost = given.find((x) => numberOf(x) === undefined);
  if (lost !== undefined) return new Unknown(...unknownIn(lost));
  return new Builtin("one_cycle", ([x]) => {
    const [from, to, length, t] = [...given.map((v) => m.strip(v)), x ?? null].map((v) => numberOf(v) ?? NaN) as [
      number,
      number,
      number,
      number,
    ];
    return new Float(Math.max((1 - Math.cos((t * Math.PI) / length)) / 2, 0) * (to - from) + from);
  });
};

/** Why a value is not known, and the name that would make it so. */
function unknownIn(value: Val): [because: string, name?: string] {
  const result = toValue(value);
  if ("value" in result) return ["it is not a number"];
  return result.name === undefined ? [result.because] : [result.because, result.name];
}

/** `six.iteritems(d)` */
function viewed(method: string): Handler {
  return (m, [of], _, place) =>
    of === undefined ? undefined : callValue(m, getAttribute(m, of, method, place), [], new Map(), place);
}

/** By the last part of the name alone: what every library that has it means by it. */
const BY_LAST: Readonly<Record<string, Handler>> = byName({
  get_world_size: worldSize,
  xrt_world_size: worldSize,
  device_count: worldSize,
  local_device_count: worldSize,
  local_size: worldSize,
  size: (m, args, kwargs, place, library) =>
    /^(horovod|hvd|byteps|bps|smdistributed)\b/.test(library.name) && !args.length
      ? worldSize(m, args, kwargs, place, library)
      : undefined,
  get_rank: rank,
  cardinality: (m, args, _, place, { name }) =>
    args.length === 0 || /^(?:tf|tensorflow)\./.test(name) ? batchesOf(m, place) : undefined,
  Lazy: lazy,
  // An enum of strings, whose members are equal to them.
  SchedulerType: (_, [x]) => (stringOf(x ?? null) === undefined ? undefined : x),
  strtobool: (_, [x]) => {
    const text = stringOf(x ?? null)?.toLowerCase();
    const at =
      text === undefined ? -1 : ["n", "no", "f", "false", "off", "0", "y", "yes", "t", "true", "on", "1"].indexOf(text);
    return at < 0 ? undefined : derive(at < 6 ? 0 : 1, [x!]);
  },
  one_cycle: yoloOneCycle,
  HfArgumentParser: (m, args, kwargs) => dataclassParser(m, args, kwargs),
  ArgParser: (m, _, kwargs, __, library) =>
    /configargparse|simple_parsing/.test(library.name) ? makeParser(m, kwargs) : undefined,
  ArgumentParser: (m, _, kwargs, __, library) =>
    /argparse|jsonargparse|simple_parsing|configargparse|lightning/.test(library.name)
      ? makeParser(m, kwargs)
      : undefined,
  iteritems: viewed("items"),
  itervalues: viewed("values"),
  iterkeys: viewed("keys"),
  viewitems: viewed("items"),
  optimize_loss: optimizeLoss,
  Estimator: estimator,
  TPUEstimator: estimator,
  run: (m, args, kwargs, place, library) =>
    /(^|\.)(app|absl)\.run$|^tensorflow\.(compat\.v1\.)?app\.run$/.test(library.name)
      ? appRun(m, args, kwargs, place, library)
      : undefined,
  cli: (m, args, kwargs, _, { name }) => (name.startsWith("tyro.") ? commandLine(m, args, kwargs) : undefined),
  make_config: (m, args, _, __, { name }) => (name.startsWith("zencfg.") ? commandLine(m, args) : undefined),
  make_config_from_cli: (m, args, _, __, { name }) => (name.startsWith("zencfg.") ? commandLine(m, args) : undefined),
  parse: (m, args, kwargs, _, { name }) =>
    /^(?:simple_parsing|pyrallis|draccus)\./.test(name)
      ? commandLine(m, [args[0] ?? kwargs.get("config_class") ?? null])
      : undefined,
});
